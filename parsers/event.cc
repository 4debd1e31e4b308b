#include "parsers/event.h"

namespace vigil {

void Event::set(std::string_view name, std::string_view value, ValueType type) {
  for (Field& field : fields_) {
    if (field.name == name) {
      field.value = value;
      field.type = type;
      return;
    }
  }
  add(name, value, type);
}

// A walk: an event has a few dozen fields, which is faster to compare by length first than to hash.
const Field* Event::find(std::string_view name) const {
  for (const Field& field : fields_) {
    if (field.name == name) return &field;
  }
  return nullptr;
}

}  // namespace vigil
