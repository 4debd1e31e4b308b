#include "rules/witness.h"

#include <algorithm>
#include <optional>

namespace vigil::sigma {
namespace {

/// Shorter literals occur everywhere; two digits of a port in every timestamp.
constexpr std::size_t kLiteralMin = 3;
/// Longer ones say no more.
constexpr std::size_t kLiteralMax = 48;
/// Clauses kept for a rule; as many bits tell which of them were seen.
constexpr std::size_t kClausesMax = 8;
/// A clause of more literals than this is left out where the rule has another.
constexpr std::size_t kClauseLiteralsMax = 2048;

/// Fields that the parsers compute instead of copying: their values need not stand in the message.
constexpr std::string_view kDerived[] = {
    "event.action",   "event.category",  "event.created", "event.dataset", "event.duration",  "event.end",
    "event.ingested", "event.kind",      "event.module",  "event.outcome", "event.severity",  "event.start",
    "event.type",     "host.name",       "host.ip",       "log.level",     "network.protocol", "network.transport",
    "network.direction", "network.type", "process.name",  "tags",          "timestamp",       "@timestamp",
};
constexpr std::string_view kDerivedFamilies[] = {"observer.", "log.", "vigil.", "related.", "ecs.", "labels."};

bool is_address_name(std::string_view name) { return name.ends_with(".ip") || name.ends_with(".address"); }

bool is_verbatim(std::string_view name) {
  if (std::find(std::begin(kDerived), std::end(kDerived), name) != std::end(kDerived)) return false;
  return std::none_of(std::begin(kDerivedFamilies), std::end(kDerivedFamilies),
                      [&](std::string_view family) { return name.starts_with(family); });
}
bool is_verbatim(const FieldName& field) {
  for (const auto& group : field.groups) {
    for (const std::string& name : group) {
      if (!is_verbatim(name)) return false;
    }
  }
  return true;
}
bool is_address(const FieldName& field) {
  for (const auto& group : field.groups) {
    for (const std::string& name : group) {
      if (is_address_name(name)) return true;
    }
  }
  return false;
}

/// Characters that stand for themselves in every format. JSON escapes quotes, backslashes and perhaps slashes; CEF
/// escapes `|` and `=`; structured data `]`; web servers write `%`, `+` and blanks their own way.
bool stands_for_itself(char c, bool address) {
  if (c >= 'a' && c <= 'z') return true;
  if (c >= '0' && c <= '9') return true;
  if (c == ':') return !address;  // IPv6 addresses are written in many ways
  return std::string_view(".-_ @,;()!$*~").find(c) != std::string_view::npos;
}

/// The longest run of `literal` that stands for itself, in lower case.
std::string longest_run(std::string_view literal, bool address) {
  std::string best, run;
  for (std::size_t i = 0; i <= literal.size(); ++i) {
    char c = i < literal.size() ? literal[i] : '\0';
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
    if (i < literal.size() && stands_for_itself(c, address)) {
      run.push_back(c);
      continue;
    }
    if (run.size() > best.size()) best = run;
    run.clear();
  }
  if (best.size() > kLiteralMax) best.resize(kLiteralMax);
  // Blanks at the ends: parsers trim, and rsyslog may have folded them.
  while (!best.empty() && best.back() == ' ') best.pop_back();
  while (!best.empty() && best.front() == ' ') best.erase(0, 1);
  return best;
}

/// A guess at how rarely a literal occurs: long ones are rare, plain numbers are not.
std::size_t rarity(std::string_view literal) {
  const bool number = literal.find_first_not_of("0123456789.") == std::string_view::npos;
  return number ? literal.size() : literal.size() * 2;
}
std::size_t rarity(const Clause& clause) {
  std::size_t worst = kLiteralMax * 2;
  for (const std::string& literal : clause) worst = std::min(worst, rarity(literal));
  return clause.size() > kClauseLiteralsMax ? 0 : worst;
}

class Extractor {
 public:
  explicit Extractor(const Expression& expression) : expression_(expression) {}

  std::vector<Clause> clauses(Expression::Index index) const {
    const Expression::Node& node = expression_.node(index);
    switch (node.op) {
      case Expression::Op::item: return of_item(expression_.item(node.item));
      case Expression::Op::all_of: return of_all(node);
      case Expression::Op::any_of: return of_any(node);
      case Expression::Op::negation: return {};
    }
    return {};
  }

 private:
  std::vector<Clause> of_all(const Expression::Node& node) const {
    std::vector<Clause> all;
    for (const Expression::Index child : node.children) {
      for (Clause& clause : clauses(child)) all.push_back(std::move(clause));
    }
    std::stable_sort(all.begin(), all.end(),
                     [](const Clause& a, const Clause& b) { return rarity(a) > rarity(b); });
    if (all.size() > kClausesMax) all.resize(kClausesMax);
    return all;
  }

  // One clause of each alternative, together; if one alternative has none, nothing is known.
  std::vector<Clause> of_any(const Expression::Node& node) const {
    Clause joined;
    for (const Expression::Index child : node.children) {
      std::vector<Clause> part = clauses(child);
      if (part.empty()) return {};
      const auto best = std::max_element(part.begin(), part.end(), [](const Clause& a, const Clause& b) {
        return rarity(a) < rarity(b);
      });
      joined.insert(joined.end(), best->begin(), best->end());
    }
    return {std::move(joined)};
  }

  static std::vector<Clause> of_item(const Item& item) {
    if (item.negated || (!item.is_keyword() && !is_verbatim(item.field))) return {};
    const bool address = is_address(item.field);
    std::vector<Clause> all;
    Clause joined;
    for (const auto& ways : item.values) {
      Clause clause;
      for (const ValueTest& way : ways) {
        const auto literal = literal_of(way, address);
        if (!literal) {
          clause.clear();
          break;
        }
        clause.push_back(*literal);
      }
      if (item.every) {
        if (!clause.empty()) all.push_back(std::move(clause));
      } else {
        if (clause.empty()) return {};
        joined.insert(joined.end(), clause.begin(), clause.end());
      }
    }
    if (item.every) return all;
    for (const std::string& exact : item.exact_set) {
      std::string run = longest_run(exact, address);
      if (run.size() < kLiteralMin) return {};
      joined.push_back(std::move(run));
    }
    if (joined.empty()) return {};
    return {std::move(joined)};
  }

  static std::optional<std::string> literal_of(const ValueTest& test, bool address) {
    if (test.kind != ValueTest::Kind::text && test.kind != ValueTest::Kind::number) return std::nullopt;
    std::string best;
    for (const std::string_view literal : test.pattern.literals()) {
      std::string run = longest_run(literal, address);
      if (run.size() > best.size()) best = std::move(run);
    }
    if (test.kind == ValueTest::Kind::number &&
        best.find_first_not_of("0123456789") != std::string::npos) {
      return std::nullopt;  // 14.0 may stand there as 14
    }
    if (best.size() < kLiteralMin) return std::nullopt;
    return best;
  }

  const Expression& expression_;
};

}  // namespace

std::vector<Clause> necessary_clauses(const Expression& expression, Format) {
  return Extractor(expression).clauses(expression.root());
}

}  // namespace vigil::sigma
