#include <algorithm>

#include "storage/block_index.h"
#include "storage/fault.h"
#include "storage/rocks_archive.h"
#include "storage/wire.h"

namespace vigil {

namespace {

/// Chunks of one block at most: a lane that gets a line now and then has one for each commit, and a change of the
/// database should stay small.
constexpr std::size_t kBlockChunksMax = 8192;
/// A journal this many times its usual length is pinned by quiet lanes: they are sealed before they are due.
constexpr std::uint64_t kJournalPinned = 2;

}  // namespace

std::string block_key(const BlockInfo& info) {
  std::string key;
  append_big_endian(key, info.day);
  append_big_endian(key, info.number);
  return key;
}

std::string letters_key(const BlockInfo& info) { return block_key(info) + '\x02'; }

std::string part_key(const BlockInfo& info, std::uint16_t part) {
  std::string key = block_key(info);
  append_big_endian(key, part);
  return key;
}

std::string rollup_key(const BlockInfo& info) {
  std::string key = block_key(info);
  key.push_back('\1');
  return key;
}

Family family_of(BlockPlace place) {
  switch (place) {
    case BlockPlace::cold:
      return Family::cold;
    case BlockPlace::held:
      return Family::held;
    case BlockPlace::fresh:
      break;
  }
  return Family::fresh;
}

std::string day_key(std::uint16_t day) {
  std::string key;
  append_big_endian(key, day);
  return key;
}
std::string day_key(std::uint16_t day, std::uint32_t number) {
  std::string key = day_key(day);
  append_big_endian(key, number);
  return key;
}
std::string day_key(std::uint16_t day, LaneId lane) {
  std::string key = day_key(day);
  append_big_endian(key, lane);
  return key;
}

std::string run_key(const BlockInfo& info, std::uint16_t page) {
  std::string key = day_key(info.day, info.lane);
  append_big_endian(key, info.run);
  append_big_endian(key, page);
  return key;
}

RocksArchive::Due RocksArchive::next_due(const Round& round) const {
  const std::lock_guard lock(mutex_);
  const Lane* chosen = nullptr;
  const Lane* largest = nullptr;
  for (const auto& lane : lanes_.all()) {
    if (!lane || lane->open.empty() ||
        std::find(round.skip.begin(), round.skip.end(), lane->id) != round.skip.end()) {
      continue;
    }
    const RowBounds& oldest = lane->open.front()->bounds();
    if (oldest.sequence_first >= round.before) continue;
    if (largest == nullptr || lane->open_raw_bytes > largest->open_raw_bytes) largest = lane.get();
    const bool due =
        round.everything || lane->open_raw_bytes >= options_.block_raw_bytes ||
        lane->open.size() >= kBlockChunksMax || oldest.sequence_first <= round.pinned_until ||
        day_of(round.now_ns) > day_of(oldest.received_min) ||
        round.now_ns - oldest.received_min >= std::chrono::nanoseconds(options_.block_age_max).count();
    if (due && chosen == nullptr) chosen = lane.get();
  }
  if (chosen == nullptr && open_raw_bytes_ > options_.tail_raw_bytes_max) chosen = largest;
  Due due;
  if (chosen == nullptr) return due;

  const bool to_the_end = round.everything || chosen->open_raw_bytes < options_.block_raw_bytes;
  // A block is of one day, so that a day can be given up without touching its neighbours.
  due.lane = chosen->id;
  due.day = day_of(chosen->open.front()->bounds().received_min);
  std::uint64_t raw_bytes = 0;
  std::size_t rows = 0;
  for (const auto& chunk : chosen->open) {
    const RowBounds& bounds = chunk->bounds();
    const bool fits = due.chunks.empty() ||
                      (raw_bytes < options_.block_raw_bytes && raw_bytes + bounds.raw_bytes <= kRawBytesMax &&
                       rows + bounds.rows <= kRowsMax && due.chunks.size() < kBlockChunksMax &&
                       day_of(bounds.received_min) == due.day && bounds.sequence_first < round.before);
    if (!fits) break;
    raw_bytes += bounds.raw_bytes;
    rows += bounds.rows;
    due.chunks.push_back(chunk);
  }

  // … and of whole custody segments: it ends where one ends, or a little later where none does.
  const auto& open = chosen->open;
  std::size_t taken = 0, segments = 0;
  for (const CustodySegment& segment : chosen->segments) {
    const auto after = std::partition_point(open.begin(), open.end(), [&](const auto& chunk) {
      return chunk->bounds().sequence_first <= segment.sequence_last;
    });
    const auto end = static_cast<std::size_t>(after - open.begin());
    if (end > due.chunks.size() && taken > 0) break;
    taken = end;
    ++segments;
  }
  due.waits = taken == 0 || (to_the_end && taken < due.chunks.size());
  due.chunks.assign(open.begin(), open.begin() + static_cast<std::ptrdiff_t>(taken));
  due.segments.assign(chosen->segments.begin(),
                      chosen->segments.begin() + static_cast<std::ptrdiff_t>(segments));
  return due;
}

/// Ends the lane's open segment where its last chunk ends.
void RocksArchive::end_segment(LaneId lane) {
  // No commit is under way while this is held: what is hashed is what is open.
  const std::lock_guard healing(healing_);
  if (hashers_stale_) hash_open_again();
  SegmentHasher& hasher = hashers_[lane];
  if (hasher.empty()) return;
  const CustodySegment segment = hasher.close();
  const std::lock_guard lock(mutex_);
  lanes_.by_id(lane)->segments.push_back(segment);
}

Result<void, StoreError> RocksArchive::seal_block(const Due& due) {
  auto encoded = encoder_.encode(due.chunks, next_block_, due.day);
  verify_failures_.store(encoder_.verify_failures(), std::memory_order_relaxed);
  if (!encoded) return encoded.error();
  EncodedBlock& block = *encoded;
  const std::string index = encode_block_index(block.terms);
  block.info.index_bytes = index.size() + block.rollup.size() + block.letters.size();

  // The hand-over is this one change: from now on the block spans its chunks' sequences. It needs no sync of its own:
  // should it be lost, the chunks are still in the journal, and are sealed again.
  fault_point("seal_encoded");
  // Tables hold one day each, so that a day is given up by giving up files.
  if (block.info.day != sealed_day_) {
    if (auto flushed = database_->flush_blocks(); !flushed) return flushed.error();
    sealed_day_ = block.info.day;
  }
  auto written =
      database_->write(seal_scratch_, Database::Durability::with_next, [&](Database::Changes& changes) {
        changes.put(Family::heads, block_key(block.info), encode_block_head(block.info, due.segments));
        changes.put(Family::fidx, block_key(block.info), index);
        changes.put(Family::fidx, rollup_key(block.info), block.rollup);
        changes.put(Family::fidx, letters_key(block.info), block.letters);
        for (std::size_t part = 0; part < block.parts.size(); ++part) {
          changes.put(Family::fresh, part_key(block.info, static_cast<std::uint16_t>(part)),
                      block.parts[part]);
        }
      });
  if (!written) return written.error();
  fault_point("seal_written");
  ++next_block_;

  const std::lock_guard lock(mutex_);
  Lane& lane = *lanes_.by_id(due.lane);
  lane.open.erase(lane.open.begin(), lane.open.begin() + static_cast<std::ptrdiff_t>(due.chunks.size()));
  lane.open_raw_bytes -= block.info.bounds.raw_bytes;
  lane.segments.erase(lane.segments.begin(),
                      lane.segments.begin() + static_cast<std::ptrdiff_t>(due.segments.size()));
  open_raw_bytes_ -= block.info.bounds.raw_bytes;
  // Almost always the end: only after a salvaged journal are open records older than sealed ones.
  auto info = std::make_shared<const BlockInfo>(block.info);
  const auto place = std::upper_bound(
      lane.blocks.begin(), lane.blocks.end(), info,
      [](const auto& a, const auto& b) { return a->bounds.sequence_first < b->bounds.sequence_first; });
  lane.blocks.insert(place, std::move(info));
  return {};
}

/// Sequence before which everything is in blocks.
std::uint64_t RocksArchive::oldest_open() const {
  const std::lock_guard lock(mutex_);
  std::uint64_t oldest = next_sequence();
  for (const auto& lane : lanes_.all()) {
    if (lane && !lane->open.empty()) oldest = std::min(oldest, lane->open.front()->bounds().sequence_first);
  }
  return oldest;
}

Result<void, StoreError> RocksArchive::trim_journal(std::uint64_t keep_bytes) {
  if (journal_.bytes() <= keep_bytes) return {};
  const std::uint64_t sealed_before = oldest_open();
  // Only once the blocks are in tables: until then the journal is what mends a damaged log of the database.
  if (auto flushed = database_->flush_blocks(); !flushed) return flushed.error();
  return journal_.trim(sealed_before);
}

Result<bool, StoreError> RocksArchive::seal(bool everything, std::int64_t now_ns) {
  return seal_blocks(everything, now_ns, SIZE_MAX);
}

Result<void, StoreError> RocksArchive::empty_journal() {
  const std::lock_guard sealing(sealing_);
  if (auto writable = heal(); !writable) return writable.error();
  const std::uint64_t sealed_before = oldest_open();
  if (auto flushed = database_->flush_all(); !flushed) return flushed.error();
  {
    const std::lock_guard healing(healing_);
    if (unknown_) return StoreError{StoreErrc::io, "a commit failed before; the archive must be opened again"};
    if (auto ended = journal_.end_segment(next_sequence()); !ended) {
      unknown_ = ended.error().code != StoreErrc::disk_full;
      return ended.error();
    }
  }
  return journal_.trim(sealed_before);
}

/// At most `most` blocks of those that are due.
Result<bool, StoreError> RocksArchive::seal_blocks(bool everything, std::int64_t now_ns, std::size_t most) {
  const std::lock_guard sealing(sealing_);
  if (auto writable = heal(); !writable) return writable.error();
  if (auto synced = ledger_.sync(); !synced) return synced.error();

  Round round{
      .everything = everything, .now_ns = now_ns, .before = next_sequence(), .pinned_until = 0, .skip = {}};
  if (journal_.bytes() > kJournalPinned * journal_keep_bytes_)
    round.pinned_until = journal_.oldest_segment_last();
  bool sealed = false;
  std::optional<StoreError> trouble;
  for (; most > 0; --most) {
    Due due = next_due(round);
    if (due.waits) {
      end_segment(due.lane);
      due = next_due(round);
    }
    if (due.chunks.empty()) break;
    // A block goes to the log and to a table, each a quarter of its text at worst. What is kept back for others'
    // writes is not for that: without room, what is open stays open, and is in the journal.
    std::uint64_t raw_bytes = 0;
    for (const auto& chunk : due.chunks) raw_bytes += chunk->bounds().raw_bytes;
    if (auto room = check_room(raw_bytes / 2); !room) {
      trouble = room.error();
      break;
    }
    if (auto done = seal_block(due); done) {
      sealed = true;
    } else {
      // One lane that cannot be sealed must not keep the others open.
      if (!trouble) trouble = done.error();
      if (done.error().code != StoreErrc::corrupt) break;
      round.skip.push_back(due.lane);
    }
  }
  const bool full = trouble && trouble->code == StoreErrc::disk_full;
  if (auto trimmed = trim_journal(full ? 0 : journal_keep_bytes_); !trimmed) return trimmed.error();
  if (trouble) return *trouble;
  return sealed;
}

}  // namespace vigil
