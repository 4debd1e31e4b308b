#include "storage/duration_text.h"

#include <gtest/gtest.h>

namespace vigil {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

TEST(DurationText, ReadsLengthsOfTime) {
  const std::pair<std::string_view, std::int64_t> good[] = {
      {"15m", 900 * kSecond},
      {"1h30m", 5400 * kSecond},
      {"1.5s", kSecond + kSecond / 2},
      {"500ms", kSecond / 2},
      {"1d", 86'400 * kSecond},
      {"2w", 14 * 86'400 * kSecond},
      {"1y", 365 * 86'400 * kSecond},
      {"3us", 3000},
      {"3µs", 3000},
      {"7ns", 7},
      {"0s", 0},
      {"1m1ms", 60 * kSecond + 1'000'000},
  };
  for (const auto& [text, ns] : good) EXPECT_EQ(read_duration(text), ns) << text;
}

TEST(DurationText, RefusesTheRest) {
  for (const std::string_view text : {"", "5", "m", "5x", "-5m", "+5m", "1h30", "1 h", "1..5s", ".s", "101y",
                                      "99999999999w", "1e3s", "nans", "5µ", "5m "}) {
    EXPECT_FALSE(read_duration(text)) << text;
  }
}

}  // namespace
}  // namespace vigil
