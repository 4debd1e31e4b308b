#include <algorithm>
#include <system_error>

#include "storage/fault.h"
#include "storage/rocks_archive.h"
#include "storage/wire.h"

namespace vigil {

namespace {

/// Text of one part of a sealed block. Parts of 4 MiB are 1 % smaller in sum, of 1 MiB 2.5 % larger.
constexpr std::uint64_t kPartBytes = std::uint64_t{2} * 1024 * 1024;
constexpr std::string_view kLanePrefix = "lane/";
/// How far back losses are looked for: more than a journal holds. What is older is in tables that have checksums.
constexpr std::uint64_t kLookBackBytes = 1024ULL * 1024 * 1024;
/// The journal keeps what is sealed up to this, or a share of a small disk; likewise what blocks may take in memory
/// before a table of that size is written.
constexpr std::uint64_t kJournalKeepMax = 192ULL * 1024 * 1024, kJournalKeepShare = 16;
constexpr std::uint64_t kBufferMax = 16ULL * 1024 * 1024, kBufferMin = 256ULL * 1024, kBufferShare = 64;

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

/// Adds the runs of neighbouring sequences that the rows have.
void add_runs(const std::vector<Row>& rows, std::vector<SequenceRange>& held) {
  for (const Row& row : rows) {
    if (!held.empty() && held.back().last + 1 == row.sequence) {
      held.back().last = row.sequence;
    } else {
      held.push_back({.first = row.sequence, .last = row.sequence});
    }
  }
}

/// What RocksDB writes before it can answer anything: its manifest, options, a log. Where even that has no room, Debian's
/// build does not fail, it ends the process on an assertion; so the question is asked before.
constexpr std::uint64_t kOpenBytes = 2 * 1024 * 1024;

Result<void, StoreError> check_room_to_open(const DataDirectory& directory, bool read_only) {
  std::error_code error;
  const auto space = std::filesystem::space(directory.path(), error);
  if (read_only || error || space.available >= kOpenBytes) return {};
  return StoreError{
      StoreErrc::disk_full,
      "磁碟空間不足，無法開啟資料庫，請先釋出空間 (no space to open the archive; free some first): " +
          directory.path().string() + " has " + std::to_string(space.available) + " bytes left, " +
          std::to_string(kOpenBytes) + " are needed"};
}

}  // namespace

RocksArchive::RocksArchive(const ArchiveOptions& options, std::unique_ptr<DataDirectory> directory,
                           std::unique_ptr<Database> database)
    : options_(options),
      directory_(std::move(directory)),
      database_(std::move(database)),
      journal_(directory_->journal(), database_->files()),
      state_(*database_, [this] { return make_writable(); }),
      encoder_(options.seal_level, kPartBytes) {}

RocksArchive::~RocksArchive() {
  const std::lock_guard sealing(sealing_);
  if (!options_.read_only) {
    // Nobody is left to be told: what fails here is found, and told, at the next start.
    const auto synced = ledger_.sync();
    static_cast<void>(synced);
  }
}

Result<std::unique_ptr<RocksArchive>, StoreError> RocksArchive::open(const ArchiveOptions& options,
                                                                     RecoveryReport* report,
                                                                     rocksdb::Env* env) {
  RecoveryReport ignored;
  RecoveryReport& told = report != nullptr ? *report : ignored;
  told = RecoveryReport();

  auto directory = DataDirectory::open(options.directory, options.read_only);
  if (!directory) return directory.error();
  if (auto room = check_room_to_open(**directory, options.read_only); !room) return room.error();
  std::error_code error;
  const auto space = std::filesystem::space((*directory)->path(), error);
  const std::uint64_t capacity = error ? UINT64_MAX : space.capacity;
  DatabaseOptions database_options{
      .directory = (*directory)->database(),
      .read_only = options.read_only,
      .create = (*directory)->fresh(),
      .buffer_bytes = static_cast<std::size_t>(std::clamp(capacity / kBufferShare, kBufferMin, kBufferMax)),
      .env = env};
  auto database = open_or_recover(**directory, database_options, told);
  if (!database) return database.error();
  std::unique_ptr<RocksArchive> archive(
      new RocksArchive(options, std::move(*directory), std::move(*database)));
  archive->journal_keep_bytes_ = std::min(kJournalKeepMax, capacity / kJournalKeepShare);
  archive->journal_.set_segment_bytes(archive->journal_keep_bytes_ / 3);
  if (auto loaded = archive->load(told); !loaded) return loaded.error();
  return archive;
}

Result<void, StoreError> RocksArchive::load(RecoveryReport& report) {
  if (auto ledger = ledger_.open(directory_->ledger(), options_.read_only); !ledger) return ledger.error();
  if (auto lanes = load_lanes(); !lanes) return lanes.error();
  if (auto blocks = load_blocks(); !blocks) return blocks.error();
  std::vector<SequenceRange> held;
  auto findings = journal_.read(ledger_.next_sequence(), [&](std::shared_ptr<const Chunk> chunk) {
    load_chunk(std::move(chunk), held);
  });
  if (!findings) return findings.error();
  hash_open_again();
  auto losses = find_losses(std::move(held));
  if (!losses) return losses.error();
  if (!findings->damaged.empty() || !losses->empty()) {
    report.clean = false;
    if (auto done = write_journal_again(*findings, *losses, report); !done) return done.error();
    if (auto noted = note_losses(*losses, report); !noted) return noted.error();
  } else if (!findings->torn.empty()) {
    report.what +=
        "日誌檔末尾不完整，已確認的紀錄均在 (the journal ended in an incomplete commit; all that was "
        "acknowledged is there). ";
  }
  if (options_.read_only) return {};
  if (auto forgotten = forget_unfinished_run(); !forgotten) return forgotten.error();
  // Opening has put every block the log held into a table: what is sealed may go.
  if (auto trimmed = journal_.trim(oldest_open()); !trimmed) return trimmed.error();
  return directory_->write_format();
}

Result<void, StoreError> RocksArchive::load_lanes() {
  auto scanned =
      database_->scan(Family::meta, kLanePrefix, [&](std::string_view key, std::string_view value) {
        Lane lane;
        // A damaged row is made anew from the sources of the lane's records.
        if (read_lane(key, value, lane)) lanes_.restore(std::move(lane));
        return true;
      });
  if (!scanned) return scanned;
  return database_->scan(Family::meta, kRetainedPrefix, [&](std::string_view key, std::string_view value) {
    if (key.size() != kRetainedPrefix.size() + sizeof(LaneId) || value.size() != sizeof(std::uint64_t))
      return true;
    Lane* const lane = lanes_.by_id(read_big_endian<LaneId>(key.data() + kRetainedPrefix.size()));
    if (lane != nullptr) lane->retained_from = read_big_endian<std::uint64_t>(value.data());
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

/// Every block whose head the database has.
Result<void, StoreError> RocksArchive::list_blocks(
    const std::function<void(std::shared_ptr<const BlockInfo>)>& visit) const {
  std::optional<StoreError> trouble;
  auto scanned = database_->scan(Family::heads, {}, [&](std::string_view key, std::string_view value) {
    auto info = std::make_shared<BlockInfo>();
    if (key.size() != sizeof info->day + sizeof info->number || !decode_block_head(value, *info)) {
      trouble =
          StoreError{StoreErrc::corrupt, "the head of a block is damaged in " + directory_->path().string()};
      return false;
    }
    info->day = read_big_endian<std::uint16_t>(key.data());
    info->number = read_big_endian<std::uint32_t>(key.data() + sizeof info->day);
    visit(std::move(info));
    return true;
  });
  if (!scanned) return scanned.error();
  if (trouble) return *trouble;
  return {};
}

Result<void, StoreError> RocksArchive::load_blocks() {
  Infos blocks;
  auto listed =
      list_blocks([&](std::shared_ptr<const BlockInfo> block) { blocks.push_back(std::move(block)); });
  if (!listed) return listed.error();
  for (auto& info : blocks) {
    next_block_ = std::max(next_block_, info->number + 1);
    Lane* lane = lanes_.by_id(info->lane);
    if (lane == nullptr) {
      rocksdb::PinnableSlice pin;
      const auto part = database_->get(family_of(info->place), part_key(*info, 0), pin);
      if (!part) return part.error();
      const auto rows = read_rows_part(*part, *info);
      lane = rows ? lane_of(info->lane, (*rows)->sources) : nullptr;
    }
    if (lane == nullptr) {
      return StoreError{StoreErrc::corrupt,
                        "block " + std::to_string(info->number) + " is of an unknown lane"};
    }
    next_sequence_ = std::max(next_sequence_.load(), info->bounds.sequence_last + 1);
    lane->blocks.push_back(std::move(info));
  }
  // Keys are by day, and a clock that was set back makes days go back.
  for (const auto& lane : lanes_.all()) {
    if (!lane) continue;
    sort_by_sequence(lane->blocks);
  }
  return {};
}

void RocksArchive::load_chunk(std::shared_ptr<const Chunk> chunk, std::vector<SequenceRange>& held) {
  Lane* const lane = lane_of(chunk->lane(), chunk->sources());
  if (lane == nullptr) return;  // a lane without a name: then its sequences are missing, and told
  const RowBounds& bounds = chunk->bounds();
  add_runs(chunk->rows(), held);
  if (next_sequence() <= bounds.sequence_last) next_sequence_ = bounds.sequence_last + 1;
  if (bounds.sequence_last < lane->retained_from) return;
  const auto after = std::upper_bound(
      lane->blocks.begin(), lane->blocks.end(), bounds.sequence_first,
      [](std::uint64_t first, const auto& block) { return first < block->bounds.sequence_first; });
  if (after != lane->blocks.begin() && (*std::prev(after))->bounds.sequence_last >= bounds.sequence_last)
    return;
  open_raw_bytes_ += bounds.raw_bytes;
  lane->open_raw_bytes += bounds.raw_bytes;
  for (const CustodySegment& segment : chunk->segments_ended()) {
    // Those of sealed records are named by their blocks.
    if (!lane->open.empty() && segment.sequence_first >= lane->open.front()->bounds().sequence_first) {
      lane->segments.push_back(segment);
    }
  }
  lane->open.push_back(std::move(chunk));
}

/// Sequences that are in blocks, as far back as the journal can reach; `from` moves up if older ones are left out.
Result<void, StoreError> RocksArchive::add_sealed_sequences(std::vector<SequenceRange>& held,
                                                            std::uint64_t& from) const {
  std::vector<std::shared_ptr<const BlockInfo>> blocks;
  for (const auto& lane : lanes_.all()) {
    if (lane) blocks.insert(blocks.end(), lane->blocks.begin(), lane->blocks.end());
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
    const auto part = database_->get(family_of(block->place), part_key(*block, 0), pin);
    if (!part) return part.error();
    const auto rows = read_rows_part(*part, *block);
    if (!rows) return rows.error();
    add_runs((*rows)->rows, held);
  }
  return {};
}

Result<std::vector<SequenceRange>, StoreError> RocksArchive::find_losses(std::vector<SequenceRange> held) {
  std::uint64_t from = 1;
  for (const auto& lane : lanes_.all()) {
    if (lane) from = std::max(from, lane->retained_from);
  }
  if (auto sealed = add_sealed_sequences(held, from); !sealed) return sealed.error();
  auto known = database_->scan(Family::meta, kLossPrefix, [&](std::string_view key, std::string_view value) {
    if (key.size() == kLossPrefix.size() + 8 && value.size() == 8) {
      held.push_back({.first = read_big_endian<std::uint64_t>(key.data() + kLossPrefix.size()),
                      .last = read_big_endian<std::uint64_t>(value.data())});
    }
    return true;
  });
  if (!known) return known.error();
  // Never given again, lost or not: a cursor beyond them stays right.
  next_sequence_ = std::max(ledger_.next_sequence(), next_sequence());
  return find_gaps(std::move(held), from, next_sequence());
}

/// After damage: the segments are put aside, and what could be read and is not sealed is written anew, so that the
/// next start finds a whole journal.
Result<void, StoreError> RocksArchive::write_journal_again(const JournalFindings& findings,
                                                           const std::vector<SequenceRange>& losses,
                                                           RecoveryReport& report) {
  report.what += findings.damaged.empty() ? "日誌檔有缺漏 (the journal has gaps). "
                                          : "日誌檔受損 (the journal was damaged): ";
  for (const auto& file : findings.damaged) report.what += file.string() + " ";
  if (options_.read_only) return {};
  std::vector<std::filesystem::path> files = findings.damaged;
  files.insert(files.end(), findings.torn.begin(), findings.torn.end());
  std::sort(files.begin(), files.end());
  files.erase(std::unique(files.begin(), files.end()), files.end());
  if (!files.empty()) {
    auto place = put_aside(files, directory_->quarantine());
    if (!place) return place.error();
    report.quarantine = *place;
    report.what += "It was put aside as it was found in " + place->string() + ". ";
  }
  std::vector<std::shared_ptr<const Chunk>> open;
  for (const auto& lane : lanes_.all()) {
    if (!lane) continue;
    open.insert(open.end(), lane->open.begin(), lane->open.end());
    for (const auto& chunk : lane->open) report.salvaged += chunk->bounds().rows;
  }
  if (losses.empty()) {
    report.what += "已確認的紀錄均在 (all that was acknowledged is there). ";
  }
  if (!open.empty()) {
    // The new segment disowns nothing of the old ones: killed half-way, the next start reads both, each chunk once.
    if (auto written = journal_.append(open, next_sequence()); !written) return written.error();
  }
  fault_point("salvage_written");
  if (auto flushed = database_->flush_blocks(); !flushed) return flushed.error();
  return journal_.drop_earlier();
}

Result<void, StoreError> RocksArchive::note_losses(const std::vector<SequenceRange>& losses,
                                                   RecoveryReport& report) {
  if (losses.empty()) return {};
  report.lost_from = losses.front().first;
  report.lost_to = losses.back().last + 1;
  std::string ranges;
  for (const SequenceRange& loss : losses) {
    report.lost.push_back({.from = loss.first, .to = loss.last + 1});
    report.lost_records += loss.last - loss.first + 1;
    ranges += (ranges.empty() ? "" : ", ") + record_id(loss.first) + "-" + record_id(loss.last);
  }
  report.what += "遺失已確認的紀錄 (acknowledged records were lost): " + std::to_string(report.lost_records) +
                 " with ids " + ranges + ". ";
  if (options_.read_only) return {};
  rocksdb::WriteBatch batch;
  return database_->write(batch, Database::Durability::synced, [&](Database::Changes& changes) {
    for (const SequenceRange& loss : losses)
      changes.put(Family::meta, loss_key(loss.first), big_endian(loss.last));
  });
}

}  // namespace vigil
