#include "daemon/loss_book.h"

#include <gtest/gtest.h>

#include <string>

#include "parsers/calendar.h"
#include "parsers/structured_data.h"

namespace vigil {
namespace {

constexpr std::int64_t kNow = 1'795'158'000 * kSecond;

std::uint64_t lost_in(const OwnVoice::Message& message) {
  for (const auto& [name, value] : message.data) {
    if (name == "lost") return std::stoull(value);
  }
  return 0;
}

TEST(LossBook, MakesFewRecordsOfAFloodAndTheirSumIsExact) {
  LossBook book;
  const LossBook::Place place{.loss = Loss::gap, .listener = "syslog-udp:0.0.0.0:5514", .organisation = "a"};
  std::uint64_t lost = 0, told = 0, records = 0;
  for (int millis = 0; millis < 60'000; millis += 10) {
    const std::int64_t now = kNow + millis * (kSecond / 1000);
    book.add(place, 3, now);
    lost += 3;
    for (const auto& message : book.due(now)) {
      told += lost_in(message);
      ++records;
    }
  }
  for (const auto& message : book.due(kNow + 60 * kSecond, true)) {
    told += lost_in(message);
    ++records;
  }
  EXPECT_EQ(told, lost);
  EXPECT_LE(records, 8U);
  EXPECT_TRUE(book.due(kNow + 90 * kSecond, true).empty()) << "what is told is told";
}

TEST(LossBook, TellsALossAtOnceAndWhatFollowsWithItsTimes) {
  LossBook book;
  const LossBook::Place place{.loss = Loss::gap, .listener = "udp", .organisation = "a"};
  EXPECT_TRUE(book.add(place, 1, kNow - kSecond));
  EXPECT_EQ(book.due(kNow - kSecond).size(), 1U);
  EXPECT_FALSE(book.add(place, 5, kNow));
  book.add(place, 2, kNow + kSecond / 2);
  EXPECT_TRUE(book.due(kNow + 8 * kSecond).empty());
  const auto records = book.due(kNow + 9 * kSecond);
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(OwnVoice::line(records[0], kNow, 7),
            "<44>1 2026-11-20T07:00:00+00:00 - vigild 7 gap [gap listener=\"udp\" lost=\"7\" "
            "from=\"2026-11-20T07:00:00+00:00\" to=\"2026-11-20T07:00:00.500+00:00\"] 7 datagrams were lost in the "
            "kernel's buffer of udp, noticed between 2026-11-20T07:00:00+00:00 and 2026-11-20T07:00:00.500+00:00");
}

TEST(LossBook, KeepsOrganisationsApartAndTellsHabitualHolesSeldom) {
  LossBook book;
  const LossBook::Place a{.loss = Loss::sequence_gap, .listener = "udp", .organisation = "a", .source = "r", .peer = "p"};
  LossBook::Place b = a;
  b.organisation = "b";
  book.add(a, {7, 10, 16}, "cisco", false, kNow);
  book.add(b, {1, 5, 5}, "cisco", true, kNow);
  const auto records = book.due(kNow + 2 * kSecond);
  ASSERT_EQ(records.size(), 2U);
  EXPECT_NE(records[0].organisation, records[1].organisation);
  book.add(a, {1, 20, 20}, "cisco", false, kNow + 3 * kSecond);
  book.add(b, {1, 7, 7}, "cisco", true, kNow + 3 * kSecond);
  EXPECT_EQ(book.due(kNow + 15 * kSecond).size(), 1U);
  EXPECT_EQ(book.due(kNow + kDay + 3 * kSecond).size(), 1U) << "a day later";
}

TEST(LossBook, StaysBoundedAndExactWithMorePlacesThanItRemembers) {
  LossBook book;
  for (int i = 0; i < 12'000; ++i)
    book.add({.loss = Loss::discarded, .listener = "udp", .organisation = "a", .peer = std::to_string(i)}, 1, kNow);
  std::uint64_t told = 0;
  const auto records = book.due(kNow, true);
  for (const auto& message : records) told += lost_in(message);
  EXPECT_EQ(told, 12'000U);
  EXPECT_LE(records.size(), LossBook::kPlacesMax + 1);
}

TEST(OwnVoice, WritesNamesFromTheNetworkSoThatTheyStayValues) {
  const OwnVoice::Message message{.id = "silence",
                                  .data = {{"source", "a\"] [evil x=\"1\\\n\x1b[31m"}},
                                  .text = "a\x1b[31m\nsecond line"};
  const std::string line = OwnVoice::line(message, kNow, 1);
  EXPECT_EQ(line.find('\x1b'), std::string::npos);
  const std::size_t begin = line.find("[silence");
  const SdFound found = find_structured_data(std::string_view(line).substr(begin));
  EXPECT_TRUE(found.good);
  EXPECT_EQ(found.params, 1U);
}

}  // namespace
}  // namespace vigil
