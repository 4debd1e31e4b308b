#include "rules/event_fields.h"

#include "rules/verbatim.h"

namespace vigil::sigma {

std::string_view canonical_text(std::string_view text, ValueType type) {
  if (type != ValueType::real) return text;
  const std::size_t point = text.find('.');
  if (point == std::string_view::npos || text.find_first_not_of('0', point + 1) != std::string_view::npos) return text;
  return text.substr(0, point);
}

namespace {

/// ECS names begin alike and end differently: the last character tells most of them apart without a call.
bool same_name(std::string_view name, std::string_view wanted) {
  return name.size() == wanted.size() && !name.empty() && name.back() == wanted.back() && name == wanted;
}

}  // namespace

bool EventFields::collect(const FieldName& name, std::vector<FieldValue>& out) const {
  for (std::size_t i = name.bare ? 1 : 0; i < name.groups.size(); ++i) {
    const auto& group = name.groups[i];
    bool there = false;
    for (const Field& field : event_.fields()) {
      for (const std::string& candidate : group) {
        if (!same_name(field.name, candidate)) continue;
        out.push_back({canonical_text(field.value, field.type), field.type});
        there = true;
        break;
      }
    }
    if (there) return true;
  }
  return false;
}

void EventFields::collect_all(std::vector<FieldValue>& out) const {
  for (const Field& field : event_.fields()) {
    if (field.type == ValueType::null || !is_verbatim(field.name, event_.format)) continue;
    out.push_back({canonical_text(field.value, field.type), field.type});
  }
}

}  // namespace vigil::sigma
