#pragma once

#include <algorithm>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "parsers/record.h"
#include "storage/archive.h"
#include "storage/needle_filter.h"
#include "storage/terms.h"

namespace vigil {

/// An archive in memory for tests of what stands on top of one. Records lie in blocks of a few, and blocks are left
/// out by their terms and records by needles just as the real one may: a plan that narrows too much shows.
class FakeArchive : public Archive {
 public:
  explicit FakeArchive(std::size_t block_records = 4) : block_records_(block_records) {}

  static std::shared_ptr<Source> make_source(std::string organisation = "school-a") {
    auto source = std::make_shared<Source>();
    source->peer = "192.0.2.10";
    source->host = "192.0.2.10";
    source->listener = "syslog-udp:0.0.0.0:5514";
    source->transport = "syslog-udp";
    source->organisation = std::move(organisation);
    return source;
  }

  std::uint64_t add(std::string_view raw, std::int64_t received_ns, std::shared_ptr<const Source> source) {
    auto& held = records_.emplace_back();
    held.raw = raw;
    held.source = std::move(source);
    Arena arena;
    const SyslogHeader header = parse_record_header(held.raw, *held.source, received_ns, arena);
    held.format = detect_format(header);
    held.kinds = kinds_of(header, held.format);
    held.received_ns = received_ns;
    held.event_ns = header.timestamp_ns;
    if (!header.has_timestamp) {
      const auto time = quick_payload_time(header, held.format, held.source->zone_minutes);
      if (time) held.event_ns = *time;
    }
    return records_.size();  // sequences begin at 1
  }

  StoredRecord record(std::uint64_t sequence) const {
    const Held& held = records_[sequence - 1];
    StoredRecord record;
    record.sequence = sequence;
    record.raw = held.raw;
    record.received_ns = held.received_ns;
    record.event_ns = held.event_ns;
    record.source = held.source.get();
    record.kinds = held.kinds;
    record.format = held.format;
    return record;
  }
  std::size_t size() const { return records_.size(); }

  Result<ScanCost, StoreError> scan(const ScanRange& range,
                                    const std::function<bool(const StoredRecord&)>& visit) const override {
    ScanCost cost;
    const NeedleFilter needles(range.hints);
    const std::size_t blocks = (records_.size() + block_records_ - 1) / block_records_;
    cost.blocks_total = blocks;
    for (std::size_t turn = 0; turn < blocks; ++turn) {
      const std::size_t block = range.newest_first ? blocks - 1 - turn : turn;
      const std::size_t begin = block * block_records_;
      const std::size_t end = std::min(records_.size(), begin + block_records_);
      if (!block_may_hold(begin, end, range.terms)) continue;
      if (range.cancelled != nullptr && (*range.cancelled)()) return StoreError{StoreErrc::cancelled, "the search was cancelled"};
      ++cost.blocks_read;
      for (std::size_t step = 0; step < end - begin; ++step) {
        StoredRecord record = this->record((range.newest_first ? end - 1 - step : begin + step) + 1);
        if (!in_range(record, range) || !needles.may_hold(record.raw)) continue;
        if (!range.text_needed) record.raw = {};
        ++cost.records_seen;
        cost.raw_bytes += record.raw.size();
        if (!visit(record)) return cost;
      }
    }
    return cost;
  }

  Result<Kept, StoreError> get(std::uint64_t sequence,
                               const std::vector<std::string>& organisations) const override {
    if (sequence == 0 || sequence > records_.size())
      return StoreError{StoreErrc::not_found, "no such record"};
    ScanRange range;
    range.organisations = organisations;
    Kept kept;
    kept.record = record(sequence);
    if (!in_range(kept.record, range)) return StoreError{StoreErrc::not_found, "no such record"};
    return kept;
  }

  Result<void, StoreError> commit(std::span<const std::shared_ptr<Batch>>) override { return {}; }
  Result<bool, StoreError> seal(bool, std::int64_t) override { return false; }
  Result<void, StoreError> empty_journal() override { return {}; }
  Result<NightReport, StoreError> night(const NightRequest&) override { return NightReport(); }
  Result<RetireReport, StoreError> retire(const RetireRequest&) override { return RetireReport(); }
  Result<void, StoreError> custody(const std::vector<std::string>&,
                                   const std::function<bool(const CustodyLeaf&)>&) const override {
    return {};
  }
  ArchiveStats stats() const override { return {}; }
  std::uint64_t next_sequence() const override { return records_.size() + 1; }
  StateStore& state() override { std::abort(); }

 private:
  struct Held {
    std::string raw;
    std::shared_ptr<const Source> source;
    std::int64_t received_ns = 0, event_ns = 0;
    Kinds kinds;
    Format format = Format::none;
  };

  static bool in_range(const StoredRecord& record, const ScanRange& range) {
    const bool visible =
        std::any_of(range.organisations.begin(), range.organisations.end(),
                    [&](const std::string& one) { return one == "*" || one == record.source->organisation; });
    return visible && record.event_ns >= range.event_from_ns && record.event_ns < range.event_to_ns &&
           record.sequence >= range.sequence_from && record.sequence < range.sequence_to;
  }

  bool block_may_hold(std::size_t begin, std::size_t end, const std::vector<std::string>& terms) const {
    if (terms.empty()) return true;
    const std::vector<std::uint32_t>& hashes = terms_of_block(begin, end);
    return std::all_of(terms.begin(), terms.end(), [&](const std::string& term) {
      return std::binary_search(hashes.begin(), hashes.end(), term_hash(term));
    });
  }

  /// Made when first asked for; a block that grew is made again.
  const std::vector<std::uint32_t>& terms_of_block(std::size_t begin, std::size_t end) const {
    auto& [records, hashes] = indexes_[begin];
    if (records == end - begin) return hashes;
    TermCollector collector;
    for (std::size_t i = begin; i < end; ++i) {
      std::string padded = records_[i].raw;
      const std::size_t size = padded.size();
      padded.append(TermCollector::kPadding, '\0');
      collector.add({padded.data(), size}, records_[i].source->charset);
    }
    records = end - begin;
    hashes = collector.take();
    return hashes;
  }

  std::size_t block_records_;
  std::deque<Held> records_;
  mutable std::map<std::size_t, std::pair<std::size_t, std::vector<std::uint32_t>>> indexes_;
};

}  // namespace vigil
