#include "parsers/format.h"

#include "parsers/dns_dhcp_lines.h"

namespace vigil {
namespace {

constexpr LogSource kLogSources[] = {{"", "dhcp", ""}};

/// Kea's own file, whose level a syslog header's reader takes for a host.
void parse(PayloadWriter& out) {
  out.log_source({}, "dhcp", {});
  parse_dns_dhcp(out, out.text());
}

}  // namespace

extern const FormatSpec kFormat_kea_file = {
    .number = Format{96},
    .name = "kea_file",
    .title = "Kea DHCP's own file",
    .sample =
        R"(2026-11-20 14:59:00.123 INFO  [kea-dhcp4.leases/1234.140] DHCP4_LEASE_ALLOC [hwtype=1 00:11:22:33:44:55], cid=[no info], tid=0x1: lease 10.1.0.5 has been allocated for 3600 seconds)",
    .reads = Reads::line,
    .rank = 42,
    .first_bytes = "0123456789",
    .claims = [](const SyslogHeader&, std::string_view line) { return is_kea_line(line); },
    .parse = parse,
    .time = [](const SyslogHeader&, std::string_view text, int zone) { return dns_dhcp_time(text, zone); },
    .kinds = Kind::application,
    .log_sources = kLogSources,
};

}  // namespace vigil
