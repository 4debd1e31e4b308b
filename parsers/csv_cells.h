#pragma once

#include <string_view>

#include "parsers/arena.h"

namespace vigil {

/// The cells of one line of CSV (RFC 4180), from left to right. A quoted cell may hold commas and, doubled, quotes; one whose
/// closing quote is missing was cut and reaches to the end.
class CsvCells {
 public:
  explicit CsvCells(std::string_view line, char comma = ',') : rest_(line), comma_(comma) {}

  /// The next cell without its quotes; false behind the last one. Copied to the arena only where quotes are doubled.
  bool next(std::string_view& cell, Arena& arena);

 private:
  std::string_view rest_;
  char comma_;
  bool more_ = true;
};

}  // namespace vigil
