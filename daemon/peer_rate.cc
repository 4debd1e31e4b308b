#include "daemon/peer_rate.h"

#include <algorithm>

namespace vigil {

namespace {
constexpr double kSecondNs = 1e9;
}  // namespace

bool PeerRate::take(std::string_view peer, std::int64_t now_ns) {
  const std::lock_guard lock(mutex_);
  auto entry = peers_.find(peer);
  if (entry == peers_.end()) {
    if (peers_.size() >= kPeersMax) forget_the_quiet(now_ns);
    entry = peers_.emplace(std::string(peer), Bucket{static_cast<double>(per_second_), now_ns, 0, 0}).first;
  }
  Bucket& bucket = entry->second;
  // A clock set back gives nothing, and nothing is owed for it.
  const std::int64_t passed = std::max<std::int64_t>(0, now_ns - bucket.filled_ns);
  bucket.filled_ns = now_ns;
  bucket.tokens =
      std::min<double>(per_second_, bucket.tokens + static_cast<double>(passed) / kSecondNs * per_second_);
  if (bucket.tokens >= 1) {
    bucket.tokens -= 1;
    return true;
  }
  if (bucket.suppressed++ == 0) bucket.since_ns = now_ns;
  return false;
}

std::vector<PeerRate::Suppressed> PeerRate::to_tell(std::int64_t now_ns, bool all) {
  std::vector<Suppressed> out;
  const std::lock_guard lock(mutex_);
  for (auto& [peer, bucket] : peers_) {
    if (bucket.suppressed == 0) continue;
    const bool due = now_ns - bucket.since_ns >= kTellEveryNs || now_ns < bucket.since_ns;
    if (!all && !due) continue;
    out.push_back({peer, bucket.suppressed});
    bucket.suppressed = 0;
  }
  return out;
}

void PeerRate::forget_the_quiet(std::int64_t now_ns) {
  std::erase_if(peers_, [this, now_ns](const auto& entry) {
    const Bucket& bucket = entry.second;
    const double passed = static_cast<double>(now_ns - bucket.filled_ns) / kSecondNs;
    return bucket.suppressed == 0 && bucket.tokens + passed * per_second_ >= per_second_;
  });
  // All of them too loud: nobody can name so many peers honestly. Their debts go with them.
  if (peers_.size() >= kPeersMax) peers_.clear();
}

}  // namespace vigil
