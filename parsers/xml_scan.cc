#include "parsers/xml_scan.h"

#include <charconv>
#include <cstdint>

#include "parsers/payload_text.h"

namespace vigil {
namespace {

constexpr std::string_view kCdata = "<![CDATA[";

bool is_name_end(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '/' || c == '>'; }

std::string_view without_prefix(std::string_view name) {
  const std::size_t colon = name.find(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

/// Where the tag ends: a ">" that is not inside a value.
std::size_t tag_end(std::string_view text) {
  char quote = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quote != 0) {
      if (c == quote) quote = 0;
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '>') {
      return i;
    }
  }
  return std::string_view::npos;
}

/// The character of a reference without "&" and ";"; bytes written, 0 if it is none.
std::size_t write_reference(std::string_view name, char* out) {
  struct Named {
    std::string_view name;
    char c;
  };
  constexpr Named kNamed[] = {{"lt", '<'}, {"gt", '>'}, {"amp", '&'}, {"quot", '"'}, {"apos", '\''}};
  for (const Named& one : kNamed) {
    if (one.name == name) {
      *out = one.c;
      return 1;
    }
  }
  if (!take_prefix(name, "#")) return 0;
  const int base = take_prefix(name, "x") || take_prefix(name, "X") ? 16 : 10;
  std::uint32_t code = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), code, base);
  if (error != std::errc() || end != name.data() + name.size()) return 0;
  const bool control = (code < 0x20 && code != '\t' && code != '\n' && code != '\r') || code == 0x7F;
  if (control || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) return 0;
  if (code < 0x80) {
    *out = static_cast<char>(code);
    return 1;
  }
  std::size_t size = 0;
  if (code < 0x800) {
    out[size++] = static_cast<char>(0xC0U | code >> 6U);
  } else {
    if (code < 0x10000) {
      out[size++] = static_cast<char>(0xE0U | code >> 12U);
    } else {
      out[size++] = static_cast<char>(0xF0U | code >> 18U);
      out[size++] = static_cast<char>(0x80U | (code >> 12U & 0x3FU));
    }
    out[size++] = static_cast<char>(0x80U | (code >> 6U & 0x3FU));
  }
  out[size++] = static_cast<char>(0x80U | (code & 0x3FU));
  return size;
}

}  // namespace

bool XmlScan::next() {
  if (closes_at_once_) {
    closes_at_once_ = false;
    item_ = Item::close;
    complete_ = --depth_ == 0;
    return true;
  }
  while (!rest_.empty() && !complete_) {
    if (rest_.starts_with('<') && !rest_.starts_with(kCdata)) {
      if (rest_.starts_with("<!--") || rest_.starts_with("<?")) {
        const std::string_view close = rest_[1] == '?' ? "?>" : "-->";
        const std::size_t end = rest_.find(close);
        if (end == std::string_view::npos) {
          rest_ = {};
          return false;
        }
        rest_.remove_prefix(end + close.size());
        continue;
      }
      return tag();
    }
    // A CDATA section may hold "<".
    std::size_t end = 0;
    while (end < rest_.size() && rest_[end] != '<') {
      end = rest_.find('<', end);
      if (end == std::string_view::npos) end = rest_.size();
    }
    if (rest_.substr(end).starts_with(kCdata)) {
      const std::size_t close = rest_.find("]]>", end);
      end = close == std::string_view::npos ? rest_.size() : close + 3;
    }
    text_ = rest_.substr(0, end);
    rest_.remove_prefix(end);
    if (trim(text_).empty()) continue;
    item_ = Item::text;
    return true;
  }
  return false;
}

bool XmlScan::tag() {
  const std::size_t end = tag_end(rest_);
  if (end == std::string_view::npos) {
    rest_ = {};  // cut inside a tag
    return false;
  }
  std::string_view inside = rest_.substr(1, end - 1);
  const bool closing = take_prefix(inside, "/");
  if (inside.empty() || inside.front() == '!' || (!closing && depth_ == kDepthMax) ||
      (closing && depth_ == 0)) {
    depth_ = 0;
    return false;  // a document type, too deep, or a close of nothing: no log
  }
  rest_.remove_prefix(end + 1);
  std::size_t name_end = 0;
  while (name_end < inside.size() && !is_name_end(inside[name_end])) ++name_end;
  name_ = without_prefix(inside.substr(0, name_end));
  if (closing) {
    item_ = Item::close;
    complete_ = --depth_ == 0;
    return true;
  }
  closes_at_once_ = take_suffix(inside, "/");
  attributes_ = name_end < inside.size() ? inside.substr(name_end) : std::string_view();
  item_ = Item::open;
  ++depth_;
  return true;
}

std::string_view XmlScan::attribute(std::string_view name) const {
  std::string_view rest = attributes_;
  while (!(rest = trim_left(rest)).empty()) {
    const std::size_t equals = rest.find('=');
    if (equals == std::string_view::npos) return {};
    const std::string_view key = trim(rest.substr(0, equals));
    rest = trim_left(rest.substr(equals + 1));
    if (rest.empty() || (rest.front() != '"' && rest.front() != '\'')) return {};
    const std::size_t close = rest.find(rest.front(), 1);
    if (close == std::string_view::npos) return {};
    if (key == name) return rest.substr(1, close - 1);
    rest.remove_prefix(close + 1);
  }
  return {};
}

std::string_view XmlScan::unescape(std::string_view text, Arena& arena) {
  if (text.find('&') == std::string_view::npos && text.find(kCdata) == std::string_view::npos) return text;
  // No reference is shorter than what it stands for.
  char* const start = arena.allocate(text.size());
  std::size_t size = 0;
  while (!text.empty()) {
    if (take_prefix(text, kCdata)) {
      const std::size_t end = text.find("]]>");
      const std::string_view inside = text.substr(0, end);
      size += inside.copy(start + size, inside.size());
      text.remove_prefix(end == std::string_view::npos ? text.size() : end + 3);
      continue;
    }
    if (text.front() == '&') {
      constexpr std::size_t kLongest = 10;  // "#x10FFFF;"
      const std::size_t end = text.substr(0, kLongest + 1).find(';');
      if (end != std::string_view::npos) {
        const std::size_t written = write_reference(text.substr(1, end - 1), start + size);
        if (written != 0) {
          size += written;
          text.remove_prefix(end + 1);
          continue;
        }
      }
    }
    start[size++] = text.front();
    text.remove_prefix(1);
  }
  return {start, size};
}

}  // namespace vigil
