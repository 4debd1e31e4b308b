#include "cli/args.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/cli/run.h"

namespace vigil::cli {
namespace {

using ::testing::HasSubstr;

std::string describe(const std::vector<std::string>& words) {
  const Command command = read_command(words);
  switch (command.kind) {
    case Command::Kind::wrong:
      return "wrong: " + command.problem + (command.hint.empty() ? "" : " | " + command.hint);
    case Command::Kind::version:
      return "version";
    case Command::Kind::help:
      return "help " + std::string(command.verb == nullptr ? "all" : command.verb->name);
    case Command::Kind::run:
      break;
  }
  std::string out = std::string(command.verb->name) + " (" + command.arguments.joined() + ")";
  for (const std::string_view option : {"data", "limit", "since", "silent", "reason", "format"}) {
    if (const auto value = command.arguments.get(option)) out += " " + std::string(option) + "=" + *value;
  }
  return out;
}

TEST(Arguments, FindTheVerbItsOptionsAndItsWords) {
  const struct {
    std::string why;
    std::vector<std::string> words;
    std::string expected;
  } kCases[] = {
      {"one word", {"status"}, "status ()"},
      {"words need no quotes", {"search", "sshd", "failed"}, "search (sshd failed)"},
      {"options anywhere", {"--data", "/d", "search", "x", "--limit=5", "y"}, "search (x y) data=/d limit=5"},
      {"two words",
       {"incidents", "reject", "2026-0001", "--reason", "掃描"},
       "incidents reject (2026-0001) reason=掃描"},
      {"a switch", {"sources", "--silent"}, "sources () silent="},
      {"a value may begin with a dash", {"search", "x", "--since", "-1"}, "search (x) since=-1"},
      {"after -- everything is a word", {"search", "--", "--limit", "-5"}, "search (--limit -5)"},
      {"an empty word is a word", {"search", ""}, "search ()"},
      {"help of a verb", {"search", "--help"}, "help search"},
      {"help of everything", {"--help"}, "help all"},
      {"help of a group", {"rules", "--help"}, "help all"},
      {"version", {"--version"}, "version"},
  };
  for (const auto& [why, words, expected] : kCases) EXPECT_EQ(describe(words), expected) << why;
}

TEST(Arguments, WrongUseIsAnsweredWithANearMiss) {
  const struct {
    std::vector<std::string> words;
    std::string expected;
  } kCases[] = {
      {{}, "wrong: no command given | see vigil --help"},
      {{"serach", "x"}, "wrong: unknown command 'serach' | did you mean 'search'?"},
      {{"frobnicate"}, "wrong: unknown command 'frobnicate'"},
      {{"incidents", "lst"}, "wrong: unknown command 'incidents lst' | did you mean 'list'?"},
      {{"incidents"}, "wrong: 'incidents' needs a second word | one of: list, show, confirm, reject, split, merge, note"},
      {{"rules", "xyzzy"}, "wrong: unknown command 'rules xyzzy' | one of: check, match, list, disable, enable, explain, coverage, backtest, pin, verify, reload, quality"},
      {{"search", "x", "--limt", "5"}, "wrong: unknown option '--limt' | did you mean '--limit'?"},
      {{"search", "x", "--limit"}, "wrong: '--limit' needs a value: N"},
      {{"sources", "--silent=yes"}, "wrong: '--silent' takes no value"},
      {{"status", "-x"},
       "wrong: unknown option '-x' | options are written --name; words that begin with '-' go after '--'"},
      {{"incidents", "show"},
       "wrong: something is missing after 'vigil incidents show' | usage: vigil incidents show ID"},
      {{"status", "now"}, "wrong: too much after 'vigil status' | usage: vigil status "},
      {{"backup", "/d"}, "wrong: not supported by this version yet: 'backup'"},
      {{"incidents", "close"}, "wrong: not supported by this version yet: 'incidents close'"},
      {{"rules", "explain"},
       "wrong: something is missing after 'vigil rules explain' | usage: vigil rules explain ID"},
      {{"rules", "coverge"}, "wrong: unknown command 'rules coverge' | did you mean 'coverage'?"},
  };
  for (const auto& [words, expected] : kCases) EXPECT_EQ(describe(words), expected);
}

TEST(Arguments, EveryVerbHasHelpInBothLanguagesAndAnExample) {
  for (const Verb& verb : verbs()) {
    EXPECT_FALSE(verb.summary.en.empty() || verb.summary.zh.empty()) << verb.name;
    EXPECT_THAT(std::string(verb.example), HasSubstr("vigil " + std::string(verb.name))) << verb.name;
    EXPECT_NE(verb.run, nullptr) << verb.name;
    for (const Option& option : verb.options)
      EXPECT_FALSE(option.help.en.empty() || option.help.zh.empty()) << option.name;
    EXPECT_THAT(help_text(&verb), HasSubstr("example: ")) << verb.name;
  }
}

TEST(Program, HelpGoesToStandardOutputAndMistakesToStandardError) {
  const Ran help = run({"search", "--help"});
  EXPECT_EQ(help.exit, 0);
  EXPECT_THAT(help.out, HasSubstr("usage: vigil search QUERY"));
  EXPECT_EQ(help.err, "");
  const Ran wrong = run({"serach"});
  EXPECT_EQ(wrong.exit, 2);
  EXPECT_EQ(wrong.out, "");
  EXPECT_EQ(wrong.err, "vigil: unknown command 'serach'\ndid you mean 'search'?\n");
}

TEST(Program, SpeaksChineseWhereTheLocaleDoes) {
  const Ran wrong = run({"serach"}, {}, "zh_TW.UTF-8");
  EXPECT_EQ(wrong.exit, 2);
  EXPECT_EQ(wrong.err, "vigil: 不認得的指令 'serach'\n您是不是要寫 'search'？\n");
  EXPECT_THAT(run({"--help"}, {}, "zh_TW.UTF-8").out, HasSubstr("用法：vigil COMMAND"));
}

TEST(Program, BI39HostileArgumentsAreShownHarmless) {
  const Ran ran = run({"\x1b]0;evil\x07"});
  EXPECT_EQ(ran.exit, 2);
  EXPECT_EQ(ran.err.find('\x1b'), std::string::npos);
}

TEST(Program, WrongFormatAndContradictionsAreUsedWrongly) {
  const std::vector<std::vector<std::string>> kCases = {
      {"status", "--format", "xml"},
      {"status", "--data", "/d", "--server", "http://127.0.0.1:1"},
      {"status", "--server", "https://x"},
      {"status", "--server", "ftp://x"},
      {"status", "--server", "http://user@x"},
      {"status", "--server", "http://x:99999"},
      {"search", "x", "--since", "yesterday"},
      {"search", "x", "--from", "2026-13-01"},
      {"search", "x", "--from", "2026-11-20", "--to", "2026-11-19"},
      {"search", "x", "--since", "1h", "--from", "2026-11-20"},
      {"search", "x", "--limit", "-1"},
      {"incidents", "list", "--state", "candidat"},
      {"incidents", "reject", "2026-0001"},
      {"incidents", "reject", "2026-0001", "--reason", "  "},
      {"notifications", "form", "N-1", "--format", "odt"},
      {"evidence", "export", "2026-0001"},
      {"evidence", "export", "--out", "/tmp"},
      {"evidence", "export", "2026-0001", "--query", "x", "--out", "/tmp"},
      {"tail", "x", "--format", "raw"},
  };
  for (const auto& words : kCases) {
    const Ran ran = run(words);
    EXPECT_EQ(ran.exit, 2) << ::testing::PrintToString(words) << ran.err;
    EXPECT_THAT(ran.err, HasSubstr("vigil: ")) << ::testing::PrintToString(words);
  }
}

}  // namespace
}  // namespace vigil::cli
