#pragma once

#include <array>
#include <cstddef>
#include "rules/enrichment.h"
#include "rules/field_source.h"

namespace vigil::sigma {

/// What is known about a message beside its text.
struct Surroundings {
  const Enrichment* enrichment = nullptr;  ///< null: computed fields are absent
  std::string_view organisation;
  int zone_minutes = 480;
  bool core = false;
};

/// A parsed Event as rules see it. Both must outlive it. Beside the event's own fields there are, computed when asked for:
///
///   source.geo.country_iso_code, source.geo.name, source.as.number   from the operator's files; the event's own go first
///   source.network               203.0.113.0/24, 2001:db8:1:2::/64
///   vigil.source.internal        true, false
///   (the same of destination)
///   vigil.account.class          of user.name: privileged, disabled …, several
///   vigil.target.class           the same of user.target.name, who is acted on
///   vigil.time.working           false outside the organisation's working hours
///   vigil.core                   true if the sender is part of a core system
class EventFields final : public FieldSource {
 public:
  explicit EventFields(const Event& event, Surroundings surroundings = {});
  bool collect(const FieldName& name, std::vector<FieldValue>& out) const override;
  void collect_all(std::vector<FieldValue>& out) const override;
  std::string_view raw() const override;

 private:
  /// What is known about one end of the event, looked up once.
  struct End {
    bool asked = false;
    std::string_view address;  ///< empty: none
    PlaceOfAddress place;
    std::string network;
  };
  bool compute(Computed what, std::vector<FieldValue>& out) const;
  bool compute_of_end(Computed what, const End& end, std::vector<FieldValue>& out) const;
  const End& end_of(bool destination) const;
  bool add_classes(std::string_view user, std::string_view domain, std::vector<FieldValue>& out) const;

  static constexpr std::size_t kTagged = 128;

  const Event& event_;
  Surroundings surroundings_;
  std::array<char, kTagged> tags_;  ///< a byte of each of the first fields' names: most names are told apart by it
  mutable End source_, destination_;
};

/// The text of a number as rules compare it: "14.0" reads "14". Other values stay as they are.
std::string_view canonical_text(std::string_view text, ValueType type);

}  // namespace vigil::sigma
