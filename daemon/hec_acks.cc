#include "daemon/hec_acks.h"

namespace vigil {

void HecAcks::forget_idle(std::int64_t now_ns) {
  while (!used_.empty()) {
    const auto oldest = channels_.find(used_.front());
    if (now_ns - oldest->second.used_ns < kIdleNs && channels_.size() <= kChannelsMax) return;
    channels_.erase(oldest);
    used_.pop_front();
  }
}

void HecAcks::touch(Channel& channel, std::int64_t now_ns) {
  channel.used_ns = now_ns;
  used_.splice(used_.end(), used_, channel.place);
}

std::uint64_t HecAcks::give(const std::string& name, std::int64_t now_ns) {
  forget_idle(now_ns);
  const auto [entry, fresh] = channels_.try_emplace(name);
  Channel& channel = entry->second;
  if (fresh) channel.place = used_.insert(used_.end(), name);
  touch(channel, now_ns);
  if (channel.safe.size() == kNumbersMax) channel.safe.erase(channel.safe.begin());
  channel.safe.insert(channel.next);
  const std::uint64_t number = channel.next++;
  forget_idle(now_ns);
  return number;
}

bool HecAcks::take(const std::string& name, std::uint64_t number, std::int64_t now_ns) {
  forget_idle(now_ns);
  const auto entry = channels_.find(name);
  if (entry == channels_.end()) return false;
  touch(entry->second, now_ns);
  return entry->second.safe.erase(number) == 1;
}

}  // namespace vigil
