// Times as devices write them.

#include "parsers/timestamp.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "parsers/render.h"
#include "tests/parsers/describe.h"

namespace vigil {
namespace {

// 2026-11-20T07:00:00Z
constexpr std::int64_t kReceived = 1'795'158'000 * kSecond;

std::string describe(const TimestampRead& read) {
  std::string out =
      read.time_ns ? iso_time(*read.time_ns, 0).substr(0, iso_time(*read.time_ns, 0).size() - 6) : "-";
  out += " " + std::to_string(read.length);
  if (!read.tags.none()) out += " " + names_of(read.tags);
  return out;
}

struct Case {
  std::string_view text, expected;
};

// Twice each: the second time from the remembered second.
TEST(Timestamp, ReadsTheFormsOfDevices) {
  constexpr Case kCases[] = {
      {"2026-11-20T06:59:00Z x", "2026-11-20T06:59:00 20"},
      {"2026-11-20t06:59:00z", "2026-11-20T06:59:00 20"},
      {"2026-11-20 14:59:00,987 x", "2026-11-20T06:59:00.987 23 no_tz"},
      {"2026-11-20T14:59:00.5+08:00", "2026-11-20T06:59:00.500 27"},
      {"2026-11-20T14:59:00+0800", "2026-11-20T06:59:00 24"},
      {"2026-11-20T14:59:00+08 x", "2026-11-20T06:59:00 22"},
      {"2026-11-20T14:59:00+08:00x", "2026-11-20T06:59:00 22"},
      {"2026-11-20T14:59:00+08:99x", "2026-11-20T06:59:00 22"},
      {"2026-11-20T14:59:00+0800x", "- 0"},
      {"2026-11-20T14:59:00x", "- 0"},
      {"2026-11-20T14:59:00.", "- 0"},
      {"2026-11-20T14:59:0", "- 0"},
      {"2026-11-20T06:59:00.123456789123456789Z", "2026-11-20T06:59:00.123456789 39"},
      {"2026-11-20T06:59:00.999999999Z", "2026-11-20T06:59:00.999999999 30"},
      {"Nov 20 14:59:00 h", "2026-11-20T06:59:00 15 no_tz no_year"},
      {"nov 20 14:59:00", "2026-11-20T06:59:00 15 no_tz no_year"},
      {"Nov  3 09:10:12 h", "2026-11-03T01:10:12 15 no_tz no_year"},
      {"Nov 3 09:10:12 h", "2026-11-03T01:10:12 14 no_tz no_year"},
      {"Nov 3 9:10:12 h", "2026-11-03T01:10:12 13 no_tz no_year"},
      {"Nov 20 14:59:00.123: %A", "2026-11-20T06:59:00.123 20 no_tz no_year"},
      {"Nov 20 14:59:00 CST: %A", "2026-11-20T06:59:00 20 no_year"},
      {"Nov 20 14:59:00 CST:%A", "2026-11-20T06:59:00 15 no_tz no_year"},
      {"Nov 20 14:59:00 XYZ: %A", "2026-11-20T06:59:00 15 no_tz no_year"},
      {"Nov 20 14:59:00 +08:00: %A", "2026-11-20T06:59:00 23 no_year"},
      {"Nov 20 02:59:00 PM x", "2026-11-20T06:59:00 18 no_tz no_year"},
      {"Nov 20 02:59:00 pm: x", "2026-11-20T06:59:00 19 no_tz no_year"},
      {"Nov 20 14:59:00 pmx x", "2026-11-20T06:59:00 15 no_tz no_year"},
      {"Nov 20 14:59:00 2025 h", "2025-11-20T06:59:00 20 no_tz"},
      {"Nov 20 14:59:00 2025 CST: h", "2025-11-20T06:59:00 25"},
      {"Nov 20 2025 14:59:00: h", "2025-11-20T06:59:00 21 no_tz"},
      {"2025 Nov 20 14:59:00 h", "2025-11-20T06:59:00 20 no_tz"},
      {"Nov 20 14:59:00:h", "- 0"},
      {"Nov 20 14:59:00x", "- 0"},
      {"Nov 20 14:59", "- 0"},
      {"Nox 20 14:59:00 h", "- 0"},
      {"Nov 32 14:59:00 h", "- 0 bad_ts no_tz"},
      {"Nov 20 14:60:00 h", "- 0 bad_ts no_tz"},
      {"Nov 00 14:59:00 h", "- 0 bad_ts no_tz"},
      {"11/20/2026:06:59:00 GMT h", "2026-11-20T06:59:00 23"},
      {"11/20/2026:14:59:00 XYZ h", "2026-11-20T06:59:00 23 no_tz"},
      {"20/11/2026:14:59:00 h", "2026-11-20T06:59:00 19 no_tz"},
      {"20/13/2026:14:59:00 h", "- 0 bad_ts no_tz"},
      {"2026/11/20 14:59:00 h", "2026-11-20T06:59:00 19 no_tz"},
      {"2026/11/20 14:59:00", "2026-11-20T06:59:00 19 no_tz"},
      {"1795157940 h", "2026-11-20T06:59:00 10 epoch_ts"},
      {"1795157940.5 h", "2026-11-20T06:59:00.500 12 epoch_ts"},
      {"1795157940", "- 0"},
      {"17951579401 h", "- 0"},
      {"9223372035 h", "2262-04-11T23:47:15 10 epoch_ts"},
      {"9223372036 h", "- 0 bad_ts epoch_ts"},
      {"", "- 0"},
      {"x", "- 0"},
  };
  for (const auto& [text, expected] : kCases) {
    EXPECT_EQ(describe(read_timestamp(text, 480, kReceived)), expected) << text;
    EXPECT_EQ(describe(read_timestamp(text, 480, kReceived)), expected) << text << " (again)";
  }
}

// What was remembered for one zone, one year and one second must not answer for another.
TEST(Timestamp, RemembersTheTextAndNotTheSurroundings) {
  const std::string_view plain = "Nov 20 14:59:00 h";
  EXPECT_EQ(describe(read_timestamp(plain, 480, kReceived)), "2026-11-20T06:59:00 15 no_tz no_year");
  EXPECT_EQ(describe(read_timestamp(plain, 0, kReceived)), "2026-11-20T14:59:00 15 no_tz no_year");
  EXPECT_EQ(describe(read_timestamp(plain, 480, kReceived + 400 * kDay)),
            "2027-11-20T06:59:00 15 no_tz no_year");
  EXPECT_EQ(describe(read_timestamp(plain, 480, kReceived - 100 * kDay)),
            "2025-11-20T06:59:00 15 no_tz no_year");
  EXPECT_EQ(describe(read_timestamp(plain, 480, kReceived)), "2026-11-20T06:59:00 15 no_tz no_year");
  const std::string_view iso = "2026-11-20T14:59:00";
  EXPECT_EQ(describe(read_iso_timestamp(iso, 480)), "2026-11-20T06:59:00 19 no_tz");
  EXPECT_EQ(describe(read_iso_timestamp(iso, 0)), "2026-11-20T14:59:00 19 no_tz");
  EXPECT_EQ(describe(read_iso_timestamp("2026-11-20T14:59:00+99:99", 0)), "- 0 bad_ts");
  EXPECT_EQ(describe(read_iso_timestamp("2026-11-20T14:59:60Z", 0)), "2026-11-20T14:59:59 20 leap_second");
  EXPECT_EQ(describe(read_iso_timestamp("2026-11-20T14:59:60Z", 0)), "2026-11-20T14:59:59 20 leap_second");
}

TEST(Timestamp, DatesAndDaysAgreeOverTheWholeRange) {
  std::int64_t day = days_from_date(1678, 1, 1);
  for (int year = 1678; year <= 2261; ++year) {
    for (unsigned month = 1; month <= 12; ++month) {
      const std::int64_t first = days_from_date(year, month, 1);
      const std::int64_t next =
          month == 12 ? days_from_date(year + 1, 1, 1) : days_from_date(year, month + 1, 1);
      ASSERT_EQ(first, day) << year << "-" << month;
      for (unsigned d = 1; d <= next - first; ++d, ++day) {
        const Date date = date_from_days(day);
        ASSERT_TRUE(date.year == year && date.month == month && date.day == d)
            << year << "-" << month << "-" << d;
      }
    }
  }
  EXPECT_EQ(days_from_date(1970, 1, 1), 0);
  EXPECT_EQ(days_from_date(2000, 3, 1), 11'017);
}

TEST(IsoTime, WritesAsFewDigitsAsAreExact) {
  struct IsoCase {
    std::int64_t ns;
    int zone;
    std::string_view expected;
  };
  constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  constexpr IsoCase kCases[] = {
      {0, 0, "1970-01-01T00:00:00+00:00"},
      {kReceived, 480, "2026-11-20T15:00:00+08:00"},
      {kReceived + 120'000'000, 480, "2026-11-20T15:00:00.120+08:00"},
      {kReceived + 1'000, -210, "2026-11-20T03:30:00.000001-03:30"},
      {kReceived + 1, 0, "2026-11-20T07:00:00.000000001+00:00"},
      {-1, 0, "1969-12-31T23:59:59.999999999+00:00"},
      {kLeast, -1439, "1677-09-20T00:13:43.145224192-23:59"},
      {kMost, 1439, "2262-04-12T23:46:16.854775807+23:59"},
  };
  for (const auto& [ns, zone, expected] : kCases) {
    EXPECT_EQ(iso_time(ns, zone), expected);
    EXPECT_TRUE(ns <= kLeast / 2 || ns >= kMost / 2 || read_time(expected, 0) == ns) << expected;
  }
}

TEST(IsoTime, ReadsWhatPeopleType) {
  constexpr Case kCases[] = {
      {"2026-11-20T14:59:00+08:00", "2026-11-20T06:59:00+00:00"},
      {"2026-11-20T06:59:00Z", "2026-11-20T06:59:00+00:00"},
      {"2026-11-20T14:59:00", "2026-11-20T06:59:00+00:00"},
      {"2026-11-20 14:59:00.25", "2026-11-20T06:59:00.250+00:00"},
      {"2026-11-20T14:59", "2026-11-20T06:59:00+00:00"},
      {"2026-11-20", "2026-11-19T16:00:00+00:00"},
      {"1795157940", "2026-11-20T06:59:00+00:00"},
      {"1795157940.5", "2026-11-20T06:59:00.500+00:00"},
      {"0", "1970-01-01T00:00:00+00:00"},
      {"", "-"},
      {"yesterday", "-"},
      {"2026-11-20T14:59:00 ", "-"},
      {"2026-11-20T14:59:00+08:00x", "-"},
      {"2026-02-30", "-"},
      {"2026-11-20T", "-"},
      {"1795157940.", "-"},
      {"-1", "-"},
      {"99999999999999999999", "-"},
      {"9999-12-31", "-"},
  };
  for (const auto& [text, expected] : kCases) {
    const auto time = read_time(text, 480);
    EXPECT_EQ(time ? iso_time(*time, 0) : "-", expected) << text;
  }
}

TEST(ClockSkew, BI32_IsMoreThanADayEitherWay) {
  constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  EXPECT_FALSE(is_clock_skewed(kReceived, kReceived));
  EXPECT_FALSE(is_clock_skewed(kReceived - kDay, kReceived));
  EXPECT_FALSE(is_clock_skewed(kReceived + kDay, kReceived));
  EXPECT_TRUE(is_clock_skewed(kReceived - kDay - 1, kReceived));
  EXPECT_TRUE(is_clock_skewed(kReceived + kDay + 1, kReceived));
  EXPECT_TRUE(is_clock_skewed(kLeast, kMost));
  EXPECT_TRUE(is_clock_skewed(kMost, kLeast));
}

TEST(ZoneNames, AreThoseOfHere) {
  EXPECT_EQ(zone_from_name("CST"), 480);
  EXPECT_EQ(zone_from_name("UTC"), 0);
  EXPECT_EQ(zone_from_name("cst"), std::nullopt);
  EXPECT_EQ(zone_from_name(""), std::nullopt);
}

}  // namespace
}  // namespace vigil
