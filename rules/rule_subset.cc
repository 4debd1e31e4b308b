#include "rules/rule_subset.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "parsers/format.h"
#include "rules/linker.h"
#include "rules/log_routes.h"
#include "rules/witness.h"

namespace vigil::sigma {
namespace {

/// Shorter ones stand in nearly every message.
constexpr std::size_t kHintMin = 3;
/// More than these cost more than they save.
constexpr std::size_t kHintsMax = 8;

class Selector {
 public:
  explicit Selector(const CompiledRules& from) : from_(from) {}

  std::uint32_t take(RuleReference which) {
    auto& places = which.correlation ? correlations_ : rules_;
    if (const auto known = places.find(which.index); known != places.end()) return known->second;
    if (!which.correlation) {
      out_->rules.push_back(from_.rules[which.index]);
      out_->rules.back().alerts = false;
      return places[which.index] = static_cast<std::uint32_t>(out_->rules.size() - 1);
    }
    // What it listens to comes first, as in the whole.
    Correlation made = from_.correlations[which.index];
    made.alerts = false;
    for (Correlation::Slot& slot : made.slots) slot.rule.index = take(slot.rule);
    out_->correlations.push_back(std::move(made));
    return places[which.index] = static_cast<std::uint32_t>(out_->correlations.size() - 1);
  }

  void let_alert(RuleReference which) {
    const std::uint32_t place = take(which);
    (which.correlation ? out_->correlations[place].alerts : out_->rules[place].alerts) = true;
  }

  std::unique_ptr<const CompiledRules> finish() {
    add_listeners(*out_);
    return std::move(out_);
  }

 private:
  const CompiledRules& from_;
  std::map<std::uint32_t, std::uint32_t> rules_, correlations_;  ///< place in the whole -> in the part
  std::unique_ptr<CompiledRules> out_ = std::make_unique<CompiledRules>();
};

/// What of a literal may be looked for, longest run first come.
std::string longest_hint(const std::string& literal, bool (*may_be_hint)(char)) {
  std::string best, run;
  for (std::size_t i = 0; i <= literal.size(); ++i) {
    if (i < literal.size() && may_be_hint(literal[i])) {
      run.push_back(literal[i]);
      continue;
    }
    if (run.size() > best.size()) best = run;
    run.clear();
  }
  return best;
}

}  // namespace

std::shared_ptr<const RuleSet> subset_of(const CompiledRules& rules, std::span<const RuleReference> wanted) {
  Selector selector(rules);
  for (const RuleReference which : wanted) selector.take(which);
  for (const RuleReference which : wanted) selector.let_alert(which);
  return std::make_shared<const RuleSet>(selector.finish());
}

std::vector<std::string> common_literals(const CompiledRules& rules, bool (*may_be_hint)(char)) {
  std::optional<std::set<std::string>> common;
  for (const Rule& rule : rules.rules) {
    for (const FormatSpec* const spec : all_formats()) {
      if (!may_apply(spec->number, rule.source)) continue;
      std::set<std::string> here;
      for (const Clause& clause : necessary_clauses(rule.expression, spec->number)) {
        if (clause.size() != 1) continue;
        std::string hint = longest_hint(clause.front(), may_be_hint);
        if (hint.size() >= kHintMin) here.insert(std::move(hint));
      }
      if (!common) {
        common = std::move(here);
      } else {
        std::erase_if(*common, [&](const std::string& literal) { return !here.contains(literal); });
      }
      if (common->empty()) return {};
    }
  }
  if (!common) return {};
  std::vector<std::string> out(common->begin(), common->end());
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.size() > b.size(); });
  if (out.size() > kHintsMax) out.resize(kHintsMax);
  return out;
}

}  // namespace vigil::sigma
