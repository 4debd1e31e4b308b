#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/query.h"

namespace vigil {

/// A word as written, cut at its unescaped stars: "pre*" is {"pre", ""}.
struct QueryWord {
  std::vector<std::string> parts{std::string()};
  std::size_t begin = 0;
  bool has_star() const { return parts.size() > 1; }
  bool only_stars() const;
  /// The word with its stars, escapes resolved.
  std::string text() const;
};

struct QueryRegex {
  std::string pattern;
  bool caseless = false;
};

/// Hands out the pieces of a query. What a piece is depends on where it stands ("/" begins a regular expression or a
/// path, ":" ends a field name or belongs to an address), so the parser asks for what fits and goes on from there.
///
///   word    a run without blanks, ( ) " |     \ before one of ()"|:*\/<>=-&[]{} or a blank takes its meaning away;
///                                             before anything else it is a backslash (C:\Windows)
///   quoted  "…" with \" and \\; LF and the rest stand for themselves
///   regex   /…/ or /…/i, with \/ for a slash; only where a blank, ), | or the end follows, else it is a path
///   blank   space, TAB, CR, LF and the ideographic space U+3000 that an input method types
class QueryLexer {
 public:
  explicit QueryLexer(std::string_view text) : text_(text) {}

  std::size_t position() const { return at_; }
  void rewind(std::size_t position) { at_ = position; }
  bool skip_blanks();  ///< true if there was one
  bool at_end() const { return at_ == text_.size(); }
  char peek(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }
  bool take(char c);
  bool take(std::string_view symbol);
  /// Takes `keyword` where it stands alone.
  bool take_keyword(std::string_view keyword);
  /// The end, a blank, ( ) " or |.
  bool at_boundary() const;

  /// Takes "name:" where a field begins here. An address (fe80::1, 00:1a:…), a link (http://…) and a path with a
  /// drive letter (C:\…) are words.
  std::optional<std::string> take_field();
  /// Reads a word; empty if none begins here. `also` are further characters that end it.
  QueryWord take_word(std::string_view also = {});
  /// Reads "…"; requires peek() == '"'. Fails where the closing quote is missing.
  Result<std::string, QueryError> take_quoted();
  /// Reads /…/ where one stands here.
  std::optional<QueryRegex> take_regex();

  /// What stands here, shortened, for an error message: "'foo'" or "the end".
  std::string here() const;
  std::string here_zh() const;

 private:
  std::size_t blank_length(std::size_t at) const;
  bool ends_word(std::size_t at) const;
  std::string_view whole_token() const;

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace vigil
