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
    limits.header_timeout = std::chrono::milliseconds(500);
    limits.idle_timeout = std::chrono::milliseconds(700);
    limits.body_window = std::chrono::milliseconds(500);
    limits.body_window_bytes_min = 10;
    limits.requests_max = 3;
    limits.linger = std::chrono::milliseconds(300);
    limits.inflight_bytes_max = 2000;
    limits.inflate.bytes_max = 5000;
    limits.inflate.ratio_from_bytes = 4000;
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
          if (request.path == "/told") {
            answer->when_delivered([this](bool delivered) { told_.push_back(delivered); });
            answer->reply(200, "text/plain", "told\n");
            return;
          }
          if (request.path == "/hold") {
            held_.push_back(answer);
            return;
          }
          answer->reply(200, "text/plain",
                        request.method + " " + request.path + " q=" + std::string(request.parameter("q")) +
                            " body=" + request.body + " agent=" + std::string(request.header("user-AGENT")) +
                            (request.cross_site ? " cross" : "") + (request.foreign_host ? " foreign" : "") +
                            (request.body_unread ? " unread" : "") + "\n");
        },
        limits, [](const HttpRequest& request) { return request.path != "/kept-out"; });
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
    held_.clear();
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
  std::vector<bool> told_;                         ///< on the I/O thread
  std::vector<std::shared_ptr<HttpAnswer>> held_;  ///< the same
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
      "GET / HTTP/1.1\r\nHost: localhost\r\nuser-agent: first\r\nUser-Agent: second\r\nConnection: "
      "close\r\n\r\n");
  EXPECT_NE(answer.find(" agent=first"), std::string::npos) << answer;
}

struct StatusCase {
  std::string_view why;
  std::string request;
  std::string_view status;
};

