#include "storage/night_packer.h"

#include <bit>
#include <utility>

#include "storage/field_values.h"
#include "storage/rocks_archive.h"
#include "storage/wire.h"

namespace vigil {

namespace {

/// Larger parts are smaller in sum, but are read and unpacked for one record.
constexpr std::uint64_t kColdPartBytes = 8 * 1024 * 1024;
/// Nothing waits for the night.
constexpr int kColdLevel = 19;

StoreError altered(const BlockInfo& info, const CustodySegment& segment) {
  return {StoreErrc::corrupt,
          "block " + std::to_string(info.number) + ": 紀錄與收存時的雜湊值不符 (the records " +
              record_id(segment.sequence_first) + " to " + record_id(segment.sequence_last) +
              " are not those whose hash was taken when they came)"};
}

}  // namespace

NightPacker::NightPacker(Database& database, LaneId lane, std::uint16_t day, std::uint32_t first_number)
    : database_(database),
      lane_(lane),
      day_(day),
      first_number_(first_number),
      encoder_(kColdLevel, kColdPartBytes),
      host_(field_named("host.name")),
      severity_(field_named("log.syslog.severity.code")) {}

Result<void, StoreError> NightPacker::pack(const Blocks& blocks, std::optional<std::string>& trouble) {
  BlockRecords records;
  std::vector<std::shared_ptr<LoadedBlock>> loaded;
  std::vector<CustodySegment> segments;
  auto gathered = gather(blocks, records, loaded, segments);
  if (!gathered) {
    if (gathered.error().code != StoreErrc::corrupt) return gathered.error();
    trouble = gathered.error().what;
    return {};
  }
  const auto ordinal = static_cast<std::uint16_t>(made_.size());
  const std::uint64_t failures = encoder_.verify_failures();
  auto block = encoder_.encode(records, first_number_ + ordinal, day_);
  if (!block || encoder_.verify_failures() > failures) {
    ++verify_failures_;
    trouble =
        block ? "block " + std::to_string(blocks.front()->number) + " does not read back when packed again"
              : block.error().what;
    return {};
  }
  count(records);
  BlockInfo& info = block->info;
  info.place = BlockPlace::cold;
  info.run = first_number_;
  info.ordinal = ordinal;
  for (std::size_t part = 0; part < block->parts.size(); ++part) {
    auto put = database_.put_unlogged(Family::cold, part_key(info, static_cast<std::uint16_t>(part)),
                                      block->parts[part]);
    if (!put) return put.error();
  }
  index_.add(ordinal, block->terms);
  made_.push_back({.info = info, .segments = std::move(segments), .letters = std::move(block->letters)});
  before_.insert(before_.end(), blocks.begin(), blocks.end());
  return {};
}

Result<void, StoreError> NightPacker::finish() {
  const std::vector<std::string> pages = index_.finish();
  const std::string rollup = rollup_.finish(sources_.sources());
  std::uint64_t index_bytes = rollup.size();
  BlockInfo& first = made_.front().info;
  for (std::size_t page = 0; page < pages.size(); ++page) {
    index_bytes += pages[page].size();
    auto put =
        database_.put_unlogged(Family::cidx, run_key(first, static_cast<std::uint16_t>(page)), pages[page]);
    if (!put) return put.error();
  }
  for (const Made& block : made_) {
    index_bytes += block.letters.size();
    const auto page = static_cast<std::uint16_t>(kLettersPage + block.info.ordinal);
    auto put = database_.put_unlogged(Family::cidx, run_key(first, page), block.letters);
    if (!put) return put.error();
  }
  if (auto put = database_.put_unlogged(Family::cidx, run_key(first, kRollupPage), rollup); !put) {
    return put.error();
  }
  std::uint64_t raw_bytes = 0, given = 0, seen = 0;
  for (const Made& block : made_) raw_bytes += block.info.bounds.raw_bytes;
  for (Made& block : made_) {
    block.info.log_pages = static_cast<std::uint8_t>(std::bit_width(pages.size()) - 1);
    // The index is the run's: each block is told a share of it.
    seen += block.info.bounds.raw_bytes;
    const std::uint64_t until = raw_bytes == 0 ? index_bytes
                                               : static_cast<std::uint64_t>(static_cast<double>(index_bytes) *
                                                                            static_cast<double>(seen) /
                                                                            static_cast<double>(raw_bytes));
    block.info.index_bytes = until - given;
    given = until;
  }
  return database_.flush_night();
}

/// Reads the blocks' records, and proves them by their leaves of custody.
Result<void, StoreError> NightPacker::gather(const Blocks& blocks, BlockRecords& records,
                                             std::vector<std::shared_ptr<LoadedBlock>>& loaded,
                                             std::vector<CustodySegment>& segments) const {
  records.lane = lane_;
  SourceTableBuilder sources;
  SegmentHasher hasher;
  for (const auto& info : blocks) {
    auto block = LoadedBlock::open(database_, info);
    if (!block) return block.error();
    rocksdb::PinnableSlice pin;
    const auto head = database_.get(Family::heads, block_key(*info), pin);
    if (!head) return head.error();
    BlockInfo ignored;
    std::vector<CustodySegment> named;
    if (!decode_block_head(*head, ignored, &named)) {
      return StoreError{StoreErrc::corrupt,
                        "block " + std::to_string(info->number) + ": its head is damaged"};
    }
    std::vector<std::uint32_t> renumbered;
    for (const auto& source : (*block)->sources()) renumbered.push_back(sources.index_of(source));
    auto segment = named.begin();
    for (const Row& row : (*block)->rows()) {
      const auto raw = (*block)->raw(row);
      if (!raw) return raw.error();
      records.rows.push_back(row);
      records.rows.back().source = renumbered[row.source];
      records.raws.push_back(raw->data());
      for (; segment != named.end() && segment->sequence_last < row.sequence; ++segment) {
        if (!is_proven(hasher, *segment)) return altered(*info, *segment);
      }
      if (segment != named.end() && segment->sequence_first <= row.sequence) {
        hasher.add(row.sequence, row.received_ns, *raw);
      }
    }
    for (; segment != named.end(); ++segment) {
      if (!is_proven(hasher, *segment)) return altered(*info, *segment);
    }
    segments.insert(segments.end(), named.begin(), named.end());
    loaded.push_back(std::move(*block));
  }
  records.sources = sources.take();
  return {};
}

/// Whether the records hashed are the segment's. One that has lost records, which has been told, has no other proof.
bool NightPacker::is_proven(SegmentHasher& hasher, const CustodySegment& segment) const {
  if (!hasher.empty() && hasher.close() == segment) return true;
  bool lost = false;
  const auto scanned =
      database_.scan(Family::meta, kLossPrefix, [&](std::string_view key, std::string_view value) {
        if (key.size() != kLossPrefix.size() + 8 || value.size() != 8) return true;
        const auto first = read_big_endian<std::uint64_t>(key.data() + kLossPrefix.size());
        const auto last = read_big_endian<std::uint64_t>(value.data());
        lost = lost || (first <= segment.sequence_last && segment.sequence_first <= last);
        return !lost;
      });
  return scanned && lost;
}

void NightPacker::count(const BlockRecords& records) {
  std::vector<std::uint32_t> renumbered;
  for (const auto& source : records.sources) renumbered.push_back(sources_.index_of(source));
  for (std::size_t i = 0; i < records.rows.size(); ++i) {
    Row row = records.rows[i];
    const StoredRecord record = stored_record(row, {records.raws[i], row.length}, records.sources);
    row.source = renumbered[row.source];
    count(record, row);
  }
}

/// Reads the record whole, as a search would, and counts it.
void NightPacker::count(const StoredRecord& record, Row row) {
  event_.reset(record);
  std::uint32_t host = kHostUnknown;
  std::size_t hosts = 0;
  any_value(event_, host_, [&](const FieldValue& value) {
    if (++hosts > 1 || value.type != ValueType::text) {
      host = kHostUnknown;
      return true;
    }
    host = value.text == record.source->host ? kHostOfSource : rollup_.host(value.text);
    return false;
  });
  std::uint8_t severity = kSeverityNone;
  any_value(event_, severity_, [&](const FieldValue& value) {
    severity = static_cast<std::uint8_t>(value.text.front() - '0');
    return true;
  });
  rollup_.add(row, host, severity);
}

}  // namespace vigil
