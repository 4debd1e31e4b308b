#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "rules/detection.h"
#include "rules/expression.h"
#include "rules/field_names.h"
#include "rules/prefilter.h"

namespace vigil::sigma {

/// One plain rule, ready to be asked.
struct Rule {
  std::shared_ptr<const RuleMeta> meta;
  std::string id, name;          ///< the document's own, for references; may be empty
  RuleLogSource source;
  Expression expression;
  bool alerts = true;            ///< false: it only feeds correlations (`generate` is false)
};

/// Which rule or correlation a slot of a correlation listens to.
struct RuleReference {
  bool correlation = false;
  std::uint32_t index = 0;
  bool operator==(const RuleReference&) const = default;
};

/// One correlation document.
struct Correlation {
  enum class Type : std::uint8_t { event_count, value_count, temporal, temporal_ordered, value_sum, value_avg,
                                   value_percentile, new_value };
  struct Bound {
    Comparison comparison = Comparison::gte;
    double value = 0;
  };
  /// One entry of `rules`: what it listens to and what its events call the group-by and value fields.
  struct Slot {
    RuleReference rule;
    std::vector<FieldName> group_by;
    std::vector<FieldName> values;
  };

  std::shared_ptr<const RuleMeta> meta;
  std::string id, name;                   ///< the document's own, for references; may be empty
  Type type = Type::event_count;
  std::vector<Slot> slots;
  std::vector<std::string> group_by;      ///< names as written; an alias keeps its own
  std::int64_t span_ns = 0;
  std::vector<Bound> bounds;              ///< all must hold
  std::optional<Expression> expression;   ///< temporal types: a condition over slots instead (item n = slot n)
  double percentile = 50;
  std::int64_t suppress_ns = 0;           ///< no second detection of a group for so long
  bool own_suppress = false;              ///< the rule itself says so; else it is the timespan
  bool reset = false;                     ///< a detection empties the window
  std::int64_t learn_ns = 0;              ///< new_value: how long a group only learns
  bool alerts = true;
  std::uint64_t identity = 0;             ///< changes with its meaning: stored windows of another are not used
};

/// Slots that listen to one rule or correlation.
struct Listener {
  std::uint32_t correlation = 0, slot = 0;
};

}  // namespace vigil::sigma

namespace vigil {

/// What RuleSet holds: immutable once linked.
struct CompiledRules {
  std::vector<sigma::Rule> rules;
  std::vector<sigma::Correlation> correlations;        ///< what one refers to stands before it
  std::vector<std::vector<sigma::Listener>> rule_listeners;         ///< by rule
  std::vector<std::vector<sigma::Listener>> correlation_listeners;  ///< by correlation

  /// Made when first asked for: checking rules or asking them offline does without.
  const sigma::Prefilter& prefilter() const {
    std::call_once(prefilter_once_, [this] { prefilter_ = sigma::Prefilter::build(rules); });
    return prefilter_;
  }

 private:
  mutable std::once_flag prefilter_once_;
  mutable sigma::Prefilter prefilter_;
};

}  // namespace vigil
