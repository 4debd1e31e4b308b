#pragma once

#include <filesystem>
#include <span>
#include <vector>

#include "rules/rule_set.h"

namespace vigil {

/// The texts of the configured directories; of the pack built in where there are none. A directory may be pinned,
/// "/etc/vigil/sigma#sha256=<64 hex>" (`vigil rules pin`): if its rule files are not exactly those, none of them is given, and
/// a problem without a line says which differ. What is compared is what is given: nobody can change it in between.
std::vector<RuleSet::Text> read_rule_sources(std::span<const std::filesystem::path> directories,
                                             std::vector<RuleProblem>& problems);

}  // namespace vigil
