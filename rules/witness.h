#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "parsers/event.h"
#include "rules/expression.h"

namespace vigil::sigma {

/// Literals (lower case ASCII) of which at least one occurs in the text of every message that the rule matches.
using Clause = std::vector<std::string>;

/// Clauses kept for a rule; as many bits tell which of them were seen.
inline constexpr std::size_t kClausesMax = 8;

/// What must occur in a message of that format for the expression to hold: every clause. None: nothing is known,
/// each message has to be parsed and asked.
///
/// A literal counts only if the field's value stands in the message as it is (see is_verbatim in witness.cc), and
/// only its longest run free of characters that JSON, CEF, key=value or percent-encoding may write another way.
/// `not`, null and comparisons say nothing about what occurs.
std::vector<Clause> necessary_clauses(const Expression& expression, Format format);

/// Regular expressions of which one is found in the text of every message of that format that the rule matches; none where
/// nothing is known. Keywords only, in formats that write values as they are wherever no backslash stands: a text with one is
/// not for these.
std::vector<std::shared_ptr<const Regex>> necessary_regexes(const Expression& expression, Format format);

/// The literal that stands in the text of every message of that format a value of which passes the test; for keywords.
std::optional<std::string> raw_literal(const ValueTest& test, Format format);

}  // namespace vigil::sigma
