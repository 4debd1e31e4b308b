// The reader of value_columns.h, by itself: its input is what lay on a disk for months.

#include <algorithm>
#include <cstring>

#include "storage/value_columns.h"

namespace vigil {

namespace {

/// Numbers below a thousand as digits, their count behind them.
struct ShortNumber {
  char bytes[4];
};
constexpr std::array<ShortNumber, 1000> short_numbers() {
  std::array<ShortNumber, 1000> table{};
  for (unsigned i = 0; i < 1000; ++i) {
    char digits[3] = {};
    unsigned count = 0;
    if (i >= 100) digits[count++] = static_cast<char>('0' + i / 100);
    if (i >= 10) digits[count++] = static_cast<char>('0' + i / 10 % 10);
    digits[count++] = static_cast<char>('0' + i % 10);
    for (unsigned k = 0; k < count; ++k) table[i].bytes[k] = digits[k];
    table[i].bytes[3] = static_cast<char>(count);
  }
  return table;
}
constexpr std::array<ShortNumber, 1000> kShort = short_numbers();

/// A number as digits, as many as needed. Writes up to 24 bytes.
inline char* put_number(char* at, std::uint64_t value) {
  if (value < 1000) {
    std::memcpy(at, kShort[value].bytes, 4);
    return at + kShort[value].bytes[3];
  }
  constexpr std::size_t kMost = 20;
  char digits[2 * kMost];
  char* const last = digits + kMost;
  char* first = last;
  for (; value >= 1000; value /= 1000) {
    const auto low = static_cast<unsigned>(value % 1000);
    first -= 3;
    first[0] = static_cast<char>('0' + low / 100);
    first[1] = static_cast<char>('0' + low / 10 % 10);
    first[2] = static_cast<char>('0' + low % 10);
  }
  std::memcpy(at, kShort[value].bytes, 4);
  at += kShort[value].bytes[3];
  std::memcpy(at, first, kMost);
  return at + (last - first);
}

/// The same with zeros in front; a number with more digits loses its first ones.
inline char* put_fixed(char* at, std::uint64_t value, unsigned digits) {
  for (char* digit = at + digits; digit != at; value /= 10) *--digit = static_cast<char>('0' + value % 10);
  return at + digits;
}

}  // namespace

bool ValueColumnsReader::next(std::uint32_t lines, std::span<const std::uint64_t> times,
                              std::span<const Column> before, ColumnChange& change, Column& column) {
  times_ = times;
  const std::uint64_t head = numbers_.shapes.varint();
  if (head % 4 > 2 || head / 4 > static_cast<std::uint64_t>(ColumnKind::split)) return false;
  change = static_cast<ColumnChange>(head % 4);
  const auto kind = static_cast<ColumnKind>(head / 4);
  if (kind == ColumnKind::text || kind == ColumnKind::cut) return read_text(kind, column);
  const std::size_t count = change == ColumnChange::never ? 1
                            : change == ColumnChange::always
                                ? lines
                                : static_cast<std::size_t>(numbers_.shapes.varint(lines));
  if (count == 0) return false;
  if (kind == ColumnKind::same) {
    const std::uint64_t back = numbers_.shapes.varint();
    if (back == 0 || back > before.size()) return false;
    column = before[before.size() - static_cast<std::size_t>(back)];
    return numbers_.shapes.ok();
  }
  return kind == ColumnKind::split ? read_split(count, 0, column) : read_values(kind, count, column);
}

bool ValueColumnsReader::read_text(ColumnKind kind, Column& column) {
  const std::string_view bytes = text_.bytes(numbers_.shapes.varint());
  // Each ends in the space behind its last value.
  if (!numbers_.shapes.ok() || !text_.ok() || bytes.empty() || bytes.back() != ' ') return false;
  column = {.at = bytes.data(), .end = bytes.data() + bytes.size(), .cut = kind == ColumnKind::cut};
  return true;
}

bool ValueColumnsReader::read_values(ColumnKind kind, std::size_t count, Column& column) {
  switch (kind) {
    case ColumnKind::words:
      return read_words(count, column);
    case ColumnKind::numbers:
      return read_runs(count, column);
    case ColumnKind::hex:
      return read_hex(count, column);
    default:
      return false;
  }
}

bool ValueColumnsReader::read_split(std::size_t count, unsigned depth, Column& column) {
  if (depth == kColumnSplitsMax) return false;
  const auto between = static_cast<char>(numbers_.shapes.byte());
  Column pieces[2];
  for (Column& piece : pieces) {
    const std::uint64_t head = numbers_.shapes.varint();
    const auto kind = static_cast<ColumnKind>(head / 4);
    if (head % 4 != static_cast<std::uint64_t>(ColumnChange::always)) return false;
    const bool read = head / 4 == static_cast<std::uint64_t>(ColumnKind::text) ? read_text(kind, piece)
                      : head / 4 == static_cast<std::uint64_t>(ColumnKind::split)
                          ? read_split(count, depth + 1, piece)
                          : read_values(kind, count, piece);
    if (!read) return false;
  }
  const auto put = [this](Column& piece) {
    if (piece.at == piece.end) return false;
    const auto* const end =
        static_cast<const char*>(std::memchr(piece.at, ' ', static_cast<std::size_t>(piece.end - piece.at)));
    const auto size = static_cast<std::size_t>(end - piece.at);
    if (size >= static_cast<std::size_t>(out_end_ - out_)) return false;
    copy_wide(out_, piece.at, size);
    out_ += size;
    piece.at = end + 1;
    return true;
  };
  column.at = out_;
  for (std::size_t i = 0; i < count; ++i) {
    if (!put(pieces[0])) return false;
    *out_++ = between;
    if (!put(pieces[1])) return false;
    *out_++ = ' ';
    if (out_ > out_end_) return false;
  }
  column.end = out_;
  column.cut = false;
  return pieces[0].at == pieces[0].end && pieces[1].at == pieces[1].end;
}

bool ValueColumnsReader::read_words(std::size_t count, Column& column) {
  const auto words = static_cast<std::size_t>(numbers_.shapes.varint(kColumnWordsMax));
  const std::string_view bytes = text_.bytes(numbers_.shapes.varint());
  if (!numbers_.shapes.ok() || !text_.ok() || words == 0 || bytes.empty() || bytes.back() != ' ')
    return false;
  words_.clear();
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t end = bytes.find(' ', at);
    words_.push_back(bytes.substr(at, end - at + 1));
    at = end + 1;
  }
  PlanedNumbers numbers;
  if (words_.size() != words || !numbers.read(numbers_, count)) return false;
  column.at = out_;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint64_t index = numbers.next(i);
    if (index >= words) return false;
    const std::string_view word = words_.data()[index];
    if (word.size() > static_cast<std::size_t>(out_end_ - out_)) return false;
    copy_wide(out_, word.data(), word.size());
    out_ += word.size();
  }
  column.end = out_;
  column.cut = false;
  return true;
}

