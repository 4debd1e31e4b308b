// A file of a site's own parsers, whatever stands in it: read or refused, in bounded time and memory, every mistake with its
// place; what was read parses any message.

#include <cstdint>
#include <string>
#include <string_view>

#include "config/parser_files.h"
#include "tests/fuzz/require.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace vigil;
  const std::string_view yaml(reinterpret_cast<const char*>(data), size);
  // Some inputs are a pattern alone, so that patterns are reached at once.
  static_cast<void>(read_grok(yaml));
  const auto parsers = parse_parsers(yaml, "p.yml");
  if (!parsers) {
    require(!parsers.error().empty(), "a refusal says why");
    for (const Diagnostic& each : parsers.error()) require(!each.message.empty(), "each mistake is told");
    return 0;
  }
  const UserParsers compiled(*parsers);
  const ParseContext context;
  Arena arena;
  Event event;
  event.header = parse_syslog_header("<13>Nov 20 14:59:00 h cardd: card 7 of bob a=b {\"a\":1}", context, arena);
  if (const auto* const parser = compiled.find(event.header, event.header.message)) {
    PayloadWriter out(event.header.message, context, event, arena);
    compiled.parse(*parser, out);
  }
  return 0;
}
