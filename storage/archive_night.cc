#include <algorithm>
#include <map>
#include <set>
#include <thread>

#include "storage/fault.h"
#include "storage/night_packer.h"
#include "storage/rocks_archive.h"
#include "storage/wire.h"

namespace vigil {

namespace {

/// Records that are packed together by night: larger blocks are smaller in sum, but a record of one costs more to fetch. Two
/// full blocks, each a commit longer than it should be, fit.
constexpr std::uint64_t kColdBlockBytes = 36 * 1024 * 1024;
/// One run at most: what is done again if it is broken off, and an index page the fewer for each.
constexpr std::uint64_t kRunBytesMax = std::uint64_t{4} * 1024 * 1024 * 1024;

/// Numbers of blocks that a run is about to take in: day, first, end, big-endian. Found at a start, it is undone.
constexpr std::string_view kIntentKey = "night/intent";
/// "night/clean/" and a day, big-endian: the day has parts that no head names any more.
constexpr std::string_view kCleanPrefix = "night/clean/";

std::string clean_key(std::uint16_t day) {
  std::string key(kCleanPrefix);
  append_big_endian(key, day);
  return key;
}

}  // namespace

void note_unclean(Database::Changes& changes, std::uint16_t day) {
  changes.put(Family::meta, clean_key(day), {});
}

std::vector<RocksArchive::NightRun> RocksArchive::night_runs(const NightRequest& request) const {
  std::vector<NightRun> runs;
  const std::lock_guard lock(mutex_);
  for (const auto& lane : lanes_.all()) {
    if (!lane) continue;
    // What is still open of a day comes first; the day's blocks are then packed together.
    std::uint16_t until = request.everything ? UINT16_MAX : day_of(request.now_ns);
    if (!request.everything && !lane->open.empty()) {
      until = std::min(until, day_of(lane->open.front()->bounds().received_min));
    }
    std::map<std::uint16_t, NightRun> last;
    std::map<std::uint16_t, std::uint64_t> bytes;
    for (const auto& block : lane->blocks) {
      if (block->place != BlockPlace::fresh || block->day >= until) continue;
      NightRun& run = last[block->day];
      std::uint64_t& sum = bytes[block->day];
      if (!run.blocks.empty() && (sum >= kRunBytesMax || run.blocks.size() >= kRunBlocksMax)) {
        runs.push_back(std::move(run));
        run = NightRun();
        sum = 0;
      }
      run.lane = lane->id;
      run.day = block->day;
      run.blocks.push_back(block);
      sum += block->bounds.raw_bytes;
    }
    for (auto& [day, run] : last) runs.push_back(std::move(run));
  }
  std::stable_sort(runs.begin(), runs.end(),
                   [](const NightRun& a, const NightRun& b) { return a.day < b.day; });
  return runs;
}

Result<NightReport, StoreError> RocksArchive::night(const NightRequest& request) {
  const std::lock_guard night(night_);
  NightReport report;
  // A run that failed half-way.
  if (auto forgotten = forget_unfinished_run(); !forgotten) return forgotten.error();
  std::set<std::uint16_t> days;
  std::vector<NightRun> runs = night_runs(request);
  // What is in tables need not stay in the journal too, and old tables are moved down before they are given up.
  if (!runs.empty()) {
    if (auto emptied = empty_journal(); !emptied) return emptied.error();
  }
  for (NightRun& each : runs) {
    const NightRun run = std::move(each);  // nobody may hold what is cleaned away
    // A day's old files go once all its lanes are packed: they lie side by side in them.
    if (!days.empty() && !days.contains(run.day)) {
      if (auto cleaned = clean_days(request.go_on); !cleaned) return cleaned.error();
      days.clear();
    }
    days.insert(run.day);
    const auto packed = pack_run(run, request, report);
    if (!packed) return packed.error();
    if (!*packed) {
      report.finished = false;
      break;
    }
  }
  if (auto cleaned = clean_days(request.go_on); !cleaned) return cleaned.error();
  return report;
}

/// False if it was told not to go on.
Result<bool, StoreError> RocksArchive::pack_run(const NightRun& run, const NightRequest& request,
                                                NightReport& report) {
  std::uint64_t bytes = 0;
  for (const auto& block : run.blocks) bytes += block->stored_bytes + block->index_bytes;
  if (auto room = check_room(bytes); !room) return room.error();
  std::uint32_t first_number = 0;
  {
    const std::lock_guard sealing(sealing_);
    first_number = next_block_;
    next_block_ += static_cast<std::uint32_t>(run.blocks.size());
  }
  // From here on there may be parts that no head names, until the one change below.
  rocksdb::WriteBatch batch;
  std::string intent = day_key(run.day, first_number);
  append_big_endian(intent, static_cast<std::uint32_t>(first_number + run.blocks.size()));
  append_big_endian(intent, run.lane);
  auto written = database_->write(batch, Database::Durability::synced, [&](Database::Changes& changes) {
    changes.put(Family::meta, kIntentKey, intent);
  });
  if (!written) return written.error();
  fault_point("night_intended");

  NightPacker packer(*database_, run.lane, run.day, first_number);
  for (std::size_t i = 0; i < run.blocks.size();) {
    if (request.go_on && !request.go_on()) {
      if (auto forgotten = forget_unfinished_run(); !forgotten) return forgotten.error();
      return false;
    }
    Infos together;
    std::uint64_t raw_bytes = 0, rows = 0;
    for (; i < run.blocks.size(); ++i) {
      const RowBounds& bounds = run.blocks[i]->bounds;
      if (!together.empty() &&
          (raw_bytes + bounds.raw_bytes > kColdBlockBytes || rows + bounds.rows > kRowsMax))
        break;
      raw_bytes += bounds.raw_bytes;
      rows += bounds.rows;
      together.push_back(run.blocks[i]);
    }
    std::optional<std::string> trouble;
    if (auto packed = packer.pack(together, trouble); !packed) return packed.error();
    if (trouble) report.troubles.push_back(std::move(*trouble));
    verify_failures_ += packer.take_verify_failures();
    fault_point("night_packed");
  }
  if (packer.empty()) {
    if (auto forgotten = forget_unfinished_run(); !forgotten) return forgotten.error();
    return true;
  }
  if (auto finished = packer.finish(); !finished) return finished.error();
  fault_point("night_written");

  written = database_->write(batch, Database::Durability::synced, [&](Database::Changes& changes) {
    for (const auto& block : packer.made()) {
      changes.put(Family::heads, block_key(block.info), encode_block_head(block.info, block.segments));
    }
    for (const auto& block : packer.before()) changes.erase(Family::heads, block_key(*block));
    note_unclean(changes, run.day);
    changes.erase(Family::meta, kIntentKey);
  });
  if (!written) return written.error();
  fault_point("night_switched");

  Infos after;
  for (const auto& block : packer.made()) {
    after.push_back(std::make_shared<const BlockInfo>(block.info));
    report.bytes_after += block.info.stored_bytes + block.info.index_bytes;
    report.raw_bytes += block.info.bounds.raw_bytes;
  }
  for (const auto& block : packer.before()) report.bytes_before += block->stored_bytes + block->index_bytes;
  report.blocks_before += packer.before().size();
  report.blocks_after += after.size();
  replace_blocks(run.lane, packer.before(), after);
  return true;
}

void RocksArchive::replace_blocks(LaneId lane_id, const Infos& before, const Infos& after) {
  std::set<std::uint32_t> gone;
  for (const auto& block : before) {
    gone.insert(block->number);
    retired_.emplace_back(block->day, block);
  }
  {
    const std::lock_guard lock(mutex_);
    auto& blocks = lanes_.by_id(lane_id)->blocks;
    std::erase_if(blocks, [&](const auto& block) { return gone.contains(block->number); });
    blocks.insert(blocks.end(), after.begin(), after.end());
    sort_by_sequence(blocks);
  }
  const std::lock_guard lock(recent_mutex_);
  if (recent_ && gone.contains(recent_->info().number)) recent_.reset();
}

/// What a run took in and did not come to name is given up.
Result<void, StoreError> RocksArchive::forget_unfinished_run() {
  rocksdb::PinnableSlice pin;
  const auto intent = database_->get(Family::meta, kIntentKey, pin);
  if (!intent)
    return intent.error().code == StoreErrc::not_found ? Result<void, StoreError>() : intent.error();
  constexpr std::size_t kDayAt = 0, kFirstAt = 2, kEndAt = 6, kLaneAt = 10, kSize = 12;
  if (intent->size() == kSize) {
    const auto day = read_big_endian<std::uint16_t>(intent->data() + kDayAt);
    const auto first = read_big_endian<std::uint32_t>(intent->data() + kFirstAt);
    const auto end = read_big_endian<std::uint32_t>(intent->data() + kEndAt);
    BlockInfo run;
    run.day = day;
    run.lane = read_big_endian<LaneId>(intent->data() + kLaneAt);
    run.run = first;
    const std::string from = run_key(run, 0);
    run.run = first + 1;
    if (auto dropped = database_->drop(Family::cold, day_key(day, first), day_key(day, end)); !dropped) {
      return dropped.error();
    }
    if (auto dropped = database_->drop(Family::cidx, from, run_key(run, 0)); !dropped) return dropped.error();
  }
  rocksdb::WriteBatch batch;
  return database_->write(batch, Database::Durability::synced,
                          [](Database::Changes& changes) { changes.erase(Family::meta, kIntentKey); });
}

/// Gives up the parts of blocks that were replaced, day by day, where no reader is left who began before.
Result<void, StoreError> RocksArchive::clean_days(const std::function<bool()>& go_on) {
  std::vector<std::uint16_t> days;
  auto scanned = database_->scan(Family::meta, kCleanPrefix, [&](std::string_view key, std::string_view) {
    if (key.size() == kCleanPrefix.size() + sizeof(std::uint16_t)) {
      days.push_back(read_big_endian<std::uint16_t>(key.data() + kCleanPrefix.size()));
    }
    return true;
  });
  if (!scanned) return scanned.error();
  // A reader who takes longer than this keeps the old files until another night.
  constexpr int kLooks = 20;
  constexpr std::chrono::milliseconds kBetweenLooks{100};
  for (const std::uint16_t day : days) {
    const auto is_read = [&] {
      std::erase_if(retired_, [](const auto& block) { return block.second.expired(); });
      return std::any_of(retired_.begin(), retired_.end(),
                         [&](const auto& block) { return block.first == day; });
    };
    for (int looks = 0; looks < kLooks && is_read(); ++looks) {
      if (go_on && !go_on()) break;
      std::this_thread::sleep_for(kBetweenLooks);
    }
    if (is_read()) continue;
    if (auto cleaned = clean_day(day); !cleaned) return cleaned.error();
    fault_point("night_cleaned");
    rocksdb::WriteBatch batch;
    auto written = database_->write(batch, Database::Durability::synced, [&](Database::Changes& changes) {
      changes.erase(Family::meta, clean_key(day));
    });
    if (!written) return written.error();
  }
  return {};
}

Result<void, StoreError> RocksArchive::clean_day(std::uint16_t day) {
  // What the day's families must keep: keys' beginnings, in order. Blocks to come have later numbers.
  std::map<Family, std::set<std::string>> kept;
  std::string end;
  {
    const std::lock_guard sealing(sealing_);
    end = day_key(day, next_block_);
    const std::lock_guard lock(mutex_);
    for (const auto& lane : lanes_.all()) {
      if (!lane) continue;
      for (const auto& block : lane->blocks) {
        if (block->day != day) continue;
        kept[family_of(block->place)].insert(block_key(*block));
        if (block->place == BlockPlace::fresh) kept[Family::fidx].insert(block_key(*block));
        if (block->place == BlockPlace::cold) kept[Family::cidx].insert(run_key(*block, 0).substr(0, 8));
      }
    }
  }
  for (const Family family : {Family::fresh, Family::fidx, Family::cold, Family::cidx, Family::held}) {
    std::string from = day_key(day);
    const auto drop_until = [&](const std::string& to) {
      return from < to ? database_->drop(family, from, to) : Result<void, StoreError>();
    };
    for (const std::string& key : kept[family]) {
      if (auto dropped = drop_until(key); !dropped) return dropped.error();
      from = key + std::string(4, '\xff');  // behind all parts and pages that begin so
    }
    // An index is kept by lane, not by number.
    const std::string to = family == Family::cidx ? day_key(static_cast<std::uint16_t>(day + 1)) : end;
    if (auto dropped = drop_until(to); !dropped) return dropped.error();
  }
  return {};
}

}  // namespace vigil
