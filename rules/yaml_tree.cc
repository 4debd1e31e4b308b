#include "rules/yaml_tree.h"

#include <yaml.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <optional>

namespace vigil::sigma {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// YAML 1.2.2, 10.3.2: [-+]?[0-9]+ | 0o[0-7]+ | 0x[0-9a-fA-F]+
bool is_core_integer(std::string_view text) {
  const auto all = [](std::string_view digits, auto&& legal) {
    return !digits.empty() && std::all_of(digits.begin(), digits.end(), legal);
  };
  if (text.starts_with("0o")) return all(text.substr(2), [](char c) { return c >= '0' && c <= '7'; });
  if (text.starts_with("0x")) {
    return all(text.substr(2), [](char c) { return std::isxdigit(static_cast<unsigned char>(c)) != 0; });
  }
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) text.remove_prefix(1);
  return all(text, is_digit);
}

// [-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?  Infinities and NaN compare with nothing, so they stay text.
bool is_core_real(std::string_view text) {
  std::size_t at = 0;
  const auto digits = [&] {
    const std::size_t from = at;
    while (at < text.size() && is_digit(text[at])) ++at;
    return at - from;
  };
  if (at < text.size() && (text[at] == '-' || text[at] == '+')) ++at;
  const std::size_t whole = digits();
  if (at < text.size() && text[at] == '.') {
    ++at;
    if (digits() == 0 && whole == 0) return false;
  } else if (whole == 0) {
    return false;
  }
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    if (at < text.size() && (text[at] == '-' || text[at] == '+')) ++at;
    if (digits() == 0) return false;
  }
  return at == text.size();
}

/// Owns libyaml's parser for one document.
class EventReader {
 public:
  explicit EventReader(std::string_view text) {
    good_ = yaml_parser_initialize(&parser_) == 1;
    if (!good_) return;
    yaml_parser_set_encoding(&parser_, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser_, reinterpret_cast<const unsigned char*>(text.data()), text.size());
  }
  ~EventReader() {
    if (good_) yaml_parser_delete(&parser_);
  }
  EventReader(const EventReader&) = delete;
  EventReader& operator=(const EventReader&) = delete;

  bool next(yaml_event_t& event) { return good_ && yaml_parser_parse(&parser_, &event) == 1; }

  YamlError error() const {
    if (!good_) return {1, 1, "out of memory"};
    std::string reason = parser_.problem != nullptr ? parser_.problem : "not YAML";
    if (parser_.context != nullptr) reason = std::string(parser_.context) + ": " + reason;
    // Reader errors (bad UTF-8, control characters) know only an offset; the mark is where the scanner was.
    const auto& mark = parser_.problem_mark.line != 0 || parser_.problem_mark.column != 0 ? parser_.problem_mark
                                                                                           : parser_.mark;
    return {static_cast<int>(mark.line) + 1, static_cast<int>(mark.column) + 1, std::move(reason)};
  }

 private:
  yaml_parser_t parser_;
  bool good_ = false;
};

/// Puts a tree together from libyaml's events, without recursion.
class TreeBuilder {
 public:
  explicit TreeBuilder(const YamlLimits& limits) : limits_(limits) {}

  /// False: give up, see error().
  bool take(const yaml_event_t& event) {
    line_ = static_cast<int>(event.start_mark.line) + 1;
    column_ = static_cast<int>(event.start_mark.column) + 1;
    switch (event.type) {
      case YAML_SCALAR_EVENT: return scalar(event);
      case YAML_ALIAS_EVENT: return alias(event);
      case YAML_SEQUENCE_START_EVENT:
        return open(YamlNode::Kind::sequence, event.data.sequence_start.anchor, event.data.sequence_start.tag);
      case YAML_MAPPING_START_EVENT:
        return open(YamlNode::Kind::mapping, event.data.mapping_start.anchor, event.data.mapping_start.tag);
      case YAML_SEQUENCE_END_EVENT:
      case YAML_MAPPING_END_EVENT: return close();
      default: return true;
    }
  }

