#include "parsers/otlp_document.h"

#include <array>
#include <charconv>
#include <cmath>

#include "parsers/charset.h"
#include "parsers/json_fields.h"
#include "parsers/payload_text.h"
#include "parsers/render.h"

namespace vigil {
namespace {

/// SeverityNumber: four steps of each.
constexpr std::array<std::string_view, 6> kLevels = {"trace", "debug", "info", "warn", "error", "fatal"};

/// "2026-11-20T06:59:00.123456789Z", as all digits as are needed.
std::string utc_time(std::int64_t ns) {
  std::string text = iso_time(ns, 0);
  if (text.ends_with("+00:00")) text.replace(text.size() - 6, 6, "Z");
  return text;
}

}  // namespace

void OtlpMembers::name(std::string_view prefix, std::string_view key) {
  text_ += ',';
  std::string name(prefix);
  // A key may be empty; a name may not.
  name += key.empty() && (prefix.empty() || prefix.ends_with('.')) ? std::string_view("_") : key;
  append_text(name);
  text_ += ':';
}

void OtlpMembers::append_text(std::string_view text) {
  if (is_utf8(text)) return append_json_string(text, text_);
  Arena arena(1024);
  append_json_string(decode_text(text, charset_, Controls::kept, arena).text, text_);
}

void OtlpMembers::add(std::string_view member, std::string_view text) {
  name(member, "");
  append_text(text);
}

void OtlpMembers::add_number(std::string_view member, std::uint64_t number) {
  name(member, "");
  text_ += std::to_string(number);
}

void OtlpMembers::append_double(double number) {
  if (std::isnan(number)) return append_text("NaN");
  if (std::isinf(number)) return append_text(number > 0 ? "Infinity" : "-Infinity");
  char digits[40];
  const auto end = std::to_chars(digits, digits + sizeof digits, number);
  std::string_view written(digits, static_cast<std::size_t>(end.ptr - digits));
  text_ += written;
  // A whole number stays one of the kind it was.
  if (written.find_first_of(".eE") == std::string_view::npos) text_ += ".0";
}

void OtlpMembers::append_base64(std::string_view bytes) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  text_ += '"';
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::string_view three = bytes.substr(i, 3);
    std::uint32_t bits = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      bits = bits << 8U | (k < three.size() ? static_cast<unsigned char>(three[k]) : 0U);
    }
    for (std::size_t k = 0; k < 4; ++k) {
      text_ += k <= three.size() ? kDigits[bits >> (18 - 6 * k) & 63U] : '=';
    }
  }
  text_ += '"';
}

void OtlpWriter::begin_resource() {
  resource.clear();
  host_name.clear();
  service_name.clear();
}

void OtlpWriter::begin_record() {
  record.clear();
  body.clear();
  record_names_host_ = record_names_service_ = false;
}

void OtlpWriter::name_attribute(std::string_view key) {
  // These are what the record itself says; an attribute of the same name is another thing.
  const bool taken = key == "message" || key == "tags" || key == "event.severity" || key == "log.level" ||
                     key == "trace.id" || key == "span.id" || (key == "host.name" && record_names_host_) ||
                     (key == "service.name" && record_names_service_);
  if (taken || !is_open_ecs_name(key)) return record.name("attributes.", key);
  record_names_host_ = record_names_host_ || key == "host.name";
  record_names_service_ = record_names_service_ || key == "service.name";
  record.name("", key);
}

bool OtlpWriter::end_record(const OtlpFacts& facts) {
  const auto fail = [this](std::string what) {
    out_.records.clear();
    out_.error = OtlpErrc::too_large;
    out_.what = std::move(what);
    return false;
  };
  if (out_.records.size() + out_.rejected == limits_.records_max) {
    return fail("more than " + std::to_string(limits_.records_max) +
                " records in one request: send them in several");
  }
  OtlpMembers& more = record;
  const auto time_ns = facts.time_ns ? facts.time_ns : facts.observed_ns;
  if (facts.time_ns && facts.observed_ns) more.add("otlp.observed_timestamp", utc_time(*facts.observed_ns));
  if (facts.severity != 0) {
    more.name("otlp.severity_number", "");
    more.text() += std::to_string(facts.severity);
  }
  if (!facts.severity_text.empty()) more.add("otlp.severity_text", facts.severity_text);
  if (!facts.event_name.empty()) more.add("otlp.event_name", facts.event_name);
  if (facts.flags != 0) more.add_number("otlp.flags", facts.flags);
  if (facts.dropped_attributes != 0)
    more.add_number("otlp.dropped_attributes_count", facts.dropped_attributes);

  OtlpMembers front(Charset::automatic);
  if (time_ns) front.add("@timestamp", utc_time(*time_ns));
  const bool numbered = facts.severity >= 1 && facts.severity <= 24;
  if (numbered || !facts.severity_text.empty()) {
    std::string level(facts.severity_text);
    for (char& c : level) c = lower(c);
    front.add("log.level", numbered ? kLevels[static_cast<std::size_t>(facts.severity - 1) / 4] : level);
  }
  if (numbered) front.add_number("event.severity", static_cast<std::uint64_t>(facts.severity));
  if (!facts.trace_id.empty()) front.add("trace.id", facts.trace_id);
  if (!facts.span_id.empty()) front.add("span.id", facts.span_id);
  if (!host_name.empty() && !record_names_host_) {
    front.name("host.name", "");
    front.text() += host_name;
  }
  if (!service_name.empty() && !record_names_service_) {
    front.name("service.name", "");
    front.text() += service_name;
  }
  front.name("message", "");
  front.text() += body.text().empty() ? "\"\"" : body.text();

  // Before they are put together: a resource is copied into each record.
  const std::size_t bytes =
      front.text().size() + record.text().size() + scope.text().size() + resource.text().size() + 1;
  if (bytes > limits_.document_bytes_max) {
    ++out_.rejected;
    return true;
  }
  bytes_ += bytes;
  if (bytes_ > limits_.documents_bytes_max) {
    return fail("the records of this request are too large together: send them in several");
  }
  document_ = front.text() + record.text() + scope.text() + resource.text() + "}";
  document_.front() = '{';
  out_.records.push_back({arena_.copy(document_), time_ns});
  return true;
}

}  // namespace vigil
