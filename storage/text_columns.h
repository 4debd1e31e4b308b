#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "parsers/syslog_header.h"
#include "storage/needle_filter.h"
#include "storage/terms.h"
#include "storage/token_scan.h"
#include "storage/value_columns.h"

namespace vigil {

// Text of a block as columns (token_scan.h): lines of one skeleton are a group, token i of its lines is column i,
// and of a column only what differs from the line before is written. Of ordinary logs that is a sixth of the tokens.
// Lines of a skeleton that is rare, and very long ones, are written as they are.
//
// Bytes, before zstd, are in four pieces. Numbers are varints; a section is its length and its bytes.
//
//   text:   lines, groups, bytes of `changes`
//           section lengths  of the lines as they are
//           section plain    those lines, back to back
//           section groups   for each group: lines, size of the skeleton, skeleton
//           section shapes, section values: of the columns, group by group (value_columns.h); their values are those of
//                            each group's first line and of each change
//   still:  ids      for each line: its group + 1, or 0 for a line as it is; one byte, or two (low first) if there are
//                    more than 255 groups
//           changes  for each group and each of its lines but the first: a bit for each column that changes now and
//                    then, lowest first, in whole bytes
//           the columns' numbers that are still
//   calm, noise: the columns' other numbers

/// What the encoder is told of a line.
struct TextLine {
  std::uint32_t length = 0;
  Charset charset = Charset::utf8;
  std::int64_t event_ns = 0;
};

/// Limits of a part: the reader refuses what is past them.
constexpr std::uint32_t kGroupsMax = 4096;
constexpr std::uint32_t kColumnsMax = 4096;

/// Text as columns, in four pieces that are packed each by itself. Behind `text` there are kScanPadding readable bytes.
struct TextColumns {
  std::string_view text, still, calm, noise;
  std::size_t size() const { return text.size() + still.size() + calm.size() + noise.size(); }
};

/// Writes text as columns. Keeps its memory from part to part; one thread.
class TextColumnsWriter {
 public:
  explicit TextColumnsWriter(TokenScanner scanner = token_scanner()) : scan_(scanner) {}

  /// `text` is the lines back to back, with kScanPadding bytes readable behind it; it is less than 4 GiB.
  /// Their terms go to `terms`. The views live until the next call.
  TextColumns write(const char* text, std::span<const TextLine> lines, TermCollector& terms);
  /// Of the lines that were written last.
  ShownAscii shown() const { return std::max(shown_, values_.shown()); }

 private:
  struct Line {
    std::uint32_t at, length, starts;  ///< `starts`: where its token starts begin in starts_
    std::uint32_t group;               ///< in groups_, or kPlain
    bool high;
  };
  struct Group {
    std::uint64_t hash = 0;
    std::uint32_t skeleton_at = 0, columns = 0;  ///< the skeleton has columns - 1 bytes, in skeletons_
    std::uint32_t lines = 0;
    std::uint32_t number = 0;  ///< as written, 0: its lines are plain
    std::uint32_t first = 0;   ///< in by_group_
  };

  void scan_lines(const char* text, std::span<const TextLine> lines);
  std::uint32_t group_of(std::uint32_t columns);
  void write_plain(const char* text, std::span<const TextLine> lines, TermCollector& terms);
  void write_group(const char* text, const Group& group, std::span<const TextLine> lines,
                   TermCollector& terms);
  void compare(const char* text, const Line& line, const Line& before, std::uint32_t columns);
  void keep(std::uint32_t at, std::uint32_t length, std::uint32_t column);
  void write_changes(const Group& group);
  void write_tokens(const char* text, const Group& group, TermCollector& terms);
  TextColumns join(std::size_t lines, std::uint32_t groups);

  TokenScanner scan_;
  std::vector<Line> lines_;
  std::vector<std::uint16_t> starts_;
  std::vector<char> skeletons_;
  std::vector<Group> groups_;
  std::size_t skeletons_used_ = 0;
  std::vector<std::uint32_t> slots_;     ///< hash table of groups_: index + 1
  std::vector<std::uint32_t> by_group_;  ///< lines, group by group
  // Of one group:
  bool gathered_ = false;  ///< the terms of the line at hand are
  std::vector<ColumnToken> tokens_, by_column_;
  std::size_t tokens_used_ = 0;
  std::vector<std::uint32_t> row_ends_;  ///< in tokens_
  std::vector<std::uint32_t> changes_, column_at_, change_bit_;
  std::vector<std::uint64_t> times_;  ///< of its lines
  // What is written:
  std::vector<char> ids_, lengths_, plain_, described_, changed_, text_, still_;
  ValueColumnsWriter values_;
  ShownAscii shown_ = ShownAscii::all;  ///< of plain lines, and of those with bytes beyond ASCII
};

/// Reads what the writer wrote. Keeps its memory; one thread.
class TextColumnsReader {
 public:
  TextColumnsReader();
  ~TextColumnsReader();
  TextColumnsReader(const TextColumnsReader&) = delete;
  TextColumnsReader& operator=(const TextColumnsReader&) = delete;

  /// Reads columns, of bytes that may be anything, into exactly `size` bytes at `out`. There are kScanPadding more bytes
  /// writable behind `out`; what stands there is lost. False if the bytes do not say that many; never reads or writes
  /// further. `times`: event time of each line, as the writer was told; without them a part that needs them is not read.
  bool read(const TextColumns& columns, char* out, std::size_t size,
            std::span<const std::uint64_t> times = {});
  /// Whether read() would give just this text, behind which kScanPadding bytes are readable. The same reading, which
  /// compares each piece where it would write it.
  bool says(const TextColumns& columns, std::string_view text, std::span<const std::uint64_t> times = {});

 private:
  struct Memory;
  std::unique_ptr<Memory> memory_;
};

}  // namespace vigil
