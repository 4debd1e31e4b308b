#include "storage/archive.h"

#include <algorithm>
#include <map>
#include <system_error>

#include "storage/fault.h"
#include "storage/rocks_archive.h"
#include "storage/wire.h"

namespace vigil {

namespace {

/// A chunk is full at this many raw bytes: one write each, of which fewer are cheaper, but what a damaged one costs, and
/// small enough for the second-level cache; …
constexpr std::uint64_t kChunkRawBytes = 576 * 1024;
/// … or, with short lines, at this many together with what the rows take (mostly less than 16 bytes each), so that it
/// fits into a buffer of the pool.
constexpr std::uint64_t kChunkFrameBytes = 632 * 1024, kChunkRowBytes = 16;
static_assert(kChunkFrameBytes < BufferPool::kPooledBytes);

/// Space that commits leave free, so that the administrators' state, tables in the making and the rest of the system
/// can still be written when lines no longer can: a twentieth of the disk, at most this.
constexpr std::uint64_t kReserveMax = 64 * 1024 * 1024;
constexpr std::uint64_t kReserveShare = 20;

/// A block is of whole segments, so these are not larger than it.
std::uint64_t segment_bytes_max(const ArchiveOptions& options) {
  return std::min<std::uint64_t>(kCustodySegmentBytes, options.block_raw_bytes);
}

}  // namespace

Result<std::unique_ptr<Archive>, StoreError> Archive::open(const ArchiveOptions& options,
                                                           RecoveryReport* report) {
  auto archive = RocksArchive::open(options, report);
  if (!archive) return archive.error();
  return std::unique_ptr<Archive>(std::move(*archive));
}

Result<void, StoreError> RocksArchive::check_room(std::uint64_t bytes) const {
  std::error_code error;
  const auto space = std::filesystem::space(directory_->path(), error);
  if (error) return StoreError{StoreErrc::io, directory_->path().string() + ": " + error.message()};
  const std::uint64_t reserve = std::min<std::uint64_t>(kReserveMax, space.capacity / kReserveShare);
  if (space.available >= reserve + bytes) return {};
  return StoreError{StoreErrc::disk_full,
                    "磁碟空間不足，暫停收存，空間釋出後自動恢復 (the disk is full: nothing more is "
                    "acknowledged until there is "
                    "space again): " +
                        directory_->path().string() + " has " + std::to_string(space.available) +
                        " bytes left, of which " + std::to_string(reserve) + " are kept back"};
}

Result<void, StoreError> RocksArchive::make_writable() {
  if (options_.read_only) {
    return StoreError{StoreErrc::no_access,
                      "the archive was opened for reading only: " + directory_->path().string()};
  }
  if (database_->writable()) return {};
  const std::lock_guard sealing(sealing_);
  return heal();
}

/// With sealing_ held: no block may be on its way while what the database lost is looked for.
Result<void, StoreError> RocksArchive::heal() {
  if (database_->writable()) return {};
  const std::lock_guard healing(healing_);
  if (auto room = check_room(0); !room) return room.error();
  if (auto opened = database_->reopen(); !opened) return opened.error();
  return open_lost_blocks();
}

/// Brings what is known of the blocks in line with the database that was opened again. Blocks that were written and not
/// yet synced when it failed are not in it any more: their records are open again, from the journal. A change of which
/// nobody knew whether it was done may have been.
Result<void, StoreError> RocksArchive::open_lost_blocks() {
  std::map<LaneId, Infos> there;
  auto listed = list_blocks(
      [&](std::shared_ptr<const BlockInfo> block) { there[block->lane].push_back(std::move(block)); });
  if (!listed) return listed.error();
  const auto spans = [](const Infos& blocks, const RowBounds& bounds) {
    return std::any_of(blocks.begin(), blocks.end(), [&](const auto& block) {
      return block->bounds.sequence_first <= bounds.sequence_first &&
             bounds.sequence_last <= block->bounds.sequence_last;
    });
  };
  std::map<LaneId, Infos> lost;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& lane : lanes_.all()) {
      if (!lane) continue;
      Infos& now = there[lane->id];
      sort_by_sequence(now);
      for (const auto& block : lane->blocks) {
        if (block->bounds.sequence_last >= lane->retained_from && !spans(now, block->bounds)) {
          lost[lane->id].push_back(block);
        }
      }
      // Those that are as they were stay the same objects, for readers who hold them.
      for (auto& block : now) {
        const auto same = std::find_if(lane->blocks.begin(), lane->blocks.end(), [&](const auto& known) {
          return known->number == block->number && *known == *block;
        });
        if (same != lane->blocks.end()) block = *same;
      }
      lane->blocks = std::move(now);
    }
  }
  if (lost.empty()) return {};
  std::map<LaneId, std::vector<std::shared_ptr<const Chunk>>> found;
  auto findings = Journal(directory_->journal(), database_->files())
                      .read(next_sequence(), [&](std::shared_ptr<const Chunk> chunk) {
                        const auto of_lane = lost.find(chunk->lane());
                        if (of_lane == lost.end() || !spans(of_lane->second, chunk->bounds())) return;
                        found[chunk->lane()].push_back(std::move(chunk));
                      });
  if (!findings) return findings.error();
  const std::lock_guard lock(mutex_);
  for (auto& [id, chunks] : found) {
    Lane& lane = *lanes_.by_id(id);
    for (const auto& chunk : chunks) {
      open_raw_bytes_ += chunk->bounds().raw_bytes;
      lane.open_raw_bytes += chunk->bounds().raw_bytes;
      lane.segments.insert(lane.segments.end(), chunk->segments_ended().begin(),
                           chunk->segments_ended().end());
      lane.open.push_back(chunk);
    }
    std::sort(lane.open.begin(), lane.open.end(), [](const auto& a, const auto& b) {
      return a->bounds().sequence_first < b->bounds().sequence_first;
    });
    std::erase_if(lane.segments, [&](const CustodySegment& segment) {
      return segment.sequence_first < lane.open.front()->bounds().sequence_first;
    });
    std::sort(lane.segments.begin(), lane.segments.end(),
              [](const auto& a, const auto& b) { return a.sequence_first < b.sequence_first; });
    lane.segments.erase(std::unique(lane.segments.begin(), lane.segments.end()), lane.segments.end());
  }
  hashers_stale_ = true;
  return {};
}

