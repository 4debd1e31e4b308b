#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "storage/letter_index.h"
#include "storage/needle.h"
#include "storage/needle_filter.h"

namespace vigil {

/// Looks for needles in text that stays columns (text_columns.h): of a part only its piece `text` is unpacked, which is a
/// fortieth of the text it stands for, and no line is put together.
///
/// A needle is cut at what columns may cut at or leave out: delimiters, the bytes values are split at, digits. What is
/// left are runs of letters, of "_", "." and "-", and of bytes beyond ASCII, and each of them lies in one value. So it stands in that piece as it
/// is, or across the place where a value was cut off from the one before, or among hex digits.
class ColumnSearch {
 public:
  ColumnSearch() = default;
  /// Needles of NeedleFilter, or any bytes where only `ShownAscii::all` is asked about.
  explicit ColumnSearch(const std::vector<std::string>& needles);

  /// Nothing is excluded: no needle has a run that is long enough.
  bool empty() const { return runs_[0].empty(); }

  /// The same, but of less: only what the block's letter index knows of the part is asked.
  bool may_hold(const LetterIndex& letters, std::size_t part, ShownAscii shown) const;
  /// False only if no record of a part can hold every needle in the text that is read from it. `text` is that piece of
  /// its columns, with kScanPadding readable bytes behind it; it may be anything.
  bool may_hold(std::string_view text, ShownAscii shown) const;

 private:
  struct Run {
    std::string lower;
    Needle needle;
    std::vector<std::uint16_t> threes;  ///< bits of the letter index
  };
  static std::vector<Run> runs_of(const std::vector<std::string>& needles);
  static bool may_hold(std::string_view text, const Run& run);

  /// To be found where all ASCII is shown, and where the begin of a needle may be the end of a picture.
  std::array<std::vector<Run>, 2> runs_;
};

}  // namespace vigil
