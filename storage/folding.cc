#include "storage/folding.h"

namespace vigil {

namespace {

/// What three bytes of UTF-8 are folded to; empty if to themselves.
std::string_view folded(const char* at, char& ascii) {
  const auto byte = [at](std::size_t i) { return static_cast<unsigned char>(at[i]); };
  switch (byte(0)) {
    case 0xef:  // U+F000 to U+FFFF
      ascii = ascii_of_full_width((byte(0) & 0x0fU) << 12U | (byte(1) & 0x3fU) << 6U | (byte(2) & 0x3fU));
      return {&ascii, ascii != '\0' ? 1U : 0U};
    case 0xe3:
      return byte(1) == 0x80 && byte(2) == 0x80 ? " " : "";
    case 0xe8:
      return byte(1) == 0x87 && byte(2) == 0xba ? "台" : "";
    default:
      return {};
  }
}

bool has_high(std::string_view text) {
  // Without a branch, so that the compiler takes sixteen bytes at a time: most texts are ASCII.
  unsigned char all = 0;
  for (const char c : text) all |= static_cast<unsigned char>(c);
  return all >= 0x80;
}

}  // namespace

std::string_view fold_width(std::string_view text, std::string& room) {
  if (!has_high(text)) return text;
  std::size_t copied = 0;
  char ascii = '\0';
  for (std::size_t at = 0; at + 3 <= text.size();) {
    const auto lead = static_cast<unsigned char>(text[at]);
    if (lead != 0xef && lead != 0xe3 && lead != 0xe8) {
      ++at;
      continue;
    }
    const std::string_view instead = folded(text.data() + at, ascii);
    if (instead.empty()) {
      ++at;
      continue;
    }
    if (copied == 0) room.clear();
    room.append(text.substr(copied, at - copied)).append(instead);
    copied = at += 3;
  }
  if (copied == 0) return text;
  room.append(text.substr(copied));
  return room;
}

std::string fold_width(std::string_view text) {
  std::string room;
  return std::string(fold_width(text, room));
}

}  // namespace vigil
