#include "daemon/handshake_gate.h"

#include <algorithm>

namespace vigil {

HandshakeGate::Verdict HandshakeGate::shut_or_open(Time now) {
  if (filled_ == Time{}) filled_ = now;
  const double passed = std::chrono::duration<double>(now - filled_).count();
  if (passed > 0) {
    tokens_ = std::min(limits_.burst, tokens_ + passed * limits_.per_second);
    filled_ = now;
  }
  if (in_flight_ < limits_.in_flight_max && tokens_ >= 1) {
    shut_since_ = {};
    return Verdict::welcome;
  }
  // Only what stalls makes newcomers be refused: tokens come back by themselves, and soon.
  if (in_flight_ < limits_.in_flight_max) return Verdict::wait;
  if (shut_since_ == Time{}) shut_since_ = now;
  return now - shut_since_ < limits_.patience ? Verdict::wait : Verdict::refuse;
}

HandshakeGate::Verdict HandshakeGate::look(Time now) {
  const std::lock_guard lock(mutex_);
  return shut_or_open(now);
}

HandshakeGate::Verdict HandshakeGate::enter(const std::string& peer, bool exempt, Time now) {
  const std::lock_guard lock(mutex_);
  const Verdict verdict = shut_or_open(now);
  if (verdict != Verdict::welcome) return Verdict::refuse;
  if (!exempt) {
    std::size_t& count = by_peer_[peer];
    if (count >= limits_.per_peer_max) return Verdict::peer_full;
    ++count;
  }
  ++in_flight_;
  tokens_ -= 1;
  return Verdict::welcome;
}

void HandshakeGate::leave(const std::string& peer, bool exempt) {
  const std::lock_guard lock(mutex_);
  --in_flight_;
  if (exempt) return;
  const auto entry = by_peer_.find(peer);
  if (entry != by_peer_.end() && --entry->second == 0) by_peer_.erase(entry);
}

}  // namespace vigil
