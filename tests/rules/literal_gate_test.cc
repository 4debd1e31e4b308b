// The gate before the prefilter's scan: it says what looking for each literal says.

#include "rules/literal_gate.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace vigil::sigma {
namespace {

/// The plain way: each literal at each place.
bool holds_one(std::string_view text, const std::vector<std::string>& literals) {
  const auto same = [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? static_cast<char>(a + 32) : a) == b;
  };
  return std::any_of(literals.begin(), literals.end(), [&](const std::string& literal) {
    return std::search(text.begin(), text.end(), literal.begin(), literal.end(), same) != text.end();
  });
}

struct Case {
  const char* why;
  std::vector<std::string> literals;
  std::string text;
  bool held;
};

TEST(LiteralGate, FindsALiteralWhereverItStandsAndNothingElse) {
  const std::string pad(100, 'x');
  const std::vector<Case> cases = {
      {"nothing at all", {"deny"}, "", false},
      {"shorter than a literal", {"deny"}, "den", false},
      {"the whole text", {"deny"}, "deny", true},
      {"at the beginning", {"deny"}, "deny" + pad, true},
      {"at the very end", {"deny"}, pad + "deny", true},
      {"over the border of two blocks", {"deny"}, std::string(30, 'x') + "deny" + pad, true},
      {"cut off at the end", {"deny"}, pad + "den", false},
      {"upper case", {"deny"}, pad + "DENY", true},
      {"mixed case", {"deny"}, "dEnY", true},
      {"a long literal, its end missing", {"system.admin"}, pad + "system.admi", false},
      {"a long literal, its beginning missing", {"system.admin"}, "ystem.admin" + pad, false},
      {"signs that differ in bit 5 are not letters", {"{abc"}, "[abc", false},
      {"the same for at and backtick", {"`abc"}, "@abc", false},
      {"bytes above 127 are not letters",
       {"abcd"},
       "\xE1"
       "bcd",
       false},
      {"zeros are not blanks", {"a b c"}, std::string("a\0b\0c", 5), false},
      {"blanks and signs", {", uid=0,"}, "new user: name=a, UID=0, gid=0", true},
      {"two literals of one beginning", {"windows-eventlog", "windows defender"}, "Windows Defender", true},
      {"neither of them", {"windows-eventlog", "windows defender"}, pad + "Windows Firewall", false},
  };
  for (const Case& one : cases) {
    ASSERT_EQ(holds_one(one.text, one.literals), one.held) << one.why;
    for (const std::string& sample : {std::string(), one.text, pad + "windows deny system"}) {
      const auto gate = LiteralGate::build(one.literals, sample);
      if (!gate) GTEST_SKIP() << "this processor has no byte shuffle";
      EXPECT_EQ(gate->holds(one.text), one.held) << one.why;
    }
  }
}

TEST(LiteralGate, AgreesWithTheSearchOnRandomTexts) {
  std::mt19937 random(20261120);
  constexpr std::string_view kAlphabet = "abAB[{@` 0.\x80\xFF";
  const auto text_of = [&](std::size_t size) {
    std::string text;
    for (; size > 0; --size) text.push_back(kAlphabet[random() % kAlphabet.size()]);
    return text;
  };
  const auto literal_of = [&](std::size_t size) {
    std::string text;
    for (; size > 0; --size) text.push_back("ab[{@` 0."[random() % 9]);
    return text;
  };
  std::size_t held = 0;
  for (int i = 0; i < 400; ++i) {
    std::vector<std::string> literals;
    for (std::size_t n = 1 + random() % LiteralGate::kLiteralsMax; n > 0; --n) {
      literals.push_back(literal_of(4 + random() % 4));
    }
    const auto gate = LiteralGate::build(literals, text_of(random() % 500));
    if (!gate) GTEST_SKIP() << "this processor has no byte shuffle";
    for (int j = 0; j < 50; ++j) {
      // Without spare room behind it, so that reading past the end is noticed.
      std::string made = text_of(random() % 120);
      if (j % 3 == 0) {  // Chance alone makes few: one literal, its letters in any case.
        std::string literal = literals[random() % literals.size()];
        for (char& c : literal)
          c = (c == 'a' || c == 'b') && random() % 2 == 0 ? static_cast<char>(c - 32) : c;
        made.insert(random() % (made.size() + 1), literal);
      }
      const std::vector<char> text(made.begin(), made.end());
      const std::string_view view(text.data(), text.size());
      const bool wanted = holds_one(view, literals);
      ASSERT_EQ(gate->holds(view), wanted) << made;
      held += wanted ? 1 : 0;
    }
  }
  EXPECT_GT(held, 6000U);
  EXPECT_LT(held, 14'000U);
}

TEST(LiteralGate, IsNotBuiltWhereItWouldBeOfNoUse) {
  EXPECT_FALSE(LiteralGate::build({}));
  EXPECT_FALSE(LiteralGate::build({"deny", "404"})) << "too short";
  EXPECT_FALSE(LiteralGate::build(std::vector<std::string>(LiteralGate::kLiteralsMax + 1, "deny")))
      << "too many";
}

}  // namespace
}  // namespace vigil::sigma
