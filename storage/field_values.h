#pragma once

#include <charconv>
#include <string_view>

#include "storage/query_ast.h"
#include "storage/stored_event.h"

namespace vigil {

/// One value of a field. Times come as a number of nanoseconds; everything else as text with its type.
struct FieldValue {
  std::string_view text;
  ValueType type = ValueType::text;
  std::optional<std::int64_t> time_ns;
};

/// Calls `visit(const FieldValue&)` for each value the record has for that field, until it says true; then true.
/// Views live for the call.
template <class Visit>
bool any_value(LazyEvent& subject, const FieldRef& field, Visit&& visit);

/// The values parsers found under that name, compared without case. "a.value" also finds "a", whose value is
/// shown there when the event has an "a.b" beside it.
template <class Visit>
bool any_payload_value(const Event& event, std::string_view lower, Visit&& visit) {
  constexpr std::string_view kMoved = ".value";
  std::string_view shorter;
  if (lower.ends_with(kMoved)) shorter = lower.substr(0, lower.size() - kMoved.size());
  for (const Field& field : event.fields()) {
    if (!equal_caseless(field.name, lower) && (shorter.empty() || !equal_caseless(field.name, shorter))) continue;
    if (visit(FieldValue{field.value, field.type, std::nullopt})) return true;
  }
  return false;
}

template <class Visit>
bool any_value(LazyEvent& subject, const FieldRef& field, Visit&& visit) {
  const StoredRecord& record = subject.record();
  const auto text = [&](std::string_view value) { return !value.empty() && visit(FieldValue{value, {}, {}}); };
  const auto flag = [&](bool value) {
    return visit(FieldValue{value ? "true" : "false", ValueType::boolean, std::nullopt});
  };
  const auto number = [&](unsigned value) {
    char digits[16];
    const auto end = std::to_chars(digits, digits + sizeof digits, value);
    return visit(FieldValue{{digits, static_cast<std::size_t>(end.ptr - digits)}, ValueType::integer, std::nullopt});
  };
  const auto time = [&](std::int64_t ns) { return visit(FieldValue{{}, ValueType::text, ns}); };

  switch (field.id) {
    case FieldId::payload:
      return any_payload_value(subject.event(), field.lower, visit);
    case FieldId::text:
    case FieldId::original:
      return text(subject.header().text);
    case FieldId::message: {
      bool had_one = false;
      const bool hit = any_payload_value(subject.event(), field.lower, [&](const FieldValue& value) {
        had_one = true;
        return visit(value);
      });
      return had_one ? hit : text(subject.header().message);
    }
    case FieldId::host: {
      bool had_one = false;
      const bool hit = any_payload_value(subject.event(), field.lower, [&](const FieldValue& value) {
        had_one = true;
        return visit(value);
      });
      return had_one ? hit : text(record.source->host);
    }
    case FieldId::timestamp:
      return time(record.event_ns);
    case FieldId::ingested:
      return time(record.received_ns);
    case FieldId::peer:
      return text(record.source->peer);
    case FieldId::listener:
      return text(record.source->listener);
    case FieldId::transport:
      return text(record.source->transport);
    case FieldId::organisation:
      return text(record.source->organisation);
    case FieldId::system:
      return text(record.source->system);
    case FieldId::core:
      return flag(record.source->core);
    case FieldId::drill:
      return flag(record.source->drill);
    case FieldId::kinds:
      for (std::size_t i = 0; i < kKindCount; ++i) {
        const auto kind = static_cast<Kind>(i);
        if (record.kinds.has(kind) && text(kind_name(kind))) return true;
      }
      return false;
    case FieldId::tags: {
      Tags tags = subject.event().tags;
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
      return subject.header().has_priority && number(subject.header().priority.value());
    case FieldId::facility:
      return subject.header().has_priority && number(subject.header().priority.facility());
    case FieldId::severity:
      return subject.header().has_priority &&
             number(static_cast<unsigned>(subject.header().priority.severity()));
    case FieldId::hostname:
      return subject.header().host_from_message && text(subject.header().host);
    case FieldId::app:
      return text(subject.header().app);
    case FieldId::procid:
      return text(subject.header().procid);
    case FieldId::msgid:
      return text(subject.header().msgid);
  }
  return false;
}

}  // namespace vigil
