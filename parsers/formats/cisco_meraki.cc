#include "parsers/device_text.h"
#include "parsers/field_target.h"
#include "parsers/format.h"
#include "parsers/payload_text.h"
#include "parsers/text_template.h"

namespace vigil {
namespace {

constexpr std::string_view kStarts[] = {"flows ",
                                        "urls ",
                                        "events ",
                                        "ids-alerts ",
                                        "ip_flow_start ",
                                        "ip_flow_end ",
                                        "security_event ",
                                        "airmarshal_events ",
                                        "firewall ",
                                        "vpn_firewall ",
                                        "cellular_firewall ",
                                        "l7_firewall ",
                                        "bridge_anyconnect_client_vpn_firewall ",
                                        "1 1"};

/// "1 1795157998.514782056 MX84 flows …" within another header, as relays leave it; empty if it is none.
std::string_view behind_own_header(std::string_view text) {
  if (!take_prefix(text, "1 ")) return {};
  const std::string_view time = take_word(text);
  if (time.size() < 10 || !all_digits(time.substr(0, 10))) return {};
  text = trim_left(text);
  take_word(text);
  return trim_left(text);
}

bool claims_meraki(const SyslogHeader& header, std::string_view text) {
  if (text.starts_with("1 ")) {
    text = behind_own_header(text);
    if (text.empty()) return false;
  } else if (!header.app.empty()) {
    return false;
  }
  const std::string_view front = text.substr(0, 256);
  const std::string_view type = front.substr(0, front.find(' '));
  if (type == "events") {
    return header.tags.has(Tag::epoch_ts) || front.starts_with("events type=") ||
           front.starts_with("events dhcp ") || front.starts_with("events content_filtering_block ") ||
           front.starts_with("events client_vpn_") || front.starts_with("events Site-to-Site VPN: ") ||
           front.starts_with("events anyconnect_vpn_");
  }
  if (type == "security_event")
    return contains(front, " ids_alerted ") || contains(front, " security_filtering_");
  if (type == "ids-alerts") return contains(front, " signature=");
  if (type == "airmarshal_events") return contains(front, " type=");
  return contains(front, " src=") && contains(front, " dst=");
}

constexpr FieldRow kRows[] = {
    {"src", "source:pair"},
    {"dst", "destination:pair"},
    {"sport", "source.port"},
    {"dport", "destination.port"},
    {"mac", "source.mac"},
    {"client_mac", "source.mac"},
    {"client_ip", "source"},
    {"last_known_client_ip", "last_known_client_ip"},
    {"ip_src", "source"},
    {"identity", "user"},
    {"protocol", "transport"},
    {"translated_src_ip", "source.nat.ip"},
    {"translated_dst_ip", "destination.nat.ip"},
    {"agent", "user_agent.original"},
    {"url", "url"},
    {"server", "destination:pair"},
    {"server_ip", "destination"},
    {"server_mac", "destination.mac"},
    {"signature", "rule.id"},
    {"direction", "network.direction"},
    {"dhost", "destination.mac"},
    {"name", "rule.name"},
    {"sha256", "file.hash"},
    {"action", "event.action"},
    {"decision", "event.action"},
    {"reason", "event.reason"},
    {"ssid", "network.name"},
    {"vlan_id", "network.vlan.id"},
    {"vlan", "network.vlan.id"},
    {"wired_mac", "observer.mac"},
    {"peer_contact", "destination:pair"},
    {"peer_ip", "source"},
    {"peer_port", "source.port"},
    {"category0", "rule.category"},
    {"duration", "session_seconds"},
};
constexpr FieldMap kMap(kRows);

/// Where the rest of the line is no pair: `pattern: allow all`, `request: GET https://…`, `message: …`.
bool begins_tail(std::string_view word) {
  return word == "pattern:" || word == "request:" || word == "message:";
}

// pairs = *( word 1*SP / key "=" ( "'" *any "'" / *nonblank ) 1*SP )
/// Reads the pairs; the words that stand alone in front ("allow") and the tail are given back.
struct Words {
  std::string_view first, tail_name, tail;
};
Words put_meraki_pairs(PayloadWriter& out, std::string_view text, bool wireless) {
  Words words;
  for (std::size_t count = 0; !text.empty(); ++count) {
    if (count == PayloadWriter::kFieldsMax) {
      out.overflow(text);
      break;
    }
    const std::size_t blank = text.find(' '), equals = text.find('=');
    if (equals == std::string_view::npos || blank < equals) {
      const std::string_view word = take_word(text);
      text = trim_left(text);
      if (begins_tail(word)) {
        words.tail_name = word.substr(0, word.size() - 1);
        words.tail = text;
        break;
      }
      if (words.first.empty()) words.first = word;
      continue;
    }
    const std::string_view key = text.substr(0, equals);
    text.remove_prefix(equals + 1);
    std::string_view value;
    if (take_prefix(text, "'")) {
      value = take_until(text, '\'');
    } else {
      value = take_word(text);
    }
    text = trim_left(text);
    if (key == "type" && !wireless) {
      out.add_vendor(all_digits(value) ? "icmp_type" : "type", value);
    } else if (wireless && (key == "src" || key == "dst")) {
      static constexpr Target kSource{"source.mac", Put::mac}, kDestination{"destination.mac", Put::mac};
      put(out, key == "src" ? kSource : kDestination, value);
    } else if (key == "translated_port") {
      const bool of_source = out.event().find("source.nat.ip") != nullptr;
      out.add_number(of_source ? "source.nat.port" : "destination.nat.port", value);
    } else if (is_any(value, {"0.0.0.0"}) && key == "client_ip") {
      out.add_vendor(key, value);
    } else {
      FieldTable(kMap).put_or_keep(out, key, value);
    }
  }
  return words;
}

constexpr TextRow kEvents[] = {
    {"dhcp lease of ip {source|ip} from {_|word} mac {destination.mac|word} for client mac {source.mac|word} "
     "from router {gateway|word} on subnet "
     "{subnet|word} with dns {dns_servers}$",
     "network", "start", "dhcp_lease", Outcome::none, "network.protocol=dhcp"},
    {"dhcp lease of ip {source|ip} from {_|word} mac {destination.mac|word} for client mac {source.mac|word}",
     "network", "start", "dhcp_lease", Outcome::none, "network.protocol=dhcp"},
    {"dhcp lease of ip {source|ip} from server mac {destination.mac|word} for client mac {source.mac|word} "
     "with hostname {source.domain|word}",
     "network", "start", "dhcp_lease", Outcome::none, "network.protocol=dhcp"},
    {"dhcp no offers for mac {source.mac|word} host = {dhcp_host|word}", "network", "error", "dhcp_no_offers",
     Outcome::none, "network.protocol=dhcp"},
    {"dhcp release for mac {source.mac|word}", "network", "end", "dhcp_release", Outcome::none,
     "network.protocol=dhcp"},
    {"client_vpn_connect user id '{user|last}' local ip {source.nat.ip|ip} connected from {source|ip}",
     "authentication", "start", "client_vpn_connect", Outcome::success},
    {"client_vpn_disconnect user id '{user|last}' local ip {source.nat.ip|ip}", "session", "end",
     "client_vpn_disconnect"},
    {"Site-to-Site VPN: {_} established between {source|ip}\\[{_}\\]...{destination|ip}\\[", "network",
     "start", "site_to_site_vpn"},
    {"Site-to-Site VPN: {event.reason}$", "network", "info", "site_to_site_vpn"},
    {"anyconnect_vpn_auth_success {_}$", "authentication", "start", "anyconnect_vpn_auth_success",
     Outcome::success},
    {"anyconnect_vpn_auth_failure {_}$", "authentication", "start", "anyconnect_vpn_auth_failure",
     Outcome::failure},
    {"port {port|number} status changed from {state_before} to {state}$", "network", "change", "port_status"},
    {"Port {port|number} changed STP role from {state_before} to {state}$", "network", "change", "port_role"},
    {"Blocked DHCP server response from {source.mac|word} on VLAN {network.vlan.id|number}",
     "intrusion_detection", "denied", "dhcp_server_blocked", Outcome::none, "network.protocol=dhcp"},
    {"Auth event: {event.reason}$", "authentication", "info", "auth_event"},
};

void finish_type(PayloadWriter& out, std::string_view type) {
  out.add("event.action", type);
  if (is_any(type, {"8021x_eap_success", "wpa_auth", "splash_auth"})) {
    out.logon({}, Outcome::success);
  } else if (type == "8021x_eap_failure") {
    out.logon({}, Outcome::failure);
  } else if (is_any(type, {"association", "8021x_auth"})) {
    out.classify("session", "start");
  } else if (is_any(type, {"disassociation", "8021x_deauth", "wpa_deauth", "8021x_client_deauth"})) {
    out.classify("session", "end");
  } else {
    out.classify("network", "info");
  }
}

void finish_flow(PayloadWriter& out, const Words& words) {
  std::string_view verdict = words.first;
  if (words.tail_name == "pattern") {
    verdict = words.tail;
    out.add("rule.description", words.tail);
  }
  const bool denied = contains_ignoring_case(verdict, "deny") || verdict.starts_with("1 ") ||
                      contains_ignoring_case(verdict, "drop");
  const bool allowed = contains_ignoring_case(verdict, "allow") || verdict.starts_with("0 ");
  out.classify("network",
               denied    ? "denied"
               : allowed ? "allowed"
                         : "connection",
               {},
               denied    ? Outcome::failure
               : allowed ? Outcome::success
                         : Outcome::none);
}

void finish_security(PayloadWriter& out, std::string_view what, const Words& words) {
  const bool ids =
      what != "security_filtering_file_scanned" && what != "security_filtering_disposition_change";
  if (ids && words.tail_name == "message") out.alert(words.tail);
  const std::string_view action = out.event().text_of("event.action");
  const bool denied = contains_ignoring_case(action, "block");
  const std::string_view disposition = out.event().text_of("vendor.disposition");
  if (!ids && disposition == "malicious") out.set("event.kind", "alert");
  if (ids) out.set("event.kind", "alert");
  constexpr std::string_view kPriorities[] = {"9", "7", "5", "3"};
  const auto priority = read_number(out.event().text_of("vendor.priority"));
  if (priority && *priority >= 1 && *priority <= 4)
    out.add_number("event.severity", kPriorities[*priority - 1]);
  out.classify(ids ? "intrusion_detection" : "malware", denied ? "denied" : "allowed");
}

constexpr LogSource kLogSources[] = {
    {"cisco", "firewall", "meraki"}, {"cisco", "proxy", "meraki"}, {"cisco", "", "meraki"}};

/// Meraki's appliances, access points and switches: a kind of message, then pairs, some with quotes of one stroke.
void parse_meraki(PayloadWriter& out) {
  std::string_view text = out.text();
  if (text.starts_with("1 ")) text = behind_own_header(text);
  const std::string_view kind = take_word(text);
  text = trim_left(text);
  out.add_vendor("kind", kind);
  const bool wireless = kind == "airmarshal_events";
  out.observer("Cisco", "Meraki", kind == "events" || wireless ? "network" : "firewall");
  if (out.header().host_from_message) out.add("observer.name", out.header().host);
  out.log_source("cisco", {}, "meraki");
  static const TextTable events(kEvents);
  if (kind == "events" && events.read(out, text) != nullptr) {
    if (out.event().text_of("event.action").starts_with("anyconnect")) put_loose_ends(out, text);
    return;
  }
  std::string_view what;
  if (kind == "security_event") {
    what = take_word(text);
    text = trim_left(text);
  }
  const Words words = put_meraki_pairs(out, text, wireless);
  complete_transport(out);
  if (kind == "urls") {
    std::string_view request = words.tail;
    const std::string_view method = take_word(request);
    if (method != "UNKNOWN") out.add("http.request.method", method);
    out.add_url(trim(request));
    out.log_source("cisco", "proxy", "meraki");
    return out.classify("web", "access");
  }
  if (kind == "events") {
    if (words.first == "content_filtering_block")
      return out.classify("web", "denied", words.first, Outcome::failure);
    return finish_type(out, out.event().text_of("vendor.type"));
  }
  if (wireless) {
    out.alert(out.event().text_of("vendor.type"));
    return out.classify("intrusion_detection", "info", out.event().text_of("vendor.type"));
  }
  if (kind == "security_event" || kind == "ids-alerts") {
    if (!what.empty()) out.add_vendor("type", what);
    return finish_security(out, what, words);
  }
  out.log_source("cisco", "firewall", "meraki");
  finish_flow(out, words);
  out.add("event.action", kind);
}

}  // namespace

extern const FormatSpec kFormat_cisco_meraki = {
    .number = Format{15},
    .name = "cisco_meraki",
    .title = "Cisco Meraki",
    .sample =
        "flows allow src=10.1.0.7 dst=203.0.113.80 mac=00:11:22:33:44:55 protocol=udp sport=54841 dport=53",
    .rank = 40,
    .starts = kStarts,
    .claims = claims_meraki,
    .parse = parse_meraki,
    .kinds = Kind::device,
    .log_sources = kLogSources,
};

}  // namespace vigil
