#include "parsers/json_tree.h"

#include <charconv>

#include "parsers/characters.h"
#include "parsers/render.h"

namespace vigil {
namespace {

constexpr unsigned kPartsMax = 32;  // as deep as a payload may nest

void write_value(std::string_view text, ValueType type, std::string& out) {
  const bool bare = ((type == ValueType::integer || type == ValueType::real) && is_json_number(text)) ||
                    (type == ValueType::boolean && (text == "true" || text == "false"));
  if (type == ValueType::null) {
    out += "null";
  } else if (bare) {
    out += text;
  } else {
    append_json_string(text, out);
  }
}

std::size_t digits_at(std::string_view text, std::size_t at) {
  std::size_t count = 0;
  while (is_ascii_digit(char_at(text, at + count))) ++count;
  return count;
}

}  // namespace

bool is_json_number(std::string_view text) {
  const bool negative = char_at(text, 0) == '-';
  std::size_t at = negative ? 1 : 0;
  const std::size_t whole = digits_at(text, at);
  if (whole == 0 || (whole > 1 && text[at] == '0')) return false;
  at += whole;
  if (at == text.size()) {
    // Readers refuse integers that fit neither 64 bits with sign nor without.
    std::uint64_t positive = 0;
    std::int64_t any = 0;
    const char* const end = text.data() + text.size();
    return negative ? std::from_chars(text.data(), end, any).ec == std::errc()
                    : std::from_chars(text.data(), end, positive).ec == std::errc();
  }
  if (char_at(text, at) == '.') {
    const std::size_t fraction = digits_at(text, at + 1);
    if (fraction == 0) return false;
    at += 1 + fraction;
  }
  std::size_t exponent = 0;
  if (char_at(text, at) == 'e' || char_at(text, at) == 'E') {
    ++at;
    const bool small = char_at(text, at) == '-';
    if (small || char_at(text, at) == '+') ++at;
    const std::size_t digits = digits_at(text, at);
    if (digits == 0 || digits > 3) return false;
    for (const char c : text.substr(at, digits)) exponent = exponent * 10 + static_cast<std::size_t>(c - '0');
    if (small) exponent = 0;
    at += digits;
  }
  constexpr std::size_t kDecimalsOfDouble = 308;
  return at == text.size() && whole + exponent <= kDecimalsOfDouble;
}

JsonTree::JsonTree() {
  nodes_.reserve(128);
  values_.reserve(64);
  nodes_.emplace_back();
}

void JsonTree::add(std::string_view dotted, std::string_view value, ValueType type) {
  add_at(node_of(dotted), value, type);
}

void JsonTree::add_to_list(std::string_view dotted, std::string_view value) {
  const Node node = node_of(dotted);
  nodes_[node].is_list = true;
  add_at(node, value);
}

JsonTree::Node JsonTree::node_of(std::string_view dotted) {
  Node node = 0;
  for (unsigned parts = 1;; ++parts) {
    const std::size_t dot = parts < kPartsMax ? dotted.find('.') : std::string_view::npos;
    node = child_of(node, dotted.substr(0, dot));
    if (dot == std::string_view::npos) return node;
    dotted.remove_prefix(dot + 1);
  }
}

JsonTree::Node JsonTree::child_of(Node parent, std::string_view part) {
  // Names of one object mostly come together, so the newest member is asked first.
  const Node newest = nodes_[parent].last_child;
  if (newest != kNone && nodes_[newest].part == part) return newest;
  for (Node at = nodes_[parent].first_child; at != kNone; at = nodes_[at].next_sibling) {
    if (nodes_[at].part == part) return at;
  }
  const auto made = static_cast<Node>(nodes_.size());
  nodes_.emplace_back().part = part;
  Item& item = nodes_[parent];
  if (item.last_child == kNone) {
    item.first_child = made;
  } else {
    nodes_[item.last_child].next_sibling = made;
  }
  item.last_child = made;
  return made;
}

void JsonTree::add_at(Node node, std::string_view value, ValueType type) {
  const auto made = static_cast<std::uint32_t>(values_.size());
  values_.push_back({value, type, kNone});
  Item& item = nodes_[node];
  if (item.last_value == kNone) {
    item.first_value = made;
  } else {
    values_[item.last_value].next = made;
  }
  item.last_value = made;
}

void JsonTree::write(std::string& out) {
  settle_clashes();
  out += '{';
  bool first = true;
  for (Node at = nodes_[0].first_child; at != kNone; at = nodes_[at].next_sibling) {
    if (!first) out += ',';
    first = false;
    write_node(at, out);
  }
  out += '}';
}

// What has a value and members gives the value to its member "value". That one may be made here, or have
// members itself and be settled later in the same walk: parents come before their members.
void JsonTree::settle_clashes() {
  for (Node at = 0; at < nodes_.size(); ++at) {
    const bool members = nodes_[at].first_child != kNone || nodes_[at].is_object;
    if (!members || nodes_[at].first_value == kNone) continue;
    const Node taker = child_of(at, "value");
    Item& from = nodes_[at];
    Item& to = nodes_[taker];
    values_[from.last_value].next = to.first_value;
    if (to.last_value == kNone) to.last_value = from.last_value;
    to.first_value = from.first_value;
    to.is_list |= from.is_list;
    from.first_value = from.last_value = kNone;
  }
}

// One member with its name. Recursion goes as deep as names have parts.
void JsonTree::write_node(Node node, std::string& out) const {
  const Item& item = nodes_[node];
  append_json_string(item.part, out);
  out += ':';
  if (item.first_child == kNone && !item.is_object) return write_values(item, out);
  out += '{';
  for (Node at = item.first_child; at != kNone; at = nodes_[at].next_sibling) {
    if (at != item.first_child) out += ',';
    write_node(at, out);
  }
  out += '}';
}

// One value bare; several, or the only one of a list, in brackets.
void JsonTree::write_values(const Item& item, std::string& out) const {
  const bool brackets = item.is_list || item.first_value != item.last_value;
  if (item.first_value == kNone && !brackets) out += "null";
  if (brackets) out += '[';
  for (std::uint32_t at = item.first_value; at != kNone; at = values_[at].next) {
    if (at != item.first_value) out += ',';
    write_value(values_[at].text, values_[at].type, out);
  }
  if (brackets) out += ']';
}

}  // namespace vigil
