#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rules/indicator.h"
#include "rules/indicator_table.h"

namespace vigil {

/// The forms in which indicators are handed on.
enum class WatchlistFormat : std::uint8_t {
  automatic,  ///< JSON is told by its first letter, CSV by its first lines
  text,       ///< one a line; '#' and ';' begin a comment
  csv,        ///< with or without a header; by comma, semicolon or TAB
  stix,       ///< STIX 2.0 and 2.1: a bundle, a TAXII envelope, or objects
  misp        ///< MISP: an event, a list of events, or what its REST search answers
};
std::string_view watchlist_format_name(WatchlistFormat format);
std::optional<WatchlistFormat> watchlist_format_from_name(std::string_view name);

/// Limits, each with its reason.
struct WatchlistLimits {
  std::size_t indicators_max = 1'000'000;                      ///< 64 MB in memory; feeds have up to some 100,000
  std::size_t text_bytes_max = std::size_t{256} * 1024 * 1024;  ///< a million rows with long comments
  std::size_t json_bytes_max = std::size_t{64} * 1024 * 1024;   ///< its tree takes five times that while it is read
  std::size_t depth_max = 32;                                  ///< of JSON; a bundle has five levels
  std::size_t line_bytes_max = 64 * 1024;
  std::size_t pattern_bytes_max = 64 * 1024;  ///< of one STIX pattern
  std::size_t problems_max = 1000;            ///< told one by one; the rest is counted
};

/// What holds where a row says nothing itself.
struct WatchlistDefaults {
  std::optional<IndicatorKind> kind;  ///< of every value; else it is guessed
  std::string source, tlp;
  int confidence = -1;
  std::int64_t now_ns = 0;         ///< when they are added
  std::int64_t lifetime_ns = 0;    ///< they expire this long after `seen_ns`; 0: never
  std::int64_t seen_ns = 0;        ///< when they were last said to be good (a file's time); 0: now
  Danger danger = Danger::refused;
};

/// A row that was not taken: the rest was.
struct WatchlistProblem {
  std::size_t line = 0;  ///< of the text, from 1; 0: of JSON
  std::string where;     ///< of JSON: "objects[3].pattern"
  std::string value;     ///< at most 200 bytes of it
  Sentence reason;       ///< with what to do about it
};

struct WatchlistReading {
  WatchlistFormat format = WatchlistFormat::text;  ///< as which it was read
  IndicatorTable table;                            ///< `since` is 0
  std::vector<WatchlistProblem> problems;
  std::uint64_t refused = 0;  ///< rows behind `problems`, all of them
  std::uint64_t doubled = 0;  ///< rows that were there before
  std::uint64_t passed_over = 0;  ///< not meant for detection: to_ids false, revoked, expired, other types
};

/// Reads one document. UTF-8, UTF-16 with a byte order mark or CP950. Never fails as a whole: a document that cannot be
/// read at all has one problem and no indicators. Linear in the text.
WatchlistReading read_watchlist(std::string_view bytes, WatchlistFormat format, const WatchlistDefaults& defaults,
                                const WatchlistLimits& limits = {});

/// The comparisons of a STIX pattern (STIX 2.1, 9) that name an indicator. Comparisons joined by OR are each one; joined
/// by AND only hashes are, because each of them alone names the file. What else must hold together cannot be watched for
/// one by one, and is refused unless `danger` is taken.
struct PatternTerm {
  std::optional<IndicatorKind> kind;  ///< nothing: to be guessed
  std::string value;
};
Result<std::vector<PatternTerm>, Sentence> read_stix_pattern(std::string_view pattern, Danger danger = Danger::refused);

namespace detail {

/// What the readers of the forms write into.
class WatchlistSink {
 public:
  WatchlistSink(WatchlistReading& out, const WatchlistDefaults& defaults, const WatchlistLimits& limits)
      : out_(out), defaults_(defaults), limits_(limits) {}

  const WatchlistDefaults& defaults() const { return defaults_; }
  const WatchlistLimits& limits() const { return limits_; }
  /// Where the next rows and problems are.
  void at_line(std::size_t line) { line_ = line; }
  void at_path(std::string path) { path_ = std::move(path); }
  /// `row` carries what the row says of itself; the rest is filled from the defaults. False once the list is full.
  bool add(std::optional<IndicatorKind> kind, std::string_view value, Indicator row);
  void refuse(std::string_view value, Sentence reason);
  void pass_over() { ++out_.passed_over; }
  bool full() const { return full_; }

 private:
  WatchlistReading& out_;
  const WatchlistDefaults& defaults_;
  const WatchlistLimits& limits_;
  std::size_t line_ = 0;
  std::string path_;
  bool full_ = false;
};

void read_watchlist_text(std::string_view text, WatchlistSink& sink);
void read_watchlist_csv(std::string_view text, WatchlistSink& sink);
/// STIX or MISP, as the document says or `format` wants. Returns what it was.
WatchlistFormat read_watchlist_json(std::string_view text, WatchlistFormat format, WatchlistSink& sink);
/// Whether the first lines are CSV.
bool resembles_csv(std::string_view text);
/// A time of a cell: ISO 8601 (UTC where it names no zone) or epoch seconds.
std::optional<std::int64_t> read_list_time(std::string_view text);

}  // namespace detail
}  // namespace vigil
