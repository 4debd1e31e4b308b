#pragma once

#include <vector>

#include "incidents/case.h"

namespace vigil {

/// Adds what `part` found to `whole`: counts are summed, samples chosen anew of both, the graver level stands. Acts,
/// clocks and holds stay each with its own. Appends to `added` the indexes of entities that are new, or newly a link.
void unite_cases(Case& whole, const Case& part, std::vector<std::size_t>& added);

/// Takes what `part` found out of `whole` again; what is then counted by nothing is gone. A level does not fall by itself:
/// what was proposed stays until a person decides.
void take_apart(Case& whole, const Case& part);

}  // namespace vigil
