#include <gtest/gtest.h>

#include "incidents/fold.h"
#include "tests/incidents/school.h"

namespace vigil {
namespace {

using namespace test;

// One line a story: detections as "minute rule host entity=value,…", and the cases they make: the rules
// folded into each, in order of opening. b = brute force, s = success, w = web shell, c = context, capital =
// a drill, and the organisation after '@'.
struct Story {
  std::string_view why;
  std::vector<std::string_view> lines;
  std::string_view cases;
};

std::string_view take(std::string_view& text, char until) {
  const auto at = text.find(until);
  const std::string_view out = text.substr(0, at);
  text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
  return out;
}

std::shared_ptr<RuleMeta> rule_of(char letter) {
  switch (letter) {
    case 'b':
      return brute_force();
    case 's':
      return brute_success();
    case 'w':
      return web_shell();
    default:
      return context_rule();
  }
}

Detection read(std::string_view line) {
  const std::int64_t minute = std::stoll(std::string(take(line, ' ')));
  std::string_view name = take(line, ' ');
  const std::string host(take(line, ' '));
  Entities entities;
  while (!line.empty()) {
    std::string_view pair = take(line, ',');
    std::string type(take(pair, '='));
    if (type == "ip") type = "source.ip";
    if (type == "user") type = "user.name";
    if (type == "host") type = "host.name";
    if (type == "hash") type = "file.hash.sha256";
    entities.emplace_back(std::move(type), std::string(pair));
  }
  const char letter = name[0];
  const bool drill = letter >= 'A' && letter <= 'Z';
  Detection out = detection(rule_of(drill ? static_cast<char>(letter - 'A' + 'a') : letter),
                            kAfternoon + minute * kMinute, host, std::move(entities));
  out.drill = drill;
  if (name.size() > 2) out.organisation = name.substr(2);
  return out;
}

std::string describe(const CaseBook& book) {
  auto cases = book.list({"*"});
  std::reverse(cases.begin(), cases.end());
  std::string out;
  for (const Case* incident : cases) {
    out += out.empty() ? "" : " | ";
    if (incident->drill) out += "drill ";
    for (const auto& row : incident->detections) {
      out += row.rule_id == "ssh-brute"     ? 'b'
             : row.rule_id == "ssh-success" ? 's'
             : row.rule_id == "web-shell"   ? 'w'
                                            : 'c';
      if (row.count > 1) out += std::to_string(row.count);
    }
  }
  return out;
}

std::string play(const Story& story, CaseBookOptions options = {}) {
  Desk desk(options);
  std::int64_t now = kAfternoon;
  for (const auto line : story.lines) desk.apply({read(line)}, now += kSecond);
  return describe(*desk.book);
}

TEST(Fold, MakesOneCaseOfWhatSharesALink) {
  const Story kStories[] = {
      {"the same source, again and again", {"0 b srv1 ip=203.0.113.9", "1 b srv1 ip=203.0.113.9"}, "b2"},
      {"brute force, then success, then a web shell",
       {"0 b srv1 ip=203.0.113.9,host=srv1", "1 s srv1 ip=203.0.113.9,user=alice,host=srv1",
        "9 w web1 ip=203.0.113.9,host=web1"},
       "bsw"},
      {"an inside source counts as well", {"0 b srv1 ip=10.1.2.3", "1 w web1 ip=10.1.2.3"}, "bw"},
      {"the same person on two machines",
       {"0 s srv1 ip=203.0.113.9,user=alice", "1 s web1 ip=198.51.100.1,user=SCHOOL\\Alice"},
       "s2"},
      {"the same host", {"0 b srv1 ip=203.0.113.9,host=srv1", "1 s srv1 ip=198.51.100.1,host=srv1"}, "bs"},
      {"the same file", {"0 w pc1 hash=aa11", "1 w pc2 hash=AA11"}, "w2"},
      {"the victim becomes the source", {"0 b srv1 destination.ip=10.1.0.5", "5 b srv1 ip=10.1.0.5"}, "b2"},
      {"later, but within a day of its latest event",
       {"0 b srv1 ip=203.0.113.9", "1430 b srv1 ip=203.0.113.9", "2860 b srv1 ip=203.0.113.9"},
       "b3"},
      {"late on the way, but of that time", {"100 b srv1 ip=203.0.113.9", "0 b srv1 ip=203.0.113.9"}, "b2"},
      {"loopback: the host itself is the source",
       {"0 b box ip=127.0.0.1", "1 s box ip=127.0.0.1", "2 w box ip=::1"},
       "bsw"},
      {"no entity at all: the same rule on the same host", {"0 b srv1 ", "1 b srv1 "}, "b2"},
  };
  for (const auto& story : kStories) EXPECT_EQ(play(story), story.cases) << story.why;
}

TEST(Fold, KeepsApartWhatSharesNothing) {
  const Story kStories[] = {
      {"two sources, two hosts",
       {"0 b srv1 ip=203.0.113.9,host=srv1", "1 b web1 ip=198.51.100.1,host=web1"},
       "b | b"},
      {"root on two hosts from two sources",
       {"0 b srv1 ip=203.0.113.9,user=root", "1 b web1 ip=198.51.100.1,user=root"},
       "b | b"},
      {"loopback on two hosts", {"0 b srv1 ip=127.0.0.1", "1 b web1 ip=127.0.0.1"}, "b | b"},
      {"a day and a minute later", {"0 b srv1 ip=203.0.113.9", "1441 b srv1 ip=203.0.113.9"}, "b | b"},
      {"two organisations",
       {"0 b@school-a srv1 ip=203.0.113.9", "1 b@school-b srv1 ip=203.0.113.9"},
       "b | b"},
      {"a drill and the real thing",
       {"0 b srv1 ip=203.0.113.9", "1 B srv1 ip=203.0.113.9", "2 b srv1 ip=203.0.113.9"},
       "b2 | drill b"},
      {"what a firewall reports is not about the firewall",
       {"0 b fw1 ip=203.0.113.9,host=fw1", "1 b fw1 ip=198.51.100.1,host=fw1"},
       "b | b"},
      {"a host that no rule names as a link",
       {"0 b relay ip=203.0.113.9", "1 b relay ip=198.51.100.1"},
       "b | b"},
      {"the same signature on two machines",
       {"0 w pc1 host=pc1,rule.name=Eicar", "1 w pc2 host=pc2,rule.name=Eicar"},
       "w | w"},
      {"no entity, another rule", {"0 b srv1 ", "1 w srv1 "}, "b | w"},
  };
  for (const auto& story : kStories) EXPECT_EQ(play(story), story.cases) << story.why;
}

TEST(Fold, TakesContextInButNeverOpensForIt) {
  const Story kStories[] = {
      {"context of nothing", {"0 c srv1 ip=203.0.113.9"}, ""},
      {"context of a case",
       {"0 b srv1 ip=203.0.113.9", "1 c srv1 ip=203.0.113.9", "2 c srv1 ip=203.0.113.9"},
       "bc2"},
      {"context does not keep a case young",
       {"0 b srv1 ip=203.0.113.9", "1400 c srv1 ip=203.0.113.9", "1500 b srv1 ip=203.0.113.9"},
       "bc | b"},
  };
  for (const auto& story : kStories) EXPECT_EQ(play(story), story.cases) << story.why;

  Desk desk;
  desk.apply({read("10 b web1 ip=203.0.113.9"), read("0 c web1 ip=203.0.113.9")});
  const Case& incident = desk.only();
  EXPECT_EQ(incident.level.overall(), 0) << "context does not raise the level";
  EXPECT_EQ(incident.occurred_ns, kAfternoon + 10 * kMinute);
  EXPECT_TRUE(incident.detections[1].context);
}

TEST(Fold, AValueInManyCasesIsContextAndNotALink) {
  // A proxy seen in three open cases, where two are the limit: it no longer ties strangers together, and the
  // same rule about it still makes one case, not one per detection.
  const Story story{
      "proxy",
      {"0 b srv1 ip=10.0.0.1", "3000 b srv1 ip=10.0.0.1", "6000 b srv1 ip=10.0.0.1",
       "6001 w web1 ip=10.0.0.1,user=alice", "6002 w web1 ip=10.0.0.1,user=alice", "6003 b srv1 ip=10.0.0.1"},
      "b | b | b2 | w2"};
  CaseBookOptions options;
  options.entity_cases_max = 2;
  EXPECT_EQ(play(story, options), story.cases);
  options.entity_cases_max = 50;
  EXPECT_EQ(play(story, options), "b | b | b2w2");
}

TEST(Fold, WhatAScannerDraggedInDoesNotPullStrangersAfterIt) {
  CaseBookOptions options;
  options.entity_values_max = 5;
  Desk desk(options);
  std::vector<Detection> scan;
  for (int i = 0; i < 20; ++i) {
    const std::string host = "pc" + std::to_string(i);
    scan.push_back(
        detection(brute_force(), kAfternoon, host, {{"source.ip", "10.0.0.66"}, {"host.name", host}}));
  }
  desk.apply(scan);
  ASSERT_EQ(desk.count(), 1U) << "the scanner's own address goes on linking";
  EXPECT_EQ(desk.only().detections[0].count, 20U);
  desk.apply(
      {detection(web_shell(), kAfternoon, "pc3", {{"source.ip", "203.0.113.9"}, {"host.name", "pc3"}})});
  EXPECT_EQ(desk.count(), 2U) << "a host among twenty is no reason to belong together";
}

TEST(Fold, AFloodOfInventedSourcesFillsOneCasePastTheLimit) {
  CaseBookOptions options;
  options.open_cases_max = 10;
  Desk desk(options);
  std::vector<Detection> flood;
  for (int i = 0; i < 200; ++i) {
    flood.push_back(
        detection(brute_force(), kAfternoon, "fw1", {{"source.ip", "198.51.100." + std::to_string(i)}}));
  }
  desk.apply(flood);
  EXPECT_EQ(desk.count(), 10U);
  std::uint64_t folded = 0;
  for (const Case* incident : desk.book->list({"*"})) folded += incident->detections[0].count;
  EXPECT_EQ(folded, 200U) << "not one is lost";
  desk.apply({detection(web_shell(), kAfternoon, "web1", {{"source.ip", "203.0.113.9"}})});
  EXPECT_EQ(desk.count(), 11U) << "another rule still opens";
}

TEST(Fold, CountsExactlyAndSamplesAFew) {
  Desk desk;
  std::vector<Detection> many;
  for (std::uint64_t i = 0; i < 1000; ++i) {
    Detection one = detection(brute_force(), kAfternoon + static_cast<std::int64_t>(i) * kSecond, "srv1",
                              {{"source.ip", "203.0.113.9"}, {"user.name", "user" + std::to_string(i)}});
    one.count = 7;
    one.sequence = 5000 + i;
    one.references = {one.sequence};
    many.push_back(one);
  }
  desk.apply(many);
  const Case& incident = desk.only();
  const CaseDetection& row = incident.detections[0];
  EXPECT_EQ(row.count, 1000U);
  EXPECT_EQ(row.events, 7000U);
  EXPECT_EQ(row.first_ns, kAfternoon);
  EXPECT_EQ(row.last_ns, kAfternoon + 999 * kSecond);
  // The first 3, the last 3, one of each further user up to 16, and 8 of all others.
  ASSERT_EQ(row.samples.size(), 3U + 3U + 13U + 8U);
  EXPECT_EQ(row.samples.front(), 5000U);
  EXPECT_EQ(row.samples[15], 5015U);
  EXPECT_EQ(row.samples[row.samples.size() - 3], 5997U);
  EXPECT_EQ(row.samples.back(), 5999U);
  std::size_t users = 0;
  for (const auto& entity : incident.entities) users += entity.type == "user.name" ? 1U : 0U;
  EXPECT_EQ(users, kEntitiesPerTypeMax);
  EXPECT_EQ(incident.entities_unlisted, 1000U - kEntitiesPerTypeMax);
}

TEST(Fold, TheMostSevereRuleLeads) {
  Desk desk;
  desk.apply({read("5 b srv1 ip=203.0.113.9,host=srv1")});
  EXPECT_EQ(desk.only().title_zh, "SSH 密碼猜測：成績系統");
  EXPECT_EQ(desk.only().title, "Rule ssh-brute: 成績系統");
  desk.apply({read("0 w srv1 ip=203.0.113.9,host=srv1"), read("6 s srv1 ip=203.0.113.9,host=srv1")});
  const Case& incident = desk.only();
  EXPECT_EQ(incident.title_zh, "網頁木馬：成績系統");
  EXPECT_EQ(incident.category, "web_attack");
  EXPECT_EQ(incident.symptoms, (std::vector<std::string>{"異常連線", "網頁木馬", "系統遭入侵"}));
  EXPECT_EQ(incident.occurred_ns, kAfternoon);
  EXPECT_EQ(incident.systems, std::vector<std::string>{"grades"});
  EXPECT_EQ(incident.level.overall(), 4);
}

TEST(Fold, WhoWroteARuleIsNamedBesideWhatItFound) {
  Desk desk;
  Detection detection = read("0 w srv1 ip=203.0.113.9,host=srv1");
  auto rule = std::make_shared<RuleMeta>(*detection.rule);
  rule->author = "Somebody Else";
  rule->license = "DRL-1.1";
  for (std::size_t i = 0; i < kReferencesMax + 5; ++i) rule->references.push_back("https://example.org/" + std::to_string(i));
  detection.rule = rule;
  desk.apply({detection});
  const CaseDetection& row = desk.only().detections.front();
  EXPECT_EQ(row.author, "Somebody Else");
  EXPECT_EQ(row.license, "DRL-1.1");
  EXPECT_EQ(row.references.size(), kReferencesMax);
}

TEST(Fold, WhatADeviceReportsIsToldOfTheMachineItIsAbout) {
  Desk desk;
  desk.apply({read("0 s fw1 host=fw1,ip=203.0.113.9,destination.ip=10.1.0.5")});
  EXPECT_EQ(desk.only().title_zh, "SSH 密碼猜測後登入成功：成績系統");
  EXPECT_EQ(desk.only().systems, std::vector<std::string>{"grades"});
  // A firewall that is known under another name than its log's header gives is still a firewall.
  Desk other;
  other.apply(
      {read("0 b 192.0.2.7 host=fw1,ip=203.0.113.9"), read("0 b 192.0.2.7 host=fw1,ip=198.51.100.1")});
  EXPECT_EQ(other.count(), 2U);
}

TEST(Fold, ADeviceClockThatRunsAheadIsNotBelieved) {
  Desk desk;
  Detection future = read("0 b srv1 ip=203.0.113.9");
  future.at_ns = future.first_ns = future.last_ns = kAfternoon + 400 * kDay;
  future.received_ns = kAfternoon;
  desk.apply({future});
  EXPECT_EQ(desk.only().occurred_ns, kAfternoon);
  desk.apply({read("1500 b srv1 ip=203.0.113.9")});
  EXPECT_EQ(desk.count(), 2U) << "it does not keep the case young for a year";
}

TEST(Fold, AForeignRulesTagsGiveACategory) {
  struct Row {
    std::string_view tag, category;
    std::vector<std::string> symptoms;
  };
  const Row kRows[] = {
      {"attack.t1505.003", "web_attack", {"網頁木馬"}},    {"attack.t1110.001", "intrusion", {"異常連線"}},
      {"attack.t1499", "denial_of_service", {"服務中斷"}}, {"attack.discovery", "intrusion", {}},
      {"detection.threat-hunting", "other", {}},
  };
  for (const auto& row : kRows) {
    auto foreign = rule("sigma", "", Level::high, "", {});
    foreign->tags = {std::string(row.tag)};
    Desk desk;
    desk.apply({detection(foreign, kAfternoon, "srv1", {{"source.ip", "203.0.113.9"}})});
    EXPECT_EQ(desk.only().category, row.category) << row.tag;
    EXPECT_EQ(desk.only().symptoms, row.symptoms) << row.tag;
    EXPECT_EQ(desk.only().title_zh, "Rule sigma：成績系統") << "a rule without a Chinese title shows its own";
  }
}

}  // namespace
}  // namespace vigil
