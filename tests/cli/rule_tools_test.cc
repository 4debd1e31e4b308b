// vigil rules explain offline, and how the other verbs for rules are used wrongly.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/session.h"
#include "tests/cli/fake_server.h"
#include "tests/cli/run.h"

namespace vigil::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kRule =
    "title: Root failed\nid: root-failed\nlogsource: {product: linux, service: sshd}\ndetection:\n"
    "  selection: {message|contains: 'Failed password', user.name: root}\n"
    "  filter_office: {source.ip|cidr: 10.0.0.0/8}\n"
    "  condition: selection and not 1 of filter_*\nlevel: high\nvigil: {title_zh: root 登入失敗}\n";
constexpr std::string_view kFrame =
    "<38>Nov 20 14:59:00 srv1 sshd[99]: Failed password for root from 10.1.2.3 port 22 ssh2\n";

TEST(RulesExplain, SaysARuleInWords) {
  const Scratch scratch;
  const std::string rule = scratch.write("r.yml", kRule);
  const Ran ran = run({"rules", "explain", "root-failed", "--rules", rule, "--format", "table"});
  EXPECT_EQ(ran.exit, 0) << ran.err;
  for (const char* const part :
       {"Root failed  (root-failed)", "linux/sshd", "selection: all of", "message contains \"failed password\"",
        "looked for in: message", "filter_office: source.ip is in the network \"10.0.0.0/8\"",
        "What the raw text must hold", "\"failed password\""})
    EXPECT_THAT(ran.out, HasSubstr(part));
  const Ran chinese = run({"rules", "explain", "root-failed", "--rules", rule, "--format", "table"}, {}, "zh_TW.UTF-8");
  for (const char* const part : {"root 登入失敗", "條件", "message 包含 \"failed password\"", "不成立"})
    EXPECT_THAT(chinese.out, HasSubstr(part));
}

TEST(RulesExplain, SaysWhyALineDoesNotMatch) {
  const Scratch scratch;
  const std::string rule = scratch.write("r.yml", kRule);
  const std::vector<std::string> words = {"rules", "explain", "root-failed", "--rules", rule, "--file", "-"};
  std::vector<std::string> table = words;
  table.insert(table.end(), {"--format", "table"});
  const Ran ran = run(table, kFrame);
  EXPECT_EQ(ran.exit, 0) << ran.err;
  for (const char* const part :
       {"✗ does not match", "the rule applies", "lets it through", "✓ selection: all of", "✗ not",
        "✓ filter_office: source.ip", "there: \"10.1.2.3\""})
    EXPECT_THAT(ran.out, HasSubstr(part));

  const Ran json = run(words, std::string(kFrame) + R"({"message":"Failed password","user.name":"root"})" + "\n");
  EXPECT_EQ(json.exit, 0) << json.err;
  const std::size_t end = json.out.find('\n');
  const auto first = read_json(json.out.substr(0, end)), second = read_json(json.out.substr(end + 1));
  ASSERT_TRUE(first && second) << json.out;
  EXPECT_EQ(plain_at(*first, "line"), "1");
  EXPECT_EQ(plain_at(*first, "explanation.matched"), "false");
  EXPECT_EQ(plain_at(*second, "explanation.matched"), "true") << "a document has no address in the office";

  const Ran other = run(table, "<13>Nov 20 14:59:00 fw1 kernel: something\n");
  EXPECT_THAT(other.out, HasSubstr("the rule is not about these"));
  EXPECT_THAT(other.out, HasSubstr("missing; looked for in: source.ip"));
  const Ran broken = run(words, "{\"a\":\n");
  EXPECT_EQ(broken.exit, 4);
  EXPECT_THAT(broken.err, HasSubstr("line 1: "));
}

