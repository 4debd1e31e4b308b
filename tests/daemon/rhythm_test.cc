#include <gtest/gtest.h>

#include <string>

#include "daemon/day_tally.h"
#include "daemon/quiet_rhythm.h"
#include "daemon/sender_clock.h"
#include "daemon/volume_rhythm.h"

namespace vigil {
namespace {

constexpr int kZone = 480;
constexpr std::int64_t kMinute = 60 * kSecond;
/// Monday 2026-11-02T00:00 in Taipei.
constexpr std::int64_t kMonday = 1'793'548'800 * kSecond;

TEST(WeekHour, CountsWorkingDaysAndDaysOffOfTheZone) {
  struct Case {
    std::string_view why;
    std::int64_t after_monday;
    std::size_t expected;
  };
  constexpr Case kCases[] = {
      {"Monday midnight", 0, 0},
      {"a second before", -kSecond, 24 + 23},
      {"Friday evening", 4 * kDay + 23 * kHour, 23},
      {"Saturday morning", 5 * kDay + 8 * kHour, 24 + 8},
      {"Sunday noon", 6 * kDay + 12 * kHour + 59 * kMinute, 24 + 12},
      {"the next Monday", 7 * kDay + 8 * kHour, 8},
  };
  for (const auto& [why, after, expected] : kCases)
    EXPECT_EQ(week_hour(local_hour(kMonday + after, kZone)), expected) << why;
}

/// A week in which something came every `every` from `from` to `to` o'clock of working days, or of all days.
QuietRhythm week_of(std::int64_t every, int from, int to, bool all_days, const QuietOptions& options) {
  QuietRhythm rhythm;
  std::int64_t last = kMonday - 3 * kDay + to * kHour;
  for (int day = 0; day < 7; ++day) {
    if (!all_days && day >= 5) continue;
    for (std::int64_t at = kMonday + day * kDay + from * kHour; at <= kMonday + day * kDay + to * kHour; at += every) {
      rhythm.learn(last, at, kZone, false, options);
      last = at;
    }
  }
  rhythm.learn(last, kMonday + 7 * kDay + from * kHour, kZone, false, options);
  return rhythm;
}

/// Minutes after `from` at which a quiet becomes a silence; -1 if not within five days.
long silent_after(const QuietRhythm& rhythm, std::int64_t from, const QuietOptions& options) {
  for (long minutes = 1; minutes < 5 * 24 * 60; ++minutes) {
    if (rhythm.used(from, from + minutes * kMinute, kZone, options) >= 1) return minutes;
  }
  return -1;
}

TEST(QuietRhythm, TellsSilencesByWhatIsUsualAtThatHour) {
  const QuietOptions options;
  const QuietRhythm busy = week_of(10 * kSecond, 0, 24, true, options);
  const QuietRhythm hourly = week_of(kHour, 0, 24, true, options);
  const QuietRhythm office = week_of(kMinute, 8, 18, false, options);
  struct Case {
    std::string_view why;
    const QuietRhythm& rhythm;
    std::int64_t from;
    long least, most;
  };
  const std::int64_t next_week = kMonday + 7 * kDay;
  const Case cases[] = {
      {"a busy firewall is missed after fifteen minutes", busy, next_week + 12 * kHour, 15, 16},
      {"an hourly job is missed after three hours", hourly, next_week + 12 * kHour, 179, 182},
      {"an office PC that stops in the morning", office, next_week + 10 * kHour, 15, 16},
      {"one that is off for the night and does not come back", office, next_week + 18 * kHour, 14 * 60, 14 * 60 + 75},
      {"over the weekend too", office, next_week + 4 * kDay + 18 * kHour, 62 * 60, 62 * 60 + 75},
      {"nothing is known: fifteen minutes at least", QuietRhythm(), next_week, 15, 16},
  };
  for (const auto& [why, rhythm, from, least, most] : cases) {
    const long minutes = silent_after(rhythm, from, options);
    EXPECT_GE(minutes, least) << why;
    EXPECT_LE(minutes, most) << why;
  }
}

TEST(QuietRhythm, DoesNotTakeAnOutageThatWasToldForARhythm) {
  const QuietOptions options;
  QuietRhythm rhythm = week_of(10 * kSecond, 0, 24, true, options);
  const std::int64_t noon = kMonday + 8 * kDay + 12 * kHour;
  rhythm.learn(noon, noon + 6 * kHour, kZone, true, options);
  EXPECT_LE(silent_after(rhythm, noon + kDay, options), 31) << "doubled at most";
  rhythm.learn(noon, noon + 6 * kHour, kZone, false, options);
  EXPECT_GT(silent_after(rhythm, noon + kDay, options), 6 * 60) << "what was not told is usual";
}

TEST(QuietRhythm, ForgetsSlowlyAndReadsAsItIsSaved) {
  const QuietOptions options;
  QuietRhythm rhythm = week_of(kHour, 0, 24, true, options);
  const std::int64_t before = rhythm.allowed_ns(12, options);
  for (int day = 0; day < 22; ++day) rhythm.fade(12);
  EXPECT_NEAR(static_cast<double>(rhythm.allowed_ns(12, options)), static_cast<double>(before) / 2,
              static_cast<double>(before) / 20);
  std::string bytes;
  rhythm.save(bytes);
  QuietRhythm again;
  WireReader in(bytes);
  again.load(in);
  for (std::size_t hour = 0; hour < kWeekHours; ++hour)
    EXPECT_EQ(again.allowed_ns(hour, options), rhythm.allowed_ns(hour, options));
  for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
    WireReader torn(std::string_view(bytes).substr(0, cut));
    again.load(torn);
    EXPECT_EQ(again.allowed_ns(0, options), options.at_least.count()) << "nothing is known of torn bytes";
  }
}

TEST(VolumeRhythm, TellsFloodsAndCollapsesFromWhatIsUsual) {
  struct Case {
    std::string_view why;
    std::uint64_t usual[6];
    std::uint64_t now;
    bool flood, collapse;
  };
  constexpr Case kCases[] = {
      {"as always", {5000, 5200, 4900, 5100, 5000, 5000}, 5300, false, false},
      {"three times as many", {5000, 5200, 4900, 5100, 5000, 5000}, 15'000, false, false},
      {"twenty times as many", {5000, 5200, 4900, 5100, 5000, 5000}, 100'000, true, false},
      {"hardly any", {5000, 5200, 4900, 5100, 5000, 5000}, 40, false, true},
      {"a third", {5000, 5200, 4900, 5100, 5000, 5000}, 1700, false, false},
      {"a source that varies by itself", {100, 9000, 300, 20'000, 500, 8000}, 60'000, false, false},
      {"many times of little is no flood", {2, 3, 1, 2, 2, 2}, 900, false, false},
      {"little cannot collapse", {30, 31, 29, 30, 30, 30}, 0, false, false},
      {"one flood before teaches little", {5000, 5000, 5000, 5000, 5000, 500'000}, 300'000, true, false},
  };
  for (const auto& [why, usual, now, flood, collapse] : kCases) {
    VolumeRhythm rhythm;
    for (const std::uint64_t count : usual) rhythm.learn(9, count);
    EXPECT_EQ(rhythm.flood(9, now), flood) << why;
    EXPECT_EQ(rhythm.collapse(9, now), collapse) << why;
  }
}

TEST(VolumeRhythm, SaysNothingOfHoursItHasNotMetThriceAndLooksAtTheHoursBeside) {
  VolumeRhythm rhythm;
  rhythm.learn(9, 100);
  rhythm.learn(9, 100);
  EXPECT_FALSE(rhythm.flood(9, 1'000'000)) << "met twice";
  rhythm.learn(9, 100);
  EXPECT_TRUE(rhythm.flood(9, 1'000'000));
  EXPECT_FALSE(rhythm.flood(10, 1'000'000)) << "another hour";
  rhythm.learn(10, 900'000);
  EXPECT_FALSE(rhythm.flood(9, 1'000'000)) << "the backup of ten o'clock began early";
  std::string bytes;
  rhythm.save(bytes);
  VolumeRhythm again;
  WireReader in(bytes);
  again.load(in);
  EXPECT_TRUE(in.ok());
  EXPECT_EQ(again.usual(9), rhythm.usual(9));
  EXPECT_NEAR(static_cast<double>(rhythm.usual(9)), 100, 2);
}

TEST(SenderClock, IsWrongWhenItIsSteadilyOffAndNotOtherwise) {
  struct Case {
    std::string_view why;
    double first, step;  ///< seconds off, and how much more each minute
    int samples;
    bool wrong;
  };
  constexpr Case kCases[] = {
      {"right", -0.4, 0, 15, false},
      {"four minutes", 240, 0, 15, false},
      {"six minutes behind", -360, 0, 15, true},
      {"eight hours: a zone", 28'800, 0, 15, true},
      {"too few to say", -360, 0, 7, false},
      {"a spool that is delivered late", -7200, 400, 15, false},
      {"slowly drifting", 400, 1, 15, true},
  };
  for (const auto& [why, first, step, samples, wrong] : kCases) {
    SenderClock clock;
    for (int i = 0; i < samples; ++i)
      clock.add(static_cast<std::int64_t>((first + step * i) * 1e9), kMonday + i * kMinute, std::chrono::minutes(1));
    EXPECT_EQ(clock.wrong(false), wrong) << why;
  }
}

TEST(SenderClock, IsNotMovedByOneMessageNorByMessagesWithoutTime) {
  SenderClock clock;
  EXPECT_FALSE(clock.median_ns());
  clock.add(0, kMonday, std::chrono::minutes(1));
  EXPECT_FALSE(clock.median_ns()) << "no time of its own";
  for (int i = 0; i < 15; ++i)
    clock.add(i == 7 ? 400 * kDay : -kSecond, kMonday + i * kMinute, std::chrono::minutes(1));
  EXPECT_EQ(clock.median_ns(), -kSecond);
  for (int i = 0; i < 100; ++i) clock.add(kDay, kMonday + 14 * kMinute + i, std::chrono::minutes(1));
  EXPECT_EQ(clock.median_ns(), -kSecond) << "one sample a minute";
  std::string bytes;
  clock.save(bytes);
  SenderClock again;
  WireReader in(bytes);
  again.load(in);
  EXPECT_EQ(again.median_ns(), clock.median_ns());
}

TEST(SenderClock, KnowsZones) {
  EXPECT_TRUE(SenderClock::looks_like_zone(-8 * kHour + 3 * kSecond));
  EXPECT_TRUE(SenderClock::looks_like_zone(19'800 * kSecond));
  EXPECT_FALSE(SenderClock::looks_like_zone(400 * kSecond));
  EXPECT_FALSE(SenderClock::looks_like_zone(10 * kMinute + kHour));
  EXPECT_FALSE(SenderClock::looks_like_zone(40 * kDay));
}

TEST(DayTally, ReadsAsItIsSavedAndOddTextAsNothing) {
  DayTally tally;
  tally.day = 20'000;
  tally.hours = 0xff00ff;
  tally.received = 12'345'678'901;
  tally.bytes = 1;
  tally.unparsed = 2;
  tally.missing = 3;
  tally.discarded = 4;
  tally.skew_seconds = -28'800;
  tally.marks = DayTally::clock_wrong | DayTally::flood;
  EXPECT_EQ(DayTally::load(20'000, tally.save()), tally);
  EXPECT_EQ(DayTally::load(20'000, tally.save() + " 99 98"), tally) << "of a later version";
  for (const std::string_view odd : {"", "x", "0", "1", "1 -5 -6", "1 99999999999999999999999"})
    EXPECT_EQ(DayTally::load(1, odd).received, 0U) << odd;
  EXPECT_EQ(day_text(20'776), "2026-11-19");
  EXPECT_EQ(day_from_text("2026-11-19"), 20'776);
  EXPECT_EQ(day_from_text("2026-11-32"), -1);
}

}  // namespace
}  // namespace vigil
