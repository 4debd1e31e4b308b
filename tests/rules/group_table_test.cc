// The table of groups against the plain way: a list in the order of touches.

#include "rules/group_table.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <list>
#include <random>

namespace vigil::sigma {
namespace {

/// Few hashes for many keys, so that neighbours in the table collide and move up.
GroupKey key_of(std::uint64_t number) { return {"real/school-a/" + std::to_string(number), number % 7}; }

TEST(GroupTable, KeepsGroupsAndTheirOrderThroughTouchesAndErasures) {
  std::mt19937_64 random(20261120);
  GroupTable table;
  std::list<std::string> order;  // least recently touched first
  for (std::uint64_t step = 1; step <= 40'000; ++step) {
    const GroupKey key = key_of(random() % 60);
    const auto known = std::find(order.begin(), order.end(), key.text);
    Group* const found = table.find(key);
    ASSERT_EQ(found != nullptr, known != order.end());
    const std::uint64_t choice = random() % 10;
    if (choice < 6) {
      const auto [group, fresh] = table.find_or_add(key);
      ASSERT_EQ(fresh, known == order.end());
      ASSERT_EQ(group.key.text, key.text);
      ASSERT_EQ(group.touched_sequence == 0, fresh) << "a place used again brings nothing along";
      table.touch(group, 1, step);
      if (known != order.end()) order.erase(known);
      order.push_back(key.text);
    } else if (choice < 8 && found != nullptr) {
      table.erase(*found);
      order.erase(known);
    } else if (choice == 8 && !order.empty()) {
      ASSERT_EQ(table.oldest()->key.text, order.front());
      table.erase(*table.oldest());
      order.pop_front();
    } else if (step % 500 == 0) {
      table.sort_by_touch();
    }
    ASSERT_EQ(table.size(), order.size());
    ASSERT_EQ(table.oldest() == nullptr, order.empty());
    if (!order.empty()) {
      ASSERT_EQ(table.oldest()->key.text, order.front());
    }
  }
}

TEST(GroupTable, GroupsStayWhereTheyAreWhileItGrows) {
  GroupTable table;
  std::vector<Group*> groups;
  for (std::uint64_t i = 0; i < 5000; ++i) {
    GroupKey key = key_of(i);
    key.rehash({1, 2});
    groups.push_back(&table.find_or_add(key).first);
  }
  for (std::uint64_t i = 0; i < 5000; ++i) {
    GroupKey key = key_of(i);
    key.rehash({1, 2});
    EXPECT_EQ(table.find(key), groups[i]);
  }
}

}  // namespace
}  // namespace vigil::sigma
