#include "parsers/json_members.h"

namespace vigil {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";

void skip_blanks(std::string_view& text) {
  const std::size_t from = text.find_first_not_of(kBlanks);
  text.remove_prefix(from == std::string_view::npos ? text.size() : from);
}

/// Bytes of the string at the front of `text` with its quotes; 0 if no quote ends it.
std::size_t string_length(std::string_view text) {
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      return i + 1;
    }
  }
  return 0;
}

}  // namespace

std::size_t json_value_length(std::string_view text) {
  if (text.empty()) return 0;
  if (text.front() == '"') return string_length(text);
  if (text.front() != '{' && text.front() != '[') {
    const std::size_t end = text.find_first_of(",}]{[\": \t\r\n");
    return end == std::string_view::npos ? text.size() : end;
  }
  std::size_t depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"') {
      const std::size_t length = string_length(text.substr(i));
      if (length == 0) return 0;
      i += length - 1;
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if ((c == '}' || c == ']') && --depth == 0) {
      return i + 1;
    }
  }
  return 0;
}

namespace detail {

JsonStep first_json_member(std::string_view& rest, bool& named) {
  skip_blanks(rest);
  if (rest.empty() || (rest.front() != '{' && rest.front() != '[')) return JsonStep::broken;
  named = rest.front() == '{';
  rest.remove_prefix(1);
  return JsonStep::member;
}

JsonStep next_json_member(std::string_view& rest, bool named, JsonMember& out) {
  skip_blanks(rest);
  if (rest.starts_with(',')) {
    rest.remove_prefix(1);
    skip_blanks(rest);
  }
  if (rest.empty()) return JsonStep::broken;
  if (rest.front() == (named ? '}' : ']')) return JsonStep::end;
  if (named) {
    if (rest.front() != '"') return JsonStep::broken;
    const std::size_t length = string_length(rest);
    if (length == 0) return JsonStep::broken;
    out.name = rest.substr(1, length - 2);
    rest.remove_prefix(length);
    skip_blanks(rest);
    if (!rest.starts_with(':')) return JsonStep::broken;
    rest.remove_prefix(1);
    skip_blanks(rest);
  }
  const std::size_t length = json_value_length(rest);
  if (length == 0) return JsonStep::broken;
  out.value = rest.substr(0, length);
  rest.remove_prefix(length);
  return JsonStep::member;
}

}  // namespace detail

JsonMember find_json_member(std::string_view object, std::string_view name) {
  JsonMember found;
  for_each_json_member(object, [&](const JsonMember& member) {
    if (found.value.empty() && member.name == name) found = member;
  });
  return found;
}

}  // namespace vigil
