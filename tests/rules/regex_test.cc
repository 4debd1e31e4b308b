// Regular expressions: which engine, what must be in a text, and that none takes long.

#include <gtest/gtest.h>

#include <chrono>
#include <utility>

#include "rules/regex.h"
#include "tests/rules/rule_tool.h"

namespace vigil::test {
namespace {

std::string parts(std::string_view expression, std::string_view flags = "") {
  std::string out;
  for (const std::string& part : sigma::compile_regex(expression, flags).parts) out += (out.empty() ? "" : "|") + part;
  return out;
}

TEST(SigmaRegex, KnowsWhatMustBeThere) {
  EXPECT_EQ(parts("powershell"), "powershell");
  EXPECT_EQ(parts("PowerShell.*-enc"), "powershell");
  EXPECT_EQ(parts("(?i)mimikatz"), "mimikatz");
  EXPECT_EQ(parts("foobar|bazqux"), "foobar|bazqux");
  EXPECT_EQ(parts("a.b"), "") << "nothing of three characters";
  EXPECT_EQ(parts("(foobar)?"), "");
  EXPECT_EQ(parts("中文字"), "") << "only ASCII is looked up";
}

struct Case {
  std::string_view expression, value, expected;
};
constexpr Case kLookAround[] = {
    {"foo(?!bar)", "foobaz", "match"},     {"foo(?!bar)", "foobar", "no"},  {"(?<=a)b", "ab", "match"},
    {"(?<!a)b", "ab", "no"},               {"(\\w)\\1", "hello", "match"},  {"(\\w)\\1", "helo", "no"},
    {"^(?!.*secret).*$", "open", "match"}, {"a++b", "aaab", "match"},       {"(?i)FOO(?=bar)", "foobar", "match"},
};
TEST(SigmaRegex, LookAroundAndBackReferencesWork) {
  for (const auto& [expression, value, expected] : kLookAround) {
    std::string quoted(expression);
    EXPECT_EQ(answer(rule_with("f|re: '" + quoted + "'"), "{\"f\":\"" + std::string(value) + "\"}"), expected) << expression;
  }
}

TEST(SigmaRegex, GivesUpInsteadOfBacktrackingWithoutEnd) {
  const auto compiled = sigma::compile_regex("(?=a)(a+)+$", "");
  ASSERT_NE(compiled.regex, nullptr) << compiled.error;
  const std::string text = std::string(5000, 'a') + "!";
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(compiled.regex->found_in(text), sigma::Regex::Answer::gave_up);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(5));
  EXPECT_EQ(compiled.regex->given_up(), 1U);
  EXPECT_EQ(compiled.regex->found_in("aaa"), sigma::Regex::Answer::yes);
}

TEST(SigmaRegex, KnowsWhereBytesDoForCharacters) {
  constexpr std::pair<std::string_view, bool> kExpressions[] = {
      {R"((?:sentbyte|sent_bytes)="?\d{8})", true},
      {",TRAFFIC,.*,\\d{8}", true},
      {"[0-9A-F]+", true},
      {"a[^\"]*b", false},         // a negated class may end within a character: only as it stands
      {"a.b", false},              // é has two bytes
      {".{3}", false},
      {"(?i)ok", false},           // finds U+212A for k
      {"\xe4\xb8\xad?", false},
      {R"(\pL)", false},
      {R"(\x41)", false},
      {"foo(?!bar)", false},
  };
  for (const auto& [expression, bytewise] : kExpressions) {
    const auto regex = sigma::compile_regex(expression, "").regex;
    ASSERT_NE(regex, nullptr) << expression;
    EXPECT_EQ(regex->is_bytewise(), bytewise) << expression;
  }
}

TEST(SigmaRegex, InvalidUtf8IsSearchedToo) {
  EXPECT_EQ(sigma::compile_regex("foo(?!bar)", "").regex->found_in("\xff\xfe foo"), sigma::Regex::Answer::yes);
}

}  // namespace
}  // namespace vigil::test
