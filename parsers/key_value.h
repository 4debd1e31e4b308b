#pragma once

#include <string_view>

#include "parsers/payload_writer.h"

namespace vigil {

/// One pair of a key=value text.
struct KeyValue {
  std::string_view key;
  std::string_view value;  ///< as written, without quotes; escapes still in it
  bool quoted = false;
  bool unterminated = false;  ///< the closing quote is missing: the text was cut
  bool escaped = false;       ///< `value` holds a backslash before a quote
};

/// Walks over a text of pairs, as firewalls write them:
///
///   text  = pair *( 1*blank pair )
///   pair  = key "=" ( *nonblank | DQUOTE *( any / "\" DQUOTE ) [DQUOTE] )
///   key   = 1*( letter / digit / "_" / "-" / "." / "[" / "]" / "/" / "@" )
///
/// A comma or semicolon between pairs counts as blank. Words that are no pair are stepped over. Where the
/// first value ends in a comma without a blank behind it (`date=2026-11-20,time=14:59:00,…`, FortiGate's
/// "format csv"), commas separate all pairs.
class KeyValueReader {
 public:
  explicit KeyValueReader(std::string_view text) : rest_(text), commas_(separated_by_commas(text)) {}
  bool next(KeyValue& out);
  std::string_view rest() const { return rest_; }  ///< what has not been read yet

 private:
  static bool separated_by_commas(std::string_view text);

  std::string_view rest_;
  bool commas_;
};

/// The part of `text` that begins with this pair.
std::string_view pair_onwards(const KeyValue& pair, std::string_view text);

/// `\"` becomes `"`; other backslashes stay, since most of them are parts of Windows paths.
std::string_view unescape_quotes(const KeyValue& pair, Arena& arena);

/// True if `text` begins with two pairs: cheap enough to ask of every message.
bool looks_like_key_value(std::string_view text);

}  // namespace vigil
