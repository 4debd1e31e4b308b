// Whatever the message: its event's views lie in the frame, the arena or our own constants and can be read; a
// number is a number; limits hold; the cheap time is the event's time; and the event comes out as JSON that
// another parser reads.
//
// The first byte of the input chooses a header to put before the rest, so that each format is reached at
// once; 15 takes the rest as the whole frame.

#include <cstdint>
#include <string>
#include <string_view>

#include "parsers/timestamp.h"
#include "tests/fuzz/check_event.h"

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

  check_json(event, frame, kReceived);
  return 0;
}
