// A site's own parsers: what is taken, and that every mistake has its place and its remedy.

#include "config/parser_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>

#include "config/config.h"
#include "parsers/record.h"
#include "tests/fuzz/replay.h"

extern "C" int fuzz_parser_file_input(const std::uint8_t* data, std::size_t size);

namespace vigil {
namespace {

using ::testing::HasSubstr;

std::string parser_with(std::string_view lines) {
  std::string yaml = "parsers:\n  - name: card\n    when: {programs: [cardd]}\n";
  return yaml.append(lines);
}
constexpr std::string_view kTests = "    tests: [{line: '<13>Nov 20 14:59:00 h cardd: card 7 of bob', expect: {user.name: bob}}]\n";

std::string mistakes(const std::string& yaml) {
  const auto parsers = parse_parsers(yaml, "p.yml");
  std::string said;
  if (parsers) return "ok";
  for (const Diagnostic& each : parsers.error()) said += each.render() + "\n";
  return said;
}

TEST(ParserFiles, AParserIsTaken) {
  const auto parsers = parse_parsers(parser_with("    kinds: [application, logon]\n    patterns: ['card %{INT:vendor.card} of %{USER:user.name}']\n" +
                                                 std::string(kTests)),
                                     "p.yml");
  ASSERT_TRUE(parsers);
  ASSERT_EQ(parsers->size(), 1U);
  EXPECT_EQ(parsers->front().name, "card");
  EXPECT_EQ(parsers->front().patterns.front().fields.size(), 2U);
}

struct Mistake {
  std::string_view why, lines, expected;
};
constexpr Mistake kMistakes[] = {
    {"a field that does not exist", "    patterns: ['%{USER:user.nam}']\n", "p.yml:4:24: no field is called 'user.nam'"},
    {"… with what was meant", "    patterns: ['%{USER:user.nam}']\n", "did you mean 'user.name'?"},
    {"a pattern that does not exist", "    patterns: ['%{USR:user.name}']\n", "no pattern is called 'USR'"},
    {"a brace that is not closed", "    patterns: ['%{USER:user.name']\n", "%{ without its }"},
    {"an expression that is none", "    patterns: ['(unclosed']\n", "no regular expression"},
    {"look-around", "    patterns: ['(?=x)%{USER:user.name}']\n", "no look-around"},
    {"a back-reference", "    patterns: ['%{USER:user.name} \\1']\n", "no regular expression"},
    {"a group of its own", "    patterns: ['(a|b) %{USER:user.name}']\n", "a group with a capture of its own"},
    {"one that is far too large", "    patterns: ['((a{1,100}){1,100}){1,100}']\n", "p.yml:4"},
    {"a name of ours", "    patterns: ['%{USER:vigil.org}']\n", "no field is called 'vigil.org'"},
    {"a kind that does not exist", "    kinds: [logons]\n    patterns: ['%{USER:user.name}']\n", "logon"},
    {"an unknown key", "    pattern: ['%{USER:user.name}']\n", "did you mean 'patterns'?"},
    {"a test that fails", "    patterns: ['card %{USER:user.name}']\n", "user.name is '7'"},
    {"a line the parser does not take", "    patterns: ['kard %{USER:user.name}']\n", "the parser does not take this line"},
    {"no patterns", "    title: x\n", "patterns"},
};

TEST(ParserFiles, TheKeptInputsKeepTheirProperties) { EXPECT_GE(replay("parser_file", fuzz_parser_file_input), 3U); }

TEST(ParserFiles, EveryMistakeHasItsPlace) {
  for (const auto& [why, lines, expected] : kMistakes) {
    EXPECT_THAT(mistakes(parser_with(std::string(lines) + std::string(kTests))), HasSubstr(std::string(expected))) << why;
  }
  EXPECT_THAT(mistakes("parsers:\n  - {name: a, when: {}, patterns: [x], tests: [{line: x, expect: {}}]}\n"),
              HasSubstr("would be asked about every message"));
  EXPECT_THAT(mistakes("parser: []\n"), HasSubstr("did you mean 'parsers'?"));
  EXPECT_THAT(mistakes("parsers:\n  - {name: a, when: {programs: [a]}, patterns: [x]}\n"), HasSubstr("tests"));
}

// The mistakes of several files are told together. (Taking both ends from error(), which gives a copy each time, once ended
// the program.)
TEST(ParserFiles, TheMistakesOfAllFilesAreTold) {
  const std::filesystem::path directory = std::filesystem::temp_directory_path() / ("vigil-parsers-" + std::to_string(::getpid()));
  std::filesystem::create_directories(directory);
  for (const char* name : {"a.yml", "b.yaml"}) {
    std::ofstream(directory / name) << parser_with("    patterns: ['%{USR:user.name}']\n" + std::string(kTests));
  }
  std::ofstream(directory / "c.txt") << "not read";
  const auto parsers = load_parsers({&directory, 1});
  ASSERT_FALSE(parsers);
  ASSERT_EQ(parsers.error().size(), 2U);
  EXPECT_THAT(parsers.error()[0].file, HasSubstr("a.yml"));
  EXPECT_THAT(parsers.error()[1].file, HasSubstr("b.yaml"));
  std::filesystem::remove_all(directory);
  EXPECT_FALSE(load_parsers({&directory, 1})) << "a directory that is not there";
}

class InForce : public testing::Test {
 protected:
  ~InForce() override { UserParsers::install({}); }

