#include "storage/logql_eval.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "storage/range_counts.h"

namespace vigil {
namespace {

/// What a part of a metric came to.
struct Vector {
  bool scalar = false;
  std::vector<Series> series;
};
using Evaluated = Result<Vector, StoreError>;

Labels grouped(const Labels& labels, const std::optional<LabelGrouping>& grouping) {
  Labels out;
  if (!grouping) return out;
  for (const auto& label : labels) {
    const bool named =
        std::find(grouping->labels.begin(), grouping->labels.end(), label.first) != grouping->labels.end();
    if (named != grouping->without) out.push_back(label);
  }
  return out;
}

bool is_comparison(MetricOperator op) { return op >= MetricOperator::equal; }

double apply(MetricOperator op, double a, double b) {
  switch (op) {
    case MetricOperator::add:
      return a + b;
    case MetricOperator::subtract:
      return a - b;
    case MetricOperator::multiply:
      return a * b;
    case MetricOperator::divide:
      return b == 0 ? (a == 0 || std::isnan(a) ? std::nan("") : std::copysign(HUGE_VAL, a)) : a / b;
    case MetricOperator::modulo:
      return b == 0 ? std::nan("") : std::fmod(a, b);
    case MetricOperator::power:
      return std::pow(a, b);
    case MetricOperator::equal:
      return a == b ? 1 : 0;
    case MetricOperator::unequal:
      return a != b ? 1 : 0;
    case MetricOperator::greater:
      return a > b ? 1 : 0;
    case MetricOperator::greater_equal:
      return a >= b ? 1 : 0;
    case MetricOperator::less:
      return a < b ? 1 : 0;
    case MetricOperator::less_equal:
      return a <= b ? 1 : 0;
  }
  return 0;
}

class Evaluator {
 public:
  Evaluator(const Archive& archive, const MetricExpr& metric, const MetricRequest& request)
      : archive_(archive), request_(request), series_max_(series_max(metric, request)) {}

  Evaluated evaluate(const MetricExpr& metric) {
    return std::visit([this](const auto& what) { return run(what); }, metric.what);
  }
  const ScanCost& cost() const { return cost_; }

 private:
  std::size_t moments() const { return request_.times.count; }

  Evaluated run(const ScalarLiteral& literal) {
    Vector out;
    out.scalar = !literal.vector;
    out.series.push_back(
        {{}, std::vector<double>(moments(), literal.value), std::vector<bool>(moments(), true)});
    return out;
  }

  Evaluated run(const RangeAggregation& range) { return count(range, std::nullopt); }

  Evaluated count(const RangeAggregation& range, const std::optional<LabelGrouping>& grouping) {
    auto series = count_ranges(archive_, range, grouping, series_max_, request_, cost_);
    if (!series) return series.error();
    return Vector{false, *std::move(series)};
  }

  Evaluated run(const VectorAggregation& aggregation) {
    // Sums of counts are counted as sums right away: there may be far more sets of labels than groups.
    const auto* range = std::get_if<RangeAggregation>(&aggregation.of.front().what);
    if (range != nullptr && aggregation.function == VectorFunction::sum)
      return count(*range, aggregation.grouping ? *aggregation.grouping : LabelGrouping{});
    auto inner = evaluate(aggregation.of.front());
    if (!inner) return inner;
    std::map<Labels, std::vector<Series*>> groups;
    for (Series& series : inner->series)
      groups[grouped(series.labels, aggregation.grouping)].push_back(&series);
    Vector out;
    for (auto& [labels, members] : groups) {
      if (aggregation.function == VectorFunction::topk || aggregation.function == VectorFunction::bottomk) {
        keep_best(aggregation, members, out.series);
      } else {
        out.series.push_back(summary(aggregation.function, labels, members));
      }
    }
    return out;
  }

  Series summary(VectorFunction function, const Labels& labels, const std::vector<Series*>& members) const {
    Series out{labels, std::vector<double>(moments()), std::vector<bool>(moments())};
    for (std::size_t i = 0; i < moments(); ++i) {
      double sum = 0, least = 0, most = 0, count = 0;
      for (const Series* series : members) {
        if (!series->present[i]) continue;
        const double value = series->values[i];
        sum += value;
        least = count == 0 ? value : std::min(least, value);
        most = count == 0 ? value : std::max(most, value);
        ++count;
      }
      if (count == 0) continue;
      out.present[i] = true;
      switch (function) {
        case VectorFunction::avg:
          out.values[i] = sum / count;
          break;
        case VectorFunction::min:
          out.values[i] = least;
          break;
        case VectorFunction::max:
          out.values[i] = most;
          break;
        case VectorFunction::count:
          out.values[i] = count;
          break;
        default:
          out.values[i] = sum;
          break;
      }
    }
    return out;
  }

