// The event that parsers fill and everybody reads.

#include "parsers/event.h"

#include <gtest/gtest.h>

#include <string>

#include "parsers/timestamp.h"

namespace vigil {
namespace {

// 2026-11-20T07:00:00Z
constexpr std::int64_t kReceived = 1'795'158'000 * kSecond;

TEST(Event, FindsTheFirstFieldOfAName) {
  Event event;
  EXPECT_EQ(event.find("a"), nullptr);
  EXPECT_EQ(event.text_of("a"), "");
  event.add("a", "1", ValueType::integer);
  event.add("a", "2");
  ASSERT_NE(event.find("a"), nullptr);
  EXPECT_EQ(event.find("a")->value, "1");
  EXPECT_EQ(event.find("a")->type, ValueType::integer);
  EXPECT_EQ(event.find("A"), nullptr) << "names are exact";
}

TEST(Event, SetsTheFirstFieldOfANameOrAddsIt) {
  Event event;
  event.set("a", "1");
  event.add("a", "2");
  event.set("a", "3", ValueType::integer);
  event.set("b", "4");
  ASSERT_EQ(event.fields().size(), 3U);
  EXPECT_EQ(event.fields()[0].value, "3");
  EXPECT_EQ(event.fields()[1].value, "2");
  EXPECT_EQ(event.text_of("b"), "4");
}

TEST(Event, ForgetsEverythingWhenCleared) {
  Event event;
  event.add("a", "1");
  event.add_log_source({"linux", {}, "sshd"});
  event.tags.add(Tag::unparsed);
  event.clear();
  EXPECT_TRUE(event.fields().empty());
  EXPECT_TRUE(event.log_sources().empty());
  EXPECT_TRUE(event.tags.none());
}

TEST(Event, BI32_IsTaggedWhereItsClockIsMoreThanADayOff) {
  const auto is_tagged = [](const std::string& frame) {
    Arena arena;
    Event event;
    const ParseContext context = {.received_ns = kReceived, .peer = "192.0.2.9"};
    parse_event(parse_syslog_header(frame, context, arena), context, event, arena);
    return event.tags.has(Tag::clock_skew);
  };
  EXPECT_FALSE(is_tagged("<13>1 2026-11-19T07:00:00Z h a - - - x"));
  EXPECT_TRUE(is_tagged("<13>1 2026-11-19T06:59:59Z h a - - - x"));
  EXPECT_TRUE(is_tagged("<13>1 2026-11-21T07:00:01Z h a - - - x"));
  EXPECT_TRUE(is_tagged("<13>1 1678-01-01T00:00:00Z h a - - - x"));
  EXPECT_TRUE(is_tagged("<13>1 2261-12-31T00:00:00Z h a - - - x"));
  EXPECT_FALSE(is_tagged("<13>1 - h a - - - x"));
}

}  // namespace
}  // namespace vigil
