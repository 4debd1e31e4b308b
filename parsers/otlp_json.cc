// The JSON encoding (https://protobuf.dev/programming-guides/json/): lowerCamelCase, or the fields' own names; numbers of 64
// bits as text or number; enums by number or name; trace and span ids in hex, other bytes in base64.

#include <array>

#include "parsers/json_body.h"
#include "parsers/otlp_document.h"
#include "parsers/payload_text.h"

namespace vigil {
namespace {

namespace dom = simdjson::dom;

class JsonReader {
 public:
  JsonReader(OtlpWriter& writer, OtlpLogs& out) : writer_(writer), out_(out) {}

  bool request(dom::element root) {
    dom::object object;
    if (root.get(object) != simdjson::SUCCESS) return fail("the body is no JSON object");
    return each(object, "resourceLogs", "resource_logs",
                [this](dom::element one) { return resource_logs(one); });
  }

 private:
  bool fail(std::string what) {
    if (out_.error != OtlpErrc::none) return false;
    out_.error = OtlpErrc::bad_json;
    out_.what = std::move(what);
    return false;
  }

  /// Calls `visit` for the elements of a list that may be missing; false as soon as it says so.
  template <class Visit>
  bool each(const dom::object& object, std::string_view name, std::string_view other, Visit visit) {
    dom::element said;
    if (!find_member(object, name, other, said) || said.is_null()) return true;
    dom::array list;
    if (said.get(list) != simdjson::SUCCESS) return fail("\"" + std::string(name) + "\" is no array");
    for (const dom::element one : list) {
      if (!visit(one)) return false;
    }
    return true;
  }

  bool resource_logs(dom::element one) {
    dom::object object;
    if (one.get(object) != simdjson::SUCCESS) return fail("an element of \"resourceLogs\" is no object");
    writer_.begin_resource();
    dom::element said;
    if (find_member(object, "resource", {}, said) && !resource(said)) return false;
    if (find_member(object, "schemaUrl", "schema_url", said))
      add_text(writer_.resource, "otlp.resource_schema_url", said);
    return each(object, "scopeLogs", "scope_logs", [this](dom::element logs) { return scope_logs(logs); });
  }

  bool resource(dom::element said) {
    dom::object object;
    if (said.is_null()) return true;
    if (said.get(object) != simdjson::SUCCESS) return fail("a resource is no object");
    for (const auto member : object) {
      if (member.key == "attributes") continue;
      writer_.resource.name("otlp.resource.", member.key);
      writer_.resource.text() += simdjson::to_string(member.value);
    }
    return attributes(object, [this](std::string_view key, std::string& value) {
      writer_.resource.name("resource.", key);
      writer_.resource.text() += value;
      if (key == "host.name" && writer_.host_name.empty()) writer_.host_name = value;
      if (key == "service.name" && writer_.service_name.empty()) writer_.service_name = value;
    });
  }

  bool scope_logs(dom::element one) {
    dom::object object;
    if (one.get(object) != simdjson::SUCCESS) return fail("an element of \"scopeLogs\" is no object");
    writer_.begin_scope();
    dom::element said;
    dom::object scope;
    if (find_member(object, "scope", {}, said) && said.get(scope) == simdjson::SUCCESS) {
      for (const auto member : scope) {
        if (member.key == "attributes") continue;
        writer_.scope.name("scope.", member.key);
        writer_.scope.text() += simdjson::to_string(member.value);
      }
      const bool good = attributes(scope, [this](std::string_view key, std::string& value) {
        writer_.scope.name("scope.attributes.", key);
        writer_.scope.text() += value;
      });
      if (!good) return false;
    }
    if (find_member(object, "schemaUrl", "schema_url", said))
      add_text(writer_.scope, "otlp.scope_schema_url", said);
    return each(object, "logRecords", "log_records", [this](dom::element log) { return record(log); });
  }

