// The reader of text_columns.h, by itself: its input is what lay on a disk for months.

#include <bit>
#include <cstring>
#include <utility>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "storage/rows.h"
#include "storage/text_columns.h"
#include "storage/wire.h"

namespace vigil {

namespace {

using Column = ValueColumnsReader::Column;

struct Group {
  std::uint32_t lines = 0;  ///< still to come
  std::uint32_t columns = 0;
  const char* skeleton = nullptr;
  std::uint32_t first_column = 0;     ///< in Reader::columns_, and of its starts
  std::uint32_t first_sometimes = 0;  ///< in Reader::sometimes_
  std::uint32_t sometimes = 0;
  std::uint32_t first_word = 0;   ///< in Reader::always_
  const char* changes = nullptr;  ///< of its next line
  const char* before = nullptr;   ///< its line before, in the output
};

}  // namespace

struct TextColumnsReader::Memory {
  template <class Out>
  bool read(const TextColumns& in, std::span<const std::uint64_t> times, Out& out);
  bool group_times(std::string_view ids, std::size_t id_bytes, std::span<const std::uint64_t> times);
  bool read_groups(std::string_view described, ValueColumnsReader& values, WireReader& changes);
  template <class Out>
  bool put_first(Group& group, Out& out);
  template <class Out>
  bool put_next(Group& group, Out& out);
  static std::string_view next_token(Column& column);
  template <class Out>
  static bool put_token(Column& column, const char* before, std::size_t before_size, Out& out);

