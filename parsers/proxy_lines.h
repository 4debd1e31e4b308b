#pragma once

#include <optional>
#include <string_view>

#include "parsers/payload_writer.h"

/// Access logs of proxies that do not look like a web server's: HAProxy, Squid, Envoy, and JSON of any.
namespace vigil {

/// "1795157940.123    12 10.1.0.5 TCP_MISS/200 512 GET http://a.example/ …": Squid's own, Cisco's WSA too.
bool is_squid_line(std::string_view text);
void parse_squid(PayloadWriter& out, std::string_view text);

/// "203.0.113.9:50022 [20/Nov/2026:14:59:00.123] frontend backend/server …"
bool is_haproxy_line(std::string_view text);
void parse_haproxy(PayloadWriter& out, std::string_view text);

/// `[2026-11-20T06:59:00.123Z] "GET /x HTTP/1.1" 200 - 0 12 3 2 …`
bool is_envoy_line(std::string_view text);
void parse_envoy(PayloadWriter& out, std::string_view text);

/// A JSON access log of nginx, Caddy, Traefik, Envoy or HAProxy.
bool is_json_access(std::string_view text);
void parse_json_access(PayloadWriter& out);

std::optional<std::int64_t> proxy_time(std::string_view text, int zone_minutes);

}  // namespace vigil
