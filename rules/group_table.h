#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <utility>
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

/// What tables look a group up by. The hash is made once for all tables of a process, with a secret: the texts come
/// from strangers, who must not be able to choose keys that fall into one place.
struct GroupKey {
  std::string text;
  std::uint64_t hash = 0;

  void rehash(const SipKey& secret) { hash = sip_hash(secret, text); }
};

struct Group {
  GroupKey key;
  Window window;
  // The last hit: orders groups for eviction and decides when a group is forgotten. Both of the receiver's making,
  // so that a replay decides the same.
  std::int64_t touched_ns = 0;
  std::uint64_t touched_sequence = 0;
  /// The table's count of touches when this one was touched last. 0: no group stands here.
  std::uint64_t turn = 0;
  std::uint32_t index = 0;  ///< the table's own
  bool changed = false;     ///< not yet taken for the store
  GroupIdentity identity;
};

/// The groups of one correlation, by key, with the order in which they were last touched.
///
/// A hit costs as few cache misses as we know how: one in the slots, one for the group itself. Nothing links a group
/// to its neighbours in age; touches are noted one behind the other instead, and a note counts only while it is its
/// group's last.
class GroupTable {
 public:
  GroupTable() = default;
  GroupTable(const GroupTable&) = delete;
  GroupTable& operator=(const GroupTable&) = delete;

  /// The group of that key and whether it is new. A new one is the newest. References stay good until erase().
  std::pair<Group&, bool> find_or_add(const GroupKey& key);
  /// Null if there is none.
  Group* find(const GroupKey& key);
  /// Bring what find() will look at into the cache while the caller does something else: first the slot, then, some
  /// time later, the group.
  void prefetch_slot(const GroupKey& key) const {
    if (!slots_.empty()) __builtin_prefetch(&slots_[home(key.hash)]);
  }
  void prefetch_group(const GroupKey& key) const;
  void touch(Group& group, std::int64_t now_ns, std::uint64_t sequence);
  /// The least recently touched; null when empty.
  Group* oldest();
  void erase(Group& group);
  std::size_t size() const { return size_; }
  template <class Look>
  void for_each(Look&& look) const {
    for (const Group& group : groups_) {
      if (group.turn != 0) look(group);
    }
  }
  /// After groups were put back in any order.
  void sort_by_touch();

 private:
  /// Open addressing, linear probing; never more than half full.
  struct Slot {
    std::uint32_t group = kNone;  ///< index into groups_
    std::uint32_t tag = 0;        ///< upper half of the key's hash
  };
  static constexpr std::uint32_t kNone = UINT32_MAX;
  struct Note {
    std::uint64_t turn = 0;
    std::uint32_t group = 0;
  };

  std::size_t home(std::uint64_t hash) const { return static_cast<std::size_t>(hash) & (slots_.size() - 1); }
  std::size_t slot_of(const GroupKey& key) const;
  void grow();
  void note(Group& group);
  void drop_stale_notes();

  std::deque<Group> groups_;  ///< stays in place; erased ones are used again
  std::vector<std::uint32_t> free_;
  std::vector<Slot> slots_;  ///< a power of two, or none
  std::size_t size_ = 0;
  std::vector<Note> notes_;  ///< touches, oldest first, from first_note_ on
  std::size_t first_note_ = 0;
  std::uint64_t turns_ = 0;
};

/// A key for the table and the store: organisation and values, readable, without `/` or control characters in a
/// value. Values longer than 256 bytes are cut and told apart by a hash.
void append_group_key(const GroupIdentity& identity, std::string& out);

}  // namespace vigil::sigma
