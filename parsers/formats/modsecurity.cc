#include "parsers/format.h"

#include "parsers/field_target.h"
#include "parsers/json_fields.h"
#include "parsers/payload_text.h"
#include "parsers/payload_time.h"
#include "parsers/server_text.h"
#include "parsers/web_error_line.h"
#include "parsers/web_request.h"

namespace vigil {
namespace {

// clang-format off
// The audit log of version 2 (SecAuditLogFormat JSON under Apache) and of version 3 (libmodsecurity).
constexpr FieldRow kKeys[] = {
    {"transaction.time", "_"}, {"transaction.time_stamp", "_"}, {"transaction.transaction_id", "event.id"}, {"transaction.id", "event.id"}, {"transaction.unique_id", "event.id"},
    {"transaction.remote_address", "source"}, {"transaction.remote_port", "source.port"}, {"transaction.local_address", "destination"},
    {"transaction.local_port", "destination.port"}, {"transaction.client_ip", "source"}, {"transaction.client_port", "source.port"},
    {"transaction.host_ip", "destination"}, {"transaction.host_port", "destination.port"},
    {"transaction.request.method", "http.request.method"}, {"transaction.request.http_version", "_"}, {"transaction.request.uri", "_"},
    {"transaction.request.body", "http.request.body.content"}, {"request.request_line", "_"}, {"response.status", "_"},
    {"transaction.response.http_code", "_"}, {"audit_data.producer", "observer.version"}, {"transaction.producer.modsecurity", "observer.version"},
    {"transaction.messages.details.ruleId", "rule.id"}, {"transaction.messages.message", "rule.name"}, {"transaction.messages.details.severity", "severity"},
    {"transaction.messages.details.data", "data"}, {"transaction.messages.details.match", "match"},
    {"response.protocol", "_"}, {"response.body", "_"}, {"transaction.response.body", "_"},
};
// Headers, whatever their letters' case: "User-Agent", "user-agent".
constexpr FieldRow kHeaders[] = {
    {"host", "_"}, {"user-agent", "user_agent.original"}, {"referer", "http.request.referrer"}, {"content-type", "http.request.mime_type"},
    {"content-length", "http.request.bytes"}, {"remote_user", "user"}, {"x-forwarded-for", "forwarded"}, {"cookie", "_"}, {"authorization", "_"},
};
// clang-format on
constexpr FieldMap kMap(kKeys);
constexpr FieldMap kHeaderMap(kHeaders);

constexpr std::string_view kStarts[] = {"{"};
constexpr LogSource kLogSources[] = {{"modsecurity", "", ""}, {"*", "webserver", ""}, {"*", "", "error"}};

bool is_audit(std::string_view text) {
  const std::string_view front = text.substr(0, 512);
  return text.starts_with("{\"transaction\":") &&
         (contains(front, "\"remote_address\":") || contains(front, "\"client_ip\":"));
}

/// The value of `[id "942100"]` inside a message of version 2.
std::string_view tag(std::string_view text, std::string_view name) {
  const std::size_t at = text.find(name);
  if (at == std::string_view::npos) return {};
  std::string_view rest = text.substr(at + name.size());
  return rest.substr(0, rest.find('"'));
}

void parse_audit(PayloadWriter& out) {
  const JsonFields* const fields = read_json(out);
  if (fields == nullptr) return;
  const FieldTable table = kMap, headers = kHeaderMap;
  std::string_view host, uri, status, port, message, interception;
  bool matched = false;
  for (const JsonField& leaf : fields->leaves) {
    if (leaf.type == ValueType::null) continue;
    std::string_view header = leaf.path;
    if (take_prefix(header, "request.headers.") || take_prefix(header, "transaction.request.headers.")) {
      header = out.lower_case(header);
      if (header == "host") host = leaf.value;
      if (const Target* target = headers.find(header)) {
        put(out, *target, leaf.value);
      } else {
        out.event().add(leaf.vendor_name(), leaf.value, leaf.type);
      }
      continue;
    }
    if (leaf.path == "request.request_line") add_request(out, leaf.value);
    if (leaf.path == "transaction.request.uri") uri = leaf.value;
    if (leaf.path == "transaction.request.http_version") out.add("http.version", leaf.value);
    if (leaf.path == "response.status" || leaf.path == "transaction.response.http_code") status = leaf.value;
    if (leaf.path.ends_with("_port") &&
        (leaf.path.ends_with("local_port") || leaf.path.ends_with("host_port")))
      port = leaf.value;
    if (leaf.path == "transaction.messages.details.ruleId") matched = true;
    if (leaf.path == "audit_data.action.intercepted") interception = leaf.value;
    if (leaf.path == "audit_data.messages") {
      const std::string_view id = tag(leaf.value, "[id \"");
      matched = matched || !id.empty();
      out.add("rule.id", id);
      const std::string_view name = tag(leaf.value, "[msg \"");
      if (message.empty()) message = name;
      out.add("rule.name", name);
    }
    if (const Target* target = table.find(leaf.path)) {
      put(out, *target, leaf.value);
    } else {
      out.event().add(leaf.vendor_name(), leaf.value, leaf.type);
    }
  }
  out.add_url(uri);
  add_status(out, status);
  const std::size_t colon = host.rfind(':');
  const bool with_port = colon != std::string_view::npos && all_digits(host.substr(colon + 1));
  out.add("url.domain", with_port ? host.substr(0, colon) : host);
  if (const std::string_view at = with_port ? host.substr(colon + 1) : port; !uri.empty() && all_digits(at))
    out.add_number("url.port", at);
  if (!uri.empty() && uri.starts_with('/') && !host.empty()) {
    out.add("url.scheme", port == "443" ? "https" : "http");
    // The address that was asked for: no part of the message says it whole.
    std::string_view full = out.join(port == "443" ? "https://" : "http://", host);
    if (!with_port && !port.empty()) full = out.join(out.join(full, ":"), port);
    out.add("url.full", out.join(full, uri));
  }
  const bool denied = interception == "true" || status == "403";
  if (matched) {
    out.set("event.kind", "alert");
    return out.classify("intrusion_detection", denied ? "denied" : "info",
                        denied ? "request_denied" : "rule_matched");
  }
  out.classify("web", "access");
}

/// ModSecurity: the audit log as JSON, and what it writes into the web server's error log.
void parse_modsecurity(PayloadWriter& out) {
  out.log_source("modsecurity", {}, {});
  if (!out.text().starts_with('{')) return parse_web_error_line(out);
  out.observer("OWASP", "ModSecurity", "waf");
  parse_audit(out);
}

std::optional<std::int64_t> modsecurity_time(const SyslogHeader&, std::string_view text, int zone_minutes) {
  if (!text.starts_with('{')) return web_error_time(text, zone_minutes);
  const std::string_view front = text.substr(0, 512);
  const std::size_t two = find_text(front, "\"time\":\"");
  if (two != std::string_view::npos) {
    // "27/Feb/2023:23:24:08.850127 +0000": the zone stands behind the fraction.
    std::string_view time = front.substr(two + 8);
    time = time.substr(0, time.find('"'));
    const std::size_t zone = time.rfind(' ');
    if (zone != std::string_view::npos)
      zone_minutes = read_zone(time.substr(zone + 1)).value_or(zone_minutes);
    auto ns = read_web_time(time.substr(0, 20), zone_minutes);
    std::int64_t worth = 1'000'000'000;
    for (std::size_t at = 21;
         ns && time.size() > 21 && time[20] == '.' && at < time.size() && is_digit(time[at]); ++at) {
      worth /= 10;
      *ns += (time[at] - '0') * worth;
    }
    return ns;
  }
  const std::size_t three = find_text(front, "\"time_stamp\":\"");
  if (three == std::string_view::npos) return std::nullopt;
  std::string_view time = front.substr(three + 14);
  time = time.substr(0, time.find('"'));
  return time.size() < 24 ? std::nullopt : asctime_time(time, zone_minutes);
}

bool claims_modsecurity(const SyslogHeader& header, std::string_view text) {
  if (text.starts_with('{')) return is_audit(text);
  return is_modsecurity_error(text) && (is_web_error(header, text) || header.app == "modsecurity");
}

constexpr std::string_view kDerived[] = {"url.full", "url.scheme"};

constexpr std::string_view kJsonMarks[] = {"transaction\""};

}  // namespace

extern const FormatSpec kFormat_modsecurity = {
    .number = Format{88},
    .name = "modsecurity",
    .title = "ModSecurity",
    .sample =
        R"([Fri Nov 20 14:59:00.000000 2026] [:error] [pid 7] [client 203.0.113.9:50022] ModSecurity: Warning. Pattern match at ARGS:id. [file "/etc/crs/sqli.conf"] [line "65"] [id "942100"] [msg "SQL Injection Attack"] [severity "CRITICAL"] [hostname "www.example.com"] [uri "/x"] [unique_id "Yj2W"])",
    .rank = 65,
    .starts = kStarts,
    .first_bytes = "[0123456789",
    .claims = claims_modsecurity,
    .json_marks = kJsonMarks,
    .parse = parse_modsecurity,
    .time = modsecurity_time,
    .kinds = Kind::device | Kind::web,
    .log_sources = kLogSources,
    .derived = kDerived,
};

}  // namespace vigil
