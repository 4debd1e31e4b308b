// Bodies for Splunk's HTTP Event Collector: where events end, and which of Splunk's numbers a bad one gets.

#include "parsers/hec_body.h"

#include <gtest/gtest.h>

#include <string>

namespace vigil {
namespace {

/// "{…}|{…}", or "code 6 at 1".
std::string describe(std::string_view body, const HecLimits& limits = {}) {
  Arena arena;
  const HecBody read = read_hec_events(body, Charset::automatic, arena, limits);
  if (read.error != HecErrc::none) {
    EXPECT_TRUE(read.events.empty());
    return "code " + std::to_string(static_cast<int>(read.error)) + " at " +
           std::to_string(read.invalid_event);
  }
  std::string out;
  for (const HecEvent& event : read.events) {
    if (!out.empty()) out += "|";
    out += event.text;
    if (!event.index.empty()) out += "@" + std::string(event.index);
  }
  return out;
}

struct Case {
  std::string_view why, body, expected;
};

constexpr Case kBodies[] = {
    {"one event", R"({"event":"a"})", R"({"event":"a"})"},
    {"one behind the other", R"({"event":"a"}{"event":"b"})", R"({"event":"a"}|{"event":"b"})"},
    {"lines", "{\"event\":\"a\"}\n{\"event\":\"b\"}\n", R"({"event":"a"}|{"event":"b"})"},
    {"commas, CRLF and blanks between", " {\"event\":\"a\"} ,\r\n\t{\"event\":\"b\"} ",
     R"({"event":"a"}|{"event":"b"})"},
    {"an array", R"([{"event":"a"}, {"event":"b"}])", R"({"event":"a"}|{"event":"b"})"},
    {"an empty array", "[]", "code 5 at 0"},
    {"an array without its end", R"([{"event":"a"})", "code 6 at 1"},
    {"brackets and quotes inside text", R"({"event":"}{\"]["}{"event":"b"})",
     R"({"event":"}{\"]["}|{"event":"b"})"},
    {"events of every kind", R"({"event":{"a":1}}{"event":[1]}{"event":0}{"event":false})",
     R"({"event":{"a":1}}|{"event":[1]}|{"event":0}|{"event":false})"},
    {"a number no double holds exactly", R"({"event":{"n":123456789012345678901234567890}})",
     R"({"event":{"n":123456789012345678901234567890}})"},
    {"an index", R"({"event":"a","index":"main"})", R"({"event":"a","index":"main"}@main)"},
    {"an index of null is none", R"({"event":"a","index":null})", R"({"event":"a","index":null})"},
    {"flat fields, also lists of values", R"({"event":"a","fields":{"x":"1","y":2,"z":["a","b"]}})",
     R"({"event":"a","fields":{"x":"1","y":2,"z":["a","b"]}})"},
    {"a byte order mark", "\xef\xbb\xbf{\"event\":\"a\"}", R"({"event":"a"})"},
    {"Big5, whose second bytes are brackets", "{\"event\":\"\xb3\x5c\xa5\x5c\xbb\x5c\"}{\"event\":\"b\"}",
     "{\"event\":\"許功蓋\"}|{\"event\":\"b\"}"},
    {"bytes of no charset", "{\"event\":\"\xff\xfe\x80\"}", "{\"event\":\"\\xff\\xfe\\x80\"}"},
    {"nothing", "", "code 5 at 0"},
    {"blanks", " \r\n", "code 5 at 0"},
    {"text", "hello", "code 6 at 0"},
    {"a bad event after a good one", R"({"event":"a"}{"event":)", "code 6 at 1"},
    {"something between events", R"({"event":"a"}x{"event":"b"})", "code 6 at 1"},
    {"BI-43 1e400", R"({"event":1e400})", "code 6 at 0"},
    {"no event", R"({"time":1})", "code 12 at 0"},
    {"no event, the second", R"({"event":"a"}{"host":"x"})", "code 12 at 1"},
    {"an event of null is none", R"({"event":null})", "code 12 at 0"},
    {"a blank event", R"({"event":""})", "code 13 at 0"},
    {"an event of blanks", R"({"event":"a"}{"event":"  "})", "code 13 at 1"},
    {"fields that are no object", R"({"event":"a","fields":"x"})", "code 15 at 0"},
    {"fields that are not flat", R"({"event":"a","fields":{"x":{"y":1}}})", "code 15 at 0"},
    {"a list of objects in fields", R"({"event":"a","fields":{"x":[{"y":1}]}})", "code 15 at 0"},
    {"an index that is no name", R"({"event":"a","index":7})", "code 7 at 0"},
    {"an index with a blank", R"({"event":"a","index":"a b"})", "code 7 at 0"},
    {"an empty index", R"({"event":"a","index":""})", "code 7 at 0"},
};

