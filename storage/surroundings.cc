#include "storage/surroundings.h"

#include <algorithm>
#include <limits>

namespace vigil {

namespace {

/// a + b, held at the ends of the range.
std::int64_t clamped_sum(std::int64_t a, std::int64_t b) {
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();
  if (b > 0) return a > kMost - b ? kMost : a + b;
  return a < kLeast - b ? kLeast : a + b;
}

}  // namespace

Result<ScanCost, StoreError> surroundings(const Archive& archive, const SurroundingsRequest& request,
                                          const std::function<bool(const StoredRecord&)>& visit) {
  const auto middle = archive.get(request.sequence, request.organisations);
  if (!middle) return middle.error();
  const StoredRecord& record = middle->record;
  const Source& source = *record.source;
  const std::size_t most = std::min(request.records, kSurroundingsMax);
  const std::int64_t reach = request.within.value_or(kSurroundingsReach).count();

  ScanRange range;
  range.organisations = {source.organisation};
  range.event_from_ns = clamped_sum(record.event_ns, -reach);
  range.event_to_ns = clamped_sum(clamped_sum(record.event_ns, reach), 1);
  const auto is_near = [&](const StoredRecord& other) {
    return request.any_source || (other.source->host == source.host && other.source->peer == source.peer);
  };
  std::uint64_t seen = 0;
  const auto cancelled = [&] { return request.cancelled != nullptr && ++seen % 1024 == 0 && (*request.cancelled)(); };

  // Backwards first, to see where to begin; then forwards, so that nothing has to be kept.
  std::uint64_t first = record.sequence;
  std::size_t before = 0;
  range.newest_first = true;
  range.sequence_to = record.sequence;
  auto cost = most == 0 ? Result<ScanCost, StoreError>(ScanCost()) : archive.scan(range, [&](const StoredRecord& other) {
    if (is_near(other)) {
      first = other.sequence;
      if (++before == most) return false;
    }
    return !cancelled();
  });
  if (!cost) return cost.error();

  std::size_t after = 0;
  range.newest_first = false;
  range.sequence_from = first;
  range.sequence_to = UINT64_MAX;
  const auto forwards = archive.scan(range, [&](const StoredRecord& other) {
    if (other.sequence != record.sequence && !is_near(other)) return !cancelled();
    if (other.sequence > record.sequence && ++after > most) return false;
    return visit(other) && !(other.sequence >= record.sequence && after == most) && !cancelled();
  });
  if (!forwards) return forwards.error();
  // Of one archive: what there is does not add up, what was done does.
  ScanCost sum = *forwards;
  sum += *cost;
  sum.blocks_total = std::max(cost->blocks_total, forwards->blocks_total);
  sum.parts_total = std::max(cost->parts_total, forwards->parts_total);
  return sum;
}

}  // namespace vigil
