#pragma once

#include <string>

#include "parsers/event.h"

namespace vigil::cli {

/// How a message was understood, for a person who mends or writes a parser: its header, the parser and what chose it, each
/// field with the bytes it was read from (offsets in the decoded text, from 0, end not included), what no field holds, and
/// the law's kinds with their reason. Several lines, in the language of the session.
///
/// `event` was parsed from `header`; `zone_minutes` is for times shown.
std::string explain(const SyslogHeader& header, const Event& event, int zone_minutes);

}  // namespace vigil::cli
