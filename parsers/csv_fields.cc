#include "parsers/csv_fields.h"

#include <algorithm>

namespace vigil {
namespace {

/// Where the quoted cell that `text` begins with closes: the quote's place, or the end of a text that was cut.
std::size_t closing_quote(std::string_view text) {
  std::size_t at = 1;
  for (;;) {
    at = text.find('"', at);
    if (at == std::string_view::npos) return text.size();
    if (at + 1 >= text.size() || text[at + 1] != '"') return at;
    at += 2;
  }
}

std::string_view without_doubled(std::string_view text, Arena& arena) {
  if (text.find("\"\"") == std::string_view::npos) return text;
  char* const start = arena.allocate(text.size());
  std::size_t used = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    start[used++] = text[i];
    if (text[i] == '"' && i + 1 < text.size() && text[i + 1] == '"') ++i;
  }
  arena.shrink_last(text.size(), used);
  return {start, used};
}

}  // namespace

bool CsvReader::peek(std::string_view& cell) {
  if (at_end_) return false;
  std::size_t end = 0;
  if (rest_.starts_with('"')) end = closing_quote(rest_);
  end = std::min(rest_.find(separator_, std::min(end, rest_.size())), rest_.size());
  cell = rest_.substr(0, end);
  at_end_ = end == rest_.size();
  rest_.remove_prefix(at_end_ ? end : end + 1);
  return true;
}

bool CsvReader::next(std::string_view& cell, Arena& arena) {
  if (!peek(cell)) return false;
  if (!cell.starts_with('"')) return true;
  const std::size_t close = closing_quote(cell);
  // What follows the closing quote belongs to no rule of CSV: the cell stays as it stands.
  if (close + 1 < cell.size()) return true;
  cell = without_doubled(cell.substr(1, close - 1), arena);
  return true;
}

std::size_t put_columns(PayloadWriter& out, CsvReader& reader, std::span<const Target> columns) {
  std::size_t count = 0;
  std::string_view cell;
  while (count < columns.size() && reader.next(cell, out.arena())) {
    if (!cell.empty()) put(out, columns[count], cell);
    ++count;
  }
  return count;
}

}  // namespace vigil