  std::optional<YamlNode> root() { return std::move(root_); }
  const YamlError& error() const { return error_; }

 private:
  struct Frame {
    YamlNode node;
    std::string anchor;
  };

  bool fail(std::string reason) {
    error_ = {line_, column_, std::move(reason)};
    return false;
  }
  YamlNode make(YamlNode::Kind kind) const {
    YamlNode node;
    node.kind = kind;
    node.line = line_;
    node.column = column_;
    return node;
  }
  bool count(std::size_t nodes) {
    nodes_ += nodes;
    if (nodes_ > limits_.nodes_max) {
      return fail("more than " + std::to_string(limits_.nodes_max) + " values in one document (aliases counted)");
    }
    return true;
  }

  bool scalar(const yaml_event_t& event) {
    const auto& data = event.data.scalar;
    YamlNode node = make(YamlNode::Kind::scalar);
    node.text.assign(reinterpret_cast<const char*>(data.value), data.length);
    node.plain = data.style == YAML_PLAIN_SCALAR_STYLE && data.tag == nullptr;
    if (data.tag != nullptr && !string_tag(data.tag)) return false;
    return count(1) && add(std::move(node), data.anchor);
  }
  bool string_tag(const yaml_char_t* tag) {
    const std::string_view name(reinterpret_cast<const char*>(tag));
    if (name == YAML_STR_TAG || name == "!") return true;
    return fail("the tag " + std::string(name) + " is not supported; write the value without it");
  }
  bool alias(const yaml_event_t& event) {
    const auto found = anchors_.find(reinterpret_cast<const char*>(event.data.alias.anchor));
    if (found == anchors_.end()) return fail("alias of an anchor that is not there");
    return count(found->second.nodes) && add(found->second.node, nullptr);
  }
  bool open(YamlNode::Kind kind, const yaml_char_t* anchor, const yaml_char_t* tag) {
    if (tag != nullptr) return fail("tags on maps and lists are not supported");
    if (stack_.size() >= limits_.depth_max) {
      return fail("nested deeper than " + std::to_string(limits_.depth_max) + " levels");
    }
    if (!count(1)) return false;
    stack_.push_back({make(kind), anchor != nullptr ? reinterpret_cast<const char*>(anchor) : ""});
    return true;
  }
  bool close() {
    Frame frame = std::move(stack_.back());
    stack_.pop_back();
    const std::string anchor = std::move(frame.anchor);
    return add(std::move(frame.node),
               anchor.empty() ? nullptr : reinterpret_cast<const yaml_char_t*>(anchor.c_str()));
  }

  bool add(YamlNode node, const yaml_char_t* anchor) {
    if (anchor != nullptr) {
      anchors_[reinterpret_cast<const char*>(anchor)] = {node, size_of(node)};
    }
    if (stack_.empty()) {
      root_ = std::move(node);
      return true;
    }
    YamlNode& parent = stack_.back().node;
    const bool key_wanted = parent.is_mapping() && parent.keys.size() == parent.items.size();
    if (!key_wanted) {
      parent.items.push_back(std::move(node));
      return true;
    }
    if (!node.is_scalar()) return fail("a key must be a word, not a map or list");
    // Quadratic only in the keys of one map; the node limit and this check's speed keep it harmless below 1,024
    // keys, and no rule has more.
    if (parent.keys.size() >= 1024) return fail("more than 1,024 keys in one map");
    if (parent.find(node.text) != nullptr) return fail("the key '" + node.text + "' is there twice");
    parent.keys.push_back(std::move(node));
    return true;
  }
  static std::size_t size_of(const YamlNode& node) {
    std::size_t nodes = 1 + node.keys.size();
    for (const YamlNode& item : node.items) nodes += size_of(item);
    return nodes;
  }

  struct Anchor {
    YamlNode node;
    std::size_t nodes = 0;
  };
  const YamlLimits& limits_;
  std::vector<Frame> stack_;
  std::map<std::string, Anchor, std::less<>> anchors_;
  std::optional<YamlNode> root_;
  YamlError error_;
  std::size_t nodes_ = 0;
  int line_ = 0, column_ = 0;
};

