#include "rules/expression.h"

#include <algorithm>

#include "rules/case_fold.h"
#include "rules/field_names.h"

namespace vigil::sigma {
namespace {

/// Keywords (`contains`, any case) and nothing else.
bool has_plain_words(const Item& item) {
  if (!item.is_keyword() || item.values.empty() || !item.exact_set.empty()) return false;
  return std::all_of(item.values.begin(), item.values.end(), [](const std::vector<ValueTest>& ways) {
    return std::all_of(ways.begin(), ways.end(), [](const ValueTest& way) {
      return way.kind == ValueTest::Kind::text && !way.cased && way.pattern.shape() == Pattern::Shape::contains;
    });
  });
}

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
  item.plain_words = has_plain_words(item);
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

void Expression::number_items(ItemNumbers& numbers) {
  nodes_.shrink_to_fit();
  items_.shrink_to_fit();
  for (Item& item : items_) {
    item.number = numbers.of_item(item);
    item.field.number = numbers.of_field(item.field);
    for (std::vector<ValueTest>& ways : item.values) {
      for (ValueTest& way : ways) {
        if (way.other != nullptr) way.other->number = numbers.of_field(*way.other);
      }
    }
  }
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
  values_.clear();
  if (++event_ != 0) return;
  // Wrapped around after four thousand million events: what is kept of the first ones must not be taken for this one's.
  answers_.assign(answers_.size(), {});
  found_.assign(found_.size(), {});
  everything_ = {};
  event_ = 1;
}

Evaluator::Found Evaluator::take(const FieldSource& event, const FieldName* name) {
  Found found;
  found.event = event_;
  found.begin = static_cast<std::uint32_t>(values_.size());
  if (name != nullptr) {
    found.there = event.collect(*name, values_);
  } else {
    event.collect_all(values_);
    if (const std::string_view raw = event.raw(); !raw.empty()) values_.push_back({raw, ValueType::text});
  }
  found.count = static_cast<std::uint32_t>(values_.size()) - found.begin;
  if (folded_.size() < values_.size()) folded_.resize(values_.size());
  is_folded_.resize(found.begin);
  is_folded_.resize(values_.size(), 0);
  return found;
}

Evaluator::Found Evaluator::find(const FieldName& name, const FieldSource& event) {
  if (!remembers_ || name.number == 0) return take(event, &name);
  if (found_.size() <= name.number) found_.resize(name.number + 1);
  Found& found = found_[name.number];
  if (found.event != event_) found = take(event, &name);
  return found;
}

Evaluator::Found Evaluator::find_all(const FieldSource& event) {
  if (!remembers_) return take(event, nullptr);
  if (everything_.event != event_) everything_ = take(event, nullptr);
  return everything_;
}

const std::string& Evaluator::folded(std::size_t value) {
  if (is_folded_[value] == 0) fold_case(values_[value].text, folded_[value]);
  is_folded_[value] = 1;
  return folded_[value];
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
  if (!remembers_) {
    values_.clear();
    return ask(item, event) != item.negated;
  }
  if (item.number == 0) return ask(item, event) != item.negated;
  if (answers_.size() <= item.number) answers_.resize(item.number + 1);
  if (const Answer kept = answers_[item.number]; kept.event == event_) return kept.yes != item.negated;
  // A search that was given up is counted for every rule that needed it.
  const std::uint64_t given_up = given_up_;
  const bool yes = ask(item, event);
  if (given_up_ == given_up) answers_[item.number] = {event_, yes};
  return yes != item.negated;
}

bool Evaluator::ask(const Item& item, const FieldSource& event) {
  if (remembers_ && item.plain_words && words_in_raw(item, event.raw())) return true;
  const auto kind = item.values.empty() ? ValueTest::Kind::text : item.values.front().front().kind;
  if (kind == ValueTest::Kind::null || kind == ValueTest::Kind::exists || kind == ValueTest::Kind::field) {
    return special_matches(item, event);
  }
  const Found found = item.is_keyword() ? find_all(event) : find(item.field, event);
  return kind == ValueTest::Kind::network ? networks_match(item, found) : values_match(item, found);
}

// Each address is read once, however many networks it is held against.
bool Evaluator::networks_match(const Item& item, const Found& found) {
  const auto within = [](const Address& address) {
    return [&address](const std::vector<ValueTest>& ways) { return ways.front().network.contains(address); };
  };
  for (std::size_t i = found.begin; i < found.begin + found.count; ++i) {
    if (values_[i].type == ValueType::null) continue;
    const auto address = Address::parse(values_[i].text);
    if (!address) continue;
    const bool good = item.every ? std::all_of(item.values.begin(), item.values.end(), within(*address))
                                 : std::any_of(item.values.begin(), item.values.end(), within(*address));
    if (good) return true;
  }
  return false;
}

bool Evaluator::values_match(const Item& item, const Found& found) {
  const std::size_t end = found.begin + found.count;
  if (!item.exact_set.empty()) {
    for (std::size_t i = found.begin; i < end; ++i) {
      if (values_[i].type != ValueType::null && item.exact_set.contains(folded(i))) return true;
    }
  }
  const auto met = [&](const std::vector<ValueTest>& ways) {
    for (std::size_t i = found.begin; i < end; ++i) {
      for (const ValueTest& test : ways) {
        if (one_passes(test, i)) return true;
      }
    }
    return false;
  };
  if (found.count == 0) return false;
  if (item.every) return std::all_of(item.values.begin(), item.values.end(), met);
  return std::any_of(item.values.begin(), item.values.end(), met);
}

bool Evaluator::one_passes(const ValueTest& test, std::size_t at) {
  const FieldValue& value = values_[at];
  if (test.kind != ValueTest::Kind::regex) return passes(test, value, folded(at));
  if (value.type == ValueType::null) return false;
  const Regex::Answer answer = test.regex->found_in(value.text);
  if (answer == Regex::Answer::gave_up) ++given_up_;
  return answer == Regex::Answer::yes;
}

bool Evaluator::special_matches(const Item& item, const FieldSource& event) {
  const Found found = find(item.field, event);
  const auto one_passes = [&](const std::vector<ValueTest>& ways) {
    const ValueTest& test = ways.front();
    if (test.kind == ValueTest::Kind::exists) return found.there == test.wanted;
    if (test.kind == ValueTest::Kind::null) {
      return !found.there || (found.count == 1 && values_[found.begin].type == ValueType::null);
    }
    return refers_to_equal(test, found, event);
  };
  if (item.every) return std::all_of(item.values.begin(), item.values.end(), one_passes);
  return std::any_of(item.values.begin(), item.values.end(), one_passes);
}

bool Evaluator::refers_to_equal(const ValueTest& test, const Found& found, const FieldSource& event) {
  const Found others = find(*test.other, event);
  for (std::size_t i = found.begin; i < found.begin + found.count; ++i) {
    if (values_[i].type == ValueType::null) continue;
    for (std::size_t j = others.begin; j < others.begin + others.count; ++j) {
      if (values_[j].type == ValueType::null) continue;
      if (test.cased ? shape_matches(test.other_shape, values_[i].text, values_[j].text)
                     : shape_matches(test.other_shape, folded(i), folded(j))) {
        return true;
      }
    }
  }
  return false;
}

std::uint32_t ItemNumbers::of_item(const Item& item) {
  if (item.identity == 0) return 0;
  return items_.try_emplace(item.identity, static_cast<std::uint32_t>(items_.size() + 1)).first->second;
}

std::uint32_t ItemNumbers::of_field(const FieldName& name) {
  if (name.groups.empty()) return 0;
  return fields_.try_emplace(signature_of(name), static_cast<std::uint32_t>(fields_.size() + 1)).first->second;
}

}  // namespace vigil::sigma
