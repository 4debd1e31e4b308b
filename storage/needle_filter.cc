#include "storage/needle_filter.h"

#include <algorithm>

#include "parsers/caseless.h"
#include "parsers/charset.h"
#include "parsers/cp950_table.h"
#include "storage/folding.h"

namespace vigil {
namespace {

/// What of some bytes decides how they are read.
struct Looked {
  bool control = false, high = false, backslash = false;
};
Looked look_at(std::string_view raw) {
  // Without a branch, so that the compiler takes sixteen bytes at a time.
  unsigned char control = 0, high = 0, backslash = 0;
  for (const char c : raw) {
    const auto byte = static_cast<unsigned char>(c);
    control |= static_cast<unsigned char>((byte < 0x20) & (byte != '\t') & (byte != '\n'));
    control |= static_cast<unsigned char>(byte == 0x7f);
    backslash |= static_cast<unsigned char>(byte == '\\');
    high |= byte;
  }
  return {.control = control != 0, .high = high >= 0x80, .backslash = backslash != 0};
}

constexpr int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// "uff21" is a full-width A.
bool spells_full_width(std::string_view escape) {
  if (escape.size() < 5 || (escape[0] != 'u' && escape[0] != 'U')) return false;
  char32_t code = 0;
  for (const char c : escape.substr(1, 4)) {
    if (hex_value(c) < 0) return false;
    code = code * 16 + static_cast<char32_t>(hex_value(c));
  }
  return ascii_of_full_width(code) != '\0';
}

/// Of bytes beyond ASCII, which may be UTF-8, CP950, or some of each.
bool holds_full_width(std::string_view raw) {
  const auto byte = [raw](std::size_t at) { return static_cast<unsigned char>(raw[at]); };
  for (std::size_t at = 0; at + 3 <= raw.size(); ++at) {
    if (byte(at) != 0xef) continue;
    if (ascii_of_full_width(0xf000U | (byte(at + 1) & 0x3fU) << 6U | (byte(at + 2) & 0x3fU)) != '\0') return true;
  }
  return false;
}
bool holds_cp950_full_width(std::string_view raw) {
  for (std::size_t at = 0; at + 2 <= raw.size(); ++at) {
    const auto lead = static_cast<unsigned char>(raw[at]);
    const char16_t code = lead < 0x80 ? u'\0' : cp950_character(lead, static_cast<unsigned char>(raw[at + 1]));
    if (code == 0) continue;
    if (ascii_of_full_width(code) != '\0') return true;
    ++at;
  }
  return false;
}

/// What stands behind a backslash: does it spell out a needle's byte, or what is shown as a picture?
bool spells_ascii(std::string_view escape) {
  if (escape.empty()) return false;
  if (NeedleFilter::kAlso.find(escape.front()) != std::string_view::npos) return true;
  if (escape.starts_with("U00")) return true;
  if (spells_full_width(escape)) return true;
  if (!escape.starts_with("u00")) return false;
  const int high = escape.size() > 3 ? hex_value(escape[3]) : -1, low = escape.size() > 4 ? hex_value(escape[4]) : -1;
  if (high < 0 || low < 0) return true;
  const auto c = static_cast<char>(16 * high + low);
  return high < 2 || c == 0x7f || NeedleFilter::is_needle_byte(c);
}

bool escapes_ascii(std::string_view raw) {
  for (std::size_t at = raw.find('\\'); at != std::string_view::npos; at = raw.find('\\', at + 1)) {
    if (spells_ascii(raw.substr(at + 1))) return true;
  }
  return false;
}

bool holds_utf16_mark(std::string_view raw) {
  return raw.find("\xff\xfe") != std::string_view::npos || raw.find("\xfe\xff") != std::string_view::npos;
}

}  // namespace

ShownAscii shown_ascii(std::string_view raw) {
  const Looked seen = look_at(raw);
  if (seen.backslash && escapes_ascii(raw)) return ShownAscii::not_all;
  if (seen.high && holds_full_width(raw)) return ShownAscii::not_all;
  if (seen.high && !is_utf8(raw)) {
    const bool hidden = holds_utf16_mark(raw) || holds_cp950_full_width(raw);
    return hidden ? ShownAscii::not_all : ShownAscii::but_pictures;
  }
  return seen.control ? ShownAscii::but_pictures : ShownAscii::all;
}

ShownAscii shown_ascii_of_token(std::string_view token) {
  const Looked seen = look_at(token);
  if (seen.backslash && escapes_ascii(token)) return ShownAscii::not_all;
  return seen.control ? ShownAscii::but_pictures : ShownAscii::all;
}

bool NeedleFilter::is_needle_byte(char c) { return is_word_byte(c) || kAlso.find(c) != std::string_view::npos; }

std::string_view NeedleFilter::behind_picture(std::string_view needle) {
  // The backslash is no needle's byte: of a picture there can be "xHH", "HH" or "H", or at the needle's end less.
  const auto digits = [needle](std::size_t from) {
    std::size_t at = from;
    while (at < needle.size() && at < from + 2 && hex_value(needle[at]) >= 0) ++at;
    return at;
  };
  if (needle.empty() || lower_ascii(needle.front()) != 'x') return needle.substr(digits(0));
  const std::size_t end = digits(1);
  return end == 3 || end == needle.size() ? needle.substr(end) : needle;
}

NeedleFilter::NeedleFilter(const std::vector<std::string>& needles) {
  for (const std::string& needle : needles) needles_.push_back({Needle(needle), Needle(behind_picture(needle))});
  std::stable_sort(needles_.begin(), needles_.end(),
                   [](const Wanted& a, const Wanted& b) { return a.whole.size() > b.whole.size(); });
}

bool NeedleFilter::may_hold(std::string_view raw) const {
  for (const Wanted& needle : needles_) {
    if (needle.whole.find(raw) != std::string_view::npos) continue;
    switch (shown_ascii(raw)) {
      case ShownAscii::all:
        return false;
      case ShownAscii::but_pictures:
        if (needle.behind_picture.find(raw) == std::string_view::npos) return false;
        break;
      case ShownAscii::not_all:
        return true;
    }
  }
  return true;
}

}  // namespace vigil
