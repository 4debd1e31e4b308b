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

/// What a rollup says of records, where there is no record to read.
struct CountedFacts {
  std::string_view host;
  std::uint8_t severity = 0;  ///< 0 to 7, or kSeverityNone (rollup.h)
};

/// One stored record, read only as far as somebody asks: most are decided by their header, or by nothing at all.
/// Borrow one per search and move it from record to record: it keeps its memory.
class LazyEvent {
 public:
  void reset(const StoredRecord& record) {
    record_ = &record;
    arena_.reset();
    read_ = Read::nothing;
    parsed_ = nullptr;
    facts_ = nullptr;
  }
  /// For records that are only counted. They have no header and no event: only what the archive itself knows may be asked
  /// for, and what `facts` say.
  void reset(const StoredRecord& record, const CountedFacts& facts) {
    record_ = &record;
    parsed_ = nullptr;
    facts_ = &facts;
  }
  /// For an event that is parsed already.
  void reset(const StoredRecord& record, const Event& event) {
    record_ = &record;
    read_ = Read::event;
    parsed_ = &event;
    facts_ = nullptr;
  }

  const StoredRecord& record() const { return *record_; }
  const CountedFacts* facts() const { return facts_; }
  const SyslogHeader& header();
  const Event& event();

 private:
  enum class Read : std::uint8_t { nothing, header, event };
  const StoredRecord* record_ = nullptr;
  const Event* parsed_ = nullptr;
  const CountedFacts* facts_ = nullptr;
  Read read_ = Read::nothing;
  Arena arena_;
  SyslogHeader header_;
  Event event_;
};

}  // namespace vigil
