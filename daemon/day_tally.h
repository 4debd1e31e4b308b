#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace vigil {

/// What one source sent on one day of its zone: what the monthly report adds up. Kept as text, one line of numbers.
struct DayTally {
  std::int64_t day = 0;      ///< days since 1970 on the source's wall clock
  std::uint32_t hours = 0;   ///< bit h: something came in hour h
  std::uint64_t received = 0, bytes = 0, unparsed = 0;
  std::uint64_t missing = 0;    ///< numbers of the sender's that never came
  std::uint64_t discarded = 0;  ///< received, but not stored
  std::int64_t skew_seconds = 0;  ///< of its clock, as last known that day
  enum Mark : std::uint32_t { clock_wrong = 1, flood = 2, collapse = 4 };
  std::uint32_t marks = 0;

  bool operator==(const DayTally&) const = default;
  void add(const DayTally& other);

  std::string save() const;
  /// Takes what it understands; what a later version adds behind is ignored.
  static DayTally load(std::int64_t day, std::string_view text);
};

/// "2026-11-20" of a day number, and back; -1 if it is none.
std::string day_text(std::int64_t day);
std::int64_t day_from_text(std::string_view text);

}  // namespace vigil
