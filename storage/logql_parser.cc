#include "storage/logql_parser.h"

#include <algorithm>

namespace vigil {
namespace {

/// Stages of Loki's that are not understood, so that the answer can say so instead of taking them for labels.
constexpr std::string_view kRefusedStages[] = {"line_format", "label_format", "regexp",  "pattern",
                                               "unpack",      "unwrap",       "distinct"};

bool is_line_operator(const LogqlToken& token) {
  return token.is_symbol("|=") || token.is_symbol("!=") || token.is_symbol("|~") || token.is_symbol("!~");
}

}  // namespace

QueryError logql_too_deep(std::size_t position) {
  const std::string most = std::to_string(LogqlQuery::kNestingMax);
  return {position, "parentheses are nested too deep", "at most " + most + " levels", "括號的巢狀太深",
          "最多 " + most + " 層"};
}

bool LogqlParser::take_symbol(std::string_view symbol) {
  if (!peek().is_symbol(symbol)) return false;
  take();
  return true;
}

bool LogqlParser::take_name(std::string_view name) {
  if (!peek().is_name(name)) return false;
  take();
  return true;
}

QueryError LogqlParser::expected(std::string what, std::string what_zh) const {
  const LogqlToken& token = peek();
  return {token.begin, "unexpected " + token.shown(), std::move(what), "此處不應為 " + token.shown_zh(),
          std::move(what_zh)};
}

LogqlParser::Done LogqlParser::need_symbol(std::string_view symbol) {
  if (take_symbol(symbol)) return {};
  const std::string shown = "'" + std::string(symbol) + "'";
  return expected(shown, shown);
}

Result<LogqlQuery, QueryError> LogqlParser::parse() {
  if (peek().kind == LogqlToken::Kind::end)
    return expected(R"(a selector such as {job="vigil"}, or a metric)",
                    R"(選擇器，例如 {job="vigil"}，或統計式)");
  LogqlQuery query;
  // ({…}) is {…}: Grafana's editor writes it so.
  std::size_t brackets = 0;
  while (peek(brackets).is_symbol("(")) ++brackets;
  if (peek(brackets).is_symbol("{")) {
    if (brackets > LogqlQuery::kNestingMax) return logql_too_deep(peek().begin);
    at_ += brackets;
    auto selection = parse_selection(nullptr);
    if (!selection) return selection.error();
    for (std::size_t i = 0; i < brackets; ++i) {
      if (auto closed = need_symbol(")"); !closed) return closed.error();
    }
    if (peek().is_symbol("["))
      return expected("a function around it, as in count_over_time({…}[5m])",
                      "外層的函式，例如 count_over_time({…}[5m])");
    query.what = *std::move(selection);
  } else {
    auto metric = parse_metric(0, 0);
    if (!metric) return metric.error();
    query.what = *std::move(metric);
  }
  if (peek().kind != LogqlToken::Kind::end)
    return expected("'|', an operator or the end", "'|'、運算子或結尾");
  return query;
}

Result<LogSelection, QueryError> LogqlParser::parse_selection(std::int64_t* range) {
  LogSelection selection;
  std::vector<Node> conditions;
  if (auto done = parse_matchers(selection, conditions); !done) return done.error();
  for (;;) {
    if (range != nullptr && *range == 0 && peek().is_symbol("[")) {
      auto length = parse_range();
      if (!length) return length.error();
      *range = *length;
    } else if (is_line_operator(peek())) {
      auto filter = parse_line_filter();
      if (!filter) return filter.error();
      conditions.push_back(*std::move(filter));
    } else if (take_symbol("|")) {
      if (auto done = parse_stage(selection, conditions); !done) return done.error();
    } else if (peek().is_symbol("|>") || peek().is_symbol("!>")) {
      return expected("|= != |~ or !~ (pattern filters are not supported)",
                      "|= != |~ 或 !~（不支援樣式過濾）");
    } else {
      break;
    }
  }
  selection.filter = LogqlFilterMaker::all_of(std::move(conditions));
  return selection;
}

LogqlParser::Done LogqlParser::parse_matchers(LogSelection& selection, std::vector<Node>& conditions) {
  if (auto open = need_symbol("{"); !open) return open;
  while (!take_symbol("}")) {
    if (!at_label())
      return expected("a label, as in {host=\"web1\"}, or '}'", "標籤，例如 {host=\"web1\"}，或 '}'");
    const LogqlToken label = take();
    auto node = parse_comparison(label, true, true);
    if (!node) return node.error();
    conditions.push_back(*std::move(node));
    selection.matched.push_back(label.text);
    if (!take_symbol(",") && !peek().is_symbol("}")) return expected("',' or '}'", "',' 或 '}'");
  }
  return {};
}

LogqlFilterMaker::Made LogqlParser::parse_line_filter() {
  const std::string symbol = take().text;
  std::vector<Node> choices;
  do {
    if (peek().kind != LogqlToken::Kind::text) {
      if (peek().is_name("ip"))
        return expected("a text (ip() is understood of labels only)", "文字（ip() 僅支援標籤）");
      return expected("a text in quotes after '" + symbol + "'", "'" + symbol + "' 之後需為引號括住的文字");
    }
    const LogqlToken text = take();
    auto node = symbol.back() == '~' ? maker_.line_matches(text.text, text.begin)
                                     : maker_.line_holds(text.text, text.begin);
    if (!node) return node;
    choices.push_back(*std::move(node));
  } while (take_name("or"));
  Node found = LogqlFilterMaker::any_of(std::move(choices));
  return symbol.front() == '!' ? LogqlFilterMaker::negate(std::move(found)) : std::move(found);
}

LogqlParser::Done LogqlParser::parse_stage(LogSelection& selection, std::vector<Node>& conditions) {
  for (const std::string_view stage : kRefusedStages) {
    if (peek().is_name(stage) && !peek(1).is_symbol("=") && !peek(1).is_symbol("!="))
      return expected(
          "json, logfmt, drop, keep or a label filter ('" + std::string(stage) + "' is not supported)",
          "json、logfmt、drop、keep 或標籤條件（不支援 '" + std::string(stage) + "'）");
  }
  if (peek().is_name("json") || peek().is_name("logfmt")) {
    take();
    while (peek().is_symbol("-") && peek(1).is_symbol("-")) {  // --strict, --keep-empty
      at_ += 2;
      take();
      while (peek().is_symbol("-") && !peek(1).is_symbol("-")) {
        take();
        take();
      }
    }
    if (at_label())
      return expected("'|' or the end: events are parsed already and all their fields are labels",
                      "'|' 或結尾：事件已解析完成，所有欄位皆為標籤");
    selection.parsed = true;
    return {};
  }
  if (take_name("decolorize")) return {};
  if (peek().is_name("drop") || peek().is_name("keep")) {
    LogSelection::LabelStage stage;
    stage.keep = take().text == "keep";
    if (auto done = parse_label_list(stage); !done) return done;
    selection.stages.push_back(std::move(stage));
    return {};
  }
  auto filter = parse_label_filter(selection, 0);
  if (!filter) return filter.error();
  conditions.push_back(*std::move(filter));
  return {};
}

LogqlParser::Done LogqlParser::parse_label_list(LogSelection::LabelStage& stage) {
  do {
    if (!at_label()) return expected("the name of a label", "標籤名稱");
    stage.names.push_back(take().text);
    if (stage.names.size() > LogqlQuery::kTermsMax) return expected("fewer labels", "較少的標籤");
    if (peek().is_symbol("=") || peek().is_symbol("!=") || peek().is_symbol("=~") || peek().is_symbol("!~"))
      return expected("',' or '|' (labels are dropped and kept whole, not by value)",
                      "',' 或 '|'（標籤只能整個去除或保留）");
  } while (take_symbol(","));
  return {};
}

LogqlFilterMaker::Made LogqlParser::parse_label_filter(const LogSelection& selection, std::size_t depth) {
  std::vector<Node> choices;
  do {
    auto node = parse_label_conditions(selection, depth);
    if (!node) return node;
    choices.push_back(*std::move(node));
  } while (take_name("or"));
  return LogqlFilterMaker::any_of(std::move(choices));
}

LogqlFilterMaker::Made LogqlParser::parse_label_conditions(const LogSelection& selection, std::size_t depth) {
  std::vector<Node> conditions;
  for (;;) {
    auto node = parse_label_condition(selection, depth);
    if (!node) return node;
    conditions.push_back(*std::move(node));
    // `and`, a comma and a blank mean the same.
    if (take_name("and") || take_symbol(",")) continue;
    if (!at_label() && !peek().is_symbol("(")) break;
    if (peek().is_name("or")) break;
  }
  return LogqlFilterMaker::all_of(std::move(conditions));
}

LogqlFilterMaker::Made LogqlParser::parse_label_condition(const LogSelection& selection, std::size_t depth) {
  if (depth > LogqlQuery::kNestingMax) return logql_too_deep(peek().begin);
  if (take_symbol("(")) {
    auto node = parse_label_filter(selection, depth + 1);
    if (!node) return node;
    if (auto closed = need_symbol(")"); !closed) return closed.error();
    return node;
  }
  if (!at_label())
    return expected("json, logfmt, drop, keep or a label filter", "json、logfmt、drop、keep 或標籤條件");
  const LogqlToken label = take();
  return parse_comparison(label, selection.shows(label.text), false);
}

LogqlFilterMaker::Made LogqlParser::parse_comparison(const LogqlToken& label, bool visible,
                                                     bool matcher_only) {
  const bool quoted = label.kind == LogqlToken::Kind::text;
  constexpr std::string_view kMatchers[] = {"=", "!=", "=~", "!~"};
  constexpr std::string_view kComparisons[] = {"==", ">=", "<=", ">", "<"};
  const auto stands = [&](std::string_view symbol) { return peek().is_symbol(symbol); };
  const bool matcher = std::any_of(std::begin(kMatchers), std::end(kMatchers), stands);
  const bool comparison = std::any_of(std::begin(kComparisons), std::end(kComparisons), stands);
  if (!matcher && (matcher_only || !comparison)) {
    return expected(
        matcher_only ? "= != =~ or !~ after the label" : "= != =~ !~ > >= < or <= after the label",
        matcher_only ? "標籤之後需為 = != =~ 或 !~" : "標籤之後需為 = != =~ !~ > >= < 或 <=");
  }
  const std::string symbol = take().text;
  const bool negative = symbol.front() == '!';
  const std::size_t begin = peek().begin;
  const bool pattern = symbol.back() == '~';
  if (matcher && peek().kind == LogqlToken::Kind::text) {
    const LogqlToken text = take();
    auto node = pattern ? maker_.label_matches(label.text, quoted, visible, text.text, begin)
                        : maker_.label_is(label.text, quoted, visible, text.text, begin);
    if (!node) return node;
    return negative ? LogqlFilterMaker::negate(*std::move(node)) : *std::move(node);
  }
  if (!matcher_only && !pattern && matcher && peek().is_name("ip") && peek(1).is_symbol("(")) {
    at_ += 2;
    if (peek().kind != LogqlToken::Kind::text)
      return expected("an address or a network in quotes", "引號括住的位址或網段");
    const LogqlToken text = take();
    if (auto closed = need_symbol(")"); !closed) return closed.error();
    auto node = maker_.label_in_network(label.text, quoted, visible, text.text, text.begin);
    if (!node) return node;
    return negative ? LogqlFilterMaker::negate(*std::move(node)) : *std::move(node);
  }
  if (!matcher_only && !pattern) {
    const bool minus = take_symbol("-");
    if (peek().kind == LogqlToken::Kind::number)
      return maker_.label_compares(label.text, quoted, visible, symbol, (minus ? "-" : "") + take().text,
                                   begin);
  }
  if (matcher_only || pattern)
    return expected("a text in quotes after '" + symbol + "'", "'" + symbol + "' 之後需為引號括住的文字");
  if (comparison) return expected("a number after '" + symbol + "'", "'" + symbol + "' 之後需為數字");
  return expected("a text in quotes, a number or ip(\"…\")", "引號括住的文字、數字或 ip(\"…\")");
}

}  // namespace vigil
