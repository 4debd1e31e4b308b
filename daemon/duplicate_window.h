#pragma once

#include <cstdint>
#include <string_view>
#include <unordered_map>

namespace vigil {

/// A fingerprint of 128 bits.
struct Key128 {
  std::uint64_t low = 0, high = 0;
  bool operator==(const Key128&) const = default;
};
struct Key128Hash {
  std::size_t operator()(const Key128& key) const { return static_cast<std::size_t>(key.low); }
};
/// XXH3 of the bytes, with a seed of this process: nobody outside can make two texts meet.
Key128 key_of(std::string_view bytes);

/// Names of events that clients gave (Elasticsearch's _id), for ten to twenty minutes. A name is held while its event is on
/// its way to the disk, then kept or let go: an event that was not stored must not be taken for a duplicate.
///
/// In memory only: after a restart a repeated event is stored again, which is the lesser evil. One thread.
class DuplicateWindow {
 public:
  static constexpr std::int64_t kWindowNs = std::int64_t{600} * 1'000'000'000;
  /// Names of one window, at about 60 bytes each; the oldest window is forgotten early beyond it.
  static constexpr std::size_t kNamesMax = 500'000;

  enum class State : std::uint8_t { fresh, on_its_way, stored };
  State look(const Key128& key, std::int64_t now_ns) {
    turn(now_ns);
    if (const auto found = newer_.find(key); found != newer_.end()) return found->second;
    const auto found = older_.find(key);
    return found == older_.end() ? State::fresh : found->second;
  }
  void hold(const Key128& key) { newer_[key] = State::on_its_way; }
  void settle(const Key128& key, bool stored) {
    if (stored) {
      newer_[key] = State::stored;
      older_.erase(key);
    } else {
      newer_.erase(key);
      older_.erase(key);
    }
  }
  std::size_t size() const { return newer_.size() + older_.size(); }

 private:
  void turn(std::int64_t now_ns) {
    if (now_ns - begun_ns_ < kWindowNs && newer_.size() < kNamesMax) return;
    if (now_ns - begun_ns_ >= 2 * kWindowNs) newer_.clear();
    older_ = std::move(newer_);
    newer_.clear();
    begun_ns_ = now_ns;
  }

  std::unordered_map<Key128, State, Key128Hash> newer_, older_;
  std::int64_t begun_ns_ = 0;
};

}  // namespace vigil
