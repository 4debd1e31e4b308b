#pragma once

#include <string_view>

#include "parsers/event.h"
#include "parsers/payload_writer.h"

namespace vigil {

/// Records whose bytes are a document around a message:
///
///   hec       a HEC object: `event` is the message, beside it time, host, source, sourcetype, index, fields
///   document  what we wrote for a record that is bytes nowhere: `message` is the message (otlp_logs.h, loki_push.h)
///   journal   an entry of systemd's journal: MESSAGE is the message
///
/// The message is read as if it had come alone, so that an sshd line is one wherever it stands, and the document says of
/// time, host and program what a syslog header would: it goes before what the message's own header says. The other members
/// become fields.
///
/// Which record is wrapped is told by its transport and its first bytes, today and in six months.
Wrapping wrapping_of(std::string_view carried_by, std::string_view raw);

/// True if records of that transport may be wrapped. Then host, priority and severity are not plain to see in the bytes.
bool may_be_wrapped(std::string_view carried_by);

/// Reads the header of a wrapped record (not Wrapping::none).
void read_wrapped_header(Wrapping wrapping, std::string_view raw, const ParseContext& context, Arena& arena,
                         SyslogHeader& header);

/// Adds what the document says beside the message, after the payload's own fields.
void add_wrapping_fields(PayloadWriter& out);

}  // namespace vigil
