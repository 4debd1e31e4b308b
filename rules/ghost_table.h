#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

#include "rules/correlation_window.h"

namespace vigil::sigma {

/// What is left of groups that had to make room after their first hit: 32 bytes instead of some 200, so that a flood of
/// invented addresses does not make us forget the one that comes back. Grows with the flood, up to a limit; then the
/// oldest of eight that fall together goes. Not durable: a restart in the middle of a flood forgets them.
class GhostTable {
 public:
  explicit GhostTable(std::size_t ghosts_max) : sets_max_(std::max<std::size_t>(1, ghosts_max / kWays)) {}

  void put(std::uint64_t key, const WindowEntry& entry) {
    if (held_ * 4 >= places_.size() * 3) grow();
    place(key == 0 ? 1 : key, entry);
  }
  /// The hit that was put away under that key, which is forgotten with that.
  std::optional<WindowEntry> take(std::uint64_t key) {
    if (places_.empty()) return std::nullopt;
    if (key == 0) key = 1;
    Ghost* const set = set_of(key);
    for (Ghost* ghost = set; ghost != set + kWays; ++ghost) {
      if (ghost->key != key) continue;
      ghost->key = 0;
      --held_;
      return WindowEntry{ghost->at_ns, ghost->sequence_slot >> 8U, ghost->tag,
                         static_cast<std::uint32_t>(ghost->sequence_slot & 0xFFU)};
    }
    return std::nullopt;
  }
  bool empty() const { return held_ == 0; }
  std::size_t bytes() const { return places_.capacity() * sizeof(Ghost); }

 private:
  struct Ghost {
    std::uint64_t key = 0;  ///< 0: none
    std::int64_t at_ns = 0;
    std::uint64_t sequence_slot = 0;
    std::uint64_t tag = 0;
  };
  static constexpr std::size_t kWays = 8;

  Ghost* set_of(std::uint64_t key) { return &places_[(key >> 7U) % (places_.size() / kWays) * kWays]; }
  void place(std::uint64_t key, const WindowEntry& entry) {
    Ghost* const set = set_of(key);
    Ghost* oldest = set;
    for (Ghost* ghost = set; ghost != set + kWays; ++ghost) {
      if (ghost->key == 0) {
        oldest = ghost;
        break;
      }
      if (ghost->sequence_slot < oldest->sequence_slot) oldest = ghost;
    }
    held_ += oldest->key == 0 ? 1 : 0;
    *oldest = {key, entry.at_ns, entry.sequence << 8U | entry.slot, entry.tag};
  }
  void grow() {
    const std::size_t sets = places_.size() / kWays;
    if (sets >= sets_max_) return;
    std::vector<Ghost> before(std::min(std::max<std::size_t>(1024, 2 * sets), sets_max_) * kWays);
    before.swap(places_);
    held_ = 0;
    for (const Ghost& ghost : before) {
      if (ghost.key == 0) continue;
      place(ghost.key, {ghost.at_ns, ghost.sequence_slot >> 8U, ghost.tag,
                        static_cast<std::uint32_t>(ghost.sequence_slot & 0xFFU)});
    }
  }

  std::size_t sets_max_;
  std::vector<Ghost> places_;
  std::size_t held_ = 0;
};

}  // namespace vigil::sigma
