#pragma once

#include <optional>
#include <string>
#include <vector>

#include "storage/query_ast.h"

namespace vigil {

// Queries made from others, for programs: names of fields need no quotes here.

/// The query's filter with these pipes behind it, in place of its own.
Query with_pipes(const Query& query, std::vector<Pipe> pipes);
/// Records that the query's filter means and `condition` too. Without pipes.
Query with_condition(const Query& query, Node condition);

/// `stats count() by …`, the column of the count named `count`.
StatsPipe count_by(std::vector<GroupKey> keys);
/// `sort -count`
SortPipe most_first();
/// True of records that have one of these values in the field; nothing stands for records without the field.
Node has_one_of(const FieldRef& field, const std::vector<std::optional<std::string>>& values);

}  // namespace vigil
