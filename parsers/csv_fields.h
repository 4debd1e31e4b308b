#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string_view>

#include "parsers/field_target.h"
#include "parsers/payload_writer.h"

namespace vigil {

/// Walks over one line of CSV (RFC 4180):
///
///   line = cell *( separator cell )
///   cell = DQUOTE *( any / 2DQUOTE ) DQUOTE  /  *( any but separator )
///
/// Lines that were cut in a quote end there; a quote that closes before its cell does is taken with what follows it.
class CsvReader {
 public:
  explicit CsvReader(std::string_view line, char separator = ',') : rest_(line), separator_(separator) {}

  /// The next cell, its quotes off; doubled quotes become one in the arena. False when there are no more.
  bool next(std::string_view& cell, Arena& arena);
  /// The next cell as it stands, quotes and all: for those who only look.
  bool peek(std::string_view& cell);
  std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
  char separator_;
  bool at_end_ = false;
};

/// What becomes of the columns of a line, in their order; names as field_target.h knows them:
///
///   constexpr auto kColumns = columns({"_", "source", "source.port", "rule.name", "seqno"});
template <std::size_t kCount>
consteval std::array<Target, kCount> columns(const std::string_view (&names)[kCount]) {
  std::array<Target, kCount> targets{};
  for (std::size_t i = 0; i < kCount; ++i) targets[i] = target_of(names[i]);
  return targets;
}

/// Puts the reader's next cells where the columns say; empty cells are nothing. Returns how many of the columns were there.
std::size_t put_columns(PayloadWriter& out, CsvReader& reader, std::span<const Target> columns);

}  // namespace vigil
