#include "storage/logql_filter.h"

#include <re2/re2.h>

#include <algorithm>

#include "storage/label_names.h"
#include "storage/logql.h"
#include "storage/query_leaf.h"

namespace vigil {
namespace {

/// Memory one regular expression may use, as in queries of our own.
constexpr std::int64_t kRegexBytesMax = 1 << 20;

re2::StringPiece piece(std::string_view text) { return {text.data(), text.size()}; }

/// Every record, or none.
Node constant(bool holds) { return holds ? Node{} : LogqlFilterMaker::negate(Node{}); }

Node join(Node::Op op, std::vector<Node> nodes) {
  if (nodes.size() == 1) return std::move(nodes.front());
  Node node;
  if (nodes.empty()) return node;
  node.op = op;
  // Cheap questions first; equal ones stay in the order they were written in.
  std::stable_sort(nodes.begin(), nodes.end(), [](const Node& a, const Node& b) { return a.need < b.need; });
  node.need = nodes.back().need;
  node.children = std::move(nodes);
  return node;
}

/// What the label is where it cannot differ from record to record.
std::optional<std::string> fixed_value(const LabelMeaning& meaning, bool visible) {
  return visible ? meaning.constant : std::string();
}

}  // namespace

Node LogqlFilterMaker::negate(Node child) {
  Node node;
  node.op = Node::Op::none;
  node.need = child.need;
  node.children.push_back(std::move(child));
  return node;
}

Node LogqlFilterMaker::all_of(std::vector<Node> nodes) {
  std::erase_if(nodes, [](const Node& node) { return node.op == Node::Op::everything; });
  // What is demanded together lies side by side, so that the plan sees all of it.
  std::vector<Node> flat;
  for (Node& node : nodes) {
    if (node.op != Node::Op::all) {
      flat.push_back(std::move(node));
      continue;
    }
    std::move(node.children.begin(), node.children.end(), std::back_inserter(flat));
  }
  return join(Node::Op::all, std::move(flat));
}

Node LogqlFilterMaker::any_of(std::vector<Node> nodes) { return join(Node::Op::any, std::move(nodes)); }

LogqlFilterMaker::Made LogqlFilterMaker::leaf(const FieldRef& field, Test test, std::size_t position) {
  if (++terms_ > LogqlQuery::kTermsMax) {
    const std::string most = std::to_string(LogqlQuery::kTermsMax);
    return QueryError{position, "the query has too many conditions", "at most " + most, "查詢的條件太多",
                      "最多 " + most + " 個"};
  }
  Node node;
  node.op = Node::Op::leaf;
  node.need = need_of(field);
  node.leaf = Leaf{field, std::move(test)};
  return node;
}

Result<Regex, QueryError> LogqlFilterMaker::compile(std::string_view regex, bool whole_value, bool literal,
                                                    std::size_t position) {
  RE2::Options options;
  options.set_max_mem(kRegexBytesMax);
  options.set_log_errors(false);
  if (literal) {
    const std::string quoted = RE2::QuoteMeta(piece(regex));
    return Regex{std::make_shared<const RE2>(whole_value ? "\\A" + quoted + "\\z" : quoted, options)};
  }
  if (++regexes_ > LogqlQuery::kRegexesMax) {
    const std::string most = std::to_string(LogqlQuery::kRegexesMax);
    return QueryError{position, "too many regular expressions", "at most " + most, "規則運算式太多",
                      "最多 " + most + " 個"};
  }
  options.set_dot_nl(whole_value);  // as Loki reads the two
  auto compiled = std::make_shared<const RE2>(piece(regex), options);
  if (!compiled->ok()) {
    return QueryError{position, "the regular expression cannot be used: " + compiled->error(), "RE2 syntax",
                      "規則運算式無法使用：" + compiled->error(), "RE2 語法"};
  }
  // Only now: what is no regular expression by itself must not become one between the brackets.
  if (whole_value) compiled = std::make_shared<const RE2>("\\A(?:" + std::string(regex) + ")\\z", options);
  if (!compiled->ok()) {
    return QueryError{position, "the regular expression cannot be used: " + compiled->error(),
                      "a shorter one", "規則運算式無法使用：" + compiled->error(), "較短的規則運算式"};
  }
  return Regex{std::move(compiled)};
}

LogqlFilterMaker::Made LogqlFilterMaker::line_holds(std::string_view text, std::size_t position) {
  if (text.empty()) return Node{};
  const FieldRef line{FieldId::text, "", ""};
  auto exact = compile(text, false, true, position);
  if (!exact) return exact.error();
  auto node = leaf(line, *std::move(exact), position);
  if (!node || text.size() > Query::kWordBytesMax) return node;
  // The same without case, which the index and the needles understand; it is true of every line that holds
  // the text.
  --terms_;  // one condition of the reader's, however it is tried
  auto known = leaf(line, Found{TextPattern::wildcard({"", std::string(text), ""})}, position);
  if (!known) return known;
  std::vector<Node> both;
  both.push_back(*std::move(known));
  both.push_back(*std::move(node));
  return all_of(std::move(both));
}

LogqlFilterMaker::Made LogqlFilterMaker::line_matches(std::string_view regex, std::size_t position) {
  auto compiled = compile(regex, false, false, position);
  if (!compiled) return compiled.error();
  return leaf({FieldId::text, "", ""}, *std::move(compiled), position);
}

LogqlFilterMaker::Made LogqlFilterMaker::label_is(std::string_view name, bool quoted, bool visible,
                                                  std::string_view text, std::size_t position) {
  const LabelMeaning meaning = label_meaning(name, quoted);
  if (const auto fixed = fixed_value(meaning, visible)) return constant(*fixed == text);
  if (text == meaning.absent) {
    auto present = leaf(meaning.field, Exists{}, position);
    return present ? Made(negate(*std::move(present))) : present;
  }
  auto same = leaf(meaning.field, Equals{make_operand(text, 0)}, position);
  const bool time = meaning.field.id == FieldId::timestamp || meaning.field.id == FieldId::ingested;
  if (!same || time) return same;
  // By value as the index knows it, and letter for letter as Loki means it.
  auto exact = compile(text, true, true, position);
  if (!exact) return exact.error();
  std::vector<Node> both;
  both.push_back(*std::move(same));
  --terms_;
  auto letters = leaf(meaning.field, *std::move(exact), position);
  if (!letters) return letters;
  both.push_back(*std::move(letters));
  return all_of(std::move(both));
}

LogqlFilterMaker::Made LogqlFilterMaker::label_matches(std::string_view name, bool quoted, bool visible,
                                                       std::string_view regex, std::size_t position) {
  auto compiled = compile(regex, true, false, position);
  if (!compiled) return compiled.error();
  const LabelMeaning meaning = label_meaning(name, quoted);
  const RE2& re = *compiled->regex;
  if (const auto fixed = fixed_value(meaning, visible)) return constant(RE2::FullMatch(*fixed, re));
  const bool absent_too = RE2::FullMatch(meaning.absent, re);
  auto node = leaf(meaning.field, *std::move(compiled), position);
  if (!node || !absent_too) return node;
  auto present = leaf(meaning.field, Exists{}, position);
  if (!present) return present;
  std::vector<Node> either;
  either.push_back(*std::move(node));
  either.push_back(negate(*std::move(present)));
  return any_of(std::move(either));
}

LogqlFilterMaker::Made LogqlFilterMaker::label_compares(std::string_view name, bool quoted, bool visible,
                                                        std::string_view symbol, std::string_view number,
                                                        std::size_t position) {
  const LabelMeaning meaning = label_meaning(name, quoted);
  if (fixed_value(meaning, visible)) return constant(false);  // a text is no number
  Operand operand = make_operand(number, 0);
  operand.time.reset();
  if (symbol == "=" || symbol == "==") return leaf(meaning.field, Equals{std::move(operand)}, position);
  if (symbol == "!=") {
    auto same = leaf(meaning.field, Equals{std::move(operand)}, position);
    if (!same) return same;
    auto present = leaf(meaning.field, Exists{}, position);
    if (!present) return present;
    std::vector<Node> both;
    both.push_back(*std::move(present));
    both.push_back(negate(*std::move(same)));
    return all_of(std::move(both));
  }
  Between between;
  (symbol.front() == '>' ? between.low : between.high) = std::move(operand);
  between.low_included = between.high_included = symbol.size() == 2;
  return leaf(meaning.field, std::move(between), position);
}

LogqlFilterMaker::Made LogqlFilterMaker::label_in_network(std::string_view name, bool quoted, bool visible,
                                                          std::string_view text, std::size_t position) {
  const auto network = IpNetwork::read(text);
  if (!network && !IpAddress::read(text)) {
    return QueryError{position, "this is no address and no network", "ip(\"10.0.0.5\") or ip(\"10.0.0.0/8\")",
                      "這不是位址也不是網段", "ip(\"10.0.0.5\") 或 ip(\"10.0.0.0/8\")"};
  }
  const LabelMeaning meaning = label_meaning(name, quoted);
  if (fixed_value(meaning, visible)) return constant(false);
  if (network) return leaf(meaning.field, Inside{*network, std::string(text)}, position);
  return leaf(meaning.field, Equals{make_operand(text, 0)}, position);
}

}  // namespace vigil
