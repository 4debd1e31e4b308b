#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "rules/offline.h"
#include "rules/rule_set.h"

namespace vigil::test {

/// What compiling a text gave.
struct Compiled {
  std::shared_ptr<const RuleSet> rules;
  std::vector<RuleProblem> problems;

  bool refused() const {
    for (const RuleProblem& problem : problems) {
      if (problem.refused) return true;
    }
    return false;
  }
  /// "4:9 unknown modifier 'x'" of each problem, warnings with "warning " in front.
  std::string describe() const {
    std::string text;
    for (const RuleProblem& problem : problems) {
      if (!text.empty()) text += "; ";
      if (!problem.refused) text += "warning ";
      text += std::to_string(problem.line) + ":" + std::to_string(problem.column) + " " + problem.reason;
    }
    return text;
  }
};

inline Compiled compile(std::string_view yaml, const RuleSetOptions& options = {}) {
  Compiled out;
  const RuleSet::Text text{"test.yml", std::string(yaml)};
  out.rules = RuleSet::compile({&text, 1}, out.problems, options);
  return out;
}

/// A rule around one selection's lines ("f|contains: a"), indented by the caller's need: one line or more.
inline std::string rule_with(std::string_view selection) {
  std::string yaml = "title: t\nlogsource:\n  category: test\ndetection:\n  selection:\n";
  while (!selection.empty()) {
    const std::size_t end = std::min(selection.find('\n'), selection.size());
    yaml += "    " + std::string(selection.substr(0, end)) + "\n";
    selection.remove_prefix(std::min(end + 1, selection.size()));
  }
  return yaml + "  condition: selection\n";
}

/// "match", "no", or "refused: …".
inline std::string answer(std::string_view yaml, std::string_view document, const RuleSetOptions& options = {}) {
  const Compiled compiled = compile(yaml, options);
  if (compiled.refused()) return "refused: " + compiled.describe();
  OfflineMatcher matcher(compiled.rules);
  std::vector<OfflineMatch> matches;
  std::string error;
  if (!matcher.match(document, matches, error)) return "bad document: " + error;
  return matches.empty() ? "no" : "match";
}

}  // namespace vigil::test
