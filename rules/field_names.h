#pragma once

#include <string>
#include <string_view>

#include "rules/field_source.h"

namespace vigil::sigma {

/// A rule's `logsource`, lower case; an absent part is empty and means any.
struct RuleLogSource {
  std::string product, category, service;
  /// True if every part this one names is named the same by `other` (Sigma's "contains", for filters).
  bool covers(const RuleLogSource& other) const;
  bool operator==(const RuleLogSource&) const = default;
};

/// Where a field of a rule with that log source may stand in an event. Declarative: the tables at the top of
/// field_names.cc, after Sigma's taxonomy appendix; then `winlog.event_data.X`, `vendor.X`.
FieldName resolve_field(std::string_view name, const RuleLogSource& source);

/// The same text for names that find the same values, in whatever source of fields; of nothing a person reads.
std::string signature_of(const FieldName& name);

}  // namespace vigil::sigma
