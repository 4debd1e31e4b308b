#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "parsers/result.h"

namespace vigil {

/// A pattern that a user has written, as an RE2 expression.
struct GrokPattern {
  std::string expression;           ///< with one group for each field …
  std::vector<std::string> fields;  ///< … in their order
};

struct GrokFault {
  enum class Why : std::uint8_t {
    too_long,       ///< more than kGrokBytesMax
    unclosed,       ///< a %{ without its }
    unknown_name,   ///< no pattern of that name
    unknown_field,  ///< no field of that name may be written
    too_many,       ///< more than kGrokFieldsMax fields
    expression,     ///< RE2 refuses it, `detail` says why
    too_complex     ///< RE2 would need more than kGrokProgramMax instructions
  };
  Why why;
  std::size_t offset = 0;  ///< in the pattern, from 0
  std::string word = {};   ///< the name in question
  std::string detail = {};
};

/// A line of log is matched by some dozens of patterns a second and source at most; what is longer or larger than this is
/// a mistake, or meant to be slow. RE2 itself is linear in the text, whatever the pattern.
constexpr std::size_t kGrokBytesMax = 4096;
constexpr std::size_t kGrokFieldsMax = 64;
constexpr int kGrokProgramMax = 20'000;

/// Turns a pattern into an RE2 expression and tries it:
///
///   pattern = *( "%{" NAME [ ":" field ] "}" / RE2 )
///   NAME    = one of grok_names(): WORD, IP, INT, DATA, …
///   field   = a name that is_writable_field()
///
/// Groups of the user's own must be without capture, `(?:…)`: others are given as unknown fields.
Result<GrokPattern, GrokFault> read_grok(std::string_view pattern);

/// The names there are, sorted.
std::span<const std::string_view> grok_names();

/// True if a parser may write a field of that name: ECS 8 knows it, it is a target (user, url, file …; field_target.h), or it
/// is below vendor., labels. or winlog.
bool is_writable_field(std::string_view name);
/// The names of ECS and the targets, sorted: to find what was meant.
std::span<const std::string_view> writable_fields();

}  // namespace vigil
