#include "parsers/record.h"

#include "parsers/envelope.h"
#include "parsers/wrapped_record.h"

namespace vigil {
namespace {

/// The program as the agent that read the line knows it: promtail sends bare messages of the journal.
std::string_view app_of_labels(std::string_view envelope) {
  constexpr std::string_view kNames[] = {"labels.syslog_identifier", "labels.identifier", "labels.app"};
  for (const std::string_view name : kNames) {
    std::string_view app;
    Envelope::for_each(envelope, [&](std::string_view label, std::string_view value) {
      if (label == name) app = value;
    });
    if (!app.empty()) return app;
  }
  return {};
}

}  // namespace

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

void read_record_header(std::string_view raw, const ParseContext& context, Arena& arena, SyslogHeader& header) {
  if (read_wrapped_header(raw, context, arena, header)) return;
  read_syslog_header(raw, context, arena, header);
  if (context.transport != transport::kLoki || !header.app.empty()) return;
  // The envelope of an arrival is its request's: the header stays longer.
  header.app = arena.copy(app_of_labels(context.envelope));
}

void adjust_to_source(const Source& source, SyslogHeader& header) {
  if (!source.carries_documents()) return;
  if (!header.has_priority) {
    for (const Tag tag : {Tag::no_pri, Tag::no_tag, Tag::no_ts, Tag::ts_recv}) header.tags.remove(tag);
  }
  if (!header.host_from_message) header.host = source.host;
}

SyslogHeader parse_record_header(std::string_view raw, const Source& source, std::int64_t received_ns, Arena& arena) {
  SyslogHeader header;
  read_record_header(raw, record_context(source, received_ns), arena, header);
  adjust_to_source(source, header);
  return header;
}

}  // namespace vigil
