#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "storage/logql.h"
#include "storage/logql_filter.h"
#include "storage/logql_lexer.h"

namespace vigil {

/// Reads LogQL by recursive descent (logql_parser.cc the selection, logql_metric.cc the metrics):
///
///   query     = selection | metric
///   selection = "{" [ matcher { "," matcher } [ "," ] ] "}" { stage }
///   matcher   = label ( "=" | "!=" | "=~" | "!~" ) string
///   stage     = ( "|=" | "!=" | "|~" | "!~" ) string { "or" string }
///             | "|" ( "json" | "logfmt" | "decolorize" | ( "drop" | "keep" ) label { "," label } | filter )
///   filter    = one { ( "or" | "and" | "," | nothing ) one }             and binds closer than or
///   one       = "(" filter ")" | label ( matcher's | "==" | ">" | ">=" | "<" | "<=" ) ( string | number | ip( ) )
///   metric    = unary { operator metric }                                by precedence, as in PromQL
///   unary     = [ "-" ] number | "vector" "(" number ")" | "(" metric ")"
///             | range "(" selection "[" duration "]" [ "offset" duration ] ")"
///             | aggregation [ grouping ] "(" [ number "," ] metric ")" [ grouping ]
class LogqlParser {
 public:
  explicit LogqlParser(std::vector<LogqlToken> tokens) : tokens_(std::move(tokens)) {}

  Result<LogqlQuery, QueryError> parse();

 private:
  using MadeMetric = Result<MetricExpr, QueryError>;
  using Done = Result<void, QueryError>;

  const LogqlToken& peek(std::size_t ahead = 0) const {
    return tokens_[std::min(at_ + ahead, tokens_.size() - 1)];
  }
  const LogqlToken& take() { return tokens_[at_ + 1 < tokens_.size() ? at_++ : at_]; }
  bool take_symbol(std::string_view symbol);
  bool take_name(std::string_view name);
  QueryError expected(std::string expected, std::string expected_zh) const;
  Done need_symbol(std::string_view symbol);

  // The selection. `range`: where one may stand between the stages, it is read there.
  Result<LogSelection, QueryError> parse_selection(std::int64_t* range);
  Done parse_matchers(LogSelection& selection, std::vector<Node>& conditions);
  LogqlFilterMaker::Made parse_line_filter();
  Done parse_stage(LogSelection& selection, std::vector<Node>& conditions);
  Done parse_label_list(LogSelection::LabelStage& stage);
  LogqlFilterMaker::Made parse_label_filter(const LogSelection& selection, std::size_t depth);
  LogqlFilterMaker::Made parse_label_conditions(const LogSelection& selection, std::size_t depth);
  LogqlFilterMaker::Made parse_label_condition(const LogSelection& selection, std::size_t depth);
  LogqlFilterMaker::Made parse_comparison(const LogqlToken& label, bool visible, bool matcher_only);
  bool at_label() const {
    return peek().kind == LogqlToken::Kind::name || peek().kind == LogqlToken::Kind::text;
  }

  // Metrics.
  MadeMetric parse_metric(int lowest, std::size_t depth);
  MadeMetric parse_unary(std::size_t depth);
  MadeMetric parse_call(std::size_t depth);
  MadeMetric parse_range_function(RangeFunction function);
  MadeMetric parse_aggregation(VectorFunction function, std::size_t depth);
  Result<double, QueryError> parse_number();
  Result<std::int64_t, QueryError> parse_length();
  Result<std::int64_t, QueryError> parse_range();
  Result<LabelGrouping, QueryError> parse_grouping();

  std::vector<LogqlToken> tokens_;
  std::size_t at_ = 0, ranges_ = 0, operators_ = 0;
  LogqlFilterMaker maker_;
};

/// "nested too deep", at that place.
QueryError logql_too_deep(std::size_t position);

}  // namespace vigil
