#pragma once

#include <string>
#include <string_view>

namespace vigil {

/// Characters that people write in more than one way and search as one: full-width letters and digits (Ａ１) are folded to
/// ASCII, the ideographic space to a blank, 臺 to 台. Punctuation is not: "：" stands in every other Chinese log line, and a
/// frame with it would no longer show its ASCII (needle_filter.h).
///
/// Of UTF-8, or of bytes that are left as they are. The text itself where nothing is to be folded, else a view of `room`.
std::string_view fold_width(std::string_view text, std::string& room);
std::string fold_width(std::string_view text);

/// What a folded character is if it is ASCII that a needle may hold (a letter or a digit), else 0.
constexpr char ascii_of_full_width(char32_t code) {
  const bool digit = code >= 0xff10 && code <= 0xff19;
  const bool letter = (code >= 0xff21 && code <= 0xff3a) || (code >= 0xff41 && code <= 0xff5a);
  return digit || letter ? static_cast<char>(code - 0xff00 + 0x20) : '\0';
}

}  // namespace vigil
