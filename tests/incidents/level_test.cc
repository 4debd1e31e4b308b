#include "incidents/level.h"

#include <gtest/gtest.h>

#include "tests/incidents/school.h"

namespace vigil {
namespace {

using namespace test;

constexpr auto kC = Dimension::confidentiality;
constexpr auto kI = Dimension::integrity;
constexpr auto kA = Dimension::availability;

TEST(Level, FollowsTheLawsTableRowByRow) {
  struct Row {
    std::string_view why;
    Dimension dimension;
    int impact;
    AssetClass asset;
    int level;
  };
  constexpr Row kRows[] = {
      {"nothing leaked", kC, 0, AssetClass::state_secret, 0},
      {"non-core, slight leak", kC, 1, AssetClass::ordinary, 1},
      {"non-core, serious leak", kC, 2, AssetClass::ordinary, 2},
      {"core, slight leak", kC, 1, AssetClass::core, 2},
      {"core, serious leak", kC, 2, AssetClass::core, 3},
      {"official secrets, sensitive or CI core, slight leak", kC, 1, AssetClass::sensitive, 3},
      {"official secrets, sensitive or CI core, serious leak", kC, 2, AssetClass::sensitive, 4},
      {"state secrets leaked at all", kC, 1, AssetClass::state_secret, 4},
      {"state secrets, serious leak", kC, 2, AssetClass::state_secret, 4},
      {"nothing tampered", kI, 0, AssetClass::core, 0},
      {"non-core, slight tampering", kI, 1, AssetClass::ordinary, 1},
      {"non-core, serious tampering", kI, 2, AssetClass::ordinary, 2},
      {"core, slight tampering", kI, 1, AssetClass::core, 2},
      {"core, serious tampering", kI, 2, AssetClass::core, 3},
      {"sensitive or CI core, slight tampering", kI, 1, AssetClass::sensitive, 3},
      {"sensitive or CI core, serious tampering", kI, 2, AssetClass::sensitive, 4},
      {"state secrets tampered", kI, 1, AssetClass::state_secret, 4},
      {"nothing affected", kA, 0, AssetClass::sensitive, 0},
      {"non-core, recovers in time", kA, 1, AssetClass::ordinary, 1},
      {"non-core, does not recover in time", kA, 2, AssetClass::ordinary, 2},
      {"core, recovers in time", kA, 1, AssetClass::core, 2},
      {"core, does not recover in time", kA, 2, AssetClass::core, 3},
      {"CI core, recovers in time", kA, 1, AssetClass::sensitive, 3},
      {"CI core, does not recover in time", kA, 2, AssetClass::sensitive, 4},
      {"an impact no rule may state counts as serious", kA, 9, AssetClass::ordinary, 2},
      {"a negative one as none", kC, -1, AssetClass::core, 0},
  };
  for (const auto& row : kRows)
    EXPECT_EQ(level_of(row.dimension, row.impact, row.asset), row.level) << row.why;
}

TEST(Level, KnowsTheClassOfEachKindOfAsset) {
  struct Row {
    std::string_view why, system;
    Dimension dimension;
    AssetClass asset;
  };
  constexpr Row kRows[] = {
      {"an ordinary web site", "web", kC, AssetClass::ordinary},
      {"a core system without secrets", "dns", kC, AssetClass::core},
      {"a core system with personal data: sensitive information", "grades", kC, AssetClass::sensitive},
      {"its integrity too", "grades", kI, AssetClass::sensitive},
      {"an outage is as grave as the service, not as its secrets", "grades", kA, AssetClass::core},
      {"core of critical infrastructure", "water", kC, AssetClass::sensitive},
      {"its availability too", "water", kA, AssetClass::sensitive},
      {"official secrets", "archive", kC, AssetClass::sensitive},
      {"state secrets", "vault", kI, AssetClass::state_secret},
      {"an outage of the vault", "vault", kA, AssetClass::core},
  };
  for (const auto& row : kRows) {
    const System* asset = school_assets()->find_system(row.system);
    ASSERT_TRUE(asset) << row.system;
    EXPECT_EQ(asset_class(asset, asset->core, row.dimension), row.asset) << row.why;
  }
  EXPECT_EQ(asset_class(nullptr, false, kC), AssetClass::ordinary);
  EXPECT_EQ(asset_class(nullptr, true, kC), AssetClass::core);
  System odd;
  odd.critical_infrastructure = true;
  EXPECT_EQ(asset_class(&odd, false, kA), AssetClass::ordinary)
      << "critical infrastructure counts where it is core";
}

TEST(Level, ProposesFromRuleAndAssetAndSaysWhy) {
  struct Row {
    std::string_view why, host;
    Impact impact;
    int c, i, a;
    std::vector<std::string_view> said;
  };
  const Row kRows[] = {
      {"ordinary",
       "web1",
       {1, 2, 0},
       1,
       2,
       0,
       {"機密性 1 級", "完整性 2 級", "可用性 無", "「學校網站」為非核心系統"}},
      {"core",
       "ns1",
       {1, 0, 2},
       2,
       0,
       3,
       {"機密性 2 級", "可用性 3 級", "無法於可容忍中斷時間內回復", "為核心系統"}},
      {"personal data", "srv1", {1, 1, 1}, 3, 3, 2, {"保有個人資料（屬敏感資訊）", "可容忍中斷時間 8 小時"}},
      {"critical infrastructure", "plc1", {0, 0, 2}, 0, 0, 4, {"涉及關鍵基礎設施維運之核心系統"}},
      {"official secret", "doc1", {2, 0, 0}, 4, 0, 0, {"一般公務機密"}},
      {"state secret", "vault1", {1, 0, 0}, 4, 0, 0, {"國家機密"}},
      {"unregistered", "pc-9", {2, 1, 1}, 2, 1, 1, {"來源「pc-9」未登錄於資產清冊，暫以非核心系統評估"}},
  };
  for (const auto& row : kRows) {
    const auto meta = rule("r", "測試規則", Level::high, "intrusion", {}, row.impact);
    const ImpactLevel level =
        propose_level(detection(meta, kAfternoon, std::string(row.host), {}), *school_assets());
    EXPECT_TRUE(level.proposed);
    EXPECT_EQ(std::make_tuple(level.confidentiality, level.integrity, level.availability),
              std::make_tuple(row.c, row.i, row.a))
        << row.why;
    EXPECT_EQ(level.overall(), std::max({row.c, row.i, row.a}));
    std::string all;
    for (const auto& reason : level.reasons) all += reason;
    EXPECT_NE(all.find("規則「測試規則」"), std::string::npos) << all;
    for (const auto text : row.said)
      EXPECT_NE(all.find(text), std::string::npos) << row.why << ": " << text << "\n" << all;
  }
}

TEST(Level, IsThatOfTheMachineHitNotOfTheDeviceThatSawIt) {
  struct Row {
    std::string_view why, host;
    Entities entities;
    int level;
    std::string_view said;
  };
  const Row kRows[] = {
      {"a firewall about the grades system",
       "fw1",
       {{"source.ip", "203.0.113.9"}, {"destination.ip", "10.1.0.5"}},
       3,
       "系統「成績系統」（由防護設備回報）為核心系統"},
      {"a sensor nobody registered, about the same",
       "sensor9",
       {{"destination.ip", "10.1.0.5"}},
       3,
       "「成績系統」"},
      {"a console that names the machine",
       "fw1",
       {{"host.name", "fw1"}, {"destination.domain", "SRV1"}},
       3,
       "「成績系統」"},
      {"a firewall about a registered source inside",
       "fw1",
       {{"source.ip", "10.1.0.5"}, {"destination.ip", "198.51.100.1"}},
       3,
       "「成績系統」"},
      {"a firewall about a machine nobody registered",
       "fw1",
       {{"source.ip", "203.0.113.9"}, {"destination.ip", "10.9.9.9"}},
       1,
       "防護設備所報對象「10.9.9.9」未登錄於資產清冊"},
      {"a firewall about nobody in particular", "fw1", {{"source.ip", "203.0.113.9"}}, 1, "未登錄於資產清冊"},
      {"a server speaks for itself", "web1", {{"source.ip", "10.1.0.5"}}, 1, "「學校網站」為非核心系統"},
  };
  for (const auto& row : kRows) {
    const auto meta = rule("r", "測試規則", Level::high, "intrusion", {}, {1, 0, 0});
    const ImpactLevel level =
        propose_level(detection(meta, kAfternoon, std::string(row.host), row.entities), *school_assets());
    EXPECT_EQ(level.overall(), row.level) << row.why;
    EXPECT_NE(level.reasons[0].find(row.said), std::string::npos) << row.why << ": " << level.reasons[0];
  }
}

TEST(Level, ProposesNothingWhereTheRuleDoesNotSay) {
  const auto foreign = rule("sigma", "", Level::critical, "", {});
  const ImpactLevel level = propose_level(detection(foreign, kAfternoon, "srv1", {}), *school_assets());
  EXPECT_EQ(level.overall(), 0);
  ASSERT_EQ(level.reasons.size(), 1U);
  EXPECT_NE(level.reasons[0].find("須由人員評估"), std::string::npos);
  EXPECT_FALSE(level_reason(level, kC));
}

TEST(Level, RisesDimensionByDimensionAndNeverFalls) {
  ImpactLevel level;
  const auto say = [&](const char* id, std::string host, std::string category, Impact impact) {
    const auto meta = rule(id, id, Level::high, std::move(category), {}, impact);
    raise_level(level, propose_level(detection(meta, kAfternoon, std::move(host), {}), *school_assets()));
  };
  say("foreign", "web1", "", {});
  EXPECT_FALSE(level_reason(level, kC));
  say("first", "web1", "intrusion", {1, 0, 0});
  EXPECT_EQ(level.reasons.size(), 3U) << "a rule that judges replaces the plea for judgement";
  say("second", "srv1", "intrusion", {0, 1, 0});
  EXPECT_EQ(std::make_tuple(level.confidentiality, level.integrity, level.availability),
            std::make_tuple(1, 3, 0));
  EXPECT_NE(level_reason(level, kC)->find("first"), std::string::npos);
  EXPECT_NE(level_reason(level, kI)->find("second"), std::string::npos);
  const ImpactLevel before = level;
  say("weaker", "web1", "intrusion", {1, 1, 0});
  say("foreign again", "web1", "", {});
  EXPECT_EQ(level, before);

  level.proposed = false;
  say("after a person decided", "vault1", "intrusion", {2, 2, 2});
  EXPECT_EQ(level.overall(), 3);
}

}  // namespace
}  // namespace vigil
