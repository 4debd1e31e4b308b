#include "rules/entities.h"

#include <algorithm>

#include "rules/case_fold.h"

namespace vigil::sigma {
namespace {

constexpr std::size_t kEntityBytesMax = 256, kShownBytesMax = 512;

constexpr std::string_view kDefaultEntities[] = {"source.ip", "user.name", "host.name", "file.hash.sha256"};
constexpr std::string_view kShownFields[] = {
    "event.code",  "event.action", "event.outcome", "rule.name",           "url.original",     "http.request.method",
    "http.response.status_code", "user_agent.original", "file.path", "file.name", "file.hash.sha256",
    "process.executable", "process.command_line", "source.ip", "source.port", "destination.ip", "destination.port",
    "user.name", "network.transport", "threat.software.name", "client.ip", "source.geo.country_iso_code", "source.geo.name",
    "vigil.account.class"};

/// Values that many events share and that mean nobody in particular.
constexpr std::string_view kNobody[] = {"",     "-",      "n/a",       "unknown",         "system",
                                        "none", "(null)", "localhost", "anonymous logon", "local service",
                                        "::1",  "0.0.0.0", "::",       "127.0.0.1",       "network service"};

constexpr std::string_view kAlertFields[] = {"message", "event.provider", "event.id", "vendor.level", "event.reason"};

bool links_nothing(std::string_view value) {
  const std::string text = folded(value);
  return std::find(std::begin(kNobody), std::end(kNobody), text) != std::end(kNobody);
}

/// The first character boundary at or before `most`.
std::string_view cut(std::string_view text, std::size_t most) {
  if (text.size() <= most) return text;
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xC0U) == 0x80U) --most;
  return text.substr(0, most);
}

FieldName field_named(std::string_view name) {
  FieldName field;
  field.written = name;
  field.groups = {{field.written}};
  field.computed = computed_from_name(name);
  return field;
}

void add_entity_of(std::string_view name, const FieldSource& event, Detection& detection) {
  std::vector<FieldValue> values;
  event.collect(field_named(name), values);
  for (std::size_t i = 0; i < values.size() && i < 4; ++i) add_entity(name, values[i].text, detection);
}

}  // namespace

void add_entity(std::string_view type, std::string_view value, Detection& detection) {
  // A machine's own account (PC01$) tells no more than the machine's name.
  if (links_nothing(value) || (type == "user.name" && value.ends_with('$'))) return;
  std::pair<std::string, std::string> entity(type, cut(value, kEntityBytesMax));
  if (std::find(detection.entities.begin(), detection.entities.end(), entity) == detection.entities.end()) {
    detection.entities.push_back(std::move(entity));
  }
}

void add_entities(const RuleMeta& meta, const FieldSource& event, Detection& detection) {
  if (meta.entities.empty()) {
    for (const std::string_view name : kDefaultEntities) add_entity_of(name, event, detection);
  } else {
    for (const std::string& name : meta.entities) add_entity_of(name, event, detection);
  }
}

void add_shown_fields(const FieldSource& event, Detection& detection) {
  std::vector<FieldValue> values;
  const auto show = [&](std::string_view name) {
    values.clear();
    if (!event.collect(field_named(name), values) || values.front().text.empty()) return;
    detection.fields.emplace_back(name, cut(values.front().text, kShownBytesMax));
  };
  if (detection.rule && detection.rule->alert) {
    for (const std::string_view name : kAlertFields) show(name);
  }
  for (const std::string_view name : kShownFields) show(name);
}

}  // namespace vigil::sigma
