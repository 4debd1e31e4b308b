#include "daemon/hec_acks.h"

#include <gtest/gtest.h>

namespace vigil {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

TEST(HecAcks, CountChannelsFromZeroAndTellEachNumberOnce) {
  HecAcks acks;
  EXPECT_EQ(acks.give("a", 0), 0U);
  EXPECT_EQ(acks.give("a", 0), 1U);
  EXPECT_EQ(acks.give("b", 0), 0U);
  EXPECT_TRUE(acks.take("a", 0, 0));
  EXPECT_FALSE(acks.take("a", 0, 0)) << "told once, then forgotten";
  EXPECT_TRUE(acks.take("a", 1, 0));
  EXPECT_FALSE(acks.take("a", 2, 0)) << "not given yet";
  EXPECT_FALSE(acks.take("b", 1, 0));
  EXPECT_FALSE(acks.take("c", 0, 0)) << "a channel nobody has used";
}

TEST(HecAcks, ForgetAChannelAfterFiveIdleMinutes) {
  HecAcks acks;
  acks.give("idle", 0);
  acks.give("used", 0);
  EXPECT_FALSE(acks.take("used", 7, 200 * kSecond)) << "asking is using";
  EXPECT_FALSE(acks.take("idle", 0, 300 * kSecond));
  EXPECT_TRUE(acks.take("used", 0, 300 * kSecond));
  EXPECT_EQ(acks.channels(), 1U);
  EXPECT_EQ(acks.give("idle", 301 * kSecond), 0U) << "it counts anew";
}

TEST(HecAcks, AreBounded) {
  HecAcks acks;
  for (std::size_t i = 0; i <= HecAcks::kChannelsMax; ++i) acks.give(std::to_string(i), 0);
  EXPECT_EQ(acks.channels(), HecAcks::kChannelsMax);
  EXPECT_FALSE(acks.take("0", 0, 0)) << "the longest unused one went";
  EXPECT_TRUE(acks.take("1", 0, 0));
  for (std::size_t i = 0; i <= HecAcks::kNumbersMax; ++i) acks.give("many", 0);
  EXPECT_FALSE(acks.take("many", 0, 0));
  EXPECT_TRUE(acks.take("many", 1, 0));
}

}  // namespace
}  // namespace vigil