std::variant<std::monostate, YamlNode, YamlError> parse_document(std::string_view text, const YamlLimits& limits) {
  if (text.size() > limits.document_bytes_max) {
    return YamlError{1, 1, "larger than " + std::to_string(limits.document_bytes_max / 1024) + " KiB"};
  }
  EventReader reader(text);
  TreeBuilder builder(limits);
  bool document_seen = false;
  for (;;) {
    yaml_event_t event;
    if (!reader.next(event)) return reader.error();
    const yaml_event_type_t type = event.type;
    if (type == YAML_DOCUMENT_START_EVENT && document_seen) {
      const YamlError error{static_cast<int>(event.start_mark.line) + 1, 1,
                            "a second document without '---' at the beginning of a line"};
      yaml_event_delete(&event);
      return error;
    }
    document_seen = document_seen || type == YAML_DOCUMENT_START_EVENT;
    const bool good = builder.take(event);
    yaml_event_delete(&event);
    if (!good) return builder.error();
    if (type == YAML_STREAM_END_EVENT) break;
  }
  if (std::optional<YamlNode> root = builder.root(); root && !root->is_null()) return std::move(*root);
  return std::monostate();
}

void move_down(YamlNode& node, int lines) {
  node.line += lines;
  for (YamlNode& key : node.keys) key.line += lines;
  for (YamlNode& item : node.items) move_down(item, lines);
}

/// A line that only `---` (and perhaps a comment) may begin: nothing else of YAML can start a line like that.
bool is_document_marker(std::string_view line) {
  return line.starts_with("---") && (line.size() == 3 || line[3] == ' ' || line[3] == '\t' || line[3] == '\r');
}

/// `%YAML 1.2` before the first `---`; it changes nothing for us.
bool only_directives(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const char first = text[at];
    if (end > at && first != '%' && first != '#' && first != '\r') return false;
    at = end + 1;
  }
  return true;
}

}  // namespace

ScalarType YamlNode::type() const {
  if (!plain) return ScalarType::text;
  if (text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL") return ScalarType::null;
  if (text == "true" || text == "True" || text == "TRUE" || text == "false" || text == "False" ||
      text == "FALSE") {
    return ScalarType::boolean;
  }
  if (is_core_integer(text)) return ScalarType::integer;
  return is_core_real(text) ? ScalarType::real : ScalarType::text;
}

const YamlNode* YamlNode::find(std::string_view key) const {
  for (std::size_t i = 0; i < keys.size() && i < items.size(); ++i) {
    if (keys[i].text == key) return &items[i];
  }
  return nullptr;
}

std::string_view YamlNode::text_of(std::string_view key) const {
  const YamlNode* value = find(key);
  return value != nullptr && value->is_scalar() && !value->is_null() ? std::string_view(value->text)
                                                                      : std::string_view();
}

std::vector<std::variant<YamlNode, YamlError>> parse_yaml_stream(std::string_view text, const YamlLimits& limits) {
  std::vector<std::variant<YamlNode, YamlError>> documents;
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  std::size_t from = 0;
  int from_line = 0, line_number = 0;
  const auto take = [&](std::size_t to) {
    if (only_directives(text.substr(from, to - from))) return;
    auto parsed = parse_document(text.substr(from, to - from), limits);
    if (auto* node = std::get_if<YamlNode>(&parsed)) {
      move_down(*node, from_line);
      documents.emplace_back(std::move(*node));
    } else if (auto* error = std::get_if<YamlError>(&parsed)) {
      error->line += from_line;
      documents.emplace_back(std::move(*error));
    }
  };
  for (std::size_t at = 0; at < text.size(); ++line_number) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    if (at > from && is_document_marker(text.substr(at, end - at))) {
      take(at);
      from = at;
      from_line = line_number;
    }
    at = end + 1;
  }
  take(text.size());
  return documents;
}

}  // namespace vigil::sigma
