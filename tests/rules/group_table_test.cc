// The table of groups against the plain way: lists in the order of touches.

#include "rules/group_table.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <list>
#include <random>
#include <string>

#include "rules/ghost_table.h"

namespace vigil::sigma {
namespace {

/// Few places for many keys, so that neighbours in the table collide and move up.
struct Key {
  std::string text;
  std::uint64_t hash = 0;
  explicit Key(std::uint64_t number) : text("school-a/" + std::to_string(number)), hash(number << 32U | number % 7) {}
  GroupKey key() const { return {text, hash}; }
};

TEST(GroupTable, KeepsGroupsAndTheirOrderThroughTouchesAndErasures) {
  std::mt19937_64 random(20261120);
  GroupTable table;
  std::list<std::string> once, many;  // least recently touched first
  for (std::uint64_t step = 1; step <= 40'000; ++step) {
    const Key key(random() % 60);
    const auto forget = [&] {
      once.remove(key.text);
      many.remove(key.text);
    };
    Group* const found = table.find(key.key());
    const bool known_once = std::find(once.begin(), once.end(), key.text) != once.end();
    const bool known = known_once || std::find(many.begin(), many.end(), key.text) != many.end();
    ASSERT_EQ(found != nullptr, known);
    const std::uint64_t choice = random() % 10;
    if (choice < 6) {
      Group& group = found != nullptr ? *found : table.add(key.key(), 0);
      ASSERT_EQ(group.packed(), key.text);
      ASSERT_EQ(group.touched_sequence == 0, !known) << "a place used again brings nothing along";
      table.touch(group, 1, step);
      forget();
      (known ? many : once).push_back(key.text);
    } else if (choice < 8 && found != nullptr) {
      table.erase(*found);
      forget();
    } else if (choice == 8 && table.size() > 0) {
      auto& first = once.empty() ? many : once;
      ASSERT_EQ(table.victim()->packed(), first.front()) << "what was hit once makes room first";
      table.erase(*table.victim());
      first.pop_front();
    } else if (step % 500 == 0) {
      table.sort_by_touch();
    }
    ASSERT_EQ(table.size(), once.size() + many.size());
  }
}

TEST(GroupTable, GroupsStayWhereTheyAreWhileItGrows) {
  GroupTable table;
  std::vector<Group*> groups;
  for (std::uint64_t i = 0; i < 5000; ++i) {
    Key key(i);
    key.hash = sip_hash({1, 2}, key.text);
    groups.push_back(&table.add(key.key(), 0));
  }
  for (std::uint64_t i = 0; i < 5000; ++i) {
    Key key(i);
    key.hash = sip_hash({1, 2}, key.text);
    EXPECT_EQ(table.find(key.key()), groups[i]);
  }
}

TEST(GroupTable, WhoHasMostMakesRoom) {
  GroupTable table;
  for (std::uint64_t i = 0; i < 100; ++i) {
    const Key key(i);
    table.touch(table.add(key.key(), static_cast<std::uint16_t>(i < 10 ? 1 : i < 30 ? 2 : 3)), 1, i + 1);
  }
  for (int i = 0; i < 60; ++i) {
    ASSERT_EQ(table.victim()->sender, i < 50 ? 3 : table.victim()->sender);
    ASSERT_NE(table.victim()->sender, 1) << "ten are less than anybody else's";
    table.erase(*table.victim());
  }
}

TEST(GhostTable, GivesBackWhatWasPutAwayOnce) {
  GhostTable ghosts(1 << 16);
  for (std::uint64_t i = 1; i <= 30'000; ++i) ghosts.put(i * 0x9E3779B97F4A7C15ULL, {static_cast<std::int64_t>(i), i, i, 3});
  std::uint64_t found = 0;
  for (std::uint64_t i = 1; i <= 30'000; ++i) {
    const auto ghost = ghosts.take(i * 0x9E3779B97F4A7C15ULL);
    if (!ghost) continue;
    ++found;
    ASSERT_EQ(ghost->at_ns, static_cast<std::int64_t>(i));
    ASSERT_EQ(ghost->slot, 3U);
    ASSERT_FALSE(ghosts.take(i * 0x9E3779B97F4A7C15ULL));
  }
  EXPECT_GT(found, 29'900U) << "a few fall together with eight others";
  EXPECT_TRUE(ghosts.empty());
}

TEST(GhostTable, IsBoundedAndForgetsTheOldest) {
  GhostTable ghosts(8192);
  for (std::uint64_t i = 1; i <= 100'000; ++i) ghosts.put(i * 0x9E3779B97F4A7C15ULL, {0, i, 0, 0});
  EXPECT_LE(ghosts.bytes(), 8192 * 32U);
  EXPECT_TRUE(ghosts.take(100'000 * 0x9E3779B97F4A7C15ULL));
  EXPECT_FALSE(ghosts.take(1 * 0x9E3779B97F4A7C15ULL));
}

}  // namespace
}  // namespace vigil::sigma
