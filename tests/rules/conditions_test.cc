// The condition grammar, and everything a rule can be refused for: each with its place and reason.

#include <gtest/gtest.h>

#include "tests/rules/rule_tool.h"

namespace vigil::test {
namespace {

/// Selections a, b, c and _d, each true where the document has its name.
std::string with_condition(std::string_view condition) {
  return "title: t\nlogsource:\n  category: test\ndetection:\n  a: {a: 1}\n  b: {b: 1}\n  c-1: {c: 1}\n  _d: {d: 1}\n"
         "  condition: " + std::string(condition) + "\n";
}

struct Case {
  std::string_view condition, document, expected;
};
constexpr Case kConditions[] = {
    {"a", R"({"a":1})", "match"},
    {"a and b", R"({"a":1})", "no"},
    {"a or b", R"({"b":1})", "match"},
    {"a or b and c-1", R"({"a":1})", "match"},
    {"(a or b) and c-1", R"({"a":1})", "no"},
    {"not a and b", R"({"b":1})", "match"},
    {"not (a or b)", R"({"b":1})", "no"},
    {"not not a", R"({"a":1})", "match"},
    {"1 of them", R"({"c":1})", "match"},
    {"1 of them", R"({"d":1})", "no"},
    {"1 of _*", R"({"d":1})", "match"},
    {"any of them", R"({"c":1})", "match"},
    {"all of them", R"({"a":1,"b":1,"c":1})", "match"},
    {"all of them", R"({"a":1,"b":1})", "no"},
    {"1 of c*", R"({"c":1})", "match"},
    {"1 of *-1", R"({"c":1})", "match"},
    {"not 1 of c*", R"({})", "match"},
    {"all of a*", R"({"a":1})", "match"},
    {"[a, b]", R"({"b":1})", "match"},
    {"((((a))))", R"({"a":1})", "match"},
};
TEST(SigmaCondition, FollowsTheGrammar) {
  for (const auto& [condition, document, expected] : kConditions) {
    EXPECT_EQ(answer(with_condition(condition), document), expected) << condition << " on " << document;
  }
}

struct Refusal {
  std::string_view condition, reason;
};
constexpr Refusal kRefusedConditions[] = {
    {"a and", "9:19 condition: the condition ends where a selection was expected"},
    {"a b", "9:16 condition: expected 'and' or 'or' before 'b'"},
    {"a AND b", "9:16 condition: expected 'and' or 'or' before 'AND'"},
    {"NOT a", "9:14 condition: operators are written in lower case: 'NOT'"},
    {"(a", "9:16 condition: ')' is missing"},
    {"a)", "9:15 condition: ')' without '('"},
    {"()", "9:15 condition: expected a selection, found ')'"},
    {"x", "9:14 condition: there is no selection named 'x'"},
    {"1 of x*", "9:19 condition: 'x*' selects nothing"},
    {"2 of them", "9:14 condition: '2 of' is not Sigma; use '1 of', 'any of' or 'all of'"},
    {"1 of", "9:18 condition: expected 'them' or a pattern after 'of'"},
    {"a | count() by b > 5",
     "9:16 condition: aggregations after '|' are obsolete in Sigma 2; write a correlation document (type: event_count …)"},
};
TEST(SigmaCondition, SaysWhereItStopsBeingOne) {
  for (const auto& [condition, reason] : kRefusedConditions) {
    EXPECT_EQ(answer(with_condition(condition), "{}"), "refused: " + std::string(reason)) << condition;
  }
}

TEST(SigmaCondition, IsLimitedInDepth) {
  const std::string deep = std::string(100, '(') + "a" + std::string(100, ')');
  EXPECT_NE(answer(with_condition(deep), "{}").find("nested too deep"), std::string::npos);
  std::string nots;
  for (int i = 0; i < 100; ++i) nots += "not ";
  EXPECT_NE(answer(with_condition(nots + "a"), "{}").find("nested too deep"), std::string::npos);
}

struct Bad {
  std::string_view why, selection, reason;
};
constexpr Bad kBadSelections[] = {
    {"unknown modifier", "f|foo: a", "6:5 unknown modifier 'foo'"},
    {"empty modifier", "f||contains: a", "6:5 an empty modifier in 'f||contains'"},
    {"all with one value", "f|all: a", "6:12 'all' needs more than one value; with one it says nothing"},
    {"null in a list", "f:\n- a\n- null", "8:7 null cannot stand in a list; make it a selection of its own"},
    {"a map as value", "f: {g: 1}", "6:8 a value must be text or a number here, not a map or list"},
    {"an empty list", "f: []", "6:8 the list of values is empty"},
    {"exists wants a boolean", "f|exists: maybe", "6:15 'exists' wants true or false"},
    {"re that is none", "f|re: '['",
     "6:11 the regular expression cannot be used: missing ]: ["},
    {"look-ahead without an end", "f|re: 'a(?!b'",
     "6:11 the regular expression cannot be used: missing closing parenthesis at character 6"},
    {"flag without re", "f|i: a", "6:5 'i' is a flag of 're' and means nothing without it"},
    {"cidr that is none", "f|cidr: 10.0.0.0/33",
     "6:13 '10.0.0.0/33' is not a network (address/prefix without bits behind the prefix)"},
    {"cidr with host bits", "f|cidr: 10.0.0.1/8",
     "6:13 '10.0.0.1/8' is not a network (address/prefix without bits behind the prefix)"},
    {"gt on text", "f|gt: many", "6:11 'many' is not a number"},
    {"contains before base64", "f|contains|base64: a",
     "6:24 a value with wildcards cannot be encoded in base64 (write 'contains' after it)"},
    {"wildcard in fieldref", "f|fieldref: 'a*'", "6:17 a field's name cannot hold wildcards"},
    {"a key twice", "f: a\nf: b", "7:5 not YAML: the key 'f' is there twice"},
};
TEST(SigmaRefusal, NamesLineAndReason) {
  for (const auto& [why, selection, reason] : kBadSelections) {
    EXPECT_EQ(answer(rule_with(selection), "{}"), "refused: " + std::string(reason)) << why;
  }
}

TEST(SigmaRefusal, ABadRuleLeavesTheOthersAlone) {
  const std::string good = rule_with("f: a"), bad = rule_with("f|foo: a"), broken = "title: x\n  bad: [\n";
  const Compiled compiled = compile(good + "---\n" + bad + "---\n" + broken + "---\n" + good);
  EXPECT_EQ(compiled.rules->size(), 2U);
  ASSERT_EQ(compiled.problems.size(), 2U);
  EXPECT_EQ(compiled.problems[0].line, 14) << "counted from the top of the file";
  EXPECT_EQ(compiled.problems[0].rule, "t");
  EXPECT_NE(compiled.problems[1].reason.find("not YAML"), std::string::npos);
}

TEST(SigmaRefusal, MandatoryFieldsAreMissed) {
  EXPECT_EQ(compile("logsource: {product: x}\ndetection: {s: {f: 1}, condition: s}\n").describe(), "1:1 'title' is missing");
  EXPECT_EQ(compile("title: t\ndetection: {s: {f: 1}, condition: s}\n").describe(), "1:1 'logsource' is missing");
  EXPECT_EQ(compile("title: t\nlogsource: {product: x}\n").describe(),
            "1:1 neither 'detection' nor 'correlation' nor 'filter' is there");
  EXPECT_EQ(compile("title: t\nlogsource: {product: x}\ndetection: {s: {f: 1}}\n").describe(), "3:12 'condition' is missing");
  EXPECT_EQ(compile("title: t\nstatus: deprecated\nlogsource: {product: x}\ndetection: {s: {f: 1}, condition: s}\n").describe(),
            "2:9 its status is 'deprecated': not loaded");
  EXPECT_EQ(compile("title: t\ntaxonomy: ecs\nlogsource: {product: x}\ndetection: {s: {f: 1}, condition: s}\n").describe(),
            "2:11 unknown taxonomy 'ecs'; only 'sigma' is mapped to our fields (rules: pipelines maps others)");
  EXPECT_EQ(compile("- a\n- b\n").describe(), "1:1 a rule must be a map");
}

TEST(SigmaRefusal, OneIdIsOneRule) {
  const std::string a = "id: 1\n" + rule_with("f: a"), b = "id: 1\n" + rule_with("f: b");
  EXPECT_EQ(compile(a + "---\n" + a).describe(), "") << "the same rule reached twice is no mistake";
  EXPECT_EQ(compile(a + "---\n" + b).describe(), "10:1 the id is already taken by a rule in test.yml");
}

TEST(SigmaRefusal, OurOwnSectionSpeaksTheFormsWords) {
  const auto own = [](const std::string& section) { return compile(rule_with("f: a") + "vigil: " + section + "\n"); };
  EXPECT_EQ(own("{category: web_attack, symptoms: [網頁木馬]}").describe(), "");
  EXPECT_EQ(own("{category: web_attack, symptoms: [系統遭入侵]}").describe(),
            "8:41 '系統遭入侵' is not a word of the form for category 'web_attack'");
  EXPECT_EQ(own("{category: hacking}").describe(),
            "8:19 unknown category 'hacking': web_attack, intrusion, denial_of_service, equipment or other");
  EXPECT_EQ(own("{colour: red}").describe(), "8:9 unknown key 'colour' in 'vigil'");
  EXPECT_EQ(own("{impact: {integrity: 3}}").describe(), "8:29 must be 0, 1 or 2");
}

TEST(SigmaRefusal, HostileYamlCostsLittle) {
  std::string laughs = "a: &a [x,x,x,x,x,x,x,x,x,x]\n";
  for (char c = 'b'; c < 'j'; ++c) {
    const std::string before(1, static_cast<char>(c - 1));
    laughs += std::string(1, c) + ": &" + c + " [*" + before;
    for (int i = 0; i < 9; ++i) laughs += ",*" + before;
    laughs += "]\n";
  }
  EXPECT_NE(compile(laughs).describe().find("more than 65536 values"), std::string::npos);
  EXPECT_NE(compile("a: " + std::string(1000, '[')).describe().find("nested deeper than 32 levels"), std::string::npos);
  EXPECT_NE(compile("a: " + std::string(2 * 1024 * 1024, 'x')).describe().find("larger than 1024 KiB"), std::string::npos);
  EXPECT_NE(compile("a: !!python/object:os.system [id]").describe().find("tags on maps and lists"), std::string::npos);
  EXPECT_NE(compile("a: \xff\xfe").describe().find("not YAML"), std::string::npos);
  EXPECT_EQ(compile("").describe(), "");
  EXPECT_EQ(compile("---\n---\n# nothing\n").describe(), "");
  EXPECT_EQ(compile("%YAML 1.2\n---\n" + rule_with("f: a")).rules->size(), 1U);
}

TEST(SigmaRefusal, AMissingDirectoryIsAProblemNotAnEnd) {
  std::vector<RuleProblem> problems;
  const std::filesystem::path nowhere = "/nonexistent/rules";
  EXPECT_EQ(RuleSet::load({&nowhere, 1}, problems)->size(), 0U);
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_EQ(problems[0].file, "/nonexistent/rules");
}

TEST(SigmaFilter, IsAndedAsWritten) {
  const std::string rule = "id: r1\n" + rule_with("f: a");
  const auto filter = [](const std::string& condition) {
    return "---\ntitle: no tests\nlogsource: {category: test}\nfilter:\n  rules: [r1]\n  env: {env: test}\n  condition: " +
           condition + "\n";
  };
  EXPECT_EQ(answer(rule + filter("not env"), R"({"f":"a","env":"test"})"), "no");
  EXPECT_EQ(answer(rule + filter("not env"), R"({"f":"a","env":"prod"})"), "match");
  EXPECT_EQ(compile(rule + filter("env")).describe(),
            "warning 15:14 the filter's condition has no 'not': its rules now match ONLY what it selects");
}

}  // namespace
}  // namespace vigil::test
