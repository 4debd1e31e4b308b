#include "daemon/socket.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

namespace vigil {
namespace {

std::string describe(const Result<Endpoint, std::string>& endpoint) {
  return endpoint ? endpoint_text(*endpoint) : "error: " + endpoint.error();
}

struct Case {
  std::string_view why, text, expected;
};

constexpr Case kEndpoints[] = {
    {"IPv4", "127.0.0.1:5514", "127.0.0.1:5514"},
    {"IPv6 in brackets", "[::1]:514", "[::1]:514"},
    {"any IPv6 address", "[::]:5514", "[::]:5514"},
    {"port 0: the kernel chooses", "127.0.0.1:0", "127.0.0.1:0"},
    {"no port", "127.0.0.1", "error: \"127.0.0.1\" has no port: write ADDRESS:PORT"},
    {"port too large", "127.0.0.1:65536", "error: \"65536\" is no port: 0 to 65535"},
    {"negative port", "127.0.0.1:-1", "error: \"-1\" is no port: 0 to 65535"},
    {"empty port", "127.0.0.1:", "error: \"\" is no port: 0 to 65535"},
    {"names are not looked up (BI-114)", "localhost:514",
     "error: \"localhost\" is no IPv4 or IPv6 address (write IPv6 as [::1]:514)"},
};

TEST(Endpoint, IsReadFromTextOrRefusedWithTheReason) {
  for (const auto& [why, text, expected] : kEndpoints)
    EXPECT_EQ(describe(parse_endpoint(text)), expected) << why;
}

TEST(BoundSocket, SaysThatAnotherProgramListensThere) {
  for (const int type : {SOCK_STREAM, SOCK_DGRAM}) {
    std::string error;
    const int first =
        open_bound_socket(*parse_endpoint("127.0.0.1:0"), type, PortSharing::probe_first, error);
    ASSERT_GE(first, 0) << error;
    if (type == SOCK_STREAM) {
      ASSERT_EQ(::listen(first, 1), 0);
    }
    const Endpoint taken{boost::asio::ip::make_address("127.0.0.1"), bound_port(first)};
    EXPECT_EQ(open_bound_socket(taken, type, PortSharing::probe_first, error), -1);
    EXPECT_NE(error.find("another program listens there"), std::string::npos) << error;
    const int sibling = open_bound_socket(taken, type, PortSharing::shared, error);
    EXPECT_GE(sibling, 0) << "our own threads share the port: " << error;
    ::close(first);
    ::close(sibling);
  }
}

}  // namespace
}  // namespace vigil
