#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "parsers/result.h"
#include "rules/expression.h"

namespace vigil::sigma {

/// A named selection and the node it compiled to.
struct Selection {
  std::string name;
  Expression::Index node{};
};

struct ConditionError {
  std::size_t offset = 0;  ///< into the condition's text
  std::string reason;
};

/// Compiles a condition over `selections` into nodes of `expression`:
///
///   or      = and { "or" and }          loosest
///   and     = not { "and" not }
///   not     = "not" not | atom
///   atom    = "(" or ")" | ("1" | "any" | "all") "of" ("them" | pattern) | identifier
///
/// Operators are lower case. `them` and patterns skip names that begin with `_`, unless the pattern does too. A
/// selector that selects nothing is an error: some engines call it true, some false, and both surprise.
Result<Expression::Index, ConditionError> compile_condition(std::string_view text,
                                                            const std::vector<Selection>& selections,
                                                            Expression& expression);

}  // namespace vigil::sigma
