#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "storage/query.h"

namespace vigil {

/// A piece of a LogQL query.
struct LogqlToken {
  enum class Kind : std::uint8_t { end, name, text, number, duration, symbol };
  Kind kind = Kind::end;
  std::string text;  ///< a name, a symbol, or a string with its escapes resolved
  double number = 0;
  std::int64_t duration_ns = 0;
  std::size_t begin = 0;

  bool is_symbol(std::string_view wanted) const { return kind == Kind::symbol && text == wanted; }
  bool is_name(std::string_view wanted) const { return kind == Kind::name && text == wanted; }
  /// As an error message shows it: "'rate'" or "the end of the query".
  std::string shown() const;
  std::string shown_zh() const;
};

/// Cuts a LogQL query into pieces; the last one is the end. Names are letters, digits, `_` and `:`; strings
/// are in `"` (with Go's escapes), or raw between backquotes; `#` begins a comment that lasts to the end of
/// the line.
Result<std::vector<LogqlToken>, QueryError> cut_logql(std::string_view text);

}  // namespace vigil