  void install(const std::string& yaml) {
    auto parsers = parse_parsers(yaml, "p.yml");
    ASSERT_TRUE(parsers) << mistakes(yaml);
    UserParsers::install(std::move(*parsers));
  }
  const Event& parse(std::string_view frame) {
    const ParseContext context;
    arena_.reset();
    parse_event(parse_syslog_header(frame, context, arena_), context, event_, arena_);
    return event_;
  }
  Event event_;
  Arena arena_;
};

TEST_F(InForce, ItGoesBeforeOurs) {
  constexpr std::string_view kLine = "<13>Nov 20 14:59:00 h cardd: card 7 of bob from 203.0.113.9";
  EXPECT_EQ(parse(kLine).text_of("event.dataset"), "");
  install(parser_with("    kinds: [logon]\n    patterns: ['card %{INT:vendor.card} of %{USER:user.name}(?: from %{IP:source.ip})?']\n"
                      "    fields: {event.category: authentication}\n" +
                      std::string(kTests)));
  const Event& event = parse(kLine);
  EXPECT_EQ(event.text_of("event.dataset"), "card");
  EXPECT_EQ(event.text_of("user.name"), "bob");
  EXPECT_EQ(event.text_of("vendor.card"), "7");
  EXPECT_EQ(event.text_of("source.ip"), "203.0.113.9");
  EXPECT_EQ(event.text_of("source.address"), "203.0.113.9");
  EXPECT_TRUE(kinds_of(event.header, event.format).has(Kind::logon));
  EXPECT_EQ(parse("<13>Nov 20 14:59:00 h other: card 7 of bob").text_of("user.name"), "") << "of another program";
}

TEST_F(InForce, PairsAndJsonAreMapped) {
  install("parsers:\n"
          "  - {name: gate, when: {starts_with: ['gate=']}, reads: pairs, map: {ip: source.ip, who: user.name},\n"
          "     tests: [{line: 'gate=3 ip=203.0.113.9 who=\"bob b\"', expect: {user.name: bob b, vendor.gate: '3'}}]}\n"
          "  - {name: app, when: {contains: ['\"cardApp\"']}, reads: json, map: {u.n: user.name},\n"
          "     tests: [{line: '{\"cardApp\":1,\"u\":{\"n\":\"bob\"}}', expect: {user.name: bob}}]}\n");
  EXPECT_EQ(parse("gate=3 ip=203.0.113.9 who=x").text_of("source.ip"), "203.0.113.9");
  EXPECT_EQ(parse("{\"cardApp\":1,\"u\":{\"n\":\"eve\"}}").text_of("user.name"), "eve");
}

TEST_F(InForce, NoPatternIsSlowOnAnyText) {
  install("parsers:\n  - {name: slow, when: {programs: [a]}, patterns: ['(?:a*)*(?:a*)*b%{WORD:vendor.x}'],\n"
          "     tests: [{line: '<13>Nov 20 14:59:00 h a: aab1', expect: {vendor.x: '1'}}]}\n");
  const std::string line = "<13>Nov 20 14:59:00 h a: " + std::string(60'000, 'a');
  const auto begin = std::chrono::steady_clock::now();
  parse(line);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(1));
}

TEST_F(InForce, AnotherParserIsAnotherRevision) {
  const std::uint32_t before = parser_revision();
  install(parser_with("    patterns: ['card %{INT:vendor.card} of %{USER:user.name}']\n" + std::string(kTests)));
  const std::uint32_t one = parser_revision();
  EXPECT_NE(before, one);
  install(parser_with("    patterns: ['card %{INT:vendor.number} of %{USER:user.name}']\n" + std::string(kTests)));
  EXPECT_NE(one, parser_revision());
  UserParsers::install({});
  EXPECT_EQ(before, parser_revision());
}

}  // namespace
}  // namespace vigil
