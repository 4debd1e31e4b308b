// A body of events is cut without a byte of it read twice: events stand in it one behind the other, each begins and ends as an
// object, none is above the limit, and each reads as a record. A refused body has none. Lines and questions read too.

#include <cstdint>
#include <string>

#include "parsers/hec_body.h"
#include "tests/fuzz/read_record.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace vigil;
  const std::string body(reinterpret_cast<const char*>(data), size);
  const HecLimits limits{.event_bytes_max = 2048, .events_max = 64};
  Arena arena(1024);
  const HecBody read = read_hec_events(body, Charset::automatic, arena, limits);
  require(read.error == HecErrc::none || read.events.empty(), "all or nothing");
  require(read.error != HecErrc::none || !read.events.empty(), "nothing is no data");
  const char* behind = nullptr;
  for (const HecEvent& event : read.events) {
    require(event.text.size() <= limits.event_bytes_max, "events are bounded");
    require(event.text.starts_with('{') && event.text.ends_with('}'), "events are objects");
    require(behind == nullptr || event.text.data() >= behind, "events do not overlap");
    behind = event.text.data() + event.text.size();
    require(event.index.empty() || is_hec_index(event.index), "an index has a name");
    read_as_record("hec", event.text);
  }
  std::vector<HecLine> lines;
  read_hec_lines(body, lines, limits);
  for (const HecLine& line : lines)
    require(!line.text.empty() && line.text.size() <= 2048, "lines are bounded");
  if (!lines.empty()) read_as_record("hec", lines.front().text);
  read_hec_ack_question(body);
  read_hec_time(body);
  return 0;
}
