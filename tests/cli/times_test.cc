#include "cli/times.h"

#include <gtest/gtest.h>
#include <stdlib.h>

namespace vigil::cli {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kNoon = 1'795'147'200 * kSecond;  // 2026-11-20T04:00:00Z, noon in Taipei

TEST(Times, SpansHaveAUnit) {
  EXPECT_EQ(read_span_ns("30m"), 1800 * kSecond);
  EXPECT_EQ(read_span_ns("24h"), 86'400 * kSecond);
  EXPECT_EQ(read_span_ns("7d"), 7 * 86'400 * kSecond);
  EXPECT_EQ(read_span_ns("2w"), 14 * 86'400 * kSecond);
  for (const char* wrong : {"", "24", "h", "-1h", "1y", "1 h", "99999999999d", "99999999999999999999h"}) {
    EXPECT_FALSE(read_span_ns(wrong)) << wrong;
  }
}

TEST(Times, WithoutAZoneTheyAreLocal) {
  ::setenv("TZ", "Asia/Taipei", 1);
  ::tzset();
  for (const char* text : {"2026-11-20T12:00:00+08:00", "2026-11-20T04:00:00Z", "2026-11-20T12:00:00",
                           "2026-11-20 12:00", "2026-11-20 12:00:00", "1795147200"}) {
    EXPECT_EQ(read_local_time(text), kNoon) << text;
  }
  EXPECT_EQ(read_local_time("2026-11-20"), kNoon - 12 * 3600 * kSecond);
  for (const char* wrong : {"", "yesterday", "2026-02-30", "2026-11-20T25:00:00"})
    EXPECT_FALSE(read_local_time(wrong)) << wrong;
}

TEST(Times, ZonesAreOffsetsOrNames) {
  EXPECT_EQ(read_zone_minutes("+08:00", kNoon), 480);
  EXPECT_EQ(read_zone_minutes("-0330", kNoon), -210);
  EXPECT_EQ(read_zone_minutes("+05", kNoon), 300);
  EXPECT_EQ(read_zone_minutes("Z", kNoon), 0);
  EXPECT_EQ(read_zone_minutes("Asia/Tokyo", kNoon), 540);
  for (const char* wrong : {"", "+", "+8", "+99:00", "+08:61", "Asia/Nowhere", "+08:00:00"}) {
    EXPECT_FALSE(read_zone_minutes(wrong, kNoon)) << wrong;
  }
}

}  // namespace
}  // namespace vigil::cli
