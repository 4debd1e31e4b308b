#pragma once

#include <array>
#include <cstddef>
#include <string_view>

/// Small questions about characters that the header parsers share. Text is valid UTF-8 here; nothing depends
/// on a locale.
namespace vigil {

constexpr bool is_ascii_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_ascii_upper(char c) { return c >= 'A' && c <= 'Z'; }
constexpr bool is_ascii_alnum(char c) {
  return is_ascii_digit(c) || is_ascii_upper(c) || (c >= 'a' && c <= 'z');
}

/// The character at an offset, NUL past the end: saves a comparison of sizes at every step of a grammar.
constexpr char char_at(std::string_view text, std::size_t at) { return at < text.size() ? text[at] : '\0'; }

/// A set of ASCII characters. Give it a place outside of functions: as a local constant its table would be copied
/// to the stack at every call.
class AsciiSet {
 public:
  constexpr explicit AsciiSet(std::string_view of) {
    for (const char c : of) has_[static_cast<unsigned char>(c)] = true;
  }
  constexpr bool has(char c) const { return has_[static_cast<unsigned char>(c)]; }

 private:
  std::array<bool, 256> has_{};  // the upper half stays empty: one look-up without a comparison
};

/// Bytes of the blank beyond ASCII at the front of `text` (no-break space, ideographic space and their kin);
/// 0: none.
constexpr std::size_t wide_blank_length(std::string_view text) {
  if (text.starts_with("\xc2\x85") || text.starts_with("\xc2\xa0")) return 2;
  if (text.starts_with("\xe1\x9a\x80") || text.starts_with("\xe3\x80\x80") ||
      text.starts_with("\xe2\x81\x9f"))
    return 3;
  if (text.starts_with("\xe2\x80")) {
    const auto last = static_cast<unsigned char>(char_at(text, 2));
    if ((last >= 0x80 && last <= 0x8a) || last == 0xa8 || last == 0xa9 || last == 0xaf) return 3;
  }
  return 0;
}

/// Bytes of the longest run at the front of `text` of at most `most` characters (not bytes), none of which is
/// in `stops` or a blank beyond ASCII.
constexpr std::size_t run_length(std::string_view text, const AsciiSet& stops, std::size_t most) {
  // As far as it is ASCII, bytes are characters.
  const char* const begin = text.data();
  const char* const end = begin + (text.size() < most ? text.size() : most);
  const char* next = begin;
  while (next != end && static_cast<unsigned char>(*next) < 0x80 && !stops.has(*next)) ++next;
  auto at = static_cast<std::size_t>(next - begin);
  if (next == end || static_cast<unsigned char>(*next) < 0x80) return at;
  for (std::size_t count = at; at < text.size() && count < most; ++count) {
    if (static_cast<unsigned char>(text[at]) < 0x80) {
      if (stops.has(text[at])) break;
      ++at;
      continue;
    }
    if (wide_blank_length(text.substr(at)) > 0) break;
    ++at;
    while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xc0U) == 0x80) ++at;
  }
  return at;
}

}  // namespace vigil
