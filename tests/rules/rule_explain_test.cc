// What `vigil rules explain` says of a rule and of a message, and the small sets that backtests ask.

#include "rules/rule_explain.h"

#include <gtest/gtest.h>

#include <boost/json/serialize.hpp>

#include "rules/event_fields.h"
#include "rules/explain_json.h"
#include "rules/json_fields.h"
#include "rules/rule_subset.h"
#include "tests/rules/rule_tool.h"
#include "tests/rules/stream.h"

namespace vigil::test {
namespace {

using sigma::Explanation;
using sigma::ExplainedNode;

/// "+all_of{+selection: field contains a; -…}": a sign says whether it held, a blank that nobody was asked.
std::string show(const ExplainedNode& node, bool asked) {
  std::string out = asked ? (node.held ? "+" : "-") : "";
  if (!node.name.empty()) out += node.name + ": ";
  if (node.kind == ExplainedNode::Kind::item) {
    out += node.field.empty() ? "(words)" : node.field;
    if (node.negated) out += " not";
    if (node.every) out += " all";
    for (const auto& value : node.wanted) {
      out += " " + value.op + (value.text.empty() ? "" : "=" + value.text);
      if (asked && value.held) out += "!";
      if (value.ways > 1) out += "/" + std::to_string(value.ways);
    }
    if (asked && node.missing) out += " missing";
    for (const std::string& actual : node.actual) out += " <" + actual + ">";
    return out;
  }
  out += node.kind == ExplainedNode::Kind::all_of ? "all" : node.kind == ExplainedNode::Kind::any_of ? "any" : "not";
  out += "{";
  for (const ExplainedNode& child : node.children) out += (out.back() == '{' ? "" : "; ") + show(child, asked);
  return out + "}";
}

/// The rule's condition in words, or held against a document.
std::string condition_of(std::string_view yaml, std::string_view document = {}) {
  const Compiled compiled = compile(yaml);
  if (compiled.refused()) return "refused: " + compiled.describe();
  if (document.empty()) return show(sigma::explain(compiled.rules->compiled(), {}, nullptr).condition, false);
  std::string error;
  const auto fields = sigma::JsonFields::parse(document, error);
  if (!fields) return error;
  const sigma::ExplainedMessage message{&*fields, nullptr};
  return show(sigma::explain(compiled.rules->compiled(), {}, &message).condition, true);
}

std::string rule(std::string_view detection) {
  return "title: T\nlogsource: {product: windows}\ndetection:\n" + std::string(detection);
}

struct Case {
  std::string_view why, detection, document, expected;
};

constexpr Case kConditions[] = {
    {"each kind of test has a word", "  s: {a: x, b|contains: y, c|startswith: z, d|endswith: w, e: 'p*q?r', f: 5}\n  condition: s\n",
     "", "s: all{a is=x; b contains=y; c starts_with=z; d ends_with=w; e like=p*q?r; f number=5}"},
    {"so have the others",
     "  s: {a|re: '^x$', b|cidr: 10.0.0.0/8, c|gte: 3, d|hour|lt: 7, e: null, f|exists: false, g|fieldref: h, i|cidr: 'fe80::/10'}\n"
     "  condition: s\n",
     "", "s: all{a regex=^x$; b in_network=10.0.0.0/8; c gte=3; d hour lt=7; e null; f absent; g same_as_field=h; "
         "i in_network=fe80::/10}"},
    {"words without a field", "  k: [alpha, beta]\n  condition: k\n", R"({"m":"has Beta inside"})",
     "+k: (words) contains=beta! contains=alpha"},
    {"what failed is told with the actual value", "  s: {a: x, b: y}\n  condition: s\n", R"({"a":"X","b":"z"})",
     "-s: all{+a is=x! <X>; -b is=y <z>}"},
    {"a field that is not there is missing", "  s: {a: x}\n  condition: s\n", R"({"b":"x"})", "-s: a is=x missing"},
    {"null holds where the field is missing", "  s: {a: null}\n  condition: s\n", R"({"b":"x"})", "+s: a null! missing"},
    {"what was filtered out is seen", "  s: {a: x}\n  filter_one: {b: y}\n  filter_two: {b: n}\n  condition: s and not 1 of filter_*\n",
     R"({"a":"x","b":"y"})",
     "-all{+s: a is=x! <x>; -not{+any{+filter_one: b is=y! <y>; -filter_two: b is=n <y>}}}"},
    {"of several values the one that held comes first", "  s: {a: [x, y, z]}\n  condition: s\n", R"({"a":"z"})",
     "+s: a is=z! is=x is=y <z>"},
    {"all of several values", "  s: {a|contains|all: [x, y]}\n  condition: s\n", R"({"a":"x"})",
     "-s: a all contains=x! contains=y <x>"},
    {"neq turns the line, not the value", "  s: {a|neq: x}\n  condition: s\n", R"({"a":"x"})", "-s: a not is=x! <x>"},
    {"a list of maps", "  s: [{a: x}, {b: y}]\n  condition: s\n", R"({"b":"y"})", "+s: any{-a is=x missing; +b is=y! <y>}"},
    {"ways to write one value are counted", "  s: {a|windash|contains: ' -e '}\n  condition: s\n", "", "s: a contains= -e /5"},
    {"each value of an array is shown", "  s: {a: x}\n  condition: s\n", R"({"a":["p","x"]})", "+s: a is=x! <p> <x>"},
};

TEST(RuleExplain, SaysOfEachLineWhatItWantsAndWhatIsThere) {
  for (const auto& [why, detection, document, expected] : kConditions) {
    EXPECT_EQ(condition_of(rule(detection), document), expected) << why;
  }
}

TEST(RuleExplain, ALongListIsCutAndWhatHeldStays) {
  std::string values;
  for (int i = 0; i < 200; ++i) values += (i == 0 ? "hash" : ", hash") + std::to_string(i);
  const Compiled compiled = compile(rule("  s: {h: [" + values + "]}\n  condition: s\n"));
  std::string error;
  const auto fields = sigma::JsonFields::parse(R"({"h":"HASH173"})", error);
  const sigma::ExplainedMessage message{&*fields, nullptr};
  const ExplainedNode node = sigma::explain(compiled.rules->compiled(), {}, &message).condition;
  EXPECT_EQ(node.wanted_total, 200U);
  ASSERT_EQ(node.wanted.size(), sigma::kValuesShown);
  EXPECT_EQ(node.wanted.front().text, "hash173");
  EXPECT_TRUE(node.wanted.front().held);
  EXPECT_FALSE(node.wanted[1].held);
}

TEST(RuleExplain, AFilterIsNamed) {
  const std::string yaml = rule("  s: {a: x}\n  condition: s\n") +
                           "---\ntitle: Scanner\nlogsource: {product: windows}\nfilter:\n  rules: any\n  f: {b: y}\n"
                           "  condition: not f\n";
  EXPECT_EQ(condition_of(yaml, R"({"a":"x","b":"y"})"),
            "-all{+s: a is=x! <x>; -filter: Scanner: not{+f: b is=y! <y>}}");
}

/// One frame, parsed as the daemon parses it.
struct Frame {
  explicit Frame(std::string_view text) {
    context.peer = "192.0.2.1";
    context.received_ns = Stream::kStart;
    const SyslogHeader header = parse_syslog_header(text, context, arena);
    parse_event_as(detect_format(header), Stream::kStart, header, context, event, arena);
  }
  Explanation explain(const Compiled& compiled, sigma::RuleReference which = {}) const {
    const sigma::EventFields fields(event);
    const sigma::ExplainedMessage message{&fields, &event};
    return sigma::explain(compiled.rules->compiled(), which, &message);
  }
  Arena arena;
  ParseContext context;
  Event event;
};

constexpr std::string_view kFailed =
    "<86>Nov 20 15:00:00 srv1 sshd[1]: Failed password for root from 203.0.113.9 port 4444 ssh2";

TEST(RuleExplain, TheLogSourceAndThePrefilterHaveTheirSay) {
  const Frame frame(kFailed);
  const auto with = [](std::string_view source, std::string_view selection) {
    return compile("title: T\nlogsource: {" + std::string(source) + "}\ndetection:\n  s: {" + std::string(selection) +
                   "}\n  condition: s\n");
  };
  const Explanation good = frame.explain(with("product: linux, service: sshd", "message|contains: Failed password"));
  EXPECT_TRUE(good.matched);
  EXPECT_TRUE(good.applies);
  EXPECT_TRUE(good.passes_prefilter);
  EXPECT_EQ(good.format, "sshd");
  EXPECT_EQ(good.log_sources, (std::vector<std::string>{"linux/sshd", "linux/auth"}));

  const Explanation elsewhere = frame.explain(with("product: windows", "message|contains: Failed password"));
  EXPECT_FALSE(elsewhere.matched) << "the condition alone is not enough";
  EXPECT_TRUE(elsewhere.condition.held);
  EXPECT_FALSE(elsewhere.applies);
  EXPECT_FALSE(elsewhere.passes_prefilter);

  const Explanation absent = frame.explain(with("product: linux", "message|contains: Accepted publickey"));
  EXPECT_FALSE(absent.passes_prefilter);
  ASSERT_EQ(absent.prefilter.size(), 1U);
  ASSERT_FALSE(absent.prefilter.front().clauses.empty());
  EXPECT_TRUE(absent.prefilter.front().clauses.front().found.empty());

  const Explanation mapped = frame.explain(with("product: linux", "source.ip: 203.0.113.9"));
  EXPECT_EQ(mapped.condition.places, std::vector<std::string>{"source.ip"});
  EXPECT_EQ(mapped.condition.actual, std::vector<std::string>{"203.0.113.9"});
}

constexpr std::string_view kGuessing =
    "title: Failed\nid: base\nlogsource: {product: linux, service: sshd}\ndetection:\n  s: {message|contains: Failed}\n"
    "  condition: s\n---\n"
    "title: Guessing\nid: many\ncorrelation:\n  type: event_count\n  rules: [base]\n  group-by: [source.ip, nowhere]\n"
    "  timespan: 5m\n  condition: {gte: 5, lt: 100}\nlevel: high\n";

TEST(RuleExplain, ACorrelationTellsOfItsSlotsAndGroups) {
  const Compiled compiled = compile(kGuessing);
  ASSERT_FALSE(compiled.refused()) << compiled.describe();
  const auto which = sigma::find_rule(compiled.rules->compiled(), "many");
  ASSERT_TRUE(which);
  const Explanation said = Frame(kFailed).explain(compiled, *which);
  EXPECT_TRUE(said.correlation);
  EXPECT_EQ(said.type, "event_count");
  EXPECT_EQ(said.threshold, ">= 5, < 100");
  EXPECT_EQ(said.span_ns, 300'000'000'000);
  ASSERT_EQ(said.slots.size(), 1U);
  EXPECT_TRUE(said.slots[0].rule.matched);
  EXPECT_FALSE(said.slots[0].rule.alerts) << "it only feeds";
  ASSERT_EQ(said.slots[0].group_by.size(), 2U);
  EXPECT_EQ(said.slots[0].group_by[0].value, "203.0.113.9");
  EXPECT_FALSE(said.slots[0].group_by[1].value) << "so this message is not counted";
}

TEST(RuleExplain, ARuleIsFoundByIdNameOrTitleAndNeighboursAreOffered) {
  const Compiled compiled = compile(kGuessing);
  const CompiledRules& rules = compiled.rules->compiled();
  EXPECT_TRUE(sigma::find_rule(rules, "many"));
  EXPECT_TRUE(sigma::find_rule(rules, "Guessing"));
  EXPECT_FALSE(sigma::find_rule(rules, ""));
  EXPECT_FALSE(sigma::find_rule(rules, "Guess"));
  EXPECT_EQ(sigma::nearest_rules(rules, "Guess"), std::vector<std::string>{"many (Guessing)"});
  EXPECT_EQ(sigma::nearest_rules(rules, "mnay"), std::vector<std::string>{"many (Guessing)"});
  EXPECT_TRUE(sigma::nearest_rules(rules, "zzzzzzzz").empty());
  EXPECT_TRUE(sigma::nearest_rules(rules, "").empty());
}

TEST(RuleExplain, JsonHoldsTheTree) {
  const Compiled compiled = compile(kGuessing);
  const Explanation said = Frame(kFailed).explain(compiled, {});
  const std::string text = boost::json::serialize(sigma::explanation_json(said));
  for (const std::string_view part :
       {R"("id":"base")", R"("kind":"rule")", R"("matched":true)", R"("node":"item")", R"("field":"message")",
        R"("wanted":[{"op":"contains","value":"failed","held":true}])", R"("log_sources":["linux/sshd","linux/auth"])"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
  }
}

TEST(RuleSubset, HoldsWhatACorrelationListensToAndNothingElse) {
  const Compiled compiled = compile(std::string(kGuessing) + "---\n" + rule("  s: {a: x}\n  condition: s\n"));
  const CompiledRules& all = compiled.rules->compiled();
  const auto which = sigma::find_rule(all, "many");
  const auto part = sigma::subset_of(all, {&*which, 1});
  ASSERT_EQ(part->compiled().rules.size(), 1U);
  EXPECT_EQ(part->compiled().rules[0].id, "base");
  EXPECT_FALSE(part->compiled().rules[0].alerts);
  ASSERT_EQ(part->compiled().correlations.size(), 1U);
  EXPECT_TRUE(part->compiled().correlations[0].alerts);

  const auto base = sigma::find_rule(all, "base");
  const auto alone = sigma::subset_of(all, {&*base, 1});
  Stream stream(alone);
  stream.feed(kFailed, 1);
  EXPECT_EQ(stream.titles(), "Failed") << "a rule that only feeds is heard when it is asked by itself";
}

TEST(RuleSubset, KnowsLiteralsThatEveryMatchHolds) {
  const auto literals = [](std::string_view yaml) {
    const Compiled compiled = compile(yaml);
    std::string out;
    for (const std::string& each : sigma::common_literals(
             compiled.rules->compiled(), [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); })) {
      out += (out.empty() ? "" : " ") + each;
    }
    return out;
  };
  const auto of = [](std::string_view condition) {
    return "title: T\nlogsource: {product: linux, service: sshd}\ndetection:\n" + std::string(condition);
  };
  EXPECT_EQ(literals(of("  s: {message|contains: 'Failed password'}\n  condition: s\n")), "password");
  EXPECT_EQ(literals(of("  s: {message|contains: [Failed, Invalid]}\n  condition: s\n")), "") << "either of two";
  EXPECT_EQ(literals(of("  s: {message|contains: Failed}\n  f: {message|contains: root}\n  condition: s and not f\n")),
            "failed");
  EXPECT_EQ(literals(of("  s: {message|re: 'x+'}\n  condition: s\n")), "");
}

}  // namespace
}  // namespace vigil::test
