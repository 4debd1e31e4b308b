#include "parsers/charset.h"
#include "parsers/render.h"
#include "parsers/unsafe_characters.h"

namespace vigil {
namespace {

constexpr std::string_view kHex = "0123456789abcdef";

void append_byte(unsigned char byte, std::string& out) {
  out += "\\x";
  out += kHex[byte >> 4U];
  out += kHex[byte & 15U];
}

void append_code(char32_t code, std::string& out) {
  out += "\\u{";
  for (int shift = 12; shift >= 0; shift -= 4) out += kHex[code >> static_cast<unsigned>(shift) & 15U];
  out += '}';
}

}  // namespace

void append_terminal_safe(std::string_view text, std::string& out) {
  while (!text.empty()) {
    const std::size_t length = utf8_sequence_length(text);
    const auto byte = static_cast<unsigned char>(text.front());
    if (length == 0 || (length == 1 && ((byte < 0x20 && byte != '\t') || byte == 0x7f))) {
      append_byte(byte, out);
      text.remove_prefix(1);
      continue;
    }
    const std::string_view sequence = text.substr(0, length);
    const char32_t unsafe = length > 1 ? unsafe_character(sequence) : 0;
    if (unsafe == 0) {
      out += sequence;
    } else if (unsafe < 0x100) {
      append_byte(static_cast<unsigned char>(unsafe), out);
    } else {
      append_code(unsafe, out);
    }
    text.remove_prefix(length);
  }
}

}  // namespace vigil
