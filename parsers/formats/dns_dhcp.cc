#include "parsers/format.h"

#include "parsers/dns_dhcp_lines.h"
#include "parsers/server_text.h"

namespace vigil {
namespace {

constexpr std::string_view kPrograms[] = {
    "named",    "unbound",     "dnsmasq",       "dnsmasq-dhcp",  "dhcpd", "dhcpdv6",   "dhcpd6",
    "pdns",     "pdns_server", "pdns_recursor", "pdns-recursor", "nsd",   "kea-dhcp4", "kea-dhcp6",
    "kea-ddns", "bind",        "rndc",          "coredns",       "knotd", "kresd"};
constexpr LogSource kLogSources[] = {{"linux", "", "syslog"}, {"", "dns", ""}, {"", "dhcp", ""}};

/// Lines that name their program, those of files that show what they are, and those that a collector put its own header
/// before ("infoblox.example 10.0.0.1 dhcpd[7]: …").
bool claims_dns_dhcp(const SyslogHeader& header, std::string_view text) {
  if (is_dns_dhcp_program(header.app)) return true;
  const char first = text.front();
  if (first == '[') return is_unbound_line(text) || is_coredns_line(text);
  return is_bind_line(text) || is_dns_dhcp_program(second_program(text));
}

void parse(PayloadWriter& out) {
  add_linux_service(out);
  parse_dns_dhcp(out, out.text());
  const std::string_view protocol = out.event().text_of("network.protocol");
  if (protocol == "dns" || protocol == "dhcp") out.log_source({}, protocol, {});
}

}  // namespace

extern const FormatSpec kFormat_dns_dhcp = {
    .number = Format{95},
    .name = "dns_dhcp",
    .title = "name servers, DHCP servers: BIND, Infoblox, Unbound, dnsmasq, PowerDNS, ISC dhcpd, Kea",
    .sample = R"(client @0x7f0c 203.0.113.9#50022 (example.com): query: example.com IN A +E(0)K (10.1.0.1))",
    .rank = 45,
    .programs = kPrograms,
    .first_bytes = "[0123456789",
    .claims = claims_dns_dhcp,
    .parse = parse,
    .time = [](const SyslogHeader&, std::string_view text, int zone) { return dns_dhcp_time(text, zone); },
    .time_first = true,
    .kinds = Kind::application,
    .log_sources = kLogSources,
};

}  // namespace vigil
