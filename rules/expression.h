#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "rules/field_source.h"
#include "rules/value_test.h"

namespace vigil::sigma {

/// One line of a selection: a field (or keywords) and what its values must be.
struct Item {
  FieldName field;        ///< no groups: keywords, looked for in every value and in the message
  bool every = false;     ///< `|all`: each value must be met, else one of them
  bool negated = false;   ///< `|neq`
  /// One entry a value of the rule; the tests of an entry are ways to write the same value (windash, base64 offsets).
  std::vector<std::vector<ValueTest>> values;
  /// Many plain values on one field (hash lists) are one set instead of as many tests; folded.
  std::unordered_set<std::string> exact_set;
  /// What the item asks, as a number: alike for items that ask the same. 0: not known.
  std::uint64_t identity = 0;
  /// The same as a small number among the items of one RuleSet (ItemNumbers). 0: not numbered.
  std::uint32_t number = 0;
  bool plain_words = false;  ///< keywords that are plain words in any case


  bool is_keyword() const { return field.groups.empty(); }
};

/// Small numbers for items and field names that ask the same, from 1 on: what one rule's item came to about an event is
/// the answer to every alike one.
class ItemNumbers {
 public:
  std::uint32_t of_item(const Item& item);
  std::uint32_t of_field(const FieldName& name);

 private:
  std::unordered_map<std::uint64_t, std::uint32_t> items_;
  std::unordered_map<std::string, std::uint32_t> fields_;
};

/// A rule's condition over its selections, ready to be asked. Immutable.
class Expression {
 public:
  enum class Op : std::uint8_t { item, all_of, any_of, negation };
  /// A node's place; a type of its own, so that it is never taken for an item's or a line's number.
  enum class Index : std::uint32_t {};
  struct Node {
    Op op = Op::item;
    std::uint32_t item = 0;
    std::vector<Index> children;
  };

  Index add_item(Item item);
  Index add(Op op, std::vector<Index> children);
  void set_root(Index root) { root_ = root; }

  Index root() const { return root_; }
  const Node& node(Index index) const { return nodes_[static_cast<std::size_t>(index)]; }
  const Item& item(std::uint32_t number) const { return items_[number]; }
  std::size_t size() const { return nodes_.size(); }
  /// Children of all nodes together: what a condition that selects everything again and again makes many of.
  std::size_t parts() const { return parts_; }

  /// Appends another expression's nodes; returns its root's new index.
  Index absorb(const Expression& other);

  /// Nothing is added any more: numbers the items, so that an Evaluator asks alike ones once an event.
  void number_items(ItemNumbers& numbers);

  /// What the rule calls a node: the name of a selection. Only people ask for it.
  void label(Index index, std::string name) { labels_.emplace_back(index, std::move(name)); }
  std::string_view label_of(Index index) const;

 private:
  Index append(Node node);

  std::vector<Node> nodes_;
  std::vector<Item> items_;
  std::vector<std::pair<Index, std::string>> labels_;
  std::size_t parts_ = 0;
  Index root_{};
};

/// Asks expressions; holds memory between calls. One per thread.
class Evaluator {
 public:
  /// Every item is looked at as written, no index: the oracle that the prefilter is checked against.
  bool matches(const Expression& expression, const FieldSource& event);
  /// From here on all is asked about one event, until the next call: what numbered items and fields came to is kept, for many
  /// rules ask the same. An evaluator for which this is never called keeps nothing.
  void begin_event();
  /// Searches for regular expressions given up so far (regex.h): what was then said of the rule may be wrong.
  std::uint64_t given_up() const { return given_up_; }

 private:
  /// Values of the event that a field name finds: places in values_ and folded_.
  struct Found {
    std::uint32_t event = 0;  ///< when it was looked for
    std::uint32_t begin = 0, count = 0;
    bool there = false;
  };
  struct Answer {
    std::uint32_t event = 0;
    bool yes = false;
  };

  bool node_matches(const Expression& expression, Expression::Index index, const FieldSource& event);
  bool item_matches(const Item& item, const FieldSource& event);
  bool ask(const Item& item, const FieldSource& event);
  Found find(const FieldName& name, const FieldSource& event);
  Found find_all(const FieldSource& event);
  Found take(const FieldSource& event, const FieldName* name);
  const std::string& folded(std::size_t value);
  bool special_matches(const Item& item, const FieldSource& event);
  bool values_match(const Item& item, const Found& found);
  bool one_passes(const ValueTest& test, std::size_t value);
  bool networks_match(const Item& item, const Found& found);
  bool refers_to_equal(const ValueTest& test, const Found& found, const FieldSource& event);
  bool words_in_raw(const Item& item, std::string_view raw);

  bool remembers_ = false, raw_is_folded_ = false;
  std::uint32_t event_ = 0;        ///< counts begin_event()
  std::string raw_folded_;         ///< of the event that began
  std::vector<Answer> answers_;    ///< by Item::number
  std::vector<Found> found_;       ///< by FieldName::number
  Found everything_;               ///< what keywords are looked for in
  std::vector<FieldValue> values_; ///< of the event, in the order of being asked for
  std::vector<std::string> folded_;    ///< the same values in lower case, where …
  std::vector<char> is_folded_;        ///< … this says so
  std::uint64_t given_up_ = 0;
};

}  // namespace vigil::sigma
