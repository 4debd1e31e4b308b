#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace vigil::sigma {

/// One piece of a Sigma string: a literal run, `?` (exactly one character) or `*` (any run, also none).
struct PatternToken {
  enum class Kind : std::uint8_t { literal, any_one, any_run };
  Kind kind = Kind::literal;
  std::string text;
  bool operator==(const PatternToken&) const = default;
};

/// A Sigma string as tokens. Wildcards that modifiers add are tokens too, never text: a value that ends in a
/// backslash cannot escape them (pySigma #431).
using PatternTokens = std::vector<PatternToken>;

/// Reads a value by the escape table of the specification:
///   `\` before none of `\ * ?`  a backslash        `\\`   one backslash      `\\*`   a backslash, then the wildcard
///   `\*` `\?`                    literal            `\\\*`  a backslash, then a literal star
PatternTokens parse_pattern(std::string_view text);

/// Joins neighbouring literals and repeated stars.
PatternTokens merged(PatternTokens tokens);

/// The pieces joined where there is no wildcard.
bool is_literal(const PatternTokens& tokens);

/// A pattern that is ready to match whole values.
///
/// Cost: linear in the text for patterns without `?`; with `?` in a middle piece at most text × piece.
class Pattern {
 public:
  enum class Shape : std::uint8_t { exact, prefix, suffix, contains, anything, glob };

  Pattern() = default;
  /// `cased`: compare as written; else the tokens are folded here and `matches` wants folded text.
  Pattern(const PatternTokens& tokens, bool cased);

  bool matches(std::string_view text) const;
  Shape shape() const { return shape_; }
  /// The literal of the shapes exact, prefix, suffix and contains.
  const std::string& literal() const { return literal_; }
  /// All literal runs, each of which must occur in a matching text.
  std::vector<std::string_view> literals() const;
  /// As a Sigma string, for people: folded where it was folded, wildcards as `*` and `?`, not escaped.
  std::string text() const;

 private:
  /// Tokens between two stars: literals and any_one.
  using Piece = std::vector<PatternToken>;

  bool matches_glob(std::string_view text) const;

  Shape shape_ = Shape::exact;
  std::string literal_;
  std::vector<Piece> pieces_;  ///< of a glob, around its stars; the first and last may be empty
};

}  // namespace vigil::sigma
