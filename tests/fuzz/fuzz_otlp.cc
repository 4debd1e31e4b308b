// In both encodings: documents or a reason; each document is bounded, is one JSON object, and reads as a record.

#include <cstdint>
#include <string>

#include "parsers/otlp_logs.h"
#include "tests/fuzz/read_record.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace vigil;
  const std::string body(reinterpret_cast<const char*>(data), size);
  const OtlpLimits limits{.document_bytes_max = 4096, .records_max = 64, .documents_bytes_max = 64 * 1024};
  static simdjson::dom::parser parser;
  for (const OtlpEncoding encoding : {OtlpEncoding::json, OtlpEncoding::protobuf}) {
    Arena arena(1024);
    const OtlpLogs logs = read_otlp_logs(body, encoding, Charset::automatic, arena, limits);
    require((logs.error == OtlpErrc::none) == logs.what.empty(), "a refusal has a reason");
    require(logs.error == OtlpErrc::none || logs.records.empty(), "all or nothing");
    require(logs.records.size() + logs.rejected <= limits.records_max, "records are bounded");
    for (const OtlpRecord& record : logs.records) {
      require(record.document.size() <= limits.document_bytes_max, "documents are bounded");
      simdjson::dom::element element;
      const auto error = parser.parse(record.document.data(), record.document.size(), true).get(element);
      require(error == simdjson::SUCCESS || error == simdjson::NUMBER_ERROR, "a document is JSON");
      read_as_record("otlp", record.document);
    }
  }
  return 0;
}
