#include "daemon/peer_rate.h"

#include <gtest/gtest.h>

namespace vigil {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kStart = 1'700'000'000 * kSecond;

int taken(PeerRate& rate, std::string_view peer, int offered, std::int64_t now) {
  int count = 0;
  for (int i = 0; i < offered; ++i) count += rate.take(peer, now) ? 1 : 0;
  return count;
}

TEST(PeerRate, HoldsEachPeerToItsOwnRate) {
  PeerRate rate(10);
  EXPECT_EQ(taken(rate, "192.0.2.1", 25, kStart), 10) << "a second's worth at once";
  EXPECT_EQ(taken(rate, "192.0.2.2", 5, kStart), 5) << "another peer is not concerned";
  EXPECT_EQ(taken(rate, "192.0.2.1", 25, kStart + kSecond / 2), 5) << "half a second later, half of it";
  EXPECT_EQ(taken(rate, "192.0.2.1", 25, kStart + 100 * kSecond), 10) << "no more is saved up";
}

TEST(PeerRate, TellsOnceAMinuteWhatWasSuppressed) {
  PeerRate rate(10);
  taken(rate, "192.0.2.1", 25, kStart);
  taken(rate, "192.0.2.2", 5, kStart);
  EXPECT_TRUE(rate.to_tell(kStart + 59 * kSecond, false).empty());
  const auto told = rate.to_tell(kStart + 60 * kSecond, false);
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].peer, "192.0.2.1");
  EXPECT_EQ(told[0].count, 15U);
  EXPECT_TRUE(rate.to_tell(kStart + 600 * kSecond, true).empty()) << "nothing is told twice";
  taken(rate, "192.0.2.1", 12, kStart + 700 * kSecond);
  EXPECT_EQ(rate.to_tell(kStart + 701 * kSecond, true).size(), 1U) << "at the end all is told";
}

TEST(PeerRate, AClockSetBackNeitherGivesNorTakes) {
  PeerRate rate(10);
  EXPECT_EQ(taken(rate, "192.0.2.1", 25, kStart), 10);
  EXPECT_EQ(taken(rate, "192.0.2.1", 25, kStart - 3600 * kSecond), 0);
  EXPECT_EQ(taken(rate, "192.0.2.1", 25, kStart - 3599 * kSecond), 10);
}

TEST(PeerRate, AFloodOfPeersKeepsItBounded) {
  PeerRate rate(1);
  for (std::size_t i = 0; i < PeerRate::kPeersMax + 10; ++i) {
    EXPECT_TRUE(rate.take(std::to_string(i), kStart + static_cast<std::int64_t>(i) * kSecond));
  }
}

}  // namespace
}  // namespace vigil
