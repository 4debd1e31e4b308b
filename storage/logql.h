#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "storage/query_ast.h"

namespace vigil {

/// What stands between `{` and the metric's range: which records, and which of their labels are shown.
/// Records are parsed when they arrive, so `| json` and `| logfmt` only say that an event's fields are
/// labels too.
struct LogSelection {
  struct LabelStage {
    bool keep = false;  ///< else drop
    std::vector<std::string> names;
  };

  Node filter;
  std::vector<std::string> matched;  ///< labels that the selector names
  bool parsed = false;
  std::vector<LabelStage> stages;

  bool shows(std::string_view label) const;
  /// The filter as a question to the archive, with these pipes behind it.
  Query query(std::vector<Pipe> pipes = {}) const;
};

/// `by (a, b)` or `without (a, b)`.
struct LabelGrouping {
  bool without = false;
  std::vector<std::string> labels;
};

enum class RangeFunction : std::uint8_t { count_over_time, rate, bytes_over_time, bytes_rate };
enum class VectorFunction : std::uint8_t { sum, avg, min, max, count, topk, bottomk };
enum class MetricOperator : std::uint8_t {
  add,
  subtract,
  multiply,
  divide,
  modulo,
  power,
  equal,
  unequal,
  greater,
  greater_equal,
  less,
  less_equal
};

struct MetricExpr;

struct ScalarLiteral {
  double value = 0;
  bool vector = false;  ///< written `vector(1)`: one sample without labels
};
struct RangeAggregation {
  RangeFunction function = RangeFunction::count_over_time;
  LogSelection selection;
  std::int64_t range_ns = 0, offset_ns = 0;
};
struct VectorAggregation {
  VectorFunction function = VectorFunction::sum;
  std::uint32_t k = 0;  ///< of topk and bottomk
  std::optional<LabelGrouping> grouping;
  std::vector<MetricExpr> of;  ///< one
};
struct BinaryMetric {
  MetricOperator op = MetricOperator::add;
  bool as_bool = false;           ///< a comparison gives 0 or 1 instead of leaving samples out
  std::vector<MetricExpr> sides;  ///< two
};
struct MetricExpr {
  std::variant<ScalarLiteral, RangeAggregation, VectorAggregation, BinaryMetric> what;
};

/// A LogQL query, as Grafana's Loki data source writes them:
///
///   {host="web1", level=~"error|critical"} |= "denied" | json | user_name!="" | drop __error__
///   sum by (level, detected_level) (count_over_time({job="vigil"}[1m]))
///
/// Selectors, line filters (|= != |~ !~, chained with `or`), json, logfmt, drop, keep, decolorize, label
/// filters; count_over_time, rate, bytes_over_time, bytes_rate; sum, avg, min, max, count, topk, bottomk
/// with by and without; arithmetic and comparisons; numbers and vector(). Everything else is refused by
/// name.
struct LogqlQuery {
  std::variant<LogSelection, MetricExpr> what;

  // A hostile query is refused before it costs anything.
  static constexpr std::size_t kTextBytesMax = 16 * 1024;  ///< as queries of our own
  static constexpr std::size_t kTermsMax = 256;   ///< matchers and filters: each is tried on every record
  static constexpr std::size_t kNestingMax = 64;  ///< bounds the recursion
  static constexpr std::size_t kRegexesMax = 16;  ///< each may hold a megabyte while it runs
  static constexpr std::size_t kRangesMax = 8;    ///< range aggregations: each reads the archive once
  /// Longest range and offset, ten years: times between 1970 and 2200 with both stay far from overflow.
  static constexpr std::int64_t kRangeMaxNs = 10LL * 365 * 86'400 * 1'000'000'000;
  static constexpr std::uint32_t kTopMax = 500;  ///< k of topk: as many as series are answered

  static Result<LogqlQuery, QueryError> parse(std::string_view text);

  /// The selection of a query for lines, nothing of one for a metric.
  const LogSelection* selection() const { return std::get_if<LogSelection>(&what); }
  const MetricExpr* metric() const { return std::get_if<MetricExpr>(&what); }
};

}  // namespace vigil
