#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

/// Arithmetic on UTC: dates, days and offsets. No locale, no time zone database, no clock.
namespace vigil {

constexpr std::int64_t kSecond = 1'000'000'000;  ///< in nanoseconds, as every `_ns` of ours
constexpr std::int64_t kSecondsPerDay = 86'400;
constexpr std::int64_t kDay = kSecondsPerDay * kSecond;
/// How far ahead of its receipt a date without year may lie.
constexpr std::int64_t kAheadMax = 30 * kDay;

/// Offsets are minutes in our types; times are counted in seconds.
constexpr std::int64_t seconds_of(int minutes) { return std::int64_t{minutes} * 60; }

/// Days from 1970-01-01 to a date of the proleptic Gregorian calendar. Any year within ±32,767.
constexpr std::int64_t days_from_date(int year, unsigned month, unsigned day) {
  // Count years from March: the leap day is then the last of its year.
  const int y = month <= 2 ? year - 1 : year;
  const int era = (y >= 0 ? y : y - 399) / 400;
  const auto of_era = static_cast<unsigned>(y - era * 400);
  const unsigned of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  const unsigned day_of_era = of_era * 365 + of_era / 4 - of_era / 100 + of_year;
  return static_cast<std::int64_t>(era) * 146'097 + static_cast<std::int64_t>(day_of_era) - 719'468;
}

struct Date {
  int year;
  unsigned month, day;  ///< from 1
};
/// The date a number of days after (before) 1970-01-01.
Date date_from_days(std::int64_t days);

/// A time of day and a date as written, not yet checked.
struct CivilTime {
  int year = 1970;
  unsigned month = 1, day = 1, hour = 0, minute = 0, second = 0;
  std::int64_t nanosecond = 0;
};
/// Seconds since 1970 as if the civil time were UTC. Nothing if there is no such date or time.
std::optional<std::int64_t> seconds_from_civil(const CivilTime& civil);
/// UTC ns of a civil time that lies `zone_minutes` east of Greenwich. Nothing if there is no such date or
/// time, or if it does not fit (years 1678 to 2261 fit). Second 60 counts as 59.
std::optional<std::int64_t> time_from_civil(const CivilTime& civil, int zone_minutes);

/// The year that puts a date without one at the newest moment not later than 30 days after receipt; 29
/// February goes to the nearest leap year before. Nothing if the date exists in no year of the last five.
std::optional<std::int64_t> time_without_year(CivilTime civil, int zone_minutes, std::int64_t received_ns);

/// A clock that is more than a day off tells little about when something happened (Tag::clock_skew).
constexpr bool is_clock_skewed(std::int64_t event_ns, std::int64_t received_ns) {
  // Unsigned, because the ends of the range are further apart than a signed number reaches.
  const auto event = static_cast<std::uint64_t>(event_ns);
  const auto received = static_cast<std::uint64_t>(received_ns);
  const std::uint64_t apart = event_ns < received_ns ? received - event : event - received;
  return apart > static_cast<std::uint64_t>(kDay);
}

/// Offset of a zone's abbreviation ("CST" is +08:00 here), upper case as senders write it.
std::optional<int> zone_from_name(std::string_view name);

/// 1 to 12 for "jan" … "dec", any case; 0 otherwise. Reads three characters.
unsigned month_from_name(std::string_view name);

}  // namespace vigil
