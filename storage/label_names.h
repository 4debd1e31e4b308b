#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "storage/query_ast.h"

namespace vigil {

/// The labels by which Loki's clients see records: a small set that every record has, and beside it any
/// field of the event. A label's name has no dots: `source_ip` is the field source.ip, and vendor.x is `x`.

/// One of the set.
struct StreamLabel {
  std::string_view name;
  FieldRef field;
  std::string_view absent;  ///< its value where the record has none; empty: then the record has no such label
  bool listed = true;       ///< false: an alias that a list of labels leaves out
};
/// In the order of their names. `job` is always "vigil" and has no field.
std::span<const StreamLabel> stream_labels();
constexpr std::string_view kJobLabel = "job", kJobValue = "vigil";

/// What a label means in a query.
struct LabelMeaning {
  std::optional<std::string> constant;  ///< the same for every record
  FieldRef field;
  std::string absent;  ///< what a record without it counts as having
};
/// `quoted`: the name stood in quotes and may be a field's own, dots and all.
LabelMeaning label_meaning(std::string_view name, bool quoted);

/// Below it stand labels that senders gave their documents (ECS `labels.*`): they are labels here too, of every
/// line.
constexpr std::string_view kSenderLabels = "labels.";

/// The label under which a field is shown: what is no ASCII letter, digit or `_` becomes `_`; `vendor.` and
/// `labels.` are left out.
std::string label_of_field(std::string_view field);
/// True if that label is meant by `lower_label`.
bool is_label_of(std::string_view field, std::string_view lower_label);

}  // namespace vigil
