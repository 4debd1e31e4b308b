#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace vigil {

/// The two-byte characters of CP950 (Big5 as Windows writes it): rows for lead bytes 0xA1 to 0xF9, columns for second
/// bytes 0x40 to 0x7E and 0xA1 to 0xFE; 0 where there is no character. 13,752 are there, all in the basic plane.
constexpr std::size_t kCp950Rows = 0xf9 - 0xa1 + 1;
constexpr std::size_t kCp950Columns = (0x7e - 0x40 + 1) + (0xfe - 0xa1 + 1);
extern const std::array<std::uint16_t, kCp950Rows * kCp950Columns> kCp950Table;

/// The character of a pair of bytes, 0 if there is none.
inline char16_t cp950_character(unsigned char lead, unsigned char trail) {
  if (lead < 0xa1 || lead > 0xf9) return 0;
  std::size_t column = 0;
  if (trail >= 0x40 && trail <= 0x7e) {
    column = trail - 0x40U;
  } else if (trail >= 0xa1 && trail <= 0xfe) {
    column = trail - 0xa1U + 63;
  } else {
    return 0;
  }
  return kCp950Table[(lead - 0xa1U) * kCp950Columns + column];
}

}  // namespace vigil
