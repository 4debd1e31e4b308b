#include "incidents/evidence_plan.h"

#include <gtest/gtest.h>

#include "tests/incidents/school.h"

namespace vigil {
namespace {

using namespace test;

TEST(EvidencePlan, CitesTheSamplesAndFiveMinutesAround) {
  Desk desk;
  Detection first =
      detection(brute_force(), kAfternoon, "srv1", {{"source.ip", "203.0.113.9"}, {"user.name", "root"}});
  first.sequence = 50;
  first.references = {40, 50};
  Detection second = detection(brute_success(), kAfternoon + kHour, "srv1",
                               {{"source.ip", "203.0.113.9"}, {"user.name", "Alice"}});
  second.sequence = 90;
  second.references = {50, 90};
  desk.apply({first, second});
  const EvidencePlan plan = plan_evidence(desk.only());
  EXPECT_EQ(plan.organisation, "school-a");
  EXPECT_EQ(plan.samples, (std::vector<std::uint64_t>{40, 50, 90}));
  EXPECT_EQ(plan.event_from_ns, kAfternoon - 5 * kMinute);
  EXPECT_EQ(plan.event_to_ns, kAfternoon + kHour + 5 * kMinute + 1);
  EXPECT_EQ(plan.needles, (std::vector<std::string>{"203.0.113.9", "alice"}))
      << "root and a mere context host find everything";
  EXPECT_EQ(plan.records_max, 50'000U);
}

TEST(EvidencePlan, FindsAnEntityAsAWholeWord) {
  EvidencePlan plan;
  plan.needles = {"10.0.0.1", "amy", "2001:db8::1"};
  struct Row {
    std::string_view why, raw;
    bool found;
  };
  constexpr Row kRows[] = {
      {"in the middle", "from 10.0.0.1 port 22", true},
      {"at the ends", "10.0.0.1", true},
      {"with a port", "10.0.0.1:22", true},
      {"before a full stop", "refused 10.0.0.1.", true},
      {"in quotes", "src=\"10.0.0.1\"", true},
      {"another address begins like it", "from 10.0.0.10 port 22", false},
      {"another address ends like it", "from 110.0.0.1", false},
      {"part of a longer dotted number", "1.10.0.0.1", false},
      {"and of one that goes on", "10.0.0.1.5", false},
      {"a name whatever its case", "user=AMY", true},
      {"a name in a longer one", "samynet", false},
      {"the second occurrence counts", "samynet amy", true},
      {"IPv6", "from 2001:DB8::1 ok", true},
      {"a longer IPv6", "from 2001:db8::12", false},
      {"nothing", "", false},
  };
  for (const auto& row : kRows) EXPECT_EQ(plan.mentions(row.raw), row.found) << row.why << ": " << row.raw;
}

TEST(EvidencePlan, BoundsWhatIsSearchedFor) {
  Desk desk;
  std::vector<Detection> many;
  for (int i = 0; i < 150; ++i) {
    many.push_back(detection(
        brute_force(), kAfternoon, "srv1",
        {{"host.name", "srv1"}, {"source.ip", "198.51.100." + std::to_string(i)}, {"user.name", "ab"}}));
  }
  desk.apply(many);
  const EvidencePlan plan = plan_evidence(desk.only());
  EXPECT_EQ(plan.needles.size(), 64U);
  EXPECT_EQ(plan.needles[0], "srv1") << "the most often named first";
  EXPECT_EQ(std::count(plan.needles.begin(), plan.needles.end(), "ab"), 0) << "too short to say anything";
  Case empty;
  EXPECT_TRUE(plan_evidence(empty).samples.empty());
  EXPECT_TRUE(plan_evidence(empty).needles.empty());
}

}  // namespace
}  // namespace vigil
