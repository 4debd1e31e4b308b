#pragma once

#include <memory>
#include <string>

#include "config/model.h"
#include "parsers/result.h"
#include "rules/enrichment.h"

namespace vigil {

/// Reads what `enrichment` of the configuration names, with the organisations' own hours and their systems' networks.
/// Else every mistake of every file, a line each.
Result<std::shared_ptr<const Enrichment>, std::string> load_enrichment(const Config& config);

}  // namespace vigil
