#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rules/compiled.h"

namespace vigil::sigma {

/// Times that windows reckon with (1896 to 2188): differences never overflow. Others are moved to the nearest.
constexpr std::int64_t kEarliestNs = INT64_MIN / 4, kLatestNs = INT64_MAX / 4 * 3;

/// One hit as it is put into a window.
struct WindowEntry {
  std::int64_t at_ns = 0;        ///< event time
  std::uint64_t sequence = 0;    ///< of the event, below 2^56
  std::uint64_t tag = 0;         ///< distinct values: hash of the value; aggregates: the number's bits; else its weight
  std::uint32_t slot = 0;        ///< which of the correlation's rules hit
};

/// The sliding window of one group of one correlation, in event time: what lies between t - span and t, both included.
/// Events up to `kLatenessNs` older than the window's beginning are still put in their place; older ones are late.
///
/// Keeps only what its type needs to be exact: for a count the newest N times, for distinct values each value's last
/// time, for temporal the last hit of each rule, for ordered the last 8 of each, for sums and averages every hit up to
/// 512 and then one row for each 256th of the span, for percentiles the newest 1,024.
///
/// 40 bytes and one block of rows, 16 to 32 bytes a hit; what needs more than that (an index of many values, running
/// sums, when the window closes) is made when it is needed.
class Window {
 public:
  /// Events that arrive over several paths come out of order by this much.
  static constexpr std::int64_t kLatenessNs = 30'000'000'000;

  Window();
  ~Window();
  Window(Window&& other) noexcept;
  Window& operator=(Window&& other) noexcept;

  enum class Taken : std::uint8_t {
    counted,
    fresh,  ///< counted, and new_value saw its value for the first time (or for the first time in its timespan)
    late,   ///< too old to count
  };
  /// Takes a hit.
  Taken take(const Correlation& correlation, const WindowEntry& entry);

  /// What the condition sees in a window that holds.
  struct Finding {
    std::uint64_t count = 0;
    std::int64_t first_ns = 0, last_ns = 0;
    std::vector<std::uint64_t> references;  ///< at most 10, oldest first
  };
  enum class Detail : std::uint8_t { count, references };
  /// Whether the condition holds in a window that the hit just taken belongs to.
  std::optional<Finding> holds(const Correlation& correlation, const WindowEntry& entry, Detail detail) const;

  // Conditions that are judged when the window closes: it opens with the first hit.
  /// Notes when a window with hits opened; true if it did so with this hit. `received_ns`: of the hit.
  bool open(const Correlation& correlation, std::int64_t received_ns);
  /// Event time of the first hit of the window that is open; nothing if none is.
  std::optional<std::int64_t> opened_ns() const;
  /// On the receiver's clock: when it closes, whatever else arrives.
  std::int64_t closes_ns() const;
  /// Judges and removes the hits up to the end of the open window. Those behind it open the next with open().
  std::optional<Finding> close(const Correlation& correlation);

  /// new_value: event time of the group's first hit.
  std::int64_t known_since_ns() const;

  void empty();
  std::size_t size() const { return size_; }
  /// The only hit of a window that was never told of; nothing if there is more to know. What is let go of for want of
  /// room is remembered in this form.
  std::optional<WindowEntry> single(const Correlation& correlation) const;
  /// Bytes on the heap, as the allocator counts.
  std::size_t heap_bytes() const;

  // When the group was told of last, so that it is not told of again at once.
  std::int64_t reported_ns = INT64_MIN;  ///< event time of the last detection
  std::uint32_t since_report = 0;        ///< hits since then, or since the window was empty

 private:
  std::uint8_t stride_ = 0;  ///< words a row

 public:
  /// A compact form for the state store. Reads back exactly what was written, nothing else; false where it is not that.
  void append_to(const Correlation& correlation, std::string& out) const;
  bool read_from(std::string_view& text, const Correlation& correlation);

 private:
  struct Index;
  struct Extra;
  using Rows = std::uint32_t;

  std::uint64_t* row(Rows i) const { return words_ + static_cast<std::size_t>(begin_ + i) * stride_; }
  std::int64_t at(Rows i) const { return static_cast<std::int64_t>(row(i)[0]); }
  std::uint64_t sequence(Rows i) const { return row(i)[1] >> 8U; }
  std::uint32_t slot(Rows i) const { return static_cast<std::uint32_t>(row(i)[1] & 0xFFU); }
  std::uint64_t tag(Rows i) const { return stride_ > 2 ? row(i)[2] : 1; }
  bool dead(Rows i) const { return row(i)[1] == UINT64_MAX; }

  Extra& extra();
  Index& index();
  Rows upper_bound(std::int64_t at_ns) const;
  Rows lower_bound(std::int64_t at_ns) const;
  void insert(const Correlation& correlation, const WindowEntry& entry);
  void grow();
  void drop_front(const Correlation& correlation, Rows count);
  void remove(Rows i);
  void slide(const Correlation& correlation);
  void rebuild(const Correlation& correlation);
  void compact();
  std::optional<Rows> find_value(std::uint64_t tag) const;
  Taken take_value(const Correlation& correlation, const WindowEntry& entry);
  void keep_chains(std::uint32_t wanted);
  void coarsen(const Correlation& correlation);

  bool judge(const Correlation& correlation, Rows from, Rows to, std::uint64_t alive, Finding& finding) const;
  void describe(const Correlation& correlation, Rows from, Rows to, Detail detail, Finding& finding) const;
  std::uint64_t alive_between(Rows from, Rows to) const;
  std::uint64_t weight(const Correlation& correlation, Rows from, Rows to) const;
  bool ordered_chain(const Correlation& correlation, Rows from, Rows to) const;
  double aggregate(const Correlation& correlation, Rows from, Rows to) const;

  std::uint64_t* words_ = nullptr;  ///< rows of stride_ words, by time, then by arrival
  std::uint16_t begin_ = 0, size_ = 0, room_ = 0;
  std::uint16_t inside_ = 0;        ///< first row not older than the newest less the span
  std::unique_ptr<Extra> extra_;
};

/// Whether its condition can only be judged when a window closes: a count or sum bounded from above alone is true at
/// once, and an absence (`a and not b`) before the other has had time to come.
bool judged_at_close(const Correlation& correlation);

}  // namespace vigil::sigma
