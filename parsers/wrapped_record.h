#pragma once

#include <string_view>

#include "parsers/event.h"
#include "parsers/payload_writer.h"

namespace vigil {

/// Records whose bytes are a document around a message:
///
///   hec       a HEC object: `event` is the message, beside it time, host, source, sourcetype, index, fields
///   document  what we wrote for a record that is bytes nowhere: `message` is the message (otlp_logs.h, loki_push.h)
///             or, over HTTP and Beats, one in which Filebeat, Elastic Agent, Logstash or Vector brings a line that it has
///             read: `input`, `log.file`, `@version` or `source_type` beside the message say so. Documents of Winlogbeat and
///             alerts of Kibana are what they say themselves. The line's own host goes before the shipper's
///   journal   an entry of systemd's journal: MESSAGE is the message
///
/// The message is read as if it had come alone, so that an sshd line is one wherever it stands, and the document says of
/// time, host and program what a syslog header would: it goes before what the message's own header says. The other members
/// become fields.
///
/// Which record is wrapped is told by its transport and its own members, today and in six months.
///
/// Reads the header of a wrapped record. False if the record is none: `header` is as it was.
bool read_wrapped_header(std::string_view raw, const ParseContext& context, Arena& arena, SyslogHeader& header);

/// True if records of that transport may be wrapped in a document that gives their message a priority, which is then not
/// plain to see in the bytes.
bool may_be_wrapped(std::string_view carried_by);

/// Adds what the document says beside the message, after the payload's own fields.
void add_wrapping_fields(PayloadWriter& out);

}  // namespace vigil
