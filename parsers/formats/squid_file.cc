#include "parsers/format.h"

#include "parsers/proxy_lines.h"

namespace vigil {
namespace {

constexpr LogSource kLogSources[] = {{"squid", "proxy", ""}};

/// Squid's own file, whose first two numbers a syslog header's reader takes for a time and a host.
void parse(PayloadWriter& out) {
  out.log_source("squid", "proxy", {});
  parse_squid(out, out.text());
}

}  // namespace

extern const FormatSpec kFormat_squid_file = {
    .number = Format{90},
    .name = "squid_file",
    .title = "Squid's own access.log",
    .sample =
        R"(1795157940.123     12 203.0.113.9 TCP_MISS/200 512 GET http://www.example.com/ - HIER_DIRECT/198.51.100.7 text/html)",
    .reads = Reads::line,
    .rank = 43,
    .first_bytes = "0123456789",
    .claims = [](const SyslogHeader&, std::string_view line) { return is_squid_line(line); },
    .parse = parse,
    .time = [](const SyslogHeader&, std::string_view text, int zone) { return proxy_time(text, zone); },
    .kinds = Kind::web,
    .log_sources = kLogSources,
};

}  // namespace vigil
