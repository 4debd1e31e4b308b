#include <algorithm>
#include <map>

#include "storage/rocks_archive.h"
#include "storage/rollup.h"

namespace vigil {

Result<ScanCost, StoreError> Archive::count(const ScanRange& range, const CountNeeds&,
                                            const std::function<bool(const CountedHours&)>&,
                                            const std::function<bool(const StoredRecord&)>& visit) const {
  ScanRange every;
  every.organisations = range.organisations;
  every.event_from_ns = range.event_from_ns;
  every.event_to_ns = range.event_to_ns;
  every.cancelled = range.cancelled;
  every.text_needed = range.text_needed;
  return scan(every, visit);
}

/// A rollup, if it can answer: nothing if it is missing or damaged, is not of just these records, or does not know what is
/// needed of the hours [from, to).
std::optional<Rollup> RocksArchive::read_counts(Family family, const std::string& key,
                                                const CountNeeds& needs, std::uint64_t records,
                                                std::int64_t from, std::int64_t to) const {
  rocksdb::PinnableSlice pin;
  const auto value = database_->get(family, key, pin);
  Rollup rollup;
  if (!value || !read_rollup(*value, rollup)) return std::nullopt;
  std::uint64_t counted = 0;
  for (const RollupEntry& entry : rollup.entries) {
    counted += entry.records;
    if (entry.hour < from || entry.hour >= to) continue;
    if (needs.host && entry.host == kHostUnknown) return std::nullopt;
    if (needs.severity && entry.severity == kSeverityUnknown) return std::nullopt;
  }
  return counted == records ? std::optional(std::move(rollup)) : std::nullopt;
}

Result<ScanCost, StoreError> RocksArchive::count(
    const ScanRange& range, const CountNeeds& needs,
    const std::function<bool(const CountedHours&)>& visit_counts,
    const std::function<bool(const StoredRecord&)>& visit) const {
  ScanCost cost;
  LaneSegments lanes = segments_of(range.organisations, cost);
  // Whole hours inside the range are counted; what is left at its ends is read.
  constexpr std::int64_t kHoursMax = INT64_MAX / kHourNs;
  const std::int64_t from =
      range.event_from_ns <= -kHoursMax * kHourNs ? -kHoursMax : hour_of(range.event_from_ns - 1) + 1;
  const std::int64_t to =
      std::max(from, range.event_to_ns >= kHoursMax * kHourNs ? kHoursMax + 1 : hour_of(range.event_to_ns));
  const auto read = [&](LaneSegments which, std::int64_t begin_ns,
                        std::int64_t end_ns) -> Result<bool, StoreError> {
    if (begin_ns >= end_ns) return true;
    ScanRange part;
    part.event_from_ns = begin_ns;
    part.event_to_ns = end_ns;
    part.cancelled = range.cancelled;
    part.text_needed = range.text_needed;
    return walk(std::move(which), part, cost, visit);
  };
  const std::int64_t from_ns = from <= -kHoursMax ? range.event_from_ns : from * kHourNs;
  const std::int64_t to_ns = to > kHoursMax ? range.event_to_ns : to * kHourNs;
  for (const auto& [begin, end] :
       {std::pair(range.event_from_ns, std::min(from_ns, range.event_to_ns)),
        std::pair(std::max(to_ns, std::min(from_ns, range.event_to_ns)), range.event_to_ns)}) {
    const auto done = read(lanes, begin, end);
    if (!done) return done.error();
    if (!*done) return cost;
  }
  if (from >= to) return cost;

  const auto is_inside = [&](const Segment& segment) {
    return segment.bounds().event_max >= from_ns && segment.bounds().event_min < to_ns;
  };
  // What has no rollup, or one that cannot answer, is read.
  LaneSegments rest;
  for (auto& segments : lanes) {
    std::vector<Segment> unknown;
    // By the key of its rollup: a sealed block by itself, of a run all that are there, since its rollup is of all.
    std::map<std::string, std::vector<Segment>> counted;
    for (Segment& segment : segments) {
      if (!segment.block || segment.block->place == BlockPlace::held) {
        unknown.push_back(std::move(segment));
      } else {
        const BlockInfo& block = *segment.block;
        const bool cold = block.place == BlockPlace::cold;
        counted[cold ? run_key(block, kRollupPage) : rollup_key(block)].push_back(std::move(segment));
      }
    }
    for (auto& [key, together] : counted) {
      if (std::none_of(together.begin(), together.end(), is_inside)) continue;
      std::uint64_t records = 0;
      for (const Segment& segment : together) records += segment.bounds().rows;
      const bool cold = together.front().block->place == BlockPlace::cold;
      const auto rollup = read_counts(cold ? Family::cidx : Family::fidx, key, needs, records, from, to);
      if (!rollup) {
        unknown.insert(unknown.end(), together.begin(), together.end());
        continue;
      }
      ++cost.rollups_read;
      if (!visit_counts({.rollup = *rollup, .from = from, .to = to})) return cost;
    }
    if (!unknown.empty()) rest.push_back(std::move(unknown));
  }
  const auto done = read(std::move(rest), from_ns, to_ns);
  if (!done) return done.error();
  return cost;
}

}  // namespace vigil
