#include "parsers/csv_text.h"

#include "parsers/render.h"

namespace vigil {

std::string csv_cell(std::string_view text, bool number) {
  std::string safe;
  // A spreadsheet takes these first characters as the beginning of a formula.
  if (!number && !text.empty() && std::string_view("=+-@\t\r").find(text.front()) != std::string_view::npos)
    safe += '\'';
  for (std::string_view rest = text; !rest.empty();) {
    const std::size_t end = rest.find_first_of("\n\t\r");
    append_terminal_safe(rest.substr(0, end), safe);
    if (end == std::string_view::npos) break;
    safe += rest[end];
    rest.remove_prefix(end + 1);
  }
  if (safe.find_first_of(",\"\r\n") == std::string::npos) return safe;
  std::string out = "\"";
  for (const char c : safe) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + "\"";
}

std::string csv_line(const std::vector<std::string>& cells) {
  std::string out;
  for (std::size_t i = 0; i < cells.size(); ++i) out += (i > 0 ? "," : "") + cells[i];
  return out + "\r\n";
}

}  // namespace vigil
