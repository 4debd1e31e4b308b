#include "storage/field_values.h"

#include <charconv>
#include <string>

#include "parsers/caseless.h"
#include "parsers/envelope.h"
#include "storage/label_names.h"
#include "storage/log_level.h"
#include "storage/rollup.h"

namespace vigil {
namespace {

using Visit = std::function<bool(const FieldValue&)>;

constexpr std::string_view kVendor = "vendor.";

/// Names that are the archive's own: what a sender writes under them is shown below `vendor.`.
bool is_ours(std::string_view lower) {
  if (lower == "vigil" || lower.starts_with("vigil.")) return true;
  for (const std::string_view name : {"@timestamp", "event.ingested", "event.original", "log.source.address"}) {
    if (lower.starts_with(name) && (lower.size() == name.size() || lower[name.size()] == '.')) return true;
  }
  return false;
}

/// What parsers found under that name. "a.value" also finds "a", whose value is shown there when the event has an
/// "a.b" beside it.
bool any_payload_value(const Event& event, std::string_view lower, const Visit& visit) {
  constexpr std::string_view kMoved = ".value";
  if (is_ours(lower)) return false;
  std::string_view shorter, ours;
  if (lower.ends_with(kMoved)) shorter = lower.substr(0, lower.size() - kMoved.size());
  if (lower.starts_with(kVendor) && is_ours(lower.substr(kVendor.size()))) ours = lower.substr(kVendor.size());
  for (const Field& field : event.fields()) {
    const bool named = equal_caseless(field.name, lower) || (!shorter.empty() && equal_caseless(field.name, shorter)) ||
                       (!ours.empty() && equal_caseless(field.name, ours));
    if (named && visit({field.value, field.type, std::nullopt})) return true;
  }
  return false;
}

/// What the transport has said of the record's source.
bool any_envelope_value(const Source& source, std::string_view lower, const Visit& visit) {
  bool hit = false;
  Envelope::for_each(source.envelope, [&](std::string_view name, std::string_view value) {
    hit = hit || (equal_caseless(name, lower) && visit({value, ValueType::text, std::nullopt}));
  });
  return hit;
}

bool any_labelled_value(const Event& event, std::string_view lower_label, const Visit& visit) {
  for (const Field& field : event.fields()) {
    if (is_label_of(field.name, lower_label) && visit({field.value, field.type, std::nullopt})) return true;
  }
  return false;
}

/// "log.syslog.structured_data.ID.NAME"; either may hold dots, so the whole is compared.
bool any_structured_value(const SyslogHeader& header, std::string_view lower, const Visit& visit) {
  if (header.structured_data.empty()) return false;
  Arena arena(1024);
  bool hit = false;
  std::string name;
  for_each_sd_param(header.structured_data, arena, [&](const SdParam& param) {
    if (hit || param.name.empty()) return;
    name.assign("log.syslog.structured_data.").append(param.id).append(1, '.').append(param.name);
    hit = equal_caseless(name, lower) && visit({param.value, ValueType::text, std::nullopt});
  });
  return hit;
}

/// A document that came over HTTP has no priority to show; everything else has one, user.notice if need be.
bool shows_priority(LazyEvent& subject) {
  return subject.header().has_priority || !subject.record().source->carries_documents();
}

}  // namespace

bool any_value(LazyEvent& subject, const FieldRef& field, const Visit& visit) {
  const StoredRecord& record = subject.record();
  const Source& source = *record.source;
  const auto text = [&](std::string_view value) { return !value.empty() && visit({value, {}, {}}); };
  const auto flag = [&](bool value) { return visit({value ? "true" : "false", ValueType::boolean, std::nullopt}); };
  const auto time = [&](std::int64_t ns) { return visit({{}, ValueType::text, ns}); };
  const auto number = [&](std::uint64_t value) {
    char digits[24];
    const auto end = std::to_chars(digits, digits + sizeof digits, value);
    const std::string_view shown(digits, static_cast<std::size_t>(end.ptr - digits));
    return visit({shown, ValueType::integer, std::nullopt});
  };
  // The payload knows better than the header; the header is asked where the payload is silent.
  const auto payload_or = [&](auto&& header_says) {
    if (subject.event().find(field.lower)) return any_payload_value(subject.event(), field.lower, visit);
    return header_says();
  };

  switch (field.id) {
    case FieldId::payload:
      return any_payload_value(subject.event(), field.lower, visit);
    case FieldId::text:
    case FieldId::original:
      return text(subject.header().text);
    case FieldId::message:
      return payload_or([&] { return text(subject.header().message); });
    case FieldId::host:
      if (subject.facts() != nullptr) return text(subject.facts()->host);
      return payload_or([&] { return text(source.host); });
    case FieldId::process_name:
      return payload_or([&] { return text(subject.header().app); });
    case FieldId::process_pid:
      return payload_or([&] { return text(subject.header().procid); });
    case FieldId::sequence:
      return payload_or([&] { return subject.header().sequence && number(*subject.header().sequence); });
    case FieldId::timestamp:
      return time(record.event_ns);
    case FieldId::ingested:
      return time(record.received_ns);
    case FieldId::peer:
      return text(source.peer);
    case FieldId::listener:
      return text(source.listener);
    case FieldId::organisation:
      return text(source.organisation);
    case FieldId::system:
      return text(source.system);
    case FieldId::registered:
      return flag(!source.system.empty());
    case FieldId::core:
      return flag(source.core);
    case FieldId::drill:
      return flag(source.drill);
    case FieldId::kinds:
      for (std::size_t i = 0; i < kKindCount; ++i) {
        const auto kind = static_cast<Kind>(i);
        if (record.kinds.has(kind) && text(kind_name(kind))) return true;
      }
      return false;
    case FieldId::tags: {
      Tags tags = subject.event().tags;
      tags.add(subject.header().tags);
      tags.add(record.transport_tags);
      for (unsigned i = 0; i < static_cast<unsigned>(Tag::count_); ++i) {
        const auto tag = static_cast<Tag>(i);
        if (tags.has(tag) && text(tag_name(tag))) return true;
      }
      return false;
    }
    case FieldId::id: {
      const std::string id = record_id(record.sequence);
      return text(id);
    }
    case FieldId::priority:
      return shows_priority(subject) && number(subject.header().priority.value());
    case FieldId::facility:
      return shows_priority(subject) && number(subject.header().priority.facility());
    case FieldId::severity:
      if (subject.facts() != nullptr) {
        return subject.facts()->severity < kSeverityNone && number(subject.facts()->severity);
      }
      // GELF's level stands in the document.
      if (subject.record().source->transport == transport::kGelf)
        return any_payload_value(subject.event(), field.lower, visit);
      return shows_priority(subject) && number(static_cast<unsigned>(subject.header().priority.severity()));
    case FieldId::hostname:
      return subject.header().host_from_message && text(subject.header().host);
    case FieldId::app:
      return text(subject.header().app);
    case FieldId::procid:
      return text(subject.header().procid);
    case FieldId::msgid:
      return text(subject.header().msgid);
    case FieldId::version:
      return subject.header().format == HeaderFormat::rfc5424 && text("1");
    case FieldId::structured_data:
      return any_structured_value(subject.header(), field.lower, visit);
    case FieldId::envelope:
      return any_envelope_value(source, field.lower, visit);
    case FieldId::label:
      return any_labelled_value(subject.event(), field.lower, visit);
    case FieldId::level:
      return text(log_level(subject));
    case FieldId::main_kind:
      for (const Kind kind : {Kind::logon, Kind::device, Kind::web, Kind::application, Kind::os}) {
        if (record.kinds.has(kind)) return text(kind_name(kind));
      }
      return false;
  }
  return false;
}

}  // namespace vigil