TEST(RulesExplain, WrongUseHasAnAnswer) {
  const Scratch scratch;
  const std::string rule = scratch.write("r.yml", kRule);
  const std::string empty = scratch.write("empty.yml", "");
  const Ran unknown = run({"rules", "explain", "root-faild", "--rules", rule});
  EXPECT_EQ(unknown.exit, 4);
  EXPECT_THAT(unknown.err, HasSubstr("did you mean root-failed (Root failed)"));
  const struct {
    std::vector<std::string> words;
    int exit;
    const char* said;
  } kCases[] = {
      {{"rules", "explain"}, 2, "something is missing"},
      {{"rules", "explain", "x", "--rules", "/nowhere"}, 2, "no such file"},
      {{"rules", "explain", "x", "--rules", empty}, 1, "no rule could be loaded"},
      {{"rules", "explain", "x", "--rules", rule, "--event", "0000000000000001"}, 2, "leave out --rules"},
      {{"rules", "explain", "x", "--event", "1", "--file", "-"}, 2, "exclude each other"},
      {{"rules", "explain", "x", "--frames"}, 2, "goes with --file"},
      {{"rules", "explain", "x", "--rules", rule, "--format", "csv"}, 2, "--format table or ndjson"},
      {{"rules", "explain", "root-failed", "--rules", rule, "--file", "/nowhere"}, 2, "/nowhere"},
      {{"rules", "backtest"}, 2, "--rule ID"},
      {{"rules", "backtest", "--rule", "a", "--file", rule}, 2, "--rule ID"},
      {{"rules", "backtest", "--rule", "a", "--limit", "0"}, 2, "1 to 10000"},
      {{"rules", "backtest", "--file", "/nowhere"}, 2, "/nowhere"},
      {{"rules", "backtest", "--file", empty}, 2, "empty"},
      {{"rules", "disable", "a", "--until", "soon"}, 2, "expected a time"},
      {{"rules", "list", "--state", "perhaps"}, 2, "expected on, off or refused"},
      {{"rules", "coverage", "--data", "/nowhere"}, 3, "/nowhere"},
  };
  for (const auto& [words, exit, said] : kCases) {
    const Ran ran = run(words);
    EXPECT_EQ(ran.exit, exit) << ran.err;
    EXPECT_THAT(ran.err, HasSubstr(said));
  }
}

TEST(RulesPin, NoticesWhatWasChanged) {
  const Scratch scratch;
  const std::string rule = scratch.write("r.yml", kRule), directory = scratch.path().string();
  const Ran pin = run({"rules", "pin", directory, "--write"});
  EXPECT_EQ(pin.exit, 0) << pin.err;
  const auto row = read_json(pin.out);
  ASSERT_TRUE(row) << pin.out;
  const std::string hash = plain_at(*row, "sha256");
  EXPECT_EQ(hash.size(), 64U);
  EXPECT_EQ(plain_at(*row, "directory"), directory + "#sha256=" + hash);
  EXPECT_EQ(run({"rules", "verify", directory}).exit, 0);
  EXPECT_EQ(run({"rules", "verify", directory, "--sha256", hash}).exit, 0);
  EXPECT_EQ(run({"rules", "verify", directory, "--sha256", std::string(64, '0')}).exit, 1);
  scratch.write("new.yml", "title: x\n");
  scratch.write("r.yml", std::string(kRule) + "# more\n");
  const Ran changed = run({"rules", "verify", directory});
  EXPECT_EQ(changed.exit, 1);
  EXPECT_THAT(changed.out + changed.err, HasSubstr("changed: r.yml; new: new.yml"));
  const Scratch empty;
  empty.write("readme.txt", "x");
  EXPECT_EQ(run({"rules", "pin", empty.path().string()}).exit, 2);
  EXPECT_EQ(run({"rules", "verify", empty.path().string()}).exit, 2) << "no manifest and no hash";
  EXPECT_EQ(run({"rules", "verify", "/nowhere"}).exit, 2);
  EXPECT_EQ(run({"rules", "verify", directory, "--sha256", "abc"}).exit, 2);
}

