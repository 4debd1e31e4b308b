#pragma once

#include <chrono>
#include <cstddef>
#include <mutex>
#include <string>
#include <unordered_map>

namespace vigil {

struct HandshakeLimits {
  /// TLS handshakes in flight, of all listeners and threads; one costs about 40 KiB and a signature.
  std::size_t in_flight_max = 200;
  /// Of these, one peer's; loopback and relays are exempt. One peer alone cannot hold up the others.
  std::size_t per_peer_max = 50;
  /// A handshake that takes longer is closed (BI-28).
  std::chrono::seconds deadline{10};
  /// Handshakes begun in a second once the burst is used up: an RSA-2048 one costs us about 0.7 ms, so a flood takes a
  /// third of one core at most (BI-27).
  double per_second = 500;
  double burst = 500;
  /// While the gate is shut, newcomers wait in the kernel's backlog; when it has been so long, they are closed.
  std::chrono::milliseconds patience{1000};
};

/// Bounds what handshakes may cost, over all listeners and threads. Thread-safe.
class HandshakeGate {
 public:
  using Time = std::chrono::steady_clock::time_point;
  enum class Verdict : unsigned char {
    welcome,   ///< counted as in flight until leave()
    wait,      ///< shut for now: leave the connection in the backlog and look again soon
    refuse,    ///< shut for longer than `patience`: take the connection and close it
    peer_full  ///< (enter) this peer has too many under way
  };

  explicit HandshakeGate(HandshakeLimits limits) : limits_(limits), tokens_(limits.burst) {}
  const HandshakeLimits& limits() const { return limits_; }

  /// Asked before a connection is taken from the backlog, when its peer is not known yet. Counts nothing.
  Verdict look(Time now);
  /// One more in flight, if there is room. `exempt`: as for connections.
  Verdict enter(const std::string& peer, bool exempt, Time now);
  void leave(const std::string& peer, bool exempt);

 private:
  Verdict shut_or_open(Time now);

  HandshakeLimits limits_;
  std::mutex mutex_;
  std::size_t in_flight_ = 0;
  std::unordered_map<std::string, std::size_t> by_peer_;
  double tokens_;
  Time filled_{};      ///< when `tokens_` was right
  Time shut_since_{};  ///< zero: the gate is open
};

}  // namespace vigil
