#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>
#include <unordered_map>

#include "daemon/counters.h"
#include "daemon/handshake_gate.h"

namespace vigil {

struct TcpLimits {
  /// Open connections of all listeners; past it the longest idle one is closed for the new one.
  std::size_t connections_max = 10'000;
  /// Open connections of one peer; loopback and the listener's relays are exempt.
  std::size_t per_peer_max = 200;
  /// A silent peer is closed after this, so that idle sockets cannot use up descriptors.
  std::chrono::seconds idle_timeout{300};
  /// A partial frame older than this is kept as it is and tagged `slow_frame` (F10) …
  std::chrono::seconds frame_timeout{30};
  /// … and after so many the connection is closed: a slow loris.
  unsigned slow_frames_max = 3;
  /// Bytes of one connection per wake, so that a loud one does not starve the others …
  std::size_t wake_bytes_max = 1024 * 1024;
  /// … and while the writer's queue is mostly full, so that all come to a halt together.
  std::size_t wake_bytes_crowded = 64 * 1024;
  HandshakeLimits handshakes{};
};

/// Connections of all listeners and threads together, for the limits. Thread-safe.
class ConnectionLedger {
 public:
  explicit ConnectionLedger(TcpLimits limits) : limits_(limits), handshakes_(limits.handshakes) {}
  enum class Verdict : std::uint8_t { welcome, too_many, too_many_of_peer };
  /// `exempt` peers count for the total only.
  Verdict open(const std::string& peer, bool exempt);
  void close(const std::string& peer, bool exempt);
  const TcpLimits& limits() const { return limits_; }
  HandshakeGate& handshakes() { return handshakes_; }

 private:
  TcpLimits limits_;
  HandshakeGate handshakes_;
  std::mutex mutex_;
  std::size_t total_ = 0;
  std::unordered_map<std::string, std::size_t> by_peer_;
};

/// One connection that the ledger has welcomed: counted there and by its listener for as long as this lives.
class ConnectionTicket {
 public:
  ConnectionTicket(ConnectionLedger& ledger, ListenerStats& stats, std::string peer, bool exempt);
  ConnectionTicket(ConnectionTicket&& other) noexcept;
  ConnectionTicket& operator=(ConnectionTicket&&) = delete;
  ~ConnectionTicket();
  const std::string& peer() const { return peer_; }  ///< address as text, without port

 private:
  ConnectionLedger* ledger_;
  ListenerStats* stats_;
  std::string peer_;
  bool exempt_;
};

}  // namespace vigil
