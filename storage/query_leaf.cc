#include "storage/query_leaf.h"

#include <algorithm>

#include "parsers/caseless.h"
#include "parsers/render.h"
#include "storage/folding.h"

namespace vigil {
namespace {

struct KnownField {
  std::string_view name;
  FieldId id;
};
constexpr KnownField kKnownFields[] = {
    {"@timestamp", FieldId::timestamp},
    {"event.ingested", FieldId::ingested},
    {"event.original", FieldId::original},
    {"message", FieldId::message},
    {"host.name", FieldId::host},
    {"log.source.address", FieldId::peer},
    {"log.syslog.priority", FieldId::priority},
    {"log.syslog.facility.code", FieldId::facility},
    {"log.syslog.severity.code", FieldId::severity},
    {"log.syslog.hostname", FieldId::hostname},
    {"log.syslog.appname", FieldId::app},
    {"log.syslog.procid", FieldId::procid},
    {"log.syslog.msgid", FieldId::msgid},
    {"log.syslog.version", FieldId::version},
    {"process.name", FieldId::process_name},
    {"process.pid", FieldId::process_pid},
    {"event.sequence", FieldId::sequence},
    {"vigil.registered", FieldId::registered},
    {"vigil.org", FieldId::organisation},
    {"vigil.system", FieldId::system},
    {"vigil.core", FieldId::core},
    {"vigil.drill", FieldId::drill},
    {"vigil.kinds", FieldId::kinds},
    {"vigil.listener", FieldId::listener},
    {"vigil.tags", FieldId::tags},
    {"vigil.id", FieldId::id},
};

bool is_text_field(FieldId id) { return id == FieldId::text || id == FieldId::original || id == FieldId::message; }
bool is_time_field(FieldId id) { return id == FieldId::timestamp || id == FieldId::ingested; }

bool all_blank(std::string_view text) { return std::all_of(text.begin(), text.end(), is_blank_byte); }

constexpr std::int64_t kSecond = 1'000'000'000;

}  // namespace

FieldRef field_named(std::string_view name) {
  FieldRef field{FieldId::payload, std::string(name), lower_ascii(name)};
  for (const KnownField& known : kKnownFields) {
    if (field.lower == known.name) field.id = known.id;
  }
  if (field.id == FieldId::payload && field.lower.starts_with("vigil.")) field.id = FieldId::envelope;
  if (field.lower.starts_with("log.syslog.structured_data.")) field.id = FieldId::structured_data;
  return field;
}

// How far a time is written says how long it lasts: 2026-11-20 is the day, 2026-11-20T10:15 the minute.
std::optional<TimeSpan> read_time_span(std::string_view text, int zone_minutes) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (!text.empty() && std::all_of(text.begin(), text.end(), is_digit)) {
    const auto at = read_time(text, zone_minutes);
    if (!at) return std::nullopt;
    return TimeSpan{*at, *at + kSecond};
  }
  if (text.size() < 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  std::string full(text);
  std::int64_t lasts = 24 * 3600 * kSecond;
  if (full.size() > 10) {
    if (full[10] == ' ') full[10] = 'T';
    const std::size_t zone = std::min(full.find_first_of("Zz+-", 10), full.size());
    if (zone == 16) {
      full.insert(zone, ":00");
      lasts = 60 * kSecond;
    } else if (const std::size_t dot = full.find('.', 10); dot < zone) {
      lasts = kSecond;
      for (std::size_t i = dot + 1; i < zone && lasts > 1; ++i) lasts /= 10;
    } else {
      lasts = kSecond;
    }
  }
  const auto at = read_time(full, zone_minutes);
  if (!at) return std::nullopt;
  return TimeSpan{*at, *at + lasts};
}

Operand make_operand(std::string_view written, int zone_minutes) {
  const std::string text = fold_width(written);
  return {lower_ascii(text), Number::read(text), IpAddress::read(text), read_time_span(text, zone_minutes)};
}

Test word_test(const FieldRef& field, const QueryWord& word, int zone_minutes) {
  if (word.only_stars()) return Exists{};
  if (is_text_field(field.id)) return Found{TextPattern::wildcard(word.parts)};
  if (word.has_star()) return Whole{TextPattern::wildcard(word.parts)};
  const std::string text = fold_width(word.text());
  if (const auto network = IpNetwork::read(text)) return Inside{*network, lower_ascii(text)};
  return Equals{make_operand(text, zone_minutes)};
}

Test quoted_test(const FieldRef& field, std::string_view written, int zone_minutes) {
  const std::string text = fold_width(written);
  if (all_blank(text) || is_time_field(field.id) || IpAddress::read(text)) {
    if (!is_text_field(field.id)) return Equals{make_operand(text, zone_minutes)};
  }
  return Found{TextPattern::phrase(text)};
}

Need need_of(const FieldRef& field) {
  switch (field.id) {
    case FieldId::payload:
    case FieldId::message:
    case FieldId::host:
    case FieldId::process_name:
    case FieldId::process_pid:
    case FieldId::sequence:
    case FieldId::tags:
    case FieldId::label:
      return Need::event;
    case FieldId::text:
    case FieldId::original:
    case FieldId::priority:
    case FieldId::facility:
    case FieldId::severity:
    case FieldId::hostname:
    case FieldId::app:
    case FieldId::procid:
    case FieldId::msgid:
    case FieldId::version:
    case FieldId::structured_data:
    case FieldId::level:
      return Need::header;
    default:
      return Need::record;
  }
}

}  // namespace vigil
