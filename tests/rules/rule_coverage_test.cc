// Which rules can fire on what was received, and why others cannot.

#include "rules/rule_coverage.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <map>

#include "rules/rule_explain.h"
#include "tests/rules/rule_tool.h"

namespace vigil::test {
namespace {

using sigma::Sighting;

/// "can", "no_field CommandLine" and their like.
std::string show(const sigma::RuleCoverage& coverage) {
  std::string out(sigma::coverage_name(coverage.state));
  for (const std::string& field : coverage.missing) out += " " + field;
  for (const std::string& code : coverage.codes) out += " " + code;
  return out;
}

const std::vector<Sighting>& school() {
  static const std::vector<Sighting> kSeen = {
      {{"linux", "", "sshd"}, "", {"message", "event.outcome", "source.ip", "user.name"}},
      {{"windows", "", "security"}, "4624", {"event.code", "winlog.event_data.LogonType", "user.name"}},
      {{"windows", "", "security"}, "4688", {"event.code", "winlog.event_data.NewProcessName"}},
      {{"windows", "process_creation", ""}, "4688", {"event.code", "winlog.event_data.NewProcessName"}},
      {{"", "plain_text", ""}, "", {"message"}},
  };
  return kSeen;
}

std::string coverage_of(std::string_view source, std::string_view detection) {
  const Compiled compiled = compile("title: T\nlogsource: {" + std::string(source) + "}\ndetection:\n" +
                                    std::string(detection));
  if (compiled.refused()) return "refused: " + compiled.describe();
  return show(sigma::cover(compiled.rules->compiled(), {}, school()));
}

struct Case {
  std::string_view why, source, detection, expected;
};

constexpr Case kCases[] = {
    {"the log source and the field were seen", "product: linux, service: sshd", "  s: {message|contains: x}\n  condition: s\n", "can"},
    {"words need no field", "product: linux", "  k: [x]\n  condition: k\n", "can"},
    {"nothing of it was received", "category: proxy", "  s: {c-uri: x}\n  condition: s\n", "no_source"},
    {"no parser of ours gives it", "product: firewall", "  s: {a: x}\n  condition: s\n", "no_parser"},
    {"a field that no message had", "product: windows, category: process_creation",
     "  s: {Image|endswith: x, CommandLine|contains: y}\n  condition: s\n", "no_field CommandLine"},
    {"one of two is enough", "product: windows, category: process_creation",
     "  a: {Image|endswith: x}\n  b: {CommandLine|contains: y}\n  condition: a or b\n", "can"},
    {"what is only excluded may be missing", "product: windows, category: process_creation",
     "  a: {Image|endswith: x}\n  f: {CommandLine|contains: y}\n  condition: a and not f\n", "can"},
    {"what must be absent may be missing", "product: windows, category: process_creation",
     "  a: {Image|endswith: x, CommandLine: null}\n  condition: a\n", "can"},
    {"the event ids that it asks for", "product: windows, service: security", "  s: {EventID: [4624, 4625]}\n  condition: s\n", "can"},
    {"none of them was seen", "product: windows, service: security", "  s: {EventID: [4720, 4726]}\n  condition: s\n",
     "no_event 4720 4726"},
    {"the right event, without the field", "product: windows, service: security",
     "  s: {EventID: 4624, ElevatedToken: 'Yes'}\n  condition: s\n", "no_field ElevatedToken"},
    {"sentences of any program", "category: plain_text", "  s: {message|contains: x}\n  condition: s\n", "can"},
};

TEST(RuleCoverage, SaysWhatStandsInTheWay) {
  for (const auto& [why, source, detection, expected] : kCases) {
    EXPECT_EQ(coverage_of(source, detection), expected) << why;
  }
}

TEST(RuleCoverage, ACorrelationNeedsItsRulesAndItsGroups) {
  const auto of = [](std::string_view correlation) {
    const Compiled compiled = compile(
        "title: A\nid: a\nlogsource: {product: linux, service: sshd}\ndetection:\n  s: {message|contains: x}\n  condition: s\n---\n"
        "title: B\nid: b\nlogsource: {category: proxy}\ndetection:\n  s: {c-uri: x}\n  condition: s\n---\n"
        "title: C\nid: c\ncorrelation:\n" + std::string(correlation));
    if (compiled.refused()) return "refused: " + compiled.describe();
    const auto which = sigma::find_rule(compiled.rules->compiled(), "c");
    return show(sigma::cover(compiled.rules->compiled(), *which, school()));
  };
  constexpr std::string_view kCount = "  timespan: 5m\n  condition: {gte: 5}\n";
  EXPECT_EQ(of("  type: event_count\n  rules: [a]\n  group-by: [source.ip]\n" + std::string(kCount)), "can");
  EXPECT_EQ(of("  type: event_count\n  rules: [a, b]\n  group-by: [source.ip]\n" + std::string(kCount)), "can") << "either";
  EXPECT_EQ(of("  type: event_count\n  rules: [a]\n  group-by: [nowhere]\n" + std::string(kCount)), "no_field nowhere");
  EXPECT_EQ(of("  type: temporal\n  rules: [a, b]\n  group-by: [source.ip]\n  timespan: 5m\n"), "no_source") << "both";
}

TEST(RuleCoverage, AdviceIsAboutWhatCanBeSwitchedOn) {
  const auto advice = [](std::string_view source, std::string_view detection) {
    const Compiled compiled = compile("title: T\nlogsource: {" + std::string(source) + "}\ndetection:\n" + std::string(detection));
    return sigma::gain_of(sigma::cover(compiled.rules->compiled(), {}, school())).id;
  };
  EXPECT_EQ(advice("product: windows, category: process_creation", "  s: {CommandLine: x}\n  condition: s\n"),
            "windows-command-line");
  EXPECT_EQ(advice("product: windows, category: image_load", "  s: {Image: x}\n  condition: s\n"), "sysmon");
  EXPECT_EQ(advice("product: windows, category: ps_script", "  s: {ScriptBlockText: x}\n  condition: s\n"), "windows-powershell");
  EXPECT_EQ(advice("product: windows, service: security", "  s: {EventID: 4720}\n  condition: s\n"), "windows-audit-policy");
  EXPECT_EQ(advice("category: proxy", "  s: {c-uri: x}\n  condition: s\n"), "proxy-logs");
}

TEST(RuleCoverage, EveryRuleOfThePackHasAParser) {
  std::vector<RuleProblem> problems;
  const auto pack = RuleSet::load_builtin(problems);
  const CompiledRules& rules = pack->compiled();
  for (std::uint32_t i = 0; i < rules.rules.size(); ++i) {
    EXPECT_NE(sigma::cover(rules, {false, i}, {}).state, sigma::RuleCoverage::State::no_parser) << rules.rules[i].meta->title;
  }
}

TEST(RuleCoverage, ADirectoryOfThousandsIsAnsweredAtOnce) {
  const std::filesystem::path directory = std::filesystem::path(VIGIL_SHARED) / "data" / "sigma-rules";
  if (!std::filesystem::exists(directory)) GTEST_SKIP() << "no shared data";
  std::vector<RuleProblem> problems;
  const auto rules = RuleSet::load({&directory, 1}, problems);
  ASSERT_GT(rules->size(), 1000U);
  std::map<std::string, std::size_t> states, gains;
  for (std::uint32_t i = 0; i < rules->compiled().rules.size(); ++i) {
    const auto coverage = sigma::cover(rules->compiled(), {false, i}, school());
    ++states[std::string(sigma::coverage_name(coverage.state))];
    if (coverage.state != sigma::RuleCoverage::State::can) ++gains[sigma::gain_of(coverage).id];
  }
  EXPECT_GT(states["no_source"], 1000U);
  EXPECT_GT(states["no_field"], 500U) << "4688 without command lines";
  EXPECT_GT(states["can"], 100U) << "but some need only the image";
  EXPECT_GT(gains["windows-command-line"], 500U);
}

}  // namespace
}  // namespace vigil::test
