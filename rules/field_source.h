#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "parsers/event.h"

namespace vigil::sigma {

/// One value of a field. `text` is as the sender wrote it; a whole number written 14.0 reads "14" (canonical).
struct FieldValue {
  std::string_view text;
  ValueType type = ValueType::text;
};

/// Fields that no sender writes: what an Enrichment says about an event (event_fields.h).
enum class Computed : std::uint8_t {
  none,
  source_country,
  source_place,
  source_asn,
  source_network,
  source_internal,
  destination_country,
  destination_place,
  destination_asn,
  destination_network,
  destination_internal,
  account_class,
  target_class,
  working,
  core
};

/// What a field of that name is computed from; none for the names that stand in messages.
Computed computed_from_name(std::string_view name);

/// The names under which a rule's field may stand in an event, best first: the rule's own name, what the taxonomy
/// of the log source calls it in ECS, the vendor's name. Names of one group are looked at together.
struct FieldName {
  std::string written;                            ///< as in the rule
  std::vector<std::vector<std::string>> groups;   ///< empty for keywords
  /// The first group is a bare Sigma name ("EventID"), which no parsed Event has: only documents do.
  bool bare = false;
  Computed computed = Computed::none;
  /// Tells the names of one RuleSet apart by what they find: alike names share one. 0: not numbered.
  std::uint32_t number = 0;
};

/// Something that rules can be asked about: a parsed Event, or a JSON document of `vigil rules match`.
class FieldSource {
 public:
  virtual ~FieldSource() = default;
  /// Appends the values of the first group of names that is there; an array gives several. False: there is none.
  /// Views live as long as the source is not changed.
  virtual bool collect(const FieldName& name, std::vector<FieldValue>& out) const = 0;
  /// Appends every scalar value, for keywords.
  virtual void collect_all(std::vector<FieldValue>& out) const = 0;
  /// The whole message, where there is one: keywords are looked for there too.
  virtual std::string_view raw() const = 0;
};

}  // namespace vigil::sigma
