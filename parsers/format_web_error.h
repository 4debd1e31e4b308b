#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "parsers/payload_writer.h"

namespace vigil {

/// Error logs of Apache and nginx, which name who knocked in vain:
///
///   apache = "[" time "] [" [ module ":" ] level "] " [ "[pid " n [ ":tid " n ] "] " ] [ "[client " address
///   "] " ] text nginx  = [ yyyy/mm/dd hh:mm:ss SP ] "[" level "] " pid "#" tid ": " [ "*" n SP ] text [ ",
///   client: " address
///            ", server: " name ", request: " DQUOTE request DQUOTE ", host: " DQUOTE name DQUOTE … ]
///
/// Wrong passwords are logons that failed; the rest is what it is: an error.
void parse_web_error(PayloadWriter& out);

/// True if `text` begins like one of both.
bool looks_like_web_error(std::string_view text);

/// The time at the front of a line, in the server's own zone.
std::optional<std::int64_t> read_web_error_time(std::string_view text, int zone_minutes);

}  // namespace vigil
