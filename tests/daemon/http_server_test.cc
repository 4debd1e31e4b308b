#include "daemon/http_server.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <future>
#include <thread>

#include "daemon/socket.h"

namespace vigil {
namespace {

/// A server on a port of its own whose handler tells back what it understood.
class HttpServerTest : public ::testing::Test {
 protected:
  HttpServerTest() {
    HttpLimits limits;
    limits.body_bytes_max = 1000;
    limits.connections_max = 4;
    limits.header_timeout = std::chrono::seconds(1);
    server_ = std::make_unique<HttpServer>(
        io_,
        [this](HttpRequest request, std::shared_ptr<HttpAnswer> answer) {
          if (request.path == "/stream") {
            streams_.push_back(std::thread([answer] {
              answer->begin(200, "text/plain");
              answer->write("one\n");
              answer->write("two\n");
              answer->end();
            }));
            return;
          }
          if (request.path == "/forget") return;
          answer->reply(200, "text/plain",
                        request.method + " " + request.path + " q=" + std::string(request.parameter("q")) +
                            " body=" + request.body + " agent=" + std::string(request.header("user-AGENT")) + (request.cross_site ? " cross" : "") + "\n");
        },
        limits);
    std::string error;
    const int fd =
        open_bound_socket(*parse_endpoint("127.0.0.1:0"), SOCK_STREAM, PortSharing::probe_first, error);
    port_ = bound_port(fd);
    server_->listen(fd);
    thread_ = std::thread([this] { io_.run(); });
  }
  ~HttpServerTest() override {
    std::promise<void> stopped;
    boost::asio::post(io_, [this, &stopped] {
      server_->stop();
      stopped.set_value();
    });
    stopped.get_future().wait();
    io_.stop();
    thread_.join();
    for (auto& stream : streams_) stream.join();
  }

  int dial() const {
    const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port_);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    timeval limit{5, 0};
    ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    return fd;
  }
  /// Sends, half-closes nothing, and reads until the server closes or five seconds passed.
  std::string talk(std::string_view request) const {
    const int fd = dial();
    EXPECT_EQ(::send(fd, request.data(), request.size(), MSG_NOSIGNAL), static_cast<ssize_t>(request.size()));
    std::string answer;
    char buffer[4096];
    for (ssize_t n = 0; (n = ::recv(fd, buffer, sizeof buffer, 0)) > 0;)
      answer.append(buffer, static_cast<std::size_t>(n));
    ::close(fd);
    return answer;
  }
  std::string status_of(std::string_view request) const {
    const std::string answer = talk(request);
    return answer.size() < 12 ? answer : answer.substr(9, 3);
  }

  boost::asio::io_context io_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard_ =
      boost::asio::make_work_guard(io_);
  std::unique_ptr<HttpServer> server_;
  std::vector<std::thread> streams_;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

TEST_F(HttpServerTest, DecodesPathAndQueryOnce) {
  const std::string answer =
      talk("GET /a%20b?q=x%2By+z HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  EXPECT_NE(answer.find("GET /a b q=x+y z"), std::string::npos) << answer;
}

TEST_F(HttpServerTest, TellsHeadersByNameInAnyCase) {
  const std::string answer = talk(
      "GET / HTTP/1.1\r\nHost: localhost\r\nuser-agent: first\r\nUser-Agent: second\r\nConnection: close\r\n\r\n");
  EXPECT_NE(answer.find(" agent=first"), std::string::npos) << answer;
}

struct StatusCase {
  std::string_view why, request, status;
};

TEST_F(HttpServerTest, AnswersBadRequestsWithTheirStatus) {
  const StatusCase cases[] = {
      {"not HTTP at all", "hello\r\n\r\n", "400"},
      {"a foreign Host (DNS rebinding, BI-59)",
       "GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n", "421"},
      {"an address as Host", "GET / HTTP/1.1\r\nHost: 127.0.0.1:8514\r\nConnection: close\r\n\r\n", "200"},
      {"absolute-form target (BI-59)",
       "GET http://x/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", "400"},
      {"NUL in the path (BI-48)", "GET /%00 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", "400"},
      {"a bad escape (BI-48)", "GET /%zz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", "400"},
      {"declared body over the limit (BI-49)",
       "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1001\r\n\r\n", "413"},
      {"ten gigabytes declared (BI-49)",
       "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10000000000\r\n\r\n", "413"},
      {"no length that can be read (BI-45)",
       "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0x5\r\n\r\n", "400"},
      {"both lengths (BI-45)",
       "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: "
       "chunked\r\n\r\n0\r\n\r\n",
       "400"},
      {"a chunk size that overflows (BI-46)",
       "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\n",
       "400"},
      {"a handler that forgot its answer",
       "GET /forget HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", "500"},
  };
  for (const auto& [why, request, status] : cases) EXPECT_EQ(status_of(request), status) << why;
}

TEST_F(HttpServerTest, AHeaderOverTheLimitIs431) {
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\nHost: localhost\r\nX: " + std::string(70'000, 'a') + "\r\n\r\n"),
            "431");
}

TEST_F(HttpServerTest, StreamsInChunks) {
  const std::string answer = talk("GET /stream HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_NE(answer.find("Transfer-Encoding: chunked"), std::string::npos) << answer;
  EXPECT_NE(answer.find("one\n"), std::string::npos) << answer;
  EXPECT_NE(answer.find("two\n"), std::string::npos) << answer;
  EXPECT_NE(answer.find("\r\n0\r\n\r\n"), std::string::npos) << answer;
}

TEST_F(HttpServerTest, KnowsAPageOfAnotherSite) {
  EXPECT_NE(
      talk("GET / HTTP/1.1\r\nHost: localhost\r\nOrigin: http://evil.example\r\nConnection: close\r\n\r\n")
          .find(" cross"),
      std::string::npos);
  EXPECT_EQ(talk("GET / HTTP/1.1\r\nHost: localhost\r\nOrigin: http://localhost\r\nConnection: close\r\n\r\n")
                .find(" cross"),
            std::string::npos);
}

TEST_F(HttpServerTest, ClosesAHeaderThatNeverEnds) { EXPECT_EQ(talk("GET / HTTP/1.1\r\nHost: local"), ""); }

TEST_F(HttpServerTest, ConnectionsBeyondTheLimitAreClosedAndTheOthersLive) {
  std::vector<int> idle;
  for (int i = 0; i < 4; ++i) idle.push_back(dial());
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  EXPECT_EQ(talk(""), "") << "the fifth is closed at once";
  for (const int fd : idle) ::close(fd);
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"), "200");
}

TEST_F(HttpServerTest, ContinuesWhenAskedTo) {
  const int fd = dial();
  const std::string_view head =
      "POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nExpect: 100-continue\r\nConnection: "
      "close\r\n\r\n";
  ::send(fd, head.data(), head.size(), MSG_NOSIGNAL);
  char buffer[1024];
  ssize_t n = ::recv(fd, buffer, sizeof buffer, 0);
  EXPECT_EQ(std::string_view(buffer, static_cast<std::size_t>(std::max<ssize_t>(n, 0))).substr(0, 12),
            "HTTP/1.1 100");
  ::send(fd, "ok", 2, MSG_NOSIGNAL);
  std::string answer;
  while ((n = ::recv(fd, buffer, sizeof buffer, 0)) > 0) answer.append(buffer, static_cast<std::size_t>(n));
  EXPECT_NE(answer.find("body=ok"), std::string::npos) << answer;
  ::close(fd);
}

}  // namespace
}  // namespace vigil
