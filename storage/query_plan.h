#pragma once

#include "storage/query_ast.h"

namespace vigil {

/// Narrows `range` by what every match of the filter must fulfil. What stands under OR or NOT is no such demand.
void plan_filter(const Node& node, ScanRange& range);

/// True if every parser takes this field's value from the message as it stands there, so that the index knows it.
bool index_knows(const FieldRef& field);

}  // namespace vigil
