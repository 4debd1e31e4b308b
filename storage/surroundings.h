#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "storage/archive.h"

namespace vigil {

/// What an investigator asks next of a record: what else did this sender say, just before and just after?
struct SurroundingsRequest {
  std::uint64_t sequence = 0;              ///< of the record in the middle
  std::vector<std::string> organisations;  ///< as in ScanRange; none but the record's own is read
  std::size_t records = 10;                ///< at most so many on either side
  /// Of event time on either side. Without it, a day: a sender that falls silent must not cost six months of reading.
  std::optional<std::chrono::nanoseconds> within;
  bool any_source = false;  ///< of the record's organisation; else only its host and peer
  /// Asked now and then; true ends the reading.
  const std::function<bool()>* cancelled = nullptr;
};

constexpr std::chrono::hours kSurroundingsReach{24};
constexpr std::size_t kSurroundingsMax = 10'000;  ///< records on either side

/// Calls `visit` for the records around and for the one in the middle, in order of arrival, until it says false. Fails
/// with not_found where no such record is to be seen.
Result<ScanCost, StoreError> surroundings(const Archive& archive, const SurroundingsRequest& request,
                                          const std::function<bool(const StoredRecord&)>& visit);

}  // namespace vigil
