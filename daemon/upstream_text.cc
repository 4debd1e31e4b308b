#include "daemon/upstream_text.h"

#include "parsers/cef_render.h"
#include "parsers/record.h"
#include "parsers/relay_syslog.h"
#include "storage/stored_event.h"

namespace vigil {

std::string_view UpstreamText::original(const StoredRecord& record) { return message(record, Bsd::kept); }
std::string_view UpstreamText::rfc5424(const StoredRecord& record) { return message(record, Bsd::rendered); }

std::string_view UpstreamText::message(const StoredRecord& record, Bsd bsd) {
  arena_.reset();
  out_.clear();
  const Source& source = *record.source;
  const RelayMark mark{instance_, record.sequence, source.peer};
  const SyslogHeader header = parse_record_header(record.raw, source, record.received_ns, arena_);
  if (source.carries_documents()) {
    append_rendered_rfc5424(header, source, record.event_ns, mark, record.raw, out_);
    return out_;
  }
  if (append_marked_rfc5424(record.raw, header, mark, out_)) return out_;
  if (bsd == Bsd::kept && header.has_priority && header.host_from_message) return record.raw;
  append_rendered_rfc5424(header, source, record.event_ns, mark, header.message, out_);
  return out_;
}

std::string_view UpstreamText::cef(const StoredRecord& record) {
  arena_.reset();
  out_.clear();
  parse_stored(record, event_, arena_);
  const std::string id = record_id(record.sequence);
  Surroundings around;
  around.received_ns = record.received_ns;
  around.id = id;
  around.source = record.source;
  append_cef_syslog_header(event_, *record.source, out_);
  append_cef(event_, around, VIGIL_VERSION, out_);
  return out_;
}

std::string printable_line(std::string_view text) {
  constexpr std::size_t kBytesMax = 200;
  std::string out;
  append_terminal_safe(text.substr(0, kBytesMax), out);
  return out;
}

}  // namespace vigil
