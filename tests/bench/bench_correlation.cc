// What a hit costs in the correlator, and what a group of each type weighs.
//
//   bench_correlation                       every type, small windows in 100,000 groups; then large windows; then memory
//
// Counters: updates/s; bytes/group is everything (groups, keys, windows, tables) divided by the live groups.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <string>
#include <vector>

#include "rules/compiled.h"
#include "rules/correlator.h"
#include "rules/rule_set.h"

namespace {

using namespace vigil;

constexpr std::int64_t kSecond = 1'000'000'000, kStart = 1'800'000'000 * kSecond;

class Fields final : public sigma::FieldSource {
 public:
  std::string group, value;
  bool collect(const sigma::FieldName& name, std::vector<sigma::FieldValue>& out) const override {
    out.push_back({name.written == "g" ? std::string_view(group) : std::string_view(value), ValueType::text});
    return true;
  }
  void collect_all(std::vector<sigma::FieldValue>&) const override {}
  std::string_view raw() const override { return {}; }
};

std::shared_ptr<const RuleSet> rules_of(const std::string& correlation) {
  const auto rule = [](const std::string& name) {
    return "title: " + name + "\nname: " + name + "\nlogsource: {category: t}\ndetection:\n  s: {k: " + name +
           "}\n  condition: s\n---\n";
  };
  const RuleSet::Text text{"bench.yml", rule("a") + rule("b") + rule("c") + "title: X\ncorrelation: {group-by: [g], " + correlation};
  std::vector<RuleProblem> problems;
  auto rules = RuleSet::compile({&text, 1}, problems);
  if (!problems.empty()) throw std::runtime_error(problems.front().reason);
  return rules;
}

constexpr const char* kTypes[] = {
    "type: event_count, rules: [a], timespan: 10m, condition: {gte: 10}}",
    "type: value_count, rules: [a], timespan: 10m, condition: {field: v, gte: 10}}",
    "type: temporal, rules: [a, b, c], timespan: 10m}",
    "type: temporal_ordered, rules: [a, b, c], timespan: 10m}",
    "type: value_sum, rules: [a], timespan: 10m, condition: {field: v, gte: 1000000000}}",
    "type: value_avg, rules: [a], timespan: 10m, condition: {field: v, gte: 1000000000}}",
    "type: value_percentile, rules: [a], timespan: 10m, condition: {field: v, percentile: 90, gte: 1000000000}}",
    "type: event_count, rules: [a], timespan: 10m, condition: {lt: 3}}",
    "type: new_value, rules: [a], field: v, timespan: 90d}",
};

/// Arguments: the type, the groups. Addresses as a school meets them, in no order; a few hits of each in a window.
void updates(benchmark::State& state) {
  const auto rules = rules_of(kTypes[state.range(0)]);
  const auto groups = static_cast<std::uint32_t>(state.range(1));
  sigma::Correlator correlator(rules->compiled(), {.groups_max = 2'000'000, .bytes_max = 2UL << 30U});
  std::vector<std::string> addresses;
  for (std::uint32_t i = 0; i < groups; ++i) {
    addresses.push_back("10." + std::to_string(i >> 16U) + "." + std::to_string(i >> 8U & 255U) + "." + std::to_string(i & 255U));
  }
  Fields fields;
  sigma::Hit hit;
  hit.fields = &fields;
  hit.organisation = "school-a";
  hit.sender.host = "srv1";
  std::vector<sigma::Firing> firings;
  std::uint32_t random = 1;
  const auto slots = static_cast<std::uint32_t>(rules->compiled().correlations[0].slots.size());
  const auto step = [&] {
    random = random * 1664525U + 1013904223U;
    fields.group.assign(addresses[(random >> 8U) % groups]);
    fields.value.assign(addresses[random >> 24U], 3);
    if (state.range(0) >= 4 && state.range(0) <= 6) fields.value = "17";
    ++hit.sequence;
    // Five hits a group in ten minutes.
    hit.event_ns = hit.received_ns = kStart + static_cast<std::int64_t>(hit.sequence) * (120 * kSecond / groups);
    correlator.advance(hit.received_ns, firings);
    correlator.matched(slots > 1 ? static_cast<std::uint32_t>(hit.sequence % slots) : 0U, hit, firings);
    if (firings.size() > 1000) firings.clear();
  };
  for (std::uint32_t i = 0; i < 3 * groups; ++i) step();
  std::vector<std::pair<std::string, std::string>> edits;
  correlator.take_edits(edits);
  edits.clear();
  for ([[maybe_unused]] auto each : state) step();
  state.SetItemsProcessed(state.iterations());
  const auto counters = correlator.counters();
  state.counters["groups"] = static_cast<double>(counters.groups);
  state.counters["bytes/group"] = static_cast<double>(counters.bytes) / static_cast<double>(std::max<std::uint64_t>(1, counters.groups));
  state.SetLabel(std::string(kTypes[state.range(0)]).substr(6, 16));
}
BENCHMARK(updates)->ArgsProduct({benchmark::CreateDenseRange(0, 8, 1), {100'000}});
BENCHMARK(updates)->Args({0, 1'000'000});

/// Distinct values of one group, as many as its window keeps: the cost must not grow with them.
void values_of_one_group(benchmark::State& state) {
  const auto values = static_cast<std::uint64_t>(state.range(0));
  const auto rules = rules_of("type: value_count, rules: [a], timespan: 10m, condition: {field: v, gte: " +
                              std::to_string(std::min<std::uint64_t>(10'000, values + 1)) + "}}");
  sigma::Correlator correlator(rules->compiled());
  Fields fields;
  fields.group = "10.1.2.3";
  sigma::Hit hit;
  hit.fields = &fields;
  std::vector<sigma::Firing> firings;
  std::uint64_t random = 1;
  const auto step = [&] {
    random = random * 6364136223846793005ULL + 1442695040888963407ULL;
    fields.value = std::to_string((random >> 33U) % values);
    ++hit.sequence;
    hit.event_ns = hit.received_ns = kStart + static_cast<std::int64_t>(hit.sequence) * 1'000'000;
    correlator.matched(0, hit, firings);
    firings.clear();
  };
  for (std::uint64_t i = 0; i < 10 * values; ++i) step();
  for ([[maybe_unused]] auto each : state) step();
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(values_of_one_group)->Arg(10)->Arg(100)->Arg(1'000)->Arg(9'999);

/// Groups hit so many times each: what they weigh.
void weight(benchmark::State& state) {
  const auto rules = rules_of(kTypes[0]);
  for ([[maybe_unused]] auto each : state) {
    sigma::Correlator correlator(rules->compiled(), {.groups_max = 2'000'000, .bytes_max = 2UL << 30U});
    Fields fields;
    sigma::Hit hit;
    hit.fields = &fields;
    hit.organisation = "school-a";
    std::vector<sigma::Firing> firings;
    for (std::int64_t round = 0; round < state.range(1); ++round) {
      for (std::int64_t i = 0; i < state.range(0); ++i) {
        fields.group = "10.20." + std::to_string(i);
        ++hit.sequence;
        hit.event_ns = hit.received_ns = kStart + static_cast<std::int64_t>(hit.sequence) * 1000;
        correlator.matched(0, hit, firings);
      }
    }
    const auto counters = correlator.counters();
    state.counters["bytes/group"] = static_cast<double>(counters.bytes) / static_cast<double>(counters.groups);
    state.counters["MiB"] = static_cast<double>(counters.bytes) / (1 << 20);
  }
}
BENCHMARK(weight)->Args({1'000'000, 1})->Args({1'000'000, 3})->Args({100'000, 1})->Iterations(1)->Unit(benchmark::kMillisecond);

}  // namespace
