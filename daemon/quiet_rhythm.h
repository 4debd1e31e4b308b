#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "daemon/week_hour.h"
#include "storage/wire.h"

namespace vigil {

struct QuietOptions {
  /// Nobody is told of less.
  std::chrono::nanoseconds at_least = std::chrono::minutes(15);
  /// A source may be quiet for so many times its usual longest.
  int times = 3;
  /// Resolution of what is learned; the longest that can be learned is 65,535 of it, seven and a half days.
  std::chrono::nanoseconds unit = std::chrono::seconds(10);
};

/// How long a source is usually quiet, hour by hour of the week, and whether a quiet is longer than that.
///
/// Learned is the longest quiet that touched each hour, slowly forgotten (half of it in a month of working days).
/// The maximum and not a mean: alarms hang on the tail, and a mean of a few long quiets among a thousand short ones
/// says nothing about it. What makes it robust: a quiet that was told as a silence can at most double what is known,
/// so that one outage does not teach that outages are usual.
///
/// A quiet uses up the allowance of the hours it passes through: an hour in which T is allowed is used up by 1/T a
/// second, and at 1 it is a silence. So a PC that is switched off every evening may be quiet all night (those hours
/// allow two days), yet is missed little more than an hour after it should have been switched on. Where all hours are alike it
/// is what one expects: a silence after `times` the usual longest quiet.
class QuietRhythm {
 public:
  /// `told`: the quiet was told as a silence.
  void learn(std::int64_t from_ns, std::int64_t to_ns, int zone_minutes, bool told, const QuietOptions& options);
  /// Once an hour of the week comes round: forgets a little.
  void fade(std::size_t week_hour);

  /// The share of what is allowed that a quiet has used up.
  double used(std::int64_t from_ns, std::int64_t to_ns, int zone_minutes, const QuietOptions& options) const;
  /// What is allowed in an hour; in one never met, the most that any other allows.
  std::int64_t allowed_ns(std::size_t week_hour, const QuietOptions& options) const;

  void save(std::string& out) const;
  /// Nothing is known afterwards if the bytes are not what save() wrote.
  void load(WireReader& in);

 private:
  std::array<std::uint16_t, kWeekHours> usual_{};  ///< in units; 0: not met yet
};

}  // namespace vigil
