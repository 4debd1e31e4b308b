// From detections to candidates: what opens at once, what is weighed, what waits and joins.

#include <gtest/gtest.h>

#include "incidents/attack.h"
#include "incidents/risk.h"
#include "tests/incidents/school.h"

namespace vigil {
namespace {

using namespace test;

/// A rule that says nothing of opening, as SigmaHQ's.
std::shared_ptr<RuleMeta> foreign(std::string id, Level level, std::vector<std::string> tags = {},
                                  std::string status = "test") {
  auto out = rule(std::move(id), "", level, "", {});
  out->tags = std::move(tags);
  out->status = std::move(status);
  out->opens_candidate = level == Level::critical;
  out->weighs = !out->opens_candidate;
  return out;
}

Detection on_host(std::shared_ptr<const RuleMeta> meta, std::int64_t at_ns, std::string host = "pc7") {
  return detection(std::move(meta), at_ns, host, {{"host.name", host}});
}

struct Hit {
  std::string rule;
  Level level;
  std::vector<std::string> tags;
  std::int64_t after_ns = 0;
  std::string host = "pc7";
  std::string status = "test";
};

TEST(Candidates, OpenByWhatAForeignRuleSaysOfOneEntity) {
  struct Row {
    std::string_view why;
    std::vector<Hit> hits;
    std::size_t cases;
  };
  const auto times = [](std::size_t n, const Hit& hit, std::int64_t every = kSecond) {
    std::vector<Hit> out;
    for (std::size_t i = 0; i < n; ++i) {
      out.push_back(hit);
      out.back().after_ns = static_cast<std::int64_t>(i) * every;
    }
    return out;
  };
  const Row kRows[] = {
      {"one critical", {{"a", Level::critical, {}}}, 1},
      {"one high waits", {{"a", Level::high, {}}}, 0},
      {"three different highs: 120 points", {{"a", Level::high, {}}, {"b", Level::high, {}}, {"c", Level::high, {}}}, 1},
      {"on three hosts they are nobody's", {{"a", Level::high, {}}, {"b", Level::high, {}, 0, "pc8"},
                                            {"c", Level::high, {}, 0, "pc9"}}, 0},
      {"experimental ones count half", {{"a", Level::high, {}, 0, "pc7", "experimental"},
                                        {"b", Level::high, {}, 0, "pc7", "experimental"},
                                        {"c", Level::high, {}, 0, "pc7", "experimental"}}, 0},
      {"stable ones a fifth more", {{"a", Level::high, {}, 0, "pc7", "stable"}, {"b", Level::high, {}, 0, "pc7", "stable"},
                                    {"c", Level::low, {}, 0, "pc7", "stable"}}, 1},
      {"two days apart the first has faded", {{"a", Level::high, {}}, {"b", Level::high, {}, 48 * kHour},
                                              {"c", Level::high, {}, 48 * kHour}}, 0},
      {"one noisy medium rule never does", times(500, {"a", Level::medium, {}}), 0},
      {"seven hits of a high one within minutes do", times(7, {"a", Level::high, {}}), 1},
      {"a critical asset weighs double", {{"a", Level::high, {}, 0, "srv1"}, {"b", Level::medium, {}, 0, "srv1"}}, 1},
      {"three tactics of two rules", {{"a", Level::low, {"attack.discovery", "attack.execution"}},
                                      {"b", Level::low, {"attack.lateral_movement"}}}, 1},
      {"three tactics of one rule are its tags", {{"a", Level::low, {"attack.discovery", "attack.execution",
                                                                    "attack.lateral-movement"}}}, 0},
      {"tactics two weeks apart", {{"a", Level::low, {"attack.discovery", "attack.execution"}},
                                   {"b", Level::low, {"attack.lateral-movement"}, 14 * kDay}}, 0},
      {"techniques say their tactic", {{"a", Level::low, {"attack.t1110.001", "attack.t1059"}},
                                       {"b", Level::low, {"attack.t1486"}}}, 1},
  };
  for (const auto& row : kRows) {
    Desk desk;
    for (const auto& hit : row.hits) {
      desk.apply({on_host(foreign(hit.rule, hit.level, hit.tags, hit.status), kAfternoon + hit.after_ns, hit.host)},
                 kAfternoon + hit.after_ns);
    }
    EXPECT_EQ(desk.count(), row.cases) << row.why;
  }
}

TEST(Candidates, WhatWaitedIsPartOfTheCaseThatOpensWithExactCountsAndReasons) {
  Desk desk;
  for (int i = 0; i < 5; ++i) {
    desk.apply({on_host(foreign("noise", Level::medium), kAfternoon + i * kSecond)}, kAfternoon + i * kSecond);
  }
  desk.apply({on_host(foreign("dump", Level::high, {"attack.credential-access", "attack.t1003.001"}), kAfternoon + kMinute)});
  EXPECT_EQ(desk.count(), 0U);
  const auto waiting = desk.book->risk({"*"}, kAfternoon + kMinute, 10);
  ASSERT_EQ(waiting.size(), 1U);
  EXPECT_EQ(waiting[0].value, "pc7");
  EXPECT_NEAR(static_cast<double>(waiting[0].waiting), 74'000, 1000) << "15 and its fractions, and 40";
  desk.restart();
  desk.apply({on_host(foreign("lateral", Level::high, {"attack.lateral-movement"}), kAfternoon + 2 * kMinute)});
  const Case& incident = desk.only();
  std::string rows;
  for (const auto& row : incident.detections) rows += row.rule_id + ":" + std::to_string(row.count) + " ";
  EXPECT_EQ(rows, "noise:5 dump:1 lateral:1 ");
  EXPECT_NE(incident.acts[0].note.find("host.name pc7 風險"), std::string::npos) << incident.acts[0].note;
  ASSERT_FALSE(incident.edges.empty());
  EXPECT_EQ(incident.edges[0].kind + " " + incident.edges[0].type + " " + incident.edges[0].value,
            "opened host.name pc7");
  ASSERT_EQ(incident.attack.size(), 2U);
  EXPECT_EQ(incident.attack[0].tactic, "credential-access");
  EXPECT_EQ(incident.attack[0].techniques, std::vector<std::string>{"T1003.001"});
  EXPECT_EQ(desk.book->risk({"*"}, kAfternoon + 2 * kMinute, 10)[0].waiting, 0) << "a case has taken it";
  // What follows on the host joins, and one more of it opens nothing.
  desk.apply({on_host(foreign("noise", Level::medium), kAfternoon + 3 * kMinute)});
  EXPECT_EQ(desk.only().detections[0].count, 6U);
}

TEST(Candidates, WhatWaitsJoinsACaseThatOpensAboutTheSame) {
  Desk desk;
  desk.apply({on_host(foreign("odd", Level::medium), kAfternoon, "web1")});
  desk.apply({detection(web_shell(), kAfternoon + kMinute, "web1", {{"source.ip", "203.0.113.9"}, {"host.name", "web1"}})});
  const Case& incident = desk.only();
  ASSERT_EQ(incident.detections.size(), 2U);
  EXPECT_EQ(incident.detections[1].rule_id, "odd");
  EXPECT_EQ(incident.title_zh, "網頁木馬：學校網站") << "the graver rule speaks for the case";
}

TEST(Candidates, AStrongKeyTiesTwoHostsTogether) {
  Desk desk;
  const auto with_hash = [](std::string id, std::string host) {
    return detection(foreign(std::move(id), Level::high), kAfternoon, host,
                     {{"host.name", host}, {"file.hash.sha256", "abcdef0123"}});
  };
  desk.apply({with_hash("dropped", "pc1")});
  desk.apply({on_host(foreign("other", Level::medium), kAfternoon, "pc2")});
  EXPECT_EQ(desk.count(), 0U);
  desk.apply({with_hash("dropped", "pc2")});
  EXPECT_EQ(desk.count(), 0U) << "95 points of both are not enough";
  desk.apply({on_host(foreign("more", Level::low), kAfternoon, "pc1")});
  desk.apply({with_hash("dropped", "pc1")});
  EXPECT_EQ(desk.count(), 1U);
}

TEST(Candidates, AnAddressOfTheInsideOnTooManyHostsTiesNobodyTogether) {
  CaseBookOptions options;
  options.risk.hosts_per_hour_max = 5;
  Desk desk(options);
  for (int i = 0; i < 8; ++i) {
    const std::string host = "h" + std::to_string(i);
    desk.apply({detection(foreign("scan", Level::high), kAfternoon + i * kSecond, host,
                          {{"source.ip", "10.9.9.9"}, {"host.name", host}})});
    desk.apply({detection(foreign("probe", Level::high), kAfternoon + i * kSecond, host,
                          {{"source.ip", "203.0.113.77"}})});
  }
  for (const Case* incident : desk.book->list({"*"})) {
    std::size_t hosts = 0;
    for (const auto& entity : incident->entities) hosts += entity.type == "host.name" && entity.link ? 1U : 0U;
    EXPECT_LE(hosts, 6U);
  }
}

TEST(Candidates, AlertsOpenByPolicyAndCarryTheirOwnTitle) {
  struct Row {
    std::optional<Level> policy;
    Level level;
    std::size_t cases;
  };
  const Row kRows[] = {{Level::medium, Level::low, 0},        {Level::medium, Level::medium, 1},
                       {Level::high, Level::medium, 0},       {Level::high, Level::critical, 1},
                       {Level::informational, Level::low, 1}, {std::nullopt, Level::critical, 0}};
  for (const auto& row : kRows) {
    CaseBookOptions options;
    options.alerts_open = row.policy;
    Desk desk(options);
    auto meta = rule("soc", "外部告警", row.level, "other", {});
    meta->alert = true;
    Detection told = detection(meta, kAfternoon, "nsoc", {{"destination.ip", "10.1.0.5"}});
    told.early_warning = true;
    told.fields = {{"message", "疑似對外掃描"}};
    desk.apply({told});
    ASSERT_EQ(desk.count(), row.cases);
    if (row.cases == 0) continue;
    EXPECT_EQ(desk.only().title_zh, "疑似對外掃描");
    EXPECT_TRUE(desk.only().early_warning);
  }
}

TEST(Candidates, ALaterTacticIsAReasonToTellAgainAndOneMoreEventIsNot) {
  Desk desk;
  auto first = brute_force();
  first->tags = {"attack.credential_access"};
  auto later = rule("exfil", "資料外傳", Level::medium, "intrusion", {"資料外洩"});
  later->tags = {"attack.exfiltration"};
  const auto from = [](std::shared_ptr<const RuleMeta> meta, std::int64_t at_ns) {
    return detection(std::move(meta), at_ns, "srv1", {{"source.ip", "203.0.113.9"}});
  };
  desk.apply({from(first, kAfternoon)}, kAfternoon);
  desk.apply({from(first, kAfternoon + kMinute)}, kAfternoon + kMinute);
  EXPECT_EQ(desk.only().acts.size(), 1U);
  desk.apply({from(later, kAfternoon + 2 * kMinute)}, kAfternoon + 2 * kMinute);
  EXPECT_NE(desk.only().acts.back().note.find("攻擊階段推進至資料外洩"), std::string::npos);
}

TEST(Candidates, ACandidateThatGoesOnIsToldAgainUntilSomebodyActs) {
  Desk desk;
  const auto at = [&](std::int64_t now_ns) {
    desk.apply({detection(brute_force(), now_ns, "srv1", {{"source.ip", "203.0.113.9"}})}, now_ns);
    return desk.only().acts.back().act;
  };
  EXPECT_EQ(at(kAfternoon), "opened");
  EXPECT_EQ(at(kAfternoon + 3 * kHour), "opened");
  EXPECT_EQ(at(kAfternoon + 4 * kHour), "repeated") << "medium: every four hours";
  EXPECT_EQ(at(kAfternoon + 5 * kHour), "repeated");
  EXPECT_EQ(desk.only().acts.size(), 2U);
  ASSERT_TRUE(desk.confirm(desk.only().id, kAfternoon + 6 * kHour));
  EXPECT_EQ(at(kAfternoon + 20 * kHour), "confirmed") << "people know";
}

TEST(Candidates, PastTheLimitTheLeastGoesAndIsCounted) {
  CaseBookOptions options;
  options.sightings.open_max = 50;
  options.risk.entities_max = 40;
  Desk desk(options);
  desk.apply({on_host(foreign("grave", Level::high), kAfternoon, "victim")});
  for (int i = 0; i < 300; ++i) desk.apply({on_host(foreign("noise", Level::low), kAfternoon, "h" + std::to_string(i))});
  const auto limits = desk.book->limits();
  EXPECT_LE(limits.sightings, 50U);
  EXPECT_LE(limits.risk_entities, 40U);
  EXPECT_GT(limits.sightings_evicted, 200U);
  EXPECT_GT(limits.risk_evicted, 200U);
  EXPECT_EQ(desk.book->risk({"*"}, kAfternoon, 1)[0].value, "victim") << "who has most risk stays";
  desk.restart();
  EXPECT_EQ(desk.book->limits().sightings, limits.sightings);
  EXPECT_EQ(desk.book->limits().risk_entities, limits.risk_entities);
}

TEST(Candidates, RestartedAtEveryStepEverythingComesOutTheSame) {
  Desk desk, unbroken;
  const auto step = [&](const Detection& next, std::int64_t now_ns) {
    EXPECT_EQ(desk.apply({next}, now_ns), unbroken.apply({next}, now_ns));
    desk.restart();
    EXPECT_EQ(desk.store.rows, unbroken.store.rows);
  };
  constexpr std::string_view kTags[] = {"attack.discovery", "attack.execution", "attack.t1021", "attack.impact"};
  for (int i = 0; i < 60; ++i) {
    const Level level = static_cast<Level>(i % 4);
    const auto meta = foreign("r" + std::to_string(i % 7), level, {std::string(kTags[i % 4])});
    const std::string host = "pc" + std::to_string(i % 5);
    const std::int64_t at = kAfternoon + i * kMinute;
    step(detection(meta, at, host,
                   {{"host.name", host}, {"source.ip", "203.0.113." + std::to_string(i % 11)},
                    {"user.name", "u" + std::to_string(i % 3)}}),
         at);
  }
  EXPECT_GT(desk.count(), 0U);
}

TEST(Attack, ReadsTacticsOfTags) {
  struct Row {
    std::string_view why;
    std::vector<std::string> tags;
    std::vector<std::string_view> expected;
  };
  const Row kRows[] = {
      {"hyphens", {"attack.credential-access"}, {"credential-access"}},
      {"underscores", {"attack.credential_access"}, {"credential-access"}},
      {"what is named wins over what a technique implies", {"attack.persistence", "attack.t1110"}, {"persistence"}},
      {"a technique alone", {"attack.t1110.003"}, {"credential-access"}},
      {"newer names", {"attack.stealth"}, {"defense-evasion"}},
      {"in order", {"attack.impact", "attack.execution"}, {"execution", "impact"}},
      {"groups, software and others say none", {"attack.g0007", "attack.s0002", "cve.2021-44228", "t1110"}, {}},
  };
  for (const auto& row : kRows) {
    std::vector<std::string_view> found;
    for (std::size_t i = 0; i < kTacticCount; ++i) {
      if ((static_cast<unsigned>(tactics_of(row.tags)) >> i & 1U) != 0) found.push_back(tactic_name(i));
    }
    EXPECT_EQ(found, row.expected) << row.why;
  }
}

}  // namespace
}  // namespace vigil
