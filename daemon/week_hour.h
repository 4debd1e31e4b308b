#pragma once

#include <cstddef>
#include <cstdint>

#include "parsers/calendar.h"

namespace vigil {

/// The hours of a week in which senders behave alike: 24 of a working day, then 24 of a day off (Saturday, Sunday).
/// Finer parts would take months to be learned; coarser ones would take a school's night for an outage.
constexpr std::size_t kWeekHours = 48;
constexpr std::int64_t kHour = 3'600 * kSecond;

/// Floor of a division, also for times before 1970.
constexpr std::int64_t whole_units(std::int64_t ns, std::int64_t unit) {
  return ns / unit - (ns % unit < 0 ? 1 : 0);
}
/// Hours since 1970 on the wall clock of a zone.
constexpr std::int64_t local_hour(std::int64_t ns, int zone_minutes) {
  return whole_units(ns + seconds_of(zone_minutes) * kSecond, kHour);
}
/// When that hour begins, UTC ns.
constexpr std::int64_t hour_begin_ns(std::int64_t hour, int zone_minutes) {
  return hour * kHour - seconds_of(zone_minutes) * kSecond;
}
constexpr std::size_t week_hour(std::int64_t hour) {
  const std::int64_t day = whole_units(hour, 24);
  const std::int64_t weekday = ((day + 4) % 7 + 7) % 7;  // 0 is Sunday: 1970-01-01 was a Thursday
  const bool off = weekday == 0 || weekday == 6;
  return static_cast<std::size_t>(hour - day * 24) + (off ? 24 : 0);
}

}  // namespace vigil
