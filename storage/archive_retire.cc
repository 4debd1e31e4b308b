#include <algorithm>
#include <map>

#include "storage/fault.h"
#include "storage/retention.h"
#include "storage/rocks_archive.h"
#include "storage/wire.h"

namespace vigil {

std::string retained_key(LaneId lane) {
  std::string key(kRetainedPrefix);
  append_big_endian(key, lane);
  return key;
}

Result<RetireReport, StoreError> RocksArchive::retire(const RetireRequest& request) {
  const std::lock_guard night(night_);
  if (auto writable = make_writable(); !writable) return writable.error();
  RetireReport report;
  struct Expired {
    NightRun run;
    std::string organisation;
    bool in_scope = true;
  };
  std::vector<Expired> due;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& lane : lanes_.all()) {
      if (!lane) continue;
      std::map<std::uint16_t, Infos> days;
      for (const auto& block : lane->blocks) {
        const std::int64_t until = lane->in_scope ? kept_until(block->day, request.months)
                                                  : kept_until_days(block->day, request.out_of_scope_days);
        if (request.now_ns >= until) days[block->day].push_back(block);
      }
      for (auto& [day, blocks] : days) {
        due.push_back({.run = {.lane = lane->id, .day = day, .blocks = std::move(blocks)},
                       .organisation = lane->organisation,
                       .in_scope = lane->in_scope});
      }
    }
  }
  for (const auto& [run, organisation, in_scope] : due) {
    std::vector<char> held;
    for (const auto& block : run.blocks) {
      held.push_back(request.holds && request.holds({organisation, in_scope, block->bounds}) ? 1 : 0);
    }
    if (auto done = retire_lane_day(run, held, report); !done) return done.error();
  }
  due.clear();  // nobody may hold what is cleaned away
  if (auto cleaned = clean_days({}); !cleaned) return cleaned.error();
  return report;
}

/// Copies a block aside and says so in its head.
Result<void, StoreError> RocksArchive::hold_block(LaneId lane,
                                                  const std::shared_ptr<const BlockInfo>& block) {
  auto info = std::make_shared<BlockInfo>(*block);
  info->place = BlockPlace::held;
  info->index_bytes = 0;
  std::vector<CustodySegment> segments;
  BlockInfo ignored;
  rocksdb::PinnableSlice pin;
  const auto head = database_->get(Family::heads, block_key(*block), pin);
  if (!head) return head.error();
  if (!decode_block_head(*head, ignored, &segments)) {
    return StoreError{StoreErrc::corrupt, "the head of a held block is damaged"};
  }
  std::vector<std::string> parts;
  for (std::uint16_t part = 0; part <= block->parts; ++part) {
    const auto value = database_->get(family_of(block->place), part_key(*block, part), pin);
    if (!value) return value.error();
    parts.emplace_back(*value);
  }
  rocksdb::WriteBatch batch;
  auto written = database_->write(batch, Database::Durability::synced, [&](Database::Changes& changes) {
    changes.put(Family::heads, block_key(*info), encode_block_head(*info, segments));
    for (std::size_t part = 0; part < parts.size(); ++part) {
      changes.put(Family::held, part_key(*info, static_cast<std::uint16_t>(part)), parts[part]);
    }
    note_unclean(changes, info->day);
  });
  if (!written) return written.error();
  replace_blocks(lane, {block}, {std::move(info)});
  return {};
}

/// What is held is moved aside first; then, in one change, the rest has no head any more. Its parts go afterwards.
Result<void, StoreError> RocksArchive::retire_lane_day(const NightRun& due, const std::vector<char>& held,
                                                       RetireReport& report) {
  Infos gone;
  std::uint64_t retained_from = 0;
  for (std::size_t i = 0; i < due.blocks.size(); ++i) {
    const auto& block = due.blocks[i];
    if (held[i] == 0) {
      gone.push_back(block);
      retained_from = std::max(retained_from, block->bounds.sequence_last + 1);
      continue;
    }
    ++report.held_blocks;
    if (block->place == BlockPlace::held) continue;
    if (auto moved = hold_block(due.lane, block); !moved) return moved.error();
    fault_point("retire_held");
  }
  if (gone.empty()) return {};
  {
    const std::lock_guard lock(mutex_);
    Lane& lane = *lanes_.by_id(due.lane);
    retained_from = lane.retained_from = std::max(retained_from, lane.retained_from);
  }
  rocksdb::WriteBatch batch;
  auto written = database_->write(batch, Database::Durability::synced, [&](Database::Changes& changes) {
    for (const auto& block : gone) changes.erase(Family::heads, block_key(*block));
    std::string value;
    append_big_endian(value, retained_from);
    changes.put(Family::meta, retained_key(due.lane), value);
    note_unclean(changes, due.day);
  });
  if (!written) return written.error();
  fault_point("retire_switched");
  for (const auto& block : gone) {
    ++report.blocks;
    report.records += block->bounds.rows;
    report.raw_bytes += block->bounds.raw_bytes;
    report.bytes += block->stored_bytes + block->index_bytes;
  }
  replace_blocks(due.lane, gone, {});
  return {};
}

}  // namespace vigil
