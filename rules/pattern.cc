#include "rules/pattern.h"

#include <optional>

#include "rules/case_fold.h"

namespace vigil::sigma {
namespace {

using Kind = PatternToken::Kind;
constexpr std::size_t kNowhere = std::string_view::npos;

/// Where the piece ends if it begins at `at`, else kNowhere.
std::size_t match_forward(const std::vector<PatternToken>& piece, std::string_view text, std::size_t at) {
  for (const PatternToken& token : piece) {
    if (token.kind == Kind::any_one) {
      if (at >= text.size()) return kNowhere;
      at = next_character(text, at);
    } else {
      if (text.compare(at, token.text.size(), token.text) != 0) return kNowhere;
      at += token.text.size();
    }
  }
  return at;
}

/// Where the piece begins if it ends at `end` and begins at or after `from`, else kNowhere.
std::size_t match_backward(const std::vector<PatternToken>& piece, std::string_view text, std::size_t from,
                           std::size_t end) {
  for (auto token = piece.rbegin(); token != piece.rend(); ++token) {
    if (token->kind == Kind::any_one) {
      if (end <= from) return kNowhere;
      end = previous_character(text, end);
    } else {
      if (end < from + token->text.size() || !text.substr(0, end).ends_with(token->text)) return kNowhere;
      end -= token->text.size();
    }
  }
  return end < from ? kNowhere : end;
}

/// Where the leftmost occurrence of the piece at or after `from` ends, else kNowhere.
std::size_t find_piece(const std::vector<PatternToken>& piece, std::string_view text, std::size_t from) {
  if (piece.empty()) return from;
  const PatternToken& first = piece.front();
  for (std::size_t at = from; at <= text.size();) {
    if (first.kind == Kind::literal) {
      at = text.find(first.text, at);
      if (at == kNowhere) return kNowhere;
    }
    if (const std::size_t end = match_forward(piece, text, at); end != kNowhere) return end;
    if (at >= text.size()) return kNowhere;
    at = first.kind == Kind::literal ? at + 1 : next_character(text, at);
  }
  return kNowhere;
}

}  // namespace

PatternTokens parse_pattern(std::string_view text) {
  PatternTokens tokens;
  std::string literal;
  const auto flush = [&] {
    if (!literal.empty()) tokens.push_back({Kind::literal, std::move(literal)});
    literal.clear();
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\\' && i + 1 < text.size() && (text[i + 1] == '\\' || text[i + 1] == '*' || text[i + 1] == '?')) {
      literal.push_back(text[++i]);
    } else if (c == '*' || c == '?') {
      flush();
      tokens.push_back({c == '*' ? Kind::any_run : Kind::any_one, {}});
    } else {
      literal.push_back(c);
    }
  }
  flush();
  return tokens;
}

PatternTokens merged(PatternTokens tokens) {
  PatternTokens out;
  for (PatternToken& token : tokens) {
    if (token.kind == Kind::literal && token.text.empty()) continue;
    if (!out.empty() && out.back().kind == token.kind && token.kind == Kind::literal) {
      out.back().text += token.text;
    } else if (out.empty() || out.back().kind != token.kind || token.kind != Kind::any_run) {
      out.push_back(std::move(token));
    }
  }
  return out;
}

bool is_literal(const PatternTokens& tokens) {
  for (const PatternToken& token : tokens) {
    if (token.kind != Kind::literal) return false;
  }
  return true;
}

Pattern::Pattern(const PatternTokens& raw, bool cased) {
  PatternTokens tokens = merged(raw);
  if (!cased) {
    for (PatternToken& token : tokens) token.text = folded(token.text);
  }
  const auto kind = [&](std::size_t i) { return tokens[i].kind; };
  const std::size_t n = tokens.size();
  if (n == 0) {
    shape_ = Shape::exact;
  } else if (n == 1 && kind(0) == Kind::any_run) {
    shape_ = Shape::anything;
  } else if (n == 1 && kind(0) == Kind::literal) {
    shape_ = Shape::exact;
    literal_ = tokens[0].text;
  } else if (n == 2 && kind(0) == Kind::literal && kind(1) == Kind::any_run) {
    shape_ = Shape::prefix;
    literal_ = tokens[0].text;
  } else if (n == 2 && kind(0) == Kind::any_run && kind(1) == Kind::literal) {
    shape_ = Shape::suffix;
    literal_ = tokens[1].text;
  } else if (n == 3 && kind(0) == Kind::any_run && kind(1) == Kind::literal && kind(2) == Kind::any_run) {
    shape_ = Shape::contains;
    literal_ = tokens[1].text;
  } else {
    shape_ = Shape::glob;
    pieces_.emplace_back();
    for (PatternToken& token : tokens) {
      if (token.kind == Kind::any_run) {
        pieces_.emplace_back();
      } else {
        pieces_.back().push_back(std::move(token));
      }
    }
  }
}

bool Pattern::matches(std::string_view text) const {
  switch (shape_) {
    case Shape::exact: return text == literal_;
    case Shape::prefix: return text.starts_with(literal_);
    case Shape::suffix: return text.ends_with(literal_);
    case Shape::contains: return text.find(literal_) != std::string_view::npos;
    case Shape::anything: return true;
    case Shape::glob: return matches_glob(text);
  }
  return false;
}

bool Pattern::matches_glob(std::string_view text) const {
  std::size_t at = match_forward(pieces_.front(), text, 0);
  if (at == kNowhere) return false;
  if (pieces_.size() == 1) return at == text.size();
  // Leftmost is always a good choice for a piece between stars: it leaves the most text for what follows.
  for (std::size_t i = 1; i + 1 < pieces_.size(); ++i) {
    at = find_piece(pieces_[i], text, at);
    if (at == kNowhere) return false;
  }
  return match_backward(pieces_.back(), text, at, text.size()) != kNowhere;
}

std::vector<std::string_view> Pattern::literals() const {
  std::vector<std::string_view> out;
  if (!literal_.empty()) out.emplace_back(literal_);
  for (const Piece& piece : pieces_) {
    for (const PatternToken& token : piece) {
      if (token.kind == Kind::literal) out.emplace_back(token.text);
    }
  }
  return out;
}

std::string Pattern::text() const {
  switch (shape_) {
    case Shape::exact: return literal_;
    case Shape::prefix: return literal_ + "*";
    case Shape::suffix: return "*" + literal_;
    case Shape::contains: return "*" + literal_ + "*";
    case Shape::anything: return "*";
    case Shape::glob: break;
  }
  std::string out;
  for (std::size_t i = 0; i < pieces_.size(); ++i) {
    if (i > 0) out += "*";
    for (const PatternToken& token : pieces_[i]) out += token.kind == Kind::literal ? token.text : "?";
  }
  return out;
}

}  // namespace vigil::sigma
