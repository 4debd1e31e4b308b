#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace vigil::cli {

/// A very small HTTP/1.1 server on a Unix socket (or a TCP port of loopback): one connection after the other,
/// the whole answer given by the test as it goes over the wire. It stands for vigild where the command line
/// is tested.
class FakeServer {
 public:
  /// The answer to one request, head and body: see ok().
  using Answer = std::function<std::string(const std::string& method, const std::string& target,
                                           const std::string& body)>;

  FakeServer(const std::filesystem::path& socket, Answer answer);
  explicit FakeServer(Answer answer);  ///< on a port of loopback
  ~FakeServer();
  FakeServer(const FakeServer&) = delete;
  FakeServer& operator=(const FakeServer&) = delete;

  int port() const { return port_; }
  /// Every request's head, in order.
  std::vector<std::string> heads() const;

  static std::string ok(std::string_view body, std::string_view type = "application/json");
  static std::string status(unsigned code, std::string_view body);
  /// The same body cut into chunks of `size`.
  static std::string chunked(std::string_view body, std::size_t size);

 private:
  void serve();
  void serve_one(int connection);

  Answer answer_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<bool> stop_{false};
  mutable std::mutex mutex_;
  std::vector<std::string> heads_;
  std::thread thread_;
};

}  // namespace vigil::cli
