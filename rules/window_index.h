#pragma once

// The insides of a window; for correlation_window.cc and window_judgement.cc alone.

#include <algorithm>
#include <bit>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "rules/correlation_window.h"

namespace vigil::sigma {

/// What stands in place of sequence and slot in a row whose value was seen again since.
constexpr std::uint64_t kDeadRow = UINT64_MAX;

/// Up to here looking at every row costs less than an index of them.
constexpr std::size_t kPlainRowsMax = 32;
/// Rows of one window at most: twice the distinct values that the highest threshold keeps, and some.
constexpr std::size_t kRowsMax = 50'000;

/// Time, sequence and slot; then what the type needs: value or weight; beginning of the chain, or how many were added up.
inline std::uint8_t stride_of(Correlation::Type type) {
  using Type = Correlation::Type;
  switch (type) {
    case Type::event_count: return 2;
    case Type::value_count:
    case Type::temporal:
    case Type::value_percentile:
    case Type::new_value: return 3;
    case Type::temporal_ordered:
    case Type::value_sum:
    case Type::value_avg: return 4;
  }
  return 4;
}

inline bool has_values(Correlation::Type type) {
  return type == Correlation::Type::value_count || type == Correlation::Type::new_value;
}
inline bool is_sum(Correlation::Type type) {
  return type == Correlation::Type::value_sum || type == Correlation::Type::value_avg;
}

__extension__ using Wide = __int128;
/// Sums are kept in 2^-30ths: what is added and taken away again leaves nothing behind, whatever the order.
inline Wide fixed(std::uint64_t bits) {
  constexpr double kOne = 1 << 30, kMost = 1e28;
  const double value = std::bit_cast<double>(bits);
  return value != value ? 0 : static_cast<Wide>(std::clamp(value, -kMost, kMost) * kOne);
}
inline double unfixed(Wide sum) { return static_cast<double>(sum) / (1 << 30); }

/// What a window of many rows keeps so that a hit need not look at all of them.
struct Window::Index {
  struct Slot {
    std::uint64_t tag = 0;
    std::uint32_t place = kNone;  ///< of the value's row, counted from the first one there ever was
  };
  static constexpr std::uint32_t kNone = UINT32_MAX;

  std::vector<Slot> slots;     ///< distinct values: open addressing, at most half full
  std::uint32_t gone = 0;      ///< rows dropped from the front so far
  std::uint32_t dead = 0;      ///< rows whose value was seen again since
  std::uint64_t alive_inside = 0;
  Wide sum_inside = 0;
  std::uint64_t count_inside = 0;

  // The tags are hashes already, unkeyed: a second, odd multiplication makes no two fall together that did not before.
  std::size_t home(std::uint64_t tag) const {
    return static_cast<std::size_t>((tag * 0x9E3779B97F4A7C15ULL) >> 20U) & (slots.size() - 1);
  }
  Slot* find(std::uint64_t tag) {
    std::size_t at = home(tag);
    while (slots[at].place != kNone && slots[at].tag != tag) at = (at + 1) & (slots.size() - 1);
    return &slots[at];
  }
  void erase(std::uint64_t tag) {
    const std::size_t mask = slots.size() - 1;
    std::size_t gap = static_cast<std::size_t>(find(tag) - slots.data());
    if (slots[gap].place == kNone) return;
    for (std::size_t at = (gap + 1) & mask; slots[at].place != kNone; at = (at + 1) & mask) {
      if (((at - home(slots[at].tag)) & mask) < ((at - gap) & mask)) continue;
      slots[gap] = slots[at];
      gap = at;
    }
    slots[gap] = Slot();
  }
};

struct Window::Extra {
  std::unique_ptr<Index> index;
  std::int64_t opened_ns = INT64_MIN, closes_ns = INT64_MIN;  ///< of the open window
  std::int64_t closed_ns = INT64_MIN;                         ///< where the last one ended
  std::int64_t known_since_ns = INT64_MIN;                    ///< new_value
};

}  // namespace vigil::sigma
