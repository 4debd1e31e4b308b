#pragma once

#include <map>

#include "storage/memory_state_store.h"
#include "tests/daemon/scripted_archive.h"

namespace vigil {

/// An archive of the records a test lists, with holes where it lists none.
class ListedArchive : public ScriptedArchive {
 public:
  static constexpr std::int64_t kReceivedNs = 1'795'158'000'000'000'000;

  void put(std::uint64_t sequence, std::string raw, const Source& source = plain_source()) {
    const std::lock_guard lock(mutex);
    listed_[sequence] = {std::move(raw), source};
    next_ = std::max(next_, sequence + 1);
  }
  void drop_before(std::uint64_t sequence) {
    const std::lock_guard lock(mutex);
    listed_.erase(listed_.begin(), listed_.lower_bound(sequence));
  }
  Result<ScanCost, StoreError> scan(const ScanRange& range,
                                    const std::function<bool(const StoredRecord&)>& visit) const override {
    std::map<std::uint64_t, Entry> now;
    {
      const std::lock_guard lock(const_cast<ListedArchive*>(this)->mutex);
      now = listed_;
    }
    for (auto at = now.lower_bound(range.sequence_from); at != now.end() && at->first < range.sequence_to;
         ++at) {
      StoredRecord record;
      record.sequence = at->first;
      record.raw = at->second.raw;
      record.received_ns = record.event_ns = kReceivedNs;
      record.source = &at->second.source;
      if (!visit(record)) break;
    }
    return ScanCost{};
  }
  std::uint64_t next_sequence() const override {
    const std::lock_guard lock(const_cast<ListedArchive*>(this)->mutex);
    return next_;
  }
  StateStore& state() override { return state_; }

  static Source plain_source() {
    Source source;
    source.peer = "10.0.0.9";
    source.host = "srv1";
    source.transport = "syslog-udp";
    source.organisation = "default";
    return source;
  }

 private:
  struct Entry {
    std::string raw;
    Source source;
  };
  std::map<std::uint64_t, Entry> listed_;
  std::uint64_t next_ = 1;
  MemoryStateStore state_;
};

}  // namespace vigil