std::shared_ptr<const Chunk> RocksArchive::finish_chunk(ChunkBuilder& builder, LaneId lane,
                                                        const CommitSpan& span,
                                                        const std::shared_ptr<FrameBuffer>& frames) {
  SegmentHasher& hasher = hashers_[lane];
  std::vector<CustodySegment> ended;
  if (!hasher.empty() && !hasher.takes(builder.bounds(), segment_bytes_max(options_)))
    ended.push_back(hasher.close());
  auto chunk = builder.finish(lane, span, buffers_.get(), frames, std::move(ended));
  hasher.add(*chunk);
  return chunk;
}

/// Brings the hashers to where the open chunks end: at start, and after a commit that failed. Segments that nothing names
/// are found again by the rule they were cut by.
void RocksArchive::hash_open_again() {
  hashers_.clear();
  hashers_stale_ = false;
  const std::lock_guard lock(mutex_);
  for (const auto& lane : lanes_.all()) {
    if (!lane || lane->open.empty()) continue;
    SegmentHasher& hasher = hashers_[lane->id];
    std::vector<CustodySegment> segments;
    auto known = lane->segments.begin();
    for (const auto& chunk : lane->open) {
      const RowBounds& bounds = chunk->bounds();
      for (; known != lane->segments.end() && known->sequence_last < bounds.sequence_first; ++known) {
        segments.push_back(*known);
      }
      const bool covered = known != lane->segments.end() && known->sequence_first <= bounds.sequence_first;
      if (!hasher.empty() && (covered || !hasher.takes(bounds, segment_bytes_max(options_)))) {
        segments.push_back(hasher.close());
      }
      if (!covered) hasher.add(*chunk);
    }
    segments.insert(segments.end(), known, lane->segments.end());
    lane->segments = std::move(segments);
  }
}

