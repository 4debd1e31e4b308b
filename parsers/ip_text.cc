#include "parsers/ip_text.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "parsers/characters.h"

namespace vigil {
namespace {

using Groups = std::array<std::uint16_t, 8>;

constexpr std::size_t kAddressTextMax = 45;  // ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255

std::optional<std::uint16_t> read_group(std::string_view text) {
  if (text.empty() || text.size() > 4) return std::nullopt;
  unsigned value = 0;
  for (const char c : text) {
    const char small = static_cast<char>(c | 0x20);
    if (!is_ascii_digit(c) && (small < 'a' || small > 'f')) return std::nullopt;
    value = value * 16 + static_cast<unsigned>(is_ascii_digit(c) ? c - '0' : small - 'a' + 10);
  }
  return static_cast<std::uint16_t>(value);
}

std::optional<std::uint32_t> read_dotted_quad(std::string_view text) {
  std::uint32_t value = 0;
  for (int part = 0; part < 4; ++part) {
    const std::size_t length = part == 3 ? text.size() : text.find('.');
    const std::string_view digits = text.substr(0, length);
    if (length == std::string_view::npos || digits.empty() || digits.size() > 3) return std::nullopt;
    if (digits.size() > 1 && digits.front() == '0') return std::nullopt;
    unsigned number = 0;
    for (const char c : digits) {
      if (!is_ascii_digit(c)) return std::nullopt;
      number = number * 10 + static_cast<unsigned>(c - '0');
    }
    if (number > 255) return std::nullopt;
    value = value << 8U | number;
    text.remove_prefix(part == 3 ? length : length + 1);
  }
  return value;
}

std::optional<Groups> read_ipv6(std::string_view text) {
  if (text.size() < 2 || text.size() > kAddressTextMax || text.find(':') == std::string_view::npos)
    return std::nullopt;
  Groups groups{};
  std::size_t count = 0;
  std::optional<std::size_t> gap;  // where "::" stands
  if (text.starts_with("::")) {
    gap = 0;
    text.remove_prefix(2);
  }
  while (!text.empty()) {
    const std::size_t colon = text.find(':');
    const std::string_view part = text.substr(0, colon);
    if (colon == std::string_view::npos && part.find('.') != std::string_view::npos) {
      const auto quad = read_dotted_quad(part);
      if (!quad || count > 6) return std::nullopt;
      groups[count++] = static_cast<std::uint16_t>(*quad >> 16U);
      groups[count++] = static_cast<std::uint16_t>(*quad & 0xffffU);
      break;
    }
    const auto group = read_group(part);
    if (!group || count > 7) return std::nullopt;
    groups[count++] = *group;
    if (colon == std::string_view::npos) break;
    text.remove_prefix(colon + 1);
    if (text.empty()) return std::nullopt;
    if (text.front() == ':') {
      if (gap) return std::nullopt;
      gap = count;
      text.remove_prefix(1);
    }
  }
  if (!gap) return count == 8 ? std::optional(groups) : std::nullopt;
  if (count == 8) return std::nullopt;
  Groups spread{};
  for (std::size_t i = 0; i < *gap; ++i) spread[i] = groups[i];
  for (std::size_t i = *gap; i < count; ++i) spread[8 - count + i] = groups[i];
  return spread;
}

std::string ipv6_text(const Groups& groups) {
  // The first longest run of at least two zero groups becomes "::".
  std::size_t gap = 8;
  std::size_t gap_length = 1;
  for (std::size_t i = 0; i < 8; ++i) {
    std::size_t end = i;
    while (end < 8 && groups[end] == 0) ++end;
    if (end - i > gap_length) {
      gap = i;
      gap_length = end - i;
    }
    if (end > i) i = end - 1;
  }
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string out;
  for (std::size_t i = 0; i < 8; ++i) {
    if (i == gap) {
      out += "::";
      i += gap_length - 1;
      continue;
    }
    if (!out.empty() && out.back() != ':') out += ':';
    bool leading = true;
    for (unsigned shift = 16; shift > 0;) {
      shift -= 4;
      const unsigned digit = static_cast<unsigned>(groups[i]) >> shift & 15U;
      if (digit == 0 && leading && shift > 0) continue;
      leading = false;
      out += kHex[digit];
    }
  }
  return out;
}

std::string dotted_quad(unsigned high, unsigned low) {
  return std::to_string(high >> 8U) + '.' + std::to_string(high & 255U) + '.' + std::to_string(low >> 8U) +
         '.' + std::to_string(low & 255U);
}

std::string_view without_brackets(std::string_view text) {
  while (!text.empty() && (text.front() == '[' || text.front() == ']')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == '[' || text.back() == ']')) text.remove_suffix(1);
  return text;
}

}  // namespace

bool is_ipv6_text(std::string_view text) {
  text = without_brackets(text);
  return read_ipv6(text.substr(0, text.find('%'))).has_value();
}

std::string_view normal_host(std::string_view host, Arena& arena) {
  host = without_brackets(host);
  if (host.find(':') == std::string_view::npos) return host;  // nearly all: a name or a dotted quad
  const std::size_t percent = host.find('%');
  const auto groups = read_ipv6(host.substr(0, percent));
  if (!groups) return host;
  const std::string_view zone = percent == std::string_view::npos ? std::string_view() : host.substr(percent);
  if (zone.size() == 1 || zone.find('%', 1) != std::string_view::npos) return host;
  const Groups& g = *groups;
  const bool mapped = (g[0] | g[1] | g[2] | g[3] | g[4]) == 0 && g[5] == 0xffff;
  std::string text = mapped ? dotted_quad(g[6], g[7]) : ipv6_text(g).append(zone);
  return text == host ? host : arena.copy(text);
}

}  // namespace vigil
