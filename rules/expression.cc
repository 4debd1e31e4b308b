#include "rules/expression.h"

#include <algorithm>
#include <functional>

#include "rules/case_fold.h"

namespace vigil::sigma {
namespace {

/// Of an item of plain words (`contains`, any case), a number that says which; 0 of any other.
std::uint64_t words_of(const Item& item) {
  if (!item.is_keyword() || item.values.empty() || !item.exact_set.empty()) return 0;
  std::string all = item.every ? "all" : "any";
  for (const std::vector<ValueTest>& ways : item.values) {
    all.push_back('\1');
    for (const ValueTest& way : ways) {
      if (way.kind != ValueTest::Kind::text || way.cased || way.pattern.shape() != Pattern::Shape::contains) return 0;
      all.append(1, '\2').append(way.pattern.literal());
    }
  }
  return std::max<std::uint64_t>(std::hash<std::string>{}(all), 1);
}

}  // namespace

namespace {

bool shape_matches(Pattern::Shape shape, std::string_view text, std::string_view other) {
  switch (shape) {
    case Pattern::Shape::prefix: return text.starts_with(other);
    case Pattern::Shape::suffix: return text.ends_with(other);
    case Pattern::Shape::contains: return text.find(other) != std::string_view::npos;
    default: return text == other;
  }
}

}  // namespace

Expression::Index Expression::append(Node node) {
  parts_ += node.children.size();
  nodes_.push_back(std::move(node));
  return static_cast<Index>(nodes_.size() - 1);
}

Expression::Index Expression::add_item(Item item) {
  item.words = words_of(item);
  Node node;
  node.item = static_cast<std::uint32_t>(items_.size());
  items_.push_back(std::move(item));
  return append(std::move(node));
}

Expression::Index Expression::add(Op op, std::vector<Index> children) {
  if (op != Op::negation && children.size() == 1) return children.front();
  Node node;
  node.op = op;
  node.children = std::move(children);
  return append(std::move(node));
}

Expression::Index Expression::absorb(const Expression& other) {
  const std::size_t before = nodes_.size();
  const auto moved = [before](Index index) { return static_cast<Index>(before + static_cast<std::size_t>(index)); };
  const auto items_before = static_cast<std::uint32_t>(items_.size());
  items_.insert(items_.end(), other.items_.begin(), other.items_.end());
  for (Node node : other.nodes_) {
    node.item += items_before;
    for (Index& child : node.children) child = moved(child);
    append(std::move(node));
  }
  for (const auto& [index, name] : other.labels_) labels_.emplace_back(moved(index), name);
  return moved(other.root_);
}

std::string_view Expression::label_of(Index index) const {
  const auto found = std::find_if(labels_.begin(), labels_.end(), [&](const auto& each) { return each.first == index; });
  return found == labels_.end() ? std::string_view() : std::string_view(found->second);
}

bool Evaluator::matches(const Expression& expression, const FieldSource& event) {
  return node_matches(expression, expression.root(), event);
}

// Recursion is as deep as the condition's brackets, which the condition parser limits.
bool Evaluator::node_matches(const Expression& expression, Expression::Index index, const FieldSource& event) {
  const Expression::Node& node = expression.node(index);
  const auto child = [&](Expression::Index i) { return node_matches(expression, i, event); };
  switch (node.op) {
    case Expression::Op::item: return item_matches(expression.item(node.item), event);
    case Expression::Op::all_of: return std::all_of(node.children.begin(), node.children.end(), child);
    case Expression::Op::any_of: return std::any_of(node.children.begin(), node.children.end(), child);
    case Expression::Op::negation: return !child(node.children.front());
  }
  return false;
}

void Evaluator::begin_event() {
  remembers_ = true;
  raw_is_folded_ = false;
  remembered_.clear();
}

/// The message is one of the values that keywords are looked for in, and mostly holds them: so it is looked at first.
bool Evaluator::words_in_raw(const Item& item, std::string_view raw) {
  if (!raw_is_folded_) fold_case(raw, raw_folded_);
  raw_is_folded_ = true;
  const auto there = [this](const std::vector<ValueTest>& ways) {
    return std::any_of(ways.begin(), ways.end(), [this](const ValueTest& way) { return raw_folded_.find(way.pattern.literal()) != std::string::npos; });
  };
  return item.every ? std::all_of(item.values.begin(), item.values.end(), there)
                    : std::any_of(item.values.begin(), item.values.end(), there);
}

bool Evaluator::item_matches(const Item& item, const FieldSource& event) {
  const bool kept = remembers_ && item.words != 0;
  if (kept) {
    for (const auto& [words, answer] : remembered_) {
      if (words == item.words) return answer != item.negated;
    }
    if (words_in_raw(item, event.raw())) {
      remembered_.emplace_back(item.words, true);
      return !item.negated;
    }
  }
  const auto kind = item.values.empty() ? ValueTest::Kind::text : item.values.front().front().kind;
  if (kind == ValueTest::Kind::null || kind == ValueTest::Kind::exists || kind == ValueTest::Kind::field) {
    return special_matches(item, event) != item.negated;
  }
  values_.clear();
  if (item.is_keyword()) {
    event.collect_all(values_);
    if (const std::string_view raw = event.raw(); !raw.empty()) values_.push_back({raw, ValueType::text});
  } else {
    event.collect(item.field, values_);
  }
  const bool matched = kind == ValueTest::Kind::network ? networks_match(item) : values_match(item);
  if (kept) remembered_.emplace_back(item.words, matched);
  return matched != item.negated;
}

// Each address is read once, however many networks it is held against.
bool Evaluator::networks_match(const Item& item) {
  const auto within = [](const Address& address) {
    return [&address](const std::vector<ValueTest>& ways) { return ways.front().network.contains(address); };
  };
  for (const FieldValue& value : values_) {
    if (value.type == ValueType::null) continue;
    const auto address = Address::parse(value.text);
    if (!address) continue;
    const bool good = item.every ? std::all_of(item.values.begin(), item.values.end(), within(*address))
                                 : std::any_of(item.values.begin(), item.values.end(), within(*address));
    if (good) return true;
  }
  return false;
}

bool Evaluator::values_match(const Item& item) {
  if (values_.empty()) return false;
  if (folded_.size() < values_.size()) folded_.resize(values_.size());
  for (std::size_t i = 0; i < values_.size(); ++i) fold_case(values_[i].text, folded_[i]);

  if (!item.exact_set.empty()) {
    for (std::size_t i = 0; i < values_.size(); ++i) {
      if (values_[i].type != ValueType::null && item.exact_set.contains(folded_[i])) return true;
    }
  }
  const auto met = [&](const std::vector<ValueTest>& ways) {
    for (std::size_t i = 0; i < values_.size(); ++i) {
      for (const ValueTest& test : ways) {
        if (one_passes(test, values_[i], folded_[i])) return true;
      }
    }
    return false;
  };
  if (item.every) return std::all_of(item.values.begin(), item.values.end(), met);
  return std::any_of(item.values.begin(), item.values.end(), met);
}

bool Evaluator::one_passes(const ValueTest& test, const FieldValue& value, std::string_view folded_text) {
  if (test.kind != ValueTest::Kind::regex) return passes(test, value, folded_text);
  if (value.type == ValueType::null) return false;
  const Regex::Answer answer = test.regex->found_in(value.text);
  if (answer == Regex::Answer::gave_up) ++given_up_;
  return answer == Regex::Answer::yes;
}

bool Evaluator::special_matches(const Item& item, const FieldSource& event) {
  values_.clear();
  const bool there = event.collect(item.field, values_);
  const auto one_passes = [&](const std::vector<ValueTest>& ways) {
    const ValueTest& test = ways.front();
    if (test.kind == ValueTest::Kind::exists) return there == test.wanted;
    if (test.kind == ValueTest::Kind::null) {
      return !there || (values_.size() == 1 && values_.front().type == ValueType::null);
    }
    return refers_to_equal(test, event);
  };
  if (item.every) return std::all_of(item.values.begin(), item.values.end(), one_passes);
  return std::any_of(item.values.begin(), item.values.end(), one_passes);
}

bool Evaluator::refers_to_equal(const ValueTest& test, const FieldSource& event) {
  others_.clear();
  event.collect(test.other, others_);
  for (const FieldValue& value : values_) {
    if (value.type == ValueType::null) continue;
    for (const FieldValue& other : others_) {
      if (other.type == ValueType::null) continue;
      if (test.cased) {
        if (shape_matches(test.other_shape, value.text, other.text)) return true;
        continue;
      }
      fold_case(value.text, folded_value_);
      fold_case(other.text, folded_other_);
      if (shape_matches(test.other_shape, folded_value_, folded_other_)) return true;
    }
  }
  return false;
}

}  // namespace vigil::sigma
