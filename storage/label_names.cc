#include "storage/label_names.h"

#include <algorithm>
#include <array>

#include "parsers/caseless.h"
#include "storage/query_plan.h"

namespace vigil {
namespace {

/// Where fields stand whose names we did not give; a label's name does without.
constexpr std::string_view kLeftOut[] = {"vendor.", kSenderLabels};

FieldRef made_field(FieldId id, std::string_view name) { return {id, std::string(name), std::string(name)}; }

char label_byte(char c) { return is_word_byte(c) ? c : '_'; }

std::string_view without_prefix(std::string_view field) {
  for (const std::string_view prefix : kLeftOut) {
    if (field.starts_with(prefix)) return field.substr(prefix.size());
  }
  return field;
}

bool same_label(std::string_view field, std::string_view lower_label) {
  return field.size() == lower_label.size() &&
         std::equal(field.begin(), field.end(), lower_label.begin(),
                    [](char a, char b) { return lower_ascii(label_byte(a)) == b; });
}

/// The field of our own, or one whose value the index knows, that has this label: each `_` may stand for a
/// dot.
std::optional<FieldRef> known_field(std::string_view label) {
  /// More parts than any such field has; bounds the combinations.
  constexpr std::size_t kUnderscoresMax = 6;
  std::array<std::size_t, kUnderscoresMax> places{};
  std::size_t count = 0;
  for (std::size_t i = 0; i < label.size(); ++i) {
    if (label[i] != '_') continue;
    if (count == places.size()) return std::nullopt;
    places[count++] = i;
  }
  for (std::size_t dots = 0; dots < std::size_t{1} << count; ++dots) {
    std::string name(label);
    for (std::size_t i = 0; i < count; ++i) {
      if ((dots >> i & 1U) != 0) name[places[i]] = '.';
    }
    FieldRef field = field_named(name);
    if (field.id != FieldId::payload || index_knows(field)) return field;
  }
  return std::nullopt;
}

}  // namespace

std::span<const StreamLabel> stream_labels() {
  static const std::array<StreamLabel, 9> kLabels = {{
      {"detected_level", made_field(FieldId::level, "detected_level"), "", false},
      {"host", field_named("host.name"), ""},
      {"kind", made_field(FieldId::main_kind, "kind"), ""},
      {"level", made_field(FieldId::level, "level"), ""},
      {"listener", field_named("vigil.listener"), ""},
      {"org", field_named("vigil.org"), ""},
      {"service_name", field_named("process.name"), "unknown_service"},
      {"source", field_named("log.source.address"), ""},
      {"system", field_named("vigil.system"), ""},
  }};
  return kLabels;
}

LabelMeaning label_meaning(std::string_view name, bool quoted) {
  if (name == kJobLabel) return {std::string(kJobValue), {}, {}};
  // Loki's own marks of a line that a parser failed on; ours are tags.
  if (name.starts_with("__")) return {std::string(), {}, {}};
  // Any of a record's kinds is asked for; shown is the most telling one.
  if (name == "kind") return {std::nullopt, field_named("vigil.kinds"), {}};
  for (const StreamLabel& label : stream_labels()) {
    if (label.name == name) return {std::nullopt, label.field, std::string(label.absent)};
  }
  const bool plain = std::all_of(name.begin(), name.end(), is_word_byte);
  if (quoted && !plain) return {std::nullopt, field_named(name), {}};
  if (auto field = known_field(name)) return {std::nullopt, *std::move(field), {}};
  return {std::nullopt, {FieldId::label, std::string(name), lower_ascii(name)}, {}};
}

std::string label_of_field(std::string_view field) {
  std::string label(without_prefix(field));
  std::transform(label.begin(), label.end(), label.begin(), label_byte);
  return label;
}

bool is_label_of(std::string_view field, std::string_view lower_label) {
  return same_label(field, lower_label) || same_label(without_prefix(field), lower_label);
}

}  // namespace vigil
