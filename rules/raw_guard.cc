#include <algorithm>

#include "rules/compiled.h"

namespace vigil::sigma {
namespace {

/// An anchor is about a value's ends, which are not the message's.
bool is_anchored(const Regex& regex) { return regex.written().find_first_of("^$") != std::string_view::npos; }

bool is_guard(const Item& item) {
  if (!item.is_keyword() || item.negated || item.every || item.values.empty() || !item.exact_set.empty()) return false;
  return std::all_of(item.values.begin(), item.values.end(), [](const std::vector<ValueTest>& ways) {
    return !ways.empty() && std::all_of(ways.begin(), ways.end(), [](const ValueTest& way) {
      return way.kind == ValueTest::Kind::regex && way.regex != nullptr && !is_anchored(*way.regex);
    });
  });
}

/// An item that must hold wherever the rule does.
const Item* find_guard(const Expression& expression, Expression::Index index) {
  const Expression::Node& node = expression.node(index);
  if (node.op == Expression::Op::item) {
    const Item& item = expression.item(node.item);
    return is_guard(item) ? &item : nullptr;
  }
  if (node.op != Expression::Op::all_of) return nullptr;
  for (const Expression::Index child : node.children) {
    if (const Item* const found = find_guard(expression, child)) return found;
  }
  return nullptr;
}

}  // namespace

void add_raw_guard(Rule& rule) {
  rule.raw_guard.clear();
  if (rule.expression.size() == 0) return;
  const Item* const item = find_guard(rule.expression, rule.expression.root());
  if (item == nullptr) return;
  for (const auto& ways : item->values) {
    for (const ValueTest& way : ways) rule.raw_guard.push_back(way.regex);
  }
}

}  // namespace vigil::sigma
