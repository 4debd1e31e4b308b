#pragma once

#include <boost/json/object.hpp>

#include "rules/rule_explain.h"

namespace vigil::sigma {

/// An explanation as JSON, as `vigil rules explain --format ndjson` and the API show it (docs/rules.md).
boost::json::object explanation_json(const Explanation& explanation);

}  // namespace vigil::sigma
