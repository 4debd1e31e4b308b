#include "rules/witness.h"

#include <algorithm>
#include <optional>

#include "parsers/format.h"
#include "rules/verbatim.h"

namespace vigil::sigma {
namespace {

/// Shorter literals occur everywhere; two digits of a port in every timestamp.
constexpr std::size_t kLiteralMin = 3;
/// Two will do where one of them is a sign that logs seldom hold: "#-", "$(".
constexpr std::size_t kSignedLiteralMin = 2;
constexpr std::string_view kRareSigns = "#$%^~`!;|<>{}";
/// Longer ones say no more.
constexpr std::size_t kLiteralMax = 48;
/// A clause of more literals than this is left out where the rule has another.
constexpr std::size_t kClauseLiteralsMax = 2048;

bool stands_in_message(const FieldName& field, Format format) {
  for (std::size_t i = field.bare ? 1 : 0; i < field.groups.size(); ++i) {
    for (const std::string& name : field.groups[i]) {
      if (!is_verbatim(name, format)) return false;
    }
  }
  return true;
}
bool is_address(const FieldName& field) {
  for (const auto& group : field.groups) {
    for (const std::string& name : group) {
      if (name.ends_with(".ip") || name.ends_with(".address")) return true;
    }
  }
  return false;
}

/// Whether an ideograph (U+4000 to U+9FFF) begins there. It has no case, and text formats write it as it is; JSON that does
/// not is asked about every rule (prefilter.cc).
bool is_ideograph(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[at + i]); };
  return at + 3 <= text.size() && byte(0) >= 0xE4 && byte(0) <= 0xE9 && (byte(1) & 0xC0U) == 0x80U &&
         (byte(2) & 0xC0U) == 0x80U;
}

/// The longest run of `literal` that stands for itself, in lower case.
std::string longest_run(std::string_view literal, bool address, Format format) {
  std::string best, run;
  for (std::size_t i = 0; i <= literal.size(); ++i) {
    if (is_ideograph(literal, i)) {
      run += literal.substr(i, 3);
      i += 2;
      continue;
    }
    char c = i < literal.size() ? literal[i] : '\0';
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
    // IPv6 addresses are written in many ways.
    if (i < literal.size() && stands_for_itself(c, format) && !(address && c == ':')) {
      run.push_back(c);
      continue;
    }
    if (run.size() > best.size()) best = run;
    run.clear();
  }
  // The front of long ones is what most begin with: browsers' names, paths.
  if (best.size() > kLiteralMax) best.erase(0, best.size() - kLiteralMax);
  // Blanks at the ends: parsers trim, and rsyslog may have folded them.
  while (!best.empty() && best.back() == ' ') best.pop_back();
  while (!best.empty() && best.front() == ' ') best.erase(0, 1);
  return best;
}

