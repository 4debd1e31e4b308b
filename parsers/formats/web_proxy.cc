#include "parsers/format.h"

#include "parsers/payload_text.h"
#include "parsers/proxy_lines.h"
#include "parsers/text_template.h"

namespace vigil {
namespace {

// clang-format off
constexpr TextRow kHaproxy[] = {
    {"Server {backend|word} is {server_state|word}, reason: {event.reason}", "host", "change", "haproxy_server_state"},
    {"Server {backend|word} is {server_state|word}", "host", "change", "haproxy_server_state"},
    {"backend {backend|word} has no server available", "host", "error", "haproxy_backend_down"},
    {"Proxy {frontend|word} started", "process", "start", "haproxy_started"},
    {"Proxy {frontend|word} stopped", "process", "end", "haproxy_stopped"},
    {"Connect from {source:pair|word} to {destination:pair|word} ({frontend}/{mode|word})", "network", "connection", "haproxy_connection"},
};
// clang-format on

constexpr std::string_view kPrograms[] = {"haproxy", "squid", "traefik", "envoy"};
constexpr LogSource kLogSources[] = {{"*", "proxy", ""}, {"*", "webserver", ""}};

bool claims_proxy(const SyslogHeader& header, std::string_view text) {
  if (header.app.starts_with("haproxy")) return true;
  switch (text.front()) {
    case '{':
      return is_json_access(text);
    case '[':
      return is_envoy_line(text);
    default:
      return is_haproxy_line(text) || is_squid_line(text);
  }
}

/// HAProxy (HTTP, TCP, errors, its own messages), Squid's and Cisco WSA's native log, Envoy, and JSON access logs of nginx,
/// Caddy, Traefik and Envoy.
void parse_web_proxy(PayloadWriter& out) {
  const std::string_view text = trim(out.text());
  if (is_squid_line(text)) {
    out.log_source("squid", "proxy", {});
    return parse_squid(out, text);
  }
  if (is_haproxy_line(text)) {
    out.log_source("haproxy", "webserver", {});
    return parse_haproxy(out, text);
  }
  if (text.starts_with('{') && is_json_access(text)) {
    out.log_source({}, "webserver", {});
    return parse_json_access(out);
  }
  if (is_envoy_line(text)) {
    out.log_source("envoy", "webserver", {});
    return parse_envoy(out, text);
  }
  out.log_source("haproxy", {}, {});
  static const TextTable kTable(kHaproxy);
  kTable.read(out, text);
}

constexpr std::string_view kJsonMarks[] = {
    "http.log.access", "DownstreamStatus\"", "downstream_remote_address\"", "remote_addr\""};

}  // namespace

extern const FormatSpec kFormat_web_proxy = {
    .number = Format{89},
    .name = "web_proxy",
    .title = "proxies: HAProxy, Squid, Envoy; JSON access logs of nginx, Caddy, Traefik",
    .sample =
        R"(203.0.113.9:50022 [20/Nov/2026:14:59:00.123] www app/s1 0/0/1/2/3 200 512 - - ---- 1/1/0/0/0 0/0 "GET / HTTP/1.1")",
    .rank = 150,
    .programs = kPrograms,
    .first_bytes = "{[0123456789abcdef:",
    .claims = claims_proxy,
    .json_marks = kJsonMarks,
    .parse = parse_web_proxy,
    .time = [](const SyslogHeader&, std::string_view text, int zone) { return proxy_time(text, zone); },
    .kinds = Kind::web,
    .log_sources = kLogSources,
};

}  // namespace vigil
