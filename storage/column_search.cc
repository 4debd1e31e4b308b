#include "storage/column_search.h"

#include <algorithm>
#include <cstring>

#include "storage/caseless.h"
#include "storage/text_columns.h"
#include "storage/value_columns.h"
#include "storage/wire.h"

namespace vigil {
namespace {

/// A shorter run is in nearly every part.
constexpr std::size_t kRunMin = 2;
/// Of a longer run the begin is looked for.
constexpr std::size_t kRunMax = 64;

constexpr bool is_run_byte(char c) {
  const char lower = lower_ascii(c);
  return (lower >= 'a' && lower <= 'z') || c == '_' || c == '.' || c == '-' ||
         static_cast<unsigned char>(c) >= 0x80;
}
constexpr bool is_hex_digit(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }

/// Where a run may be that does not stand in the text of columns as it is: walks what the columns say of themselves.
/// What the writer never writes counts as found: then the part is read, and reading tells what is wrong with it.
class ShapeSearch {
 public:
  ShapeSearch(std::string_view shapes, std::string_view text, std::string_view run)
      : shapes_(shapes), text_(text), run_(run) {
    for (const char c : run) in_run_[static_cast<unsigned char>(c)] = true;
  }

  bool may_be_in_groups(std::string_view described, std::uint64_t count) {
    WireReader groups(described);
    for (; count > 0; --count) {
      groups.varint();
      const std::string_view skeleton = groups.text();
      if (!groups.ok() || std::any_of(skeleton.begin(), skeleton.end(), is_run_byte)) return true;
      for (std::size_t columns = skeleton.size() + 1; columns > 0; --columns) {
        if (may_be_in_column() || !shapes_.ok() || !text_.ok()) return true;
      }
    }
    return groups.left() != 0 || shapes_.left() != 0 || text_.left() != 0;
  }

 private:
  bool may_be_in_column() {
    const std::uint64_t head = shapes_.varint();
    const auto kind = head / 4;
    if (head % 4 == static_cast<std::uint64_t>(ColumnChange::sometimes) &&
        kind > static_cast<std::uint64_t>(ColumnKind::cut)) {
      shapes_.varint();
    }
    return may_be_in_values(kind, 0);
  }

  bool may_be_in_values(std::uint64_t kind, unsigned depth) {
    switch (static_cast<ColumnKind>(std::min<std::uint64_t>(kind, UINT8_MAX))) {
      case ColumnKind::text:
        text_.bytes(shapes_.varint());
        return false;
      case ColumnKind::cut:
        return depth > 0 || is_across_cuts(text_.bytes(shapes_.varint()));
      case ColumnKind::same:
        shapes_.varint();
        return depth > 0;
      case ColumnKind::words:
        shapes_.varint();
        text_.bytes(shapes_.varint());
        skip_numbers();
        return false;
      case ColumnKind::numbers:
        for (std::uint64_t runs = shapes_.varint(kColumnRunsMax); runs > 0; --runs) {
          shapes_.text();
          if (shapes_.varint() < kColumnTimes) skip_numbers();
        }
        shapes_.text();
        return false;
      case ColumnKind::hex:
        return is_among_hex();
      case ColumnKind::split:
        if (depth == kColumnSplitsMax || is_run_byte(static_cast<char>(shapes_.byte()))) return true;
        for (int piece = 0; piece < 2; ++piece) {
          if (may_be_in_values(shapes_.varint() / 4, depth + 1)) return true;
        }
        return false;
    }
    return true;
  }

  /// Steps over what is said of a run of numbers; it has no text.
  void skip_numbers() {
    shapes_.varint();
    shapes_.byte();
    shapes_.varint();
  }

  bool is_across_cuts(std::string_view values) {
    if (values.empty() || values.back() != ' ') return true;
    constexpr std::size_t kHead = UINT8_MAX - kColumnCutZero;  // more than this is never left out
    char head[kHead + kRunMax + kColumnPadding];               // of the value before
    std::size_t head_size = 0;
    for (const char *at = values.data(), *const end = at + values.size(); at < end;) {
      const char* const stop =
          static_cast<const char*>(std::memchr(at, ' ', static_cast<std::size_t>(end - at)));
      const std::size_t common = static_cast<unsigned char>(*at) - std::size_t{kColumnCutZero};
      if (at == stop || common > head_size) return true;
      const char* const rest = at + 1;
      const auto size = static_cast<std::size_t>(stop - rest);
      if (common > 0 && size > 0 && is_across({head, common}, {rest, size})) return true;
      head_size = std::min(kHead, common + size);
      copy_wide(head + common, rest, head_size - common);
      at = stop + 1;
    }
    return false;
  }

