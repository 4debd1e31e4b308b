// The verbs that need no daemon, as users and scripts run them.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fstream>
#include <sstream>

#include "cli/session.h"
#include "tests/cli/run.h"

namespace vigil::cli {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;

std::vector<boost::json::value> events_of(const Ran& ran) {
  std::vector<boost::json::value> events;
  std::istringstream lines(ran.out);
  for (std::string line; std::getline(lines, line);) {
    auto value = read_json(line);
    EXPECT_TRUE(value) << line;
    if (value) events.push_back(std::move(*value));
  }
  return events;
}

const std::vector<std::string> kAt = {"parse", "--received", "2026-11-20T15:00:00+08:00", "--peer",
                                      "192.0.2.7"};

std::vector<std::string> parse_with(std::vector<std::string> more) {
  std::vector<std::string> words = kAt;
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

TEST(Parse, OneEventForEachLineInOrder) {
  const Ran ran =
      run(kAt,
          "<38>Nov 20 14:59:00 srv1 sshd[99]: Failed password for root from 203.0.113.9 port 22 ssh2\n"
          "\n"
          "hello\n"
          "<999>x");
  EXPECT_EQ(ran.exit, 0) << ran.err;
  const auto events = events_of(ran);
  ASSERT_EQ(events.size(), 4U);
  EXPECT_EQ(plain_at(events[0], "host.name"), "srv1");
  EXPECT_EQ(plain_at(events[0], "process.name"), "sshd");
  EXPECT_EQ(plain_at(events[0], "@timestamp"), "2026-11-20T14:59:00+08:00");
  EXPECT_EQ(plain_at(events[0], "event.outcome"), "failure");
  EXPECT_EQ(plain_at(events[0], "user.name"), "root");
  EXPECT_EQ(plain_at(events[0], "source.ip"), "203.0.113.9");
  EXPECT_THAT(plain_at(events[0], "vigil.kinds"), HasSubstr("logon"));
  EXPECT_THAT(plain_at(events[1], "vigil.tags"), HasSubstr("empty"));
  EXPECT_THAT(plain_at(events[2], "vigil.tags"), HasSubstr("no_pri"));
  EXPECT_EQ(plain_at(events[2], "host.name"), "192.0.2.7");
  EXPECT_EQ(plain_at(events[2], "log.source.address"), "192.0.2.7");
  EXPECT_THAT(plain_at(events[3], "vigil.tags"), HasSubstr("bad_pri"));
  for (const auto& event : events) EXPECT_EQ(plain_at(event, "event.ingested"), "2026-11-20T15:00:00+08:00");
}

TEST(Parse, HexFramesMayHoldAnyByte) {
  const Ran ran = run(parse_with({"--hex"}), "3c31333e610a62\n3C31333E20A5D2B0EA\n\nzz\n0a00\n");
  const auto events = events_of(ran);
  ASSERT_EQ(events.size(), 5U) << "one event a line, whatever it holds";
  EXPECT_THAT(plain_at(events[0], "event.original"), HasSubstr("a\nb"));
  EXPECT_THAT(plain_at(events[1], "vigil.tags"), HasSubstr("cp950"));
  EXPECT_THAT(plain_at(events[1], "event.original"), HasSubstr("甲國"));
  EXPECT_THAT(plain_at(events[2], "vigil.tags"), HasSubstr("empty"));
  EXPECT_THAT(plain_at(events[4], "vigil.tags"), HasSubstr("empty"));
  EXPECT_EQ(ran.exit, 2);
  EXPECT_EQ(ran.err, "vigil: line 4 is not hexadecimal\n");
}

TEST(Parse, NulsAndAMebibyteAreNoTrouble) {
  std::string input("<13>a\0b\n", 8);
  input += "<13>" + std::string(1024 * 1024, 'x') + "\n<13>" + std::string(300'000, '[') + "\n";
  input += std::string(1000, '\0') + "\n";
  const Ran ran = run(kAt, input);
  EXPECT_EQ(ran.exit, 0) << ran.err;
  EXPECT_EQ(events_of(ran).size(), 4U);
}

TEST(Parse, ListenerZoneIsForTimesWithoutOne) {
  const std::string line = "<13>Nov 20 06:59:00 h a: x\n";
  EXPECT_THAT(run(parse_with({"--listener-tz", "+00:00"}), line).out,
              HasSubstr("\"@timestamp\":\"2026-11-20T06:59:00"));
  EXPECT_THAT(run(parse_with({"--listener-tz", "UTC"}), line).out,
              HasSubstr("\"@timestamp\":\"2026-11-20T06:59:00"));
  EXPECT_EQ(run(parse_with({"--listener-tz", "Mars"}), line).exit, 2);
}

TEST(Parse, ConfigurationClassifies) {
  const Scratch scratch;
  const std::string config =
      scratch.write("v.yaml",
                    "organisations: [{id: school-a, tier: C}]\n"
                    "systems: [{id: grades, core: true, hosts: [srv1], kinds: [application]},\n"
                    "          {id: net, networks: [192.0.2.0/24]}]\n");
  const auto events =
      events_of(run(parse_with({"--config", config}), "<13>Nov 20 14:59:00 srv1 app: x\nhello\n"));
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(plain_at(events[0], "vigil.org"), "school-a");
  EXPECT_EQ(plain_at(events[0], "vigil.system"), "grades");
  EXPECT_EQ(plain_at(events[0], "vigil.core"), "true");
  EXPECT_THAT(plain_at(events[0], "vigil.kinds"), HasSubstr("application"));
  EXPECT_EQ(plain_at(events[1], "vigil.system"), "net") << "by the peer's network";
  EXPECT_EQ(plain_at(events[1], "vigil.core"), "false");
}

TEST(Parse, BI107WrongConfigurationIsToldWithItsPlace) {
  const Scratch scratch;
  const Ran ran = run({"parse", "--config", scratch.write("v.yaml", "data: d\nlistners: []\n")}, "x\n");
  EXPECT_EQ(ran.exit, 2);
  EXPECT_THAT(ran.err, HasSubstr("v.yaml:2:1: unknown key 'listners'"));
  EXPECT_THAT(ran.err, HasSubstr("did you mean 'listeners'?"));
  EXPECT_EQ(ran.out, "");
}

TEST(Parse, ExplainGoesToStandardError) {
  const Ran ran =
      run(parse_with({"--explain"}),
          "<38>Nov 20 14:59:00 srv1 sshd[99]: Failed password for root from 203.0.113.9 port 22 ssh2\n");
  EXPECT_EQ(events_of(ran).size(), 1U);
  EXPECT_THAT(ran.err, HasSubstr("RFC 3164"));
  EXPECT_THAT(ran.err, HasSubstr("parser: sshd (OpenSSH server)"));
}

TEST(Parse, ExplainShowsWhereEachFieldCameFrom) {
  const Ran ran =
      run(parse_with({"--explain"}),
          "<38>Nov 20 14:59:00 srv1 sshd[99]: Failed password for root from 203.0.113.9 port 22 ssh2\n");
  EXPECT_THAT(ran.err, HasSubstr("user.name = root  [55..59)"));
  EXPECT_THAT(ran.err, HasSubstr("source.ip = 203.0.113.9  [65..76)"));
  EXPECT_THAT(ran.err, HasSubstr("event.outcome = failure  [derived]"));
  EXPECT_THAT(ran.err, HasSubstr("left over: Failed  …  for  …  from  …  port  …  ssh2"));
  EXPECT_THAT(ran.err, HasSubstr("kinds: os (from its format), logon (from its format)"));
  EXPECT_THAT(run(parse_with({"--explain"}), "<13>hello\n").err, HasSubstr("kinds: application (from the facility)"));
}

TEST(Parse, ReadsFilesAndSaysWhenItCannot) {
  const Scratch scratch;
  EXPECT_EQ(events_of(run(parse_with({scratch.write("f", "a\nb")}))).size(), 2U);
  EXPECT_EQ(events_of(run(parse_with({"-"}), "a\n")).size(), 1U);
  EXPECT_EQ(run(parse_with({scratch.write("empty", "")})).out, "");
  EXPECT_EQ(run({"parse", "/no/such/file"}).exit, 2);
  EXPECT_EQ(run({"parse", scratch.path().string()}).exit, 4) << "a directory opens, but cannot be read";
}

TEST(Parse, BI40AForgedSecondMessageStaysInsideTheFirst) {
  const auto events = events_of(run(parse_with({"--hex"}), "3c31333e780d0a3c33343e3120666f72676564\n"));
  EXPECT_EQ(events.size(), 1U);
}

constexpr std::string_view kGoodRule = R"(title: Root logon
id: 7d1f7a2c-5f30-4f0e-9a3b-2f7d6f1f0001
status: test
logsource: {product: linux, service: sshd}
detection:
  selection: {user.name: root}
  condition: selection
level: high
)";

TEST(RulesCheck, LastLineCountsAndTheExitCodeFollows) {
  const Scratch scratch;
  const std::string good = scratch.write("good/a.yml", kGoodRule);
  const Ran fine = run({"rules", "check", good});
  EXPECT_EQ(fine.exit, 0) << fine.out << fine.err;
  EXPECT_THAT(fine.out, EndsWith("loaded 1 refused 0\n"));

  const std::string bad = scratch.write(
      "good/b.yml",
      "title: Bad\nlogsource: {product: linux}\ndetection:\n  selection: {a: b}\n  condition: selectoin\n");
  const Ran mixed = run({"rules", "check", (scratch.path() / "good").string()});
  EXPECT_EQ(mixed.exit, 1);
  EXPECT_THAT(mixed.out, HasSubstr(bad + ":"));
  EXPECT_THAT(mixed.out, HasSubstr("refused: "));
  EXPECT_THAT(mixed.out, EndsWith("loaded 1 refused 1\n"));

  EXPECT_THAT(run({"rules", "check", bad, "--format", "ndjson"}).out,
              EndsWith("{\"loaded\":0,\"refused\":1}\n"));
}

TEST(RulesCheck, EmptyDirectoryIsFineAndAMissingOneIsUsedWrongly) {
  const Scratch scratch;
  EXPECT_EQ(run({"rules", "check", scratch.path().string()}).out, "loaded 0 refused 0\n");
  EXPECT_EQ(run({"rules", "check", (scratch.path() / "none").string()}).exit, 2);
  EXPECT_EQ(run({"rules", "check"}).exit, 2);
}

TEST(RulesMatch, TellsWhichDocumentMatched) {
  const Scratch scratch;
  const std::string rule = scratch.write("a.yml", kGoodRule);
  const std::string documents = "{\"user\":{\"name\":\"guest\"}}\n{\"user\":{\"name\":\"root\"}}\n";
  for (const auto& words :
       std::vector<std::vector<std::string>>{{"rules", "match", "--rules", rule},
                                             {"rules", "match", "--rules", scratch.path().string(), "-"}}) {
    const Ran ran = run(words, documents);
    EXPECT_EQ(ran.exit, 0) << ran.err;
    EXPECT_EQ(ran.out,
              "{\"event\":1,\"rule\":\"7d1f7a2c-5f30-4f0e-9a3b-2f7d6f1f0001\",\"title\":\"Root logon\"}\n");
  }
  const Ran wrong = run({"rules", "match", "--rules", rule}, "no json\n{\"user\":{\"name\":\"root\"}}\n");
  EXPECT_EQ(wrong.exit, 4);
  EXPECT_THAT(wrong.out, HasSubstr("\"event\":1")) << "the line still counts, and the next ones are read";
  EXPECT_EQ(run({"rules", "match"}).exit, 2);
}

}  // namespace
}  // namespace vigil::cli
