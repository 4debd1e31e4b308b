#include "storage/query_parser.h"

#include <re2/re2.h>

#include <algorithm>

#include "storage/query_leaf.h"

namespace vigil {
namespace {

/// Memory one regular expression may use, for its program and for the states it meets.
constexpr std::int64_t kRegexBytesMax = 1 << 20;

/// Joins what stands side by side; one alone stays itself.
Node join(Node::Op op, std::vector<Node> children) {
  if (children.size() == 1) return std::move(children.front());
  Node node;
  node.op = op;
  // Cheap questions first; equal ones stay in the order they were written in.
  std::stable_sort(children.begin(), children.end(), [](const Node& a, const Node& b) { return a.need < b.need; });
  node.need = children.back().need;
  node.children = std::move(children);
  return node;
}

QueryError too_deep(std::size_t position) {
  const std::string most = std::to_string(Query::kNestingMax);
  return {position, "parentheses and NOTs are nested too deep", "at most " + most + " levels",
          "括號與 NOT 的巢狀太深", "最多 " + most + " 層"};
}

}  // namespace

Result<Node, QueryError> QueryParser::parse_filter() {
  lexer_.skip_blanks();
  if (lexer_.at_end() || lexer_.peek() == '|') return Node{};
  auto node = parse_any(nullptr, 0);
  if (!node) return node;
  lexer_.skip_blanks();
  if (lexer_.peek() == ')') {
    return QueryError{lexer_.position(), "this ')' closes nothing", "a '(' before it, or quotes around it",
                      "這個 ')' 沒有對應的 '('", "前面的 '('，或以引號括住"};
  }
  return node;
}

bool QueryParser::at_all_end() const { return lexer_.at_end() || lexer_.peek() == ')' || lexer_.peek() == '|'; }

QueryParser::Parsed QueryParser::parse_any(const FieldRef* field, std::size_t depth) {
  std::vector<Node> children;
  do {
    auto child = parse_all(field, depth);
    if (!child) return child;
    children.push_back(std::move(*child));
    lexer_.skip_blanks();
  } while (lexer_.take_keyword("OR"));
  return join(Node::Op::any, std::move(children));
}

QueryParser::Parsed QueryParser::parse_all(const FieldRef* field, std::size_t depth) {
  std::vector<Node> children;
  for (;;) {
    auto child = parse_one(field, depth);
    if (!child) return child;
    children.push_back(std::move(*child));
    lexer_.skip_blanks();
    if (lexer_.take_keyword("AND")) continue;
    const std::size_t here = lexer_.position();
    const bool next_is_or = lexer_.take_keyword("OR");
    lexer_.rewind(here);
    if (at_all_end() || next_is_or) break;
  }
  return join(Node::Op::all, std::move(children));
}

QueryParser::Parsed QueryParser::parse_one(const FieldRef* field, std::size_t depth) {
  lexer_.skip_blanks();
  const std::size_t begin = lexer_.position();
  if (depth > Query::kNestingMax) return too_deep(begin);

  // "-word" is NOT word, "--force" and "-" alone are words.
  bool negated = lexer_.take_keyword("NOT");
  if (!negated && lexer_.peek() == '-' && lexer_.peek(1) != '-') {
    lexer_.take('-');
    negated = !lexer_.at_boundary() || lexer_.peek() == '(' || lexer_.peek() == '"';
    if (!negated) lexer_.rewind(begin);
  }
  if (negated) {
    auto child = parse_one(field, depth + 1);
    if (!child) return child;
    Node node;
    node.op = Node::Op::none;
    node.need = child->need;
    node.children.push_back(std::move(*child));
    return node;
  }
  for (const std::string_view keyword : {"AND", "OR"}) {
    if (!lexer_.take_keyword(keyword)) continue;
    return QueryError{begin, "'" + std::string(keyword) + "' has nothing before it", "a word, a field or a '('",
                      "'" + std::string(keyword) + "' 前面沒有條件", "字詞、欄位或 '('"};
  }
  if (lexer_.peek() == '(') return parse_group(field, depth);
  if (at_all_end()) {
    return QueryError{begin, "something is missing before " + lexer_.here(), "a word, a field or a '('",
                      lexer_.here_zh() + " 之前缺少條件", "字詞、欄位或 '('"};
  }
  if (auto name = lexer_.take_field()) {
    if (field) {
      return QueryError{begin, "a field inside the parentheses of '" + field->name + ":'",
                        "values of '" + field->name + "' only, or quotes around the word",
                        "'" + field->name + ":' 的括號內不能再有欄位", "只放該欄位的值，或以引號括住字詞"};
    }
    return parse_value(field_named(*name), *name, depth);
  }
  static const FieldRef kText{FieldId::text, "", ""};
  return field ? parse_test(*field) : parse_pattern(kText);
}

QueryParser::Parsed QueryParser::parse_group(const FieldRef* field, std::size_t depth) {
  const std::size_t begin = lexer_.position();
  lexer_.take('(');
  auto node = parse_any(field, depth + 1);
  if (!node) return node;
  lexer_.skip_blanks();
  if (!lexer_.take(')')) {
    return QueryError{begin, "this '(' is not closed", "a ')' before " + lexer_.here(), "這個 '(' 沒有關閉",
                      lexer_.here_zh() + " 之前應有 ')'"};
  }
  return node;
}

QueryParser::Parsed QueryParser::parse_value(const FieldRef& field, std::string_view written, std::size_t depth) {
  const char c = lexer_.peek();
  if (c == '(') return parse_group(&field, depth);
  if (c != '"' && lexer_.at_boundary()) {
    const std::string name(written);
    return QueryError{lexer_.position(), "no value after '" + name + ":'",
                      "a value directly after the colon, or quotes around the text if the colon belongs to it",
                      "'" + name + ":' 之後沒有值", "緊接在冒號後的值；若冒號屬於文字，請以引號括住"};
  }
  return parse_test(field);
}

QueryParser::Parsed QueryParser::parse_test(const FieldRef& field) {
  const char c = lexer_.peek();
  if (c == '[' || c == '{') return parse_range(field);
  if (c == '<' || c == '>' || c == '=') return parse_comparison(field);
  return parse_pattern(field);
}

Result<std::string, QueryError> QueryParser::parse_operand_text(std::string_view after, std::string_view also_ends) {
  if (lexer_.peek() == '"') return lexer_.take_quoted();
  const std::size_t begin = lexer_.position();
  std::string text = lexer_.take_word(also_ends).text();
  if (text.empty()) {
    const std::string symbol(after);
    return QueryError{begin, "no value after '" + symbol + "'", "a number, a time, an address or a text",
                      "'" + symbol + "' 之後沒有值", "數字、時間、位址或文字"};
  }
  return text;
}

Result<Operand, QueryError> QueryParser::parse_operand(std::string_view after, std::string_view also_ends) {
  auto text = parse_operand_text(after, also_ends);
  if (!text) return text.error();
  return make_operand(*text, zone_minutes_);
}

QueryParser::Parsed QueryParser::parse_comparison(const FieldRef& field) {
  const std::size_t begin = lexer_.position();
  std::string_view symbol;
  for (const std::string_view candidate : {">=", "<=", ">", "<", "="}) {
    if (symbol.empty() && lexer_.take(candidate)) symbol = candidate;
  }
  auto operand = parse_operand(symbol, {});
  if (!operand) return operand.error();
  if (symbol == "=") return make_leaf(field, Equals{std::move(*operand)}, begin);
  Between between;
  (symbol.front() == '>' ? between.low : between.high) = std::move(*operand);
  between.low_included = between.high_included = symbol.size() == 2;
  return make_leaf(field, std::move(between), begin);
}

QueryParser::Parsed QueryParser::parse_range(const FieldRef& field) {
  const std::size_t begin = lexer_.position();
  const QueryError malformed{begin, "this range cannot be read", "[low TO high], with * for an open end",
                             "無法讀取這個範圍", "[下限 TO 上限]，以 * 表示不限"};
  Between between;
  between.low_included = lexer_.take('[');
  if (!between.low_included) lexer_.take('{');
  for (const bool low : {true, false}) {
    lexer_.skip_blanks();
    auto text = parse_operand_text(low ? "[" : "TO", "]}");
    if (!text) return malformed;
    if (*text != "*") (low ? between.low : between.high) = make_operand(*text, zone_minutes_);
    if (low && (!lexer_.skip_blanks() || !lexer_.take_keyword("TO") || !lexer_.skip_blanks())) return malformed;
  }
  lexer_.skip_blanks();
  between.high_included = lexer_.take(']');
  if (!between.high_included && !lexer_.take('}')) return malformed;
  if (!between.low && !between.high) return make_leaf(field, Exists{}, begin);
  return make_leaf(field, std::move(between), begin);
}

QueryParser::Parsed QueryParser::parse_pattern(const FieldRef& field) {
  const std::size_t begin = lexer_.position();
  if (auto regex = lexer_.take_regex()) {
    if (++regexes_ > Query::kRegexesMax) {
      const std::string most = std::to_string(Query::kRegexesMax);
      return QueryError{begin, "too many regular expressions", "at most " + most, "規則運算式太多",
                        "最多 " + most + " 個"};
    }
    RE2::Options options;
    options.set_max_mem(kRegexBytesMax);
    options.set_log_errors(false);
    options.set_case_sensitive(!regex->caseless);
    options.set_dot_nl(true);  // a frame may hold a line feed
    auto compiled = std::make_shared<const RE2>(regex->pattern, options);
    if (!compiled->ok()) {
      return QueryError{begin, "the regular expression cannot be used: " + compiled->error(), "RE2 syntax",
                        "規則運算式無法使用：" + compiled->error(), "RE2 語法"};
    }
    return make_leaf(field, Regex{std::move(compiled)}, begin);
  }
  std::string text;
  const bool quoted = lexer_.peek() == '"';
  QueryWord word;
  if (quoted) {
    auto phrase = lexer_.take_quoted();
    if (!phrase) return phrase.error();
    text = std::move(*phrase);
  } else {
    word = lexer_.take_word();
    text = word.text();
  }
  if (text.size() > Query::kWordBytesMax) {
    const std::string most = std::to_string(Query::kWordBytesMax);
    return QueryError{begin, "a word or phrase is too long", "at most " + most + " bytes", "字詞或片語太長",
                      "最多 " + most + " 位元組"};
  }
  const bool blank = std::all_of(text.begin(), text.end(), is_blank_byte);
  if (blank && (field.id == FieldId::text || field.id == FieldId::message || field.id == FieldId::original)) {
    return QueryError{begin, "an empty phrase finds nothing in particular", "at least one word between the quotes",
                      "片語是空的", "引號之間至少要有一個字詞"};
  }
  return make_leaf(field, quoted ? quoted_test(field, text, zone_minutes_) : word_test(field, word, zone_minutes_),
                   begin);
}

QueryParser::Parsed QueryParser::make_leaf(const FieldRef& field, Test test, std::size_t position) {
  if (++terms_ > Query::kTermsMax) {
    const std::string most = std::to_string(Query::kTermsMax);
    return QueryError{position, "the query has too many terms", "at most " + most, "查詢的條件太多",
                      "最多 " + most + " 個"};
  }
  Node node;
  if (field.id == FieldId::text && std::holds_alternative<Exists>(test)) return node;  // a bare * is everything
  node.op = Node::Op::leaf;
  node.need = need_of(field);
  node.leaf = Leaf{field, std::move(test)};
  return node;
}

}  // namespace vigil
