#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "incidents/case.h"
#include "parsers/result.h"

namespace vigil {

/// How long after its start a clock is due.
struct ClockPeriod {
  std::int64_t seconds = 0;
  int months = 0;  ///< calendar months, counted in the organisation's zone
  bool operator==(const ClockPeriod&) const = default;
};

/// One duty of a regulation. Which levels owe it, when it starts and how long it may take are data.
struct ClockRule {
  enum class Start : std::uint8_t { known, occurred, contained };
  std::string id, label_zh, label_en, owner, article;
  Start start = Start::known;
  std::array<std::optional<ClockPeriod>, 5> due;  ///< by level 0..4
};

/// The law as it stood in a span of time (profiles/*.yaml).
struct RegulationProfile {
  std::string id, name, name_en;
  std::int64_t from_ns = INT64_MIN, until_ns = INT64_MAX;  ///< in force in [from, until), dates of Taiwan
  std::vector<ClockRule> clocks;
  bool in_force(std::int64_t at_ns) const { return at_ns >= from_ns && at_ns < until_ns; }
};

/// Why a file of incidents/profiles could not be read.
struct ProfileError {
  std::string what;
};

Result<RegulationProfile, ProfileError> parse_profile(std::string_view yaml);

/// The profiles built into the program, oldest first.
std::span<const RegulationProfile> regulation_profiles();

/// The profile a case that became known at that moment falls under: the organisation's own choice if it was
/// in force then, else the one that was, else the newest.
const RegulationProfile& profile_for(std::string_view chosen, std::int64_t known_ns);

/// Starts the clocks that knowing starts, for the case's level, and those of an earlier event where it is
/// known. A case that nobody has levelled yet (proposed 0) owes what the lowest level owes; a level that a
/// person put at 0 owes nothing. Called again after the level rose: clocks that are missing start now; one
/// whose due time would differ is voided and stands beside its successor, which counts from the same start,
/// so a due time is never edited.
void start_clocks(Case& incident, const RegulationProfile& profile, int zone_minutes, std::int64_t now_ns);

/// `months` later at the same local time; the last day of the month where that day does not exist.
std::int64_t add_months(std::int64_t ns, int months, int zone_minutes);

}  // namespace vigil
