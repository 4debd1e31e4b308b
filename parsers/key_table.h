#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace vigil {

/// A fixed table of rows looked up by their `key`, made at compile time: payload formats turn each key of a
/// message into its ECS name, so this is asked some 40 times a message. Open addressing, at most half full.
///
///   constexpr KeyTable kTable(kRows);          // kRows: a constexpr array of structs with a string_view
///   `key` if (const Row* row = kTable.find("srcip")) …
template <class Row, std::size_t kCount>
class KeyTable {
 public:
  constexpr explicit KeyTable(const Row (&rows)[kCount]) : rows_(rows) {
    for (std::size_t i = 0; i < kCount; ++i) {
      std::size_t slot = hash(rows[i].key) % kSlots;
      while (slots_[slot] != 0) slot = (slot + 1) % kSlots;
      slots_[slot] = static_cast<std::uint16_t>(i + 1);
    }
  }

  constexpr const Row* find(std::string_view key) const {
    for (std::size_t slot = hash(key) % kSlots; slots_[slot] != 0; slot = (slot + 1) % kSlots) {
      const Row& row = rows_[slots_[slot] - 1];
      if (row.key == key) return &row;
    }
    return nullptr;
  }

 private:
  static constexpr std::size_t kSlots = std::bit_ceil(kCount * 2 + 1);

  // Length and four characters tell the keys of one product apart well enough; a collision costs one
  // comparison.
  static constexpr std::size_t hash(std::string_view key) {
    if (key.empty()) return 0;
    const auto at = [key](std::size_t i) {
      return static_cast<std::size_t>(static_cast<unsigned char>(key[i]));
    };
    const std::size_t last = key.size() - 1;
    return key.size() * 31 + at(0) * 7 + at(last / 2) * 131 + at(last) * 17 + at(last - last / 4) * 61;
  }

  const Row (&rows_)[kCount];
  std::array<std::uint16_t, kSlots> slots_{};
};

}  // namespace vigil
