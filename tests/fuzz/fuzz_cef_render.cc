// Whatever an event says: its CEF is one line, and reading it gives the values back.
//
// The input is values with NUL between them, for the fields below in turn; what is behind the last is a header's RFC 5424
// message that is marked as relayed.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "parsers/cef_render.h"
#include "parsers/charset.h"
#include "parsers/payload_text.h"
#include "parsers/relay_syslog.h"
#include "tests/fuzz/require.h"

namespace {

using namespace vigil;

/// ECS name in, ECS name out.
struct Way {
  std::string_view in, out;
};
constexpr Way kWays[] = {{"rule.name", "rule.name"},
                         {"event.action", "event.action"},
                         {"user.name", "destination.user.name"},
                         {"source.domain", "source.domain"},
                         {"event.reason", "event.reason"},
                         {"file.path", "file.path"},
                         {"message", "message"}};

/// What reading a value back gives: without blanks around it, controls shown.
bool is_plain(std::string_view text) {
  for (const char c : text) {
    if ((static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\r') || c == 0x7f) return false;
  }
  // A relay's "#012" is read as a line end; byte order marks and the like are no text.
  return text.find("#01") == std::string_view::npos && is_utf8(text) && text.size() <= 400;
}

void check_marked(std::string_view raw) {
  Arena arena;
  const SyslogHeader header = parse_syslog_header(raw, {}, arena);
  std::string out;
  if (!append_marked_rfc5424(raw, header, {"abc", 7, "10.0.0.9"}, out)) {
    require(out.empty(), "nothing is appended in vain");
    return;
  }
  const SyslogHeader again = parse_syslog_header(out, {}, arena);
  const auto trail = relay_trail(again.structured_data, arena);
  require(again.format == HeaderFormat::rfc5424, "a marked message is still RFC 5424");
  require(!again.tags.has(Tag::bad_sd), "its structured data is good");
  require(again.host == header.host && again.app == header.app, "its header says the same");
  if (!again.tags.has(Tag::sd_capped))
    require(!trail.empty() && trail.back() == "abc", "it says whom it passed");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  std::string_view rest = bytes;
  Event event;
  std::vector<std::string_view> values;
  for (const Way& way : kWays) {
    const std::size_t end = rest.find('\0');
    const std::string_view value = rest.substr(0, end);
    event.add(way.in, value);
    values.push_back(value);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  }
  check_marked(rest);

  Source source;
  source.host = "srv1";
  source.organisation = "school-a";
  std::string line;
  append_cef_syslog_header(event, source, line);
  append_cef(event, {.received_ns = 0, .id = "01", .source = &source}, "1.0", line);
  for (const char c : line) require(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f, "CEF is one line");
  if (!is_utf8(line)) return 0;

  Arena arena;
  ParseContext context;
  Event back;
  parse_event(parse_syslog_header(line, context, arena), context, back, arena);
  require(back.format == Format::cef, "it is read as CEF");
  require(back.text_of("event.id") == "01", "and none of it is lost on the way");
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::string_view expected = trim(values[i]);
    if (expected.empty() || !is_plain(values[i])) continue;
    std::string shown(expected);
    // In the header a line end is a blank.
    if (kWays[i].in == "rule.name") {
      for (char& c : shown) c = c == '\n' || c == '\r' ? ' ' : c;
    }
    bool found = false;
    for (const Field& field : back.fields())
      found = found || (field.name == kWays[i].out && field.value == shown);
    require(found, "a value comes back");
  }
  return 0;
}
