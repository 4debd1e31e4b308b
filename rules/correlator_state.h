#pragma once

// The insides of the correlator; for correlator.cc and correlator_store.cc alone.

#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "rules/correlator.h"
#include "rules/ghost_table.h"
#include "rules/group_table.h"

namespace vigil::sigma {

constexpr std::int64_t kHourNs = std::int64_t{3600} * 1'000'000'000;

/// Texts known by number. The first, "", stands for all that came when there was no room.
class Interned {
 public:
  explicit Interned(std::size_t most) : most_(most) { texts_.emplace_back(); }
  std::uint32_t number_of(std::string_view text);
  const std::string& text(std::uint32_t number) const { return texts_[number]; }

 private:
  std::size_t most_;
  std::deque<std::string> texts_;  ///< stay in place
  std::unordered_map<std::string_view, std::uint32_t> numbers_;
};

/// A group's key, taken apart.
struct GroupIdentity {
  std::string_view organisation;
  bool drill = false;
  std::vector<std::string> values;
};

struct Correlator::State {
  State(const CompiledRules& compiled, CorrelatorOptions wanted);

  /// A hit's key under one way to group, kept while the hit is dealt with.
  struct HitKey {
    std::uint64_t made_for = 0;  ///< Hit::serial
    bool complete = false;       ///< false: a field to group by is missing
    std::string packed;
    std::uint64_t hash = 0;
    GroupKey key() const { return {packed, hash}; }
  };
  struct Due {
    std::int64_t at_ns = 0;
    std::uint32_t group = 0;
  };
  /// One correlation's groups and what belongs to them.
  struct Place {
    std::unique_ptr<GroupTable> table = std::make_unique<GroupTable>();
    std::string prefix;             ///< of keys in the store
    bool at_close = false;          ///< judged when its windows close
    std::deque<Due> dues;           ///< windows to be closed, by time
    bool restored = false;          ///< groups were put back and are not in order yet
    std::uint64_t evicted = 0;      ///< since it was told
    std::int64_t told_ns = INT64_MIN;  ///< event time at which overflow was told of last
    bool told_changed = false;
  };

  const CompiledRules& rules;
  CorrelatorOptions options;
  SipKey secret;
  std::vector<Place> places;                                    ///< by correlation
  std::map<std::string, std::uint32_t, std::less<>> by_identity;
  std::vector<std::vector<std::uint32_t>> plans;                ///< by correlation and slot: index into keys
  std::vector<HitKey> keys;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> changed;  ///< correlation and group, perhaps gone since
  std::vector<std::string> erased;
  std::vector<Overflow> overflows;
  Interned organisations{65'536};
  Interned senders{4'096};
  GhostTable ghosts;
  Counters counters;
  std::size_t bytes = 0;              ///< what groups hold, themselves included
  std::int64_t now_ns = kEarliestNs;  ///< newest receipt seen
  std::int64_t next_due_ns = INT64_MAX;
  bool any_restored = false;
  std::uint64_t serial = 0;
  std::vector<FieldValue> values;     ///< scratch
  std::string joined;                 ///< scratch

  void plan_keys();
  void listen(const std::vector<Listener>& listeners, const Hit& hit, std::uint64_t weight, std::vector<Firing>& out);
  void update(const Listener& listener, const Hit& hit, std::uint64_t weight, std::vector<Firing>& out);
  bool first_value(const FieldName& name, const Hit& hit, std::string_view& value);
  const HitKey& key_of(const Listener& listener, const Hit& hit);
  bool tag_of(const Correlation& correlation, const Correlation::Slot& slot, const Hit& hit, std::uint64_t weight,
              std::uint64_t& tag);
  Group* group_for(const Listener& listener, const HitKey& key, const Hit& hit);
  void judge(std::uint32_t index, Group& group, const WindowEntry& entry, const Hit& hit, std::vector<Firing>& out);
  void judge_new_value(std::uint32_t index, Group& group, const WindowEntry& entry, const Hit& hit,
                       std::vector<Firing>& out);
  void close_window(std::uint32_t index, Group& group, std::vector<Firing>& out);
  void note_open(std::uint32_t index, Group& group);
  void find_next_due();
  Firing firing_of(std::uint32_t index, const Group& group, const Window::Finding& finding) const;
  void pass_on(std::uint32_t index, const Group& group, const Hit& like, std::uint64_t weight, std::vector<Firing>& out);

  void make_room(std::uint32_t index, const Hit& hit);
  void evict(std::uint32_t index, Group& group, const Hit& hit);
  bool expired(std::uint32_t index, const Group& group, std::int64_t now) const;
  void drop_expired(std::uint32_t index, std::int64_t now);
  void forget(std::uint32_t index, Group& group);
  void settle_restored();
  std::uint64_t ghost_key(std::uint32_t index, std::uint64_t hash) const {
    return hash ^ rules.correlations[index].identity * 0x9E3779B97F4A7C15ULL;
  }

  // Packed: organisation's number, drill, then each value with its length.
  GroupIdentity identity_of(std::string_view packed) const;
  void pack(std::string_view organisation, bool drill, std::string& out);
  static void pack_value(std::string_view value, std::string& out);
  std::uint16_t sender_of(const Sender& sender);
  Sender sender_at(std::uint16_t number) const;
  std::string store_key(std::uint32_t index, const GroupIdentity& identity) const;

  static std::size_t bytes_of(const Group& group) {
    return group.packed().size() + 32 + group.window.heap_bytes();
  }
  void mark(std::uint32_t index, Group& group) {
    if (group.changed) return;
    group.changed = true;
    changed.emplace_back(index, group.index);
  }
};

}  // namespace vigil::sigma
