#pragma once

#include "parsers/json_walk.h"
#include "parsers/payload_writer.h"

namespace vigil {

/// JSON of a program nobody has taught us. Members that already carry ECS names (`source.ip`,
/// {"user":{"name":…}}) stay as they are; all others go under `vendor.<path>`. Names that only we may give
/// (`vigil.*`, `event.original`, `event.ingested`, `log.source.*`, `log.syslog.*`, `@timestamp`) go there
/// too: a sender cannot forge them.
void parse_json(PayloadWriter& out);

/// True if `path` is a name of ECS (or Winlogbeat) that a sender may set.
bool is_open_ecs_name(std::string_view path);

/// Reads the writer's text; on failure tags it and returns nothing. The list is the thread's json_scratch().
const JsonFields* read_json(PayloadWriter& out);

/// Gives names that mean the same in most programs' JSON (`src_ip`, `username`, `msg`) their ECS names, where the event
/// lacks those.
void add_common_name(PayloadWriter& out, std::string_view path, std::string_view value);

/// Adds a leaf: under its own name if that is ECS, else under vendor.*.
void add_json_leaf(PayloadWriter& out, const JsonField& leaf);

}  // namespace vigil
