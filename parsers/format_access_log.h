#pragma once

#include "parsers/payload_writer.h"

namespace vigil {

/// Access logs of nginx and Apache:
///
///   line    = [ vhost [ ":" port ] SP ] client SP ident SP user SP "[" time "]" SP DQUOTE request DQUOTE SP
///   status SP
///             bytes [ SP DQUOTE referer DQUOTE SP DQUOTE agent DQUOTE ] [ SP more ]
///   request = method SP url [ SP "HTTP/" version ] / anything: scanners send TLS hellos and worse
///
/// A request that is none is kept whole as url.original.
void parse_access_log(PayloadWriter& out);

}  // namespace vigil