  /// Whether the run ends `before` and begins `after`, at least a byte in each.
  bool is_across(std::string_view before, std::string_view after) const {
    const auto folded = [](char c) { return static_cast<unsigned char>(lower_ascii(c)); };
    if (!in_run_[folded(before.back())] || !in_run_[folded(after.front())]) return false;
    const std::size_t most = std::min(run_.size() - 1, before.size());
    for (std::size_t k = 1; k <= most; ++k) {
      if (run_.size() - k > after.size()) continue;
      if (equal_caseless(before.substr(before.size() - k), run_.substr(0, k)) &&
          equal_caseless(after.substr(0, run_.size() - k), run_.substr(k))) {
        return true;
      }
    }
    return false;
  }

  bool is_among_hex() {
    shapes_.varint();
    const auto length = static_cast<std::size_t>(shapes_.varint(kColumnHexMax));
    const std::string_view bits = shapes_.bytes((length + 7) / 8);
    if (!shapes_.ok()) return true;
    constexpr char kDigit = '0';  // which no run has
    char places[kColumnHexMax];
    std::size_t digits = 0;
    for (std::size_t i = 0; i < length; ++i) {
      const bool digit =
          (static_cast<unsigned>(static_cast<unsigned char>(bits[i / 8])) >> (i % 8) & 1U) != 0;
      places[i] = digit ? kDigit : lower_ascii(static_cast<char>(shapes_.byte()));
      digits += digit ? 1 : 0;
    }
    for (std::size_t pair = 0; pair < (digits + 1) / 2; ++pair) skip_numbers();
    for (std::size_t from = 0; from + run_.size() <= length; ++from) {
      std::size_t i = 0;
      while (i < run_.size() &&
             (places[from + i] == run_[i] || (places[from + i] == kDigit && is_hex_digit(run_[i])))) {
        ++i;
      }
      if (i == run_.size()) return true;
    }
    return false;
  }

  WireReader shapes_, text_;
  std::string_view run_;
  std::array<bool, 256> in_run_{};
};

}  // namespace

ColumnSearch::ColumnSearch(const std::vector<std::string>& needles) : runs_{runs_of(needles), {}} {
  std::vector<std::string> behind;
  for (const std::string& needle : needles) behind.emplace_back(NeedleFilter::behind_picture(needle));
  runs_[1] = runs_of(behind);
}

/// Longest first: the least likely one decides soonest.
std::vector<ColumnSearch::Run> ColumnSearch::runs_of(const std::vector<std::string>& needles) {
  std::vector<Run> runs;
  for (const std::string& needle : needles) {
    for (std::size_t at = 0; at < needle.size();) {
      const auto first =
          std::find_if(needle.begin() + static_cast<std::ptrdiff_t>(at), needle.end(), is_run_byte);
      const auto last = std::find_if_not(first, needle.end(), is_run_byte);
      const std::string run = lower_ascii(std::string_view(first, last).substr(0, kRunMax));
      if (run.size() >= kRunMin) runs.push_back({.lower = run, .needle = Needle(run)});
      at = static_cast<std::size_t>(last - needle.begin());
    }
  }
  std::stable_sort(runs.begin(), runs.end(),
                   [](const Run& a, const Run& b) { return a.lower.size() > b.lower.size(); });
  return runs;
}

bool ColumnSearch::may_hold(std::string_view text, ShownAscii shown) const {
  if (shown == ShownAscii::not_all) return true;
  const std::vector<Run>& runs = runs_[shown == ShownAscii::all ? 0 : 1];
  return std::all_of(runs.begin(), runs.end(), [text](const Run& run) { return may_hold(text, run); });
}

bool ColumnSearch::may_hold(std::string_view text, const Run& run) {
  if (run.needle.find(text) != std::string_view::npos) return true;
  WireReader in(text);
  in.varint();
  const std::uint64_t groups = in.varint(kGroupsMax);
  in.varint();
  in.text();
  in.text();
  const std::string_view described = in.text(), shapes = in.text(), values = in.text();
  return !in.ok() || in.left() != 0 ||
         ShapeSearch(shapes, values, run.lower).may_be_in_groups(described, groups);
}

}  // namespace vigil
