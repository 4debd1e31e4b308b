#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "parsers/arena.h"
#include "parsers/syslog_header.h"

namespace vigil {

/// One log record of OpenTelemetry, written as a document under ECS names. All of the record stands in it:
///
///   {"@timestamp":"2026-11-20T06:59:00.123456789Z","log.level":"error","event.severity":17,
///    "trace.id":"…","span.id":"…","host.name":"…","service.name":"…","message":<the body>,
///    "attributes.<key>":…,"scope.name":"…","scope.attributes.<key>":…,"resource.<key>":…,"otlp.…":…}
///
/// - A body that is a text stays one; a map or list is JSON, to be read as any JSON payload.
/// - An attribute whose name is one of ECS (user.name, http.request.method) stands under that name alone.
/// - `otlp.*` is what ECS has no name for: severity_number, severity_text, observed_timestamp, flags, event_name,
///   dropped_attributes_count, the schema URLs, fields we do not know.
/// - Bytes are written in base64, numbers of 64 bits as numbers, what is no number of JSON (NaN) as text.
struct OtlpRecord {
  std::string_view document;
  std::optional<std::int64_t> time_ns;  ///< the event's, else when it was observed
};

enum class OtlpErrc : std::uint8_t { none, bad_json, bad_protobuf, too_large };

struct OtlpLogs {
  std::vector<OtlpRecord> records;
  std::size_t rejected = 0;         ///< records above the limit, left out
  OtlpErrc error = OtlpErrc::none;  ///< then there are no records
  std::string what;
  Tags tags;  ///< what decoding JSON that is not UTF-8 came to
};

struct OtlpLimits {
  /// Longest document; a longer record is rejected, the others are kept.
  std::size_t document_bytes_max = 1024 * 1024;
  /// Records of one request; collectors send some thousands.
  std::size_t records_max = 200'000;
  /// All documents of one request: attributes of a resource are written into each of its records.
  std::size_t documents_bytes_max = 256 * 1024 * 1024;
  /// Values inside values, as protobuf's own readers bound them.
  static constexpr unsigned kDepthMax = 100;
};

/// Which of both encodings a body is in. A JSON object begins with `{`; a message (its only field is 1) with LF.
enum class OtlpEncoding : std::uint8_t { json, protobuf };
OtlpEncoding otlp_encoding(std::string_view body, std::string_view content_type);

/// Reads an ExportLogsServiceRequest. Documents lie in the arena.
OtlpLogs read_otlp_logs(std::string_view body, OtlpEncoding encoding, Charset charset, Arena& arena,
                        const OtlpLimits& limits = {});

/// An ExportLogsServiceResponse: empty if nothing was rejected.
std::string otlp_answer(OtlpEncoding encoding, std::size_t rejected, std::string_view message);
/// A google.rpc.Status with that code (https://grpc.io/docs/guides/status-codes/).
std::string otlp_error(OtlpEncoding encoding, unsigned code, std::string_view message);

}  // namespace vigil
