#include "parsers/otlp_logs.h"

#include <protozero/pbf_writer.hpp>

#include "parsers/otlp_document.h"
#include "parsers/payload_text.h"
#include "parsers/render.h"

namespace vigil {

OtlpEncoding otlp_encoding(std::string_view body, std::string_view content_type) {
  if (body.starts_with("\xef\xbb\xbf")) body.remove_prefix(3);
  const std::string_view text = trim_left(body);
  if (text.starts_with('{')) return OtlpEncoding::json;
  if (!text.empty()) return OtlpEncoding::protobuf;
  return content_type.find("json") != std::string_view::npos ? OtlpEncoding::json : OtlpEncoding::protobuf;
}

OtlpLogs read_otlp_logs(std::string_view body, OtlpEncoding encoding, Charset charset, Arena& arena,
                        const OtlpLimits& limits) {
  OtlpLogs out;
  OtlpWriter writer(charset, arena, limits, out);
  const bool read = encoding == OtlpEncoding::json ? read_otlp_json(body, charset, writer, out)
                                                   : read_otlp_protobuf(body, writer, out);
  if (!read) {
    out.records.clear();
    out.rejected = 0;
  }
  return out;
}

// ExportLogsServiceResponse{partial_success=1{rejected_log_records=1 int64, error_message=2}}
std::string otlp_answer(OtlpEncoding encoding, std::size_t rejected, std::string_view message) {
  if (encoding == OtlpEncoding::json) {
    if (rejected == 0) return "{}";
    std::string out =
        R"({"partialSuccess":{"rejectedLogRecords":")" + std::to_string(rejected) + R"(","errorMessage":)";
    append_json_string(message, out);
    return out + "}}";
  }
  std::string out;
  if (rejected == 0) return out;
  protozero::pbf_writer answer(out);
  protozero::pbf_writer partial(answer, 1);
  partial.add_int64(1, static_cast<std::int64_t>(rejected));
  partial.add_string(2, message.data(), message.size());
  partial.commit();
  return out;
}

// google.rpc.Status{code=1 int32, message=2}
std::string otlp_error(OtlpEncoding encoding, unsigned code, std::string_view message) {
  if (encoding == OtlpEncoding::json) {
    std::string out = R"({"code":)" + std::to_string(code) + R"(,"message":)";
    append_json_string(message, out);
    return out + "}";
  }
  std::string out;
  protozero::pbf_writer status(out);
  status.add_int32(1, static_cast<std::int32_t>(code));
  status.add_string(2, message.data(), message.size());
  return out;
}

}  // namespace vigil
