#include "parsers/record.h"

namespace vigil {

ParseContext record_context(const Source& source, std::int64_t received_ns) {
  ParseContext context;
  context.received_ns = received_ns;
  context.zone_minutes = source.zone_minutes;
  context.charset = source.charset;
  context.peer = source.peer;
  context.envelope = source.envelope;
  context.transport = source.transport;
  return context;
}

SyslogHeader parse_record_header(std::string_view raw, const Source& source, std::int64_t received_ns, Arena& arena) {
  SyslogHeader header = parse_syslog_header(raw, record_context(source, received_ns), arena);
  if (!source.carries_documents()) return header;
  if (!header.has_priority) {
    for (const Tag tag : {Tag::no_pri, Tag::no_tag, Tag::no_ts, Tag::ts_recv}) header.tags.remove(tag);
  }
  if (!header.host_from_message) header.host = source.host;
  return header;
}

}  // namespace vigil
