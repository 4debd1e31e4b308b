#pragma once

#include <boost/json/object.hpp>
#include <string>

namespace vigil::cli {

/// An explanation (rules/explain_json.h) as a person reads it: the rule, the verdict, and its condition as a tree with ✓
/// and ✗. Several lines, safe for a terminal, in the user's language.
std::string explanation_text(const boost::json::object& explanation);

/// The title in the user's language, with the other as a fall-back.
std::string title_text(const boost::json::value& row);

}  // namespace vigil::cli
