#include "rules/varint.h"

namespace vigil::sigma {

void append_varint(std::uint64_t value, std::string& out) {
  char bytes[10];
  std::size_t size = 0;
  for (; value >= 0x80; value >>= 7U) bytes[size++] = static_cast<char>(0x80U | (value & 0x7FU));
  bytes[size++] = static_cast<char>(value);
  out.append(bytes, size);
}

bool read_varint(std::string_view& text, std::uint64_t& value) {
  value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    if (text.empty()) return false;
    const auto byte = static_cast<unsigned char>(text.front());
    text.remove_prefix(1);
    value |= static_cast<std::uint64_t>(byte & 0x7FU) << shift;
    if (byte < 0x80) return true;
  }
  return false;
}

void append_signed(std::int64_t value, std::string& out) {
  const auto bits = static_cast<std::uint64_t>(value);
  append_varint((bits << 1U) ^ (value < 0 ? ~std::uint64_t{0} : 0), out);
}

bool read_signed(std::string_view& text, std::int64_t& value) {
  std::uint64_t bits = 0;
  if (!read_varint(text, bits)) return false;
  value = static_cast<std::int64_t>((bits >> 1U) ^ ((bits & 1U) != 0 ? ~std::uint64_t{0} : 0));
  return true;
}

void append_text(std::string_view value, std::string& out) {
  append_varint(value.size(), out);
  out += value;
}

bool read_text(std::string_view& text, std::string_view& value) {
  std::uint64_t size = 0;
  if (!read_varint(text, size) || size > text.size()) return false;
  value = text.substr(0, size);
  text.remove_prefix(size);
  return true;
}

}  // namespace vigil::sigma
