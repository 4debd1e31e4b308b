#pragma once

#include <cstddef>
#include <string_view>

namespace vigil {

/// Cutting JSON by its quotes and brackets alone: where a value ends, which members an object has. What lies inside a value
/// is not checked (walk_json does that), so this works on text whose numbers or escapes no parser takes. Linear, and no
/// nesting is too deep.

/// Bytes of the value at the front of `text`, which begins with no blank; 0 if it does not end.
std::size_t json_value_length(std::string_view text);

/// One member of an object, or one element of an array (then without a name), as it stands in the text.
struct JsonMember {
  std::string_view name;   ///< between its quotes, escapes as written
  std::string_view value;  ///< with quotes or brackets

  bool is_string() const { return value.starts_with('"'); }
  bool is_object() const { return value.starts_with('{'); }
  bool is_array() const { return value.starts_with('['); }
  bool is_number() const {
    return !value.empty() && (value[0] == '-' || (value[0] >= '0' && value[0] <= '9'));
  }
  bool is_null() const { return value == "null"; }
};

/// Calls `sink(const JsonMember&)` for each member of the outermost object, or element of the outermost array, in order.
/// False if `text` is neither, or does not come to its end.
template <class Sink>
bool for_each_json_member(std::string_view text, Sink&& sink);

/// The first member of that name as it is written; an empty value if there is none.
JsonMember find_json_member(std::string_view object, std::string_view name);

namespace detail {
enum class JsonStep { member, end, broken };
JsonStep first_json_member(std::string_view& rest, bool& named);
JsonStep next_json_member(std::string_view& rest, bool named, JsonMember& out);
}  // namespace detail

template <class Sink>
bool for_each_json_member(std::string_view text, Sink&& sink) {
  bool named = false;
  if (detail::first_json_member(text, named) == detail::JsonStep::broken) return false;
  for (;;) {
    JsonMember member;
    const detail::JsonStep step = detail::next_json_member(text, named, member);
    if (step != detail::JsonStep::member) return step == detail::JsonStep::end;
    sink(static_cast<const JsonMember&>(member));
  }
}

}  // namespace vigil
