#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "parsers/event.h"

namespace vigil {

/// Dotted names and their values, written as nested JSON objects in the order in which names first came.
///
///   add("a.b", "1", integer), add("a.b", "2", integer), add("a", "x")  ->  {"a":{"b":[1,2],"value":"x"}}
///
/// Views must live until write().
class JsonTree {
 public:
  JsonTree();

  /// A name of more than 32 parts keeps the rest as one part, so that nesting is bounded.
  void add(std::string_view dotted, std::string_view value, ValueType type = ValueType::text);
  /// The value of a list, even if it is the only one.
  void add_to_list(std::string_view dotted, std::string_view value);
  /// A list that may stay empty.
  void declare_list(std::string_view dotted) { nodes_[node_of(dotted)].is_list = true; }

  using Node = std::uint32_t;
  /// For names whose dots mean nothing: steps by whole parts.
  Node node_of(std::string_view dotted);
  Node child_of(Node parent, std::string_view part);
  void add_at(Node node, std::string_view value, ValueType type = ValueType::text);
  /// An object even if it stays without members.
  void declare_object(Node node) { nodes_[node].is_object = true; }

  /// Appends the object. Done once, after everything was added.
  void write(std::string& out);

 private:
  static constexpr std::uint32_t kNone = 0xffff'ffff;
  struct Item {
    std::string_view part;
    std::uint32_t first_child = kNone, last_child = kNone, next_sibling = kNone;
    std::uint32_t first_value = kNone, last_value = kNone;
    bool is_list = false;
    bool is_object = false;
  };
  struct Value {
    std::string_view text;
    ValueType type;
    std::uint32_t next;
  };
  void write_node(Node node, std::string& out) const;
  void write_values(const Item& item, std::string& out) const;
  void settle_clashes();

  std::vector<Item> nodes_;
  std::vector<Value> values_;
};

/// True if `text` is a number as JSON writes them (RFC 8259 6) and small enough for readers: an integer of 64
/// bits, or what a double can hold.
bool is_json_number(std::string_view text);

}  // namespace vigil
