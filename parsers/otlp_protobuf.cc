// The binary encoding (opentelemetry/proto/logs/v1/logs.proto):
//
//   ExportLogsServiceRequest{resource_logs=1}
//   ResourceLogs{resource=1{attributes=1, dropped_attributes_count=2}, scope_logs=2, schema_url=3}
//   ScopeLogs{scope=1{name=1, version=2, attributes=3, dropped_attributes_count=4}, log_records=2, schema_url=3}
//   LogRecord{time_unix_nano=1 fixed64, severity_number=2, severity_text=3, body=5, attributes=6,
//             dropped_attributes_count=7, flags=8 fixed32, trace_id=9, span_id=10, observed_time_unix_nano=11, event_name=12}
//   KeyValue{key=1, value=2}
//   AnyValue{string=1 | bool=2 | int=3 | double=4 | array=5{values=1} | kvlist=6{values=1} | bytes=7}
//
// Fields may come in any order, so what stands for several records is looked for before they are read.

#include <protozero/pbf_reader.hpp>

#include "parsers/otlp_document.h"

namespace vigil {
namespace {

using Reader = protozero::pbf_reader;
using protozero::tag_and_type;
constexpr auto kBytes = protozero::pbf_wire_type::length_delimited;
constexpr auto kVarint = protozero::pbf_wire_type::varint;
constexpr auto kFixed32 = protozero::pbf_wire_type::fixed32;
constexpr auto kFixed64 = protozero::pbf_wire_type::fixed64;

std::string_view view(Reader& message) {
  const auto bytes = message.get_view();
  return {bytes.data(), bytes.size()};
}

std::string hex(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    out += kDigits[byte >> 4U];
    out += kDigits[byte & 15U];
  }
  return out;
}

class ProtobufReader {
 public:
  ProtobufReader(OtlpWriter& writer, OtlpLogs& out) : writer_(writer), out_(out) {}

  bool request(std::string_view body) {
    Reader message(body.data(), body.size());
    while (message.next()) {
      if (message.tag_and_type() != tag_and_type(1, kBytes)) {
        message.skip();
      } else if (!resource_logs(message.get_message())) {
        return false;
      }
    }
    return true;
  }

 private:
  bool too_deep() {
    out_.error = OtlpErrc::bad_protobuf;
    out_.what = "a value is nested too deep";
    return false;
  }

  bool resource_logs(Reader message) {
    writer_.begin_resource();
    for (Reader pass = message; pass.next();) {
      if (pass.tag_and_type() == tag_and_type(1, kBytes)) {
        if (!resource(pass.get_message())) return false;
      } else if (pass.tag_and_type() == tag_and_type(3, kBytes)) {
        add_text(writer_.resource, "otlp.resource_schema_url", view(pass));
      } else {
        pass.skip();
      }
    }
    while (message.next()) {
      if (message.tag_and_type() != tag_and_type(2, kBytes)) {
        message.skip();
      } else if (!scope_logs(message.get_message())) {
        return false;
      }
    }
    return true;
  }

  bool resource(Reader message) {
    while (message.next()) {
      if (message.tag_and_type() == tag_and_type(1, kBytes)) {
        OtlpMembers value = writer_.resource.none();
        std::string_view key;
        if (!key_value(message.get_message(), key, value, 0)) return false;
        writer_.resource.name("resource.", key);
        writer_.resource.text() += value.text();
        if (key == "host.name" && writer_.host_name.empty()) writer_.host_name = value.text();
        if (key == "service.name" && writer_.service_name.empty()) writer_.service_name = value.text();
      } else {
        unknown(message, writer_.resource, "otlp.resource.");
      }
    }
    return true;
  }

  bool scope_logs(Reader message) {
    writer_.begin_scope();
    for (Reader pass = message; pass.next();) {
      if (pass.tag_and_type() == tag_and_type(1, kBytes)) {
        if (!scope(pass.get_message())) return false;
      } else if (pass.tag_and_type() == tag_and_type(3, kBytes)) {
        add_text(writer_.scope, "otlp.scope_schema_url", view(pass));
      } else {
        pass.skip();
      }
    }
    while (message.next()) {
      if (message.tag_and_type() != tag_and_type(2, kBytes)) {
        message.skip();
      } else if (!record(message.get_message())) {
        return false;
      }
    }
    return true;
  }

  bool scope(Reader message) {
    while (message.next()) {
      switch (message.tag_and_type()) {
        case tag_and_type(1, kBytes):
          add_text(writer_.scope, "scope.name", view(message));
          break;
        case tag_and_type(2, kBytes):
          add_text(writer_.scope, "scope.version", view(message));
          break;
        case tag_and_type(3, kBytes): {
          OtlpMembers value = writer_.scope.none();
          std::string_view key;
          if (!key_value(message.get_message(), key, value, 0)) return false;
          writer_.scope.name("scope.attributes.", key);
          writer_.scope.text() += value.text();
          break;
        }
        default:
          unknown(message, writer_.scope, "otlp.scope.");
      }
    }
    return true;
  }

