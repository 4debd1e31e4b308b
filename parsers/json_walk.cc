#include "parsers/json_walk.h"

#include <simdjson.h>

#include <charconv>
#include <cstring>
#include <memory>

#include "parsers/charset.h"
#include "parsers/payload_text.h"

namespace vigil {
namespace {

namespace json = simdjson::ondemand;

constexpr std::string_view kVendor = "vendor.";

/// simdjson reads up to SIMDJSON_PADDING bytes behind the text, so each thread copies it into a buffer of its
/// own that has them. One memcpy is a small part of what finding the structure costs.
struct Workspace {
  json::parser parser;
  std::unique_ptr<char[]> bytes;
  std::size_t capacity = 0;

  std::string_view hold(std::string_view text) {
    if (text.size() + simdjson::SIMDJSON_PADDING > capacity) {
      capacity = 2 * text.size() + 4096 + simdjson::SIMDJSON_PADDING;
      bytes.reset(new char[capacity]);
    }
    std::memcpy(bytes.get(), text.data(), text.size());
    std::memset(bytes.get() + text.size(), 0, simdjson::SIMDJSON_PADDING);
    return {bytes.get(), text.size()};
  }
};

/// -?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?
bool is_number(std::string_view token, bool& real) {
  std::size_t i = 0;
  const auto digits = [&] {
    const std::size_t start = i;
    while (i < token.size() && is_digit(token[i])) ++i;
    return i > start;
  };
  if (i < token.size() && token[i] == '-') ++i;
  const std::size_t first = i;
  if (!digits() || (token[first] == '0' && i > first + 1)) return false;
  if (i < token.size() && token[i] == '.') {
    real = true;
    ++i;
    if (!digits()) return false;
  }
  bool shrinks = false;
  if (i < token.size() && (token[i] == 'e' || token[i] == 'E')) {
    real = true;
    ++i;
    if (i < token.size() && (token[i] == '+' || token[i] == '-')) shrinks = token[i++] == '-';
    if (!digits()) return false;
  }
  if (i != token.size()) return false;
  if (!real || shrinks) return true;
  // A number no double can hold would poison whoever reads our JSON.
  double value = 0;
  return std::from_chars(token.data(), token.data() + token.size(), value).ec == std::errc();
}

int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  const char l = lower(c);
  return l >= 'a' && l <= 'f' ? l - 'a' + 10 : -1;
}

/// Four hex digits at `at`; -1 if they are none.
int read_hex4(std::string_view text, std::size_t at) {
  if (at + 4 > text.size()) return -1;
  int value = 0;
  for (std::size_t i = at; i < at + 4; ++i) {
    const int digit = hex_value(text[i]);
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}

/// Takes the escapes out. False for those JSON does not know and for half a surrogate pair.
bool unescape(std::string_view raw, Arena& arena, std::string_view& out) {
  char* const start = arena.allocate(raw.size());
  char* at = start;
  for (std::size_t i = 0; i < raw.size(); ++i) {
    if (raw[i] != '\\') {
      *at++ = raw[i];
      continue;
    }
    if (++i >= raw.size()) return false;
    switch (raw[i]) {
      case '"':
      case '\\':
      case '/':
        *at++ = raw[i];
        break;
      case 'b':
        *at++ = '\b';
        break;
      case 'f':
        *at++ = '\f';
        break;
      case 'n':
        *at++ = '\n';
        break;
      case 'r':
        *at++ = '\r';
        break;
      case 't':
        *at++ = '\t';
        break;
      case 'x':
        if (i + 2 >= raw.size() || hex_value(raw[i + 1]) < 0 || hex_value(raw[i + 2]) < 0) return false;
        *at++ = '\\';
        *at++ = 'x';
        break;
      case 'u': {
        int unit = read_hex4(raw, i + 1);
        if (unit < 0) return false;
        i += 4;
        auto code = static_cast<char32_t>(unit);
        if (unit >= 0xD800 && unit <= 0xDBFF) {
          if (i + 2 >= raw.size() || raw[i + 1] != '\\' || raw[i + 2] != 'u') return false;
          const int low = read_hex4(raw, i + 3);
          if (low < 0xDC00 || low > 0xDFFF) return false;
          i += 6;
          code = 0x10000U + ((static_cast<char32_t>(unit) - 0xD800U) << 10U) +
                 (static_cast<char32_t>(low) - 0xDC00U);
        } else if (unit >= 0xDC00 && unit <= 0xDFFF) {
          return false;
        }
        at = put_utf8(code, at);  // never longer than its escape
        break;
      }
      default:
        return false;
    }
  }
  const auto used = static_cast<std::size_t>(at - start);
  arena.shrink_last(raw.size(), used);
  out = {start, used};
  return true;
}

class Walk {
 public:
  Walk(std::string_view text, std::string_view padded, Arena& arena, JsonFields& out)
      : text_(text), padded_(padded), arena_(arena), out_(out) {}

  bool document(json::document& doc) {
    json::json_type type;
    if (doc.type().get(type)) return false;
    if (type == json::json_type::object) {
      json::object object;
      if (doc.get_object().get(object) || !walk_object(object, {}, 1)) return false;
    } else if (type == json::json_type::array) {
      json::array array;
      if (doc.get_array().get(array) || !walk_array(array, {}, 1)) return false;
    } else {
      return false;
    }
    // What is left to read stands where the reader stopped; at the end there is nothing.
    return stopped_ || doc.current_location().error() == simdjson::OUT_OF_BOUNDS;
  }

 private:
  bool walk_object(json::object& object, std::string_view path, unsigned depth) {
    for (auto field : object) {
      if (field.error()) return false;
      std::string_view key;
      if (!name_at(field.key().value_unsafe().raw(), key)) return false;
      json::value value = field.value().value_unsafe();
      if (!walk_value(value, child_path(path, key), depth)) return false;
      if (stopped_) return true;
    }
    return true;
  }

  bool walk_array(json::array& array, std::string_view path, unsigned depth) {
    for (auto element : array) {
      if (element.error()) return false;
      json::value value = element.value_unsafe();
      if (!walk_value(value, path, depth)) return false;
      if (stopped_) return true;
    }
    return true;
  }

  bool walk_value(json::value& value, std::string_view path, unsigned depth) {
    json::json_type type;
    if (value.type().get(type)) return false;
    const std::string_view token = value.raw_json_token();
    if (out_.leaves.size() >= JsonLimits::kFieldsMax) return stop_at(token);
    switch (type) {
      case json::json_type::object: {
        if (depth >= JsonLimits::kDepthMax) return keep_subtree(token, depth);
        json::object object;
        return !value.get_object().get(object) && walk_object(object, path, depth + 1);
      }
      case json::json_type::array: {
        if (depth >= JsonLimits::kDepthMax) return keep_subtree(token, depth);
        json::array array;
        return !value.get_array().get(array) && walk_array(array, path, depth + 1);
      }
      case json::json_type::string: {
        std::string_view inside;
        if (!string_of(token, inside)) return false;
        add(path, inside, ValueType::text);
        return true;
      }
      case json::json_type::number: {
        const std::string_view number = trim(token);
        bool real = false;
        if (!is_number(number, real)) return false;
        add(path, in_text(number), real ? ValueType::real : ValueType::integer);
        return true;
      }
      case json::json_type::boolean: {
        const std::string_view word = trim(token);
        if (word != "true" && word != "false") return false;
        add(path, in_text(word), ValueType::boolean);
        return true;
      }
      case json::json_type::null: {
        if (trim(token) != "null") return false;
        add(path, {}, ValueType::null);
        return true;
      }
    }
    return false;
  }

  void add(std::string_view path, std::string_view value, ValueType type) {
    out_.leaves.push_back({path.empty() ? child_path({}, "_") : path, value, type});
  }

  /// The field limit: what comes from here on stays one text.
  bool stop_at(std::string_view token) {
    out_.capped = true;
    stopped_ = true;
    const std::size_t from = static_cast<std::size_t>(token.data() - padded_.data());
    add(child_path({}, "_overflow"), text_.substr(from), ValueType::text);
    return true;
  }

  bool keep_subtree(std::string_view token, unsigned depth) {
    out_.capped = true;
    const std::size_t from = static_cast<std::size_t>(token.data() - padded_.data());
    const std::size_t length = subtree_length(text_.substr(from), depth);
    if (length == 0) return false;
    add(child_path({}, "_overflow"), text_.substr(from, length), ValueType::text);
    return true;
  }

  /// Bytes from an opening bracket to the one that closes it; 0 if none does or the nesting is out of all
  /// reason.
  static std::size_t subtree_length(std::string_view text, unsigned depth) {
    bool quoted = false;
    const unsigned outside = depth;
    for (std::size_t i = 0; i < text.size(); ++i) {
      const char c = text[i];
      if (quoted) {
        if (c == '\\') ++i;
        if (c == '"') quoted = false;
      } else if (c == '"') {
        quoted = true;
      } else if (c == '{' || c == '[') {
        if (++depth > JsonLimits::kDepthSane) return 0;
      } else if (c == '}' || c == ']') {
        if (--depth == outside) return i + 1;
      }
    }
    return 0;
  }

  std::string_view child_path(std::string_view path, std::string_view key) {
    if (key.empty()) key = "_";
    std::size_t size = path.size() + (path.empty() ? 0 : 1) + key.size();
    if (size > JsonLimits::kPathBytesMax) {
      out_.capped = true;
      if (path.size() + 1 >= JsonLimits::kPathBytesMax) return path;
      key = key.substr(0, JsonLimits::kPathBytesMax - path.size() - 1);
      size = path.size() + (path.empty() ? 0 : 1) + key.size();
    }
    char* const at = arena_.allocate(kVendor.size() + size);
    std::memcpy(at, kVendor.data(), kVendor.size());
    char* end = at + kVendor.size();
    if (!path.empty()) {
      std::memcpy(end, path.data(), path.size());
      end += path.size();
      *end++ = '.';
    }
    std::memcpy(end, key.data(), key.size());
    return {at + kVendor.size(), size};
  }

  /// The same bytes in the frame, which outlives our padded copy.
  std::string_view in_text(std::string_view piece) const {
    return text_.substr(static_cast<std::size_t>(piece.data() - padded_.data()), piece.size());
  }

  /// The name that begins at `inside`, behind its quote. The structure has been checked, so a quote ends it.
  bool name_at(const char* inside, std::string_view& out) {
    const auto from = static_cast<std::size_t>(inside - padded_.data());
    std::size_t end = from;
    bool escaped = false;
    while (end < text_.size() && text_[end] != '"') {
      const bool backslash = text_[end] == '\\';
      escaped = escaped || backslash;
      end += backslash ? 2U : 1U;
    }
    out = text_.substr(from, std::min(end, text_.size()) - from);
    return !escaped || unescape(out, arena_, out);
  }

  /// The inside of a string value. Its token runs to the next mark, so the last quote in it is the string's
  /// end.
  bool string_of(std::string_view token, std::string_view& out) {
    token = trim(token);
    if (token.size() < 2 || token.back() != '"') return false;
    out = in_text(token.substr(1, token.size() - 2));
    return out.find('\\') == std::string_view::npos || unescape(out, arena_, out);
  }

  std::string_view text_, padded_;
  Arena& arena_;
  JsonFields& out_;
  bool stopped_ = false;
};

}  // namespace

std::string_view JsonField::vendor_name() const {
  return {path.data() - kVendor.size(), path.size() + kVendor.size()};
}

JsonFields& json_scratch() {
  thread_local JsonFields fields;
  return fields;
}

bool walk_json(std::string_view text, Arena& arena, JsonFields& out) {
  thread_local Workspace workspace;
  out.leaves.clear();
  out.capped = false;
  if (text.empty()) return false;
  const std::string_view padded = workspace.hold(text);
  json::document doc;
  const simdjson::padded_string_view input(padded.data(), padded.size(), workspace.capacity);
  if (!workspace.parser.iterate(input).get(doc) && Walk(text, padded, arena, out).document(doc)) return true;
  out.leaves.clear();
  return false;
}

std::optional<std::string_view> read_json_string(std::string_view quoted, Arena& arena) {
  if (quoted.size() < 2 || quoted.front() != '"' || quoted.back() != '"') return std::nullopt;
  std::string_view out = quoted.substr(1, quoted.size() - 2);
  if (out.find('\\') == std::string_view::npos || unescape(out, arena, out)) return out;
  return std::nullopt;
}

std::string_view peek_json_member(std::string_view text, std::string_view key) {
  unsigned depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '{' || c == '[') ++depth;
    if ((c == '}' || c == ']') && --depth == 0) return {};
    if (c != '"') continue;
    std::size_t end = i + 1;
    while (end < text.size() && text[end] != '"') end += text[end] == '\\' ? 2U : 1U;
    if (end >= text.size()) return {};
    const std::string_view name = text.substr(i + 1, end - i - 1);
    i = end;
    if (depth != 1 || name != key) continue;
    std::string_view rest = trim_left(text.substr(end + 1));
    if (!take_prefix(rest, ":")) continue;  // a value that happens to read like the key
    rest = trim_left(rest);
    if (take_prefix(rest, "\"")) return rest.substr(0, rest.find('"'));
    return rest.substr(0, rest.find_first_of(",}{[ \t\r\n"));
  }
  return {};
}

}  // namespace vigil
