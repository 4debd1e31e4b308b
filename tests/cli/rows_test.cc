#include "cli/rows.h"

#include <gtest/gtest.h>

#include "cli/event_view.h"
#include "config/text_width.h"
#include "parsers/csv_text.h"

namespace vigil::cli {
namespace {

struct Case {
  std::string_view why, text, expected;
};

TEST(CsvCell, BI90FormulasAreDefusedAndControlsShown) {
  constexpr Case kCases[] = {
      {"plain", "sshd", "sshd"},
      {"a formula", "=cmd|'/C calc'!A0", "'=cmd|'/C calc'!A0"},
      {"plus", "+1", "'+1"},
      {"minus", "-1+1", "'-1+1"},
      {"at", "@SUM(A1)", "'@SUM(A1)"},
      {"a tab first", "\t=1", "'\t=1"},
      {"a line break first", "\r=1", "\"'\r=1\""},
      {"a comma", "a,b", "\"a,b\""},
      {"quotes", "say \"x\"", "\"say \"\"x\"\"\""},
      {"a line break", "a\nb", "\"a\nb\""},
      {"nothing", "", ""},
      {"BI-39 an escape sequence", "\x1b[2J", "\\x1b[2J"},
  };
  for (const auto& [why, text, expected] : kCases) EXPECT_EQ(csv_cell(text), expected) << why;
  EXPECT_EQ(csv_cell("-5", true), "-5") << "a number keeps its sign";
}

TEST(OneLine, BI39NothingATerminalWouldObey) {
  constexpr Case kCases[] = {
      {"title and bell", "\x1b]0;x\x07", "\\x1b]0;x\\x07"},
      {"line breaks", "a\nb\r\tc", "a\\nb\\r\\tc"},
      {"right-to-left override", "a\u202Eb", "a\\u{202e}b"},
      {"Chinese stays", "甲國小", "甲國小"},
  };
  for (const auto& [why, text, expected] : kCases) EXPECT_EQ(one_line(text), expected) << why;
}

TEST(TerminalJson, BI39EscapesWhatJsonLetsThrough) {
  EXPECT_EQ(terminal_json("{\"a\":\"\u009b31m\"}"), "{\"a\":\"\\u009b31m\"}");
  EXPECT_EQ(terminal_json("{\"a\":\"\u202Eb 國\"}"), "{\"a\":\"\\u202eb 國\"}");
  EXPECT_EQ(terminal_json("\x1b[2J"), " [2J");
}

TEST(Table, ColumnsStandUnderEachOtherWhateverTheScript) {
  EXPECT_EQ(render_table({"id", "name", "n"}, {false, false, true},
                         {{"1", "甲國小", "7"}, {"22", "ab", "1234"}}, SIZE_MAX),
            "id  name       n\n"
            "1   甲國小     7\n"
            "22  ab      1234\n");
}

TEST(Table, TheWidestColumnGivesWayAndNoCharacterIsCutInHalf) {
  const std::string table = render_table({"id", "message"}, {}, {{"1", "系統遭入侵且植入惡意程式"}}, 20);
  for (std::string_view rest = table; !rest.empty();) {
    const std::size_t end = rest.find('\n');
    EXPECT_LE(text_columns(rest.substr(0, end)), 20U);
    rest.remove_prefix(end + 1);
  }
  EXPECT_NE(table.find("…"), std::string::npos);
}

TEST(Table, AVeryNarrowTerminalIsNoTrouble) {
  EXPECT_NE(render_table({"a", "b", "c"}, {}, {{"1234567890", "1234567890", "1234567890"}}, 1), "");
}

TEST(Figures, AreReadable) {
  EXPECT_EQ(grouped("1234567"), "1 234 567");
  EXPECT_EQ(grouped("999"), "999");
  EXPECT_EQ(human_bytes(512), "512 B");
  EXPECT_EQ(human_bytes(1536), "1.5 KiB");
  EXPECT_EQ(human_bytes(123456789), "118 MiB");
}

TEST(ShortTime, CutsOnlyTheFractionOfATime) {
  EXPECT_EQ(short_time("2026-11-20T14:59:00.123456789+08:00"), "2026-11-20T14:59:00+08:00");
  EXPECT_EQ(short_time("2026-11-20T14:59:00.5Z"), "2026-11-20T14:59:00Z");
  EXPECT_EQ(short_time("2026-11-20T14:59:00+08:00"), "2026-11-20T14:59:00+08:00");
  EXPECT_EQ(short_time("192.0.2.1-and-more-text."), "192.0.2.1-and-more-text.");
}

TEST(FindPath, ReadsNestedAndDottedNames) {
  const auto value = read_json(R"({"a":{"b":1},"c.d":2,"e.f":{"g":3},"h":[1,2,"x"],"i":1.5,"j":null})");
  ASSERT_TRUE(value);
  EXPECT_EQ(plain_at(*value, "a.b"), "1");
  EXPECT_EQ(plain_at(*value, "c.d"), "2");
  EXPECT_EQ(plain_at(*value, "e.f.g"), "3");
  EXPECT_EQ(plain_at(*value, "h"), "1, 2, x");
  EXPECT_EQ(plain_at(*value, "i"), "1.5");
  EXPECT_EQ(plain_at(*value, "j"), "");
  EXPECT_EQ(plain_at(*value, "a.x"), "");
}

TEST(ReadJson, HostileDepthIsNoTrouble) {
  EXPECT_FALSE(read_json(std::string(100'000, '[')));
  EXPECT_FALSE(read_json("{\"a\":1} x"));
  EXPECT_FALSE(read_json(""));
}

}  // namespace
}  // namespace vigil::cli
