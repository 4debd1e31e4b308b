#include "storage/matching.h"

#include "storage/needle_filter.h"
#include "storage/query_eval.h"

namespace vigil {

Result<ScanCost, StoreError> for_each_match(const Archive& archive, const Query& query, ScanRange range,
                                            const std::function<bool()>* cancelled,
                                            const std::function<bool(LazyEvent&)>& visit) {
  /// Records between two looks at `cancelled`: a few milliseconds of work.
  constexpr std::uint64_t kRecordsBetweenLooks = 256;

  query.plan(range);
  range.cancelled = cancelled;
  if (range.event_from_ns >= range.event_to_ns || range.sequence_from >= range.sequence_to) return ScanCost{};
  const NeedleFilter needles(range.hints);
  LazyEvent subject;
  std::uint64_t seen = 0;
  bool was_cancelled = false;
  auto cost = archive.scan(range, [&](const StoredRecord& record) {
    if (cancelled != nullptr && seen++ % kRecordsBetweenLooks == 0 && (*cancelled)()) {
      was_cancelled = true;
      return false;
    }
    if (record.event_ns < range.event_from_ns || record.event_ns >= range.event_to_ns) return true;
    if (!needles.may_hold(record.raw)) return true;
    subject.reset(record);
    return !satisfies(query.impl().filter, subject) || visit(subject);
  });
  if (was_cancelled) return StoreError{StoreErrc::cancelled, "the search was cancelled"};
  return cost;
}

}  // namespace vigil