  bool record(dom::element one) {
    dom::object object;
    if (one.get(object) != simdjson::SUCCESS) return fail("an element of \"logRecords\" is no object");
    writer_.begin_record();
    OtlpFacts facts;
    for (const auto member : object) {
      const std::string_view key = member.key;
      const dom::element value = member.value;
      if (value.is_null() || key == "attributes") continue;
      if (key == "timeUnixNano" || key == "time_unix_nano") {
        facts.time_ns = time(value, "otlp.time_unix_nano");
      } else if (key == "observedTimeUnixNano" || key == "observed_time_unix_nano") {
        facts.observed_ns = time(value, "otlp.observed_time_unix_nano");
      } else if (key == "severityNumber" || key == "severity_number") {
        facts.severity = severity(value);
      } else if (key == "severityText" || key == "severity_text") {
        take_text(value, "otlp.severity_text", facts.severity_text);
      } else if (key == "eventName" || key == "event_name") {
        take_text(value, "otlp.event_name", facts.event_name);
      } else if (key == "traceId" || key == "trace_id") {
        take_text(value, "otlp.trace_id", facts.trace_id);
      } else if (key == "spanId" || key == "span_id") {
        take_text(value, "otlp.span_id", facts.span_id);
      } else if (key == "flags") {
        facts.flags = static_cast<std::uint64_t>(integer(value).value_or(0));
      } else if (key == "droppedAttributesCount" || key == "dropped_attributes_count") {
        facts.dropped_attributes = static_cast<std::uint64_t>(integer(value).value_or(0));
      } else if (key == "body") {
        writer_.body.clear();  // of several the last one counts
        if (!any_value(value, writer_.body, 0)) return false;
      } else {
        writer_.record.name("otlp.", key);
        writer_.record.text() += simdjson::to_string(value);
      }
    }
    const bool good = attributes(object, [this](std::string_view key, std::string& value) {
      writer_.name_attribute(key);
      writer_.record.text() += value;
    });
    return good && writer_.end_record(facts);
  }

  template <class Sink>
  bool attributes(const dom::object& object, Sink sink) {
    return each(object, "attributes", {}, [&](dom::element one) {
      std::string_view key;
      OtlpMembers value(Charset::automatic);
      if (!key_value(one, key, value, 0)) return false;
      sink(key, value.text());
      return true;
    });
  }

  bool key_value(dom::element one, std::string_view& key, OtlpMembers& value, unsigned depth) {
    dom::object object;
    dom::element said;
    if (one.get(object) != simdjson::SUCCESS || !find_member(object, "key", {}, said) ||
        said.get(key) != simdjson::SUCCESS) {
      return fail("an attribute has no key");
    }
    if (find_member(object, "value", {}, said)) return any_value(said, value, depth);
    value.text() += "null";
    return true;
  }

  /// {"stringValue":"x"} and its kin.
  bool any_value(dom::element element, OtlpMembers& out, unsigned depth) {
    if (depth > OtlpLimits::kDepthMax) return fail("a value is nested too deep");
    dom::object object;
    if (element.is_null()) {
      out.text() += "null";
      return true;
    }
    if (element.get(object) != simdjson::SUCCESS) return fail("a value is no object");
    for (const auto member : object) {
      const std::string_view key = member.key;
      const dom::element value = member.value;
      if (value.is_null()) continue;
      if (key == "intValue" || key == "int_value") return add_integer(value, out);
      if (key == "arrayValue" || key == "array_value") return add_list(value, out, depth);
      if (key == "kvlistValue" || key == "kvlist_value") return add_map(value, out, depth);
      // Strings, booleans, doubles (a text, if it is no number), bytes in base64; and what a newer version may have.
      out.text() += simdjson::to_string(value);
      return true;
    }
    out.text() += "null";
    return true;
  }

