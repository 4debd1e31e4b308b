#pragma once

#include "storage/query_ast.h"
#include "storage/stored_event.h"

namespace vigil {

/// True if the record satisfies the filter. Reads it only as far as the answer needs.
bool satisfies(const Node& node, LazyEvent& subject);

}  // namespace vigil