bool is_telling(std::string_view literal) {
  return literal.size() >= kLiteralMin ||
         (literal.size() >= kSignedLiteralMin && literal.find_first_of(kRareSigns) != std::string_view::npos);
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

std::optional<std::string> literal_of(const ValueTest& test, bool address, Format format) {
  if (test.kind != ValueTest::Kind::text && test.kind != ValueTest::Kind::number) return std::nullopt;
  std::string best;
  for (const std::string_view literal : test.pattern.literals()) {
    std::string run = longest_run(literal, address, format);
    if (run.size() > best.size()) best = std::move(run);
  }
  if (test.kind == ValueTest::Kind::number &&
      best.find_first_not_of("0123456789") != std::string::npos) {
    return std::nullopt;  // 14.0 may stand there as 14
  }
  if (!is_telling(best)) return std::nullopt;
  return best;
}

class Extractor {
 public:
  Extractor(const Expression& expression, Format format) : expression_(expression), format_(format) {}

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

  // Leaving out a clause only makes the filter let more through.
  static std::vector<Clause> best_of(std::vector<Clause> all);

 private:
  std::vector<Clause> of_all(const Expression::Node& node) const {
    std::vector<Clause> all;
    for (const Expression::Index child : node.children) {
      for (Clause& clause : clauses(child)) all.push_back(std::move(clause));
    }
    return best_of(std::move(all));
  }

  // (a and b) or c  =  (a or c) and (b or c). If one alternative has no clause, nothing is known.
  std::vector<Clause> of_any(const Expression::Node& node) const {
    std::vector<Clause> joined;
    for (std::size_t i = 0; i < node.children.size(); ++i) {
      std::vector<Clause> part = clauses(node.children[i]);
      if (part.empty()) return {};
      if (i == 0) {
        joined = std::move(part);
        continue;
      }
      std::vector<Clause> product;
      for (const Clause& left : joined) {
        for (const Clause& right : part) {
          product.push_back(left);
          product.back().insert(product.back().end(), right.begin(), right.end());
        }
      }
      joined = best_of(std::move(product));
    }
    return joined;
  }

  // A literal that holds another of the clause is found with it: "blocked" needs no place beside "block".
  static void drop_longer(Clause& clause) {
    if (clause.size() > 256) return;
    std::sort(clause.begin(), clause.end(), [](const std::string& a, const std::string& b) {
      return a.size() != b.size() ? a.size() < b.size() : a < b;
    });
    Clause kept;
    for (std::string& literal : clause) {
      const auto holds = [&](const std::string& shorter) { return literal.find(shorter) != std::string::npos; };
      if (std::none_of(kept.begin(), kept.end(), holds)) kept.push_back(std::move(literal));
    }
    clause = std::move(kept);
  }

  std::vector<Clause> of_item(const Item& item) const {
    if (item.negated || (!item.is_keyword() && !stands_in_message(item.field, format_))) return {};
    const bool address = is_address(item.field);
    std::vector<Clause> all;
    Clause joined;
    for (const auto& ways : item.values) {
      Clause clause;
      for (const ValueTest& way : ways) {
        const auto literal = literal_of(way, address, format_);
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
      std::string run = longest_run(exact, address, format_);
      if (!is_telling(run)) return {};
      joined.push_back(std::move(run));
    }
    if (joined.empty()) return {};
    return {std::move(joined)};
  }

  const Expression& expression_;
  Format format_;
};

std::vector<Clause> Extractor::best_of(std::vector<Clause> all) {
  for (Clause& clause : all) drop_longer(clause);
  std::stable_sort(all.begin(), all.end(),
                   [](const Clause& a, const Clause& b) { return rarity(a) > rarity(b); });
  if (all.size() > kClausesMax) all.resize(kClausesMax);
  // Where a rare clause decides, common ones only cost: "firewall.policy" needs no "add" beside it.
  while (!all.empty() && rarity(all.back()) * 2 < rarity(all.front())) all.pop_back();
  return all;
}

/// Keywords that are regular expressions which find in the message whatever they find in one of its values.
bool is_found_in_text(const Item& item) {
  if (!item.is_keyword() || item.negated || item.every || item.values.empty() || !item.exact_set.empty()) return false;
  return std::all_of(item.values.begin(), item.values.end(), [](const std::vector<ValueTest>& ways) {
    return !ways.empty() && std::all_of(ways.begin(), ways.end(), [](const ValueTest& way) {
      return way.kind == ValueTest::Kind::regex && way.regex->is_self_contained();
    });
  });
}

/// One that must hold wherever the expression does.
const Item* find_in_text(const Expression& expression, Expression::Index index) {
  const Expression::Node& node = expression.node(index);
  if (node.op == Expression::Op::item) {
    const Item& item = expression.item(node.item);
    return is_found_in_text(item) ? &item : nullptr;
  }
  if (node.op != Expression::Op::all_of) return nullptr;
  for (const Expression::Index child : node.children) {
    if (const Item* const found = find_in_text(expression, child)) return found;
  }
  return nullptr;
}

}  // namespace

std::vector<std::shared_ptr<const Regex>> necessary_regexes(const Expression& expression, Format format) {
  const FormatSpec* const spec = find_format(format);
  if (spec == nullptr || !spec->altered.empty()) return {};
  const Item* const item = find_in_text(expression, expression.root());
  std::vector<std::shared_ptr<const Regex>> regexes;
  if (item == nullptr) return regexes;
  for (const auto& ways : item->values) {
    for (const ValueTest& way : ways) regexes.push_back(way.regex);
  }
  return regexes;
}

std::vector<Clause> necessary_clauses(const Expression& expression, Format format) {
  return Extractor::best_of(Extractor(expression, format).clauses(expression.root()));
}

std::optional<std::string> raw_literal(const ValueTest& test, Format format) { return literal_of(test, false, format); }

}  // namespace vigil::sigma
