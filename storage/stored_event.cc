#include "storage/stored_event.h"

namespace vigil {
namespace {

void parse_payload(const StoredRecord& record, const SyslogHeader& header, Event& event, Arena& arena) {
  event.clear();
  parse_event(header, record_context(*record.source, record.received_ns), event, arena);
  event.timestamp_ns = record.event_ns;
}

}  // namespace

void parse_stored(const StoredRecord& record, Event& event, Arena& arena) {
  parse_payload(record, parse_record_header(record.raw, *record.source, record.received_ns, arena), event, arena);
}

const SyslogHeader& LazyEvent::header() {
  if (parsed_) return parsed_->header;
  if (read_ == Read::nothing) {
    header_ = parse_record_header(record_->raw, *record_->source, record_->received_ns, arena_);
    read_ = Read::header;
  }
  return header_;
}

const Event& LazyEvent::event() {
  if (parsed_) return *parsed_;
  if (read_ != Read::event) {
    parse_payload(*record_, header(), event_, arena_);
    read_ = Read::event;
  }
  return event_;
}

}  // namespace vigil