  std::vector<Group> groups_;
  std::vector<Column> columns_;
  std::vector<std::uint32_t> starts_;  ///< of the line before of each group, one more than columns
  std::vector<std::uint16_t> sometimes_;
  std::vector<std::uint64_t> always_, changed_;
  std::vector<std::uint64_t> times_;    ///< of the lines, group by group, if they are known
  std::vector<std::size_t> times_end_;  ///< by group number; each begins where the one before ends
  std::unique_ptr<char[]> values_;      ///< columns made text
  std::size_t values_size_ = 0;
};

namespace {

/// Where the text goes.
struct Written {
  const char* place() const { return at; }
  std::size_t left() const { return static_cast<std::size_t>(end - at); }
  /// In steps of sixteen bytes: there is room behind what is read and what is written.
  bool put(const char* from, std::size_t size) {
    if (size > left()) return false;
    copy_wide(at, from, size);
    at += size;
    return true;
  }
  char* at;
  char* const end;
};

/// The text it must be: what has been put so far is equal to what stands before `at`.
struct Compared {
  const char* place() const { return at; }
  std::size_t left() const { return static_cast<std::size_t>(end - at); }
  bool put(const char* from, std::size_t size) {
    if (size > left() || !same_wide(at, from, size)) return false;
    at += size;
    return true;
  }
  const char* at;
  const char* const end;
};

}  // namespace

template <class Out>
bool TextColumnsReader::Memory::read(const TextColumns& in, std::span<const std::uint64_t> times, Out& out) {
  const std::size_t size = out.left();
  WireReader head(in.text), still(in.still);
  const std::uint64_t lines = head.varint(kRowsMax);
  const std::uint64_t groups = head.varint(kGroupsMax);
  const std::uint64_t changes_bytes = head.varint();
  WireReader lengths(head.text());
  WireReader plain(head.text());
  const std::string_view described = head.text(), shapes = head.text(), text = head.text();
  const std::size_t id_bytes = groups > UINT8_MAX ? 2 : 1;
  const std::string_view ids = still.bytes(lines * id_bytes);
  WireReader changes(still.bytes(changes_bytes));
  if (!head.ok() || head.left() != 0 || !still.ok()) return false;

  // Each value stands in the output, but for the space behind it, which stands for a delimiter or a line's end. What a
  // value is split into takes as much once more for each level.
  const std::size_t values_max = (size + static_cast<std::size_t>(lines)) * (1 + kColumnSplitsMax);
  if (values_size_ < values_max) {
    values_.reset(new char[values_max + ValueColumnsReader::kRenderSlack]);
    values_size_ = values_max;
  }
  ValueColumnsReader values({.shapes = shapes,
                             .text = text,
                             .still = still.bytes(still.left()),
                             .calm = in.calm,
                             .noise = in.noise},
                            values_.get(), values_max);
  groups_.assign(static_cast<std::size_t>(groups), Group());
  if (!times.empty() && times.size() != lines) return false;
  if (!group_times(ids, id_bytes, times) || !read_groups(described, values, changes)) return false;

  const char* id = ids.data();
  for (std::uint64_t i = 0; i < lines; ++i, id += id_bytes) {
    std::size_t number = static_cast<unsigned char>(id[0]);
    if (id_bytes == 2) number |= std::size_t{static_cast<unsigned char>(id[1])} << 8U;
    if (number > groups) return false;
    if (number == 0) {
      const std::string_view line = plain.bytes(lengths.varint());
      if (!lengths.ok() || !plain.ok() || !out.put(line.data(), line.size())) return false;
      continue;
    }
    Group& group = groups_[number - 1];
    if (group.lines == 0) return false;
    --group.lines;
    if (!(group.before == nullptr ? put_first(group, out) : put_next(group, out))) return false;
  }
  if (out.left() != 0 || lengths.left() != 0 || plain.left() != 0) return false;
  for (const Group& group : groups_) {
    if (group.lines != 0) return false;
  }
  for (const Column& column : columns_) {
    if (column.at != column.end) return false;
  }
  return true;
}

/// Brings the lines' times together by group. False if a line is of no group there is.
bool TextColumnsReader::Memory::group_times(std::string_view ids, std::size_t id_bytes,
                                            std::span<const std::uint64_t> times) {
  times_end_.assign(groups_.size() + 1, 0);
  if (times.empty()) return true;
  const auto number_of = [&](std::size_t line) {
    std::size_t number = static_cast<unsigned char>(ids[line * id_bytes]);
    if (id_bytes == 2) number |= std::size_t{static_cast<unsigned char>(ids[line * 2 + 1])} << 8U;
    return number;
  };
  for (std::size_t line = 0; line < times.size(); ++line) {
    const std::size_t number = number_of(line);
    if (number > groups_.size()) return false;
    if (number > 0) ++times_end_[number];
  }
  std::size_t begin = 0;
  for (std::size_t number = 1; number < times_end_.size(); ++number) {
    begin += std::exchange(times_end_[number], begin);
  }
  times_.resize(times.size());
  for (std::size_t line = 0; line < times.size(); ++line) {
    if (const std::size_t number = number_of(line); number > 0) times_[times_end_[number]++] = times[line];
  }
  return true;
}

bool TextColumnsReader::Memory::read_groups(std::string_view described, ValueColumnsReader& values,
                                            WireReader& changes) {
  WireReader in(described);
  columns_.clear();
  sometimes_.clear();
  always_.clear();
  for (Group& group : groups_) {
    const std::size_t* const ends = times_end_.data() + (&group - groups_.data());
    const auto times = std::span<const std::uint64_t>(times_).subspan(ends[0], ends[1] - ends[0]);
    group.lines = static_cast<std::uint32_t>(in.varint(kRowsMax));
    const std::uint64_t delimiters = in.varint(kColumnsMax - 1);
    const std::string_view skeleton = in.bytes(delimiters);
    if (!in.ok() || group.lines == 0) return false;
    group.skeleton = skeleton.data();
    group.columns = static_cast<std::uint32_t>(delimiters + 1);
    group.first_column = static_cast<std::uint32_t>(columns_.size());
    group.first_sometimes = static_cast<std::uint32_t>(sometimes_.size());
    group.first_word = static_cast<std::uint32_t>(always_.size());
    always_.resize(always_.size() + (group.columns + 63) / 64);
    for (std::uint32_t c = 0; c < group.columns; ++c) {
      Column column;
      ColumnChange change{};
      if (!values.next(group.lines, times, std::span(columns_).subspan(group.first_column), change, column))
        return false;
      columns_.push_back(column);
      if (change == ColumnChange::always) always_[group.first_word + c / 64] |= std::uint64_t{1} << (c % 64);
      if (change == ColumnChange::sometimes) sometimes_.push_back(static_cast<std::uint16_t>(c));
    }
    group.sometimes = static_cast<std::uint32_t>(sometimes_.size()) - group.first_sometimes;
    const std::uint64_t width = (group.sometimes + 7U) / 8;
    group.changes = changes.bytes(width * (group.lines - 1)).data();
    if (!changes.ok()) return false;
  }
  starts_.resize(columns_.size() + groups_.size());
  changed_.resize((kColumnsMax + 63) / 64);
  return in.left() == 0 && changes.left() == 0 && values.at_end();
}

/// The token at the head of a column, which must not be at its end. Every column ends in a space.
inline std::string_view TextColumnsReader::Memory::next_token(Column& column) {
  const char* const begin = column.at;
  const char* at = begin;
#if defined(__SSE2__)
  const __m128i space = _mm_set1_epi8(' ');
  for (;; at += 16) {  // the padding is readable, and there is a space before it
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    const auto found = static_cast<std::uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, space)));
    if (found == 0) continue;
    at += std::countr_zero(found);
    column.at = at + 1;
    return {begin, static_cast<std::size_t>(at - begin)};
  }
