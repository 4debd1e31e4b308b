#include "rules/event_fields.h"

#include <algorithm>
#include <cstring>

#include "rules/verbatim.h"

namespace vigil::sigma {

Computed computed_from_name(std::string_view name) {
  struct Row {
    std::string_view name;
    Computed what;
  };
  constexpr Row kRows[] = {{"source.geo.country_iso_code", Computed::source_country},
                           {"source.geo.name", Computed::source_place},
                           {"source.as.number", Computed::source_asn},
                           {"source.network", Computed::source_network},
                           {"vigil.source.internal", Computed::source_internal},
                           {"destination.geo.country_iso_code", Computed::destination_country},
                           {"destination.geo.name", Computed::destination_place},
                           {"destination.as.number", Computed::destination_asn},
                           {"destination.network", Computed::destination_network},
                           {"vigil.destination.internal", Computed::destination_internal},
                           {"vigil.account.class", Computed::account_class},
                           {"vigil.target.class", Computed::target_class},
                           {"vigil.time.working", Computed::working},
                           {"vigil.core", Computed::core}};
  for (const Row& row : kRows) {
    if (row.name == name) return row.what;
  }
  return Computed::none;
}

std::string_view canonical_text(std::string_view text, ValueType type) {
  if (type != ValueType::real) return text;
  const std::size_t point = text.find('.');
  if (point == std::string_view::npos || text.find_first_not_of('0', point + 1) != std::string_view::npos) return text;
  return text.substr(0, point);
}

namespace {

/// ECS names begin alike: length, end and middle tell most of them apart.
char tag_of(std::string_view name) {
  if (name.empty()) return 0;
  const unsigned mixed = static_cast<unsigned>(name.size()) * 37U + static_cast<unsigned char>(name.back()) * 11U +
                         static_cast<unsigned char>(name[name.size() / 2]) * 5U + static_cast<unsigned char>(name.front());
  return static_cast<char>(mixed ^ (mixed >> 8U));
}

}  // namespace

EventFields::EventFields(const Event& event, Surroundings surroundings) : event_(event), surroundings_(surroundings) {
  const auto& fields = event.fields();
  for (std::size_t i = 0; i < std::min(fields.size(), kTagged); ++i) tags_[i] = tag_of(fields[i].name);
}

bool EventFields::collect(const FieldName& name, std::vector<FieldValue>& out) const {
  const auto& fields = event_.fields();
  const std::size_t tagged = std::min(fields.size(), kTagged);
  const auto take = [&](const Field& field) { out.push_back({canonical_text(field.value, field.type), field.type}); };
  for (std::size_t i = name.bare ? 1 : 0; i < name.groups.size(); ++i) {
    const auto& group = name.groups[i];
    const std::size_t before = out.size();
    if (group.size() == 1) {
      const std::string& wanted = group.front();
      const char tag = tag_of(wanted);
      const char* const end = tags_.data() + tagged;
      for (const char* at = tags_.data(); at != end; ++at) {
        at = static_cast<const char*>(std::memchr(at, tag, static_cast<std::size_t>(end - at)));
        if (at == nullptr) break;
        const Field& field = fields[static_cast<std::size_t>(at - tags_.data())];
        if (field.name == wanted) take(field);
      }
      for (std::size_t at = tagged; at < fields.size(); ++at) {
        if (fields[at].name == wanted) take(fields[at]);
      }
    } else {
      for (const Field& field : fields) {
        if (std::find(group.begin(), group.end(), field.name) != group.end()) take(field);
      }
    }
    if (out.size() > before) return true;
  }
  return name.computed != Computed::none && surroundings_.enrichment != nullptr && compute(name.computed, out);
}

bool EventFields::compute(Computed what, std::vector<FieldValue>& out) const {
  const Enrichment& enrichment = *surroundings_.enrichment;
  switch (what) {
    case Computed::none: return false;
    case Computed::account_class: return add_classes("user.name", "user.domain", out);
    case Computed::target_class: return add_classes("user.target.name", "user.target.domain", out);
    case Computed::core:
      out.push_back({surroundings_.core ? "true" : "false", ValueType::boolean});
      return true;
    case Computed::working: {
      const bool working = enrichment.working(surroundings_.organisation, event_.timestamp_ns, surroundings_.zone_minutes);
      out.push_back({working ? "true" : "false", ValueType::boolean});
      return true;
    }
    default: return compute_of_end(what, end_of(what >= Computed::destination_country), out);
  }
}

bool EventFields::compute_of_end(Computed what, const End& end, std::vector<FieldValue>& out) const {
  if (end.address.empty()) return false;
  std::string_view text;
  switch (what) {
    case Computed::source_country:
    case Computed::destination_country: text = end.place.country; break;
    case Computed::source_place:
    case Computed::destination_place: text = end.place.name; break;
    case Computed::source_asn:
    case Computed::destination_asn: text = end.place.asn; break;
    case Computed::source_network:
    case Computed::destination_network: text = end.network; break;
    default: {
      const bool internal = surroundings_.enrichment->internal(end.address, surroundings_.organisation);
      out.push_back({internal ? "true" : "false", ValueType::boolean});
      return true;
    }
  }
  if (text.empty()) return false;
  out.push_back({text, ValueType::text});
  return true;
}

const EventFields::End& EventFields::end_of(bool destination) const {
  End& end = destination ? destination_ : source_;
  if (end.asked) return end;
  end.asked = true;
  const Field* const field = event_.find(destination ? "destination.ip" : "source.ip");
  const auto number = field == nullptr ? std::nullopt : AddressNumber::parse(field->value);
  if (!number) return end;
  end.address = field->value;
  end.place = surroundings_.enrichment->place_of(end.address);
  write_neighbourhood(*number, end.network);
  return end;
}

bool EventFields::add_classes(std::string_view user, std::string_view domain, std::vector<FieldValue>& out) const {
  std::vector<std::string_view> classes;
  surroundings_.enrichment->classes_of(event_.text_of(user), event_.text_of(domain), surroundings_.organisation,
                                       event_.timestamp_ns, surroundings_.zone_minutes, classes);
  for (const std::string_view name : classes) out.push_back({name, ValueType::text});
  return !classes.empty();
}

std::string_view EventFields::raw() const { return keyword_text(event_.header); }

void EventFields::collect_all(std::vector<FieldValue>& out) const {
  for (const Field& field : event_.fields()) {
    if (field.type == ValueType::null || !is_verbatim(field.name, event_.format)) continue;
    out.push_back({canonical_text(field.value, field.type), field.type});
  }
}

}  // namespace vigil::sigma
