#pragma once

#include "rules/field_source.h"

namespace vigil::sigma {

/// A parsed Event as rules see it. Both must outlive it.
class EventFields final : public FieldSource {
 public:
  explicit EventFields(const Event& event) : event_(event) {}
  bool collect(const FieldName& name, std::vector<FieldValue>& out) const override;
  void collect_all(std::vector<FieldValue>& out) const override;
  std::string_view raw() const override { return event_.header.text; }

 private:
  const Event& event_;
};

/// The text of a number as rules compare it: "14.0" reads "14". Other values stay as they are.
std::string_view canonical_text(std::string_view text, ValueType type);

}  // namespace vigil::sigma
