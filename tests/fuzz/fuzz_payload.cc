// Whatever the message: its event's views lie in the frame, the arena or our own constants and can be read; a
// number is a number; limits hold; the cheap time is the event's time; and the event comes out as JSON that
// another parser reads.
//
// The first byte of the input chooses a header to put before the rest, so that each format is reached at
// once; 15 takes the rest as the whole frame.

#include <simdjson.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "parsers/json_walk.h"
#include "parsers/payload_text.h"
#include "parsers/render.h"
#include "parsers/timestamp.h"
#include "tests/fuzz/require.h"

namespace {

using namespace vigil;

constexpr std::int64_t kReceived = 1'795'158'000 * kSecond;

constexpr std::string_view kFronts[15] = {
    "<38>Nov 20 14:59:00 h sshd[1]: ",
    "<38>Nov 20 14:59:00 h sshd[1]: pam_unix(sshd:auth): ",
    "<85>Nov 20 14:59:00 h sudo: ",
    "<38>Nov 20 14:59:00 h su: ",
    "<134>CEF:0|",
    "<134>CEF:0|v|p|1|7|name|5|",
    "<189>date=2026-11-20 time=14:59:00 devname=F devid=F ",
    "<134>Nov 20 14:59:00 h suricata[1]: ",
    "<190>Nov 20 14:59:00 h nginx: ",
    "<190>Nov 20 14:59:00 h apache2: 10.0.0.1 - - [20/Nov/2026:14:59:00 +0800] \"",
    "<14>1 2026-11-20T06:59:00Z h w - - - "
    "{\"winlog\":{\"channel\":\"Security\",\"event_id\":4625,\"event_data\":{",
    "<14>1 2026-11-20T06:59:00Z h w - - - {\"EventID\":1116,\"SourceName\":\"x\",\"Channel\":\"y\",",
    "<22>Nov 20 14:59:00 h clamd: ",
    "<187>Nov 20 14:59:00 h httpd: [auth_basic:error] [pid 1] [client ",
    "<14>Nov 20 14:59:00 h app: ",
};

void check_fields(const Event& event) {
  std::size_t bytes = 0;
  for (const Field& field : event.fields()) {
    require(!field.name.empty(), "a field has a name");
    require(field.name.size() <= 600, "names are short");
    for (const char c : field.name) bytes += static_cast<unsigned char>(c);
    for (const char c : field.value) bytes += static_cast<unsigned char>(c);
    if (field.type == ValueType::integer) require(is_json_integer(field.value), "an integer is one");
    if (field.name == "source.ip" || field.name == "destination.ip") {
      require(!plain_address(field.value).empty() || event.format == Format::json ||
                  event.format == Format::windows_json,
              "an address is one, unless the sender said so under our name");
    }
  }
  for (const LogSource& source : event.log_sources()) bytes += source.product.size() + source.service.size();
  require(bytes != SIZE_MAX, "everything can be read");
  require(event.fields().size() <= 5 * 1000 + 100, "fields are capped");
  require(event.find("message") != nullptr || event.header.message.empty(), "there is a message");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  std::string frame;
  if ((data[0] & 15U) < 15) frame = kFronts[data[0] & 15U];
  frame.append(reinterpret_cast<const char*>(data) + 1, size - 1);
  frame.shrink_to_fit();

  ParseContext context;
  context.received_ns = kReceived;
  context.peer = "192.0.2.9";
  Arena arena(1024);
  static Event event;
  const SyslogHeader header = parse_syslog_header(frame, context, arena);
  parse_event(header, context, event, arena);
  check_fields(event);
  require(event.format == detect_format(header), "the format is the detected one");
  const auto quick = quick_payload_time(header, event.format, context.zone_minutes);
  const std::int64_t expected = header.has_timestamp ? header.timestamp_ns : quick ? *quick : kReceived;
  require(event.timestamp_ns == expected, "the cheap time is the event's time");
  require(!kinds_of(header, event.format).none(), "every message has a kind");

  static simdjson::dom::parser parser;
  std::string json;
  render_event_json(event, {.received_ns = kReceived, .raw = frame, .id = "i"}, json);
  simdjson::dom::element element;
  // Numbers beyond what this reader takes are exact text in ours; it refuses those alone.
  const auto error = parser.parse(json).get(element);
  require(error == simdjson::SUCCESS || error == simdjson::NUMBER_ERROR, "an event is valid JSON");
  return 0;
}
