#include "tests/cli/fake_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <stdexcept>

namespace vigil::cli {

FakeServer::FakeServer(const std::filesystem::path& socket, Answer answer) : answer_(std::move(answer)) {
  listener_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = socket.string();
  if (path.size() >= sizeof address.sun_path) throw std::runtime_error("the test's socket path is too long");
  std::memcpy(address.sun_path, path.data(), path.size());
  if (::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    throw std::runtime_error("bind");
  ::listen(listener_, 8);
  thread_ = std::thread([this] { serve(); });
}

FakeServer::FakeServer(Answer answer) : answer_(std::move(answer)) {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    throw std::runtime_error("bind");
  ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
  port_ = ntohs(address.sin_port);
  ::listen(listener_, 8);
  thread_ = std::thread([this] { serve(); });
}

FakeServer::~FakeServer() {
  stop_ = true;
  thread_.join();
  ::close(listener_);
}

void FakeServer::serve() {
  while (!stop_) {
    pollfd poller{listener_, POLLIN, 0};
    if (::poll(&poller, 1, 20) <= 0) continue;
    const int connection = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (connection < 0) continue;
    serve_one(connection);
    ::close(connection);
  }
}

void FakeServer::serve_one(int connection) {
  std::string request;
  std::size_t head_end = std::string::npos, wanted = 0;
  while (head_end == std::string::npos || request.size() < head_end + 4 + wanted) {
    char piece[4096];
    const ssize_t got = ::recv(connection, piece, sizeof piece, 0);
    if (got <= 0) return;
    request.append(piece, static_cast<std::size_t>(got));
    head_end = request.find("\r\n\r\n");
    const std::size_t length = request.find("Content-Length: ");
    if (length < head_end) wanted = std::strtoull(request.c_str() + length + 16, nullptr, 10);
  }
  const std::string head = request.substr(0, head_end);
  {
    const std::lock_guard lock(mutex_);
    heads_.push_back(head);
  }
  const std::size_t first = head.find(' '), second = head.find(' ', first + 1);
  const std::string answer = answer_(head.substr(0, first), head.substr(first + 1, second - first - 1),
                                     request.substr(head_end + 4));
  for (std::string_view rest = answer; !rest.empty();) {
    const ssize_t sent = ::send(connection, rest.data(), rest.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;
    rest.remove_prefix(static_cast<std::size_t>(sent));
  }
}

std::vector<std::string> FakeServer::heads() const {
  const std::lock_guard lock(mutex_);
  return heads_;
}

std::string FakeServer::ok(std::string_view body, std::string_view type) {
  return "HTTP/1.1 200 OK\r\nContent-Type: " + std::string(type) +
         "\r\nContent-Length: " + std::to_string(body.size()) + "\r\nConnection: close\r\n\r\n" +
         std::string(body);
}

std::string FakeServer::status(unsigned code, std::string_view body) {
  return "HTTP/1.1 " + std::to_string(code) +
         " X\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + std::string(body);
}

std::string FakeServer::chunked(std::string_view body, std::size_t size) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string out =
      "HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n";
  while (!body.empty()) {
    const std::string_view piece = body.substr(0, size);
    std::string digits;
    for (std::size_t rest = piece.size(); rest > 0; rest /= 16)
      digits.insert(digits.begin(), kHex[rest % 16]);
    out += digits + "\r\n" + std::string(piece) + "\r\n";
    body.remove_prefix(piece.size());
  }
  return out + "0\r\n\r\n";
}

}  // namespace vigil::cli