#else
  while (*at != ' ') ++at;
  column.at = at + 1;
  return {begin, static_cast<std::size_t>(at - begin)};
#endif
}

/// The next token of a column, of which the one before had these bytes.
template <class Out>
inline bool TextColumnsReader::Memory::put_token(Column& column, const char* before, std::size_t before_size,
                                                 Out& out) {
  std::string_view token = next_token(column);
  if (column.cut) {
    if (token.empty()) return false;
    const std::size_t common = static_cast<unsigned char>(token.front()) - std::size_t{kColumnCutZero};
    if (common > before_size || !out.put(before, common)) return false;
    token.remove_prefix(1);
  }
  return out.put(token.data(), token.size());
}

template <class Out>
bool TextColumnsReader::Memory::put_first(Group& group, Out& out) {
  std::uint32_t* const starts = starts_.data() + group.first_column + (&group - groups_.data());
  const char* const line = out.place();
  for (std::uint32_t c = 0; c < group.columns; ++c) {
    starts[c] = static_cast<std::uint32_t>(out.place() - line);
    if (!put_token(columns_[group.first_column + c], nullptr, 0, out)) return false;
    if (c + 1 < group.columns && !out.put(group.skeleton + c, 1)) return false;
  }
  starts[group.columns] = static_cast<std::uint32_t>(out.place() - line) + 1;
  group.before = line;
  return starts[group.columns] <= kScanBytesMax + 1;
}

/// As the line before but for the columns that change.
template <class Out>
bool TextColumnsReader::Memory::put_next(Group& group, Out& out) {
  std::uint32_t* const starts = starts_.data() + group.first_column + (&group - groups_.data());
  Column* const columns = columns_.data() + group.first_column;
  const std::uint32_t words = (group.columns + 63) / 64;
  std::uint64_t* const changed = changed_.data();
  for (std::uint32_t i = 0; i < words; ++i) changed[i] = always_.data()[group.first_word + i];
  const std::uint16_t* const sometimes = sometimes_.data() + group.first_sometimes;
  for (std::uint32_t bit = 0; bit < group.sometimes; bit += 8, ++group.changes) {
    auto byte = static_cast<std::uint32_t>(static_cast<unsigned char>(*group.changes));
    for (; byte != 0; byte &= byte - 1) {
      const std::uint32_t i = bit + static_cast<std::uint32_t>(std::countr_zero(byte));
      if (i >= group.sometimes) return false;
      changed[sometimes[i] / 64] |= std::uint64_t{1} << (sometimes[i] % 64);
    }
  }

  const char* const line = out.place();
  std::uint32_t from = 0;                // how much of the line before has been used
  std::uint32_t shifted = 0, shift = 0;  // columns before `shifted` have their new start; `shift` wraps
  for (std::uint32_t word = 0; word < words; ++word) {
    for (std::uint64_t bits = changed[word]; bits != 0; bits &= bits - 1) {
      const std::uint32_t c = 64 * word + static_cast<std::uint32_t>(std::countr_zero(bits));
      const std::uint32_t old_start = starts[c], old_end = starts[c + 1] - 1;
      if (shift != 0) {
        for (std::uint32_t i = shifted; i <= c; ++i) starts[i] += shift;
      }
      shifted = c + 1;
      if (columns[c].at == columns[c].end || !out.put(group.before + from, old_start - from)) return false;
      const char* const token = out.place();
      if (!put_token(columns[c], group.before + old_start, old_end - old_start, out)) return false;
      from = old_end;
      shift += static_cast<std::uint32_t>(out.place() - token) - (old_end - old_start);
    }
  }
  const std::uint32_t old_length = starts[group.columns] - 1;
  if (shift != 0) {
    for (std::uint32_t i = shifted; i <= group.columns; ++i) starts[i] += shift;
  }
  if (!out.put(group.before + from, old_length - from)) return false;
  group.before = line;
  return starts[group.columns] <= kScanBytesMax + 1;
}

TextColumnsReader::TextColumnsReader() : memory_(std::make_unique<Memory>()) {}
TextColumnsReader::~TextColumnsReader() = default;

bool TextColumnsReader::read(const TextColumns& columns, char* out, std::size_t size,
                             std::span<const std::uint64_t> times) {
  Written written{.at = out, .end = out + size};
  return memory_->read(columns, times, written);
}

bool TextColumnsReader::says(const TextColumns& columns, std::string_view text,
                             std::span<const std::uint64_t> times) {
  Compared compared{.at = text.data(), .end = text.data() + text.size()};
  return memory_->read(columns, times, compared);
}

}  // namespace vigil
