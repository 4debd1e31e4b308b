#include <algorithm>
#include <map>
#include <tuple>

#include "storage/rollup.h"
#include "storage/rocks_archive.h"

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

/// Reads a rollup. False if it cannot answer: it is missing or damaged, is not of just these records, or does not know what
/// is needed of the hours asked for.
bool RocksArchive::read_counts(Family family, const std::string& key, const CountNeeds& needs,
                               std::uint64_t records, const CountedHours& hours, Rollup& rollup) const {
  rocksdb::PinnableSlice pin;
  const auto value = database_->get(family, key, pin);
  if (!value || !read_rollup(*value, rollup)) return false;
  std::uint64_t counted = 0;
  for (const RollupEntry& entry : rollup.entries) {
    counted += entry.records;
    if (entry.hour < hours.from || entry.hour >= hours.to) continue;
    if (needs.host && entry.host == kHostUnknown) return false;
    if (needs.severity && entry.severity == kSeverityUnknown) return false;
  }
  return counted == records;
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

  // What has no rollup, or one that cannot answer, is read.
  LaneSegments rest;
  Rollup rollup;
  for (const auto& segments : lanes) {
    std::vector<Segment> unknown;
    std::map<std::pair<std::uint16_t, std::uint32_t>, std::vector<Segment>> runs;
    for (const Segment& segment : segments) {
      const RowBounds& bounds = segment.bounds();
      if (segment.block && segment.block->place == BlockPlace::cold) {
        // All of a run, since its rollup is of all.
        runs[{segment.block->day, segment.block->run}].push_back(segment);
        continue;
      }
      if (bounds.event_max < from_ns || bounds.event_min >= to_ns) continue;
      const bool counted = segment.block && segment.block->place == BlockPlace::fresh &&
                           read_counts(Family::fidx, rollup_key(*segment.block), needs, bounds.rows,
                                       {.rollup = rollup, .from = from, .to = to}, rollup);
      if (!counted) {
        unknown.push_back(segment);
        continue;
      }
      ++cost.rollups_read;
      if (!visit_counts({.rollup = rollup, .from = from, .to = to})) return cost;
    }
    for (auto& [key, run] : runs) {
      std::uint64_t records = 0;
      bool inside = false;
      for (const Segment& segment : run) {
        records += segment.bounds().rows;
        inside = inside || (segment.bounds().event_max >= from_ns && segment.bounds().event_min < to_ns);
      }
      if (!inside) continue;
      if (!read_counts(Family::cidx, run_key(*run.front().block, kRollupPage), needs, records,
                       {.rollup = rollup, .from = from, .to = to}, rollup)) {
        unknown.insert(unknown.end(), run.begin(), run.end());
        continue;
      }
      ++cost.rollups_read;
      if (!visit_counts({.rollup = rollup, .from = from, .to = to})) return cost;
    }
    if (!unknown.empty()) rest.push_back(std::move(unknown));
  }
  const auto done = read(std::move(rest), from_ns, to_ns);
  if (!done) return done.error();
  return cost;
}

}  // namespace vigil
