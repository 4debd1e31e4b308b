// Rules on trial over what is preserved.

#include "daemon/backtest.h"

#include <gtest/gtest.h>

#include "rules/rule_explain.h"
#include "rules/rule_subset.h"
#include "tests/daemon/listed_archive.h"

namespace vigil {
namespace {

std::shared_ptr<const RuleSet> compile(const std::string& yaml) {
  const RuleSet::Text text{"t.yml", yaml};
  std::vector<RuleProblem> problems;
  auto rules = RuleSet::compile({&text, 1}, problems);
  for (const RuleProblem& problem : problems) EXPECT_FALSE(problem.refused) << problem.reason;
  return rules;
}

constexpr std::string_view kDenied =
    "title: Denied\nid: denied\nlogsource: {category: plain_text}\ndetection:\n  s: {message|contains: 'door denied'}\n  condition: s\n";
constexpr std::string_view kMany =
    "---\ntitle: Many\nid: many\ncorrelation:\n  type: event_count\n  rules: [denied]\n  group-by: [host.name]\n"
    "  timespan: 5m\n  condition: {gte: 3}\n";
constexpr std::string_view kFilter =
    "---\ntitle: Cleaner\nlogsource: {category: plain_text}\nfilter:\n  rules: [denied]\n  f: {message|contains: cleaner}\n"
    "  condition: not f\n";

/// Ten lines about a door, one in five of them the cleaner's; each is followed by one about something else.
void fill(ListedArchive& archive) {
  for (std::uint64_t i = 0; i < 10; ++i) {
    archive.put(2 * i + 1, "<13>Nov 20 15:00:00 srv1 door: door denied for " + std::string(i % 5 == 0 ? "cleaner" : "guest"));
    archive.put(2 * i + 2, "<13>Nov 20 15:00:00 srv1 door: door opened");
  }
}

BacktestRequest request_for(std::shared_ptr<const RuleSet> rules) {
  BacktestRequest request;
  request.rules = std::move(rules);
  request.range.organisations = {"*"};
  return request;
}

TEST(Backtest, CountsEveryMatchAndShowsSome) {
  ListedArchive archive;
  fill(archive);
  BacktestRequest request = request_for(compile(std::string(kDenied)));
  request.samples_max = 3;
  std::vector<std::uint64_t> shown;
  BacktestHooks hooks;
  hooks.on_match = [&](const Detection& detection, const StoredRecord& record, bool removed) {
    EXPECT_EQ(detection.rule->id, "denied");
    EXPECT_FALSE(removed);
    shown.push_back(record.sequence);
    return true;
  };
  const auto report = run_backtest(archive, request, 480, hooks);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->found.all.count, 10U);
  EXPECT_EQ(shown, (std::vector<std::uint64_t>{1, 3, 5}));
  EXPECT_EQ(report->found.days.size(), 1U);
  EXPECT_EQ(report->found.sources.at("srv1").count, 10U);
  EXPECT_EQ(report->records, 20U);
  EXPECT_TRUE(report->complete);
  EXPECT_FALSE(report->hints.empty()) << "blocks without the word need not be read";
}

TEST(Backtest, ACorrelationFiresAsItWouldHave) {
  ListedArchive archive;
  fill(archive);
  const auto whole = compile(std::string(kDenied) + std::string(kMany));
  const auto which = sigma::find_rule(whole->compiled(), "many");
  const auto report = run_backtest(archive, request_for(sigma::subset_of(whole->compiled(), {&*which, 1})), 480, {});
  ASSERT_TRUE(report);
  EXPECT_EQ(report->found.all.count, 1U) << "suppressed for its timespan";
  ASSERT_EQ(report->found.groups.size(), 1U);
  EXPECT_EQ(report->found.groups.begin()->first, "host.name=srv1");
}

TEST(Backtest, AFilterOnTrialSaysWhatItWouldRemove) {
  ListedArchive archive;
  fill(archive);
  BacktestRequest request = request_for(compile(std::string(kDenied)));
  request.filtered = compile(std::string(kDenied) + std::string(kFilter));
  std::vector<std::uint64_t> shown;
  BacktestHooks hooks;
  hooks.on_match = [&](const Detection&, const StoredRecord& record, bool removed) {
    EXPECT_TRUE(removed) << "with a filter only its victims are shown";
    shown.push_back(record.sequence);
    return true;
  };
  const auto report = run_backtest(archive, request, 480, hooks);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->found.all.count, 10U);
  EXPECT_EQ(report->removed.all.count, 2U);
  EXPECT_EQ(shown, (std::vector<std::uint64_t>{1, 11}));
}

TEST(Backtest, EndsWhenNobodyWaitsAndKeepsWhatItHasWhenTimeIsUp) {
  ListedArchive archive;
  for (std::uint64_t i = 1; i <= 2000; ++i) archive.put(i, "<13>Nov 20 15:00:00 srv1 door: door denied");
  BacktestHooks hooks;
  hooks.on_match = [](const Detection&, const StoredRecord&, bool) { return false; };
  const auto stopped = run_backtest(archive, request_for(compile(std::string(kDenied))), 480, hooks);
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().code, StoreErrc::cancelled);

  BacktestRequest short_one = request_for(compile(std::string(kDenied)));
  short_one.time_max = std::chrono::seconds(0);
  const auto cut = run_backtest(archive, short_one, 480, {});
  ASSERT_TRUE(cut);
  EXPECT_FALSE(cut->complete);
  EXPECT_LT(cut->records, 2000U);
}

TEST(Backtest, WaitsWhileOthersNeedTheMachine) {
  ListedArchive archive;
  for (std::uint64_t i = 1; i <= 1000; ++i) archive.put(i, "<13>Nov 20 15:00:00 srv1 door: door denied");
  int asked = 0;
  BacktestHooks hooks;
  hooks.busy = [&] { return ++asked <= 3; };
  const auto report = run_backtest(archive, request_for(compile(std::string(kDenied))), 480, hooks);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->found.all.count, 1000U);
  EXPECT_GE(report->paused.count(), 20);
}

}  // namespace
}  // namespace vigil
