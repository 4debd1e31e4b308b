#pragma once

#include <cstddef>
#include <cstdint>

namespace vigil {

// A line of text is tokens and the delimiters between them; the delimiters in their order are its skeleton.
// Lines that one program wrote with one format string have one skeleton, and in a column of their tokens most
// are equal.
//
// Delimiters: tab space " % & ' ( ) , ; < = > ? [ ] { | }. All are ASCII, so no UTF-8 character is cut, and
// no term of the index (terms.h) reaches over one.

/// What a scan of a line found.
struct ScannedLine {
  std::uint32_t tokens = 0;  ///< one more than delimiters: never none
  bool high = false;         ///< bytes of 0x80 and more
};

/// Longest line that is scanned: positions are 16 bits wide, with a bit to spare for the user.
constexpr std::size_t kScanBytesMax = 32'000;
/// Room behind what is written and read: whole vectors are stored and loaded.
constexpr std::size_t kScanPadding = 64;

/// Finds a line's tokens. `starts` gets where each token begins and, as one more, size + 1; `skeleton` the
/// delimiters. Token i is [starts[i], starts[i + 1] - 1). `line` has kScanPadding readable bytes behind it;
/// `starts` and `skeleton` have room for size + 2 + kScanPadding. `size` is at most kScanBytesMax.
using TokenScanner = ScannedLine (*)(const char* line, std::size_t size, std::uint16_t* starts,
                                     char* skeleton);

/// Instruction sets a scanner may be written for. All write the same.
enum class ScanWidth : std::uint8_t { portable, avx2, avx512 };
/// Null if this processor cannot run it.
TokenScanner token_scanner(ScanWidth width);
/// The fastest this processor can run.
TokenScanner token_scanner();

}  // namespace vigil
