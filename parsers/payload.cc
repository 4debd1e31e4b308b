#include "parsers/envelope.h"
#include "parsers/format.h"
#include "parsers/payload_app.h"
#include "parsers/payload_text.h"
#include "parsers/payload_writer.h"
#include "parsers/timestamp.h"
#include "parsers/wrapped_record.h"

namespace vigil {

namespace {

/// Sigma's service for what a program of Linux writes, where the format does not say it.
void add_linux_service(PayloadWriter& out) {
  const std::string_view service = linux_service(out.event().header.app);
  if (service.empty()) return;
  for (const LogSource& source : out.event().log_sources()) {
    if (source.product == "linux" && source.service == service) return;
  }
  out.log_source("linux", {}, service);
}

}  // namespace

void parse_event(const SyslogHeader& header, const ParseContext& context, Event& event, Arena& arena) {
  const Format format = detect_format(header);
  std::int64_t timestamp_ns = header.timestamp_ns;
  if (payload_time_first(header, format)) {
    timestamp_ns = quick_payload_time(header, format, context.zone_minutes).value_or(timestamp_ns);
  }
  parse_event_as(format, timestamp_ns, header, context, event, arena);
}

void parse_event_as(Format format, std::int64_t timestamp_ns, const SyslogHeader& header,
                    const ParseContext& context, Event& event, Arena& arena) {
  const FormatSpec* spec = find_format(format);
  if (spec == nullptr) spec = find_format(Format::none);
  const std::string_view text = payload_text(header, *spec);
  event.clear();
  event.header = header;
  settle_header(event.header, spec->number, context.peer);
  event.tags = header.tags;
  event.format = spec->number;
  event.timestamp_ns = timestamp_ns;
  if (is_clock_skewed(event.timestamp_ns, context.received_ns)) event.tags.add(Tag::clock_skew);
  const std::string_view app = event.header.app, procid = event.header.procid;
  const bool tag_is_program = text.data() == event.header.message.data();

  // These stand first, so that a payload that knows better finds them at once.
  event.add("host.name", event.header.host);
  event.add("message", text);
  event.add("event.kind", "event");
  // On Windows the tag is the event's provider and the payload says which process it is about.
  if (tag_is_program && spec->tag_is_program) {
    if (!app.empty()) event.add("process.name", app);
    if (!procid.empty()) {
      event.add("process.pid", procid, is_json_integer(procid) ? ValueType::integer : ValueType::text);
    }
  }
  if (event.format != Format::none) event.add("event.dataset", spec->name);
  PayloadWriter out(text, context, event, arena);
  spec->parse(out);
  if (is_of_programs(*spec)) add_linux_service(out);
  add_wrapping_fields(out);
  Envelope::for_each(context.envelope, [&event](std::string_view name, std::string_view value) {
    if (name.starts_with("vigil.")) {
      event.set(name, value);  // how a message came to us, it cannot say itself
    } else if (event.find(name) == nullptr) {
      event.add(name, value);
    }
  });
}

}  // namespace vigil
