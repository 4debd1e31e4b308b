#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "parsers/arena.h"
#include "parsers/event.h"

namespace vigil {

/// One leaf of a JSON document: {"a":{"b":[1,2]}} is ("a.b","1") and ("a.b","2").
struct JsonField {
  std::string_view path;   ///< dotted; in the arena
  std::string_view value;  ///< strings without quotes and escapes; numbers and literals as written
  ValueType type = ValueType::text;

  /// The same path with "vendor." in front (the bytes stand there already).
  std::string_view vendor_name() const;
};

/// Limits. What lies deeper than kDepthMax or behind the last field is kept as JSON text under
/// the path
/// `_overflow`. A document nested deeper than kDepthSane is no log record at all.
struct JsonLimits {
  static constexpr std::size_t kFieldsMax = 1000;
  static constexpr std::size_t kPathBytesMax = 512;
  static constexpr unsigned kDepthMax = 32;
  static constexpr unsigned kDepthSane = 1024;
};

/// The leaves of one JSON document in their order; keys that occur twice are there twice. Reuse it: it keeps
/// its memory.
struct JsonFields {
  std::vector<JsonField> leaves;
  bool capped = false;  ///< a limit was reached
};

/// Reads one JSON object (or array). Numbers are kept as text, exactly, whatever their size. `\xHH` inside
/// strings, which nginx writes and our own decoding of bad bytes leaves behind, is kept as it stands.
///
/// False if `text` is not one well-formed document and nothing else: also for numbers beyond a double
/// (1e400), lone surrogates, raw control characters in strings, anything behind the end. `out` is empty then.
/// Views point into `text` or the arena. Does not allocate once the calling thread has seen a text of that
/// length.
bool walk_json(std::string_view text, Arena& arena, JsonFields& out);

/// A list of leaves to reuse, one per thread, so that parsing does not allocate.
JsonFields& json_scratch();

/// What a string of JSON, given with its quotes, says: a view of it, or of the arena where escapes were taken out. Nothing
/// for escapes that JSON does not know (but `\xHH`, as above) and half surrogate pairs.
std::optional<std::string_view> read_json_string(std::string_view quoted, Arena& arena);

/// The text of the first member `key` of the outermost object (a string's raw inside, a number's digits);
/// empty if there is none or it holds an object. Reads only as far as needed and does not check the rest.
std::string_view peek_json_member(std::string_view text, std::string_view key);

}  // namespace vigil