Result<std::vector<std::shared_ptr<const Chunk>>, StoreError> RocksArchive::build_chunks(
    std::span<const std::shared_ptr<Batch>> batches, const CommitSpan& span) {
  std::uint64_t sequence = span.first_sequence;
  std::vector<std::shared_ptr<const Chunk>> chunks;
  /// What is known of a source of the batch: most records then need no look-up.
  struct Known {
    LaneId lane = 0;
    ChunkBuilder* builder = nullptr;
    std::uint64_t table = 0;  ///< of the builder, when …
    std::uint32_t index = 0;  ///< … this was the source's index in it
  };
  std::vector<Known> sources;
  for (const auto& batch : batches) {
    sources.clear();
    {
      const std::lock_guard lock(mutex_);
      for (const auto& source : batch->sources) {
        const Lane* const lane = lanes_.find_or_add(source->organisation, source->in_scope);
        if (lane == nullptr) {
          builders_.clear();
          return StoreError{StoreErrc::bad_argument, "more than 65,535 organisations in one archive"};
        }
        sources.push_back({.lane = lane->id, .builder = &builders_[lane->id]});
      }
    }
    // Records of one lane stay where they were received.
    ChunkBuilder* whole = nullptr;
    if (batch->frames && batch->raw_bytes >= ChunkBuilder::kKeptTextMin) {
      whole = sources.front().builder;
      const LaneId lane = sources.front().lane;
      if (std::any_of(sources.begin(), sources.end(),
                      [&](const Known& source) { return source.lane != lane; })) {
        whole = nullptr;
      } else if (!whole->empty()) {
        chunks.push_back(finish_chunk(*whole, lane, span, nullptr));
      }
    }
    for (Record& record : batch->records) {
      record.sequence = sequence++;
      Known& source = sources[record.source];
      ChunkBuilder& builder = *source.builder;
      if (source.table != builder.table()) {
        source.index = builder.index_of(batch->sources[record.source]);
        source.table = builder.table();
      }
      builder.add(record, source.index);
      if (whole == nullptr && (builder.raw_bytes() >= kChunkRawBytes ||
                               builder.raw_bytes() + builder.rows() * kChunkRowBytes >= kChunkFrameBytes)) {
        chunks.push_back(finish_chunk(builder, source.lane, span, nullptr));
      }
    }
    if (whole != nullptr) chunks.push_back(finish_chunk(*whole, sources.front().lane, span, batch->frames));
  }
  for (auto& [lane, builder] : builders_) {
    if (!builder.empty()) chunks.push_back(finish_chunk(builder, lane, span, nullptr));
  }
  return chunks;
}

/// A lane's row is durable before its first chunk: the number in a chunk must never come to mean another lane.
Result<void, StoreError> RocksArchive::write_new_lanes() {
  std::vector<std::pair<std::string, std::string>> rows;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& lane : lanes_.all()) {
      if (lane && !lane->durable) rows.emplace_back(lane_key(lane->id), lane_value(*lane));
    }
  }
  if (rows.empty()) return {};
  rocksdb::WriteBatch batch;
  auto written = database_->write(batch, Database::Durability::synced, [&](Database::Changes& changes) {
    for (const auto& [key, value] : rows) changes.put(Family::meta, key, value);
  });
  if (!written) return written.error();
  const std::lock_guard lock(mutex_);
  for (auto& lane : lanes_.all()) {
    if (lane) lane->durable = true;
  }
  return {};
}

