#include "storage/value_columns.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

#include "parsers/payload_text.h"
#include "storage/hash.h"

namespace vigil {

namespace {

/// With fewer values, what a column says of itself costs more than it saves.
constexpr std::size_t kValuesMin = 12;
/// Longest value that is looked at as numbers.
constexpr std::size_t kNumbersBytesMax = 255;
/// Hex digits that make it worth while.
constexpr std::size_t kHexDigitsMin = 4;
/// A column's tokens are cut if these many of them have two bytes in common with the one before, on average.
constexpr std::size_t kCutTokensMin = 8;

/// Value of a hex digit of one case; 16 for all else.
constexpr std::array<std::uint8_t, 256> hex_values(char a) {
  std::array<std::uint8_t, 256> table{};
  table.fill(16);
  for (unsigned i = 0; i < 10; ++i) table['0' + i] = static_cast<std::uint8_t>(i);
  for (unsigned i = 0; i < 6; ++i)
    table[static_cast<unsigned char>(a) + i] = static_cast<std::uint8_t>(10 + i);
  return table;
}
constexpr std::array<std::uint8_t, 256> kLowerHex = hex_values('a'), kUpperHex = hex_values('A');

/// Up to eight decimal digits at `at`, at most `limit` of them: how many there are, and their value. Eight bytes are
/// readable.
struct Digits {
  unsigned count;
  std::uint64_t value;
};
inline Digits read_digits(const char* at, std::size_t limit) {
  // Eight digits at once: each byte less '0'; then pairs, fours and the eight are added up.
  std::uint64_t bytes = load_u64(at) ^ 0x3030303030303030U;
  std::uint64_t others = ((bytes + 0x7676767676767676U) | bytes) & 0x8080808080808080U;
  if (limit < 8) others |= std::uint64_t{0x80} << (8 * limit);
  const unsigned count = others == 0 ? 8U : static_cast<unsigned>(std::countr_zero(others)) / 8U;
  if (count == 0) return {0, 0};
  bytes <<= 8 * (8 - count);
  bytes = (bytes * 2561U) >> 8U;
  bytes = ((bytes & 0x00ff00ff00ff00ffU) * 6553601U) >> 16U;
  bytes = ((bytes & 0x0000ffff0000ffffU) * 42949672960001U) >> 32U;
  return {count, bytes};
}

}  // namespace

void ValueColumnsWriter::clear() {
  numbers.clear();
  text.clear();
  begin_group({});
  shown_ = ShownAscii::all;
}

void ValueColumnsWriter::put(const char* text_base, std::span<const ColumnToken> tokens, ColumnChange change,
                             TermCollector& terms) {
  base_ = text_base;
  tokens_ = tokens;
  change_ = change;
  const std::size_t count = tokens.size();
  const auto add_terms = [&] {
    for (const ColumnToken& token : tokens) {
      if ((token.length & kTokenGathered) == 0) terms.add_token(base_ + token.at, token.length);
    }
  };
  // Where some terms are gathered already and some are not, each token is asked.
  const bool gathered = std::any_of(tokens.begin(), tokens.end(), [](const ColumnToken& token) {
    return (token.length & kTokenGathered) != 0;
  });
  if (count < kValuesMin) {
    add_terms();
    put_text();
  } else if (put_same()) {
    if (gathered) add_terms();
  } else if (const Found found = put_found(); found == Found::words && !gathered) {
    for (const Word& word : words_) terms.add_token(base_ + word.at, word.length);
  } else {
    if (found != Found::numbers || gathered || runs_may_be_terms()) add_terms();
    if (found == Found::none && !put_split(0) && !put_cut()) put_text();
  }
  earlier_.push_back(tokens);
}

/// Writes the column as words, numbers or hex, if it is one of these. Few words come first and many last: they cost more
/// to read back than numbers do.
ValueColumnsWriter::Found ValueColumnsWriter::put_found() {
  if (put_words(tokens_.size() / 4 + 1)) return Found::words;
  if (put_numbers()) return Found::numbers;
  if (put_hex()) return Found::hex;
  return put_words(tokens_.size() / 2) ? Found::words : Found::none;
}

void ValueColumnsWriter::put_kind(ColumnKind kind) {
  numbers.shapes.varint(static_cast<std::uint64_t>(kind) * 4 + static_cast<std::uint64_t>(change_));
  if (kind != ColumnKind::text && kind != ColumnKind::cut && change_ == ColumnChange::sometimes) {
    numbers.shapes.varint(tokens_.size());
  }
}

inline void ValueColumnsWriter::look_at(std::string_view value) {
  shown_ = std::max(shown_, shown_ascii_of_token(value));
}

/// Tokens that differ in digits alone: one speaks for all, unless the digits are those of escapes.
void ValueColumnsWriter::look_at_alike() {
  const bool escapes = token(0).find('\\') != std::string_view::npos;
  for (std::size_t i = 0; i < (escapes ? tokens_.size() : 1); ++i) look_at(token(i));
}

bool ValueColumnsWriter::put_same() {
  const std::size_t count = tokens_.size();
  const std::string_view first = token(0);
  for (std::size_t back = 1; back <= earlier_.size(); ++back) {
    const std::span<const ColumnToken> other = earlier_[earlier_.size() - back];
    if (other.size() != count || (other[0].length & kTokenLength) != first.size() ||
        !same_wide(base_ + other[0].at, first.data(), first.size())) {
      continue;
    }
    std::size_t i = 1;
    for (; i < count; ++i) {
      const std::string_view value = token(i);
      if ((other[i].length & kTokenLength) != value.size() ||
          !same_wide(base_ + other[i].at, value.data(), value.size())) {
        break;
      }
    }
    if (i < count) continue;
    put_kind(ColumnKind::same);
    numbers.shapes.varint(back);
    return true;
  }
  return false;
}

/// The number of a word, which may be a new one.
inline std::uint32_t ValueColumnsWriter::word_of(std::string_view value) {
  std::uint64_t key = load_u64(value.data());
  if (value.size() < 8) {
    key &= (std::uint64_t{1} << (8 * value.size())) - 1;
  } else if (value.size() > 8) {
    key = mix(key ^ value.size(), load_u64(value.data() + value.size() - 8) ^ kMixB);
  }
  std::uint64_t slot = mix(key ^ value.size(), kMixA);
  for (;; ++slot) {
    std::uint32_t& entry = slots_.data()[slot % kSlots];
    if (entry >> 16U != epoch_) {
      entry = epoch_ << 16U | static_cast<std::uint32_t>(words_.size());
      words_.push_back({.key = key,
                        .at = static_cast<std::uint32_t>(value.data() - base_),
                        .length = static_cast<std::uint16_t>(value.size())});
      return static_cast<std::uint32_t>(words_.size() - 1);
    }
    const Word& word = words_.data()[entry & 0xffffU];
    if (word.key == key && word.length == value.size() &&
        (value.size() <= 8 || same_wide(base_ + word.at, value.data(), value.size()))) {
      return entry & 0xffffU;
    }
  }
}

/// If there are at most so many different values.
bool ValueColumnsWriter::put_words(std::size_t words_max) {
  const std::size_t count = tokens_.size();
  words_max = std::min(words_max, kWordsMax);
  if (slots_.empty()) slots_.resize(kSlots);
  if (++epoch_ > UINT16_MAX) {
    std::fill(slots_.begin(), slots_.end(), 0);
    epoch_ = 1;
  }
  words_.clear();
  if (values_.size() < count) values_.resize(count);
  // Given up early where most values are new; some more than that may be at the beginning.
  constexpr std::size_t kHeadStart = 24;
  for (std::size_t i = 0; i < count; ++i) {
    values_.data()[i] = word_of(token(i));
    if (words_.size() > words_max || words_.size() > kHeadStart + i * words_max / count * 3 / 2) return false;
  }
  put_kind(ColumnKind::words);
  numbers.shapes.varint(words_.size());
  std::size_t bytes = words_.size();
  for (const Word& word : words_) bytes += word.length;
  numbers.shapes.varint(bytes);
  char* out = text.room(bytes);
  for (const Word& word : words_) {
    look_at({base_ + word.at, word.length});
    copy_wide(out, base_ + word.at, word.length);
    out += word.length;
    *out++ = ' ';
  }
  text.end(out);
  put_values(values_.data());
  return true;
}

/// Runs of digits in the first token.
bool ValueColumnsWriter::find_runs() {
  const std::string_view first = token(0);
  runs_used_ = 0;
  if (first.size() > kNumbersBytesMax) return false;
  std::size_t at = 0;
  for (;;) {
    const std::size_t before = at;
    while (at < first.size() && !is_digit(first[at])) ++at;
    if (at == first.size()) {
      behind_ = first.substr(before);
      return runs_used_ > 0;
    }
    if (runs_used_ == kColumnRunsMax) return false;
    Run& run = runs_[runs_used_++];
    run.before = first.data() + before;
    run.before_size = at - before;
    run.digits_min = UINT32_MAX;
    run.digits_max = 0;
    run.zero_in_front = false;
    if (run.values.size() < tokens_.size()) run.values.resize(tokens_.size());
    while (at < first.size() && is_digit(first[at])) ++at;
  }
}

inline bool ValueColumnsWriter::read_runs(std::size_t index) {
  const std::string_view value = token(index);
  const char* at = value.data();
  const char* const end = at + value.size();
  for (Run& run : std::span(runs_).first(runs_used_)) {
    if (run.before_size == 1 ? *at != *run.before : !same_wide(at, run.before, run.before_size)) return false;
    at += run.before_size;
    if (at >= end) return false;
    const auto limit = static_cast<std::size_t>(end - at);
    Digits digits = read_digits(at, limit);
    if (digits.count == 0) return false;
    unsigned count = digits.count;
    std::uint64_t number = digits.value;
    if (count == 8) {
      constexpr std::array<std::uint64_t, 9> kPowers = {1,       10,        100,        1'000,      10'000,
                                                        100'000, 1'000'000, 10'000'000, 100'000'000};
      for (; digits.count == 8 && count <= kColumnDigitsMax; count += digits.count) {
        digits = read_digits(at + count, limit - count);
        if (count + digits.count > kColumnDigitsMax) return false;
        number = number * kPowers[digits.count] + digits.value;
      }
    }
    run.zero_in_front |= count > 1 && *at == '0';
    run.digits_min = std::min(run.digits_min, count);
    run.digits_max = std::max(run.digits_max, count);
    run.values.data()[index] = number;
    at += count;
  }
  return at + behind_.size() == end && same_wide(at, behind_.data(), behind_.size());
}

/// A term has a letter, or is an address of four numbers or more (terms.h). What stands between the numbers is ASCII, or
/// the terms were gathered already.
bool ValueColumnsWriter::runs_may_be_terms() const {
  if (runs_used_ >= 4) return true;
  const std::string_view value = token(0);
  return std::any_of(value.begin(), value.end(), [](char c) {
    const char lower = static_cast<char>(c | 0x20);
    return (lower >= 'a' && lower <= 'z') || c == '\\';
  });
}

/// How the run's values follow from the lines' times (kColumnTimes and more), 0 if they do not. Devices write a time into a
/// line once or twice more than its header has it, and its last digits are what packs worst of all.
unsigned ValueColumnsWriter::find_times(const Run& run) const {
  if (times_.size() != tokens_.size() || times_.front() == 0) return 0;  // not told
  const auto agree = [&](unsigned cut, unsigned digits) {
    for (std::size_t i = 0; i < times_.size(); ++i) {
      if (run.values[i] != part_of_time(times_[i], cut, digits)) return false;
    }
    return true;
  };
  constexpr unsigned kSecondDigits = 9;
  const unsigned digits = run.digits_min == run.digits_max ? run.digits_min : 0;
  // Behind the point of a second; or the whole, in seconds, ms, us, ns since 1970.
  if (digits > 0 && digits <= kSecondDigits && agree(kSecondDigits - digits, digits)) {
    return kColumnTimes + 32 * (kSecondDigits - digits) + digits;
  }
  for (const unsigned cut : {0U, 3U, 6U, kSecondDigits}) {
    if (!run.zero_in_front && agree(cut, 0)) return kColumnTimes + 32 * cut;
  }
  return 0;
}

bool ValueColumnsWriter::put_numbers() {
  if (!find_runs()) return false;
  for (std::size_t i = 0; i < tokens_.size(); ++i) {
    if (!read_runs(i)) return false;
  }
  const std::span<Run> runs = std::span(runs_).first(runs_used_);
  for (const Run& run : runs) {
    if (run.zero_in_front && run.digits_min != run.digits_max) return false;
  }
  look_at_alike();
  put_kind(ColumnKind::numbers);
  numbers.shapes.varint(runs.size());
  for (Run& run : runs) {
    numbers.shapes.section({run.before, run.before_size});
    if (const unsigned times = find_times(run); times != 0) {
      numbers.shapes.varint(times);
      continue;
    }
    numbers.shapes.varint(run.zero_in_front ? run.digits_min : 0);
    put_values(run.values.data());
  }
  numbers.shapes.section(behind_);
  return true;
}

bool ValueColumnsWriter::put_hex() {
  const std::string_view first = token(0);
  if (first.size() > kColumnHexMax) return false;
  // The case is that of the first letter that could be a digit of either.
  const auto letter = std::find_if(first.begin(), first.end(), [](char c) {
    const char lower = static_cast<char>(c | 0x20);
    return lower >= 'a' && lower <= 'f';
  });
  const bool upper = letter != first.end() && *letter < 'a';
  const std::array<std::uint8_t, 256>& value_of = upper ? kUpperHex : kLowerHex;
  std::array<std::uint8_t, kColumnHexMax> places{};
  std::size_t digits = 0;
  for (std::size_t i = 0; i < first.size(); ++i) {
    if (value_of[static_cast<unsigned char>(first[i])] < 16) places[digits++] = static_cast<std::uint8_t>(i);
  }
  if (digits < kHexDigitsMin || 2 * digits < first.size()) return false;
  const std::size_t pairs = (digits + 1) / 2, count = tokens_.size();
  if (values_.size() < pairs * count) values_.resize(pairs * count);
  for (std::size_t i = 0; i < count; ++i) {
    const std::string_view value = token(i);
    if (value.size() != first.size()) return false;
    unsigned all = 0;
    std::uint64_t* out = values_.data() + i;
    std::size_t place = 0;
    for (std::size_t d = 0; d + 1 < digits; d += 2, out += count) {
      const unsigned high = value_of[static_cast<unsigned char>(value[places[d]])];
      const unsigned low = value_of[static_cast<unsigned char>(value[places[d + 1]])];
      all |= high | low;
      *out = high << 4U | low;
    }
    if (digits % 2 != 0)
      all |= static_cast<unsigned>(*out = value_of[static_cast<unsigned char>(value[places[digits - 1]])]);
    if (all >= 16) return false;
    for (std::size_t d = 0; d <= digits; ++d) {
      const std::size_t next = d == digits ? first.size() : places[d];
      if (place < next && !same_wide(value.data() + place, first.data() + place, next - place)) return false;
      place = next + 1;
    }
  }
  look_at_alike();
  put_kind(ColumnKind::hex);
  numbers.shapes.varint(upper ? 1 : 0);
  numbers.shapes.varint(first.size());
  std::array<char, kColumnHexMax / 8> bits{};
  for (std::size_t d = 0; d < digits; ++d) {
    char& byte = bits[places[d] / 8U];
    byte = static_cast<char>(static_cast<unsigned char>(byte) | 1U << (places[d] % 8U));
  }
  numbers.shapes.bytes(bits.data(), (first.size() + 7) / 8);
  std::size_t d = 0;
  for (std::size_t i = 0; i < first.size(); ++i) {
    if (d < digits && places[d] == i) {
      ++d;
    } else {
      numbers.shapes.bytes(&first[i], 1);
    }
  }
  for (std::size_t pair = 0; pair < pairs; ++pair) put_values(values_.data() + pair * count);
  return true;
}

/// A path and what it ends in, a host and its port: apart, one or both may be of another kind than text.
bool ValueColumnsWriter::put_split(unsigned depth) {
  if (depth == kColumnSplitsMax) return false;
  constexpr std::string_view kBytes = "/:@\\";
  const std::string_view first = token(0);
  const auto chosen = std::find_if(kBytes.begin(), kBytes.end(),
                                   [first](char c) { return first.find(c) != std::string_view::npos; });
  if (chosen == kBytes.end()) return false;
  std::vector<ColumnToken>&heads = pieces_[2 * depth], &tails = pieces_[2 * depth + 1];
  heads.clear();
  tails.clear();
  for (const ColumnToken& whole : tokens_) {
    const std::string_view value(base_ + whole.at, whole.length & kTokenLength);
    const std::size_t at = value.rfind(*chosen);
    if (at == std::string_view::npos) return false;
    if (*chosen != '/') look_at(value);  // its pieces may not show an escape
    heads.push_back({.at = whole.at, .length = static_cast<std::uint16_t>(at), .column = 0});
    tails.push_back({.at = static_cast<std::uint32_t>(whole.at + at + 1),
                     .length = static_cast<std::uint16_t>(value.size() - at - 1),
                     .column = 0});
  }
  const std::size_t shapes_before = numbers.shapes.size(), text_before = text.size();
  put_kind(ColumnKind::split);
  numbers.shapes.bytes(&*chosen, 1);
  const bool head_is_text = !put_piece(heads, depth);
  if (!put_piece(tails, depth) && head_is_text) {
    numbers.shapes.rewind(shapes_before);
    text.rewind(text_before);
    return false;
  }
  return true;
}

/// One of the two columns of a split. False if it was written as text.
bool ValueColumnsWriter::put_piece(std::span<const ColumnToken> tokens, unsigned depth) {
  const auto whole = std::exchange(tokens_, tokens);
  const auto change = std::exchange(change_, ColumnChange::always);
  const bool better = put_found() != Found::none || put_split(depth + 1);
  if (!better) put_text();
  tokens_ = whole;
  change_ = change;
  return better;
}

bool ValueColumnsWriter::put_cut() {
  const std::size_t count = tokens_.size();
  const auto common = [this](std::size_t i) {
    const std::string_view value = token(i), before = token(i - 1);
    return common_prefix(value.data(), before.data(), std::min({value.size(), before.size(), kColumnCutMax}));
  };
  std::size_t saved = 0;
  for (std::size_t i = 1; i < kCutTokensMin; ++i) saved += common(i);
  if (saved < 2 * kCutTokensMin) return false;
  std::size_t most = 2 * count;
  for (const ColumnToken& token : tokens_) most += token.length & kTokenLength;
  char* const begin = text.room(most);
  char* out = begin;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string_view value = token(i);
    const std::size_t cut = i == 0 ? 0 : common(i);
    look_at(value);
    *out++ = static_cast<char>(kColumnCutZero + cut);
    copy_wide(out, value.data() + cut, value.size() - cut);
    out += value.size() - cut;
    *out++ = ' ';
  }
  text.end(out);
  put_kind(ColumnKind::cut);
  numbers.shapes.varint(static_cast<std::uint64_t>(out - begin));
  return true;
}

void ValueColumnsWriter::put_text() {
  std::size_t bytes = tokens_.size();
  for (const ColumnToken& token : tokens_) bytes += token.length & kTokenLength;
  char* out = text.room(bytes);
  for (std::size_t i = 0; i < tokens_.size(); ++i) {
    const std::string_view value = token(i);
    look_at(value);
    copy_wide(out, value.data(), value.size());
    out += value.size();
    *out++ = ' ';
  }
  text.end(out);
  put_kind(ColumnKind::text);
  numbers.shapes.varint(bytes);
}

}  // namespace vigil
