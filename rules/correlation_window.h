#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rules/compiled.h"

namespace vigil::sigma {

/// Times that windows reckon with (1896 to 2188): differences never overflow. Others are moved to the nearest.
constexpr std::int64_t kEarliestNs = INT64_MIN / 4, kLatestNs = INT64_MAX / 4 * 3;

/// One hit kept in a window.
struct WindowEntry {
  std::int64_t at_ns = 0;        ///< event time
  std::uint64_t sequence = 0;    ///< of the event
  std::uint64_t tag = 0;         ///< value_count: hash of the value; aggregates: the number's bits; else its weight
  std::uint32_t slot = 0;        ///< which of the correlation's rules hit
  /// temporal_ordered: the latest beginning of a chain of slots 0, 1, … that ends in this hit.
  std::int64_t chain_ns = INT64_MIN;
  bool operator==(const WindowEntry&) const = default;
};

/// The sliding window of one group of one correlation, in event time: what lies between t - span and t, both
/// included. Events up to `lateness` older than the window's beginning are still put in their place; older ones
/// are late.
///
/// Keeps only what its type needs to be exact: for a count the newest N times, for distinct
/// values each value's last time, for temporal the last hit of each rule, for ordered the last 8 of each.
class Window {
 public:
  /// Events that arrive over several paths come out of order by this much.
  static constexpr std::int64_t kLatenessNs = 30'000'000'000;

  /// Takes a hit. False if it is too late to count.
  bool take(const Correlation& correlation, const WindowEntry& entry);

  /// What the condition sees in the window that the last taken hit completes, if it holds.
  struct Finding {
    std::uint64_t count = 0;
    std::int64_t first_ns = 0, last_ns = 0;
    std::vector<std::uint64_t> references;  ///< at most 10, oldest first
  };
  enum class Detail : std::uint8_t { count, references };
  std::optional<Finding> holds(const Correlation& correlation, const WindowEntry& entry, Detail detail) const;

  void empty();
  std::size_t size() const { return entries_.size(); }

  // When the group was told of last, so that it is not told of again at once.
  std::int64_t reported_ns = INT64_MIN;  ///< event time of the last detection
  std::uint64_t since_report = 0;        ///< hits since then, or since the window was empty

  /// A compact, versioned form; for the state store. Reads back exactly what was written, nothing else.
  void append_to(std::string& out) const;
  bool read_from(std::string_view& text, const Correlation& correlation);

 private:
  bool holds_at(const Correlation& correlation, std::int64_t end_ns, Detail detail, Finding& finding) const;
  std::size_t slots_seen(const Correlation& correlation, std::size_t from, std::size_t to, bool& expression) const;
  std::uint64_t weight(const Correlation& correlation, std::size_t from, std::size_t to) const;
  void keep_chains(const Correlation& correlation, std::uint32_t slot);
  bool ordered_chain(const Correlation& correlation, std::size_t from, std::size_t to) const;
  double aggregate(const Correlation& correlation, std::size_t from, std::size_t to) const;

  std::vector<WindowEntry> entries_;  ///< by time, then by arrival
  std::int64_t newest_ns_ = INT64_MIN;
};

// Numbers in stored windows: LEB128, signed ones zigzag.
void append_varint(std::uint64_t value, std::string& out);
bool read_varint(std::string_view& text, std::uint64_t& value);
void append_signed(std::int64_t value, std::string& out);
bool read_signed(std::string_view& text, std::int64_t& value);
void append_text(std::string_view value, std::string& out);
bool read_text(std::string_view& text, std::string& value);

}  // namespace vigil::sigma