Result<void, StoreError> RocksArchive::commit(std::span<const std::shared_ptr<Batch>> batches) {
  std::uint64_t records = 0, raw_bytes = 0;
  std::int64_t received_ns = 0;
  for (const auto& batch : batches) {
    records += batch->records.size();
    raw_bytes += batch->raw_bytes;
    if (!batch->records.empty()) received_ns = batch->records.back().received_ns;
  }
  if (options_.read_only) return records == 0 ? Result<void, StoreError>() : make_writable();
  // Sealing does not keep up: the committing thread helps before it takes in more. Its queue then fills, and TCP
  // senders wait. A longer tail would only be memory that is touched once and never again.
  if (open_raw_bytes_.load(std::memory_order_relaxed) > options_.tail_raw_bytes_max) {
    if (auto helped = seal_blocks(false, received_ns, 1); !helped) return helped.error();
  }
  if (auto writable = make_writable(); !writable) return writable.error();
  const std::lock_guard healing(healing_);
  if (unknown_) return StoreError{StoreErrc::io, "a commit failed before; the archive must be opened again"};
  if (auto room = check_room(raw_bytes); !room) return room.error();
  if (records == 0) return {};

  const std::uint64_t sequence = next_sequence();
  if (hashers_stale_) hash_open_again();
  hashers_stale_ = true;  // until it is committed
  auto chunks = build_chunks(batches, {.first_sequence = sequence, .records = records});
  if (!chunks) return chunks.error();
  if (auto lanes = write_new_lanes(); !lanes) return lanes.error();
  if (auto written = journal_.append(*chunks, sequence); !written) {
    unknown_ = written.error().code != StoreErrc::disk_full;
    return written.error();
  }
  // Durable. From here on nothing may make it be tried again but a ledger that cannot be written.
  if (auto noted = ledger_.write(sequence + records); !noted && noted.error().code != StoreErrc::disk_full) {
    unknown_ = true;
    return noted.error();
  }
  fault_point("ledger_written");

  const std::lock_guard lock(mutex_);
  for (auto& chunk : *chunks) {
    Lane& lane = *lanes_.by_id(chunk->lane());
    open_raw_bytes_ += chunk->bounds().raw_bytes;
    lane.open_raw_bytes += chunk->bounds().raw_bytes;
    lane.segments.insert(lane.segments.end(), chunk->segments_ended().begin(), chunk->segments_ended().end());
    lane.open.push_back(std::move(chunk));
  }
  hashers_stale_ = false;
  next_sequence_.store(sequence + records, std::memory_order_release);
  return {};
}

ArchiveStats RocksArchive::stats() const {
  ArchiveStats stats;
  const auto see_oldest = [](std::int64_t& oldest, std::int64_t received_ns) {
    if (oldest == 0 || received_ns < oldest) oldest = received_ns;
  };
  std::vector<std::shared_ptr<const Chunk>> open;
  std::unique_lock lock(mutex_);
  for (const auto& lane : lanes_.all()) {
    if (!lane) continue;
    for (const auto& block : lane->blocks) {
      ++stats.blocks;
      if (block->place == BlockPlace::cold) ++stats.cold_blocks;
      if (block->place == BlockPlace::held) ++stats.held_blocks;
      stats.records += block->bounds.rows;
      stats.raw_bytes += block->bounds.raw_bytes;
      stats.stored_bytes += block->stored_bytes;
      stats.index_bytes += block->index_bytes;
      see_oldest(stats.oldest_received_ns, block->bounds.received_min);
      for (std::size_t kind = 0; kind < kKindCount; ++kind) {
        const BlockInfo::PerKind& part = block->kinds[kind];
        if (part.records == 0) continue;
        ArchiveStats::PerKind& sum = stats.kinds[kind];
        sum.records += part.records;
        sum.raw_bytes += part.raw_bytes;
        if (block->bounds.raw_bytes > 0) {
          sum.stored_bytes += static_cast<std::uint64_t>(static_cast<double>(block->stored_bytes) *
                                                         static_cast<double>(part.raw_bytes) /
                                                         static_cast<double>(block->bounds.raw_bytes));
        }
        see_oldest(sum.oldest_received_ns, block->bounds.received_min);
      }
    }
    open.insert(open.end(), lane->open.begin(), lane->open.end());
  }
  lock.unlock();
  for (const auto& chunk : open) {
    stats.open_records += chunk->bounds().rows;
    stats.open_raw_bytes += chunk->bounds().raw_bytes;
    stats.stored_bytes += chunk->frame().size();
    see_oldest(stats.oldest_received_ns, chunk->bounds().received_min);
    for (const Row& row : chunk->rows()) {
      for (std::size_t kind = 0; kind < kKindCount; ++kind) {
        if (((row.kinds >> kind) & 1U) == 0) continue;
        ArchiveStats::PerKind& sum = stats.kinds[kind];
        ++sum.records;
        sum.raw_bytes += row.length;
        sum.stored_bytes += row.length;
        see_oldest(sum.oldest_received_ns, row.received_ns);
      }
    }
  }
  stats.records += stats.open_records;
  stats.raw_bytes += stats.open_raw_bytes;
  stats.last_sequence = next_sequence() - 1;
  stats.verify_failures = verify_failures_.load(std::memory_order_relaxed);
  return stats;
}

}  // namespace vigil
