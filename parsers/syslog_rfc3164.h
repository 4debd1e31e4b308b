#pragma once

#include <string_view>

#include "parsers/syslog_header.h"

namespace vigil {

/// Reads what follows PRI (and blanks) of a message that is not RFC 5424: BSD syslog and everything devices
/// made of it. Fills `header`, whose host is the peer until something better is found; `rest` is a part of
/// `header.text`.
void read_rfc3164(std::string_view rest, const ParseContext& context, Arena& arena, SyslogHeader& header);

}  // namespace vigil
