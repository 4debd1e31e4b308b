#include "parsers/csv_rows.h"

#include <algorithm>

#include "parsers/characters.h"
#include "parsers/payload_text.h"

namespace vigil {
namespace {

char delimiter_of(std::string_view text) {
  const std::string_view line = text.substr(0, text.find_first_of("\r\n"));
  char best = ',';
  for (const char each : {';', '\t'}) {
    if (std::count(line.begin(), line.end(), each) > std::count(line.begin(), line.end(), best)) best = each;
  }
  return best;
}

}  // namespace

CsvRows read_csv(std::string_view text, const CsvLimits& limits) {
  CsvRows out;
  const char delimiter = delimiter_of(text);
  std::vector<std::string> row;
  std::string cell;
  bool quoted = false;
  const auto put = [&](char c) {
    if (cell.size() < limits.cell_bytes_max) {
      cell += c;
    } else {
      out.cut = true;
    }
  };
  const auto end_cell = [&] {
    if (row.size() < limits.columns_max) {
      row.emplace_back(trim(cell));
    } else {
      out.cut = true;
    }
    cell.clear();
  };
  const auto end_row = [&] {
    end_cell();
    const bool any =
        std::any_of(row.begin(), row.end(), [](const std::string& each) { return !each.empty(); });
    if (any) out.rows.push_back(std::move(row));
    row.clear();
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted) {
      if (c != '"') {
        put(c);
      } else if (char_at(text, i + 1) == '"') {
        put('"');
        ++i;
      } else {
        quoted = false;
      }
    } else if (c == '"' && trim(cell).empty()) {
      cell.clear();
      quoted = true;
    } else if (c == delimiter) {
      end_cell();
    } else if (c == '\n' || c == '\r') {
      end_row();
      if (out.rows.size() > limits.rows_max) {
        out.rows.pop_back();
        out.cut = true;
        return out;
      }
    } else {
      put(c);
    }
  }
  end_row();
  return out;
}

}  // namespace vigil
