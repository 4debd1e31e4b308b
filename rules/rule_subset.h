#pragma once

#include <memory>
#include <span>
#include <vector>

#include "parsers/event.h"
#include "rules/compiled.h"
#include "rules/rule_set.h"

namespace vigil::sigma {

/// Those rules and correlations of `rules` and what they listen to, as a set of their own: to ask one rule about six
/// months without asking all others. What was named alerts, whether or not it does in the whole; the rest is silent.
std::shared_ptr<const RuleSet> subset_of(const CompiledRules& rules, std::span<const RuleReference> wanted);

/// Lower case literals of which each must stand in the text of every message that any of the rules matches; made of the
/// bytes that an archive's hints may hold (`may_be_hint`). Empty: nothing is known, all has to be read.
std::vector<std::string> common_literals(const CompiledRules& rules, bool (*may_be_hint)(char));

}  // namespace vigil::sigma
