#include "parsers/byte_scan.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace vigil {
namespace {

// Lengths around the blocks of 16 and 32 bytes that are looked at together.
constexpr std::size_t kLengths[] = {1, 2, 15, 16, 17, 31, 32, 33, 47, 48, 49, 63, 64, 65, 100};

bool printable(unsigned char c) { return c >= 0x20 && c < 0x7f; }
bool control(unsigned char c) { return (c < 0x20 && c != '\t' && c != '\n') || c == 0x7f; }

TEST(ByteScan, KnowsEveryByteAtEveryPlace) {
  for (const std::size_t length : kLengths) {
    for (std::size_t place = 0; place < length; ++place) {
      for (unsigned byte = 0; byte < 256; ++byte) {
        std::string text(length, 'a');
        text[place] = static_cast<char>(byte);
        const auto c = static_cast<unsigned char>(byte);
        ASSERT_EQ(is_printable_ascii(text), printable(c)) << byte << " at " << place << " of " << length;
        ASSERT_EQ(has_control(text), control(c)) << byte << " at " << place << " of " << length;
        ASSERT_EQ(find_lf_or_nul(text), byte == '\n' || byte == 0 ? place : length)
            << byte << " at " << place << " of " << length;
      }
    }
  }
}

TEST(ByteScan, FindsTheFirstOfSeveral) {
  for (const std::size_t length : kLengths) {
    for (std::size_t place = 0; place < length; ++place) {
      std::string text(length, '\n');
      std::fill_n(text.begin(), place, 'a');
      ASSERT_EQ(find_lf_or_nul(text), place) << length;
    }
  }
}

TEST(ByteScan, TakesNothingForPrintableAndForALineWithoutEnd) {
  EXPECT_TRUE(is_printable_ascii(""));
  EXPECT_FALSE(has_control(""));
  EXPECT_EQ(find_lf_or_nul(""), 0U);
}

}  // namespace
}  // namespace vigil
