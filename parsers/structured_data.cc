#include "parsers/structured_data.h"

#include "parsers/characters.h"
#include "parsers/syslog_header.h"

// RFC 5424 6.3, and what devices make of it:
//
//   elements = 1*( "[" id *( 1*SP param ) *SP "]" )
//   param    = name "=" [SP] ( quoted | bare )
//   quoted   = DQUOTE *( "\" ( DQUOTE | "\" | "]" ) | any but DQUOTE ) DQUOTE
//              a "\" before anything else is itself
//   bare     = *( any but SP and "]" )        VMware; `sd_unquoted`
//   id, name = 1*128( any but blanks, "=", "]", DQUOTE )

namespace vigil {
namespace {

constexpr AsciiSet kNameStops(" \t\n=]\"");
constexpr AsciiSet kQuotedMarks("\"\\");

bool is_escapable(char c) { return c == '"' || c == '\\' || c == ']'; }

struct Param {
  std::string_view name, raw_value;
  bool quoted = false;
  bool escaped = false;
};

enum class Step { param, element_end, bad };

// Reads the next parameter, or the end of the element, from the front of `rest`.
Step read_param(std::string_view& rest, Param& param) {
  if (char_at(rest, 0) == ']') {
    rest.remove_prefix(1);
    return Step::element_end;
  }
  if (char_at(rest, 0) != ' ') return Step::bad;
  while (char_at(rest, 0) == ' ') rest.remove_prefix(1);
  if (char_at(rest, 0) == ']') {
    rest.remove_prefix(1);
    return Step::element_end;
  }
  const std::size_t name = run_length(rest, kNameStops, kSdNameMax);
  if (name == 0 || char_at(rest, name) != '=') return Step::bad;
  param = {rest.substr(0, name), {}, false, false};
  rest.remove_prefix(name + 1);
  if (char_at(rest, 0) == ' ') rest.remove_prefix(1);
  param.quoted = char_at(rest, 0) == '"';
  std::size_t end = 0;
  if (param.quoted) {
    rest.remove_prefix(1);
    const char* const begin = rest.data();
    const char* const stop = begin + rest.size();
    const char* next = begin;
    for (;; ++next) {
      while (next != stop && !kQuotedMarks.has(*next)) ++next;
      if (next == stop) return Step::bad;
      if (*next == '"') break;
      if (next + 1 == stop || !is_escapable(next[1])) continue;
      param.escaped = true;
      ++next;
    }
    end = static_cast<std::size_t>(next - begin);
  } else {
    while (end < rest.size() && rest[end] != ' ' && rest[end] != ']') ++end;
  }
  param.raw_value = rest.substr(0, end);
  rest.remove_prefix(end + (param.quoted ? 1 : 0));
  return Step::param;
}

bool read_id(std::string_view& rest, std::string_view& id) {
  if (char_at(rest, 0) != '[') return false;
  rest.remove_prefix(1);
  const std::size_t length = run_length(rest, kNameStops, kSdNameMax);
  id = rest.substr(0, length);
  rest.remove_prefix(length);
  return length > 0;
}

std::string_view unescaped(std::string_view raw, Arena& arena) {
  char* const out = arena.allocate(raw.size());
  std::size_t used = 0;
  for (std::size_t at = 0; at < raw.size(); ++at) {
    if (raw[at] == '\\' && is_escapable(char_at(raw, at + 1))) ++at;
    out[used++] = raw[at];
  }
  arena.shrink_last(raw.size(), used);
  return {out, used};
}

}  // namespace

SdFound find_structured_data(std::string_view text) {
  SdFound found;
  std::string_view rest = text;
  std::string_view id;
  Param param;
  while (char_at(rest, 0) == '[') {
    if (!read_id(rest, id)) return found;
    const std::size_t before = found.params;
    Step step = read_param(rest, param);
    for (; step == Step::param; step = read_param(rest, param)) {
      ++found.params;
      found.unquoted |= !param.quoted;
    }
    if (step == Step::bad) return found;
    if (found.params == before) ++found.params;
  }
  found.good = true;
  found.length = text.size() - rest.size();
  return found;
}

bool detail::next_sd_param(std::string_view& rest, std::string_view& id, SdParam& out, Arena& arena) {
  Param param;
  while (!rest.empty()) {
    const bool fresh = id.empty();
    if (fresh && !read_id(rest, id)) break;
    const Step step = read_param(rest, param);
    if (step == Step::bad) break;
    out = {id, param.name, param.escaped ? unescaped(param.raw_value, arena) : param.raw_value};
    if (step == Step::param) return true;
    const bool empty_element = fresh;
    if (empty_element) out = {id, {}, {}};
    id = {};
    if (empty_element) return true;
  }
  rest = {};
  return false;
}

}  // namespace vigil
