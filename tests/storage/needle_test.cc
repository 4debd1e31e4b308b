#include "storage/needle.h"

#include <gtest/gtest.h>

#include <random>

namespace vigil {
namespace {

struct Case {
  std::string_view why, text, needle;
  std::size_t expected;
};
constexpr std::size_t kNone = std::string_view::npos;

TEST(Needle, FindsWithoutRegardToAsciiCase) {
  const Case cases[] = {
      {"in the middle", "xxFaIlEdxx", "failed", 2},
      {"at the end", "xxxxfailed", "FAILED", 4},
      {"not there", "xxxfaile", "failed", kNone},
      {"longer than the text", "abc", "abcd", kNone},
      {"empty", "abc", "", 0},
      {"one byte", "a.b", "B", 2},
      {"'@' is no large '`'", "@", "`", kNone},
      {"'[' is no large '{'", "[[[[[[[[[[[[[[[[[[", "{", kNone},
      {"bytes beyond ASCII as they are", "\xe7\x99\xbb\xe5\x85\xa5", "\xe5\x85\xa5", 3},
      {"and with their own case", "\xc3\x89", "\xc3\xa9", kNone},
      {"NUL is a byte", std::string_view("a\0b", 3), std::string_view("\0b", 2), 1},
      {"a false start", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab", "aab", 33},
  };
  for (const auto& [why, text, needle, expected] : cases) {
    EXPECT_EQ(Needle(needle).find(text), expected) << why;
    EXPECT_EQ(find_plain(text, needle), expected) << why << " (plain)";
  }
}

TEST(Needle, AgreesWithThePlainSearch) {
  std::mt19937 random(11);
  for (int round = 0; round < 20'000; ++round) {
    std::string text(random() % 120, ' '), needle(1 + random() % 4, ' ');
    for (char& c : text) c = "aAbB@"[random() % 5];
    for (char& c : needle) c = "aAbB@"[random() % 5];
    const std::size_t from = random() % 130;
    ASSERT_EQ(Needle(needle).find(text, from), from > text.size() ? kNone : find_plain(text, needle, from))
        << "seed 11, round " << round;
  }
}

}  // namespace
}  // namespace vigil
