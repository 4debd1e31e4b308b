#include "parsers/key_value.h"

#include <array>
#include <cstdint>
#include <cstring>

#include "parsers/key_table.h"
#include "parsers/payload_text.h"

namespace vigil {
namespace {

// What a byte can be, looked up once: each byte of a message of pairs is asked about.
constexpr std::uint8_t kGap = 1, kKey = 2, kValueEnd = 4;

constexpr std::array<std::uint8_t, 256> kByteClass = [] {
  std::array<std::uint8_t, 256> made{};
  const auto add = [&made](std::string_view bytes, std::uint8_t what) {
    for (const char c : bytes) made[static_cast<unsigned char>(c)] |= what;
  };
  add(" \t,;\n\r", kGap);
  add(" \t\n\r", kValueEnd);
  add("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.[]/@", kKey);
  return made;
}();

constexpr bool is(char c, std::uint8_t what) { return (kByteClass[static_cast<unsigned char>(c)] & what) != 0; }
constexpr bool is_gap(char c) { return is(c, kGap); }
constexpr bool is_key_char(char c) { return is(c, kKey); }

/// End of a quoted value: the first quote without a backslash before it.
std::size_t closing_quote(std::string_view text, bool& escaped) {
  std::size_t from = 0;
  for (;;) {
    const void* const found = std::memchr(text.data() + from, '"', text.size() - from);
    if (found == nullptr) return std::string_view::npos;
    const auto at = static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
    std::size_t backslashes = 0;
    while (backslashes < at && text[at - 1 - backslashes] == '\\') ++backslashes;
    if (backslashes % 2 == 0) return at;
    escaped = true;
    from = at + 1;
  }
}

}  // namespace

bool KeyValueReader::separated_by_commas(std::string_view text) {
  const std::size_t end = text.find_first_of(" ,\"");
  if (end == std::string_view::npos || text[end] != ',') return false;
  const std::string_view next = text.substr(end + 1, 64);
  const std::size_t equals = next.find('=');
  return equals != std::string_view::npos && equals != 0 && next.find_first_of(" ,\"") > equals;
}

bool KeyValueReader::next(KeyValue& out) {
  const char* at = rest_.data();
  const char* const end = at + rest_.size();
  const auto left = [&at, end] { return std::string_view(at, static_cast<std::size_t>(end - at)); };
  for (;;) {
    while (at != end && is_gap(*at)) ++at;
    const char* const key = at;
    while (at != end && is_key_char(*at)) ++at;
    if (at == end) {
      rest_ = left();
      return false;
    }
    if (*at == '=' && at != key) {
      out = {};
      out.key = {key, static_cast<std::size_t>(at - key)};
      ++at;
      break;
    }
    // Not a pair: on to the next gap.
    while (at != end && !is_gap(*at)) ++at;
  }
  if (at != end && *at == '"') {
    ++at;
    out.quoted = true;
    const std::size_t quote = closing_quote(left(), out.escaped);
    out.unterminated = quote == std::string_view::npos;
    out.value = left().substr(0, quote);
    at = out.unterminated ? end : at + quote + 1;
  } else {
    const char* const value = at;
    // Commas and semicolons may be parts of a value ("a=1,2"); they end it only before a blank.
    while (at != end && !is(*at, kValueEnd) && !(commas_ && *at == ',')) ++at;
    const char* last = at;
    if (at != end && last != value && (last[-1] == ',' || last[-1] == ';')) --last;
    out.value = {value, static_cast<std::size_t>(last - value)};
  }
  rest_ = left();
  return true;
}

std::string_view pair_onwards(const KeyValue& pair, std::string_view text) {
  return text.substr(static_cast<std::size_t>(pair.key.data() - text.data()));
}

std::string_view unescape_quotes(const KeyValue& pair, Arena& arena) {
  if (!pair.escaped) return pair.value;
  char* const start = arena.allocate(pair.value.size());
  char* at = start;
  for (std::size_t i = 0; i < pair.value.size(); ++i) {
    if (pair.value[i] == '\\' && i + 1 < pair.value.size() && pair.value[i + 1] == '"') ++i;
    *at++ = pair.value[i];
  }
  const auto used = static_cast<std::size_t>(at - start);
  arena.shrink_last(pair.value.size(), used);
  return {start, used};
}

bool looks_like_key_value(std::string_view text) {
  // The first pair must stand at the very front, so that prose with one "a=b" in it is not taken for pairs.
  std::size_t i = 0;
  while (i < text.size() && is_key_char(text[i])) ++i;
  if (i == 0 || i > 64 || i + 1 >= text.size() || text[i] != '=' || !(is_alpha(text[0]) || text[0] == '_')) {
    return false;
  }
  KeyValueReader reader(text.substr(0, 512));
  KeyValue first, second;
  return reader.next(first) && reader.next(second) &&
         second.key.data() <= first.value.data() + first.value.size() + 3;
}

}  // namespace vigil
