#include "parsers/device_text.h"
#include "parsers/field_target.h"
#include "parsers/format.h"
#include "parsers/key_table.h"
#include "parsers/payload_text.h"
#include "parsers/text_template.h"

namespace vigil {
namespace {

struct Topic {
  std::string_view key;
};
constexpr Topic kTopics[] = {
    {"firewall"}, {"system"},      {"dhcp"},    {"wireless"},  {"ppp"},       {"l2tp"},
    {"pptp"},     {"sstp"},        {"ovpn"},    {"ipsec"},     {"interface"}, {"hotspot"},
    {"dns"},      {"caps"},        {"script"},  {"ntp"},       {"pppoe"},     {"ospf"},
    {"bgp"},      {"certificate"}, {"radius"},  {"web-proxy"}, {"backup"},    {"bridge"},
    {"route"},    {"wireguard"},   {"manager"}, {"snmp"},      {"ssh"},       {"tftp"},
    {"upnp"},     {"store"},       {"poe-out"}, {"lte"},       {"container"}, {"smb"}};
constexpr KeyTable kTopicTable(kTopics);

/// "system,error,critical" and the blank behind it; 0 if the text does not begin with topics.
std::size_t topics_length(std::string_view text) {
  std::size_t end = 0, comma = std::string_view::npos;
  while (end < text.size() && end < 64 &&
         ((text[end] >= 'a' && text[end] <= 'z') || is_digit(text[end]) || text[end] == '-' ||
          text[end] == ',')) {
    if (text[end] == ',' && comma == std::string_view::npos) comma = end;
    ++end;
  }
  if (comma == std::string_view::npos || end >= text.size() || (text[end] != ' ' && text[end] != ':'))
    return 0;
  return kTopicTable.find(text.substr(0, comma)) == nullptr ? 0 : end;
}

/// A packet: "prefix input: in:ether1 out:(unknown 0), …, proto TCP (SYN), 10.1.0.5:1->10.1.0.6:2, len 40".
bool is_packet(std::string_view text) {
  const std::string_view front = text.substr(0, 320);
  const std::size_t in = find_text(front, "in:");
  return in != std::string_view::npos && (in == 0 || front[in - 1] == ' ') && contains(front, " out:") &&
         contains(front, "proto ") && contains(front, "->");
}

bool claims_mikrotik(const SyslogHeader& header, std::string_view text) {
  if (text.front() < 'a' || text.front() > 'z')
    return (header.app == "input" || header.app == "forward" || header.app == "output") && is_packet(text);
  return topics_length(text) != 0 || is_packet(text);
}

constexpr TextRow kLines[] = {
    {"login failure for user {user|last} from {source|word} via {method|word}", "authentication", "start",
     "login", Outcome::failure},
    {"login failure for user {user|last} via {method|word}", "authentication", "start", "login",
     Outcome::failure},
    {"user {user|last} logged in from {source|word} via {method|word}", "authentication", "start", "login",
     Outcome::success},
    {"user {user|last} logged in via {method|word}", "authentication", "start", "login", Outcome::success},
    {"user {user|last} logged out from {source|word} via {method|word}", "authentication", "end", "logout",
     Outcome::success},
    {"user {user|last} logged out via {method|word}", "authentication", "end", "logout", Outcome::success},
    {"publickey accepted for user: {user}$", "authentication", "info", "ssh_key_accepted"},
    {"<{session}>: user {user|last} authentication failed", "authentication", "start", "vpn_login",
     Outcome::failure},
    {"user {user|last} authentication failed[ - {event.reason}]$", "authentication", "start", "vpn_login",
     Outcome::failure},
    {"<{session}>: authenticated", "authentication", "start", "vpn_login", Outcome::success},
    {"{user|last} logged in, {source.nat.ip|ip} from {source|ip}", "authentication", "start", "vpn_login",
     Outcome::success},
    {"{user|last} logged in, {source.nat.ip|ip}", "authentication", "start", "vpn_login", Outcome::success},
    {"{user|word} ({source|ip}): login failed: {event.reason}$", "authentication", "start", "hotspot_login",
     Outcome::failure},
    {"{user|word} ({source|ip}): logged in", "authentication", "start", "hotspot_login", Outcome::success},
    {"{user|word} ({source|ip}): logged out: {event.reason}$", "authentication", "end", "hotspot_logout",
     Outcome::success},
    {"{dhcp_server|word} assigned {source|ip} to {source.mac|word}[ {source.domain|word}]$", "network",
     "start", "dhcp_lease", Outcome::none, "network.protocol=dhcp"},
    {"{dhcp_server|word} assigned {source|ip} for {source.mac|word}[ {source.domain|word}]$", "network",
     "start", "dhcp_lease", Outcome::none, "network.protocol=dhcp"},
    {"{dhcp_server|word} deassigned {source|ip} from {source.mac|word}", "network", "end", "dhcp_release",
     Outcome::none, "network.protocol=dhcp"},
    {"{dhcp_server|word} deassigned {source|ip} for {source.mac|word}", "network", "end", "dhcp_release",
     Outcome::none, "network.protocol=dhcp"},
    {"{source.mac|word}@{observer.ingress.interface.name|word}: connected[, {event.reason}]$", "session",
     "start", "wireless_joined"},
    {"{source.mac|word}@{observer.ingress.interface.name|word}: disconnected[, {event.reason}]$", "session",
     "end", "wireless_left"},
    {"{source.mac|word}@{observer.ingress.interface.name|word} connected[, {event.reason}]$", "session",
     "start", "wireless_joined"},
    {"{source.mac|word}@{observer.ingress.interface.name|word} disconnected[, {event.reason}]$", "session",
     "end", "wireless_left"},
    {"{observer.ingress.interface.name|word} link up{_}$", "network", "change", "interface_state"},
    {"{observer.ingress.interface.name|word} link down{_}$", "network", "change", "interface_state"},
    {"{what} changed by {_|word}:{user|last}@{source|ip}", "configuration", "change",
     "configuration_changed"},
    {"{what} added by {_|word}:{user|last}@{source|ip}", "configuration", "change", "configuration_added"},
    {"{what} removed by {_|word}:{user|last}@{source|ip}", "configuration", "change",
     "configuration_removed"},
    {"{what} changed by {user|word}", "configuration", "change", "configuration_changed"},
    {"{what} added by {user|word}", "configuration", "change", "configuration_added"},
    {"{what} removed by {user|word}", "configuration", "change", "configuration_removed"},
    {"{observer.ingress.interface.name|word} detect {event.reason}$", "network", "change", "interface_state"},
};

// packet = [ prefix SP ] [ chain ": " ] "in:" name " out:" name ", " *( item ", " )
/// Items are told by their first word; "10.1.0.5:1->10.1.0.6:2" is known by its arrow.
void put_packet(PayloadWriter& out, std::string_view text) {
  const std::size_t in = find_text(text, "in:");
  if (std::string_view front = trim(text.substr(0, in)); take_suffix(front, ":")) {
    const std::size_t blank = front.rfind(' ');
    out.add_vendor("chain", blank == std::string_view::npos ? front : front.substr(blank + 1));
    if (blank != std::string_view::npos) out.add("rule.name", trim(front.substr(0, blank)));
  } else if (out.header().app == "input" || out.header().app == "forward" || out.header().app == "output") {
    out.add_vendor("chain", out.header().app);
  }
  text.remove_prefix(in + 3);
  std::string_view ports = text.substr(0, text.find(", "));
  const std::size_t out_at = ports.find(" out:");
  if (out_at != std::string_view::npos) {
    out.add("observer.ingress.interface.name", ports.substr(0, out_at));
    std::string_view egress = ports.substr(out_at + 5);
    egress = egress.substr(0, egress.find(" src-mac"));
    if (!egress.starts_with("(unknown")) out.add("observer.egress.interface.name", egress);
  }
  static constexpr Target kMac{"source.mac", Put::mac};
  static constexpr Target kSource{"source", Put::source_pair},
      kDestination{"destination", Put::destination_pair};
  bool seen = false;
  for (int left = 16; left > 0 && !text.empty(); --left) {
    const std::size_t comma = text.find(", ");
    std::string_view item = trim(text.substr(0, comma));
    text = comma == std::string_view::npos ? std::string_view() : text.substr(comma + 2);
    if (const std::size_t mac = item.find("src-mac "); mac != std::string_view::npos) {
      std::string_view word = item.substr(mac + 8);
      put(out, kMac, take_word(word));
    }
    if (take_prefix(item, "proto ")) {
      out.add_transport(take_word(item));
    } else if (take_prefix(item, "len ")) {
      out.add_number("network.bytes", item);
    } else if (take_prefix(item, "NAT ")) {
      // (10.1.0.7:1->198.51.100.1:1)->203.0.113.80:53 or 10.1.0.7:1->(198.51.100.1:2->10.1.0.5:2)
      const std::size_t open = item.find('('), close = item.find(')'), arrow = item.find("->", open);
      if (open == std::string_view::npos || close == std::string_view::npos || arrow > close) continue;
      std::string_view nat = item.substr(arrow + 2, close - arrow - 2);
      const auto end = read_loose_end(nat);
      if (!end) continue;
      out.add(open == 0 ? "source.nat.ip" : "destination.nat.ip", end->address);
      if (!end->port.empty())
        out.add_number(open == 0 ? "source.nat.port" : "destination.nat.port", end->port);
    } else if (const std::size_t arrow = item.find("->"); arrow != std::string_view::npos && !seen) {
      seen = true;
      put(out, kSource, item.substr(0, arrow));
      put(out, kDestination, item.substr(arrow + 2));
    }
  }
  complete_transport(out);
  const std::string_view rule = out.event().text_of("rule.name");
  const bool denied = contains_ignoring_case(rule, "drop") || contains_ignoring_case(rule, "deny") ||
                      contains_ignoring_case(rule, "block") || contains_ignoring_case(rule, "reject");
  out.classify("network", denied ? "denied" : "connection", "packet");
}

constexpr LogSource kLogSources[] = {{"", "plain_text", ""}, {"mikrotik", "firewall", ""}, {"mikrotik", "", "syslog"}};

void parse_mikrotik(PayloadWriter& out) {
  static const TextTable lines(kLines);
  std::string_view text = out.text();
  out.observer("MikroTik", "RouterOS", "router");
  if (out.header().host_from_message) out.add("observer.name", out.header().host);
  out.log_source("mikrotik", {}, "syslog");
  if (const std::size_t length = topics_length(text); length != 0) {
    out.add_vendor("topics", text.substr(0, length));
    text = trim_left(text.substr(length + 1));
    out.set("message", text);
  }
  if (is_packet(text)) {
    out.log_source("mikrotik", "firewall", {});
    return put_packet(out, text);
  }
  if (lines.read(out, text) == nullptr) put_loose_ends(out, text);
}

}  // namespace

extern const FormatSpec kFormat_mikrotik = {
    .number = Format{20},
    .name = "mikrotik",
    .title = "MikroTik RouterOS",
    .sample = "system,error,critical login failure for user admin from 203.0.113.9 via winbox",
    .rank = 40,
    .claims = claims_mikrotik,
    .parse = parse_mikrotik,
    .kinds = Kind::device,
    .log_sources = kLogSources,
};

}  // namespace vigil
