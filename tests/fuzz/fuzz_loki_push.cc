// Whatever the bytes: streams or a reason, never both; lines are bounded, and each reads as a record; labels that were read
// have names.

#include <cstdint>
#include <string>

#include "parsers/loki_push.h"
#include "tests/fuzz/read_record.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace vigil;
  const std::string body(reinterpret_cast<const char*>(data), size);
  const LokiLimits limits{.line_bytes_max = 2048, .entries_max = 64, .inflated_bytes_max = 64 * 1024};
  Arena arena(1024);
  const LokiPush push = read_loki_push(body, Charset::automatic, arena, limits);
  require((push.error == LokiErrc::none) == push.what.empty(), "a refusal has a reason");
  require(push.error == LokiErrc::none || push.streams.empty(), "all or nothing");
  std::size_t entries = 0;
  for (const LokiStream& stream : push.streams) {
    require(stream.labels.size() <= LokiLimits::kLabelsMax, "labels are bounded");
    for (const LokiEntry& entry : stream.entries) {
      ++entries;
      read_as_record("loki", entry.text);
    }
  }
  require(entries <= limits.entries_max, "lines are bounded");
  std::vector<std::pair<std::string_view, std::string_view>> labels;
  if (read_loki_labels(body, arena, labels)) {
    for (const auto& [name, value] : labels) require(!name.empty(), "a label has a name");
  }
  return 0;
}
