#include "storage/query_eval.h"

#include <re2/re2.h>

#include <algorithm>

#include "parsers/caseless.h"
#include "storage/field_values.h"
#include "storage/folding.h"

namespace vigil {
namespace {

/// How a value lies to an operand: as times, numbers, addresses or text, by what both can be read as. `less` is a
/// value before the operand; a time inside the operand's span is `equivalent`.
std::partial_ordering compare(const FieldValue& value, const Operand& operand) {
  std::string room;
  const std::string_view text = fold_width(value.text, room);
  if (value.time_ns) {
    if (!operand.time) return std::partial_ordering::unordered;
    if (*value.time_ns < operand.time->from) return std::partial_ordering::less;
    return *value.time_ns >= operand.time->to ? std::partial_ordering::greater : std::partial_ordering::equivalent;
  }
  if (operand.number) {
    const auto number = Number::read(text);
    return number ? *number <=> *operand.number : std::partial_ordering::unordered;
  }
  if (operand.ip) {
    const auto ip = IpAddress::read(text);
    if (!ip || ip->is_v4() != operand.ip->is_v4()) return std::partial_ordering::unordered;
    return *ip <=> *operand.ip;
  }
  if (operand.time) {
    // Times with an offset of their own; without one we would have to guess.
    const auto time = read_time_span(text, 0);
    if (!time) return std::partial_ordering::unordered;
    if (time->from < operand.time->from) return std::partial_ordering::less;
    return time->from >= operand.time->to ? std::partial_ordering::greater : std::partial_ordering::equivalent;
  }
  return lower_ascii(text) <=> operand.lower;
}

bool holds(const Exists&, const FieldValue& value) { return value.type != ValueType::null; }

bool holds(const Equals& test, const FieldValue& value) {
  const Operand& operand = test.value;
  if (value.time_ns) return compare(value, operand) == 0;
  std::string room;
  const std::string_view text = fold_width(value.text, room);
  if (equal_caseless(text, operand.lower)) return true;
  if (operand.number && value.type != ValueType::null) {
    // "0042" in a text is a name, not the number 42.
    const bool name = value.type == ValueType::text && text.size() > 1 && text.front() == '0' &&
                      text.find('.') == std::string_view::npos;
    const auto number = name ? std::nullopt : Number::read(text);
    return number && *number == *operand.number;
  }
  if (operand.ip) {
    const auto ip = IpAddress::read(text);
    return ip && *ip == *operand.ip;
  }
  return false;
}

bool holds(const Whole& test, const FieldValue& value) {
  return !value.time_ns && test.pattern.matches_whole(value.text);
}

bool holds(const Found& test, const FieldValue& value) { return !value.time_ns && test.pattern.found_in(value.text); }

bool holds(const Regex& test, const FieldValue& value) {
  return !value.time_ns && RE2::PartialMatch(re2::StringPiece(value.text.data(), value.text.size()), *test.regex);
}

bool holds(const Inside& test, const FieldValue& value) {
  if (value.time_ns) return false;
  std::string room;
  const std::string_view text = fold_width(value.text, room);
  const auto ip = IpAddress::read(text);
  return ip ? test.network.contains(*ip) : equal_caseless(text, test.lower);
}

bool holds(const Between& test, const FieldValue& value) {
  if (test.low) {
    const auto order = compare(value, *test.low);
    if (!(order > 0 || (test.low_included && order == 0))) return false;
  }
  if (test.high) {
    const auto order = compare(value, *test.high);
    if (!(order < 0 || (test.high_included && order == 0))) return false;
  }
  return true;
}

/// Words of other scripts are often written `\u5b78` in JSON. The frame's text does not show them then, the parsed
/// values do. ASCII words are never written so, and stay with the text (and with the index made of it).
bool found_in_escaped_values(const TextPattern& pattern, LazyEvent& subject) {
  if (!pattern.has_non_ascii() || subject.header().text.find("\\u") == std::string_view::npos) return false;
  const auto& fields = subject.event().fields();
  return std::any_of(fields.begin(), fields.end(), [&](const Field& field) { return pattern.found_in(field.value); });
}

bool leaf_holds(const Leaf& leaf, LazyEvent& subject) {
  return std::visit(
      [&](const auto& test) {
        if (any_value(subject, leaf.field, [&](const FieldValue& value) { return holds(test, value); })) return true;
        if constexpr (std::is_same_v<std::decay_t<decltype(test)>, Found>) {
          return leaf.field.id == FieldId::text && found_in_escaped_values(test.pattern, subject);
        }
        return false;
      },
      leaf.test);
}

}  // namespace

bool satisfies(const Node& node, LazyEvent& subject) {
  switch (node.op) {
    case Node::Op::everything:
      return true;
    case Node::Op::leaf:
      return leaf_holds(*node.leaf, subject);
    case Node::Op::all:
      return std::all_of(node.children.begin(), node.children.end(),
                         [&](const Node& child) { return satisfies(child, subject); });
    case Node::Op::any:
      return std::any_of(node.children.begin(), node.children.end(),
                         [&](const Node& child) { return satisfies(child, subject); });
    case Node::Op::none:
      return !satisfies(node.children.front(), subject);
  }
  return false;
}

}  // namespace vigil
