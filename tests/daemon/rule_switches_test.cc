// Rules that are switched off, and how often rules fired.

#include "daemon/rule_switches.h"

#include <gtest/gtest.h>

#include "daemon/rule_ledger.h"
#include "storage/memory_state_store.h"

namespace vigil {
namespace {

constexpr std::int64_t kHour = 3'600'000'000'000, kDay = 24 * kHour;
constexpr std::int64_t kNow = 1'795'158'000'000'000'000;

TEST(RuleSwitches, AreRememberedWithWhoAndWhy) {
  MemoryStateStore state;
  {
    RuleSwitches switches(state);
    EXPECT_FALSE(switches.off("a", kNow));
    ASSERT_TRUE(switches.switch_off("a", {"administrator", "掃描主機", kNow, 0}));
    EXPECT_TRUE(switches.off("a", kNow));
    EXPECT_FALSE(switches.off("b", kNow));
  }
  RuleSwitches again(state);
  const auto found = again.find("a", kNow + 1000 * kDay);
  ASSERT_TRUE(found) << "without an end it stays off";
  EXPECT_EQ(found->who, "administrator");
  EXPECT_EQ(found->reason, "掃描主機");
  EXPECT_EQ(found->since_ns, kNow);
  EXPECT_TRUE(*again.switch_on("a", kNow));
  EXPECT_FALSE(*again.switch_on("a", kNow)) << "it was on already";
  EXPECT_FALSE(again.off("a", kNow));
  EXPECT_FALSE(RuleSwitches(state).off("a", kNow));
}

TEST(RuleSwitches, EndByThemselves) {
  MemoryStateStore state;
  RuleSwitches switches(state);
  ASSERT_TRUE(switches.switch_off("a", {"x", "", kNow, kNow + kHour}));
  EXPECT_TRUE(switches.off("a", kNow + kHour - 1));
  EXPECT_FALSE(switches.off("a", kNow + kHour));
  EXPECT_FALSE(*switches.switch_on("a", kNow + 2 * kHour)) << "it was on by then";
}

TEST(RuleSwitches, WhatCannotBeReadLeavesTheRuleOn) {
  MemoryStateStore state;
  StateChange change;
  change.put("rule-switch/a", "{broken");
  ASSERT_TRUE(state.commit(change));
  EXPECT_FALSE(RuleSwitches(state).off("a", kNow));
}

TEST(RuleLedger, CountsByHourAndDayAndSurvives) {
  MemoryStateStore state;
  {
    RuleLedger ledger(state);
    for (int day = 40; day >= 0; --day) ledger.add("a", kNow - day * kDay, true);
    ledger.add("a", kNow - kHour, true);
    ledger.add("a", kNow, false);
    StateChange change;
    ledger.put_changes(change);
    ASSERT_TRUE(state.commit(change));
    StateChange nothing;
    ledger.put_changes(nothing);
    EXPECT_TRUE(nothing.empty()) << "only what changed is written";
  }
  const RuleLedger again(state);
  EXPECT_FALSE(again.find("b"));
  const auto count = again.find("a");
  ASSERT_TRUE(count);
  EXPECT_EQ(count->total, 42U);
  EXPECT_EQ(count->withheld, 1U);
  EXPECT_EQ(count->first_ns, kNow - 40 * kDay);
  EXPECT_EQ(count->last_ns, kNow);
  EXPECT_EQ(count->within_day(kNow), 2U);
  EXPECT_EQ(count->within_day(kNow + 2 * kDay), 0U);
  EXPECT_EQ(count->within_days(kNow, 30), 31U);
  EXPECT_LE(count->hours.size(), 25U);
  EXPECT_LE(count->days.size(), 31U);
}

}  // namespace
}  // namespace vigil
