#include "parsers/charset.h"
#include "storage/terms.h"

namespace vigil {

namespace {

/// Four hex digits at the front of `text`, else nothing.
bool read_hex4(std::string_view text, char32_t& code) {
  if (text.size() < 4) return false;
  code = 0;
  for (const char c : text.substr(0, 4)) {
    const auto lower = static_cast<char>(c | 0x20);
    char32_t digit;
    if (c >= '0' && c <= '9') {
      digit = static_cast<char32_t>(c - '0');
    } else if (lower >= 'a' && lower <= 'f') {
      digit = static_cast<char32_t>(lower - 'a' + 10);
    } else {
      return false;
    }
    code = code * 16 + digit;
  }
  return true;
}

constexpr char32_t kHighFirst = 0xD800, kLowFirst = 0xDC00, kLowLast = 0xDFFF;

/// The character of `\uXXXX` (or of two that are a pair) whose digits begin at `text`; steps over it.
bool take_unicode(std::string_view& text, std::string& out) {
  char32_t code;
  if (!read_hex4(text, code)) return false;
  text.remove_prefix(4);
  char32_t second;
  if (code >= kHighFirst && code < kLowFirst && text.starts_with("\\u") && read_hex4(text.substr(2), second) &&
      second >= kLowFirst && second <= kLowLast) {
    text.remove_prefix(6);
    code = 0x10000 + ((code - kHighFirst) << 10U) + (second - kLowFirst);
  } else if (code >= kHighFirst && code <= kLowLast) {
    code = 0xFFFD;
  }
  char bytes[4];
  out.append(bytes, static_cast<std::size_t>(put_utf8(code, bytes) - bytes));
  return true;
}

}  // namespace

bool unescape_backslashes(std::string_view text, std::string& out) {
  out.clear();
  bool changed = false;
  while (!text.empty()) {
    const std::size_t slash = text.find('\\');
    out.append(text.substr(0, slash));
    if (slash == std::string_view::npos) break;
    text.remove_prefix(slash + 1);
    if (text.empty()) {
      out += '\\';
      break;
    }
    const char kind = text.front();
    text.remove_prefix(1);
    switch (kind) {
      case 'n': out += '\n'; changed = true; break;
      case 'r': out += '\r'; changed = true; break;
      case 't': out += '\t'; changed = true; break;
      case 'b': out += '\b'; changed = true; break;
      case 'f': out += '\f'; changed = true; break;
      case 'u':
        if (take_unicode(text, out)) {
          changed = true;
        } else {
          out.append("\\u");
        }
        break;
      case '"':
      case '\\':
      case '/': out += kind; break;
      default: out += '\\'; out += kind;
    }
  }
  return changed;
}

}  // namespace vigil
