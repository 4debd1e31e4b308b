#pragma once

#include "parsers/batch.h"

namespace vigil {

/// Reads one preserved message exactly as it was read on arrival: the same header from the same bytes and the same
/// surroundings (source, time of receipt), today and in six months. `zone_minutes` is kept in the Source.
///
/// A document (transports.h) is a payload by itself: it has no syslog header to miss, so the tags that say so
/// (`no_pri`, `no_tag`, `no_ts`) are not given.
SyslogHeader parse_record_header(std::string_view raw, const Source& source, std::int64_t received_ns, Arena& arena);

/// The same while the source is not known yet: in a context that says the transport and the envelope. `header.host` is the
/// message's own (`host_from_message`), else the context's peer. All else it holds is of `raw` and `arena`.
void read_record_header(std::string_view raw, const ParseContext& context, Arena& arena, SyslogHeader& header);

/// What the source adds to a header that was read before it was known: parse_record_header() without reading again.
void adjust_to_source(const Source& source, SyslogHeader& header);

/// The context parse_record_header and parse_event read it in.
ParseContext record_context(const Source& source, std::int64_t received_ns);

}  // namespace vigil
