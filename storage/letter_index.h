#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "storage/needle_filter.h"
#include "storage/text_columns.h"

namespace vigil {

// Which letters stand side by side in the text parts of a block: for each part a bit for every three of the letters and
// "_", ".", "-" that follow one another in a line of it. A search for a part of a word reads this before any part, and of
// most parts nothing else. On disk, version 1:
//
//   version 1 byte | parts, varint | for each part: ShownAscii, or 3 if its letters are not known (1 byte)
//   | zstd frame of 4,096 bytes for each part | checksum64, 8 bytes
//
// Letters are 1 to 26 whatever their case, "_" 27, "." 28, "-" 29. The bit of x, y, z is 1,024 x + 32 y + z, lowest first.
// More bits may be set than there are such letters, never fewer.

constexpr std::size_t kLetterBits = 32 * 32 * 32;
constexpr std::size_t kLetterBytes = kLetterBits / 8;

constexpr std::array<std::uint8_t, 256> kLetterNumbers = [] {
  std::array<std::uint8_t, 256> numbers{};
  for (std::uint8_t i = 0; i < 26; ++i) {
    numbers['a' + i] = static_cast<std::uint8_t>(1 + i);
    numbers['A' + i] = static_cast<std::uint8_t>(1 + i);
  }
  numbers['_'] = 27;
  numbers['.'] = 28;
  numbers['-'] = 29;
  return numbers;
}();
/// The number of a byte, 0 if it has none.
constexpr unsigned letter_number(char c) { return kLetterNumbers[static_cast<unsigned char>(c)]; }

/// Gathers the letters of a block's parts. One thread.
class LetterIndexWriter {
 public:
  /// Before a block.
  void clear();
  /// The next part, of columns as they were written.
  void add(const TextColumns& columns, ShownAscii shown);
  /// The next part, of which nothing is known.
  void add_unknown();
  /// Empty if zstd fails.
  std::string finish() const;

 private:
  std::vector<char> marks_;  ///< a byte for each three, of one part
  std::string known_, bits_;
};

class LetterIndex {
 public:
  /// False if the bytes are not what was written of so many parts: then nothing can be excluded.
  bool open(std::string_view value, std::size_t parts);
  /// Whether the part's letters are known, and how far its records show their ASCII.
  bool known(std::size_t part) const { return known_[part] <= static_cast<char>(ShownAscii::not_all); }
  ShownAscii shown(std::size_t part) const { return static_cast<ShownAscii>(known_[part]); }
  /// Whether the part, if it is known, has all of these threes (their bits).
  bool has(std::size_t part, const std::vector<std::uint16_t>& threes) const;

 private:
  std::string known_, bits_;
};

}  // namespace vigil
