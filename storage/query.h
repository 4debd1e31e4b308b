#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "parsers/render.h"
#include "parsers/result.h"
#include "storage/archive.h"

namespace vigil {

/// A mistake in a query: where, and what was expected there.
struct QueryError {
  std::size_t position = 0;  ///< byte offset in the query text
  std::string what;          ///< "no value after 'source.ip:'"
  std::string expected;      ///< "a value directly after the colon, as in source.ip:10.0.0.5"
  std::string what_zh, expected_zh;  ///< the same for readers of zh-TW
  /// Four lines: the query, a caret under the position, the sentence in English and in zh-TW. A long query is cut
  /// to what surrounds the position; a character of double width moves the caret by two.
  std::string render(std::string_view query) const;
};

/// Why a text cannot be a query at all: it is too long, or no UTF-8.
std::optional<QueryError> refuse_query_text(std::string_view text, std::size_t bytes_max);

/// A compiled question to the archive (grammar in docs/query.md): words, "phrases", field:value, prefixes, ranges,
/// CIDR, *substrings*, /re2/, AND OR NOT ( ), then pipes. Immutable; may be shared between threads.
class Query {
 public:
  // A hostile query is refused before it costs anything (BI-63: 10,000 ORs, 1,000 parentheses).
  /// Longest query text read.
  static constexpr std::size_t kTextBytesMax = 16 * 1024;
  /// Words, values and patterns together: far more than a person writes, few enough to try on every record.
  static constexpr std::size_t kTermsMax = 256;
  /// Parentheses and NOTs inside each other; bounds the recursion.
  static constexpr std::size_t kNestingMax = 64;
  /// Regular expressions: each may hold a megabyte while it runs.
  static constexpr std::size_t kRegexesMax = 16;
  /// Longest single word or phrase, so that comparing one with a record stays cheap.
  static constexpr std::size_t kWordBytesMax = 1024;
  static constexpr std::size_t kPipesMax = 16;

  /// `zone_minutes` is the offset in which times without one are meant ("@timestamp:>=2026-11-20").
  static Result<Query, QueryError> parse(std::string_view text, int zone_minutes = 480);

  /// True if the record is meant. `event` is the record parsed (parse_stored); pipes play no part.
  bool matches(const Event& event, const StoredRecord& record) const;
  /// Narrows `range` to what can hold a match: times and ids the query demands, terms every such record's block
  /// must have, hints every such record must hold. Whoever scans by it still asks matches() of each record, and
  /// may try hints with NeedleFilter (needle_filter.h), which knows the frames whose text is not in their bytes.
  void plan(ScanRange& range) const;
  bool has_pipes() const;

  struct Impl;
  explicit Query(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
  const Impl& impl() const { return *impl_; }

 private:
  std::shared_ptr<const Impl> impl_;
};

struct SearchRequest {
  ScanRange range;
  /// Rows at most, 0 = all. Rows of `stats`, and of a query with a `limit` of its own, are not cut by it.
  std::uint64_t limit = 100;
  int zone_minutes = 480;     ///< in which times are shown and `bucket()` counts days
  const std::function<bool()>* cancelled = nullptr;
};

/// One row of an answer: either an event or a row of a pipe.
struct SearchRow {
  const Event* event = nullptr;          ///< set for events
  const StoredRecord* record = nullptr;  ///< set for events
  const std::vector<std::pair<std::string, std::string>>* columns = nullptr;  ///< set for rows of a pipe (value = JSON)
};

struct SearchSummary {
  std::uint64_t rows = 0;
  ScanCost cost;
};

/// Runs `query`: rows go to `sink` (false stops) in the order the range asks for, streamed where no pipe has to
/// see everything first. `stats` and `uniq` hold at most 100,000 groups, `sort` 100,000 rows (more where a limit
/// follows), all pipes together 64 MiB; past that it fails with bad_argument and says what to narrow. `cancelled` is asked every
/// few records; then it fails with cancelled.
Result<SearchSummary, StoreError> search(const Archive& archive, const Query& query, const SearchRequest& request,
                                         const std::function<bool(const SearchRow&)>& sink);

/// Renders a row as one line of JSON without LF.
void render_row_json(const SearchRow& row, int zone_minutes, std::string& out);

}  // namespace vigil