TEST(HecBody, IsCutIntoItsEventsOrRefusedAsAWhole) {
  for (const auto& [why, body, expected] : kBodies) EXPECT_EQ(describe(body), expected) << why;
}

TEST(HecBody, BoundsEventsAndTheirNumber) {
  EXPECT_EQ(describe(R"({"event":"aaaaaaaaaaaaaaaa"})", {.event_bytes_max = 16}), "code 27 at 0");
  EXPECT_EQ(describe(R"({"event":1}{"event":2}{"event":3})", {.events_max = 2}), "code 27 at 2");
}

TEST(HecBody, DepthOfAHundredThousandIsJustNoEvent) {
  EXPECT_EQ(describe("{\"event\":" + std::string(100'000, '[') + std::string(100'000, ']') + "}"),
            "code 6 at 0");
}

TEST(HecBody, RawLinesLoseTheirEndsAndNothingElse) {
  std::vector<HecLine> lines;
  EXPECT_EQ(read_hec_lines("a\r\n\n \n  b\nlonger", lines, {.event_bytes_max = 4}), HecErrc::none);
  std::string out;
  for (const HecLine& line : lines) out += std::string(line.text) + (line.oversize ? "!" : "") + "|";
  EXPECT_EQ(out, "a|  b|long!|");
  lines.clear();
  EXPECT_EQ(read_hec_lines("\n\n", lines), HecErrc::no_data);
  EXPECT_EQ(read_hec_lines("a\nb\nc", lines, {.events_max = 2}), HecErrc::too_large);
}

struct TimeCase {
  std::string_view text;
  std::int64_t expected;  ///< 0: none
};
constexpr TimeCase kTimes[] = {
    {"1795158074", 1'795'158'074'000'000'000},
    {"1795158074.185", 1'795'158'074'185'000'000},
    {"1795158074185", 1'795'158'074'185'000'000},
    {"1795158074185123", 1'795'158'074'185'123'000},
    {"1795158074185123456", 1'795'158'074'185'123'456},
    {"", 0},
    {"0", 0},
    {"-1795158074", 0},
    {"now", 0},
    {"9999999999999999999", 0},
};
TEST(HecBody, TimesAreReadByTheNumberOfTheirDigits) {
  for (const auto& [text, expected] : kTimes) EXPECT_EQ(read_hec_time(text).value_or(0), expected) << text;
}

TEST(HecBody, ChannelsAreGuids) {
  EXPECT_TRUE(is_hec_channel("0aeeac95-ac74-4aa9-b30d-6c4c0ac581ba"));
  EXPECT_TRUE(is_hec_channel("0AEEAC95-AC74-4AA9-B30D-6C4C0AC581BA"));
  EXPECT_FALSE(is_hec_channel(""));
  EXPECT_FALSE(is_hec_channel("0aeeac95-ac74-4aa9-b30d-6c4c0ac581b"));
  EXPECT_FALSE(is_hec_channel("0aeeac95xac74x4aa9xb30dx6c4c0ac581ba"));
  EXPECT_FALSE(is_hec_channel("zaeeac95-ac74-4aa9-b30d-6c4c0ac581ba"));
}

TEST(HecBody, AsksForAcknowledgementsByNumber) {
  EXPECT_EQ(read_hec_ack_question(R"({"acks":[0,1,7]})"), (std::vector<std::uint64_t>{0, 1, 7}));
  EXPECT_EQ(read_hec_ack_question(R"({"acks":[]})"), std::vector<std::uint64_t>{});
  for (const std::string_view bad :
       {"", "{}", "[0]", R"({"acks":0})", R"({"acks":[-1]})", R"({"acks":["0"]})"}) {
    EXPECT_FALSE(read_hec_ack_question(bad)) << bad;
  }
}

}  // namespace
}  // namespace vigil
