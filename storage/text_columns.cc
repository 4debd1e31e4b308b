#include "storage/text_columns.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "storage/hash.h"
#include "storage/wire.h"

namespace vigil {

namespace {

constexpr std::uint32_t kPlain = UINT32_MAX;
/// Below this, what a group says of itself costs more than its lines do as they are.
constexpr std::uint32_t kGroupLinesMin = 4;
/// Skeletons looked at before a line is plain: bounds what made-up lines of one hash cost.
constexpr std::uint32_t kProbesMax = 16;
/// Twice as many as there can be groups.
constexpr std::size_t kSlots = std::size_t{2} * kGroupsMax;

static_assert(kScanBytesMax <= kTokenLength);
static_assert(TermCollector::kPadding <= kScanPadding && kColumnPadding <= kScanPadding);

std::uint64_t hash_of(const char* bytes, std::size_t size) {
  std::uint64_t state = kMixA ^ size;
  for (; size >= 8; size -= 8, bytes += 8) state = mix(state ^ load_u64(bytes), kMixB);
  std::uint64_t rest = 0;
  std::memcpy(&rest, bytes, size);
  return mix(state ^ rest, kMixC);
}

/// Room for `more` bytes behind what is there, kScanPadding of slack included; the vector keeps its size.
char* room(std::vector<char>& bytes, std::size_t used, std::size_t more) {
  if (bytes.size() < used + more + kScanPadding)
    bytes.resize(std::max(2 * bytes.size(), used + more + kScanPadding));
  return bytes.data() + used;
}

void append_varint(std::vector<char>& out, std::uint64_t value) {
  char bytes[kVarintMax];
  out.insert(out.end(), bytes, put_varint(bytes, value));
}

void append_section(std::vector<char>& out, std::string_view bytes) {
  append_varint(out, bytes.size());
  out.insert(out.end(), bytes.begin(), bytes.end());
}
std::string_view view_of(const std::vector<char>& bytes) { return {bytes.data(), bytes.size()}; }

}  // namespace

TextColumns TextColumnsWriter::write(const char* text, std::span<const TextLine> lines,
                                     TermCollector& terms) {
  for (auto* bytes : {&ids_, &lengths_, &plain_, &described_, &changed_}) bytes->clear();
  values_.clear();
  shown_ = ShownAscii::all;
  scan_lines(text, lines);

  // Groups are numbered as they are met; each one's lines are brought together, in order.
  std::uint32_t numbered = 0, at = 0;
  for (Group& group : groups_) {
    group.number = group.lines >= kGroupLinesMin ? ++numbered : 0;
    group.first = at;
    if (group.number != 0) at += group.lines;
  }
  by_group_.resize(at);
  ids_.reserve(2 * lines.size());
  const bool wide = numbered > UINT8_MAX;
  for (std::uint32_t i = 0; i < lines_.size(); ++i) {
    Line& line = lines_[i];
    Group* const group = line.group == kPlain ? nullptr : &groups_[line.group];
    const std::uint32_t number = group == nullptr ? 0 : group->number;
    if (number != 0) by_group_[group->first++] = i;
    ids_.push_back(static_cast<char>(number & 0xffU));
    if (wide) ids_.push_back(static_cast<char>(number >> 8U));
    if (number == 0) line.group = kPlain;
  }
  write_plain(text, lines, terms);
  for (Group& group : groups_) {
    if (group.number == 0) continue;
    group.first -= group.lines;
    write_group(text, group, lines, terms);
  }
  return join(lines.size(), numbered);
}

void TextColumnsWriter::scan_lines(const char* text, std::span<const TextLine> lines) {
  lines_.clear();
  groups_.clear();
  skeletons_used_ = 0;
  slots_.assign(kSlots, 0);
  std::size_t starts = 0;
  std::uint32_t at = 0;
  for (const TextLine& given : lines) {
    Line line{.at = at,
              .length = given.length,
              .starts = static_cast<std::uint32_t>(starts),
              .group = kPlain,
              .high = false};
    at += given.length;
    if (given.length <= kScanBytesMax && starts < UINT32_MAX / 2) {
      const std::size_t needed = starts + given.length + 2 + kScanPadding;
      if (starts_.size() < needed) starts_.resize(std::max(2 * starts_.size(), needed));
      char* const skeleton = room(skeletons_, skeletons_used_, given.length + 2 + kScanPadding);
      const ScannedLine found = scan_(text + line.at, given.length, starts_.data() + starts, skeleton);
      line.high = found.high;
      if (found.tokens <= kColumnsMax) {
        line.group = group_of(found.tokens);
        if (line.group != kPlain) starts += found.tokens + 1;
      }
    }
    lines_.push_back(line);
  }
}

/// The group of the skeleton that was put behind the kept ones, made if there is none; kPlain if there can be
/// none.
std::uint32_t TextColumnsWriter::group_of(std::uint32_t columns) {
  const char* const skeleton = skeletons_.data() + skeletons_used_;
  const std::uint64_t hash = hash_of(skeleton, columns - 1);
  for (std::uint32_t probe = 0; probe < kProbesMax; ++probe) {
    std::uint32_t& slot = slots_[(hash + probe) % kSlots];
    if (slot == 0) {
      if (groups_.size() == kGroupsMax) return kPlain;
      groups_.push_back({.hash = hash,
                         .skeleton_at = static_cast<std::uint32_t>(skeletons_used_),
                         .columns = columns,
                         .lines = 1});
      skeletons_used_ += columns - 1;
      slot = static_cast<std::uint32_t>(groups_.size());
      return slot - 1;
    }
    Group& group = groups_[slot - 1];
    if (group.hash == hash && group.columns == columns &&
        std::memcmp(skeletons_.data() + group.skeleton_at, skeleton, columns - 1) == 0) {
      ++group.lines;
      return slot - 1;
    }
  }
  return kPlain;
}

void TextColumnsWriter::write_plain(const char* text, std::span<const TextLine> lines, TermCollector& terms) {
  for (std::size_t i = 0; i < lines_.size(); ++i) {
    const Line& line = lines_[i];
    if (line.group != kPlain) continue;
    append_varint(lengths_, line.length);
    plain_.insert(plain_.end(), text + line.at, text + line.at + line.length);
    terms.add({text + line.at, line.length}, lines[i].charset);
    shown_ = std::max(shown_, shown_ascii({text + line.at, line.length}));
  }
}

void TextColumnsWriter::write_group(const char* text, const Group& group, std::span<const TextLine> lines,
                                    TermCollector& terms) {
  tokens_used_ = 0;
  row_ends_.clear();
  times_.clear();
  changes_.assign(group.columns, 0);
  const Line* before = nullptr;
  for (std::uint32_t i = group.first; i < group.first + group.lines; ++i) {
    const Line& line = lines_[by_group_[i]];
    times_.push_back(static_cast<std::uint64_t>(lines[by_group_[i]].event_ns));
    // Beyond ASCII the charset decides what the terms are, and it is the whole line's. A token that is as in
    // the line before has been met there, unless that line's bytes meant something else.
    if (tokens_.size() < tokens_used_ + group.columns) {
      tokens_.resize(std::max(2 * tokens_.size(), tokens_used_ + group.columns));
    }
    gathered_ = line.high || (before != nullptr && before->high);
    if (gathered_) terms.add({text + line.at, line.length}, lines[by_group_[i]].charset);
    if (line.high) shown_ = std::max(shown_, shown_ascii({text + line.at, line.length}));
    if (before != nullptr) {
      compare(text, line, *before, group.columns);
    } else {
      const std::uint16_t* const starts = starts_.data() + line.starts;
      for (std::uint32_t c = 0; c < group.columns; ++c)
        keep(line.at + starts[c], starts[c + 1] - 1U - starts[c], c);
    }
    row_ends_.push_back(static_cast<std::uint32_t>(tokens_used_));
    before = &line;
  }
  write_changes(group);
  write_tokens(text, group, terms);
}

inline void TextColumnsWriter::keep(std::uint32_t at, std::uint32_t length, std::uint32_t column) {
  tokens_.data()[tokens_used_++] = {
      .at = at,
      .length = static_cast<std::uint16_t>(length | (gathered_ ? kTokenGathered : 0)),
      .column = static_cast<std::uint16_t>(column)};
  ++changes_.data()[column];
}

/// Keeps the tokens of `line` that are not as in the line before, which has as many.
void TextColumnsWriter::compare(const char* text, const Line& line, const Line& before,
                                std::uint32_t columns) {
  const std::uint16_t* const starts = starts_.data() + line.starts;
  const std::uint16_t* const old_starts = starts_.data() + before.starts;
  const char* const bytes = text + line.at;
  const char* const old_bytes = text + before.at;
  for (std::uint32_t c = 0; c < columns; ++c) {
    // From the start of a token in both lines: what is equal up to and with the delimiter behind a token is
    // an equal token, and the next one starts in step again.
    const std::size_t left = line.length - starts[c], old_left = before.length - old_starts[c];
    const std::size_t same =
        common_prefix(bytes + starts[c], old_bytes + old_starts[c], std::min(left, old_left));
    if (same == left && same == old_left) return;
    const std::size_t differs = starts[c] + same;
    while (starts[c + 1] - 1U < differs) ++c;
    keep(line.at + starts[c], starts[c + 1] - 1U - starts[c], c);
  }
}

/// Which columns change, and for those that do now and then, when.
void TextColumnsWriter::write_changes(const Group& group) {
  constexpr std::uint32_t kNoBit = UINT32_MAX;
  change_bit_.assign(group.columns, kNoBit);
  std::uint32_t bits = 0;
  for (std::uint32_t c = 0; c < group.columns; ++c) {
    if (changes_[c] > 1 && changes_[c] < group.lines) change_bit_[c] = bits++;
  }
  if (bits == 0) return;
  const std::size_t width = (bits + 7U) / 8;
  const std::size_t used = changed_.size();
  changed_.resize(used + width * (group.lines - 1));
  char* line = changed_.data() + used;
  const ColumnToken* token = tokens_.data() + row_ends_.front();
  const std::uint32_t* const bit_of = change_bit_.data();
  for (std::uint32_t row = 1; row < group.lines; ++row, line += width) {
    for (const ColumnToken* const end = tokens_.data() + row_ends_.data()[row]; token != end; ++token) {
      const std::uint32_t bit = bit_of[token->column];
      if (bit == kNoBit) continue;
      line[bit / 8] = static_cast<char>(static_cast<unsigned char>(line[bit / 8]) | (1U << (bit % 8)));
    }
  }
}

void TextColumnsWriter::write_tokens(const char* text, const Group& group, TermCollector& terms) {
  append_varint(described_, group.lines);
  append_section(described_, {skeletons_.data() + group.skeleton_at, group.columns - 1});

  // A counting sort by column; in a column by line.
  column_at_.resize(group.columns);
  std::uint32_t total = 0;
  for (std::uint32_t c = 0; c < group.columns; ++c) {
    column_at_[c] = total;
    total += changes_[c];
  }
  if (by_column_.size() < tokens_used_) by_column_.resize(tokens_.size());
  ColumnToken* const by_column = by_column_.data();
  std::uint32_t* const places = column_at_.data();
  for (const ColumnToken& token : std::span(tokens_).first(tokens_used_))
    by_column[places[token.column]++] = token;

  values_.begin_group(times_);
  const ColumnToken* first = by_column;
  for (std::uint32_t c = 0; c < group.columns; ++c) {
    const ColumnChange change = changes_[c] == 1             ? ColumnChange::never
                                : changes_[c] == group.lines ? ColumnChange::always
                                                             : ColumnChange::sometimes;
    values_.put(text, {first, changes_[c]}, change, terms);
    first += changes_[c];
  }
}

TextColumns TextColumnsWriter::join(std::size_t lines, std::uint32_t groups) {
  text_.clear();
  append_varint(text_, lines);
  append_varint(text_, groups);
  append_varint(text_, changed_.size());
  for (const std::string_view section : {view_of(lengths_), view_of(plain_), view_of(described_),
                                         values_.numbers.shapes.view(), values_.text.view()}) {
    append_section(text_, section);
  }
  const std::size_t text_size = text_.size();
  text_.resize(text_size + kScanPadding);
  still_.clear();
  for (const std::string_view section : {view_of(ids_), view_of(changed_), values_.numbers.still.view()}) {
    still_.insert(still_.end(), section.begin(), section.end());
  }
  return {.text = {text_.data(), text_size},
          .still = view_of(still_),
          .calm = values_.numbers.calm.view(),
          .noise = values_.numbers.noise.view()};
}

}  // namespace vigil