bool ValueColumnsReader::read_runs(std::size_t count, Column& column) {
  struct Run {
    std::string_view before;
    unsigned digits = 0;
    bool times = false;
    unsigned cut = 0;  ///< of times
    PlanedNumbers numbers;
  };
  std::array<Run, kColumnRunsMax> all;
  const auto used = static_cast<std::size_t>(numbers_.shapes.varint(kColumnRunsMax));
  const std::span<Run> runs = std::span(all).first(used);
  std::size_t fixed = 0;
  for (Run& run : runs) {
    run.before = numbers_.shapes.text();
    run.digits = static_cast<unsigned>(numbers_.shapes.varint(kColumnTimes + 32 * kColumnDigitsMax));
    fixed += run.before.size() + 24;
    run.times = run.digits >= kColumnTimes;
    if (run.times) {
      run.cut = run.digits / 32 - 1;
      run.digits %= 32;
      if (times_.size() != count) return false;
    } else if (!run.numbers.read(numbers_, count)) {
      return false;
    }
    if (run.digits > kColumnDigitsMax) return false;
  }
  const std::string_view behind = numbers_.shapes.text();
  // What one value takes at most must fit into the slack.
  if (!numbers_.shapes.ok() || used == 0 || fixed + behind.size() + kColumnPadding > kRenderSlack)
    return false;
  column.at = out_;
  for (std::size_t i = 0; i < count; ++i) {
    for (Run& run : runs) {
      copy_wide(out_, run.before.data(), run.before.size());
      out_ += run.before.size();
      const std::uint64_t value =
          run.times ? part_of_time(times_[i], run.cut, run.digits) : run.numbers.next(i);
      out_ = run.digits == 0 ? put_number(out_, value) : put_fixed(out_, value, run.digits);
    }
    copy_wide(out_, behind.data(), behind.size());
    out_ += behind.size();
    *out_++ = ' ';
    if (out_ > out_end_) return false;
  }
  column.end = out_;
  column.cut = false;
  return true;
}

bool ValueColumnsReader::read_hex(std::size_t count, Column& column) {
  const bool upper = numbers_.shapes.varint(1) != 0;
  const auto length = static_cast<std::size_t>(numbers_.shapes.varint(kColumnHexMax));
  const std::string_view bits = numbers_.shapes.bytes((length + 7) / 8);
  if (!numbers_.shapes.ok() || length == 0) return false;
  std::array<char, kColumnHexMax + kColumnPadding> value{};
  std::array<std::uint8_t, kColumnHexMax> places{};
  std::size_t digits = 0;
  for (std::size_t i = 0; i < length; ++i) {
    if ((static_cast<unsigned>(static_cast<unsigned char>(bits[i / 8])) >> (i % 8) & 1U) != 0) {
      places[digits++] = static_cast<std::uint8_t>(i);
    } else {
      value[i] = static_cast<char>(numbers_.shapes.byte());
    }
  }
  std::array<PlanedNumbers, kColumnHexMax / 2> pairs;
  for (std::size_t d = 0; d < digits; d += 2) {
    if (!pairs[d / 2].read(numbers_, count)) return false;
  }
  if (!numbers_.shapes.ok()) return false;
  const char* const names = upper ? "0123456789ABCDEF" : "0123456789abcdef";
  column.at = out_;
  for (std::size_t i = 0; i < count; ++i) {
    std::size_t d = 0;
    for (; d + 1 < digits; d += 2) {
      const std::uint64_t pair = pairs[d / 2].next(i);
      value[places[d]] = names[pair >> 4U & 15U];
      value[places[d + 1]] = names[pair & 15U];
    }
    if (d < digits) value[places[d]] = names[pairs[d / 2].next(i) & 15U];
    copy_wide(out_, value.data(), length);
    out_ += length;
    *out_++ = ' ';
    if (out_ > out_end_) return false;
  }
  column.end = out_;
  column.cut = false;
  return true;
}

}  // namespace vigil
