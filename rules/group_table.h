#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "rules/correlation_window.h"
#include "rules/sip_hash.h"

namespace vigil::sigma {

/// Who a group is: what its events have in common.
struct GroupIdentity {
  std::string organisation;
  bool drill = false;  ///< drills and real events never add up
  std::vector<std::string> values;
};

struct Group {
  GroupIdentity identity;
  Window window;
  // The last hit: orders groups for eviction and decides when a group is forgotten. Both of the receiver's making,
  // so that a replay decides the same.
  std::int64_t touched_ns = 0;
  std::uint64_t touched_sequence = 0;
  bool changed = false;  ///< not yet taken for the store

  // The table's list, least recently touched first.
  Group* older = nullptr;
  Group* newer = nullptr;
  const std::string* key = nullptr;
};

/// The groups of one correlation, by key, with the order in which they were last touched.
class GroupTable {
 public:
  explicit GroupTable(const SipKey& key) : groups_(16, Hash{key}) {}
  GroupTable(const GroupTable&) = delete;
  GroupTable& operator=(const GroupTable&) = delete;

  /// The group of that key and whether it is new. A new one is not touched yet.
  std::pair<Group&, bool> find_or_add(const std::string& key);
  bool contains(const std::string& key) const { return groups_.contains(key); }
  void touch(Group& group, std::int64_t now_ns, std::uint64_t sequence);
  /// The least recently touched; null when empty.
  Group* oldest() { return oldest_; }
  void erase(Group& group);
  std::size_t size() const { return groups_.size(); }
  /// After groups were put back in any order.
  void sort_by_touch();

 private:
  struct Hash {
    SipKey key;
    std::size_t operator()(const std::string& text) const { return sip_hash(key, text); }
  };
  void unlink(Group& group);
  void append(Group& group);

  std::unordered_map<std::string, Group, Hash> groups_;
  Group* oldest_ = nullptr;
  Group* newest_ = nullptr;
};

/// A key for the table and the store: organisation and values, readable, without `/` or control characters in a
/// value. Values longer than 256 bytes are cut and told apart by a hash.
void append_group_key(const GroupIdentity& identity, std::string& out);

}  // namespace vigil::sigma
