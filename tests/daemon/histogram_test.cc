#include "daemon/histogram.h"

#include <gtest/gtest.h>

#include "tests/storage/fake_archive.h"

namespace vigil {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000, kMinute = 60 * kSecond, kHour = 60 * kMinute,
                       kDay = 24 * kHour;
constexpr std::int64_t kNow = 1'795'158'000 * kSecond;  // 2026-11-20T07:00:00Z, 15:00 in Taipei, a Friday

TEST(Histogram, ChoosesALengthThatPeopleCountIn) {
  const std::pair<std::int64_t, std::int64_t> cases[] = {
      {kSecond, kSecond},         {kMinute, kSecond},    {10 * kMinute, 10 * kSecond}, {kHour, kMinute},
      {24 * kHour, 15 * kMinute}, {7 * kDay, 2 * kHour}, {30 * kDay, 12 * kHour},      {184 * kDay, 2 * kDay},
  };
  for (const auto& [length, interval] : cases)
    EXPECT_EQ(choose_interval(kNow - length, kNow), interval) << length / kSecond;
  for (std::int64_t length = kSecond; length < 200 * 365 * kDay; length += length / 3 + 1) {
    const std::int64_t buckets = length / choose_interval(kNow - length, kNow);
    EXPECT_LE(buckets, 120) << length / kSecond;
    EXPECT_TRUE(buckets >= 34 || length < 2 * kMinute) << length / kSecond;
  }
}

class HistogramCount : public testing::Test {
 protected:
  HistogramCount() {
    const auto source = FakeArchive::make_source();
    for (int n = 0; n < 300; ++n) {
      archive_.add("user=u" + std::to_string(n % 13) + " k=" + std::to_string(n), kNow - n * 7 * kMinute,
                   source);
    }
    request_.range.organisations = {"*"};
    request_.range.event_from_ns = kNow - 2 * kDay;
    request_.range.event_to_ns = kNow + kSecond;
  }

  Histogram count(std::string_view query, std::int64_t interval, const char* by = nullptr) {
    const auto filter = Query::parse(query);
    EXPECT_TRUE(filter);
    const auto field = by == nullptr ? std::nullopt : std::optional(field_named(by));
    auto made = count_histogram(archive_, *filter, request_, interval, field);
    EXPECT_TRUE(made) << made.error().what;
    return made ? *std::move(made) : Histogram();
  }

  FakeArchive archive_;
  SearchRequest request_;
};

TEST_F(HistogramCount, PutsEachRecordIntoTheBucketThatTheQueryLanguageMeans) {
  for (const std::int64_t interval : {kSecond * 90, kHour, 6 * kHour, kDay, 7 * kDay}) {
    const Histogram made = count("", interval);
    std::vector<std::uint64_t> expected(made.counts.size());
    for (int n = 0; n < 300; ++n) {
      const std::int64_t at = kNow - n * 7 * kMinute;
      ++expected.at(static_cast<std::size_t>((at - made.first_ns) / interval));
    }
    EXPECT_EQ(made.counts, expected) << interval / kSecond;
    EXPECT_EQ(made.total, 300U);
    EXPECT_LE(made.first_ns, request_.range.event_from_ns);
    EXPECT_GT(made.first_ns + interval, request_.range.event_from_ns);
  }
  EXPECT_EQ(count("", kDay).first_ns, kNow - 63 * kHour) << "days begin at local midnight";
}

TEST_F(HistogramCount, ShowsTheLargestGroupsAndTheRest) {
  const Histogram made = count("", kHour, "user.name");
  ASSERT_EQ(made.groups.size(), kHistogramGroups);
  EXPECT_EQ(made.groups.front().value, "\"u0\"");
  EXPECT_EQ(made.groups.front().count, 24U);
  ASSERT_TRUE(made.other);
  std::uint64_t sum = made.other->count;
  for (const auto& group : made.groups) sum += group.count;
  EXPECT_EQ(sum, 300U);
  for (std::size_t i = 0; i < made.counts.size(); ++i) {
    std::uint64_t bucket = made.other->counts[i];
    for (const auto& group : made.groups) bucket += group.counts[i];
    EXPECT_EQ(bucket, made.counts[i]);
  }
}

TEST_F(HistogramCount, NamesRecordsWithoutTheField) {
  const Histogram made = count("", kHour, "no.such.field");
  ASSERT_EQ(made.groups.size(), 1U);
  EXPECT_EQ(made.groups.front().value, "null");
  EXPECT_EQ(made.groups.front().count, 300U);
  EXPECT_FALSE(made.other);
}

TEST_F(HistogramCount, FindsTheLargestGroupsAmongMoreThanStatsHolds) {
  const auto source = FakeArchive::make_source();
  // 60,000 values in two buckets each are more groups than stats holds, and the values alone are not.
  for (int n = 0; n < 60'000; ++n) {
    const std::string user = "user=v" + std::to_string(n) + " k=1";
    archive_.add(user, kNow - kMinute, source);
    archive_.add(user, kNow - 2 * kHour, source);
  }
  const Histogram made = count("", kHour, "user.name");
  EXPECT_EQ(made.total, 120'300U);
  ASSERT_EQ(made.groups.size(), kHistogramGroups);
  EXPECT_EQ(made.groups.front().value, "\"u0\"");
  EXPECT_EQ(made.groups.front().count, 24U);
  std::uint64_t sum = made.other->count;
  for (const auto& group : made.groups) sum += group.count;
  EXPECT_EQ(sum, made.total);
}

}  // namespace
}  // namespace vigil
