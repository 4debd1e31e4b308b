#pragma once

#include "parsers/arena.h"
#include "parsers/event.h"
#include "parsers/record.h"
#include "storage/archive.h"

namespace vigil {

/// Reads a stored record again, whole, exactly as it was read on arrival. `event` and its views live as long as
/// `record` and `arena`. Its time is the one the archive filed it under, so that what a search shows lies in the
/// range it searched.
void parse_stored(const StoredRecord& record, Event& event, Arena& arena);

/// One stored record, read only as far as somebody asks: most are decided by their header, or by nothing at all.
/// Borrow one per search and move it from record to record: it keeps its memory.
class LazyEvent {
 public:
  void reset(const StoredRecord& record) {
    record_ = &record;
    arena_.reset();
    read_ = Read::nothing;
    parsed_ = nullptr;
  }
  /// For an event that is parsed already.
  void reset(const StoredRecord& record, const Event& event) {
    record_ = &record;
    read_ = Read::event;
    parsed_ = &event;
  }

  const StoredRecord& record() const { return *record_; }
  const SyslogHeader& header();
  const Event& event();

 private:
  enum class Read : std::uint8_t { nothing, header, event };
  const StoredRecord* record_ = nullptr;
  const Event* parsed_ = nullptr;
  Read read_ = Read::nothing;
  Arena arena_;
  SyslogHeader header_;
  Event event_;
};

}  // namespace vigil
