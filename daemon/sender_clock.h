#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "storage/wire.h"

namespace vigil {

/// How far a sender's clock is off, from the times in its messages: the median of fifteen of them, at most one a
/// minute. A single odd message moves nothing.
///
/// A clock that is wrong is wrong by the same amount for a while. What comes late (a sender that delivers what it had
/// spooled) is off by less and less: with more than a twentieth (or 30 s) between the quartiles it is no clock's fault.
class SenderClock {
 public:
  static constexpr std::size_t kSamples = 15;
  /// Nothing is said about a clock with fewer.
  static constexpr std::size_t kSamplesMin = 8;
  /// More is worth telling …
  static constexpr std::int64_t kAlarmNs = 300'000'000'000;
  /// … and it is over below this.
  static constexpr std::int64_t kOverNs = 240'000'000'000;

  /// The newest message's own time minus its arrival. 0 means it has no time of its own, and is ignored.
  void add(std::int64_t skew_ns, std::int64_t now_ns, std::chrono::nanoseconds every);

  /// Nothing until a message with a time of its own has come.
  std::optional<std::int64_t> median_ns() const;
  /// Steadily more than five minutes off; `before`: it was when last asked.
  bool wrong(bool before) const;
  /// A whole number of half-hours off, but for two minutes: rather the zone than the clock is set wrongly.
  static bool looks_like_zone(std::int64_t skew_ns);

  void save(std::string& out) const;
  /// Nothing is known afterwards if the bytes are not what save() wrote.
  void load(WireReader& in);

 private:
  std::array<float, kSamples> seconds_{};  ///< the newest overwrites the oldest
  std::uint8_t count_ = 0, next_ = 0;
  std::int64_t added_ns_ = 0;
};

}  // namespace vigil
