// Correlation: what counts, when it is told, and that a restart at any point changes nothing.

#include <gtest/gtest.h>

#include <map>
#include <random>

#include "rules/correlator.h"
#include "rules/json_fields.h"
#include "tests/rules/rule_tool.h"
#include "tests/rules/stream.h"

namespace vigil::test {
namespace {

constexpr std::string_view kBase =
    "title: A\nname: a\nlogsource: {category: t}\ndetection:\n  s: {k: a}\n  condition: s\n---\n"
    "title: B\nname: b\nlogsource: {category: t}\ndetection:\n  s: {k: b}\n  condition: s\n---\n"
    "title: C\nname: c\nlogsource: {category: t}\ndetection:\n  s: {k: c}\n  condition: s\n---\n";

std::string correlation(std::string_view body) {
  return std::string(kBase) + "title: X\nname: x\ncorrelation:\n" + std::string(body);
}

/// "a@0/u a@10/u:v": kind, second, group, value; "a@0>90/u" arrives at second 90; "tick@90/" is nothing but the passage of
/// time. Gives the times at which X is told of, as the daemon would.
std::string told(std::string_view yaml, std::string_view events) {
  const Compiled compiled = compile(yaml);
  if (compiled.refused()) return "refused: " + compiled.describe();
  const CompiledRules& rules = compiled.rules->compiled();
  sigma::Correlator correlator(rules);
  sigma::Evaluator evaluator;
  std::string out;
  std::uint64_t sequence = 0;
  while (!events.empty()) {
    const std::string_view event = events.substr(0, events.find(' '));
    events.remove_prefix(std::min(event.size() + 1, events.size()));
    const std::size_t at = event.find('@'), slash = event.find('/');
    const std::string times(event.substr(at + 1, slash - at - 1)), time = times.substr(0, times.find('>'));
    const std::string arrival = times.substr(times.find('>') + 1);  // all of it where there is no '>'
    std::string error;
    const std::string group(event.substr(slash + 1)), value = group.find(':') == std::string::npos ? "" : group.substr(group.find(':') + 1);
    const auto document = sigma::JsonFields::parse("{\"k\":\"" + std::string(event.substr(0, at)) + "\",\"g\":\"" +
                                                       group.substr(0, group.find(':')) + "\",\"v\":\"" + value + "\"}", error);
    sigma::Hit hit;
    hit.fields = &*document;
    hit.sequence = ++sequence;
    hit.event_ns = std::stoll(time) * 1'000'000'000;
    hit.event_ns += 100'000 * std::int64_t{1'000'000'000};
    hit.received_ns = (100'000 + std::stoll(arrival)) * std::int64_t{1'000'000'000};
    std::vector<sigma::Firing> firings;
    correlator.advance(hit.received_ns, firings);
    for (std::uint32_t i = 0; i < rules.rules.size(); ++i) {
      if (evaluator.matches(rules.rules[i].expression, *document)) correlator.matched(i, hit, firings);
    }
    for (const sigma::Firing& firing : firings) {
      out += (out.empty() ? "" : " ") + rules.correlations[firing.correlation].meta->title + "@" + time + "=" +
             std::to_string(firing.count);
    }
  }
  return out;
}

struct Case {
  std::string_view why, body, events, expected;
};
constexpr std::string_view kCount3 = "  type: event_count\n  rules: [a]\n  group-by: [g]\n  timespan: 10s\n  condition: {gte: 3}\n";
constexpr std::string_view kDistinct3 =
    "  type: value_count\n  rules: [a]\n  group-by: [g]\n  timespan: 10s\n  condition: {field: v, gte: 3}\n";
constexpr std::string_view kAll = "  type: temporal\n  rules: [a, b]\n  group-by: [g]\n  timespan: 10s\n";
constexpr std::string_view kOrdered = "  type: temporal_ordered\n  rules: [a, b, c]\n  group-by: [g]\n  timespan: 10s\n";

constexpr Case kCases[] = {
    {"the third within the span", kCount3, "a@0/u a@1/u a@2/u", "X@2=3"},
    {"both ends of the window are in it", kCount3, "a@0/u a@5/u a@10/u", "X@10=3"},
    {"a second later it has slid on", kCount3, "a@0/u a@5/u a@11/u", ""},
    {"groups do not add up", kCount3, "a@0/u a@1/w a@2/u", ""},
    {"told once, then quiet for the timespan", kCount3, "a@0/u a@1/u a@2/u a@3/u a@4/u", "X@2=3"},
    {"told again when it goes on, with what was counted since", kCount3,
     "a@0/u a@2/u a@4/u a@6/u a@8/u a@10/u a@12/u a@14/u", "X@4=3 X@14=5"},
    {"an event that comes late still counts where it belongs", kCount3, "a@0/u a@9/u a@4/u", "X@4=3"},
    {"also if newer ones have gone past the window's end", kCount3, "a@0/u a@1/u a@12/u a@2/u", "X@2=3"},
    {"one that is too late does not", kCount3, "a@100/u a@101/u a@50/u", ""},
    {"other rules do not count", kCount3, "a@0/u b@1/u a@2/u", ""},
    {"distinct values count once", kDistinct3, "a@0/u:x a@1/u:y a@2/u:x a@3/u:z", "X@3=3"},
    {"a value that slid out is forgotten", kDistinct3, "a@0/u:x a@6/u:y a@12/u:z", ""},
    {"a value seen again stays", kDistinct3, "a@0/u:x a@6/u:y a@9/u:x a@15/u:z", "X@15=3"},
    {"temporal in any order", kAll, "b@0/u a@5/u", "X@5=2"},
    {"temporal within the span", kAll, "b@0/u a@11/u", ""},
    {"ordered", kOrdered, "a@0/u b@1/u c@2/u", "X@2=3"},
    {"ordered in the wrong order", kOrdered, "c@0/u b@1/u a@2/u", ""},
    {"ordered with others between", kOrdered, "a@0/u a@1/u b@2/u a@3/u b@4/u c@5/u", "X@5=3"},
    {"ordered: the chain must lie within the span", kOrdered, "a@0/u b@5/u c@11/u", ""},
    {"ordered: the latest beginning is taken", kOrdered, "a@0/u a@4/u b@5/u c@11/u", "X@11=3"},
    {"ordered: many beginnings before the second step do not push it out", kOrdered,
     "a@0/u b@1/u a@2/u a@2/u a@3/u a@3/u a@4/u a@4/u a@5/u a@5/u a@6/u a@6/u c@7/u", "X@7=3"},
    {"a range is both bounds",
     "  type: event_count\n  rules: [a]\n  group-by: [g]\n  timespan: 10s\n  condition: {gt: 1, lte: 2}\n",
     "a@0/u a@1/u a@2/u", "X@1=2"},
    {"extended condition", "  type: temporal\n  rules: [a, b, c]\n  group-by: [g]\n  timespan: 10s\n  condition: a and (b or c)\n",
     "b@0/u c@1/u a@2/u", "X@2=3"},
};
TEST(Correlation, CountsInASlidingWindowOfEventTime) {
  for (const auto& [why, body, events, expected] : kCases) EXPECT_EQ(told(correlation(body), events), expected) << why;
}

constexpr std::string_view kFew = "  type: event_count\n  rules: [a]\n  group-by: [g]\n  timespan: 10s\n  condition: {lt: 3}\n";
constexpr std::string_view kFewValues =
    "  type: value_count\n  rules: [a]\n  group-by: [g]\n  timespan: 10s\n  condition: {field: v, lte: 1}\n";
constexpr std::string_view kWithout =
    "  type: temporal\n  rules: [a, b]\n  group-by: [g]\n  timespan: 10s\n  condition: a and not b\n";
constexpr Case kAtClose[] = {
    {"few events: nothing is known before the window has closed", kFew, "a@0/u a@1/u tick@39/", ""},
    {"then they are told of, by the receiver's clock", kFew, "a@0/u a@1/u tick@40/", "X@40=2"},
    {"or by a later event of the group", kFew, "a@0/u a@41/u", "X@41=1"},
    {"another group's event closes it as time passes", kFew, "a@0/u a@50/w", "X@50=1"},
    {"enough events: nothing to tell", kFew, "a@0/u a@1/u a@10/u tick@100/", ""},
    {"what lies behind the window opens the next", kFew, "a@0/u a@1/u a@2/u a@11/u tick@100/", "X@100=1"},
    {"each window is judged once", kFew, "a@0/u tick@50/ tick@60/ a@70/u tick@120/", "X@50=1 X@120=1"},
    {"a group that was never seen has no window", kFew, "b@0/u tick@100/", ""},
    {"one that comes late within the lateness still counts", kFew, "a@0/u a@5/u a@2>35/u tick@100/", ""},
    {"one that is older than the first moves the beginning", kFew, "a@5/u a@4/u a@3/u tick@100/", ""},
    {"one for a window that has closed is late", kFew, "a@0/u tick@60/ a@5>61/u tick@200/", "X@60=1"},
    {"a backlog is judged in its own time, all of it", kFew, "a@0>1000/u a@1>1000/u a@2>1000/u a@100>1001/u tick@2000/",
     "X@2000=1"},
    {"exactly two", "  type: event_count\n  rules: [a]\n  group-by: [g]\n  timespan: 10s\n  condition: {eq: 2}\n",
     "a@0/u a@1/u a@0/w a@1/w a@2/w tick@50/", "X@50=2"},
    {"anything but two", "  type: event_count\n  rules: [a]\n  group-by: [g]\n  timespan: 10s\n  condition: {neq: 2}\n",
     "a@0/u a@1/u a@0/w a@1/w a@2/w tick@50/", "X@50=3"},
    {"few distinct values", kFewValues, "a@0/u:x a@1/u:x a@2/u:x a@0/w:x a@1/w:y tick@50/", "X@50=1"},
    {"a small sum", "  type: value_sum\n  rules: [a]\n  group-by: [g]\n  timespan: 10s\n  condition: {field: v, lt: 100}\n",
     "a@0/u:60 a@1/u:50 a@0/w:60 a@1/w:30 tick@50/", "X@50=2"},
    {"one without the other", kWithout, "a@0/u tick@50/", "X@50=1"},
    {"the other came in time", kWithout, "a@0/u b@9/u tick@50/", ""},
    {"the other alone is no absence", kWithout, "b@0/u tick@50/", ""},
};
TEST(Correlation, JudgesWhatOnlyTheEndCanTellWhenTheWindowCloses) {
  for (const auto& [why, body, events, expected] : kAtClose) EXPECT_EQ(told(correlation(body), events), expected) << why;
}

constexpr std::string_view kNew =
    "  type: new_value\n  rules: [a]\n  group-by: [g]\n  field: v\n  timespan: 100s\nvigil: {learn: 20s}\n";
constexpr Case kNewValues[] = {
    {"a new group learns silently", kNew, "a@0/u:tw a@1/u:jp a@19/u:us", ""},
    {"once known, what it has not shown is told of", kNew, "a@0/u:tw a@20/u:tw a@21/u:jp", "X@21=1"},
    {"and only once", kNew, "a@0/u:tw a@21/u:jp a@22/u:jp a@23/u:us a@24/u:tw", "X@21=1 X@23=1"},
    {"what was learnt is known", kNew, "a@0/u:tw a@5/u:jp a@60/u:jp", ""},
    {"groups learn for themselves", kNew, "a@0/u:tw a@50/w:jp a@60/w:tw a@80/w:us", "X@80=1"},
    {"a value not shown for the timespan is new again", kNew, "a@0/u:tw a@50/u:jp a@90/u:tw a@151/u:jp", "X@50=1 X@151=1"},
    {"each time it is shown it is remembered for as long again", kNew, "a@0/u:tw a@90/u:tw a@180/u:tw a@270/u:tw", ""},
    {"an event that comes late does not make its value newer", kNew, "a@0/u:tw a@50/u:jp a@40>51/u:jp a@52/u:jp", "X@50=1"},
    {"learning is counted in event time", kNew, "a@0>500/u:tw a@10>600/u:jp a@30>601/u:us", "X@30=1"},
    {"without learning the first value is no news either",
     "  type: new_value\n  rules: [a]\n  group-by: [g]\n  field: v\n  timespan: 100s\nvigil: {learn: 0s}\n",
     "a@0/u:tw a@1/u:jp", "X@1=1"},
    {"a list is a tuple",
     "  type: new_value\n  rules: [a]\n  group-by: [g]\n  field: [v, k]\n  timespan: 100s\nvigil: {learn: 20s}\n",
     "a@0/u:tw a@30/u:jp a@31/u:tw", "X@30=1"},
    {"seven days where it does not say, but never longer than it remembers",
     "  type: new_value\n  rules: [a]\n  group-by: [g]\n  field: v\n  timespan: 30d\n",
     "a@0/u:tw a@604799/u:jp a@604800/u:us", "X@604800=1"},
};
TEST(Correlation, TellsOfValuesThatAGroupHasNotShown) {
  for (const auto& [why, body, events, expected] : kNewValues) EXPECT_EQ(told(correlation(body), events), expected) << why;
}

TEST(Correlation, OfNewValuesTheNewest256AreRemembered) {
  std::string events = "a@0/u:first";
  for (int i = 1; i <= 256; ++i) events += " a@" + std::to_string(i / 20) + "/u:v" + std::to_string(i);
  EXPECT_EQ(told(correlation(kNew), events + " a@30/u:v1"), "");
  EXPECT_EQ(told(correlation(kNew), events + " a@30/u:first"), "X@30=1");
}

constexpr Case kAggregates[] = {
    {"a sum over the window", "  type: value_sum\n  rules: [a]\n  group-by: [g]\n  timespan: 10s\n  condition: {field: v, gt: 100}\n",
     "a@0/u:60 a@11/u:50 a@12/u:51", "X@12=2"},
    {"an average", "  type: value_avg\n  rules: [a]\n  group-by: [g]\n  timespan: 10s\n  condition: {field: v, gte: 50}\n",
     "a@0/u:10 a@1/u:20 a@2/u:130", "X@2=3"},
    {"an average may be bounded from above at each event",
     "  type: value_avg\n  rules: [a]\n  group-by: [g]\n  timespan: 10s\n  condition: {field: v, lt: 10}\n",
     "a@0/u:12 a@1/u:2", "X@1=2"},
    {"the median", "  type: value_median\n  rules: [a]\n  group-by: [g]\n  timespan: 10s\n  condition: {field: v, gt: 5}\n",
     "a@0/u:1 a@1/u:6 a@2/u:9", "X@2=3"},
    {"a percentile, between two ranks",
     "  type: value_percentile\n  rules: [a]\n  group-by: [g]\n  timespan: 10s\n  condition: {field: v, percentile: 75, gte: 9.2}\n",
     "a@0/u:7 a@1/u:8 a@2/u:9 a@3/u:10", "X@3=4"},
    {"what is no number is not counted",
     "  type: value_sum\n  rules: [a]\n  group-by: [g]\n  timespan: 10s\n  condition: {field: v, gte: 2}\n", "a@0/u:1 a@1/u:x a@2/u:1",
     "X@2=2"},
    {"late ones are added where they belong",
     "  type: value_sum\n  rules: [a]\n  group-by: [g]\n  timespan: 10s\n  condition: {field: v, gte: 10}\n", "a@0/u:4 a@20/u:4 a@5/u:6",
     "X@5=2"},
    {"weeks, months and years", "  type: event_count\n  rules: [a]\n  group-by: [g]\n  timespan: 1M\n  condition: {gte: 2}\n",
     "a@0/u a@2629747/u a@5259493/u", "X@5259493=2"},
};
TEST(Correlation, AddsUpNumbers) {
  for (const auto& [why, body, events, expected] : kAggregates) EXPECT_EQ(told(correlation(body), events), expected) << why;
}

TEST(Correlation, ASumOfManyIsOfAllOfThem) {
  const std::string body = "  type: value_sum\n  rules: [a]\n  group-by: [g]\n  timespan: 1h\n  condition: {field: v, gte: 3000}\n";
  std::string events;
  for (int i = 0; i < 3000; ++i) events += (i > 0 ? " a@" : "a@") + std::to_string(i) + "/u:1";
  EXPECT_EQ(told(correlation(body), events), "X@2999=3000");
}

// Every way to store a window against the plain way to count: random hits, in and out of order.
TEST(Correlation, DistinctValuesAreCountedAsThePlainWayDoes) {
  for (const int threshold : {3, 20, 60}) {
    std::mt19937 random(static_cast<unsigned>(threshold));
    const Compiled compiled = compile(correlation("  type: value_count\n  rules: [a]\n  group-by: [g]\n  timespan: 40s\n"
                                                  "  condition: {field: v, gte: " + std::to_string(threshold) + "}\n"));
    sigma::Correlator correlator(compiled.rules->compiled(), {.suppress = false});
    std::map<int, int> last;  // value, second it was seen at last
    int second = 0;
    for (int i = 0; i < 4000; ++i) {
      second += static_cast<int>(random() % 3 == 0);
      const int value = static_cast<int>(random() % (random() % 4 == 0 ? 100 : 30));
      last[value] = second;
      std::string error;
      const auto document = sigma::JsonFields::parse("{\"k\":\"a\",\"g\":\"u\",\"v\":\"" + std::to_string(value) + "\"}", error);
      sigma::Hit hit;
      hit.fields = &*document;
      hit.sequence = static_cast<std::uint64_t>(i + 1);
      hit.event_ns = hit.received_ns = second * std::int64_t{1'000'000'000};
      std::vector<sigma::Firing> firings;
      correlator.matched(0, hit, firings);
      const auto inside = std::count_if(last.begin(), last.end(), [&](const auto& each) { return each.second >= second - 40; });
      ASSERT_EQ(!firings.empty(), inside >= threshold) << i;
      if (!firings.empty()) {
        ASSERT_EQ(firings[0].count, static_cast<std::uint64_t>(inside)) << i;
      }
    }
  }
}

TEST(Correlation, ChainsHearEveryHitWhileTheInnerOneHolds) {
  const std::string yaml = correlation("  type: event_count\n  rules: [a]\n  group-by: [g]\n  timespan: 10s\n  condition: {gte: 3}\n") +
                           "---\ntitle: Y\ncorrelation:\n  type: temporal_ordered\n  rules: [x, b]\n  group-by: [g]\n  timespan: 10s\n";
  // The inner one would be told of at 2 only; the success comes 16 seconds later and still belongs to it.
  EXPECT_EQ(told(yaml, "a@0/u a@1/u a@2/u a@5/u a@8/u a@11/u a@14/u b@18/u"), "Y@18=6");
  EXPECT_EQ(told(yaml, "a@0/u a@1/u b@2/u"), "");
  EXPECT_EQ(told(yaml, "a@0/u a@1/u a@2/u b@13/u"), "");
}

TEST(Correlation, GenerateDecidesWhoAlertsByHimself) {
  EXPECT_FALSE(compile(correlation(kCount3)).rules->compiled().rules[0].alerts);
  EXPECT_TRUE(compile(correlation(kCount3)).rules->compiled().rules[1].alerts);
  EXPECT_TRUE(compile(correlation(std::string(kCount3) + "  generate: true\n")).rules->compiled().rules[0].alerts);
}

struct Bad {
  std::string_view body, reason;
};
constexpr Bad kRefused[] = {
    {"  type: event_counts\n  rules: [a]\n  timespan: 1m\n  condition: {gte: 1}\n", "25:9 unknown correlation type 'event_counts'"},
    {"  type: event_count\n  rules: [z]\n  timespan: 1m\n  condition: {gte: 1}\n",
     "26:10 it refers to 'z', which is not there or was refused"},
    {"  type: event_count\n  rules: [x]\n  timespan: 1m\n  condition: {gte: 1}\n", "26:10 it refers to itself through 'x'"},
    {"  type: event_count\n  rules: [a]\n  condition: {gte: 1}\n", "25:3 'timespan' is missing"},
    {"  type: event_count\n  rules: [a]\n  timespan: 10\n  condition: {gte: 1}\n",
     "27:13 'timespan' must be a whole number with s, m, h, d, w, M or y, at most 366d"},
    {"  type: event_count\n  rules: [a]\n  timespan: 1m\n", "25:3 'condition' is missing"},
    {"  type: event_count\n  rules: [a]\n  timespan: 1m\n  condition: {gte: many}\n", "28:20 'gte' wants a number"},
    {"  type: event_count\n  rules: [a]\n  timespan: 1m\n  condition: {gte: 100000}\n",
     "28:14 a count must be from 0 to 10,000 (as many events are kept for each group)"},
    {"  type: value_count\n  rules: [a]\n  timespan: 1m\n  condition: {gte: 5}\n", "28:14 'field' is missing in 'condition'"},
    {"  type: new_value\n  rules: [a]\n  timespan: 1m\n", "25:3 'field' is missing in 'correlation'"},
    {"  type: new_value\n  rules: [a]\n  field: v\n  timespan: 1m\n  condition: {gte: 1}\n",
     "29:14 'new_value' takes no 'condition': each new value counts"},
    {"  type: new_value\n  rules: [a]\n  field: v\n  timespan: 1m\nvigil: {learn: 2m}\n",
     "29:16 'learn' must be a timespan like 14d, no longer than 'timespan', or 0s"},
    {"  type: event_count\n  rules: [a]\n  timespan: 1m\n  condition: {gte: 1}\nvigil: {learn: 2m}\n",
     "29:16 'learn' belongs to 'type: new_value'"},
    {"  type: temporal\n  rules: [a]\n  timespan: 1m\n  condition: a and and\n",
     "28:1 condition: expected a selection, found 'and'"},
    {"  type: event_count\n  rules: [a]\n  timespan: 1m\n  condition: {gte: 1}\n  near: 5\n", "29:3 unknown key 'near' in 'correlation'"},
};
TEST(Correlation, IsRefusedByLineAndReason) {
  for (const auto& [body, reason] : kRefused) EXPECT_EQ(compile(correlation(body)).describe(), reason) << body;
}

// ---- restarts

const std::string& restart_rules() {
  static const std::string kRules = [] {
    const auto rule = [](const std::string& name, const std::string& word) {
      return "title: " + name + "\nname: " + name + "\nlogsource: {product: linux, service: sshd}\ndetection:\n  s:\n    message|contains: '" + word +
             "'\n  condition: s\n---\n";
    };
    return rule("failed", "Failed password") + rule("accepted", "Accepted password") +
           "title: Count\ncorrelation: {type: event_count, rules: [failed], group-by: [source.ip], timespan: 60s, condition: {gte: 4}}\n---\n"
           "title: Users\ncorrelation: {type: value_count, rules: [failed], group-by: [source.ip], timespan: 60s, condition: {field: user.name, gte: 3}}\n---\n"
           "title: Inner\nname: inner\ncorrelation: {type: event_count, rules: [failed], group-by: [source.ip], timespan: 60s, condition: {gte: 2}}\n---\n"
           "title: Then\ncorrelation: {type: temporal_ordered, rules: [inner, accepted], group-by: [source.ip], timespan: 60s}\n---\n"
           "title: Both\ncorrelation: {type: temporal, rules: [failed, accepted], group-by: [user.name], timespan: 60s}\n";
  }();
  return kRules;
}

struct Line {
  std::string frame;
  double second;
};
std::vector<Line> random_lines(unsigned seed, int count) {
  std::mt19937 random(seed);
  const auto pick = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  std::vector<Line> lines;
  double second = 0;
  for (int i = 0; i < count; ++i) {
    second += pick(12);
    const std::string verb = pick(5) == 0 ? "Accepted" : "Failed";
    lines.push_back({"<86>sshd[1]: " + verb + " password for u" + std::to_string(pick(4)) + " from 192.0.2." +
                         std::to_string(pick(3)) + " port 1 ssh2",
                     second});
  }
  return lines;
}

std::string describe(const std::vector<Detection>& detections) {
  std::string text;
  for (const Detection& detection : detections) {
    text += detection.rule->title + "#" + std::to_string(detection.sequence) + "=" + std::to_string(detection.count) + "[";
    for (const std::uint64_t reference : detection.references) text += std::to_string(reference) + " ";
    text += "] ";
  }
  return text;
}

/// Durable windows as the state store keeps them.
void save(Stream& stream, std::map<std::string, std::string>& store) {
  std::vector<Watcher::WindowEdit> edits;
  stream.watcher.take_window_edits(edits);
  for (const Watcher::WindowEdit& edit : edits) {
    if (edit.value.empty()) {
      store.erase(edit.key);
    } else {
      store[edit.key] = edit.value;
    }
  }
}

TEST(CorrelationRestart, CutAnywhereAndReplayedFromTheCursorItTellsTheSame) {
  const Compiled compiled = compile(restart_rules());
  ASSERT_EQ(compiled.describe(), "");
  const std::vector<Line> lines = random_lines(7, 160);
  Stream whole(compiled.rules);
  for (const Line& line : lines) whole.feed(line.frame, line.second);
  const std::string expected = describe(whole.fired);
  EXPECT_NE(expected.find("Count#"), std::string::npos);
  EXPECT_NE(expected.find("Then#"), std::string::npos);
  EXPECT_NE(expected.find("Users#"), std::string::npos);
  EXPECT_NE(expected.find("Both#"), std::string::npos);

  for (std::size_t cut = 0; cut <= lines.size(); ++cut) {
    std::map<std::string, std::string> store;
    std::vector<Detection> kept;
    std::size_t cursor = 0;
    {
      // The daemon saves windows, detections and cursor in one change after every seven lines; what it watched after
      // the last change dies with it.
      Stream first(compiled.rules);
      for (std::size_t i = 0; i < cut; ++i) {
        first.feed(lines[i].frame, lines[i].second);
        if ((i + 1) % 7 != 0) continue;
        save(first, store);
        kept = first.fired;
        cursor = i + 1;
      }
    }
    Stream second(compiled.rules);
    second.sequence = cursor;
    for (const auto& [key, value] : store) second.watcher.restore_window(key, value);
    for (std::size_t i = cursor; i < lines.size(); ++i) second.feed(lines[i].frame, lines[i].second);
    kept.insert(kept.end(), second.fired.begin(), second.fired.end());
    ASSERT_EQ(describe(kept), expected) << "cut after " << cut;
  }
}

TEST(CorrelationRestart, SavingAfterEveryLineChangesNothing) {
  const Compiled compiled = compile(restart_rules());
  const std::vector<Line> lines = random_lines(11, 200);
  Stream whole(compiled.rules);
  std::map<std::string, std::string> store;
  std::vector<Detection> kept;
  auto stream = std::make_unique<Stream>(compiled.rules);
  for (const Line& line : lines) {
    whole.feed(line.frame, line.second);
    stream->feed(line.frame, line.second);
    save(*stream, store);
    kept.insert(kept.end(), stream->fired.begin(), stream->fired.end());
    const std::uint64_t sequence = stream->sequence;
    stream = std::make_unique<Stream>(compiled.rules);
    stream->sequence = sequence;
    for (const auto& [key, value] : store) stream->watcher.restore_window(key, value);
  }
  EXPECT_EQ(describe(kept), describe(whole.fired));
}

TEST(CorrelationRestart, WindowsOfAChangedRuleAreErasedNotUsed) {
  Stream stream(compile(restart_rules()).rules);
  for (int i = 0; i < 3; ++i) stream.feed(random_lines(1, 1)[0].frame, i);
  std::map<std::string, std::string> store;
  save(stream, store);
  ASSERT_FALSE(store.empty());
  std::string changed = restart_rules();
  while (changed.find("60s") != std::string::npos) changed.replace(changed.find("60s"), 3, "61s");
  Stream other(compile(changed).rules);
  for (const auto& [key, value] : store) other.watcher.restore_window(key, value);
  EXPECT_EQ(other.watcher.counters().groups, 0U);
  save(other, store);
  EXPECT_TRUE(store.empty());
}

TEST(CorrelationRestart, DamagedWindowsAreIgnored) {
  const Compiled compiled = compile(restart_rules());
  Stream stream(compiled.rules);
  for (const Line& line : random_lines(3, 40)) stream.feed(line.frame, line.second);
  std::map<std::string, std::string> store;
  save(stream, store);
  std::mt19937 random(5);
  for (const auto& [key, value] : store) {
    for (std::size_t length = 0; length < value.size(); length += 3) {
      Stream other(compiled.rules);
      other.watcher.restore_window(key, value.substr(0, length));
      std::string flipped = value;
      flipped[length] = static_cast<char>(random());
      other.watcher.restore_window(key, flipped);
      other.watcher.restore_window(key.substr(0, length % key.size()), value);
      other.feed("<86>sshd[1]: Failed password for u1 from 192.0.2.1 port 1 ssh2", 1e6);
    }
  }
}

TEST(CorrelationLimits, TheOldestGroupMakesRoomAndIsCounted) {
  const Compiled compiled = compile(correlation(kCount3));
  sigma::Correlator correlator(compiled.rules->compiled(), {.groups_max = 10});
  std::vector<sigma::Firing> firings;
  for (int i = 0; i < 100; ++i) {
    std::string error;
    const auto document = sigma::JsonFields::parse("{\"k\":\"a\",\"g\":\"" + std::to_string(i) + "\"}", error);
    sigma::Hit hit;
    hit.fields = &*document;
    hit.sequence = static_cast<std::uint64_t>(i + 1);
    hit.event_ns = hit.received_ns = i;
    correlator.matched(0, hit, firings);
  }
  EXPECT_EQ(correlator.counters().groups, 10U);
  EXPECT_EQ(correlator.counters().evicted, 90U);
}

// ---- floods

/// A hit without a document: one field to group by, one value.
class PlainFields final : public sigma::FieldSource {
 public:
  std::string group, value;
  bool collect(const sigma::FieldName& name, std::vector<sigma::FieldValue>& out) const override {
    out.push_back({name.written == "g" ? group : value, ValueType::text});
    return true;
  }
  void collect_all(std::vector<sigma::FieldValue>&) const override {}
  std::string_view raw() const override { return {}; }
};

constexpr std::int64_t kSecond = 1'000'000'000;

/// Two million invented addresses from one sender over eight minutes, and ten tries of one attacker in between.
struct Flood {
  std::uint64_t attacks = 0, overflows = 0, bytes = 0;
};
Flood flood(std::string_view flooder, std::string_view victim, std::size_t groups_max) {
  const Compiled compiled = compile(
      correlation("  type: event_count\n  rules: [a]\n  group-by: [g]\n  timespan: 10m\n  condition: {gte: 10}\n"));
  sigma::Correlator correlator(compiled.rules->compiled(), {.groups_max = groups_max});
  PlainFields fields;
  sigma::Hit hit;
  hit.fields = &fields;
  Flood out;
  std::vector<sigma::Firing> firings;
  std::vector<sigma::Overflow> overflows;
  constexpr int kInvented = 2'000'000, kTries = 10;
  const auto send = [&](std::string group, std::string_view host, int i) {
    fields.group = std::move(group);
    hit.sender.host = host;
    ++hit.sequence;
    hit.event_ns = hit.received_ns = 1'800'000'000 * kSecond + i * (480 * kSecond / kInvented);
    correlator.matched(0, hit, firings);
  };
  for (int i = 0; i < kInvented; ++i) {
    send(std::to_string(static_cast<unsigned>(i) * 2654435761U), flooder, i);
    if (i % (kInvented / kTries) == kInvented / kTries / 2) send("203.0.113.9", victim, i);
  }
  for (const sigma::Firing& firing : firings) out.attacks += firing.group.front() == "203.0.113.9" ? 1U : 100U;
  correlator.take_overflows(overflows);
  out.overflows = overflows.size();
  out.bytes = correlator.counters().bytes;
  return out;
}

TEST(CorrelationFlood, WhoInventsAddressesDoesNotHideAnAttackOnSomebodyElse) {
  const Flood told = flood("proxy", "mail", 10'000);
  EXPECT_EQ(told.attacks, 1U);
  EXPECT_EQ(told.overflows, 1U) << "once an hour of event time";
}

TEST(CorrelationFlood, NorOneInItsOwnMessages) {
  const Flood told = flood("proxy", "proxy", 10'000);
  EXPECT_EQ(told.attacks, 1U) << "an address that comes back is remembered by its first hit";
  EXPECT_LT(told.bytes, 160U << 20U);
}

TEST(CorrelationFlood, IsToldOfWithItsNamesOnceAnHourAlsoOverARestart) {
  const Compiled compiled = compile(correlation(
      "  type: event_count\n  rules: [a]\n  group-by: [g]\n  timespan: 3h\n  condition: {gte: 10}\n"));
  auto correlator = std::make_unique<sigma::Correlator>(compiled.rules->compiled(), sigma::CorrelatorOptions{.groups_max = 10});
  std::map<std::string, std::string> store;
  std::string told;
  PlainFields fields;
  sigma::Hit hit;
  hit.fields = &fields;
  std::vector<sigma::Firing> firings;
  for (int minute = 0; minute < 130; ++minute) {
    fields.group = std::to_string(minute);
    ++hit.sequence;
    hit.event_ns = hit.received_ns = (1'800'000'000 + minute * 60) * kSecond;
    correlator->matched(0, hit, firings);
    std::vector<sigma::Overflow> overflows;
    correlator->take_overflows(overflows);
    for (const sigma::Overflow& each : overflows) told += std::to_string(minute) + "=" + std::to_string(each.evicted) + " ";
    std::vector<std::pair<std::string, std::string>> edits;
    correlator->take_edits(edits);
    for (auto& [key, value] : edits) value.empty() ? static_cast<void>(store.erase(key)) : static_cast<void>(store[key] = value);
    correlator = std::make_unique<sigma::Correlator>(compiled.rules->compiled(), sigma::CorrelatorOptions{.groups_max = 10});
    for (const auto& [key, value] : store) correlator->restore(key, value);
  }
  EXPECT_EQ(told, "10=1 70=60 ");
  EXPECT_EQ(store.size(), 11U) << "ten groups, and when it was told";
}

TEST(CorrelationLimits, AnEventWithoutTheGroupFieldIsCountedApart) {
  const Compiled compiled = compile(correlation(kCount3));
  sigma::Correlator correlator(compiled.rules->compiled());
  std::vector<sigma::Firing> firings;
  std::string error;
  const auto document = sigma::JsonFields::parse(R"({"k":"a"})", error);
  sigma::Hit hit;
  hit.fields = &*document;
  correlator.matched(0, hit, firings);
  EXPECT_EQ(correlator.counters().ungrouped, 1U);
  EXPECT_EQ(correlator.counters().groups, 0U);
}

TEST(CorrelationTime, AClockThatRunsAheadCountsByReceipt) {
  const Compiled compiled = compile(correlation(kCount3));
  sigma::Correlator correlator(compiled.rules->compiled());
  std::vector<sigma::Firing> firings;
  std::string error;
  const auto document = sigma::JsonFields::parse(R"({"k":"a","g":"u"})", error);
  for (int i = 0; i < 3; ++i) {
    sigma::Hit hit;
    hit.fields = &*document;
    hit.sequence = static_cast<std::uint64_t>(i + 1);
    hit.received_ns = (1000 + i) * std::int64_t{1'000'000'000};
    // The second host's clock is a year ahead.
    hit.event_ns = hit.received_ns + (i == 1 ? std::int64_t{365} * 86400 * 1'000'000'000 : 0);
    correlator.matched(0, hit, firings);
  }
  // It counts 30 seconds ahead of receipt, outside this window, and does not hide the others.
  EXPECT_EQ(firings.size(), 0U);
  for (int i = 3; i < 5; ++i) {
    sigma::Hit hit;
    hit.fields = &*document;
    hit.sequence = static_cast<std::uint64_t>(i + 1);
    hit.event_ns = hit.received_ns = (1000 + i) * std::int64_t{1'000'000'000};
    correlator.matched(0, hit, firings);
  }
  EXPECT_EQ(firings.size(), 1U);
}

}  // namespace
}  // namespace vigil::test
