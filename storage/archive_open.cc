#include <algorithm>

#include "storage/rocks_archive.h"
#include "storage/wire.h"

namespace vigil {

namespace {

constexpr std::string_view kLanePrefix = "lane/";
/// Known losses: "loss/" and the first sequence, big-endian -> the last, big-endian. So that one is told once.
constexpr std::string_view kLossPrefix = "loss/";
/// Sequence from which on records are kept, big-endian; absent: the first. Retention moves it.
constexpr std::string_view kRetainedKey = "retained_from";
/// How far back losses are looked for: twice what a journal may hold. What is older is in files that have checksums.
constexpr std::uint64_t kLookBackBytes = 512ULL * 1024 * 1024;

std::string loss_key(std::uint64_t first) {
  std::string key(kLossPrefix);
  append_big_endian(key, first);
  return key;
}
std::string big_endian(std::uint64_t value) {
  std::string text;
  append_big_endian(text, value);
  return text;
}

}  // namespace

RocksArchive::RocksArchive(const ArchiveOptions& options, std::unique_ptr<DataDirectory> directory,
                           std::unique_ptr<Database> database)
    : options_(options),
      directory_(std::move(directory)),
      database_(std::move(database)),
      state_(*database_, [this] { return make_writable(); }),
      encoder_(options.seal_level) {}

RocksArchive::~RocksArchive() {
  const std::lock_guard sealing(sealing_);
  if (!options_.read_only) {
    // Nobody is left to be told: what fails here is found, and told, at the next start.
    const auto synced = ledger_.sync();
    static_cast<void>(synced);
  }
}

Result<std::unique_ptr<RocksArchive>, StoreError> RocksArchive::open(const ArchiveOptions& options,
                                                                     RecoveryReport* report, rocksdb::Env* env) {
  RecoveryReport ignored;
  RecoveryReport& told = report != nullptr ? *report : ignored;
  told = RecoveryReport();

  auto directory = DataDirectory::open(options.directory, options.read_only);
  if (!directory) return directory.error();
  DatabaseOptions database_options{.directory = (*directory)->database(), .read_only = options.read_only,
                                   .create = (*directory)->fresh(), .env = env};
  auto recovered = open_or_recover(**directory, database_options, told);
  if (!recovered) return recovered.error();
  std::unique_ptr<Database> database = std::move(recovered->database);
  std::unique_ptr<RocksArchive> archive(new RocksArchive(options, std::move(*directory), std::move(database)));
  if (auto loaded = archive->load(*recovered, told); !loaded) return loaded.error();
  return archive;
}

Result<void, StoreError> RocksArchive::load(const Recovered& recovered, RecoveryReport& report) {
  if (auto ledger = ledger_.open(directory_->ledger(), options_.read_only); !ledger) return ledger.error();
  if (auto lanes = load_lanes(); !lanes) return lanes.error();
  if (auto blocks = load_blocks(); !blocks) return blocks.error();
  if (auto chunks = load_open_chunks(report); !chunks) return chunks.error();
  if (auto losses = report_losses(recovered, report); !losses) return losses.error();
  if (!options_.read_only) return directory_->write_format();
  return {};
}

Result<void, StoreError> RocksArchive::load_lanes() {
  return database_->scan(Family::meta, kLanePrefix, [&](std::string_view key, std::string_view value) {
    Lane lane;
    // A damaged row is made anew from the sources of the lane's records.
    if (read_lane(key, value, lane)) lanes_.restore(std::move(lane));
    return true;
  });
}

/// The lane of that number; made anew if its row in the catalog was lost with a damaged journal.
Lane* RocksArchive::lane_of(LaneId id, const Sources& sources) {
  if (Lane* const known = lanes_.by_id(id)) return known;
  if (sources.empty()) return nullptr;
  Lane lane;
  lane.id = id;
  lane.organisation = sources.front()->organisation;
  lane.in_scope = sources.front()->in_scope;
  if (!lanes_.restore(std::move(lane))) return nullptr;
  return lanes_.by_id(id);
}

Result<void, StoreError> RocksArchive::load_blocks() {
  std::optional<StoreError> trouble;
  auto scanned = database_->scan(Family::heads, {}, [&](std::string_view key, std::string_view value) {
    auto info = std::make_shared<BlockInfo>();
    if (key.size() != sizeof info->day + sizeof info->number || !decode_block_head(value, *info)) {
      trouble = StoreError{StoreErrc::corrupt, "the head of a block is damaged in " + directory_->path().string()};
      return false;
    }
    info->day = read_big_endian<std::uint16_t>(key.data());
    info->number = read_big_endian<std::uint32_t>(key.data() + sizeof info->day);
    next_block_ = std::max(next_block_, info->number + 1);
    Lane* lane = lanes_.by_id(info->lane);
    if (lane == nullptr) {
      rocksdb::PinnableSlice pin;
      const auto part = database_->get(Family::fresh, part_key(*info, 0), pin);
      if (!part) {
        trouble = part.error();
        return false;
      }
      const auto rows = read_rows_part(*part, *info);
      lane = rows ? lane_of(info->lane, (*rows)->sources) : nullptr;
    }
    if (lane == nullptr) {
      trouble = StoreError{StoreErrc::corrupt, "block " + std::to_string(info->number) + " is of an unknown lane"};
      return false;
    }
    next_sequence_ = std::max(next_sequence_.load(), info->bounds.sequence_last + 1);
    lane->blocks.push_back(std::move(info));
    return true;
  });
  if (!scanned) return scanned.error();
  if (trouble) return *trouble;
  // Keys are by day, and a clock that was set back makes days go back.
  for (const auto& lane : lanes_.all()) {
    if (!lane) continue;
    std::sort(lane->blocks.begin(), lane->blocks.end(), [](const auto& a, const auto& b) {
      return a->bounds.sequence_first < b->bounds.sequence_first;
    });
  }
  return {};
}

Result<void, StoreError> RocksArchive::load_open_chunks(RecoveryReport& report) {
  std::vector<std::string> sealed;
  auto scanned = database_->scan(
      Family::hot, {},
      [&](std::string_view key, std::string_view value) {
        auto chunk = Chunk::read(value);
        Lane* const lane = chunk ? lane_of(chunk->lane(), chunk->sources()) : nullptr;
        if (lane == nullptr || key != chunk_key(chunk->bounds().sequence_first)) {
          report.clean = false;
          report.what += "A piece of the journal is damaged and was left where it is. ";
          return true;
        }
        next_sequence_ = std::max(next_sequence_.load(), chunk->bounds().sequence_last + 1);
        // Sealing hands over in one change, so this is never so, unless a journal was salvaged around a lost change.
        const bool known = !lane->blocks.empty() &&
                           lane->blocks.back()->bounds.sequence_last >= chunk->bounds().sequence_first &&
                           std::any_of(lane->blocks.begin(), lane->blocks.end(), [&](const auto& block) {
                             return block->bounds.sequence_first <= chunk->bounds().sequence_first &&
                                    block->bounds.sequence_last >= chunk->bounds().sequence_last;
                           });
        if (known) {
          sealed.emplace_back(key);
          return true;
        }
        open_raw_bytes_ += chunk->bounds().raw_bytes;
        lane->open_raw_bytes += chunk->bounds().raw_bytes;
        lane->open.push_back(std::move(chunk));
        return true;
      },
      Database::Checks::trust_nothing);
  if (!scanned) return scanned.error();
  if (sealed.empty() || options_.read_only) return {};
  rocksdb::WriteBatch batch;
  return database_->write(batch, Database::Durability::synced, [&](Database::Changes& changes) {
    for (const std::string& key : sealed) changes.erase_once(Family::hot, key);
  });
}

Result<std::vector<SequenceRange>, StoreError> RocksArchive::held_sequences(std::uint64_t& from) const {
  std::vector<SequenceRange> held;
  const auto add_rows = [&](const std::vector<Row>& rows) {
    for (const Row& row : rows) {
      if (!held.empty() && held.back().last + 1 == row.sequence) {
        held.back().last = row.sequence;
      } else {
        held.push_back({.first = row.sequence, .last = row.sequence});
      }
    }
  };
  std::vector<std::shared_ptr<const BlockInfo>> blocks;
  for (const auto& lane : lanes_.all()) {
    if (!lane) continue;
    for (const auto& chunk : lane->open) add_rows(chunk->rows());
    blocks.insert(blocks.end(), lane->blocks.begin(), lane->blocks.end());
  }
  std::sort(blocks.begin(), blocks.end(),
            [](const auto& a, const auto& b) { return a->bounds.sequence_last > b->bounds.sequence_last; });
  std::uint64_t raw_bytes = 0;
  for (const auto& block : blocks) {
    const RowBounds& bounds = block->bounds;
    if (raw_bytes > kLookBackBytes) {
      // Newest first by their last record: behind this block's end nothing was left out.
      from = std::max(from, bounds.sequence_last + 1);
      break;
    }
    raw_bytes += bounds.raw_bytes;
    if (bounds.sequence_last - bounds.sequence_first + 1 == bounds.rows) {
      held.push_back({.first = bounds.sequence_first, .last = bounds.sequence_last});
      continue;
    }
    rocksdb::PinnableSlice pin;
    const auto part = database_->get(Family::fresh, part_key(*block, 0), pin);
    if (!part) return part.error();
    const auto rows = read_rows_part(*part, *block);
    if (!rows) return rows.error();
    add_rows((*rows)->rows);
  }
  return held;
}

Result<void, StoreError> RocksArchive::report_losses(const Recovered& recovered, RecoveryReport& report) {
  const std::uint64_t acknowledged = std::max(ledger_.next_sequence(), next_sequence());
  std::uint64_t from = 1;
  rocksdb::PinnableSlice pin;
  if (const auto kept = database_->get(Family::meta, kRetainedKey, pin); kept && kept->size() == sizeof from) {
    from = read_big_endian<std::uint64_t>(kept->data());
  }
  auto held = held_sequences(from);
  if (!held) return held.error();
  if (recovered.salvaged) {
    for (const SequenceRange& range : *held) {
      if (range.last < recovered.whole_until) continue;
      report.salvaged += range.last - std::max(range.first, recovered.whole_until) + 1;
    }
  }
  auto known = database_->scan(Family::meta, kLossPrefix, [&](std::string_view key, std::string_view value) {
    if (key.size() == kLossPrefix.size() + 8 && value.size() == 8) {
      held->push_back({.first = read_big_endian<std::uint64_t>(key.data() + kLossPrefix.size()),
                       .last = read_big_endian<std::uint64_t>(value.data())});
    }
    return true;
  });
  if (!known) return known.error();
  const std::vector<SequenceRange> gaps = find_gaps(std::move(*held), from, acknowledged);
  // Never given again, lost or not: a cursor beyond them stays right.
  next_sequence_ = acknowledged;
  if (gaps.empty()) {
    if (recovered.salvaged) {
      report.what += "已確認的紀錄均在 (all that was acknowledged is there); " + std::to_string(report.salvaged) +
                     " records lie behind the damage and were recovered. ";
    }
    return {};
  }

  report.clean = false;
  report.lost_from = gaps.front().first;
  report.lost_to = gaps.back().last + 1;
  std::string ranges;
  for (const SequenceRange& gap : gaps) {
    report.lost.push_back({.from = gap.first, .to = gap.last + 1});
    report.lost_records += gap.last - gap.first + 1;
    ranges += (ranges.empty() ? "" : ", ") + record_id(gap.first) + "-" + record_id(gap.last);
  }
  report.what += "遺失已確認的紀錄 (acknowledged records were lost): " + std::to_string(report.lost_records) +
                 " with ids " + ranges + "; " + std::to_string(report.salvaged) +
                 " records behind the damage were recovered. ";
  if (options_.read_only) return {};
  rocksdb::WriteBatch batch;
  return database_->write(batch, Database::Durability::synced, [&](Database::Changes& changes) {
    for (const SequenceRange& gap : gaps) changes.put(Family::meta, loss_key(gap.first), big_endian(gap.last));
  });
}

}  // namespace vigil
