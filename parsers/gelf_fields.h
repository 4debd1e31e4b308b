#pragma once

#include "parsers/json_walk.h"
#include "parsers/payload_writer.h"

namespace vigil {

/// A GELF 1.1 document, however it came: it has `short_message`, or says version "1.0" or "1.1" beside a host.
bool is_gelf(const JsonFields& fields);

/// Its members under ECS names:
///
///   host                  host.name            short_message   message
///   level 0 to 7          log.syslog.severity.code and log.level; missing: 6 (GELF's own default, alert, would make
///                         every plain line an alarm)
///   file, line            log.origin.file.name, log.origin.file.line
///   _name                 name, where that is an ECS name a sender may set, else vendor.name
///   _id                   vendor._id_ (GELF forbids it)
///   anything else         vendor.<path>; members without the underscore are taken, too
void add_gelf(PayloadWriter& out, const JsonFields& fields);

}  // namespace vigil
