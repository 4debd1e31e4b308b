#include "incidents/text.h"

#include "parsers/render.h"

namespace vigil {
namespace {

constexpr std::int64_t kSecondNs = 1'000'000'000;
constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
constexpr std::string_view kEllipsis = "…";

/// Length of the well-formed UTF-8 sequence at the front of `text`, 0 if there is none (Unicode table 3-7: no
/// overlong forms, no surrogates, nothing past U+10FFFF).
std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return 1;
  std::size_t length = 0;
  unsigned char low = 0x80, high = 0xBF;  // of the second byte
  if (lead >= 0xC2 && lead <= 0xDF) {
    length = 2;
  } else if (lead >= 0xE0 && lead <= 0xEF) {
    length = 3;
    if (lead == 0xE0) low = 0xA0;
    if (lead == 0xED) high = 0x9F;
  } else if (lead >= 0xF0 && lead <= 0xF4) {
    length = 4;
    if (lead == 0xF0) low = 0x90;
    if (lead == 0xF4) high = 0x8F;
  } else {
    return 0;
  }
  if (text.size() < length || byte(1) < low || byte(1) > high) return 0;
  for (std::size_t i = 2; i < length; ++i) {
    if (byte(i) < 0x80 || byte(i) > 0xBF) return 0;
  }
  return length;
}

}  // namespace

std::string clean_text(std::string_view text, std::size_t bytes_max) {
  std::string out;
  out.reserve(text.size() < bytes_max ? text.size() : bytes_max);
  std::size_t fits = 0;  // where to cut so that the ellipsis still has room
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    const std::string_view piece = length == 0 ? kReplacement : text.substr(0, length);
    if (out.size() + piece.size() > bytes_max) {
      out.resize(fits);
      if (bytes_max >= kEllipsis.size()) out += kEllipsis;
      return out;
    }
    out += piece;
    if (out.size() + kEllipsis.size() <= bytes_max) fits = out.size();
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return out;
}

std::string one_line(std::string_view text, std::size_t bytes_max) {
  std::string out;
  append_terminal_safe(clean_text(text, bytes_max), out);
  // The terminal's rules let a line feed through where it ends a line; here nothing may.
  std::string line;
  line.reserve(out.size());
  for (const char c : out) {
    switch (c) {
      case '\n':
        line += "\\x0a";
        break;
      case '\r':
        line += "\\x0d";
        break;
      case '\t':
        line += "\\x09";
        break;
      default:
        line += c;
    }
  }
  return line;
}

void append_html(std::string_view text, std::string& out) {
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      case '`':
        out += "&#96;";
        break;
      default:
        // Other controls have no meaning on a page and are not allowed in one.
        if (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') {
          out += kReplacement;
        } else {
          out += c;
        }
    }
  }
}

std::string html(std::string_view text) {
  std::string out;
  append_html(text, out);
  return out;
}

std::string shown_time(std::int64_t ns, int zone_minutes) {
  std::int64_t seconds = ns / kSecondNs;
  if (ns % kSecondNs < 0) --seconds;
  std::string text = iso_time(seconds * kSecondNs, zone_minutes);  // 2026-11-20T14:59:07+08:00
  constexpr std::size_t kDate = 10, kZone = 19;
  if (text.size() > kZone) {
    text[kDate] = ' ';
    text.insert(kZone, 1, ' ');
  }
  return text;
}

std::string local_time(std::int64_t ns, int zone_minutes) {
  const std::string text = shown_time(ns, zone_minutes);
  return text.substr(0, text.rfind(' '));
}

std::string shown_count(std::uint64_t count) {
  std::string digits = std::to_string(count);
  for (std::size_t at = digits.size(); at > 3;) {
    at -= 3;
    digits.insert(at, 1, ',');
  }
  return digits;
}

}  // namespace vigil
