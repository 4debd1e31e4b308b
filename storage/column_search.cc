#include "storage/column_search.h"

#include <algorithm>
#include <cstring>

#include "parsers/caseless.h"
#include "storage/column_walk.h"

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

/// Finds a run that does not stand in the text of columns as it is.
class RunVisitor {
 public:
  explicit RunVisitor(std::string_view run) : run_(run) {
    for (const char c : run) in_run_[static_cast<unsigned char>(c)] = true;
  }
  bool between(char c) const { return is_run_byte(c); }

  bool joint(std::string_view before, std::string_view after) const {
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

  bool hex(std::string_view places) const {
    for (std::size_t from = 0; from + run_.size() <= places.size(); ++from) {
      std::size_t i = 0;
      while (i < run_.size() && fits(places[from + i], run_[i])) ++i;
      if (i == run_.size()) return true;
    }
    return false;
  }

 private:
  // No run has a digit, so that a place of one is not mistaken.
  static bool fits(char place, char c) {
    return place == c || (place == ColumnWalk<RunVisitor>::kHexPlace && is_hex_digit(c));
  }

  std::string_view run_;
  std::array<bool, 256> in_run_{};
};

}  // namespace

namespace {

std::vector<std::uint16_t> threes_of(std::string_view run) {
  std::vector<std::uint16_t> threes;
  for (std::size_t at = 0; at + 3 <= run.size(); ++at) {
    const unsigned x = letter_number(run[at]), y = letter_number(run[at + 1]), z = letter_number(run[at + 2]);
    if (x != 0 && y != 0 && z != 0) threes.push_back(static_cast<std::uint16_t>(1024 * x + 32 * y + z));
  }
  return threes;
}

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
      if (run.size() >= kRunMin)
        runs.push_back({.lower = run, .needle = Needle(run), .threes = threes_of(run)});
      at = static_cast<std::size_t>(last - needle.begin());
    }
  }
  std::stable_sort(runs.begin(), runs.end(),
                   [](const Run& a, const Run& b) { return a.lower.size() > b.lower.size(); });
  return runs;
}

bool ColumnSearch::may_hold(const LetterIndex& letters, std::size_t part, ShownAscii shown) const {
  if (shown == ShownAscii::not_all) return true;
  const std::vector<Run>& runs = runs_[shown == ShownAscii::all ? 0 : 1];
  return std::all_of(runs.begin(), runs.end(), [&](const Run& run) { return letters.has(part, run.threes); });
}

bool ColumnSearch::may_hold(std::string_view text, ShownAscii shown) const {
  if (shown == ShownAscii::not_all) return true;
  const std::vector<Run>& runs = runs_[shown == ShownAscii::all ? 0 : 1];
  return std::all_of(runs.begin(), runs.end(), [text](const Run& run) { return may_hold(text, run); });
}

bool ColumnSearch::may_hold(std::string_view text, const Run& run) {
  if (run.needle.find(text) != std::string_view::npos) return true;
  // What is not as it was written is read, and reading tells so.
  RunVisitor visitor(run.lower);
  return !ColumnWalk(visitor).walk(text);
}

}  // namespace vigil
