#pragma once

#include <string_view>

namespace vigil {

/// The code point of a well-formed sequence of two or three bytes that may change what surrounds it where it
/// is shown: C1 controls (0x9b is an escape sequence to some terminals), line and paragraph separators, and
/// the marks and overrides of writing direction, which let a line read as another one. 0 for every other
/// character.
constexpr char32_t unsafe_character(std::string_view sequence) {
  const auto tail = [&](std::size_t at) {
    return static_cast<char32_t>(static_cast<unsigned char>(sequence[at]) & 0x3fU);
  };
  if (sequence.size() == 2) {
    if (sequence.starts_with('\xc2') && tail(1) < 0x20) return 0x80 | tail(1);
    return sequence == "\xd8\x9c" ? 0x61c : 0;
  }
  if (!sequence.starts_with('\xe2') || sequence.size() != 3) return 0;
  const char32_t code = 0x2000 | tail(1) << 6U | tail(2);
  const bool direction = code == 0x200e || code == 0x200f || (code >= 0x202a && code <= 0x202e) ||
                         (code >= 0x2066 && code <= 0x2069);
  return direction || code == 0x2028 || code == 0x2029 ? code : 0;
}

}  // namespace vigil
