#include <algorithm>
#include <cmath>

#include "storage/logql_parser.h"

namespace vigil {
namespace {

template <class Value>
struct NamedValue {
  std::string_view name;
  Value value;
};

constexpr NamedValue<RangeFunction> kRangeFunctions[] = {
    {"count_over_time", RangeFunction::count_over_time},
    {"rate", RangeFunction::rate},
    {"bytes_over_time", RangeFunction::bytes_over_time},
    {"bytes_rate", RangeFunction::bytes_rate},
};
constexpr NamedValue<VectorFunction> kVectorFunctions[] = {
    {"sum", VectorFunction::sum},         {"avg", VectorFunction::avg},     {"min", VectorFunction::min},
    {"max", VectorFunction::max},         {"count", VectorFunction::count}, {"topk", VectorFunction::topk},
    {"bottomk", VectorFunction::bottomk},
};
constexpr NamedValue<MetricOperator> kOperators[] = {
    {"==", MetricOperator::equal},
    {"!=", MetricOperator::unequal},
    {">=", MetricOperator::greater_equal},
    {"<=", MetricOperator::less_equal},
    {">", MetricOperator::greater},
    {"<", MetricOperator::less},
    {"+", MetricOperator::add},
    {"-", MetricOperator::subtract},
    {"*", MetricOperator::multiply},
    {"/", MetricOperator::divide},
    {"%", MetricOperator::modulo},
    {"^", MetricOperator::power},
};

template <class Value, std::size_t N>
const NamedValue<Value>* find_named(const NamedValue<Value> (&table)[N], std::string_view name) {
  const auto* found =
      std::find_if(std::begin(table), std::end(table), [&](const auto& row) { return row.name == name; });
  return found == std::end(table) ? nullptr : found;
}

/// How close an operator binds, as in PromQL.
int precedence(MetricOperator op) {
  switch (op) {
    case MetricOperator::add:
    case MetricOperator::subtract:
      return 2;
    case MetricOperator::multiply:
    case MetricOperator::divide:
    case MetricOperator::modulo:
      return 3;
    case MetricOperator::power:
      return 4;
    default:
      return 1;
  }
}

}  // namespace

LogqlParser::MadeMetric LogqlParser::parse_metric(int lowest, std::size_t depth) {
  auto left = parse_unary(depth);
  if (!left) return left;
  for (;;) {
    const LogqlToken& token = peek();
    if (token.is_name("and") || token.is_name("or") || token.is_name("unless"))
      return expected("an arithmetic operator, a comparison or the end", "算術運算子、比較運算子或結尾");
    const auto* found = token.kind == LogqlToken::Kind::symbol ? find_named(kOperators, token.text) : nullptr;
    if (found == nullptr || precedence(found->value) < lowest) return left;
    take();
    BinaryMetric binary;
    binary.op = found->value;
    if (precedence(binary.op) == 1) binary.as_bool = take_name("bool");
    if (peek().is_name("on") || peek().is_name("ignoring"))
      return expected("a metric: series are matched by all their labels", "統計式：數列以全部標籤對應");
    // `^` binds to the right, the others to the left.
    const int next = precedence(binary.op) + (binary.op == MetricOperator::power ? 0 : 1);
    if (depth + 1 > LogqlQuery::kNestingMax) return logql_too_deep(peek().begin);
    auto right = parse_metric(next, depth + 1);
    if (!right) return right;
    binary.sides.push_back(*std::move(left));
    binary.sides.push_back(*std::move(right));
    left = MetricExpr{std::move(binary)};
    // Chains of operators grow to the left without recursion here; what walks the tree is bounded as well.
    if (++operators_ > LogqlQuery::kNestingMax) return logql_too_deep(peek().begin);
  }
}

LogqlParser::MadeMetric LogqlParser::parse_unary(std::size_t depth) {
  if (depth > LogqlQuery::kNestingMax) return logql_too_deep(peek().begin);
  if (peek().is_symbol("-") || peek().is_symbol("+") || peek().kind == LogqlToken::Kind::number) {
    auto number = parse_number();
    if (!number) return number.error();
    return MetricExpr{ScalarLiteral{*number, false}};
  }
  if (take_symbol("(")) {
    auto inner = parse_metric(0, depth + 1);
    if (!inner) return inner;
    if (auto closed = need_symbol(")"); !closed) return closed.error();
    return inner;
  }
  return parse_call(depth);
}

Result<double, QueryError> LogqlParser::parse_number() {
  const bool minus = peek().is_symbol("-");
  if (minus || peek().is_symbol("+")) take();
  if (peek().kind != LogqlToken::Kind::number) return expected("a number", "數字");
  const double number = take().number;
  return {boost::system::in_place_value, minus ? -number : number};
}

LogqlParser::MadeMetric LogqlParser::parse_call(std::size_t depth) {
  const LogqlToken& name = peek();
  if (name.kind == LogqlToken::Kind::name) {
    if (const auto* range = find_named(kRangeFunctions, name.text)) {
      take();
      return parse_range_function(range->value);
    }
    if (const auto* aggregation = find_named(kVectorFunctions, name.text)) {
      take();
      return parse_aggregation(aggregation->value, depth);
    }
    if (take_name("vector")) {
      if (auto open = need_symbol("("); !open) return open.error();
      auto number = parse_number();
      if (!number) return number.error();
      if (auto closed = need_symbol(")"); !closed) return closed.error();
      return MetricExpr{ScalarLiteral{*number, true}};
    }
  }
  if (name.is_symbol("{"))
    return expected("count_over_time, rate, bytes_over_time or bytes_rate around the selector",
                    "以 count_over_time、rate、bytes_over_time 或 bytes_rate 包住選擇器");
  return expected(
      "a selector such as {job=\"vigil\"}, a number, or one of count_over_time, rate, bytes_over_time, "
      "bytes_rate, sum, "
      "avg, min, max, count, topk, bottomk, vector",
      "選擇器如 {job=\"vigil\"}、數字，或 "
      "count_over_time、rate、bytes_over_time、bytes_rate、sum、avg、min、max、count、"
      "topk、bottomk、vector");
}

Result<std::int64_t, QueryError> LogqlParser::parse_length() {
  if (peek().kind != LogqlToken::Kind::duration || peek().duration_ns == 0)
    return expected("a length of time such as 5m", "時間長度，例如 5m");
  if (peek().duration_ns > LogqlQuery::kRangeMaxNs)
    return expected("a length of time of at most 10y", "時間長度，最長 10y");
  return {boost::system::in_place_value, take().duration_ns};
}

Result<std::int64_t, QueryError> LogqlParser::parse_range() {
  if (auto open = need_symbol("["); !open) return open.error();
  auto length = parse_length();
  if (!length) return length;
  if (auto closed = need_symbol("]"); !closed) return closed.error();
  return length;
}

LogqlParser::MadeMetric LogqlParser::parse_range_function(RangeFunction function) {
  if (++ranges_ > LogqlQuery::kRangesMax) {
    const std::string most = std::to_string(LogqlQuery::kRangesMax);
    return expected("fewer ranges: at most " + most, "較少的時間範圍函式：最多 " + most + " 個");
  }
  RangeAggregation range;
  range.function = function;
  if (auto open = need_symbol("("); !open) return open.error();
  std::size_t brackets = 0;
  while (take_symbol("(")) {
    if (++brackets > LogqlQuery::kNestingMax) return logql_too_deep(peek().begin);
  }
  auto selection = parse_selection(&range.range_ns);
  if (!selection) return selection.error();
  range.selection = *std::move(selection);
  if (range.range_ns == 0) return expected("'|' or a range such as [5m]", "'|' 或時間範圍，例如 [5m]");
  if (take_name("offset")) {
    const bool minus = take_symbol("-");
    const auto offset = parse_length();
    if (!offset) return offset.error();
    range.offset_ns = minus ? -*offset : *offset;
  }
  for (; brackets > 0; --brackets) {
    if (auto closed = need_symbol(")"); !closed) return closed.error();
  }
  if (!take_symbol(")")) return expected("'|', 'offset' or ')'", "'|'、'offset' 或 ')'");
  if (peek().is_name("by") || peek().is_name("without"))
    return expected("an aggregation for it, as in sum by (host) (…)",
                    "需搭配彙總函式，例如 sum by (host) (…)");
  return MetricExpr{std::move(range)};
}

Result<LabelGrouping, QueryError> LogqlParser::parse_grouping() {
  LabelGrouping grouping;
  grouping.without = take().text == "without";
  if (auto open = need_symbol("("); !open) return open.error();
  while (!take_symbol(")")) {
    if (!at_label()) return expected("the name of a label or ')'", "標籤名稱或 ')'");
    grouping.labels.push_back(take().text);
    if (grouping.labels.size() > LogqlQuery::kNestingMax) return expected("fewer labels", "較少的標籤");
    if (!take_symbol(",") && !peek().is_symbol(")")) return expected("',' or ')'", "',' 或 ')'");
  }
  return grouping;
}

LogqlParser::MadeMetric LogqlParser::parse_aggregation(VectorFunction function, std::size_t depth) {
  const auto at_grouping = [this] { return peek().is_name("by") || peek().is_name("without"); };
  VectorAggregation aggregation;
  aggregation.function = function;
  if (at_grouping()) {
    auto grouping = parse_grouping();
    if (!grouping) return grouping.error();
    aggregation.grouping = *std::move(grouping);
  }
  if (auto open = need_symbol("("); !open) return open.error();
  if (function == VectorFunction::topk || function == VectorFunction::bottomk) {
    const double k = peek().kind == LogqlToken::Kind::number ? peek().number : 0;
    if (!(k >= 1) || k > LogqlQuery::kTopMax || k != std::floor(k)) {
      const std::string most = std::to_string(LogqlQuery::kTopMax);
      return expected("a whole number from 1 to " + most, "1 到 " + most + " 的整數");
    }
    take();
    aggregation.k = static_cast<std::uint32_t>(k);
    if (auto comma = need_symbol(","); !comma) return comma.error();
  }
  auto inner = parse_metric(0, depth + 1);
  if (!inner) return inner;
  aggregation.of.push_back(*std::move(inner));
  if (auto closed = need_symbol(")"); !closed) return closed.error();
  if (!aggregation.grouping && at_grouping()) {
    auto grouping = parse_grouping();
    if (!grouping) return grouping.error();
    aggregation.grouping = *std::move(grouping);
  }
  return MetricExpr{std::move(aggregation)};
}

}  // namespace vigil
