#pragma once

#include <string>
#include <utility>
#include <vector>

#include "rules/detection.h"
#include "rules/field_source.h"

namespace vigil::sigma {

/// What links a match to a case: the rule's own entities, or else what an event usually says about who, where and
/// what. Values that link nothing (`-`, SYSTEM, loopback) are left out.
void add_entities(const RuleMeta& meta, const FieldSource& event, Detection& detection);

/// Adds one entity unless its value links nothing or it is already there.
void add_entity(std::string_view type, std::string_view value, Detection& detection);

/// What an analyst wants to see at once: request, file, signature, command …; of an alert first what it says of itself.
void add_shown_fields(const FieldSource& event, Detection& detection);

}  // namespace vigil::sigma