/// What a backtest streams, as the daemon sends it.
constexpr std::string_view kStream =
    "{\"progress\":{\"records\":512,\"matches\":1,\"at\":\"2026-11-20T15:00:00+08:00\"}}\n"
    "{\"match\":{\"@timestamp\":\"2026-11-20T15:00:00+08:00\",\"id\":\"0000000000000001\",\"rule\":\"a\",\"title\":\"A\",\"title_zh\":\"甲\","
    "\"host\":\"srv\\u001b1\",\"entities\":[{\"type\":\"source.ip\",\"value\":\"203.0.113.9\"}],\"original\":\"x\"}}\n"
    "{\"summary\":{\"from\":\"2026-08-22T15:00:00+08:00\",\"to\":\"2026-11-20T15:00:00+08:00\",\"matches\":1,"
    "\"days\":[{\"day\":\"2026-11-20\",\"count\":1,\"first\":\"2026-11-20T15:00:00+08:00\",\"last\":\"2026-11-20T15:00:00+08:00\"}],"
    "\"complete\":true,\"read\":{\"records\":1000,\"parsed\":1,\"raw_bytes\":1536,\"milliseconds\":3,\"literals\":[\"door\"]}}}\n";

TEST(RulesBacktest, ShowsMatchesAndTheSum) {
  const Scratch scratch;
  std::filesystem::create_directories(scratch.path());
  const FakeServer server(scratch.path() / "vigil.sock", [](const auto&, const auto&, const auto&) {
    return FakeServer::ok(kStream, "application/x-ndjson");
  });
  const std::string data = scratch.path().string();
  const Ran table = run({"rules", "backtest", "--rule", "a", "--data", data, "--format", "table"});
  EXPECT_EQ(table.exit, 0) << table.err;
  for (const char* const part : {"0000000000000001", "source.ip=203.0.113.9", "matches: 1", "2026-11-20", "read 1 000 records (1.5 KiB)",
                                 "left out what does not hold: door"})
    EXPECT_THAT(table.out, HasSubstr(part));
  EXPECT_THAT(table.out, Not(HasSubstr("\x1b"))) << "a host cannot write to the terminal";
  const Ran lines = run({"rules", "backtest", "--rule", "a", "--data", data});
  EXPECT_THAT(lines.out, HasSubstr("{\"summary\":"));
  EXPECT_THAT(lines.out, Not(HasSubstr("progress")));
  EXPECT_THAT(run({"rules", "backtest", "--rule", "a", "--data", data, "--format", "csv"}).out,
              HasSubstr("@timestamp,id,rule,title,host,entities,original\n"));
  ASSERT_FALSE(server.heads().empty());
  EXPECT_THAT(server.heads().front(), HasSubstr("POST /api/v1/rules/backtest?rule=a&from="));
}

TEST(RulesBacktest, ARefusedFileIsTheAnswerNoAndAnAnswerCutShortIsTold) {
  const Scratch scratch;
  const std::string rule = scratch.write("r.yml", kRule), data = scratch.path().string();
  std::string answer = FakeServer::status(422, R"({"error":{"code":"rule_refused","message":"r.yml:3:1: it is wrong"}})");
  const FakeServer server(scratch.path() / "vigil.sock", [&](const auto&, const auto&, const auto&) { return answer; });
  const Ran refused = run({"rules", "backtest", "--file", rule, "--data", data});
  EXPECT_EQ(refused.exit, 1);
  EXPECT_THAT(refused.err, HasSubstr("r.yml:3:1: it is wrong"));
  answer = FakeServer::ok("{\"progress\":{\"records\":1,\"matches\":0}}\n", "application/x-ndjson");
  const Ran cut = run({"rules", "backtest", "--file", rule, "--data", data});
  EXPECT_EQ(cut.exit, 3);
  EXPECT_THAT(cut.err, HasSubstr("before the summary"));
}

}  // namespace
}  // namespace vigil::cli
