#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "storage/field_values.h"
#include "storage/query_value.h"

namespace vigil {

/// One value on its way through the pipes: keeps its type, owns its bytes.
struct Cell {
  enum class Kind : std::uint8_t { null, boolean, number, time, text, json };
  Kind kind = Kind::null;
  std::string text;  ///< as it stood in the event; of `json` the rendered array
  std::int64_t time_ns = 0;
  std::optional<Number> number;  ///< of a text too, if it reads as one: senders write numbers as text

  static Cell of(const FieldValue& value);
  static Cell of_integer(std::int64_t value);
  static Cell of_real(double value);
  static Cell of_time(std::int64_t ns);

  bool is_null() const { return kind == Kind::null; }
  /// Bytes it holds, for the pipes' account.
  std::size_t cost() const { return sizeof(Cell) + text.size(); }
  /// Equal cells, and no others, give the same key.
  void append_key(std::string& key) const;
  void append_json(int zone_minutes, std::string& out) const;
};

/// Order of cells in an answer: nothing, then numbers and times by value, then text by bytes.
std::weak_ordering compare_cells(const Cell& a, const Cell& b);

}  // namespace vigil
