#include "rules/condition.h"

#include <algorithm>
#include <optional>

#include "rules/pattern.h"

namespace vigil::sigma {
namespace {

/// Brackets and `not`s inside each other. SigmaHQ needs 4.
constexpr int kDepthMax = 64;
/// Longest condition read; hundreds of operators fit.
constexpr std::size_t kTextBytesMax = 16 * 1024;
/// Of all conditions of a rule, selectors written out: `1 of *` over a thousand selections, a thousand times, is a million.
constexpr std::size_t kPartsMax = 100'000;

bool is_word_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
         c == '*';
}

/// `*` stands for any run of characters, anywhere in the pattern; `?` is not special here and not a word character.
Pattern selector_pattern(std::string_view text) {
  PatternTokens tokens;
  for (const char c : text) {
    if (c == '*') {
      tokens.push_back({PatternToken::Kind::any_run, {}});
    } else {
      tokens.push_back({PatternToken::Kind::literal, std::string(1, c)});
    }
  }
  return Pattern(tokens, true);
}

class Parser {
 public:
  Parser(std::string_view text, const std::vector<Selection>& selections, Expression& expression)
      : text_(text), selections_(selections), expression_(expression) {
    advance();
  }

  Result<Expression::Index, ConditionError> parse() {
    if (text_.size() > kTextBytesMax) return fail("the condition is longer than 16 KiB");
    if (word_.empty() && !error_) return fail("the condition is empty");
    const auto root = parse_or();
    if (!root) return *error_;
    if (error_) return *error_;
    if (!word_.empty()) {
      return fail(word_ == ")" ? "')' without '('" : "expected 'and' or 'or' before '" + std::string(word_) + "'");
    }
    return *root;
  }

 private:
  using Node = std::optional<Expression::Index>;  ///< nothing: see error_

  ConditionError fail(std::string reason) {
    if (!error_) error_ = ConditionError{word_at_, std::move(reason)};
    return *error_;
  }
  Node stop(std::string reason) {
    fail(std::move(reason));
    return std::nullopt;
  }

  void advance() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n' || text_[at_] == '\r')) {
      ++at_;
    }
    word_at_ = at_;
    if (at_ == text_.size()) {
      word_ = {};
    } else if (text_[at_] == '(' || text_[at_] == ')') {
      word_ = text_.substr(at_++, 1);
    } else if (is_word_character(text_[at_])) {
      while (at_ < text_.size() && is_word_character(text_[at_])) ++at_;
      word_ = text_.substr(word_at_, at_ - word_at_);
    } else {
      word_ = {};
      if (text_[at_] == '|') {
        fail("aggregations after '|' are obsolete in Sigma 2; write a correlation document (type: event_count …)");
      } else {
        fail("'" + std::string(1, text_[at_]) + "' cannot stand in a condition");
      }
    }
  }
  bool take(std::string_view word) {
    if (word_ != word) return false;
    advance();
    return true;
  }

  Node parse_or() { return parse_list("or", Expression::Op::any_of, &Parser::parse_and); }
  Node parse_and() { return parse_list("and", Expression::Op::all_of, &Parser::parse_not); }

  Node parse_list(std::string_view word, Expression::Op op, Node (Parser::*part)()) {
    std::vector<Expression::Index> parts;
    do {
      const Node node = (this->*part)();
      if (!node || error_) return std::nullopt;
      parts.push_back(*node);
    } while (take(word));
    return expression_.add(op, std::move(parts));
  }

  Node parse_not() {
    if (word_ != "not") return parse_atom();
    if (++depth_ > kDepthMax) return stop("nested too deep");
    advance();
    const Node inner = parse_not();
    --depth_;
    if (!inner) return std::nullopt;
    return expression_.add(Expression::Op::negation, {*inner});
  }

  Node parse_atom() {
    if (error_) return std::nullopt;
    if (word_.empty()) return stop("the condition ends where a selection was expected");
    if (word_ == "(") return parse_brackets();
    if (word_ == ")" || word_ == "and" || word_ == "or" || word_ == "of") {
      return stop("expected a selection, found '" + std::string(word_) + "'");
    }
    const std::string_view word = word_;
    const std::size_t word_at = word_at_;
    advance();
    if (word_ == "of") return parse_selector(word, word_at);
    const auto found = std::find_if(selections_.begin(), selections_.end(),
                                    [&](const Selection& selection) { return selection.name == word; });
    if (found != selections_.end()) return found->node;
    word_at_ = word_at;
    if (word == "AND" || word == "OR" || word == "NOT") {
      return stop("operators are written in lower case: '" + std::string(word) + "'");
    }
    return stop("there is no selection named '" + std::string(word) + "'");
  }

  Node parse_brackets() {
    if (++depth_ > kDepthMax) return stop("nested too deep");
    advance();
    const Node inner = parse_or();
    --depth_;
    if (!inner) return std::nullopt;
    if (!take(")")) return stop("')' is missing");
    return inner;
  }

  Node parse_selector(std::string_view quantifier, std::size_t quantifier_at) {
    if (quantifier != "1" && quantifier != "any" && quantifier != "all") {
      word_at_ = quantifier_at;
      return stop("'" + std::string(quantifier) + " of' is not Sigma; use '1 of', 'any of' or 'all of'");
    }
    advance();
    if (error_) return std::nullopt;
    const std::string_view pattern = word_;
    if (pattern.empty() || pattern == "(" || pattern == ")" || pattern == "and" || pattern == "or" ||
        pattern == "not" || pattern == "of") {
      return stop("expected 'them' or a pattern after 'of'");
    }
    const Pattern selector = selector_pattern(pattern);
    std::vector<Expression::Index> nodes;
    for (const Selection& selection : selections_) {
      const bool hidden = selection.name.starts_with('_') && !pattern.starts_with('_');
      if (!hidden && (pattern == "them" || selector.matches(selection.name))) nodes.push_back(selection.node);
    }
    if (nodes.empty()) return stop("'" + std::string(pattern) + "' selects nothing");
    if (expression_.parts() + nodes.size() > kPartsMax) return stop("selectors name more than 100,000 selections in all");
    advance();
    return expression_.add(quantifier == "all" ? Expression::Op::all_of : Expression::Op::any_of, std::move(nodes));
  }

  std::string_view text_;
  const std::vector<Selection>& selections_;
  Expression& expression_;
  std::size_t at_ = 0, word_at_ = 0;
  std::string_view word_;
  int depth_ = 0;
  std::optional<ConditionError> error_;
};

}  // namespace

Result<Expression::Index, ConditionError> compile_condition(std::string_view text,
                                                            const std::vector<Selection>& selections,
                                                            Expression& expression) {
  return Parser(text, selections, expression).parse();
}

}  // namespace vigil::sigma
