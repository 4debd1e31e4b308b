#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "parsers/event.h"
#include "rules/expression.h"

namespace vigil::sigma {

/// One thing that can be looked up in a parsed event without asking a rule.
struct FieldGate {
  enum class Op : std::uint8_t {
    equal,     ///< a value of the field is the literal
    prefix,    ///< begins with it
    suffix,    ///< ends with it
    contains,  ///< holds it
    search,    ///< holds it, or anything that is not ASCII (parts of regular expressions, whose case is another)
    present,   ///< the field is there
    raw        ///< the message's text holds it (keywords)
  };
  Op op = Op::present;
  const FieldName* field = nullptr;  ///< the expression's; null: raw
  std::string literal;               ///< folded; empty: present
};

/// Gates of which at least one is passed by every event that the rule matches.
using FieldClause = std::vector<FieldGate>;

/// How many of a hundred events pass a gate, or a guess at it.
using GateCost = std::function<double(const FieldGate&)>;

/// The clause whose gates together cost least. Nothing: no gate is sure, each event has to be asked about.
///
/// A conjunction takes its cheapest part, an alternative needs a clause of each part; `not`, null and `exists: false`
/// say nothing. Only what was written by the sender and stands for itself becomes a raw gate (witness.h).
std::optional<FieldClause> cheapest_clause(const Expression& expression, Format format, const GateCost& cost);

/// A guess for events nobody has seen yet, from what is common on Windows and Linux hosts.
double expected_cost(const FieldGate& gate);

}  // namespace vigil::sigma
