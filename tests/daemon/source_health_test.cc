#include "daemon/source_health.h"

#include <gtest/gtest.h>

#include <string>

namespace vigil {
namespace {

constexpr std::int64_t kMinute = 60 * kSecond;
constexpr std::int64_t kMonday = 1'793'548'800 * kSecond;  // 2026-11-02T00:00 in Taipei

/// A source that is looked at every minute, and what was told about it: "silence 10d12:15".
class Story {
 public:
  Story() { facts_.listening_since_ns = facts_.first_seen_ns = now_ = kMonday; }

  /// `per_minute` messages every minute, for so long.
  Story& sends(std::uint64_t per_minute, std::int64_t duration, std::int64_t skew = 0) {
    for (const std::int64_t end = now_ + duration; now_ < end;) {
      now_ += kMinute;
      facts_.received += per_minute;
      facts_.bytes += per_minute * 100;
      facts_.clock_skew_ns = skew;
      if (per_minute != 0) facts_.last_seen_ns = now_ - kSecond;
      look();
    }
    return *this;
  }
  Story& is_quiet(std::int64_t duration) { return sends(0, duration); }
  /// vigild stops for so long and starts again with what it had written down.
  Story& restarts(std::int64_t duration) {
    if (auto learned = health_->take_learned()) saved_ = *learned;
    const auto today = health_->take_today();
    now_ += duration;
    facts_.now_ns = facts_.listening_since_ns = now_;
    health_ = std::make_unique<SourceHealth>();
    health_->begin(facts_);
    health_->load(saved_);
    if (today) health_->resume_today(*today);
    return *this;
  }

  std::string told() { return std::exchange(told_, {}); }
  SourceHealth::View view() const { return health_->view(options_, now_, 480); }
  const std::vector<DayTally>& days() const { return days_; }
  DayTally today() const { return health_->today(); }

 private:
  void look() {
    facts_.now_ns = now_;
    std::vector<HealthNews> news;
    health_->look(facts_, options_, news, days_);
    for (const HealthNews& each : news) {
      constexpr const char* kNames[] = {"silence", "over", "flood", "collapse", "usual", "clock_wrong", "clock_right"};
      const std::int64_t minutes = (now_ - kMonday) / kMinute;
      if (!told_.empty()) told_ += ", ";
      told_ += std::string(kNames[static_cast<std::size_t>(each.what)]) + " " + std::to_string(minutes / 1440) + "d" +
               std::to_string(minutes / 60 % 24) + ":" + std::to_string(minutes % 60);
    }
  }

  HealthOptions options_;
  SourceFacts facts_;
  std::unique_ptr<SourceHealth> health_ = std::make_unique<SourceHealth>();
  std::string told_, saved_;
  std::vector<DayTally> days_;
  std::int64_t now_;
};

TEST(SourceHealth, TellsASilenceOnceAndThatItIsOver) {
  Story story;
  story.sends(10, 8 * kDay + 12 * kHour).is_quiet(5 * kHour);
  EXPECT_EQ(story.told(), "silence 8d12:15");
  EXPECT_NE(story.view().silent_since_ns, 0);
  story.sends(10, kHour);
  EXPECT_EQ(story.told(), "over 8d17:1");
  EXPECT_EQ(story.view().silent_since_ns, 0);
}

TEST(SourceHealth, TellsNothingWhileItLearnsNorOfSendersWithoutRhythm) {
  Story young, seldom;
  young.sends(10, 3 * kDay).is_quiet(3 * kDay);
  EXPECT_EQ(young.told(), "");
  EXPECT_TRUE(young.view().learning);
  seldom.sends(30, kMinute).is_quiet(30 * kDay);
  EXPECT_EQ(seldom.told(), "") << "a test message a month ago";
}

TEST(SourceHealth, DoesNotBlameASourceForOurOwnOutage) {
  Story story;
  story.sends(10, 8 * kDay).restarts(6 * kHour).is_quiet(10 * kMinute).sends(10, kHour);
  EXPECT_EQ(story.told(), "");
  EXPECT_FALSE(story.view().learning) << "what was learned is still known";
  story.is_quiet(kHour);
  EXPECT_EQ(story.told(), "silence 8d7:25");
}

TEST(SourceHealth, RemembersOverARestartThatASilenceWasTold) {
  Story story;
  story.sends(10, 8 * kDay).is_quiet(kHour).restarts(kMinute).is_quiet(kHour);
  EXPECT_EQ(story.told(), "silence 8d0:15");
  story.sends(10, kMinute);
  EXPECT_EQ(story.told(), "over 8d2:2");
}

TEST(SourceHealth, TellsAFloodWhileItLastsAndItsEndButNoBurst) {
  Story story;
  story.sends(20, 8 * kDay + 10 * kHour).sends(20'000, 5 * kMinute).sends(20, 3 * kHour);
  EXPECT_EQ(story.told(), "") << "five minutes are a burst";
  story.sends(2000, 40 * kMinute).sends(20, 3 * kHour);
  EXPECT_EQ(story.told(), "flood 8d13:21, usual 8d15:0");
}

TEST(SourceHealth, TellsACollapseAfterTwoHoursOfIt) {
  Story story;
  story.sends(100, 8 * kDay + 10 * kHour).sends(1, 3 * kHour).sends(100, 2 * kHour);
  EXPECT_EQ(story.told(), "collapse 8d12:0, usual 8d14:0");
}

TEST(SourceHealth, TellsAWrongClockOnceAndThatItIsRightAgain) {
  Story story;
  story.sends(1, kHour, -kSecond).sends(1, kHour, -8 * kHour).sends(1, kHour, -kSecond);
  EXPECT_EQ(story.told(), "clock_wrong 0d1:12, clock_right 0d2:8");
}

TEST(SourceHealth, AddsUpDaysWithTheirHours) {
  Story story;
  story.sends(10, 2 * kHour).is_quiet(22 * kHour - kMinute).sends(1, kHour);
  ASSERT_EQ(story.days().size(), 1U);
  EXPECT_EQ(story.days()[0].received, 1200U);
  EXPECT_EQ(story.days()[0].bytes, 120'000U);
  EXPECT_EQ(story.days()[0].hours & 0x3U, 0x3U);
  EXPECT_EQ(story.today().day, story.days()[0].day + 1);
  const std::uint64_t before = story.today().received;
  story.restarts(kMinute).sends(1, 10 * kMinute);
  EXPECT_EQ(story.today().received, before + 10) << "a day goes on over a restart";
}

}  // namespace
}  // namespace vigil
