#include "rules/field_witness.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "rules/case_fold.h"
#include "rules/witness.h"

namespace vigil::sigma {
namespace {

/// A whole number's text, as values of events are looked up; nothing where it is none.
std::optional<std::string> whole_number_text(double number) {
  if (number != std::floor(number) || std::abs(number) >= 9007199254740992.0) return std::nullopt;
  return std::to_string(static_cast<long long>(number));
}

class Extractor {
 public:
  Extractor(const Expression& expression, Format format, const GateCost& cost)
      : expression_(expression), format_(format), cost_(cost) {}

  struct Priced {
    FieldClause clause;
    double cost = 0;
  };

  std::optional<Priced> clause(Expression::Index index) const {
    const Expression::Node& node = expression_.node(index);
    switch (node.op) {
      case Expression::Op::item: return of_item(expression_.item(node.item));
      case Expression::Op::negation: return std::nullopt;
      case Expression::Op::all_of: {
        std::optional<Priced> best;
        for (const Expression::Index child : node.children) keep_cheaper(best, clause(child));
        return best;
      }
      case Expression::Op::any_of: {
        Priced joined;
        for (const Expression::Index child : node.children) {
          auto part = clause(child);
          if (!part) return std::nullopt;
          append(joined, std::move(*part));
        }
        return joined;
      }
    }
    return std::nullopt;
  }

 private:
  static void keep_cheaper(std::optional<Priced>& best, std::optional<Priced> other) {
    if (other && (!best || other->cost < best->cost)) best = std::move(other);
  }
  static void append(Priced& to, Priced part) {
    std::move(part.clause.begin(), part.clause.end(), std::back_inserter(to.clause));
    to.cost += part.cost;
  }

  std::optional<Priced> of_item(const Item& item) const {
    // A computed field stands in no event: it is told when the rule is asked.
    if (item.negated || item.field.computed != Computed::none) return std::nullopt;
    std::optional<Priced> best;
    Priced joined;
    for (const auto& ways : item.values) {
      Priced any;
      bool open = false;
      for (const ValueTest& way : ways) open = !add(item, way, any) || open;
      if (item.every) {
        if (!open) keep_cheaper(best, std::move(any));
      } else if (open) {
        return std::nullopt;
      } else {
        append(joined, std::move(any));
      }
    }
    if (item.every) return best;
    for (const std::string& exact : item.exact_set) push(joined, FieldGate::Op::equal, item.field, exact);
    return joined;
  }

  void push(Priced& to, FieldGate::Op op, const FieldName& field, std::string literal) const {
    FieldGate gate{op, op == FieldGate::Op::raw ? nullptr : &field, std::move(literal)};
    to.cost += cost_(gate);
    to.clause.push_back(std::move(gate));
  }

  /// False: nothing can be looked up for this test.
  bool add(const Item& item, const ValueTest& test, Priced& to) const {
    if (item.is_keyword()) {
      auto literal = raw_literal(test, format_);
      if (literal) push(to, FieldGate::Op::raw, item.field, std::move(*literal));
      return literal.has_value();
    }
    switch (test.kind) {
      case ValueTest::Kind::null: return false;
      case ValueTest::Kind::exists:
        if (!test.wanted) return false;
        push(to, FieldGate::Op::present, item.field, {});
        return true;
      case ValueTest::Kind::text: return add_text(item, test, to);
      case ValueTest::Kind::number: {
        const auto whole = whole_number_text(test.number);
        if (!whole) {
          push(to, FieldGate::Op::present, item.field, {});
          return true;
        }
        push(to, FieldGate::Op::equal, item.field, *whole);
        if (test.pattern.literal() != *whole) push(to, FieldGate::Op::equal, item.field, test.pattern.literal());
        return true;
      }
      case ValueTest::Kind::regex: add_regex(item, test, to); return true;
      case ValueTest::Kind::network:
      case ValueTest::Kind::compare:
      case ValueTest::Kind::time_part:
      case ValueTest::Kind::field: push(to, FieldGate::Op::present, item.field, {}); return true;
    }
    return false;
  }

  void add_regex(const Item& item, const ValueTest& test, Priced& to) const {
    if (test.parts.empty()) return push(to, FieldGate::Op::present, item.field, {});
    for (const std::string& part : test.parts) push(to, FieldGate::Op::search, item.field, part);
  }

  bool add_text(const Item& item, const ValueTest& test, Priced& to) const {
    const auto literal = [&](std::string_view text) { return test.cased ? folded(text) : std::string(text); };
    switch (test.pattern.shape()) {
      case Pattern::Shape::exact: push(to, FieldGate::Op::equal, item.field, literal(test.pattern.literal())); break;
      case Pattern::Shape::prefix: push(to, FieldGate::Op::prefix, item.field, literal(test.pattern.literal())); break;
      case Pattern::Shape::suffix: push(to, FieldGate::Op::suffix, item.field, literal(test.pattern.literal())); break;
      case Pattern::Shape::contains:
        push(to, FieldGate::Op::contains, item.field, literal(test.pattern.literal()));
        break;
      case Pattern::Shape::anything: push(to, FieldGate::Op::present, item.field, {}); break;
      case Pattern::Shape::glob: {
        FieldGate best{FieldGate::Op::present, &item.field, {}};
        for (const std::string_view run : test.pattern.literals()) {
          FieldGate gate{FieldGate::Op::contains, &item.field, literal(run)};
          if (best.literal.empty() || cost_(gate) < cost_(best)) best = std::move(gate);
        }
        to.cost += cost_(best);
        to.clause.push_back(std::move(best));
        break;
      }
    }
    return true;
  }

  const Expression& expression_;
  Format format_;
  const GateCost& cost_;
};

/// Pieces of values that most hosts show all day.
constexpr std::string_view kEveryday[] = {
    "\\windows\\", "\\system32\\", "\\program files", "microsoft", "\\svchost.exe", "\\explorer.exe", "\\cmd.exe",
    "\\powershell.exe", "\\services.exe", "\\conhost.exe", "\\rundll32.exe", "\\users\\", "\\appdata\\", ".dll", ".exe",
    "\\lsass.exe", "hklm\\", "currentversion", "currentcontrolset", "\\software\\", "nt authority", "system", "/bin/",
    "/usr/", "http", "powershell", "\\temp\\", "true", "false"};

}  // namespace

std::optional<FieldClause> cheapest_clause(const Expression& expression, Format format, const GateCost& cost) {
  auto found = Extractor(expression, format, cost).clause(expression.root());
  if (!found) return std::nullopt;
  return std::move(found->clause);
}

double expected_cost(const FieldGate& gate) {
  const auto& field = gate.field != nullptr ? gate.field->written : std::string();
  const std::size_t size = gate.literal.size();
  if (gate.op == FieldGate::Op::present) return 60;
  if (gate.op == FieldGate::Op::equal) {
    // What routing has narrowed down to, or what hardly varies.
    if (field == "EventID") return 3;
    if (field == "Provider_Name" || field == "Channel" || field == "Source" || field == "Level") return 30;
    return size <= 2 ? 10 : 0.5;
  }
  for (const std::string_view everyday : kEveryday) {
    if (gate.literal == everyday) return 30;
    if (everyday.find(gate.literal) != std::string_view::npos) return 40;
  }
  const double by_size = size <= 1 ? 60 : size == 2 ? 25 : size == 3 ? 8 : size == 4 ? 3 : 20.0 / static_cast<double>(size * size);
  // A path that begins like most do says little however long it is.
  if (gate.op == FieldGate::Op::prefix && size < 24) return std::max(by_size, 5.0);
  return by_size;
}

}  // namespace vigil::sigma
