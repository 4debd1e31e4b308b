#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "storage/logql.h"
#include "storage/logql_labels.h"

namespace vigil {

/// The moments for which a metric is asked.
struct SampleTimes {
  std::int64_t start_ns = 0, step_ns = 1;
  std::uint32_t count = 1;

  std::int64_t at(std::uint32_t index) const { return start_ns + step_ns * static_cast<std::int64_t>(index); }
};

/// One line of a diagram.
struct Series {
  Labels labels;
  std::vector<double> values;  ///< one a moment
  std::vector<bool> present;   ///< false: there is no sample at that moment
};

struct MetricRequest {
  std::vector<std::string> organisations;
  SampleTimes times;
  const std::function<bool()>* cancelled = nullptr;

  /// Lines of a diagram: more nobody can tell apart, and each holds a number per moment.
  static constexpr std::size_t kSeriesMax = 500;
  /// Numbers of one answer, over all lines: 8 MiB here, some 30 as JSON.
  static constexpr std::size_t kSamplesMax = 1'000'000;
  /// Lines and numbers that an aggregation is made from, as the sources of a `topk`: up to 40 MiB.
  static constexpr std::size_t kInnerSeriesMax = 50'000, kInnerSamplesMax = 2'000'000;
  /// Text of all labels: a value may be as long as its record.
  static constexpr std::size_t kLabelBytesMax = 32 * 1024 * 1024;
};

struct MetricAnswer {
  std::vector<Series> series;  ///< in the order of their labels
  bool scalar = false;         ///< of numbers alone
  ScanCost cost;
};

/// Answers a metric query. The archive is read once for each range aggregation, whatever the range and the
/// step: a record counts for the moments t with t - range <= its time < t. Fails with bad_argument, and
/// says what to narrow, past the limits above.
Result<MetricAnswer, StoreError> evaluate_metric(const Archive& archive, const MetricExpr& metric,
                                                 const MetricRequest& request);

}  // namespace vigil
