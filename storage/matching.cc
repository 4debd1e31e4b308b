#include "storage/matching.h"

#include "storage/query_eval.h"

namespace vigil {

namespace {
/// Records between two looks at `cancelled`: a few milliseconds of work.
constexpr std::uint64_t kRecordsBetweenLooks = 256;
}  // namespace

MatchVisitor::MatchVisitor(const Query& query, const ScanRange& range, std::function<bool(LazyEvent&)> visit)
    : query_(query), range_(range), needles_(range.hints), visit_(std::move(visit)) {}

StoreError MatchVisitor::cancelled_error() { return {StoreErrc::cancelled, "the search was cancelled"}; }

bool MatchVisitor::operator()(const StoredRecord& record) {
  if (range_.cancelled != nullptr && seen_++ % kRecordsBetweenLooks == 0 && (*range_.cancelled)()) {
    was_cancelled_ = true;
    return false;
  }
  if (record.event_ns < range_.event_from_ns || record.event_ns >= range_.event_to_ns) return true;
  if (!needles_.may_hold(record.raw)) return true;
  subject_.reset(record);
  return !satisfies(query_.impl().filter, subject_) || visit_(subject_);
}

Result<ScanCost, StoreError> for_each_match(const Archive& archive, const Query& query, ScanRange range,
                                            const std::function<bool()>* cancelled,
                                            const std::function<bool(LazyEvent&)>& visit) {
  query.plan(range);
  range.cancelled = cancelled;
  if (range.event_from_ns >= range.event_to_ns || range.sequence_from >= range.sequence_to) return ScanCost{};
  MatchVisitor visitor(query, range, visit);
  auto cost = archive.scan(range, std::ref(visitor));
  if (visitor.was_cancelled()) return MatchVisitor::cancelled_error();
  return cost;
}

}  // namespace vigil
