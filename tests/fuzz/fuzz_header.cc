// Whatever the frame: what the header parser gives lies in the frame (or is text decoded from it), is UTF-8,
// and comes out as JSON that another parser reads.
//
// The first byte of the input chooses charset and zone, the rest is the frame.

#include <simdjson.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "parsers/charset.h"
#include "parsers/render.h"
#include "parsers/timestamp.h"
#include "tests/fuzz/require.h"

namespace {

using namespace vigil;

constexpr std::int64_t kReceived = 1'795'158'000 * kSecond;

bool lies_in(std::string_view part, std::string_view whole) {
  return part.empty() ||
         (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

void check_header(const SyslogHeader& header, std::string_view frame, Arena& arena) {
  require(is_utf8(header.text), "text is UTF-8");
  require(header.text.size() <= frame.size() * 4 + 8, "decoding grows a frame at most fourfold");
  for (const char c : header.text) {
    require(static_cast<unsigned char>(c) >= 0x20 || c == '\t' || c == '\n',
            "text has no control characters");
  }
  for (const std::string_view part :
       {header.app, header.procid, header.msgid, header.structured_data, header.message}) {
    require(lies_in(part, header.text), "parts are views of the text");
    require(is_utf8(part), "parts begin and end at characters");
  }
  require(is_utf8(header.host), "the host is UTF-8");
  require(header.has_timestamp || header.timestamp_ns == kReceived, "without a time, the time of receipt");
  require(read_time(iso_time(header.timestamp_ns, 0), 0) == header.timestamp_ns,
          "a time reads as it is written");
  unsigned params = 0;
  for_each_sd_param(header.structured_data, arena, [&](const SdParam& param) {
    ++params;
    require(!param.id.empty() && is_utf8(param.id) && is_utf8(param.name) && is_utf8(param.value),
            "structured data is UTF-8");
  });
  require(params <= 1024, "structured data is capped");
  require(header.structured_data.empty() == (params == 0), "checked structured data has parameters");
}

void check_json(const SyslogHeader& header, std::string_view frame) {
  static simdjson::dom::parser parser;
  Source source;
  source.transport = "syslog-udp";
  source.organisation = "o";
  Event event;
  event.header = header;
  event.timestamp_ns = header.timestamp_ns;
  // Names out of the message, as a payload would make them.
  event.add(header.app, header.message);
  event.add(header.message.substr(0, 200), header.procid, ValueType::integer);
  event.add(header.text.substr(0, 100), header.host, ValueType::real);
  std::string json;
  render_event_json(event, {.received_ns = kReceived, .raw = frame, .id = "i", .source = &source}, json);
  simdjson::dom::element element;
  require(parser.parse(json).get(element) == simdjson::SUCCESS, "an event is valid JSON");
  require(json.find('\n') == std::string::npos, "an event is one line");
  std::string_view organisation;
  require(element["vigil"]["org"].get(organisation) == simdjson::SUCCESS && organisation == "o",
          "a message cannot speak for us");
}

void check_terminal(std::string_view frame) {
  std::string shown;
  append_terminal_safe(frame, shown);
  require(is_utf8(shown), "what a terminal gets is UTF-8");
  for (const char c : shown)
    require(static_cast<unsigned char>(c) >= 0x20 || c == '\t', "and has no controls");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view frame(reinterpret_cast<const char*>(data) + 1, size - 1);
  const ParseContext context = {.received_ns = kReceived,
                                .zone_minutes = (data[0] >> 2U) * 45 - 1430,
                                .charset = static_cast<Charset>(data[0] & 3U),
                                .peer = "192.0.2.9"};
  Arena arena(1024);
  const SyslogHeader header = parse_syslog_header(frame, context, arena);
  check_header(header, frame, arena);
  check_json(header, frame);
  check_terminal(frame);

  const SyslogHeader again = parse_syslog_header(frame, context, arena);
  require(again.timestamp_ns == header.timestamp_ns && again.tags == header.tags,
          "a remembered second changes no answer");
  return 0;
}
