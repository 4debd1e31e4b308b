#pragma once

#include <memory>
#include <span>
#include <vector>

#include "rules/compiled.h"
#include "rules/rule_set.h"

namespace vigil::sigma {

/// Compiles every document of the texts, applies filters, looks up what correlations refer to and puts them in an
/// order in which each stands after what it refers to. What cannot be is reported and left out.
std::unique_ptr<const CompiledRules> link_rules(std::span<const RuleSet::Text> texts, const RuleSetOptions& options,
                                                std::vector<RuleProblem>& problems);

/// Notes with every rule and correlation which slots listen to it.
void add_listeners(CompiledRules& rules);

}  // namespace vigil::sigma
