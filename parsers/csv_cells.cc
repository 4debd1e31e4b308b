#include "parsers/csv_cells.h"

namespace vigil {

bool CsvCells::next(std::string_view& cell, Arena& arena) {
  if (!more_) return false;
  if (!rest_.starts_with('"')) {
    const std::size_t end = rest_.find(comma_);
    cell = rest_.substr(0, end);
    more_ = end != std::string_view::npos;
    rest_.remove_prefix(more_ ? end + 1 : rest_.size());
    return true;
  }
  rest_.remove_prefix(1);
  std::size_t end = 0;
  std::size_t doubled = 0;
  while (end < rest_.size() && (rest_[end] != '"' || (end + 1 < rest_.size() && rest_[end + 1] == '"'))) {
    if (rest_[end] == '"') {
      ++doubled;
      ++end;
    }
    ++end;
  }
  cell = rest_.substr(0, end);
  const std::size_t comma = end < rest_.size() ? rest_.find(comma_, end) : std::string_view::npos;
  more_ = comma != std::string_view::npos;
  rest_.remove_prefix(more_ ? comma + 1 : rest_.size());
  if (doubled == 0) return true;
  char* const copy = arena.allocate(cell.size());
  std::size_t size = 0;
  for (std::size_t i = 0; i < cell.size(); ++i) {
    copy[size++] = cell[i];
    if (cell[i] == '"') ++i;
  }
  cell = {copy, size};
  return true;
}

}  // namespace vigil
