#pragma once

#include <functional>
#include <optional>
#include <string_view>

#include "storage/query_ast.h"
#include "storage/stored_event.h"

namespace vigil {

/// One value of a field. Times come as a number of nanoseconds; everything else as text with its type.
struct FieldValue {
  std::string_view text;
  ValueType type = ValueType::text;
  std::optional<std::int64_t> time_ns;
};

/// Calls `visit` for each value the record has for that field, until it says true; then true. Views live for the
/// call. A field has the values that the event shows in JSON (render_event_json), under the same name; names are
/// compared without case.
bool any_value(LazyEvent& subject, const FieldRef& field, const std::function<bool(const FieldValue&)>& visit);

}  // namespace vigil
