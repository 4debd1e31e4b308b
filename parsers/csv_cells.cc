#include "parsers/csv_cells.h"

#include "parsers/payload_text.h"

namespace vigil {

std::string_view take_csv_cell(std::string_view& rest, Arena& arena) {
  rest = trim_left(rest);
  if (!rest.starts_with('"')) return trim(take_until(rest, ','));
  std::size_t end = 1;
  bool doubled = false;
  for (; end < rest.size(); ++end) {
    if (rest[end] != '"') continue;
    if (end + 1 >= rest.size() || rest[end + 1] != '"') break;
    doubled = true;
    ++end;
  }
  std::string_view cell = rest.substr(1, end - 1);
  rest.remove_prefix(end < rest.size() ? end + 1 : rest.size());
  take_until(rest, ',');
  if (!doubled) return cell;
  char* const out = arena.allocate(cell.size());
  std::size_t size = 0;
  for (std::size_t i = 0; i < cell.size(); ++i) {
    out[size++] = cell[i];
    if (cell[i] == '"') ++i;
  }
  arena.shrink_last(cell.size(), size);
  return {out, size};
}

}  // namespace vigil
