#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "parsers/render.h"
#include "parsers/result.h"
#include "storage/archive.h"

namespace vigil {

/// A mistake in a query: where, and what was expected there.
struct QueryError {
  std::size_t position;  ///< byte offset in the query text
  std::string what;      ///< "expected a value after 'source.ip:'"
  std::string expected;
  /// Three lines: the query, a caret under the position, the sentence.
  std::string render(std::string_view query) const;
};

/// A compiled question to the archive (grammar in docs/query.md): words, "phrases", field:value, prefixes, ranges,
/// CIDR, *substrings*, /re2/, AND OR NOT ( ), then pipes. Immutable; may be shared between threads.
class Query {
 public:
  /// Longest query text read. A hostile query of 10,000 ORs is refused before it costs anything (BI-63).
  static constexpr std::size_t kTextBytesMax = 16 * 1024;

  static Result<Query, QueryError> parse(std::string_view text);

  bool matches(const Event& event, const StoredRecord& record) const;
  /// Terms and needles that every matching record's block must hold; narrows the scan.
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
  std::uint64_t limit = 100;  ///< 0 = all
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
/// see everything first. `stats` holds at most 100,000 groups (then fails with bad_argument and says so).
Result<SearchSummary, StoreError> search(const Archive& archive, const Query& query, const SearchRequest& request,
                                         const std::function<bool(const SearchRow&)>& sink);

/// Renders a row as one line of JSON without LF.
void render_row_json(const SearchRow& row, int zone_minutes, std::string& out);

}  // namespace vigil
