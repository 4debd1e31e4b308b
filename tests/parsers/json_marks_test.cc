// The filter of JSON's names never says "no" of what stands there.

#include "parsers/json_marks.h"

#include <gtest/gtest.h>

#include <string>

#include "parsers/format.h"

namespace vigil {
namespace {

bool may_hold(std::string_view text, std::string_view mark) { return JsonMarks(text).may_hold(JsonMarks::place_of(mark)); }

TEST(JsonMarks, WhateverStandsBehindAQuoteIsHeld) {
  const std::string members = R"({"EventID":4625,"a":{"ts":1,"list":["bundle--1"]},"raw":"{\"ts\":2}","last":"x","é":1,"event_type":"alert"})";
  for (const std::string_view mark : {"EventID\"", "ts\":", "list\"", "bundle--", "event_type\""}) {
    EXPECT_TRUE(may_hold(members, mark)) << mark;
  }
}

TEST(JsonMarks, WhereverItStands) {
  for (std::size_t before = 0; before < 70; ++before) {
    for (std::size_t behind = 0; behind < 20; ++behind) {
      const std::string text = "{" + std::string(before, ' ') + "\"rule\"" + std::string(behind, '}');
      EXPECT_TRUE(may_hold(text, "rule\"")) << before << " " << behind;
    }
  }
}

TEST(JsonMarks, WhatDoesNotStandThereIsMostlyDenied) {
  const std::string text = R"({"message":"GET /","level":"info","logger":"app"})";
  unsigned held = 0;
  for (const FormatSpec* const spec : all_formats()) {
    for (const std::string_view mark : spec->json_marks) held += may_hold(text, mark) ? 1U : 0U;
  }
  EXPECT_LE(held, 2U);
}

TEST(JsonMarks, ShortAndEmptyTextsHoldNothing) {
  for (const std::string_view text : {"", "{", "\"", "{\"", "{\"a\"", "\"rul"}) EXPECT_FALSE(may_hold(text, "rule\"")) << text;
}

TEST(JsonMarks, EveryFormatsMarksAreLongEnough) {
  for (const FormatSpec* const spec : all_formats()) {
    for (const std::string_view mark : spec->json_marks) EXPECT_GE(mark.size(), JsonMarks::kMarkBytes) << spec->name << " " << mark;
  }
}

TEST(JsonMarks, ADocumentThatHoldsALineIsNotThatLine) {
  ParseContext context;
  Arena arena;
  constexpr std::string_view kDocument =
      R"({"said":"10.0.0.1 - - [20/Nov/2026:14:59:00 +0800] \"GET / HTTP/1.1\" 200 5 \"-\" \"curl\"","n":1})";
  EXPECT_EQ(format_name(detect_format(parse_syslog_header(kDocument, context, arena))), "json");
}

}  // namespace
}  // namespace vigil
