// One payload format on any text at all: its views lie where they may, and the event comes out as JSON. The format reads texts
// that it would not claim, too: a stored message may be read as what it once was.
//
//   VIGIL_FORMAT=cisco_asa fuzz_format DIR       that format alone (without: the first byte of an input chooses)
//   VIGIL_SAMPLES_TO=DIR fuzz_format             writes DIR/NAME/sample for each format, and ends

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "parsers/format.h"
#include "parsers/timestamp.h"
#include "tests/fuzz/check_event.h"

namespace {

using namespace vigil;

constexpr std::int64_t kReceived = 1'795'158'000 * kSecond;

const FormatSpec* chosen() {
  static const FormatSpec* const kChosen = [] {
    const char* const name = std::getenv("VIGIL_FORMAT");
    for (const FormatSpec* spec : all_formats()) {
      if (name != nullptr && spec->name == name) return spec;
    }
    require(name == nullptr, "VIGIL_FORMAT names a format");
    return static_cast<const FormatSpec*>(nullptr);
  }();
  return kChosen;
}

}  // namespace

#ifndef LLVMFuzzerTestOneInput
extern "C" int LLVMFuzzerInitialize(int*, char***);
extern "C" int LLVMFuzzerInitialize(int*, char***) {
  const char* const directory = std::getenv("VIGIL_SAMPLES_TO");
  if (directory == nullptr) return 0;
  for (const FormatSpec* spec : all_formats()) {
    const std::filesystem::path place = std::filesystem::path(directory) / spec->name;
    std::filesystem::create_directories(place);
    std::ofstream(place / "sample") << '\0' << spec->sample;
  }
  std::exit(0);
}
#endif

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto formats = all_formats();
  const FormatSpec& spec = chosen() != nullptr ? *chosen() : *formats[data[0] % formats.size()];
  std::string frame;
  if (spec.reads == Reads::message) {
    frame = "<134>Nov 20 14:59:00 h ";
    frame.append(spec.programs.empty() ? std::string_view("app") : spec.programs[data[0] % spec.programs.size()]).append(": ");
  }
  frame.append(reinterpret_cast<const char*>(data) + 1, size - 1);
  frame.shrink_to_fit();

  ParseContext context;
  context.received_ns = kReceived;
  context.peer = "192.0.2.9";
  Arena arena(1024);
  static Event event;
  const SyslogHeader header = parse_syslog_header(frame, context, arena);
  quick_payload_time(header, spec.number, context.zone_minutes);
  require(!kinds_of(header, spec.number).none(), "every message has a kind");
  if (spec.claims != nullptr && !header.message.empty()) spec.claims(header, payload_text(header, spec));
  parse_event_as(spec.number, kReceived, header, context, event, arena);
  check_fields(event);
  check_json(event, frame, kReceived);
  return 0;
}