  /// At each moment the k largest or smallest of a group; series of which nothing is left go.
  void keep_best(const VectorAggregation& aggregation, std::vector<Series*>& members,
                 std::vector<Series>& out) const {
    std::vector<std::vector<bool>> kept(members.size(), std::vector<bool>(moments()));
    const bool largest = aggregation.function == VectorFunction::topk;
    for (std::size_t i = 0; i < moments(); ++i) {
      std::vector<std::size_t> here;
      for (std::size_t m = 0; m < members.size(); ++m) {
        if (members[m]->present[i]) here.push_back(m);
      }
      const std::size_t k = std::min<std::size_t>(aggregation.k, here.size());
      std::partial_sort(here.begin(), here.begin() + static_cast<std::ptrdiff_t>(k), here.end(),
                        [&](std::size_t a, std::size_t b) {
                          const double left = members[a]->values[i], right = members[b]->values[i];
                          if (left != right) return largest ? left > right : left < right;
                          return a < b;
                        });
      for (std::size_t n = 0; n < k; ++n) kept[here[n]][i] = true;
    }
    for (std::size_t m = 0; m < members.size(); ++m) {
      if (std::find(kept[m].begin(), kept[m].end(), true) == kept[m].end()) continue;
      members[m]->present = std::move(kept[m]);
      out.push_back(std::move(*members[m]));
    }
  }

  Evaluated run(const BinaryMetric& binary) {
    auto left = evaluate(binary.sides[0]);
    if (!left) return left;
    auto right = evaluate(binary.sides[1]);
    if (!right) return right;
    Vector out;
    out.scalar = left->scalar && right->scalar;
    if (left->scalar || right->scalar) {
      Vector& many = left->scalar ? *right : *left;
      const bool keeps_left = !left->scalar;
      for (Series& series : many.series) {
        const Series& a = left->scalar ? left->series.front() : series;
        const Series& b = left->scalar ? series : right->series.front();
        out.series.push_back(combine(binary, a, b, keeps_left, out.scalar, series.labels));
      }
      return out;
    }
    std::map<Labels, const Series*> partners;
    for (const Series& series : right->series) partners[series.labels] = &series;
    for (const Series& series : left->series) {
      const auto partner = partners.find(series.labels);
      if (partner != partners.end())
        out.series.push_back(combine(binary, series, *partner->second, true, false, series.labels));
    }
    return out;
  }

  /// A comparison leaves samples out, unless it stands between numbers or asks for 0 and 1.
  Series combine(const BinaryMetric& binary, const Series& a, const Series& b, bool keeps_left, bool numbers,
                 const Labels& labels) const {
    Series out{labels, std::vector<double>(moments()), std::vector<bool>(moments())};
    for (std::size_t i = 0; i < moments(); ++i) {
      if (!a.present[i] || !b.present[i]) continue;
      const double value = apply(binary.op, a.values[i], b.values[i]);
      const bool filters = is_comparison(binary.op) && !binary.as_bool && !numbers;
      out.present[i] = !filters || value != 0;
      out.values[i] = !filters ? value : keeps_left ? a.values[i] : b.values[i];
    }
    return out;
  }

  /// What is answered as it is counted need not be counted further than it may be answered.
  static std::size_t series_max(const MetricExpr& metric, const MetricRequest& request) {
    const auto* sum = std::get_if<VectorAggregation>(&metric.what);
    const bool counted = std::holds_alternative<RangeAggregation>(metric.what) ||
                         (sum != nullptr && sum->function == VectorFunction::sum &&
                          std::holds_alternative<RangeAggregation>(sum->of.front().what));
    const std::size_t series = counted ? MetricRequest::kSeriesMax : MetricRequest::kInnerSeriesMax;
    const std::size_t samples = counted ? MetricRequest::kSamplesMax : MetricRequest::kInnerSamplesMax;
    return std::min(series, samples / request.times.count);
  }

  const Archive& archive_;
  const MetricRequest& request_;
  const std::size_t series_max_;
  ScanCost cost_;
};

}  // namespace

Result<MetricAnswer, StoreError> evaluate_metric(const Archive& archive, const MetricExpr& metric,
                                                 const MetricRequest& request) {
  Evaluator evaluator(archive, metric, request);
  auto value = evaluator.evaluate(metric);
  if (!value) return value.error();
  std::erase_if(value->series, [](const Series& series) {
    return std::find(series.present.begin(), series.present.end(), true) == series.present.end();
  });
  if (value->series.size() > MetricRequest::kSeriesMax ||
      value->series.size() * request.times.count > MetricRequest::kSamplesMax)
    return too_many_series();
  std::sort(value->series.begin(), value->series.end(),
            [](const Series& a, const Series& b) { return a.labels < b.labels; });
  return MetricAnswer{std::move(value->series), value->scalar, evaluator.cost()};
}

}  // namespace vigil
