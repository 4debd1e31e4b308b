#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

#include "rules/correlation_window.h"
#include "rules/sip_hash.h"

namespace vigil::sigma {

/// What a group is looked up by: what its events have in common, packed, and the hash of that, made with a secret of the
/// process. The texts come from strangers, who must not be able to choose keys that fall into one place.
struct GroupKey {
  std::string_view packed;  ///< at most 64 KiB
  std::uint64_t hash = 0;
};

struct Group {
  std::uint64_t hash = 0;
  std::unique_ptr<char[]> packed_text;  ///< length in two bytes, then the key
  Window window;
  // The last hit: orders groups for eviction and decides when a group is forgotten. Both of the receiver's making, so
  // that a replay decides the same.
  std::int64_t touched_ns = 0;
  std::uint64_t touched_sequence = 0;
  /// The table's count of touches when this one was touched last. 0: no group stands here.
  std::uint32_t turn = 0;
  std::uint32_t index = 0;   ///< the table's own
  std::uint16_t sender = 0;  ///< whose message made it
  bool many = false;         ///< hit more than once
  bool changed = false;      ///< not yet taken for the store
  bool stored = false;       ///< the store has it, perhaps as it was before

  std::string_view packed() const {
    std::uint16_t size = 0;
    std::memcpy(&size, packed_text.get(), 2);
    return {packed_text.get() + 2, size};
  }
};

/// The groups of one correlation, by key, with the order in which they were last touched.
///
/// A hit costs as few cache misses as we know how: one in the slots, one for the group itself. Nothing links a group
/// to its neighbours in age; touches are noted one behind the other instead, and a note counts only while it is its
/// group's last. Notes are kept apart by sender and by whether a group was hit more than once: when room is wanted, the
/// sender with the most groups gives up those that were hit once first. Who invents addresses pushes out his own.
class GroupTable {
 public:
  GroupTable() = default;
  GroupTable(const GroupTable&) = delete;
  GroupTable& operator=(const GroupTable&) = delete;

  /// Null if there is none. Pointers stay good until erase().
  Group* find(const GroupKey& key);
  /// A group that is not there yet; it is the newest of its sender's.
  Group& add(const GroupKey& key, std::uint16_t sender);
  /// Bring what find() will look at into the cache while the caller does something else: first the slot, then, some
  /// time later, the group.
  void prefetch_slot(std::uint64_t hash) const {
    if (!slots_.empty()) __builtin_prefetch(&slots_[home(hash)]);
  }
  void prefetch_group(std::uint64_t hash) const;
  void touch(Group& group, std::int64_t now_ns, std::uint64_t sequence);
  void erase(Group& group);
  std::size_t size() const { return size_; }
  /// The group to give up when room is wanted; null when empty.
  Group* victim();
  /// Shows `look` the oldest of each sender's groups, once hit and more often, as long as it erases them and says true.
  template <class Look>
  void drop_oldest(Look&& look) {
    for (Lane& lane : lanes_) {
      for (Notes* notes : {&lane.once, &lane.many}) {
        for (Group* group = front(*notes); group != nullptr && look(*group); group = front(*notes)) {
        }
      }
    }
  }
  template <class Look>
  void for_each(Look&& look) {
    for (std::uint32_t i = 0; i < used_; ++i) {
      if (at(i).turn != 0) look(at(i));
    }
  }
  /// The group at a place that Group::index named once; null if none stands there now.
  Group* at_index(std::uint32_t index) { return index < used_ && at(index).turn != 0 ? &at(index) : nullptr; }
  /// After groups were put back in any order.
  void sort_by_touch();
  /// Bytes of the table without what groups hold on the heap.
  std::size_t table_bytes() const;

 private:
  /// Open addressing, linear probing; at most three quarters full.
  struct Slot {
    std::uint32_t group = kNone;  ///< index
    std::uint32_t tag = 0;        ///< upper half of the key's hash
  };
  static constexpr std::uint32_t kNone = UINT32_MAX;
  struct Note {
    std::uint32_t group = 0, turn = 0;
  };
  struct Notes {
    std::vector<Note> list;  ///< oldest first, from `first` on
    std::size_t first = 0;
  };
  struct Lane {
    Notes once, many;
    std::uint32_t size = 0;  ///< groups
  };
  static constexpr std::uint32_t kSlabShift = 10;

  Group& at(std::uint32_t i) { return slabs_[i >> kSlabShift][i & ((1U << kSlabShift) - 1)]; }
  const Group& at(std::uint32_t i) const { return slabs_[i >> kSlabShift][i & ((1U << kSlabShift) - 1)]; }
  std::size_t home(std::uint64_t hash) const { return static_cast<std::size_t>(hash) & (slots_.size() - 1); }
  std::size_t slot_of(const GroupKey& key) const;
  void grow();
  void note(Group& group);
  void drop_stale(Notes& notes, std::size_t live);
  Group* front(Notes& notes);

  std::vector<std::unique_ptr<Group[]>> slabs_;
  std::uint32_t used_ = 0;  ///< places ever used
  std::vector<std::uint32_t> free_;
  std::vector<Slot> slots_;  ///< a power of two, or none
  std::size_t size_ = 0;
  std::vector<Lane> lanes_;  ///< by sender
  std::uint16_t heaviest_ = 0;
  std::uint32_t turns_ = 0;
};

}  // namespace vigil::sigma
