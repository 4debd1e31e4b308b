#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "incidents/case.h"

namespace vigil {

/// Which stored records belong into a case's evidence bundle: every sample the detections cite, and of the
/// time around them whatever names one of the case's entities.
struct EvidencePlan {
  /// A bundle stays something a person can open; samples are never left out for it.
  static constexpr std::size_t kRecordsMax = 50'000;

  std::string organisation;
  std::vector<std::uint64_t> samples;  ///< sequences, ascending
  /// Surroundings: event time in [from, to).
  std::int64_t event_from_ns = 0, event_to_ns = 0;
  std::size_t records_max = kRecordsMax;
  /// Addresses, accounts, hosts and hashes as they are written in logs, lower case; any one of them is
  /// enough.
  std::vector<std::string> needles;

  /// True if the raw bytes name one of the entities: as a whole word, ASCII case-insensitively, so 10.0.0.1
  /// is not found in 10.0.0.10 nor `amy` in `samynet`.
  bool mentions(std::string_view raw) const;
};

EvidencePlan plan_evidence(const Case& incident);

}  // namespace vigil
