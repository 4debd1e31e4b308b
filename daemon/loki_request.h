#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/http_server.h"
#include "daemon/source_table.h"
#include "storage/logql_eval.h"

namespace vigil {

/// What answers to Loki's clients are made from.
struct LokiParts {
  const Archive& archive;
  const SourceTable& sources;
  std::int64_t now_ns = 0;
  const std::function<bool()>& cancelled;
};

/// Why a request is refused, in words that Grafana shows as they are.
struct LokiRefusal {
  unsigned status = 400;
  std::string what, what_zh;
};
LokiRefusal refusal(unsigned status, std::string_view what, std::string_view what_zh);
/// "parse error at line 1, col 7: unexpected …; expected …".
LokiRefusal refusal(const QueryError& error, std::string_view query);
LokiRefusal refusal(const StoreError& error);
template <class Value>
using Loki = Result<Value, LokiRefusal>;

/// Limits as Loki's own, so that its clients know what they meet.
constexpr std::uint64_t kLokiLines = 100, kLokiLinesMax = 5'000;
constexpr std::int64_t kLokiPointsMax = 11'000;

/// Nanoseconds of a time as Loki's clients write them: whole seconds (up to ten digits), nanoseconds,
/// seconds with a fraction, RFC 3339.
std::optional<std::int64_t> read_loki_time(std::string_view text);

/// `start` (or `since`) and `end`; without them the last `fallback_ns`.
struct LokiSpan {
  std::int64_t start_ns = 0, end_ns = 0;
};
Loki<LokiSpan> read_span(const HttpRequest& request, std::int64_t now_ns, std::int64_t fallback_ns);

/// The moments of a metric over `span`, by `step`: seconds, or a length such as 15s; without it about 250
/// of them.
Loki<SampleTimes> read_times(const HttpRequest& request, const LokiSpan& span);

/// `limit`, at most `most`.
Loki<std::uint64_t> read_lines(const HttpRequest& request, std::uint64_t fallback, std::uint64_t most);

/// The selector in parameter `name`; where there is none, every record.
Loki<LogSelection> read_selection(std::string_view text);

/// What part of the archive a selection over `span` covers.
ScanRange loki_range(const LokiSpan& span);

}  // namespace vigil
