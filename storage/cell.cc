#include "storage/cell.h"

#include <charconv>
#include <cmath>

#include "parsers/render.h"

namespace vigil {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// RFC 8259 6: what may stand in JSON as it is written. "007" and "1." may not.
bool is_json_number(std::string_view text) {
  const auto digits = [&] {
    std::size_t count = 0;
    while (count < text.size() && is_digit(text[count])) ++count;
    text.remove_prefix(count);
    return count;
  };
  if (text.starts_with('-')) text.remove_prefix(1);
  const bool zero = text.starts_with('0');
  const std::size_t whole = digits();
  if (whole == 0 || (zero && whole > 1)) return false;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    if (digits() == 0) return false;
  }
  if (text.starts_with('e') || text.starts_with('E')) {
    text.remove_prefix(1);
    if (text.starts_with('+') || text.starts_with('-')) text.remove_prefix(1);
    if (digits() == 0) return false;
  }
  return text.empty();
}

int rank(const Cell& cell) {
  if (cell.is_null()) return 0;
  if (cell.kind == Cell::Kind::time) return 1;
  return cell.number ? 2 : 3;
}

}  // namespace

Cell Cell::of(const FieldValue& value) {
  if (value.time_ns) return of_time(*value.time_ns);
  Cell cell;
  switch (value.type) {
    case ValueType::null:
      return cell;
    case ValueType::boolean:
      cell.kind = Kind::boolean;
      break;
    case ValueType::integer:
    case ValueType::real:
      cell.kind = is_json_number(value.text) ? Kind::number : Kind::text;
      break;
    case ValueType::text:
      cell.kind = Kind::text;
      break;
  }
  cell.text = value.text;
  cell.number = Number::read(value.text);
  return cell;
}

Cell Cell::of_integer(std::int64_t value) {
  Cell cell;
  cell.kind = Kind::number;
  cell.text = std::to_string(value);
  cell.number = Number::of(value);
  return cell;
}

Cell Cell::of_real(double value) {
  char digits[64];
  const auto end = std::to_chars(digits, digits + sizeof digits, value);
  Cell cell;
  if (!std::isfinite(value)) return cell;
  cell.kind = Kind::number;
  cell.text.assign(digits, end.ptr);
  cell.number = Number::read(cell.text);
  return cell;
}

Cell Cell::of_time(std::int64_t ns) {
  Cell cell;
  cell.kind = Kind::time;
  cell.time_ns = ns;
  return cell;
}

void Cell::append_key(std::string& key) const {
  key.push_back(static_cast<char>('0' + static_cast<int>(kind)));
  const std::string value = kind == Kind::time ? std::to_string(time_ns) : text;
  key.append(std::to_string(value.size())).append(1, ':').append(value);
}

void Cell::append_json(int zone_minutes, std::string& out) const {
  switch (kind) {
    case Kind::null:
      out.append("null");
      return;
    case Kind::time:
      out.push_back('"');
      append_iso_time(time_ns, zone_minutes, out);
      out.push_back('"');
      return;
    case Kind::boolean:
      out.append(text == "true" ? "true" : "false");
      return;
    case Kind::number:
    case Kind::json:
      out.append(text);
      return;
    case Kind::text:
      append_json_string(text, out);
      return;
  }
}

std::weak_ordering compare_cells(const Cell& a, const Cell& b) {
  if (const int left = rank(a), right = rank(b); left != right) return left <=> right;
  if (a.is_null()) return std::weak_ordering::equivalent;
  if (a.kind == Cell::Kind::time) return a.time_ns <=> b.time_ns;
  if (a.number) {
    const auto order = *a.number <=> *b.number;
    return order < 0 ? std::weak_ordering::less : order > 0 ? std::weak_ordering::greater
                                                            : std::weak_ordering::equivalent;
  }
  return a.text <=> b.text;
}

}  // namespace vigil
