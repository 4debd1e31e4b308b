#pragma once

#include "parsers/json_walk.h"
#include "parsers/payload_writer.h"

namespace vigil {

/// True if `path` is a name of ECS (or Winlogbeat) that a sender may set.
bool is_open_ecs_name(std::string_view path);

/// Where the formats of JSON look for the words that tell them apart. Senders may sort the members, so it is the whole of an
/// ordinary message.
inline std::string_view json_front(std::string_view text) { return text.substr(0, 16 * 1024); }

/// Reads the writer's text; on failure tags it and returns nothing. The list is the thread's json_scratch().
const JsonFields* read_json(PayloadWriter& out);

/// Gives names that mean the same in most programs' JSON (`src_ip`, `username`, `msg`) their ECS names, where the event
/// lacks those.
void add_common_name(PayloadWriter& out, std::string_view path, std::string_view value);

/// Adds a leaf: under its own name if that is ECS, else under vendor.*.
void add_json_leaf(PayloadWriter& out, const JsonField& leaf);

}  // namespace vigil
