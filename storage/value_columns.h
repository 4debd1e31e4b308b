#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

#include "storage/needle_filter.h"
#include "storage/number_planes.h"
#include "storage/terms.h"

namespace vigil {

// A column of tokens (text_columns.h), written as what its values are: one after the other they are mostly numbers,
// addresses, times and words that come again. A part has four streams:
//
//   shapes  for each column: how it changes plus four times its kind, then what the kind needs (below)
//   text    bytes that look like text: packed well by zstd
//   still, calm, noise  bytes of numbers
//
// A column that changes now and then says in `shapes` how many values it has, unless its kind is text or cut. Kinds:
//
//   0 text     bytes in `text`: the values, a space behind each (no token has one)
//   1 cut      the same; each value begins with one byte: "@" if it has no bytes in common with the one before, "A" for
//              one, up to 31, and those are left out
//   2 same     distance: the values of the column that many before
//   3 words    words, bytes in `text`: the words as in kind 0, in order of appearance; then numbers below the words
//   4 numbers  runs, then for each run: size and bytes of the text before it, digits (0: as many as needed, no zero in
//              front), numbers; then size and bytes of the text behind the last. Digits from 32 on: the run is of the
//              lines' event times, which the rows tell, and has no numbers: 32 + 32 * k + d is the time in ns without its
//              last k digits, d digits of it with zeros in front (0: all of them, as many as needed)
//   5 hex      1 if in upper case, length of all values, a bit for each place that is a digit (lowest first, in whole
//              bytes), the other places' bytes, then for every two digits numbers: a byte, the first digit high
//   6 split    a byte, then two columns of as many values, both as ones that change from line to line: what stands before
//              and behind the last such byte of each value. Neither is cut or same; splits nest four deep.
//
// How numbers are written, and which of their bytes are still, calm and noise: number_planes.h.

/// A token of a line.
struct ColumnToken {
  std::uint32_t at = 0;      ///< in the text
  std::uint16_t length = 0;  ///< with kTokenGathered if its line's terms are gathered already
  std::uint16_t column = 0;
};
constexpr std::uint16_t kTokenGathered = 0x8000, kTokenLength = 0x7fff;

enum class ColumnKind : std::uint8_t {
  text = 0,
  cut = 1,
  same = 2,
  words = 3,
  numbers = 4,
  hex = 5,
  split = 6
};
/// How a column changes from line to line of its group.
enum class ColumnChange : std::uint8_t { never = 0, always = 1, sometimes = 2 };

/// Limits, of what is written and of what is read.
constexpr std::size_t kColumnCutMax = 31;
constexpr unsigned char kColumnCutZero = '@';
constexpr std::size_t kColumnRunsMax = 24;
constexpr std::size_t kColumnHexMax = 128;    ///< length of a value
constexpr std::size_t kColumnDigitsMax = 19;  ///< all such numbers fit into 64 bits
/// Digits of a run from here on say that it is of times.
constexpr unsigned kColumnTimes = 32;
constexpr unsigned kColumnSplitsMax = 4;  ///< in one another
constexpr std::size_t kColumnWordsMax = 65'536;

/// Writes columns. Keeps its memory; one thread.
class ValueColumnsWriter {
 public:
  /// Before the columns of a part.
  void clear();
  /// Before the columns of a group: `same` looks no further back. `times`: event time of each of its lines, ns; they stay
  /// until the group's last column.
  void begin_group(std::span<const std::uint64_t> times) {
    earlier_.clear();
    times_ = times;
  }
  /// One column. The tokens lie in `text`, with kColumnPadding readable bytes behind it, and are not copied: they stay
  /// until the group's last column. Their terms go to `terms` but for those that are gathered.
  void put(const char* text, std::span<const ColumnToken> tokens, ColumnChange change, TermCollector& terms);

  /// Of all tokens since clear(). What is beyond ASCII in them is not looked at: it is decided by whole lines.
  ShownAscii shown() const { return shown_; }

  NumberPlanes numbers;  ///< its shapes are those of the columns
  ColumnStream text;

 private:
  static constexpr std::size_t kSlots = 8192;
  static constexpr std::size_t kWordsMax = kSlots / 2;
  struct Run {
    const char* before = nullptr;  ///< the text before it, in the first token
    std::size_t before_size = 0;
    unsigned digits_min = 0, digits_max = 0;
    bool zero_in_front = false;
    std::vector<std::uint64_t> values;
  };
  struct Word {
    std::uint64_t key = 0;
    std::uint32_t at = 0;
    std::uint16_t length = 0;
  };

