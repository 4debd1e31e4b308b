#include "parsers/json_lines.h"

#include <simdjson.h>

#include <cstring>
#include <memory>

namespace vigil {

namespace {

constexpr std::string_view kBlank = " \t\r\n";

std::string_view trim(std::string_view text) {
  const std::size_t from = text.find_first_not_of(kBlank);
  if (from == std::string_view::npos) return {};
  return text.substr(from, text.find_last_not_of(kBlank) - from + 1);
}

/// The end of the JSON value that begins at text[0], or npos: counts brackets outside strings, so it needs no stack.
std::size_t value_end(std::string_view text) {
  std::size_t depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') {
        ++i;
      } else if (c == '"') {
        in_string = false;
      }
      continue;
    }
    if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if (c == '}' || c == ']') {
      if (depth == 0) return i == 0 ? text.size() : i;
      if (--depth == 0) return i + 1;
    } else if (depth == 0 && (c == ',' || c == '\n')) {
      return i;
    }
  }
  return std::string_view::npos;
}

/// Decides whether a text is one whole JSON object. Keeps its memory between calls.
class ObjectCheck {
 public:
  bool operator()(std::string_view text) {
    if (text.empty() || text.front() != '{') return false;
    const std::size_t need = text.size() + simdjson::SIMDJSON_PADDING;
    if (need > size_) {
      buffer_.reset(new char[need]);
      size_ = need;
    }
    std::memcpy(buffer_.get(), text.data(), text.size());
    std::memset(buffer_.get() + text.size(), 0, simdjson::SIMDJSON_PADDING);
    simdjson::dom::element element;
    return parser_.parse(buffer_.get(), text.size(), false).get(element) == simdjson::SUCCESS && element.is_object();
  }

 private:
  simdjson::dom::parser parser_;
  std::unique_ptr<char[]> buffer_;
  std::size_t size_ = 0;
};

void split_array(std::string_view rest, ObjectCheck& is_object, std::vector<JsonLine>& lines) {
  rest.remove_prefix(1);
  std::size_t number = 0;
  for (;;) {
    const std::size_t from = rest.find_first_not_of(" \t\r\n,");
    if (from == std::string_view::npos) return;
    rest.remove_prefix(from);
    const bool closed = rest.front() == ']';
    if (closed) rest = trim(rest.substr(1));  // What follows the array is kept too, as text.
    const std::size_t end = closed ? std::string_view::npos : value_end(rest);
    const std::string_view element = trim(rest.substr(0, end));
    if (!element.empty()) lines.push_back({element, ++number, !closed && is_object(element)});
    if (end == std::string_view::npos) return;
    rest.remove_prefix(end);
  }
}

}  // namespace

std::vector<JsonLine> split_json_lines(std::string_view body) {
  std::vector<JsonLine> lines;
  ObjectCheck is_object;
  if (body.starts_with("\xEF\xBB\xBF")) body.remove_prefix(3);
  const std::string_view whole = trim(body);
  if (whole.starts_with('[') && trim(whole.substr(1)).starts_with('{')) {
    split_array(whole, is_object, lines);
    return lines;
  }
  const std::size_t first_end = whole.find('\n');
  if (first_end != std::string_view::npos && whole.starts_with('{') && !is_object(trim(whole.substr(0, first_end))) &&
      is_object(whole)) {
    lines.push_back({whole, 1, true});
    return lines;
  }
  std::size_t number = 0;
  while (!body.empty()) {
    const std::size_t end = body.find('\n');
    const std::string_view line = trim(body.substr(0, end));
    ++number;
    if (!line.empty()) lines.push_back({line, number, is_object(line)});
    if (end == std::string_view::npos) break;
    body.remove_prefix(end + 1);
  }
  return lines;
}

}  // namespace vigil
