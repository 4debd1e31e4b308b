// What `vigil rules check` says of rules that load and are seldom meant so; and what a site adds to rules.

#include <gtest/gtest.h>

#include "rules/site_data.h"
#include "tests/rules/rule_tool.h"

namespace vigil::test {
namespace {

std::string lint(std::string_view yaml) {
  RuleSetOptions options;
  options.lint = true;
  const Compiled compiled = compile(yaml, options);
  std::string text;
  for (const RuleProblem& problem : compiled.problems) {
    if (problem.info) continue;
    if (!text.empty()) text += "; ";
    text += std::to_string(problem.line) + ":" + std::to_string(problem.column) + " " + problem.reason;
  }
  return text;
}
/// A rule of which only its selection or condition may be doubtful; the selection stands on line 8.
std::string rule(std::string_view selection, std::string_view condition = "selection") {
  return "title: t\nid: i\nlevel: low\ndescription: d\nlogsource: {product: windows, category: process_creation}\ndetection:\n"
         "  selection:\n    " + std::string(selection) + "\n  condition: " + std::string(condition) + "\n";
}

struct Case {
  std::string_view why, selection, condition, expected;
};
constexpr Case kCases[] = {
    {"nothing to say", "Image|endswith: '\\cmd.exe'", "selection", ""},
    {"a star behind one backslash", "Image: 'C:\\Windows\\*'", "selection",
     "8:12 '\\*' is a literal '*'; for a backslash and then anything write '\\\\*'"},
    {"two backslashes are right", "Image: 'C:\\Windows\\\\*'", "selection", ""},
    {"a star that is no path's", "CommandLine|contains: 'a \\* b'", "selection", ""},
    {"UNC", "Image: '\\\\srv\\share'", "selection", "8:12 '\\\\' means one backslash: a UNC path begins with '\\\\\\\\'"},
    {"not all of", "Image: a", "selection and not all of sel*",
     "9:14 'not all of' holds as soon as one of them fails; 'not 1 of' is what filters mean"},
    {"base64 and contains", "CommandLine|base64|contains: abc", "selection",
     "8:5 'base64|contains' finds only text that begins at a multiple of three; 'base64offset|contains' finds all"},
};
TEST(SigmaLint, TellsWhatIsSeldomMeant) {
  for (const auto& [why, selection, condition, expected] : kCases) {
    EXPECT_EQ(lint(rule(selection, condition)), expected) << why;
  }
}

TEST(SigmaLint, LooksAtTheRestOfTheRule) {
  const std::string good = rule("Image: a");
  const auto with = [&](std::string_view what, std::string_view instead) {
    std::string text = good;
    return lint(text.replace(text.find(what), what.size(), instead));
  };
  EXPECT_EQ(with("level: low\n", ""), "1:1 'level' is missing: taken as medium");
  EXPECT_EQ(with("level: low", "level: low\ntags: [t1110]"), "4:8 the tag 't1110' has no namespace (attack.t1110, tlp.amber …)");
  EXPECT_EQ(with("level: low", "level: low\ntags: [attck.t1110]"), "4:8 unknown namespace 'attck' of the tag 'attck.t1110'");
  EXPECT_EQ(with("level: low", "level: low\ntags: [attack.credential_access, attack.t1110.001, attack.g0010, tlp.red]"), "");
  EXPECT_EQ(with("level: low", "level: low\ntags: [attack.breaking-in]"),
            "4:8 'attack.breaking-in' is neither a tactic nor a technique of ATT&CK");
  EXPECT_EQ(with("level: low", "level: low\nstatus: good"), "4:9 unknown status 'good'");
  EXPECT_EQ(with("{product: windows, category: process_creation}", "{product: nothing-of-ours}"),
            "5:12 nothing that is received here has this log source: the rule can never match");
  EXPECT_EQ(with("  condition", "  other: {Image: b}\n  condition"), "9:3 the condition does not use the selection 'other'");
}

TEST(SigmaLint, IsAskedFor) { EXPECT_EQ(compile(rule("Image: 'C:\\Windows\\*'")).describe(), ""); }

TEST(SigmaLint, AFilterIsNotSafeBecauseOfALongerWord) {
  const std::string yaml = "id: r1\n" + rule_with("f: a") +
                           "---\ntitle: x\nlogsource: {category: test}\nfilter:\n  rules: [r1]\n  notable: {env: test}\n"
                           "  condition: notable\n";
  EXPECT_NE(compile(yaml).describe().find("has no 'not'"), std::string::npos);
}

TEST(SigmaPlaceholders, ComeFromAFile) {
  std::vector<RuleProblem> problems;
  RuleSetOptions options;
  ASSERT_TRUE(read_placeholders("Servers: [srv1, 'srv*']\n'%One%': x\n", "p.yml", options.placeholders, problems));
  EXPECT_EQ(answer(rule_with("host|expand: '%Servers%'"), R"({"host":"SRV99"})", options), "match");
  EXPECT_EQ(answer(rule_with("host|expand: 'a%One%b'"), R"({"host":"axb"})", options), "match");
  EXPECT_EQ(answer(rule_with("host|expand: '%Nobody%'"), "{}", options),
            "refused: 6:18 the placeholder %Nobody% has no values; give it some (rules: placeholders)");
}

struct Bad {
  std::string_view yaml, expected;
};
constexpr Bad kBadPlaceholders[] = {
    {"", "1:1 the file is empty"},
    {"- a\n", "1:1 a map is expected"},
    {"a: {b: c}\n", "1:4 a value or a list of values is expected"},
    {"a: []\n", "1:4 a value or a list of values is expected"},
    {"a: [[b]]\n", "1:5 a value is expected, not a map or list"},
    {"a: 1\n---\nb: 2\n", "1:1 one document is expected"},
};
TEST(SigmaPlaceholders, AWrongFileIsToldWithItsPlace) {
  for (const auto& [yaml, expected] : kBadPlaceholders) {
    std::vector<RuleProblem> problems;
    RuleSetOptions options;
    EXPECT_FALSE(read_placeholders(yaml, "p.yml", options.placeholders, problems)) << yaml;
    ASSERT_EQ(problems.size(), 1U) << yaml;
    EXPECT_EQ(std::to_string(problems[0].line) + ":" + std::to_string(problems[0].column) + " " + problems[0].reason, expected);
  }
}

RuleSetOptions with_pipeline(std::string_view yaml) {
  std::vector<RuleProblem> problems;
  RuleSetOptions options;
  if (auto pipeline = read_pipeline(yaml, "pipe.yml", problems)) options.pipelines.push_back(std::move(pipeline));
  EXPECT_TRUE(problems.empty()) << problems.front().reason;
  return options;
}

TEST(SigmaPipeline, ReadsRulesOfAnotherTaxonomy) {
  const std::string ecs = "taxonomy: ours\n" + rule_with("proc: cmd.exe\nwho: ann");
  EXPECT_NE(answer(ecs, "{}").find("unknown taxonomy 'ours'"), std::string::npos);
  const RuleSetOptions options = with_pipeline("taxonomy: ours\nfield_map: {proc: Image, who: [user, owner]}\n");
  EXPECT_EQ(answer(ecs, R"({"Image":"cmd.exe","owner":"ann"})", options), "match");
  EXPECT_EQ(answer(ecs, R"({"Image":"cmd.exe","user":"ann"})", options), "match");
  EXPECT_EQ(answer(ecs, R"({"Image":"cmd.exe","user":"bob"})", options), "no");
  EXPECT_EQ(answer(ecs, R"({"proc":"cmd.exe","who":"ann"})", options), "no");
  EXPECT_EQ(answer(rule_with("proc: cmd.exe"), R"({"proc":"cmd.exe"})", options), "match") << "not of that taxonomy";
}

TEST(SigmaPipeline, ChangesLogSourcesAddsConditionsAndPlaceholders) {
  const RuleSetOptions options = with_pipeline(
      "logsource_map: [{from: {category: test}, to: {product: windows, category: process_creation}}]\n"
      "add_condition: [{logsource: {product: windows}, selection: {Channel: Security}}]\nplaceholders: {Who: [ann]}\n");
  EXPECT_EQ(answer(rule_with("f|expand: '%Who%'"), R"({"f":"ann","Channel":"Security"})", options), "match");
  EXPECT_EQ(answer(rule_with("f: ann"), R"({"f":"ann"})", options), "no") << "without what was added";
}

constexpr Bad kBadPipelines[] = {
    {"colour: red\n", "1:1 unknown key 'colour': name, taxonomy, field_map, logsource_map, add_condition or placeholders"},
    {"logsource_map: {a: b}\n", "1:16 a list is expected"},
    {"logsource_map: [{from: {kind: x}}]\n", "1:25 unknown key 'kind': product, category or service"},
    {"logsource_map: [{from: {product: x}}]\n", "1:17 a map of product, category, service is expected"},
    {"add_condition: [{selection: x}]\n", "1:17 'selection' must be a map of fields and values"},
};
TEST(SigmaPipeline, AWrongFileIsToldWithItsPlace) {
  for (const auto& [yaml, expected] : kBadPipelines) {
    std::vector<RuleProblem> problems;
    EXPECT_EQ(read_pipeline(yaml, "p.yml", problems), nullptr) << yaml;
    ASSERT_EQ(problems.size(), 1U) << yaml;
    EXPECT_EQ(std::to_string(problems[0].line) + ":" + std::to_string(problems[0].column) + " " + problems[0].reason, expected);
  }
}

TEST(SigmaRule, KeepsEveryFieldOfTheDocument) {
  const Compiled compiled = compile("references: [http://a, http://b]\ncustom: {x: 1}\ndate: 2026-11-30\n" + rule_with("f: a"));
  const std::vector<std::pair<std::string, std::string>> others = {
      {"references", "http://a\nhttp://b"}, {"custom", "x:\n1"}, {"date", "2026-11-30"}};
  EXPECT_EQ(compiled.rules->metas().front()->others, others);
}

TEST(SigmaRule, OfDeprecatedStatusIsLoadedWhenAskedFor) {
  RuleSetOptions options;
  EXPECT_EQ(compile("status: deprecated\n" + rule_with("f: a"), options).rules->size(), 0U);
  options.deprecated = true;
  EXPECT_EQ(compile("status: deprecated\n" + rule_with("f: a"), options).rules->size(), 1U);
}

}  // namespace
}  // namespace vigil::test
