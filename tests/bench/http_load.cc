// Sends a file of JSON lines as `_bulk` requests over several connections that are kept open, and waits for every answer. The
// requests are made before the clock starts. Prints events and seconds; what the receiver used is measured by http_ingest.py.
//
//   http_load PORT FILE DOCUMENTS_A_REQUEST CONNECTIONS [TIMES]

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace {

[[noreturn]] void fail(const std::string& what) {
  std::fprintf(stderr, "http_load: %s\n", what.c_str());
  std::exit(1);
}

std::vector<std::string> make_requests(const char* path, std::size_t documents) {
  std::ifstream file(path);
  std::vector<std::string> requests;
  std::string body, line;
  std::size_t count = 0;
  const auto close = [&] {
    if (body.empty()) return;
    requests.push_back(
        "POST /_bulk HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-ndjson\r\nContent-Length: " +
        std::to_string(body.size()) + "\r\n\r\n" + body);
    body.clear();
    count = 0;
  };
  while (std::getline(file, line)) {
    body.append("{\"create\":{\"_index\":\"filebeat-8.17.0\"}}\n").append(line).append("\n");
    if (++count == documents) close();
  }
  close();
  return requests;
}

int dial(std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (fd < 0 || ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    fail("cannot connect");
  return fd;
}

/// Sends one request and reads its answer. False if it was 429.
bool exchange(int fd, std::string_view request, std::string& answer) {
  while (!request.empty()) {
    const ssize_t sent = ::send(fd, request.data(), request.size(), MSG_NOSIGNAL);
    if (sent <= 0) fail("the connection broke while sending");
    request.remove_prefix(static_cast<std::size_t>(sent));
  }
  answer.clear();
  std::size_t whole = std::string::npos;
  while (answer.size() < whole) {
    char piece[65536];
    const ssize_t got = ::recv(fd, piece, sizeof piece, 0);
    if (got <= 0) fail("the connection broke before the answer");
    answer.append(piece, static_cast<std::size_t>(got));
    const std::size_t head = answer.find("\r\n\r\n");
    if (whole != std::string::npos || head == std::string::npos) continue;
    const std::size_t length = answer.find("Content-Length: ");
    if (length == std::string::npos || length > head) fail("an answer without length");
    whole = head + 4 + std::strtoul(answer.c_str() + length + 16, nullptr, 10);
  }
  if (answer.starts_with("HTTP/1.1 429")) return false;
  if (!answer.starts_with("HTTP/1.1 200") || answer.find("\"errors\":false") == std::string::npos)
    fail(answer.substr(0, 300));
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 5) fail("PORT FILE DOCUMENTS_A_REQUEST CONNECTIONS [TIMES]");
  const auto port = static_cast<std::uint16_t>(std::atoi(argv[1]));
  const auto documents = static_cast<std::size_t>(std::atoi(argv[3]));
  const int connections = std::atoi(argv[4]);
  const auto times = static_cast<std::size_t>(argc > 5 ? std::atoi(argv[5]) : 1);
  const auto requests = make_requests(argv[2], documents);
  std::atomic<std::size_t> next{0}, busy{0};
  const auto begin = std::chrono::steady_clock::now();
  std::vector<std::thread> threads;
  for (int i = 0; i < connections; ++i) {
    threads.emplace_back([&] {
      int fd = dial(port);
      std::string answer;
      for (std::size_t mine = 0, sent = 0; (mine = next++) < requests.size() * times; ++sent) {
        // A server ends a connection after a thousand requests.
        if (sent == 900) {
          ::close(fd);
          fd = dial(port);
          sent = 0;
        }
        while (!exchange(fd, requests[mine % requests.size()], answer)) {
          ++busy;
          std::this_thread::sleep_for(std::chrono::milliseconds(50));
        }
      }
      ::close(fd);
    });
  }
  for (auto& thread : threads) thread.join();
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  std::printf("%zu %.3f %zu\n", requests.size() * times, seconds, busy.load());
  return 0;
}
