#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "daemon/day_tally.h"

/// Where source health lies in the state store. Days and times come first in a key, so that what is old lies together.
///
///   source-day/<2026-11-20>/<source>        a DayTally
///   source-silence/<from, 19 digits>/<source>   when it was heard again, UTC ns; 0: not yet
///   source-outage/<from, 19 digits>         until when vigild itself did not listen
///   source-alive                            when vigild last wrote
namespace vigil::health_key {

constexpr std::string_view kDay = "source-day/";
constexpr std::string_view kSilence = "source-silence/";
constexpr std::string_view kOutage = "source-outage/";
constexpr std::string_view kAlive = "source-alive";
constexpr std::size_t kDateDigits = 10, kTimeDigits = 19;

/// Sorts as numbers do; times before 1970 do not occur.
inline std::string time_digits(std::int64_t ns) {
  std::string digits = std::to_string(ns < 0 ? 0 : ns);
  digits.insert(0, kTimeDigits - digits.size(), '0');
  return digits;
}
inline std::string day(std::int64_t day, std::string_view source) {
  return std::string(kDay) + day_text(day) + "/" + std::string(source);
}
inline std::string silence(std::int64_t from_ns, std::string_view source) {
  return std::string(kSilence) + time_digits(from_ns) + "/" + std::string(source);
}
inline std::string outage(std::int64_t from_ns) { return std::string(kOutage) + time_digits(from_ns); }

/// A whole number; 0 for anything else.
inline std::int64_t number(std::string_view text) {
  std::int64_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9' || value > (INT64_MAX - 9) / 10) return 0;
    value = value * 10 + (c - '0');
  }
  return value;
}

}  // namespace vigil::health_key
