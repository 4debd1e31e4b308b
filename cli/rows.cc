#include "cli/rows.h"

#include <algorithm>
#include <array>
#include <boost/json/serialize.hpp>
#include <cmath>

#include "config/text_width.h"
#include "parsers/csv_text.h"
#include "parsers/render.h"

namespace vigil::cli {

namespace json = boost::json;

namespace {

/// Narrowest a column is made: less shows nothing of a value.
constexpr std::size_t kColumnMin = 8;
constexpr std::size_t kGap = 2;

std::string fit(const std::string& text, std::size_t width, bool right) {
  const std::size_t columns = text_columns(text);
  if (columns <= width) {
    const std::string space(width - columns, ' ');
    return right ? space + text : text + space;
  }
  std::string cut = text.substr(0, bytes_within(text, width - 1)) + "…";
  const std::size_t now = text_columns(cut);
  return cut + std::string(now < width ? width - now : 0, ' ');
}

/// Takes columns from the widest until the whole fits.
void shrink(std::vector<std::size_t>& widths, std::size_t columns_max) {
  const auto total = [&] {
    std::size_t sum = widths.empty() ? 0 : kGap * (widths.size() - 1);
    for (const std::size_t width : widths) sum += width;
    return sum;
  };
  while (total() > columns_max) {
    const auto widest = std::max_element(widths.begin(), widths.end());
    if (*widest <= kColumnMin) return;  // A very narrow terminal wraps; losing columns would be worse.
    --*widest;
  }
}

void append_row(const std::vector<std::string>& cells, const std::vector<std::size_t>& widths,
                const std::vector<bool>& right, std::string& out) {
  std::string line;
  for (std::size_t i = 0; i < widths.size(); ++i) {
    if (i > 0) line.append(kGap, ' ');
    line += fit(i < cells.size() ? cells[i] : std::string(), widths[i], i < right.size() && right[i]);
  }
  line.erase(line.find_last_not_of(' ') + 1);
  out += line + "\n";
}

/// What a terminal obeys although JSON does not escape it: DEL, C1, bidi controls, line and paragraph
/// separators.
bool obeyed(char32_t c) {
  return c == 0x7F || (c >= 0x80 && c <= 0x9F) || c == 0x061C || c == 0x200E || c == 0x200F ||
         (c >= 0x2028 && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
}

}  // namespace

std::string one_line(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    // Line breaks and tabs would tear a row apart; the rest is the parsers' own rule.
    const std::size_t end = text.find_first_of("\n\r\t");
    append_terminal_safe(text.substr(0, end), out);
    if (end == std::string_view::npos) break;
    out += text[end] == '\n' ? "\\n" : text[end] == '\r' ? "\\r" : "\\t";
    text.remove_prefix(end + 1);
  }
  return out;
}

std::string short_time(std::string text) {
  const bool time = text.size() > 20 && text[4] == '-' && text[10] == 'T' && text[19] == '.';
  if (!time) return text;
  const std::size_t end = text.find_first_not_of("0123456789", 20);
  text.erase(19, end == std::string::npos ? end : end - 19);
  return text;
}

std::string terminal_json(std::string_view json) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string out;
  out.reserve(json.size());
  while (!json.empty()) {
    const std::string_view before = json;
    const char32_t c = take_code_point(json);
    if (obeyed(c)) {
      out += "\\u";
      for (int shift = 12; shift >= 0; shift -= 4) out += kHex[(c >> shift) & 15];
    } else if (c < 0x20) {
      out += ' ';  // Valid JSON has none; what is not JSON must not reach the terminal either.
    } else if (c == U'\uFFFD') {
      out += "\uFFFD";
    } else {
      out += before.substr(0, before.size() - json.size());
    }
  }
  return out;
}

std::string render_table(const std::vector<std::string>& titles, const std::vector<bool>& right,
                         const std::vector<std::vector<std::string>>& rows, std::size_t columns_max) {
  std::vector<std::size_t> widths;
  widths.reserve(titles.size());
  for (const std::string& title : titles) widths.push_back(text_columns(title));
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size() && i < widths.size(); ++i)
      widths[i] = std::max(widths[i], text_columns(row[i]));
  }
  shrink(widths, columns_max);
  std::string out;
  append_row(titles, widths, right, out);
  for (const auto& row : rows) append_row(row, widths, right, out);
  return out;
}

Exit print_rows(Session& session, const std::vector<Column>& columns, const json::array& rows) {
  Output& out = session.out;
  if (session.format == Format::ndjson || session.format == Format::raw) {
    for (const json::value& row : rows) {
      const std::string text = json::serialize(row);
      if (!out.line(out.terminal() ? terminal_json(text) : text)) break;
    }
    return Exit::done;
  }
  if (session.format == Format::csv) {
    std::vector<std::string> cells;
    cells.reserve(columns.size());
    for (const Column& each : columns) cells.push_back(csv_cell(each.key));
    out.write(csv_line(cells));
    for (const json::value& row : rows) {
      cells.clear();
      for (const Column& each : columns) {
        const json::value* const value = find_path(row, each.key);
        cells.push_back(value == nullptr ? std::string() : csv_cell(plain(*value), value->is_number()));
      }
      if (!out.write(csv_line(cells))) break;
    }
    return Exit::done;
  }
  std::vector<std::string> titles;
  std::vector<bool> right;
  for (const Column& each : columns) {
    titles.emplace_back(each.title.get());
    right.push_back(each.right);
  }
  std::vector<std::vector<std::string>> cells;
  for (const json::value& row : rows) {
    auto& line = cells.emplace_back();
    for (const Column& each : columns) line.push_back(one_line(short_time(plain_at(row, each.key))));
  }
  out.write(render_table(titles, right, cells, out.columns()));
  if (rows.empty()) out.line(say("(none)", "（無）"));
  return Exit::done;
}

std::string grouped(std::string_view digits) {
  std::string out;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0 && digits[i - 1] != '-') out += ' ';
    out += digits[i];
  }
  return out;
}

std::string human_bytes(double bytes) {
  constexpr std::array<std::string_view, 6> kUnits = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
  std::size_t unit = 0;
  while (bytes >= 1024 && unit + 1 < kUnits.size()) {
    bytes /= 1024;
    ++unit;
  }
  if (unit == 0 || bytes >= 100) {
    return std::to_string(std::llround(bytes)) + " " + std::string(kUnits[unit]);
  }
  const long long tenths = std::llround(bytes * 10);
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " " + std::string(kUnits[unit]);
}

}  // namespace vigil::cli