  std::string_view token(std::size_t index) const {
    return {base_ + tokens_[index].at, std::size_t{tokens_[index].length} & kTokenLength};
  }
  enum class Found : std::uint8_t { none, words, numbers, hex };
  Found put_found();
  bool put_same();
  bool put_words(std::size_t words_max);
  bool put_numbers();
  bool runs_may_be_terms() const;
  bool find_runs();
  unsigned find_times(const Run& run) const;
  bool read_runs(std::size_t index);
  bool put_hex();
  bool put_split(unsigned depth);
  bool put_piece(std::span<const ColumnToken> tokens, unsigned depth);
  bool put_cut();
  void put_text();
  void put_kind(ColumnKind kind);
  void look_at(std::string_view token);
  void look_at_alike();
  void put_values(std::uint64_t* values) { numbers.put({values, tokens_.size()}); }
  std::uint32_t word_of(std::string_view token);

  // Of the column at hand:
  const char* base_ = nullptr;
  std::span<const ColumnToken> tokens_;
  ColumnChange change_ = ColumnChange::never;

  std::span<const std::uint64_t> times_;
  std::vector<std::span<const ColumnToken>> earlier_;  ///< columns of the group
  std::array<Run, kColumnRunsMax> runs_;
  std::size_t runs_used_ = 0;
  std::string_view behind_;  ///< the text behind the last run
  std::vector<std::uint64_t> values_;
  std::array<std::vector<ColumnToken>, 2 * kColumnSplitsMax> pieces_;  ///< heads and tails by depth
  std::vector<Word> words_;
  std::vector<std::uint32_t> slots_;  ///< hash table of words_: epoch, and index in the lower half
  std::uint32_t epoch_ = 0;
  ShownAscii shown_ = ShownAscii::all;
};

/// Part of a time, as a run of digits has it: without its last `cut` digits, and of the rest the last `digits`, or all (0).
constexpr std::array<std::uint64_t, 20> kPowersOfTen = [] {
  std::array<std::uint64_t, 20> powers{};
  std::uint64_t power = 1;
  for (std::uint64_t& each : powers) {
    each = power;
    power *= 10;
  }
  return powers;
}();
constexpr std::uint64_t part_of_time(std::uint64_t time, unsigned cut, unsigned digits) {
  const std::uint64_t rest = time / kPowersOfTen[cut];
  return digits == 0 ? rest : rest % kPowersOfTen[digits];
}

/// Reads columns: gives each as a run of text, a space behind each value. What it reads may be anything.
class ValueColumnsReader {
 public:
  struct Streams {
    std::string_view shapes, text, still, calm, noise;
  };
  /// A column as text: values in [at, end), each with a space behind it.
  struct Column {
    const char* at = nullptr;
    const char* end = nullptr;
    bool cut = false;
  };
  /// Columns that are not text are made text at `room`, which has so many bytes and kRenderSlack behind them.
  static constexpr std::size_t kRenderSlack = 1024;
  ValueColumnsReader(const Streams& streams, char* room, std::size_t room_bytes)
      : numbers_{WireReader(streams.shapes), WireReader(streams.still), WireReader(streams.calm),
                 WireReader(streams.noise)},
        text_(streams.text),
        out_(room),
        out_end_(room + room_bytes) {}

  /// The next column of a group of `lines` lines, of which `before` are the columns read so far; `times` are the lines', if
  /// they are known. False if the bytes are not what was written.
  bool next(std::uint32_t lines, std::span<const std::uint64_t> times, std::span<const Column> before,
            ColumnChange& change, Column& column);
  /// Whether all has been read.
  bool at_end() const { return text_.left() == 0 && numbers_.at_end(); }

 private:
  bool read_words(std::size_t count, Column& column);
  bool read_runs(std::size_t count, Column& column);
  bool read_hex(std::size_t count, Column& column);
  bool read_split(std::size_t count, unsigned depth, Column& column);
  bool read_values(ColumnKind kind, std::size_t count, Column& column);
  bool read_text(ColumnKind kind, Column& column);

  NumberReaders numbers_;
  WireReader text_;
  std::span<const std::uint64_t> times_;
  char* out_;
  char* const out_end_;
  std::vector<std::string_view> words_;
};

}  // namespace vigil
