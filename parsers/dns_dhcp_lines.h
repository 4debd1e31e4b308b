#pragma once

#include <optional>
#include <string_view>

#include "parsers/payload_writer.h"

/// What name servers and DHCP servers write: BIND, Infoblox, Unbound, dnsmasq, PowerDNS, CoreDNS, ISC dhcpd, Kea.
namespace vigil {

/// Programs of that kind, as syslog names them.
bool is_dns_dhcp_program(std::string_view program);

/// True for BIND's own file: "20-Nov-2026 14:59:00.123 queries: info: client …".
bool is_bind_line(std::string_view line);

/// True for Unbound's own file: "[1795157940] unbound[1:0] info: …".
bool is_unbound_line(std::string_view line);

/// True for CoreDNS' query log: "[INFO] 10.0.0.1:50022 - 7 "A IN example.com. udp 40 false 512" NOERROR …".
bool is_coredns_line(std::string_view line);

/// True for Kea's own file: "2026-11-20 14:59:00.123 INFO  [kea-dhcp4.leases/1.2] DHCP4_LEASE_ALLOC …".
bool is_kea_line(std::string_view line);

void parse_dns_dhcp(PayloadWriter& out, std::string_view text);

std::optional<std::int64_t> dns_dhcp_time(std::string_view text, int zone_minutes);

}  // namespace vigil
