#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "daemon/counters.h"
#include "daemon/intake.h"
#include "daemon/listener.h"
#include "parsers/framer.h"

namespace vigil {

struct TcpLimits {
  /// Open connections of all listeners; past it the longest idle one is closed for the new one.
  std::size_t connections_max = 10'000;
  /// Open connections of one peer; loopback is exempt (local relays and load tests).
  std::size_t per_peer_max = 200;
  /// A silent peer is closed after this, so that idle sockets cannot use up descriptors.
  std::chrono::seconds idle_timeout{300};
  /// A partial frame older than this is kept as it is and tagged `slow_frame` (F10) …
  std::chrono::seconds frame_timeout{30};
  /// … and after so many the connection is closed: a slow loris.
  unsigned slow_frames_max = 3;
  /// Bytes of one connection per wake, so that a loud one does not starve the others.
  std::size_t wake_bytes_max = 1024 * 1024;
};

/// Connections of all listeners and threads together, for the limits. Thread-safe.
class ConnectionLedger {
 public:
  explicit ConnectionLedger(TcpLimits limits) : limits_(limits) {}
  enum class Verdict : std::uint8_t { welcome, too_many, too_many_of_peer };
  Verdict open(const std::string& peer, bool loopback);
  void close(const std::string& peer, bool loopback);
  const TcpLimits& limits() const { return limits_; }

 private:
  TcpLimits limits_;
  std::mutex mutex_;
  std::size_t total_ = 0;
  std::unordered_map<std::string, std::size_t> by_peer_;
};

/// One listening TCP socket of a listener on one I/O thread, and the connections it accepted: they never
/// migrate. Reads straight into the thread's open batch; an idle connection costs its partial frame.
class TcpListener : public Listener {
 public:
  TcpListener(boost::asio::io_context& io, int fd, const IntakeListener& listener, Intake& intake,
              Counters& counters, ConnectionLedger& ledger);
  ~TcpListener() override;
  void start() override;
  /// Reads what the kernel has already taken, gives partial frames, closes.
  void stop() override;

 private:
  class Connection;
  void accept();
  void sweep();
  void forget(Connection& connection);
  void evict_idlest();

  boost::asio::io_context& io_;
  boost::asio::ip::tcp::acceptor acceptor_;
  boost::asio::steady_timer pause_timer_, sweep_timer_;
  const IntakeListener& listener_;
  Intake& intake_;
  Counters& counters_;
  ConnectionLedger& ledger_;
  std::list<std::shared_ptr<Connection>> connections_;
  bool stopped_ = false;
};

}  // namespace vigil
