#include "storage/archive.h"

#include <algorithm>
#include <system_error>

#include "storage/fault.h"
#include "storage/rocks_archive.h"
#include "storage/wire.h"

namespace vigil {

namespace {

/// Raw bytes of one chunk. Larger ones cost less each byte (64 KiB: 0.52 µs an event, 256 KiB: see README), and
/// nothing is gained past the size of the second-level cache.
constexpr std::uint64_t kChunkRawBytes = 256 * 1024;
constexpr std::size_t kChunkRowsMax = 16 * 1024;

/// Space that commits leave free, so that the administrators' state, tables in the making and the rest of the system
/// can still be written when lines no longer can: a twentieth of the disk, at most this.
constexpr std::uint64_t kReserveMax = 64 * 1024 * 1024;
constexpr std::uint64_t kReserveShare = 20;

}  // namespace

std::string chunk_key(std::uint64_t first_sequence) {
  std::string key;
  append_big_endian(key, first_sequence);
  return key;
}

Result<std::unique_ptr<Archive>, StoreError> Archive::open(const ArchiveOptions& options, RecoveryReport* report) {
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
                    "磁碟空間不足，暫停收存，空間釋出後自動恢復 (the disk is full: nothing more is acknowledged until there is "
                    "space again): " +
                        directory_->path().string() + " has " + std::to_string(space.available) +
                        " bytes left, of which " + std::to_string(reserve) + " are kept back"};
}

Result<void, StoreError> RocksArchive::make_writable() {
  if (options_.read_only) {
    return StoreError{StoreErrc::no_access, "the archive was opened for reading only: " + directory_->path().string()};
  }
  if (database_->writable()) return {};
  const std::lock_guard healing(healing_);
  return heal();
}

Result<void, StoreError> RocksArchive::heal() {
  if (database_->writable()) return {};
  if (auto room = check_room(0); !room) return room.error();
  if (auto reopened = database_->reopen(); !reopened) return reopened.error();
  // A commit that failed may be on disk all the same. It was not acknowledged and will be tried again: what is there
  // of it goes, or it would be there twice. What was acknowledged is in memory too: should it be missing, it is put
  // back from there.
  const std::uint64_t next = next_sequence();
  std::vector<std::shared_ptr<const Chunk>> open;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& lane : lanes_.all()) {
      if (lane) open.insert(open.end(), lane->open.begin(), lane->open.end());
    }
  }
  std::vector<std::string> stray, found;
  auto scanned = database_->scan(Family::hot, {}, [&](std::string_view key, std::string_view) {
    if (key.size() != sizeof(std::uint64_t)) return true;
    (read_big_endian<std::uint64_t>(key.data()) >= next ? stray : found).emplace_back(key);
    return true;
  });
  if (!scanned) return scanned.error();
  rocksdb::WriteBatch batch;
  return database_->write(batch, Database::Durability::synced, [&](Database::Changes& changes) {
    for (const std::string& key : stray) changes.erase_once(Family::hot, key);
    for (const auto& chunk : open) {
      const std::string key = chunk_key(chunk->bounds().sequence_first);
      if (!std::binary_search(found.begin(), found.end(), key)) changes.put(Family::hot, key, chunk->value());
    }
  });
}

Result<std::vector<std::shared_ptr<const Chunk>>, StoreError> RocksArchive::build_chunks(
    std::span<const std::shared_ptr<Batch>> batches, std::uint64_t sequence) {
  std::vector<std::shared_ptr<const Chunk>> chunks;
  std::vector<LaneId> lane_of_source;
  for (const auto& batch : batches) {
    lane_of_source.clear();
    {
      const std::lock_guard lock(mutex_);
      for (const auto& source : batch->sources) {
        const Lane* const lane = lanes_.find_or_add(source->organisation, source->in_scope);
        if (lane == nullptr) {
          builders_.clear();
          return StoreError{StoreErrc::bad_argument, "more than 65,535 organisations in one archive"};
        }
        lane_of_source.push_back(lane->id);
      }
    }
    LaneId last_lane = 0;
    ChunkBuilder* builder = nullptr;
    for (Record& record : batch->records) {
      record.sequence = sequence++;
      const LaneId lane = lane_of_source[record.source];
      if (builder == nullptr || lane != last_lane) {
        builder = &builders_[lane];
        last_lane = lane;
      }
      builder->add(record, batch->sources[record.source]);
      if (builder->raw_bytes() >= kChunkRawBytes || builder->rows() >= kChunkRowsMax) {
        chunks.push_back(builder->finish(lane));
      }
    }
  }
  for (auto& [lane, builder] : builders_) {
    if (!builder.empty()) chunks.push_back(builder.finish(lane));
  }
  return chunks;
}

Result<void, StoreError> RocksArchive::write_chunks(const std::vector<std::shared_ptr<const Chunk>>& chunks) {
  std::vector<std::pair<std::string, std::string>> new_lanes;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& lane : lanes_.all()) {
      if (lane && !lane->durable) new_lanes.emplace_back(lane_key(lane->id), lane_value(*lane));
    }
  }
  return database_->write(commit_scratch_, Database::Durability::synced, [&](Database::Changes& changes) {
    for (const auto& [key, value] : new_lanes) changes.put(Family::meta, key, value);
    for (const auto& chunk : chunks) {
      changes.put(Family::hot, chunk_key(chunk->bounds().sequence_first), chunk->value());
    }
  });
}

Result<void, StoreError> RocksArchive::commit(std::span<const std::shared_ptr<Batch>> batches) {
  std::uint64_t records = 0, raw_bytes = 0;
  for (const auto& batch : batches) {
    records += batch->records.size();
    raw_bytes += batch->raw_bytes;
  }
  if (records == 0) return {};
  if (options_.read_only) return make_writable();
  // Held throughout: whoever heals takes chunks for strays that are written and not yet counted.
  const std::lock_guard healing(healing_);
  if (unknown_) return StoreError{StoreErrc::io, "a commit failed before; the archive must be opened again"};
  if (auto healed = heal(); !healed) return healed.error();
  if (auto room = check_room(raw_bytes); !room) return room.error();

  const std::uint64_t sequence = next_sequence();
  auto chunks = build_chunks(batches, sequence);
  if (!chunks) return chunks.error();
  if (auto written = write_chunks(*chunks); !written) {
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
  for (auto& lane : lanes_.all()) {
    if (lane) lane->durable = true;
  }
  for (auto& chunk : *chunks) {
    Lane& lane = *lanes_.by_id(chunk->lane());
    open_raw_bytes_ += chunk->bounds().raw_bytes;
    lane.open_raw_bytes += chunk->bounds().raw_bytes;
    lane.open.push_back(std::move(chunk));
  }
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
    stats.stored_bytes += chunk->value().size();
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
