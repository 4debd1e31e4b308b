#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "config/asset_table.h"

namespace vigil {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kWinter2026 = 1'768'000'000 * kSecond;  // 2026-01-09
constexpr std::int64_t kSummer2026 = 1'783'000'000 * kSecond;  // 2026-07-02

TEST(TimeZone, OffsetFollowsTheZoneAndTheMoment) {
  EXPECT_EQ(zone_offset_minutes("Asia/Taipei", kWinter2026), 480);
  EXPECT_EQ(zone_offset_minutes("Asia/Taipei", kSummer2026), 480);
  EXPECT_EQ(zone_offset_minutes("Asia/Kolkata", kWinter2026), 330);
  EXPECT_EQ(zone_offset_minutes("America/New_York", kWinter2026), -300);
  EXPECT_EQ(zone_offset_minutes("America/New_York", kSummer2026), -240);
  EXPECT_EQ(zone_offset_minutes("UTC", kWinter2026), 0);
}

TEST(TimeZone, UnknownZoneIsTaipei) {
  for (const char* name : {"", "Asia/Taipeh", "../../etc/passwd", "Local"}) {
    EXPECT_FALSE(zone_known(name)) << name;
    EXPECT_EQ(zone_offset_minutes(name, kWinter2026), 480) << name;
  }
  EXPECT_TRUE(zone_known("Asia/Taipei"));
}

TEST(TimeZone, MayBeAskedFromAnyThread) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([] {
      for (int round = 0; round < 200; ++round) {
        EXPECT_EQ(zone_offset_minutes("Europe/Paris", kSummer2026), 120);
        EXPECT_EQ(zone_offset_minutes("Australia/Adelaide", kWinter2026), 630);
      }
    });
  }
  for (std::thread& each : threads) each.join();
}

TEST(TimeZone, TheEdgesOfTimeAreNoTrouble) {
  EXPECT_EQ(zone_offset_minutes("Asia/Taipei", INT64_MAX), 480);
  EXPECT_EQ(zone_offset_minutes("Asia/Taipei", INT64_MIN), 486) << "local mean time before 1896";
}

}  // namespace
}  // namespace vigil
