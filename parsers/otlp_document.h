#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "parsers/otlp_logs.h"

namespace vigil {

/// What an OTLP record says beside its body and attributes.
struct OtlpFacts {
  std::optional<std::int64_t> time_ns, observed_ns;
  std::int64_t severity = 0;  ///< SeverityNumber, 0: not given
  std::string_view severity_text, event_name, trace_id, span_id;
  std::uint64_t flags = 0, dropped_attributes = 0;
};

/// Writes one level of members, each behind a comma: `,"resource.service.name":"x"`. Names are put together from a prefix
/// and a key; texts that are not UTF-8 are decoded.
class OtlpMembers {
 public:
  explicit OtlpMembers(Charset charset) : charset_(charset) {}

  /// Begins a member; its value is appended to text() next.
  void name(std::string_view prefix, std::string_view key);
  void add(std::string_view name, std::string_view text);
  void add_number(std::string_view name, std::uint64_t number);
  void append_text(std::string_view text);
  void append_double(double number);
  void append_base64(std::string_view bytes);
  std::string& text() { return text_; }
  const std::string& text() const { return text_; }
  void clear() { text_.clear(); }
  /// Members of the same charset, none yet.
  OtlpMembers none() const { return OtlpMembers(charset_); }

 private:
  Charset charset_;
  std::string text_;
};

/// Gathers the records of a request. Both encodings drive it in the same way: per resource and scope their members once, then
/// each record.
class OtlpWriter {
 public:
  OtlpWriter(Charset charset, Arena& arena, const OtlpLimits& limits, OtlpLogs& out)
      : resource(charset),
        scope(charset),
        body(charset),
        record(charset),
        arena_(arena),
        limits_(limits),
        out_(out) {}

  OtlpMembers resource, scope;          ///< members of every record to come
  OtlpMembers body;                     ///< of this record: the value alone
  OtlpMembers record;                   ///< of this record: attributes and what else there is
  std::string host_name, service_name;  ///< of the resource, as values of JSON; empty: not given

  void begin_resource();
  void begin_scope() { scope.clear(); }
  void begin_record();
  /// The name an attribute of a record is given: its own if ECS knows it.
  void name_attribute(std::string_view key);
  /// False: there are more records, or more of them, than one request may hold.
  bool end_record(const OtlpFacts& facts);

 private:
  Arena& arena_;
  const OtlpLimits& limits_;
  OtlpLogs& out_;
  std::string document_;
  bool record_names_host_ = false, record_names_service_ = false;
  std::size_t bytes_ = 0;
};

/// Readers of both encodings. False: out.error says why.
bool read_otlp_json(std::string_view body, Charset charset, OtlpWriter& writer, OtlpLogs& out);
bool read_otlp_protobuf(std::string_view body, OtlpWriter& writer, OtlpLogs& out);

}  // namespace vigil