  bool record(Reader message) {
    writer_.begin_record();
    OtlpFacts facts;
    std::string trace_id, span_id;
    while (message.next()) {
      switch (message.tag_and_type()) {
        case tag_and_type(1, kFixed64):
          facts.time_ns = time(message.get_fixed64(), "otlp.time_unix_nano");
          break;
        case tag_and_type(2, kVarint):
          facts.severity = message.get_int32();
          break;
        case tag_and_type(3, kBytes):
          facts.severity_text = view(message);
          break;
        case tag_and_type(5, kBytes):
          writer_.body.clear();
          if (!any_value(message.get_message(), writer_.body, 0)) return false;
          break;
        case tag_and_type(6, kBytes): {
          OtlpMembers value = writer_.record.none();
          std::string_view key;
          if (!key_value(message.get_message(), key, value, 0)) return false;
          writer_.name_attribute(key);
          writer_.record.text() += value.text();
          break;
        }
        case tag_and_type(7, kVarint):
          facts.dropped_attributes = message.get_uint32();
          break;
        case tag_and_type(8, kFixed32):
          facts.flags = message.get_fixed32();
          break;
        case tag_and_type(9, kBytes):
          trace_id = hex(view(message));
          break;
        case tag_and_type(10, kBytes):
          span_id = hex(view(message));
          break;
        case tag_and_type(11, kFixed64):
          facts.observed_ns = time(message.get_fixed64(), "otlp.observed_time_unix_nano");
          break;
        case tag_and_type(12, kBytes):
          facts.event_name = view(message);
          break;
        default:
          unknown(message, writer_.record, "otlp.");
      }
    }
    facts.trace_id = trace_id;
    facts.span_id = span_id;
    return writer_.end_record(facts);
  }

  bool key_value(Reader message, std::string_view& key, OtlpMembers& value, unsigned depth) {
    const std::size_t begin = value.text().size();
    while (message.next()) {
      switch (message.tag_and_type()) {
        case tag_and_type(1, kBytes):
          key = view(message);
          break;
        case tag_and_type(2, kBytes):
          value.text().resize(begin);
          if (!any_value(message.get_message(), value, depth)) return false;
          break;
        default:
          message.skip();
      }
    }
    if (value.text().size() == begin) value.text() += "null";
    return true;
  }

  bool any_value(Reader message, OtlpMembers& out, unsigned depth) {
    if (depth > OtlpLimits::kDepthMax) return too_deep();
    const std::size_t begin = out.text().size();
    while (message.next()) {
      out.text().resize(begin);  // of several the last one counts
      switch (message.tag_and_type()) {
        case tag_and_type(1, kBytes):
          out.append_text(view(message));
          break;
        case tag_and_type(2, kVarint):
          out.text() += message.get_uint64() != 0 ? "true" : "false";
          break;
        case tag_and_type(3, kVarint):
          out.text() += std::to_string(message.get_int64());
          break;
        case tag_and_type(4, kFixed64):
          out.append_double(message.get_double());
          break;
        case tag_and_type(5, kBytes):
          if (!list(message.get_message(), out, depth)) return false;
          break;
        case tag_and_type(6, kBytes):
          if (!map(message.get_message(), out, depth)) return false;
          break;
        case tag_and_type(7, kBytes):
          out.append_base64(view(message));
          break;
        default:
          message.skip();
      }
    }
    if (out.text().size() == begin) out.text() += "null";
    return true;
  }

  bool list(Reader message, OtlpMembers& out, unsigned depth) {
    out.text() += '[';
    bool first = true;
    while (message.next()) {
      if (message.tag_and_type() != tag_and_type(1, kBytes)) {
        message.skip();
        continue;
      }
      if (!first) out.text() += ',';
      first = false;
      if (!any_value(message.get_message(), out, depth + 1)) return false;
    }
    out.text() += ']';
    return true;
  }

  bool map(Reader message, OtlpMembers& out, unsigned depth) {
    out.text() += '{';
    bool first = true;
    while (message.next()) {
      if (message.tag_and_type() != tag_and_type(1, kBytes)) {
        message.skip();
        continue;
      }
      OtlpMembers value = out.none();
      std::string_view key;
      if (!key_value(message.get_message(), key, value, depth + 1)) return false;
      if (!first) out.text() += ',';
      first = false;
      out.append_text(key);
      out.text() += ':';
      out.text() += value.text();
    }
    out.text() += '}';
    return true;
  }

  static void add_text(OtlpMembers& out, std::string_view name, std::string_view text) {
    if (!text.empty()) out.add(name, text);
  }

  /// A field of a later version, under its number.
  static void unknown(Reader& message, OtlpMembers& out, std::string_view prefix) {
    const std::string name = "field_" + std::to_string(message.tag());
    switch (message.wire_type()) {
      case kVarint:
        out.name(prefix, name);
        out.text() += std::to_string(message.get_uint64());
        break;
      case kFixed32:
        out.name(prefix, name);
        out.text() += std::to_string(message.get_fixed32());
        break;
      case kFixed64:
        out.name(prefix, name);
        out.text() += std::to_string(message.get_fixed64());
        break;
      case kBytes:
        out.name(prefix, name);
        out.append_base64(view(message));
        break;
      default:
        message.skip();
    }
  }

  /// 0 means that there is none. What nanoseconds of 64 bits with a sign cannot say is kept under `name`.
  std::optional<std::int64_t> time(std::uint64_t number, std::string_view name) {
    if (number == 0) return std::nullopt;
    if (number <= static_cast<std::uint64_t>(INT64_MAX)) return static_cast<std::int64_t>(number);
    writer_.record.add_number(name, number);
    return std::nullopt;
  }

  OtlpWriter& writer_;
  OtlpLogs& out_;
};

}  // namespace

bool read_otlp_protobuf(std::string_view body, OtlpWriter& writer, OtlpLogs& out) {
  // protozero tells of bytes that are no protobuf by exceptions, all of them its own.
  try {
    return ProtobufReader(writer, out).request(body);
  } catch (const protozero::exception&) {
    out.error = OtlpErrc::bad_protobuf;
    out.what = "the body is no ExportLogsServiceRequest";
    return false;
  }
}

}  // namespace vigil
