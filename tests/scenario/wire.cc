#include "tests/scenario/wire.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <thread>

#include <fmt/format.h>

namespace vigil::scenario {
namespace {

using SteadyClock = std::chrono::steady_clock;

[[noreturn]] void fail(const std::string& what) {
  throw std::runtime_error(fmt::format("{}: {}", what, std::strerror(errno)));
}

sockaddr_in address_of(const std::string& text, std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  if (inet_pton(AF_INET, text.c_str(), &address.sin_addr) != 1)
    throw std::runtime_error(text + ": not an IPv4 address");
  return address;
}

/// One host's socket, bound to the host's own loopback address where the target is on loopback.
class HostSocket {
 public:
  HostSocket(const Host& host, const Target& target)
      : counted_(host.via == Via::tcp_counted),
        stream_(host.via != Via::udp),
        fd_(::socket(AF_INET, (stream_ ? SOCK_STREAM : SOCK_DGRAM) | SOCK_CLOEXEC, 0)) {
    if (fd_ < 0) fail("socket");
    if (target.address.starts_with("127.")) {
      const sockaddr_in from = address_of(host.peer, 0);
      if (::bind(fd_, reinterpret_cast<const sockaddr*>(&from), sizeof from) != 0) fail("bind " + host.peer);
    }
    const sockaddr_in to = address_of(target.address, target.port);
    if (::connect(fd_, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) {
      fail(fmt::format("connect {}:{}", target.address, target.port));
    }
  }
  HostSocket(const HostSocket&) = delete;
  HostSocket& operator=(const HostSocket&) = delete;
  ~HostSocket() { ::close(fd_); }

  void send(const std::string& bytes) {
    if (!stream_) {
      write_all(bytes);
    } else if (counted_) {
      write_all(fmt::format("{} {}", bytes.size(), bytes));
    } else {
      write_all(bytes + "\n");
    }
  }

  /// Says goodbye and waits until the other side has read everything.
  void finish() {
    if (!stream_) return;
    ::shutdown(fd_, SHUT_WR);
    std::array<char, 256> rest{};
    while (::read(fd_, rest.data(), rest.size()) > 0) {
    }
  }

 private:
  void write_all(const std::string& bytes) {
    std::size_t done = 0;
    while (done < bytes.size()) {
      const ssize_t n = ::send(fd_, bytes.data() + done, bytes.size() - done, MSG_NOSIGNAL);
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) fail("send");
      done += static_cast<std::size_t>(n);
    }
  }

  bool counted_, stream_;
  int fd_;
};

/// Keeps the day's pace and the datagrams' rate.
class Pace {
 public:
  Pace(const PlayOptions& options, Moment first) : options_(options), first_(first) {}

  void wait_for(const Line& line) {
    if (options_.speed > 0) {
      const auto due = std::chrono::duration<double>(std::chrono::duration<double>(line.at - first_).count() /
                                                     options_.speed);
      std::this_thread::sleep_until(begin_ + std::chrono::duration_cast<SteadyClock::duration>(due));
    }
    if (line.host->via == Via::udp) {
      ++datagrams_;
      const auto due = std::chrono::duration<double>(static_cast<double>(datagrams_) / options_.udp_rate_max);
      std::this_thread::sleep_until(begin_ + std::chrono::duration_cast<SteadyClock::duration>(due));
    }
  }

 private:
  const PlayOptions& options_;
  Moment first_;
  SteadyClock::time_point begin_ = SteadyClock::now();
  std::uint64_t datagrams_ = 0;
};

}  // namespace

Target read_target(const std::string& text) {
  const auto colon = text.rfind(':');
  if (colon == std::string::npos) throw std::runtime_error(text + ": ADDRESS:PORT was expected");
  const int port = std::atoi(text.c_str() + colon + 1);
  if (port < 1 || port > 65535) throw std::runtime_error(text + ": a port is 1 to 65535");
  return {text.substr(0, colon), static_cast<std::uint16_t>(port)};
}

Sent play(const std::vector<Line>& lines, const PlayOptions& options) {
  Sent sent;
  if (lines.empty()) return sent;
  std::map<const Host*, std::unique_ptr<HostSocket>> sockets;
  Pace pace(options, lines.front().at);
  for (const Line& line : lines) {
    auto& socket = sockets[line.host];
    if (!socket)
      socket =
          std::make_unique<HostSocket>(*line.host, line.host->via == Via::udp ? options.udp : options.tcp);
    pace.wait_for(line);
    socket->send(line.bytes);
    ++sent.by_via[static_cast<std::size_t>(line.host->via)];
  }
  for (auto& [host, socket] : sockets) socket->finish();
  return sent;
}

Sent write_files(const std::vector<Line>& lines, const std::filesystem::path& directory) {
  std::filesystem::create_directories(directory);
  Sent sent;
  std::map<const Host*, std::ofstream> files;
  for (const Line& line : lines) {
    auto& file = files[line.host];
    if (!file.is_open()) file.open(directory / (line.host->name + ".log"), std::ios::binary);
    file << line.bytes << '\n';
    ++sent.by_via[static_cast<std::size_t>(line.host->via)];
  }
  for (auto& [host, file] : files) {
    if (!file.flush())
      throw std::runtime_error((directory / (host->name + ".log")).string() + ": could not be written");
  }
  return sent;
}

}  // namespace vigil::scenario
