#include "config/nearest.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "config/text_width.h"

namespace vigil {
namespace {

TEST(EditDistance, CountsInsertionsDeletionsReplacementsAndSwaps) {
  struct Case {
    std::string_view a, b;
    std::size_t expected;
  };
  constexpr Case kCases[] = {
      {"", "", 0},
      {"", "abc", 3},
      {"tier", "tier", 0},
      {"teir", "tier", 1},
      {"adress", "address", 1},
      {"TIER", "tier", 0},
      {"listner", "listener", 1},
      {"cat", "dog", 3},
      {"ab", "ba", 1},
  };
  for (const auto& [a, b, expected] : kCases) {
    EXPECT_EQ(edit_distance(a, b), expected) << a << " " << b;
    EXPECT_EQ(edit_distance(b, a), expected) << b << " " << a;
  }
}

TEST(Nearest, GuessesOnlyWhatIsNearEnoughToBeMeant) {
  const std::vector<std::string> names = {"status", "sources", "search", "tail"};
  EXPECT_EQ(nearest("serach", names), "search");
  EXPECT_EQ(nearest("stauts", names), "status");
  EXPECT_EQ(nearest("frobnicate", names), "");
  EXPECT_EQ(nearest("", names), "");
  EXPECT_EQ(nearest(std::string(100'000, 's'), names), "");
}

TEST(TextWidth, CountsColumnsOfTheTerminal) {
  struct Case {
    std::string_view why, text;
    std::size_t expected;
  };
  constexpr Case kCases[] = {
      {"ASCII", "abc", 3},
      {"Chinese", "甲國小", 6},
      {"full-width punctuation", "（）", 4},
      {"Hangul and kana", "한あ", 4},
      {"emoji", "🔥", 2},
      {"a combining mark has no column", "e\u0301", 1},
      {"bytes that are not UTF-8 count one each", "\xA5\xD2", 2},
      {"an overlong form is bytes", "\xC0\xAF", 2},
      {"cut in the middle of a character", "\xE7\x94", 2},
  };
  for (const auto& [why, text, expected] : kCases) EXPECT_EQ(text_columns(text), expected) << why;
}

TEST(TextWidth, NeverCutsACharacterInHalf) {
  EXPECT_EQ(bytes_within("甲國小", 5), 6U);
  EXPECT_EQ(bytes_within("abc", 2), 2U);
  EXPECT_EQ(bytes_within("abc", 9), 3U);
}

}  // namespace
}  // namespace vigil
