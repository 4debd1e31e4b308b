// What a hostile or broken rule file costs: little, and it is told; the other rules load.

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>

#include "tests/rules/rule_tool.h"

namespace vigil::test {
namespace {

std::string repeated(int times, const auto& make) {
  std::string out;
  for (int i = 0; i < times; ++i) out += make(i);
  return out;
}

struct Bomb {
  std::string why, yaml, reason;
};

std::vector<Bomb> bombs() {
  const auto number = [](int i) { return std::to_string(i); };
  std::vector<Bomb> out;
  out.push_back({"10,000 selections",
                 "title: t\nlogsource: {product: x}\ndetection:\n" +
                     repeated(10'000, [&](int i) { return "  s" + number(i) + ": {f: 1}\n"; }) + "  condition: 1 of s*\n",
                 "more than 1,024 keys in one map"});
  out.push_back({"10,000 conditions that each select everything",
                 "title: t\nlogsource: {product: x}\ndetection:\n" +
                     repeated(1'000, [&](int i) { return "  s" + number(i) + ": {f: 1}\n"; }) + "  condition:\n" +
                     repeated(10'000, [](int) { return std::string("    - 1 of s*\n"); }),
                 "selectors name more than 100,000 selections"});
  out.push_back({"a condition without end",
                 "title: t\nlogsource: {product: x}\ndetection:\n  s: {f: 1}\n  condition: s" +
                     repeated(10'000, [](int) { return std::string(" or s"); }) + "\n",
                 "longer than 16 KiB"});
  out.push_back({"repetitions of repetitions", rule_with("f|re: '((((a{100}){100}){100}){100})'"), "cannot be used"});
  out.push_back({"repetitions of repetitions where only PCRE2 will do", rule_with("f|re: '(?=b)((((a{100}){100}){100}){100})'"),
                 "cannot be used"});
  out.push_back({"an expression of 17 KiB", rule_with("f|re: " + std::string(17 * 1024, 'a')), "longer than 16 KiB"});
  out.push_back({"300 expressions in one list",
                 rule_with("f|re:\n" + repeated(300, [&](int i) { return "- 'a" + number(i) + "'\n"; })), "more than 256 regular"});
  out.push_back({"300 expressions in one rule",
                 "title: t\nlogsource: {product: x}\ndetection:\n" +
                     repeated(300, [&](int i) { return "  s" + number(i) + ": {'f|re': 'a" + number(i) + "'}\n"; }) +
                     "  condition: 1 of s*\n",
                 "more than 256 regular"});
  out.push_back({"windash of windash", rule_with("f|windash: '-a -b -c -d -e -f -g -h'"), "more than 3,125 ways"});
  out.push_back({"an anchor that holds itself", "title: t\nlogsource: {product: x}\ndetection: &d {s: {f: 1}, x: *d, condition: s}\n",
                 "alias of an anchor that is not there"});
  return out;
}

TEST(SigmaLimits, BombsAreRefusedAtLittleCost) {
  const std::string good = rule_with("f: a");
  for (const Bomb& bomb : bombs()) {
    const auto begin = std::chrono::steady_clock::now();
    const Compiled compiled = compile(bomb.yaml + "---\n" + good);
    const auto took = std::chrono::steady_clock::now() - begin;
    EXPECT_EQ(compiled.rules->size(), 1U) << bomb.why << ": the good rule loads and the bad one does not";
    ASSERT_FALSE(compiled.problems.empty()) << bomb.why;
    EXPECT_NE(compiled.problems[0].reason.find(bomb.reason), std::string::npos) << bomb.why << ": " << compiled.problems[0].reason;
    EXPECT_GT(compiled.problems[0].line, 0) << bomb.why;
    EXPECT_LT(took, std::chrono::seconds(20)) << bomb.why;
  }
}

TEST(SigmaLimits, CorrelationsInACircleAreRefused) {
  const auto correlation = [](const std::string& id, const std::string& of) {
    return "title: " + id + "\nid: " + id + "\ncorrelation:\n  type: event_count\n  rules: [" + of +
           "]\n  group-by: [f]\n  timespan: 1m\n  condition: {gte: 2}\n";
  };
  EXPECT_NE(compile(correlation("a", "b") + "---\n" + correlation("b", "a")).describe().find("refers to itself"), std::string::npos);
  EXPECT_NE(compile(correlation("a", "a")).describe().find("refers to itself"), std::string::npos);
  std::string chain = "id: r0\n" + rule_with("f: a");
  for (int i = 1; i < 20; ++i) chain += "---\n" + correlation("r" + std::to_string(i), "r" + std::to_string(i - 1));
  EXPECT_NE(compile(chain).describe().find("more than 10 correlations refer to each other"), std::string::npos);
}

TEST(SigmaLimits, AFileOf100MegabytesIsNotRead) {
  const auto path = std::filesystem::temp_directory_path() / "vigil-large-rule.yml";
  { std::ofstream(path) << "title: t\n"; }
  std::filesystem::resize_file(path, 100 * 1024 * 1024);
  std::vector<RuleProblem> problems;
  EXPECT_EQ(RuleSet::load({&path, 1}, problems)->size(), 0U);
  std::filesystem::remove(path);
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_EQ(problems[0].reason, "larger than 32 MiB; split it");
}

}  // namespace
}  // namespace vigil::test
