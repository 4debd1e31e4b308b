#include <algorithm>

#include "parsers/device_words.h"
#include "parsers/field_target.h"
#include "parsers/format.h"
#include "parsers/payload_text.h"
#include "parsers/payload_time.h"
#include "parsers/text_template.h"

namespace vigil {
namespace {

constexpr FieldRow kKeys[] = {
    {"msg_id", "event.code"},
    {"msg", "message"},
    {"src_user", "source.user"},
    {"dst_user", "destination.user"},
    {"src_ip_nat", "source.nat.ip"},
    {"src_port_nat", "source.nat.port"},
    {"dst_ip_nat", "destination.nat.ip"},
    {"dst_port_nat", "destination.nat.port"},
    {"sent_bytes", "source.bytes"},
    {"rcvd_bytes", "destination.bytes"},
    {"sent_packets", "source.packets"},
    {"rcvd_packets", "destination.packets"},
    {"duration", "event.duration:seconds"},
    {"elapsed_time", "elapsed_time"},
    {"proxy_act", "rule.ruleset"},
    {"rule_name", "rule.name"},
    {"op", "http.request.method"},
    {"dstname", "url.domain"},
    {"arg", "url.path"},
    {"app_name", "network.application"},
    {"app_cat_name", "rule.category"},
    {"cats", "rule.category"},
    {"signature_name", "rule.name"},
    {"signature_cat", "rule.category"},
    {"signature_id", "rule.id"},
    {"virus", "rule.name"},
    {"md5", "file.hash"},
    {"file", "file"},
    {"fqdn_dst_match", "destination.domain"},
    {"sender", "email.from.address"},
    {"recipients", "email.to.address"},
    {"geo_src", "source.geo.country_iso_code"},
    {"geo_dst", "destination.geo.country_iso_code"},
    {"tls_version", "tls.version"},
    {"sni", "tls.client.server_name"},
};
constexpr FieldMap kMap(kKeys);

// What stands behind msg_id, before the pairs. Of a packet: lengths, TTL, then the ends; of a proxy the ends alone.
constexpr TextRow kLines[] = {
    {"{event.action|word} {observer.ingress.interface.name|word} {observer.egress.interface.name|word} "
     "{network.bytes|number} "
     "{transport|word} {header_bytes|number} {ttl|number} {source|ip} {destination|ip} {source.port|number} "
     "{destination.port|number}",
     "network", "connection"},
    {"{event.action|word} {observer.ingress.interface.name|word} {observer.egress.interface.name|word} "
     "{network.bytes|number} "
     "{transport|word} {header_bytes|number} {ttl|number} {source|ip} {destination|ip} {icmp_type|number} "
     "{icmp_code|number}",
     "network", "connection"},
    {"{event.action|word} {observer.ingress.interface.name|word} {observer.egress.interface.name|word} "
     "{network.bytes|number} "
     "{transport|word} {header_bytes|number} {ttl|number} {source|ip} {destination|ip}",
     "network", "connection"},
    {"{event.action|word} {observer.ingress.interface.name|word} {observer.egress.interface.name|word} "
     "{source|ip} {destination|ip} "
     "{service|word} {source.port|number} {destination.port|number}",
     "network", "connection"},
    {"{event.action|word} {observer.ingress.interface.name|word} {observer.egress.interface.name|word} "
     "{transport|word} {source|ip} "
     "{destination|ip} {source.port|number} {destination.port|number}",
     "network", "connection"},
    {"Authentication of {user_type} user \\[{user}\\] from {source|ip} was accepted", "authentication",
     "start", "user_login", Outcome::success},
    {"Authentication of {user_type} user \\[{user}\\] from {source|ip} was rejected, {event.reason}$",
     "authentication", "start", "user_login", Outcome::failure},
    {"Authentication of {user_type} user \\[{user}\\] from {source|ip} was rejected", "authentication",
     "start", "user_login", Outcome::failure},
    {"{user_type|word} user {user|word} from {source|ip} logged in", "authentication", "start", "user_login",
     Outcome::success},
    {"{user_type|word} user {user|word} from {source|ip} logged out", "authentication", "end", "user_logout",
     Outcome::success},
    {"{user_type|word} user {user|word} from {source|ip} rejected - {event.reason}$", "authentication",
     "start", "user_login", Outcome::failure},
    {"{user_type} user {user|word} from {source|ip} log in attempt was rejected - {event.reason}$",
     "authentication", "start", "user_login", Outcome::failure},
    {"Mobile VPN with {vpn|word} user {user|word} logged in[. Virtual IP address is {client.ip|ip}]",
     "authentication", "start", "vpn_login", Outcome::success},
    {"Mobile VPN with {vpn|word} user {user|word} logged out", "authentication", "end", "vpn_logout",
     Outcome::success},
    {"Management user {user|word} from {source|ip} logged in", "authentication", "start", "admin_login",
     Outcome::success},
    {"Management user {user|word} from {source|ip} logged out", "authentication", "end", "admin_logout",
     Outcome::success},
    {"Management user {user|word} at {source|ip} has modified {object}", "configuration", "change",
     "configuration_changed"},
    {"{name} attack against {destination|ip} from {source|ip} detected", "intrusion_detection", "info",
     "attack"},
    {"DDOS attack against destination {destination|ip} detected", "intrusion_detection", "info", "attack"},
};

/// Where `msg_id="3000-0148"` stands; npos if nowhere.
std::size_t message_id_at(std::string_view text) {
  const std::size_t at = find_text(text, "msg_id=\"");
  if (at == std::string_view::npos || at + 17 > text.size()) return std::string_view::npos;
  const std::string_view code = text.substr(at + 8, 9);
  return code[4] == '-' ? at : std::string_view::npos;
}

bool claims_watchguard(const SyslogHeader&, std::string_view text) {
  return message_id_at(text.substr(0, 256)) != std::string_view::npos;
}

/// "D0E601234ABCD (2026-11-20T06:59:00) firewall: ": serial number, UTC, program
std::optional<std::int64_t> watchguard_time(const SyslogHeader&, std::string_view text, int) {
  const std::size_t open = text.substr(0, 64).find('(');
  return open == std::string_view::npos ? std::nullopt : read_iso_time(text.substr(open + 1, 19), 0);
}

/// WatchGuard Fireware 11 and 12.
void parse_watchguard(PayloadWriter& out) {
  static const TextTable table(kLines);
  out.observer("WatchGuard", "Fireware", "firewall");
  out.log_source("watchguard", "firewall", {});
  std::string_view text = out.text();
  const std::size_t at = message_id_at(text.substr(0, 256));
  if (at == std::string_view::npos) return out.bad_payload();
  std::string_view front = trim(text.substr(0, at));
  if (const std::size_t open = front.find('('); open != std::string_view::npos) {
    out.add("observer.serial_number", trim(front.substr(0, open)));
    const std::size_t close = front.find(')');
    front = close == std::string_view::npos ? std::string_view() : trim_left(front.substr(close + 1));
  }
  if (take_suffix(front, ":")) out.set("process.name", front.substr(0, front.find('[')));
  text.remove_prefix(at);
  put_pairs(out, text, kMap);
  // The words between msg_id and the first pair; the policy's name stands in brackets at the end.
  text.remove_prefix(std::min(text.size(), std::size_t{18}));
  text = trim(text);
  const TextRow* const row = table.read(out, text);
  if (text.ends_with(')')) {
    if (const std::size_t open = text.rfind('(');
        open != std::string_view::npos && row != nullptr && row->category == "network") {
      out.add("rule.name", text.substr(open + 1, text.size() - open - 2));
    }
  }
  const std::string_view word = out.event().text_of("event.action");
  add_verdict(out, word);
  const std::string_view message = out.event().text_of("message");
  if (row == nullptr) out.classify("host", "info");
  const bool attack = contains(message, "IPS detected") || contains(message, "IPS Match") ||
                      (row != nullptr && row->category == "intrusion_detection");
  if (attack || contains_ignoring_case(message, "virus found")) {
    const std::string_view name = out.event().text_of("rule.name");
    out.alert(name.empty() ? message : std::string_view());
    if (row == nullptr || row->category != "intrusion_detection")
      out.add("event.category", attack ? "intrusion_detection" : "malware");
  }
  share_user(out);
}

constexpr LogSource kLogSources[] = {{"watchguard", "firewall", ""}};

}  // namespace

extern const FormatSpec kFormat_watchguard = {
    .number = Format{43},
    .name = "watchguard",
    .title = "WatchGuard Fireware",
    .sample =
        R"(80B301234ABCD (2026-11-20T06:59:00) firewall: msg_id="3000-0148" Deny External Firebox 52 tcp 20 119 203.0.113.9 198.51.100.1 50022 22 offset 8 S 3456787 win 8192 msg="blocked ports" (Unhandled External Packet-00))",
    .rank = 61,
    .claims = claims_watchguard,
    .parse = parse_watchguard,
    .time = watchguard_time,
    .kinds = Kind::device,
    .log_sources = kLogSources,
};

}  // namespace vigil
