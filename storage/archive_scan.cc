#include <algorithm>
#include <deque>
#include <queue>

#include "storage/lane_cursor.h"
#include "storage/rocks_archive.h"

namespace vigil {

namespace {

/// Lanes whose blocks are read whole at the same time: 16 MiB each. Of more lanes each gets a share of this.
constexpr std::size_t kWholeBlocksMax = 8;
constexpr std::uint64_t kWindowsBytes = 128 * 1024 * 1024;

/// One lane in the merge: what it may give next.
struct Turn {
  std::uint64_t sequence;
  LaneCursor* cursor;
};

}  // namespace

ScanCost& ScanCost::operator+=(const ScanCost& other) {
  rollups_read += other.rollups_read;
  blocks_total += other.blocks_total;
  blocks_read += other.blocks_read;
  parts_total += other.parts_total;
  parts_searched += other.parts_searched;
  parts_read += other.parts_read;
  records_seen += other.records_seen;
  raw_bytes += other.raw_bytes;
  return *this;
}

/// Blocks and open chunks of the lanes that may be seen. They never change and are kept alive here: what is gathered under
/// the lock is the snapshot.
RocksArchive::LaneSegments RocksArchive::segments_of(const std::vector<std::string>& organisations,
                                                     ScanCost& cost) const {
  LaneSegments lanes;
  const std::lock_guard lock(mutex_);
  for (const Lane* const lane : lanes_.visible(organisations)) {
    std::vector<Segment> segments;
    cost.blocks_total += lane->blocks.size();
    for (const auto& block : lane->blocks) {
      cost.parts_total += block->parts;
      segments.push_back({.block = block, .chunk = nullptr});
    }
    for (const auto& chunk : lane->open) segments.push_back({.block = nullptr, .chunk = chunk});
    lanes.push_back(std::move(segments));
  }
  return lanes;
}

Result<ScanCost, StoreError> RocksArchive::scan(const ScanRange& range,
                                                const std::function<bool(const StoredRecord&)>& visit) const {
  ScanCost cost;
  const auto walked = walk(segments_of(range.organisations, cost), range, cost, visit);
  if (!walked) return walked.error();
  return cost;
}

/// Visits what the segments have of the range, in its order. False if `visit` said so.
Result<bool, StoreError> RocksArchive::walk(LaneSegments lanes, const ScanRange& range, ScanCost& cost,
                                            const std::function<bool(const StoredRecord&)>& visit) const {
  ScanPlan plan(range);
  for (auto& segments : lanes) {
    std::erase_if(segments, [&](const Segment& segment) { return !plan.overlaps(segment.bounds()); });
  }
  std::erase_if(lanes, [](const auto& segments) { return segments.empty(); });
  if (lanes.size() > kWholeBlocksMax) plan.window_bytes = kWindowsBytes / lanes.size();

  const bool newest_first = range.newest_first;
  TextPartReader part_reader;  // one for all: it is used between steps only
  std::deque<LaneCursor> cursors;
  const auto later = [newest_first](const Turn& a, const Turn& b) {
    return newest_first ? a.sequence < b.sequence : a.sequence > b.sequence;
  };
  std::priority_queue<Turn, std::vector<Turn>, decltype(later)> turns(later);
  for (auto& segments : lanes) {
    std::sort(segments.begin(), segments.end(), [newest_first](const Segment& a, const Segment& b) {
      return newest_first ? a.bounds().sequence_last > b.bounds().sequence_last
                          : a.bounds().sequence_first < b.bounds().sequence_first;
    });
    cursors.emplace_back(*database_, plan, std::move(segments), part_reader, cost);
    if (const auto bound = cursors.back().bound())
      turns.push({.sequence = *bound, .cursor = &cursors.back()});
  }
  while (!turns.empty()) {
    LaneCursor& cursor = *turns.top().cursor;
    turns.pop();
    // As long as no other lane can have something sooner there is no need to ask the queue.
    for (;;) {
      if (cursor.step()) {
        if (!visit(cursor.record())) return false;
      } else if (range.cancelled != nullptr && (*range.cancelled)()) {
        return StoreError{StoreErrc::cancelled, "the search was cancelled"};
      }
      const auto bound = cursor.bound();
      if (!bound) break;
      const Turn turn{.sequence = *bound, .cursor = &cursor};
      if (!turns.empty() && later(turn, turns.top())) {
        turns.push(turn);
        break;
      }
    }
  }
  for (const LaneCursor& cursor : cursors) {
    if (cursor.trouble()) return *cursor.trouble();
  }
  return true;
}

std::vector<Segment> RocksArchive::segments_spanning(std::uint64_t sequence,
                                                     const std::vector<std::string>& organisations) const {
  std::vector<Segment> segments;
  const std::lock_guard lock(mutex_);
  for (const Lane* const lane : lanes_.visible(organisations)) {
    // Ranges of one lane do not overlap: the last that begins at or before the sequence is the only one.
    const auto after = std::upper_bound(
        lane->blocks.begin(), lane->blocks.end(), sequence,
        [](std::uint64_t wanted, const auto& block) { return wanted < block->bounds.sequence_first; });
    if (after != lane->blocks.begin() && (*std::prev(after))->bounds.sequence_last >= sequence) {
      segments.push_back({.block = *std::prev(after), .chunk = nullptr});
    }
    for (const auto& chunk : lane->open) {
      const RowBounds& bounds = chunk->bounds();
      if (bounds.sequence_first <= sequence && sequence <= bounds.sequence_last) {
        segments.push_back({.block = nullptr, .chunk = chunk});
      }
    }
  }
  return segments;
}

Result<void, StoreError> RocksArchive::custody(const std::vector<std::string>& organisations,
                                               const std::function<bool(const CustodyLeaf&)>& visit) const {
  struct Leaves {
    std::string organisation;
    bool in_scope = true;
    std::vector<std::shared_ptr<const BlockInfo>> blocks;
    std::vector<CustodySegment> open;
  };
  std::vector<Leaves> lanes;
  {
    const std::lock_guard lock(mutex_);
    for (const Lane* const lane : lanes_.visible(organisations)) {
      lanes.push_back({lane->organisation, lane->in_scope, lane->blocks, lane->segments});
    }
  }
  for (const Leaves& lane : lanes) {
    std::vector<CustodySegment> segments;
    const auto show = [&] {
      return std::all_of(segments.begin(), segments.end(), [&](const CustodySegment& segment) {
        return visit({lane.organisation, lane.in_scope, segment});
      });
    };
    for (const auto& block : lane.blocks) {
      rocksdb::PinnableSlice pin;
      const auto head = database_->get(Family::heads, block_key(*block), pin);
      if (!head) return head.error();
      BlockInfo ignored;
      if (!decode_block_head(*head, ignored, &segments)) {
        return StoreError{StoreErrc::corrupt,
                          "block " + std::to_string(block->number) + ": its head is damaged"};
      }
      if (!show()) return {};
    }
    segments = lane.open;
    if (!show()) return {};
  }
  return {};
}

namespace {

const Row* find_row(const std::vector<Row>& rows, std::uint64_t sequence) {
  const auto at =
      std::lower_bound(rows.begin(), rows.end(), sequence,
                       [](const Row& row, std::uint64_t wanted) { return row.sequence < wanted; });
  return at != rows.end() && at->sequence == sequence ? &*at : nullptr;
}

Archive::Kept keep(std::shared_ptr<const void> owner, const Row& row, std::string_view raw,
                   const Sources& sources) {
  return {.owner = std::move(owner), .record = stored_record(row, raw, sources)};
}

StoreError no_record(std::uint64_t sequence) {
  return {StoreErrc::not_found, "查無此筆紀錄 (no such record): " + record_id(sequence)};
}

}  // namespace

Result<Archive::Kept, StoreError> RocksArchive::get_sealed(const std::shared_ptr<const BlockInfo>& info,
                                                           std::uint64_t sequence) const {
  // Evidence is mostly asked for record by record, and neighbours lie in one block: the last one is kept.
  const std::lock_guard lock(recent_mutex_);
  if (!recent_ || recent_->info().number != info->number) {
    auto block = LoadedBlock::open(*database_, info);
    if (!block) return block.error();
    recent_ = std::move(*block);
  }
  const Row* const row = find_row(recent_->rows(), sequence);
  if (row == nullptr) return no_record(sequence);
  const auto raw = recent_->raw(*row);
  if (!raw) return raw.error();
  return keep(recent_, *row, *raw, recent_->sources());
}

Result<Archive::Kept, StoreError> RocksArchive::get(std::uint64_t sequence,
                                                    const std::vector<std::string>& organisations) const {
  // Lanes interleave: a segment of each may span the sequence, one at most holds it.
  for (const Segment& segment : segments_spanning(sequence, organisations)) {
    if (segment.block) {
      auto found = get_sealed(segment.block, sequence);
      if (found || found.error().code != StoreErrc::not_found) return found;
    } else if (const Row* const row = find_row(segment.chunk->rows(), sequence)) {
      return keep(segment.chunk, *row, segment.chunk->raw(*row), segment.chunk->sources());
    }
  }
  return no_record(sequence);
}

}  // namespace vigil
