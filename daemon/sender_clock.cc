#include "daemon/sender_clock.h"

#include <algorithm>
#include <cmath>

namespace vigil {

namespace {

constexpr double kNs = 1e9;
constexpr std::int64_t kHalfHour = 1'800'000'000'000;
constexpr std::int64_t kNearly = 120'000'000'000;

}  // namespace

void SenderClock::add(std::int64_t skew_ns, std::int64_t now_ns, std::chrono::nanoseconds every) {
  if (skew_ns == 0 || (count_ != 0 && now_ns - added_ns_ < every.count())) return;
  added_ns_ = now_ns;
  seconds_[next_] = static_cast<float>(static_cast<double>(skew_ns) / kNs);
  next_ = static_cast<std::uint8_t>((next_ + 1U) % kSamples);
  if (count_ < kSamples) ++count_;
}

std::optional<std::int64_t> SenderClock::median_ns() const {
  if (count_ == 0) return std::nullopt;
  auto sorted = seconds_;
  std::nth_element(sorted.begin(), sorted.begin() + count_ / 2, sorted.begin() + count_);
  return static_cast<std::int64_t>(static_cast<double>(sorted[count_ / 2]) * kNs);
}

bool SenderClock::wrong(bool before) const {
  if (count_ < kSamplesMin) return before;
  auto sorted = seconds_;
  std::sort(sorted.begin(), sorted.begin() + count_);
  const double median = std::abs(static_cast<double>(sorted[count_ / 2]));
  if (before) return median * kNs >= static_cast<double>(kOverNs);
  const double between = static_cast<double>(sorted[count_ * 3U / 4U]) - static_cast<double>(sorted[count_ / 4U]);
  return median * kNs > static_cast<double>(kAlarmNs) && between <= std::max(30.0, median / 20);
}

bool SenderClock::looks_like_zone(std::int64_t skew_ns) {
  const std::int64_t off = std::abs(skew_ns);
  const std::int64_t rest = off % kHalfHour;
  return off > kHalfHour - kNearly && off < 15 * 2 * kHalfHour && (rest < kNearly || rest > kHalfHour - kNearly);
}

void SenderClock::save(std::string& out) const {
  append_varint(out, count_);
  // The oldest first.
  for (unsigned i = 0; i < count_; ++i) append_fixed(out, seconds_[(next_ + kSamples - count_ + i) % kSamples]);
}

void SenderClock::load(WireReader& in) {
  *this = {};
  const auto count = static_cast<std::uint8_t>(in.varint(kSamples));
  for (unsigned i = 0; i < count; ++i) {
    const auto seconds = in.fixed<float>();
    seconds_[i] = std::isfinite(seconds) ? seconds : 0;
  }
  if (!in.ok()) return;
  count_ = count;
  next_ = static_cast<std::uint8_t>(count % kSamples);
}

}  // namespace vigil
