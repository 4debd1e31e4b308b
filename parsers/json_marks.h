#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace vigil {

/// What stands behind the quotes of a JSON text, as a small filter: most formats of JSON are known by the name of a member,
/// so that few of them need to look at a text at all. May say "perhaps" of what does not stand there, never "no" of what
/// does. One walk over at most the first 16 KiB, as far as formats look.
class JsonMarks {
 public:
  /// Bytes of a mark that count; a mark has at least so many (the closing quote may be one of them: `ts":`).
  static constexpr std::size_t kMarkBytes = 4;
  using Place = std::uint16_t;

  explicit JsonMarks(std::string_view text);

  static Place place_of(std::string_view mark);
  bool may_hold(Place place) const { return (bits_[place / 64] >> (place % 64) & 1U) != 0; }
  bool may_hold_any(std::span<const Place> places) const {
    for (const Place place : places) {
      if (may_hold(place)) return true;
    }
    return false;
  }

 private:
  static constexpr std::size_t kPlaces = 2048;
  std::array<std::uint64_t, kPlaces / 64> bits_{};
};

}  // namespace vigil