TEST_F(HttpServerTest, AnswersBadRequestsWithTheirStatus) {
  const auto get = [](std::string_view target, std::string_view fields = "") {
    return "GET " + std::string(target) + " HTTP/1.1\r\nHost: localhost\r\n" + std::string(fields) +
           "Connection: close\r\n\r\n";
  };
  const auto post = [](std::string_view fields) {
    return "POST / HTTP/1.1\r\nHost: localhost\r\n" + std::string(fields) + "\r\n";
  };
  const StatusCase cases[] = {
      {"not HTTP at all", "hello\r\n\r\n", "400"},
      {"an address as Host", "GET / HTTP/1.1\r\nHost: 127.0.0.1:8514\r\nConnection: close\r\n\r\n", "200"},
      {"absolute-form target (BI-59)", get("http://x/"), "400"},
      {"NUL in the path (BI-48)", get("/%00"), "400"},
      {"a bad escape (BI-48)", get("/%zz"), "400"},
      {"a target over 8 KiB (BI-48)", get("/" + std::string(9000, 'a')), "414"},
      {"CONNECT (BI-51)", "CONNECT x:1 HTTP/1.1\r\nHost: localhost\r\n\r\n", "405"},
      {"TRACE (BI-51)", "TRACE / HTTP/1.1\r\nHost: localhost\r\n\r\n", "405"},
      {"HTTP/2's preface (BI-51)", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "505"},
      {"HTTP/0.9 (BI-51)", "GET /\r\n", "400"},
      {"an expectation we do not meet (BI-51)", post("Expect: 200-ok\r\nContent-Length: 5\r\n") + "12345",
       "417"},
      {"a header over 64 KiB (BI-47)", get("/", "X: " + std::string(70'000, 'a') + "\r\n"), "431"},
      {"obs-fold (BI-47)", get("/", "X: a\r\n b\r\n"), "400"},
      {"declared body over the limit (BI-49)", post("Content-Length: 1001\r\n"), "413"},
      {"ten gigabytes declared (BI-49)", post("Content-Length: 10000000000\r\n"), "413"},
      {"no length that can be read (BI-45)", post("Content-Length: 0x5\r\n"), "400"},
      {"both lengths (BI-45)", post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n") + "0\r\n\r\n",
       "400"},
      {"a chunk size that overflows (BI-46)",
       post("Transfer-Encoding: chunked\r\n") + "FFFFFFFFFFFFFFFFF\r\n", "400"},
      {"an endless chunk extension (BI-46)",
       post("Transfer-Encoding: chunked\r\n") + "5;" + std::string(5000, 'a'), "400"},
      {"chunks over the limit", post("Transfer-Encoding: chunked\r\n") + "3e9\r\n" + std::string(1001, 'a'),
       "413"},
      {"chunks", post("Transfer-Encoding: chunked\r\nConnection: close\r\n") + "5\r\nhello\r\n0\r\n\r\n",
       "200"},
      {"an unknown encoding (BI-52)", post("Content-Encoding: br\r\nContent-Length: 5\r\n") + "12345", "415"},
      {"two encodings (BI-52)", post("Content-Encoding: gzip, gzip\r\nContent-Length: 5\r\n") + "12345",
       "415"},
      {"not gzip though it says so", post("Content-Encoding: gzip\r\nContent-Length: 5\r\n") + "12345",
       "400"},
      {"a handler that forgot its answer", get("/forget"), "500"},
      {"a header that never ends", "GET / HTTP/1.1\r\nHost: local", "408"},
      {"a body that never comes (BI-50)", post("Content-Length: 100\r\n") + "123", "408"},
  };
  for (const auto& [why, request, status] : cases) EXPECT_EQ(status_of(request), status) << why;
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

TEST_F(HttpServerTest, KnowsAHostThatIsNotOurs) {
  EXPECT_NE(talk("GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n").find(" foreign"),
            std::string::npos);
  EXPECT_EQ(talk("GET / HTTP/1.1\r\nHost: [::1]:8514\r\nConnection: close\r\n\r\n").find(" foreign"),
            std::string::npos);
}

TEST_F(HttpServerTest, ClosesAConnectionOnWhichNothingIsSaid) { EXPECT_EQ(talk(""), ""); }

TEST_F(HttpServerTest, AnswersWhatWasSentAheadInOrderAndAsManyAsItSays) {
  std::string ahead;
  for (const char c : {'a', 'b', 'c', 'd'})
    ahead += std::string("GET /") + c + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
  const std::string answer = talk(ahead);
  const std::size_t a = answer.find("GET /a"), b = answer.find("GET /b"), c = answer.find("GET /c");
  EXPECT_TRUE(a < b && b < c && c != std::string::npos) << answer;
  EXPECT_EQ(answer.find("GET /d"), std::string::npos) << "three requests a connection";
  EXPECT_NE(answer.find("Connection: close"), std::string::npos);
}

TEST_F(HttpServerTest, DecompressesABodyOnce) {
  // gzip of "hello", made with Python.
  const std::string gzip(
      "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff\xcb\x48\xcd\xc9\xc9\x07\x00\x86\xa6\x10\x36\x05\x00\x00\x00",
      25);
  const std::string answer = talk(
      "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Encoding: gzip\r\nConnection: "
      "close\r\nContent-Length: " +
      std::to_string(gzip.size()) + "\r\n\r\n" + gzip);
  EXPECT_NE(answer.find("body=hello "), std::string::npos) << answer;
}

TEST_F(HttpServerTest, KeepsOutALargeBodyThatTheGateRefuses) {
  // Longer than 64 KiB would be over this server's limit: chunks are asked about whatever their size.
  const std::string answer = talk(
      "POST /kept-out HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: "
      "chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n");
  EXPECT_NE(answer.find(" unread"), std::string::npos) << answer;
  EXPECT_NE(answer.find("Connection: close"), std::string::npos) << answer;
}

TEST_F(HttpServerTest, BodiesThatAreNotYetAnsweredCountTogether) {
  const int first = dial(), second = dial();
  const std::string hold =
      "POST /hold HTTP/1.1\r\nHost: localhost\r\nContent-Length: 900\r\n\r\n" + std::string(900, 'x');
  ::send(first, hold.data(), hold.size(), MSG_NOSIGNAL);
  ::send(second, hold.data(), hold.size(), MSG_NOSIGNAL);
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  const std::string answer =
      talk("POST / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 900\r\n\r\n" +
           std::string(900, 'x'));
  EXPECT_EQ(answer.substr(9, 3), "503") << answer;
  EXPECT_NE(answer.find("Retry-After: 1"), std::string::npos) << answer;
  ::close(first);
  ::close(second);
}

TEST_F(HttpServerTest, SaysWhetherAnAnswerWasDelivered) {
  const auto seen = [this] {
    std::promise<std::vector<bool>> told;
    boost::asio::post(io_, [this, &told] { told.set_value(std::exchange(told_, {})); });
    return told.get_future().get();
  };
  const std::string_view ask = "GET /told HTTP/1.1\r\nHost: localhost\r\n\r\n";
  const int fd = dial();
  char buffer[1024];
  ::send(fd, ask.data(), ask.size(), MSG_NOSIGNAL);
  EXPECT_GT(::recv(fd, buffer, sizeof buffer, 0), 0);
  EXPECT_EQ(seen(), std::vector<bool>{}) << "nobody knows yet";
  ::send(fd, ask.data(), ask.size(), MSG_NOSIGNAL);
  EXPECT_GT(::recv(fd, buffer, sizeof buffer, 0), 0);
  EXPECT_EQ(seen(), std::vector<bool>{true}) << "who asks again has read the answer";
  ::close(fd);
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  EXPECT_EQ(seen(), std::vector<bool>{true}) << "who closes after it too";

  const int gone = dial();
  ::send(gone, ask.data(), ask.size(), MSG_NOSIGNAL);
  ::close(gone);
  std::this_thread::sleep_for(std::chrono::milliseconds(700));
  EXPECT_EQ(seen(), std::vector<bool>{false}) << "who was gone before has not";

  const int half = dial();
  ::send(half, ask.data(), ask.size(), MSG_NOSIGNAL);
  ::shutdown(half, SHUT_WR);
  EXPECT_GT(::recv(half, buffer, sizeof buffer, 0), 0);
  std::this_thread::sleep_for(std::chrono::milliseconds(700));
  EXPECT_EQ(seen(), std::vector<bool>{true}) << "who only stopped writing may still read";
  ::close(half);
}

TEST_F(HttpServerTest, ConnectionsBeyondTheLimitAreClosedAndTheOthersLive) {
  std::vector<int> idle;
  for (int i = 0; i < 4; ++i) idle.push_back(dial());
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  EXPECT_EQ(status_of(""), "503") << "the fifth is sent away at once";
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
