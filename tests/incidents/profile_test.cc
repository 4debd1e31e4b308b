#include "incidents/profile.h"

#include <gtest/gtest.h>

#include "parsers/embedded.h"
#include "parsers/render.h"
#include "tests/incidents/school.h"

namespace vigil {
namespace {

using namespace test;

std::int64_t at(std::string_view time) { return read_time(time, 480).value_or(0); }

std::string clocks_of(int level, bool proposed, std::string_view known,
                      std::string_view profile = "tw-2026") {
  Case incident;
  incident.known_ns = at(known);
  incident.occurred_ns = *incident.known_ns - kHour;
  incident.level.confidentiality = level;
  incident.level.proposed = proposed;
  start_clocks(incident, profile_for(profile, *incident.known_ns), 480, *incident.known_ns);
  std::string out;
  for (const auto& clock : incident.clocks) out += clock.id + " " + iso_time(clock.due_ns, 480) + "\n";
  return out;
}

TEST(Profile, EveryFileBuiltInCanBeRead) {
  std::size_t profiles = 0;
  for (const auto& file : embedded::profiles()) {
    if (!file.name.starts_with("tw-")) continue;
    const auto profile = parse_profile(file.text);
    EXPECT_TRUE(profile) << file.name << ": " << (profile ? "" : profile.error().what);
    ++profiles;
  }
  EXPECT_EQ(regulation_profiles().size(), profiles);
  EXPECT_GE(profiles, 2U);
}

TEST(Profile, IsTheOneInForceWhenTheCaseBecameKnown) {
  struct Row {
    std::string_view why, chosen, known, profile;
  };
  constexpr Row kRows[] = {
      {"today", "tw-2026", "2026-11-20T14:00:00+08:00", "tw-2026"},
      {"the first moment of the new rules", "tw-2026", "2026-01-05T00:00:00+08:00", "tw-2026"},
      {"the last moment of the old ones", "tw-2026", "2026-01-04T23:59:59+08:00", "tw-2021"},
      {"an organisation that still names the old ones", "tw-2021", "2026-11-20T14:00:00+08:00", "tw-2026"},
      {"a profile nobody knows", "tw-1999", "2026-11-20T14:00:00+08:00", "tw-2026"},
      {"before any rule we know: the newest", "tw-2026", "2011-01-01T00:00:00+08:00", "tw-2026"},
  };
  for (const auto& row : kRows) EXPECT_EQ(profile_for(row.chosen, at(row.known)).id, row.profile) << row.why;
}

TEST(Profile, StartsTheClocksOfEachLevel) {
  const std::string low =
      "initial_notification 2026-11-20T15:00:00+08:00\n"
      "damage_control 2026-11-23T14:00:00+08:00\n"
      "report 2026-12-20T14:00:00+08:00\n";
  const std::string high =
      "initial_notification 2026-11-20T15:00:00+08:00\n"
      "ciso_report 2026-11-20T14:10:00+08:00\n"
      "phone_superior 2026-11-20T15:00:00+08:00\n"
      "damage_control 2026-11-22T02:00:00+08:00\n"
      "report 2026-12-20T14:00:00+08:00\n";
  const std::string_view known = "2026-11-20T14:00:00+08:00";
  EXPECT_EQ(clocks_of(1, true, known), low);
  EXPECT_EQ(clocks_of(2, false, known), low);
  EXPECT_EQ(clocks_of(3, true, known), high);
  EXPECT_EQ(clocks_of(4, false, known), high);
  EXPECT_EQ(clocks_of(0, true, known), low) << "nobody has levelled it yet: the lowest level's duties";
  EXPECT_EQ(clocks_of(0, false, known), "") << "a person found it not notifiable";
  EXPECT_EQ(clocks_of(1, true, "2025-11-20T14:00:00+08:00").substr(0, 46),
            "initial_notification 2025-11-20T15:00:00+08:00")
      << "the rules of 2021 say the same hour";
}

TEST(Profile, TheHourCrossesMidnightAndTheMonthItsShortNeighbour) {
  EXPECT_EQ(clocks_of(1, true, "2026-12-31T23:30:00+08:00").substr(0, 47),
            "initial_notification 2027-01-01T00:30:00+08:00\n");
  struct Row {
    std::string_view from, to;
    int months;
  };
  constexpr Row kRows[] = {
      {"2027-01-31T10:00:00+08:00", "2027-02-28T10:00:00+08:00", 1},
      {"2028-01-31T10:00:00+08:00", "2028-02-29T10:00:00+08:00", 1},
      {"2026-12-20T10:00:00+08:00", "2027-01-20T10:00:00+08:00", 1},
      {"2026-08-31T00:30:00+08:00", "2027-02-28T00:30:00+08:00", 6},  // still the 30th in UTC
  };
  for (const auto& row : kRows) EXPECT_EQ(iso_time(add_months(at(row.from), row.months, 480), 480), row.to);
}

TEST(Profile, RefusesAFileThatDoesNotSayEnough) {
  struct Row {
    std::string_view why, yaml, said;
  };
  constexpr std::string_view kHead = "id: x\nname: x\nname_en: x\nin_force_from: 2026-01-05\ngrace: 10m\n";
  const Row kRows[] = {
      {"empty", "", "missing id"},
      {"no YAML", "id: [", ""},
      {"a date that cannot be", "id: x\nname: x\nname_en: x\nin_force_from: 2026-02-30\ngrace: 10m\n",
       "date"},
      {"no clocks", kHead, "no clocks"},
      {"a clock without a due time",
       "id: x\nname: x\nname_en: x\nin_force_from: 2026-01-05\ngrace: 10m\n"
       "clocks: [{id: a, label_zh: a, label_en: a, owner: a, article: a, starts: known}]",
       "due is a map"},
      {"a period of no unit",
       "id: x\nname: x\nname_en: x\nin_force_from: 2026-01-05\ngrace: 10m\n"
       "clocks: [{id: a, label_zh: a, label_en: a, owner: a, article: a, starts: known, due: {1: 72}}]",
       "periods are"},
      {"a fifth level",
       "id: x\nname: x\nname_en: x\nin_force_from: 2026-01-05\ngrace: 10m\n"
       "clocks: [{id: a, label_zh: a, label_en: a, owner: a, article: a, starts: known, due: {5: 1h}}]",
       "levels are"},
      {"a start nobody knows",
       "id: x\nname: x\nname_en: x\nin_force_from: 2026-01-05\ngrace: 10m\n"
       "clocks: [{id: a, label_zh: a, label_en: a, owner: a, article: a, starts: never, due: {1: 1h}}]",
       "starts is"},
  };
  for (const auto& row : kRows) {
    const auto profile = parse_profile(row.yaml);
    ASSERT_FALSE(profile) << row.why;
    EXPECT_NE(profile.error().what.find(row.said), std::string::npos)
        << row.why << ": " << profile.error().what;
  }
}

}  // namespace
}  // namespace vigil