  bool add_integer(dom::element value, OtlpMembers& out) {
    std::string_view digits;
    if (value.get(digits) == simdjson::SUCCESS && is_json_integer(digits)) {
      out.text() += digits;
    } else {
      out.text() += simdjson::to_string(value);
    }
    return true;
  }

  bool add_list(dom::element element, OtlpMembers& out, unsigned depth) {
    dom::object object;
    if (element.get(object) != simdjson::SUCCESS) return fail("an arrayValue is no object");
    out.text() += '[';
    const bool good = each(object, "values", {}, [&](dom::element one) {
      if (out.text().back() != '[') out.text() += ',';
      return any_value(one, out, depth + 1);
    });
    out.text() += ']';
    return good;
  }

  bool add_map(dom::element element, OtlpMembers& out, unsigned depth) {
    dom::object object;
    if (element.get(object) != simdjson::SUCCESS) return fail("a kvlistValue is no object");
    out.text() += '{';
    const bool good = each(object, "values", {}, [&](dom::element one) {
      std::string_view key;
      OtlpMembers value(Charset::automatic);
      if (!key_value(one, key, value, depth + 1)) return false;
      if (out.text().back() != '{') out.text() += ',';
      out.append_text(key);
      out.text() += ':';
      out.text() += value.text();
      return true;
    });
    out.text() += '}';
    return good;
  }

  void add_text(OtlpMembers& out, std::string_view name, dom::element value) {
    std::string_view text;
    if (value.get(text) == simdjson::SUCCESS && text.empty()) return;
    out.name(name, "");
    out.text() += simdjson::to_string(value);
  }

  /// A text; what is none is kept under `name`.
  void take_text(dom::element value, std::string_view name, std::string_view& text) {
    if (value.get(text) != simdjson::SUCCESS) add_text(writer_.record, name, value);
  }

  static std::optional<std::int64_t> integer(dom::element value) {
    std::int64_t number = 0;
    std::string_view text;
    if (value.get(number) == simdjson::SUCCESS) return number;
    if (value.get(text) != simdjson::SUCCESS) return std::nullopt;
    const auto read = read_number(text);
    if (!read || *read > static_cast<std::uint64_t>(INT64_MAX)) return std::nullopt;
    return static_cast<std::int64_t>(*read);
  }

  /// 0 means that there is none. What cannot be a time is kept under `name`.
  std::optional<std::int64_t> time(dom::element value, std::string_view name) {
    const auto number = integer(value);
    if (!number || *number < 0) add_text(writer_.record, name, value);
    return number && *number > 0 ? number : std::nullopt;
  }

  /// 17, "17" or "SEVERITY_NUMBER_ERROR", "SEVERITY_NUMBER_ERROR2" …
  std::int64_t severity(dom::element value) {
    if (const auto number = integer(value)) return *number;
    constexpr std::array<std::string_view, 6> kNames = {"TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"};
    std::string_view name;
    if (value.get(name) == simdjson::SUCCESS && take_prefix(name, "SEVERITY_NUMBER_")) {
      for (std::size_t i = 0; i < kNames.size(); ++i) {
        if (!name.starts_with(kNames[i])) continue;
        const std::string_view step = name.substr(kNames[i].size());
        const auto first = static_cast<std::int64_t>(4 * i + 1);
        if (step.empty()) return first;
        if (step == "2" || step == "3" || step == "4") return first + (step[0] - '1');
      }
      if (name == "UNSPECIFIED") return 0;
    }
    add_text(writer_.record, "otlp.severity_number", value);
    return 0;
  }

  OtlpWriter& writer_;
  OtlpLogs& out_;
};

}  // namespace

bool read_otlp_json(std::string_view body, Charset charset, OtlpWriter& writer, OtlpLogs& out) {
  JsonBody document;
  if (!document.parse(body, charset)) {
    out.error = OtlpErrc::bad_json;
    out.what = "the body is no JSON";
    return false;
  }
  out.tags = document.tags();
  return JsonReader(writer, out).request(document.root());
}

}  // namespace vigil
