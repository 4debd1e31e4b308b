#include "parsers/dns_dhcp_lines.h"

#include "parsers/payload_text.h"
#include "parsers/payload_time.h"
#include "parsers/server_text.h"
#include "parsers/text_template.h"

namespace vigil {
namespace {

// clang-format off
/// BIND, behind the client where there is one.
constexpr TextRow kNamed[] = {
    {"query: {dns.question.name|word} {dns.question.class|word} {dns.question.type|word} response: {dns.response_code|word} {flags|word} {dns.answers.data}$", "network", "protocol", "dns_response"},
    {"query: {dns.question.name|word} {dns.question.class|word} {dns.question.type|word} response: {dns.response_code|word} {flags|word}", "network", "protocol", "dns_response"},
    {"query: {dns.question.name|word} {dns.question.class|word} {dns.question.type|word} response: {dns.response_code|word}", "network", "protocol", "dns_response"},
    {"query: {dns.question.name|word} {dns.question.class|word} {dns.question.type|word} {flags|word} ({destination|ip})", "network", "protocol", "dns_query"},
    {"query: {dns.question.name|word} {dns.question.class|word} {dns.question.type|word} {flags|word}", "network", "protocol", "dns_query"},
    {"query: {dns.question.name|word} {dns.question.class|word} {dns.question.type|word}", "network", "protocol", "dns_query"},
    {"query failed ({dns.response_code|word}) for {dns.question.name|word}/{dns.question.class|word}/{dns.question.type|word} at {at|word}", "network", "error", "dns_query_failed", Outcome::failure},
    {"query (cache) '{dns.question.name|word}/{dns.question.type|word}/{dns.question.class|word}' denied", "network", "denied", "dns_query_denied", Outcome::failure},
    {"query '{dns.question.name|word}/{dns.question.type|word}/{dns.question.class|word}' denied", "network", "denied", "dns_query_denied", Outcome::failure},
    {"query (cache) denied", "network", "denied", "dns_query_denied", Outcome::failure},
    {"query denied", "network", "denied", "dns_query_denied", Outcome::failure},
    {"updating zone '{dns.question.name|word}/{dns.question.class|word}': {event.reason}", "network", "change", "dns_update"},
    {"update '{dns.question.name|word}/{dns.question.class|word}' denied", "network", "denied", "dns_update_denied", Outcome::failure},
    {"update forwarding '{dns.question.name|word}/{dns.question.class|word}' denied", "network", "denied", "dns_update_denied", Outcome::failure},
    {"update failed: {event.reason}", "network", "error", "dns_update_failed", Outcome::failure},
    {"zone transfer '{dns.question.name|word}/{transfer|word}/{dns.question.class|word}' denied", "network", "denied", "dns_transfer_denied", Outcome::failure},
    {"bad zone transfer request: '{dns.question.name|word}/{dns.question.class|word}': {event.reason}", "network", "denied", "dns_transfer_denied", Outcome::failure},
    {"transfer of '{dns.question.name|word}/{dns.question.class|word}' from {source|ip}#{source.port|number}: {event.reason}", "network", "info", "dns_transfer"},
    {"transfer of '{dns.question.name|word}/{dns.question.class|word}': {event.reason}", "network", "info", "dns_transfer"},
    {"received notify for zone '{dns.question.name|word}'", "network", "info", "dns_notify"},
    {"rewriting query name '{dns.question.name|word}' to '{rewritten_name|word}', type {dns.question.type|word}", "network", "change", "dns_rewrite"},
    {"rpz {rule.category|word} {policy|word} rewrite {dns.question.name|word} \\[{dns.question.type|word}\\] via {rule.name|word}", "network", "denied", "dns_rpz"},
    {"rpz {rule.category|word} {policy|word} rewrite {dns.question.name|word}/{dns.question.type|word}/{dns.question.class|word} via {rule.name|word}", "network", "denied", "dns_rpz"},
    {"rate limit {limit_action|word} {limit_of|word} response to {source|ip}", "network", "denied", "dns_rate_limit"},
    {"RFC 1918 response from Internet for {dns.question.name|word}", "network", "info", "dns_private_answer"},
    {"signer \"{user.name}\" {signer_verdict|word}", "network", "info", "dns_signer"},
    {"request has invalid signature: {event.reason}", "network", "denied", "dns_bad_signature", Outcome::failure},
    {"zone {dns.question.name|word}/{dns.question.class|word}: notify from {source|ip}#{source.port|number}: {event.reason}", "network", "info", "dns_notify"},
    {"zone {dns.question.name|word}/{dns.question.class|word}: refused notify from non-master: {source|ip}#{source.port|number}", "network", "denied", "dns_notify_refused"},
    {"zone {dns.question.name|word}/{dns.question.class|word}[/{view|word}]: {event.reason}", "network", "info", "dns_zone"},
    {"validating [@{pointer|word}: ]{dns.question.name|word}/{dns.question.type|word}: {event.reason}", "network", "info", "dns_validation"},
    {"validating [@{pointer|word}: ]{dns.question.name|word} {dns.question.type|word}: {event.reason}", "network", "info", "dns_validation"},
    {"lame server resolving '{dns.question.name}' (in '{zone}'?): {destination|ip}#{destination.port|number}", "network", "error", "dns_lame_server"},
    {"{dns.response_code|word} unexpected RCODE resolving '{dns.question.name|word}/{dns.question.type|word}/{dns.question.class|word}': {destination|ip}#{destination.port|number}", "network", "error", "dns_unexpected_rcode"},
    {"unexpected RCODE ({dns.response_code|word}) resolving '{dns.question.name|word}/{dns.question.type|word}/{dns.question.class|word}': {destination|ip}#{destination.port|number}", "network", "error", "dns_unexpected_rcode"},
    {"REFUSED unexpected RCODE resolving '{dns.question.name|word}/{dns.question.type|word}/{dns.question.class|word}': {destination|ip}#{destination.port|number}", "network", "error", "dns_unexpected_rcode"},
    {"FORMERR resolving '{dns.question.name|word}/{dns.question.type|word}/{dns.question.class|word}': {destination|ip}#{destination.port|number}", "network", "error", "dns_format_error"},
    {"error ({event.reason}) resolving '{dns.question.name|word}/{dns.question.type|word}/{dns.question.class|word}': {destination|ip}#{destination.port|number}", "network", "error", "dns_error"},
    {"host unreachable resolving '{dns.question.name|word}/{dns.question.type|word}/{dns.question.class|word}': {destination|ip}#{destination.port|number}", "network", "error", "dns_error"},
    {"network unreachable resolving '{dns.question.name|word}/{dns.question.type|word}/{dns.question.class|word}': {destination|ip}#{destination.port|number}", "network", "error", "dns_error"},
    {"connection refused resolving '{dns.question.name|word}/{dns.question.type|word}/{dns.question.class|word}': {destination|ip}#{destination.port|number}", "network", "error", "dns_error"},
    {"no valid {record|word} resolving '{dns.question.name|word}/{dns.question.type|word}/{dns.question.class|word}': {destination|ip}#{destination.port|number}", "network", "error", "dns_validation_failed"},
    {"broken trust chain resolving '{dns.question.name|word}/{dns.question.type|word}/{dns.question.class|word}': {destination|ip}#{destination.port|number}", "network", "error", "dns_validation_failed"},
    {"DNS format error from {destination|ip}#{destination.port|number} resolving {dns.question.name|word}/{dns.question.type|word} for {event.reason}", "network", "error", "dns_format_error"},
    {"received control channel command '{command}'", "configuration", "change", "rndc_command"},
};

/// dnsmasq, Unbound, PowerDNS.
constexpr TextRow kResolvers[] = {
    {"query\\[{dns.question.type|word}\\] {dns.question.name|word} from {source|ip}", "network", "protocol", "dns_query"},
    {"forwarded {dns.question.name|word} to {destination|ip}[#{destination.port|number}]", "network", "info", "dns_forwarded"},
    {"reply {dns.question.name|word} is {dns.answers.data}$", "network", "protocol", "dns_response"},
    {"cached {dns.question.name|word} is {dns.answers.data}$", "network", "protocol", "dns_response"},
    {"cached-stale {dns.question.name|word} is {dns.answers.data}$", "network", "protocol", "dns_response"},
    {"config {dns.question.name|word} is {dns.answers.data}$", "network", "protocol", "dns_response"},
    {"/{answered_from|word} {dns.question.name|word} is {dns.answers.data}$", "network", "protocol", "dns_response"},
    {"nameserver {destination|ip} refused to do a recursive query", "network", "error", "dns_refused"},
    {"possible DNS-rebind attack detected: {dns.question.name|word}", "intrusion_detection", "denied", "dns_rebind"},
    {"{source|ip} {dns.question.name|word} {dns.question.type|word} {dns.question.class|word} {dns.response_code|word}", "network", "protocol", "dns_response"},
    {"{source|ip} {dns.question.name|word} {dns.question.type|word} {dns.question.class|word}", "network", "protocol", "dns_query"},
    {"query: {source|ip} {dns.question.name|word} {dns.question.type|word} {dns.question.class|word}", "network", "protocol", "dns_query"},
    {"reply: {source|ip} {dns.question.name|word} {dns.question.type|word} {dns.question.class|word} {dns.response_code|word}", "network", "protocol", "dns_response"},
    {"validation failure <{dns.question.name|word} {dns.question.type|word} {dns.question.class|word}>: {event.reason}", "network", "error", "dns_validation_failed"},
    {"resolving {dns.question.name|word} {dns.question.type|word} {dns.question.class|word}", "network", "info", "dns_resolving"},
    {"response for {dns.question.name|word} {dns.question.type|word} {dns.question.class|word}", "network", "info", "dns_resolving"},
    {"{zone|word} {zone_action|word} {source|ip}@{source.port|number} {dns.question.name|word} {dns.question.type|word} {dns.question.class|word}", "network", "info", "dns_local_zone"},
    {"Remote {source|ip}[<-{relay|word}] wants '{dns.question.name}|{dns.question.type}', do =", "network", "protocol", "dns_query"},
    {"Remote {source|ip} wants '{dns.question.name}|{dns.question.type}'", "network", "protocol", "dns_query"},
    {"{thread|number} \\[{counters}\\] question for '{dns.question.name}|{dns.question.type}' from {source:pair|word}", "network", "protocol", "dns_query"},
    {"\\[{counters}\\] question for '{dns.question.name}|{dns.question.type}' from {source:pair|word}", "network", "protocol", "dns_query"},
    {"AXFR of domain '{dns.question.name}' initiated by {source:pair|word}", "network", "info", "dns_transfer"},
    {"AXFR of domain '{dns.question.name}' denied to {source:pair|word}", "network", "denied", "dns_transfer_denied", Outcome::failure},
    {"Received NOTIFY for {dns.question.name|word} from {source:pair|word}", "network", "info", "dns_notify"},
    {"\\[INFO\\] {source:pair|word} - {dns.id|word} \"{dns.question.type|word} {dns.question.class|word} {dns.question.name|word} {transport|word} {dns.question_size|word} {dnssec|word} {buffer|word}\" {dns.response_code|word} {flags|word} {response_size|word} {duration|word}", "network", "protocol", "dns_response"},
};

/// ISC dhcpd, Infoblox, OpenBSD, dnsmasq-dhcp, Kea.
constexpr TextRow kDhcp[] = {
    {"DHCPDISCOVER from {client.mac:mac|word} ({client.domain}) via {interface|word}", "network", "protocol", "dhcpdiscover"},
    {"DHCPDISCOVER from {client.mac:mac|word} via {interface|word}", "network", "protocol", "dhcpdiscover"},
    {"DHCPREQUEST for {client.ip|ip} ({server.ip|ip}) from {client.mac:mac|word} ({client.domain}) via {interface|word}", "network", "protocol", "dhcprequest"},
    {"DHCPREQUEST for {client.ip|ip} ({server.ip|ip}) from {client.mac:mac|word} via {interface|word}", "network", "protocol", "dhcprequest"},
    {"DHCPREQUEST for {client.ip|ip} from {client.mac:mac|word} ({client.domain}) via {interface|word}", "network", "protocol", "dhcprequest"},
    {"DHCPREQUEST for {client.ip|ip} from {client.mac:mac|word} via {interface|word}", "network", "protocol", "dhcprequest"},
    {"DHCPOFFER on {client.ip|ip} to {client.mac:mac|word} ({client.domain}) via {interface|word}", "network", "protocol", "dhcpoffer"},
    {"DHCPOFFER on {client.ip|ip} to {client.mac:mac|word} via {interface|word}", "network", "protocol", "dhcpoffer"},
    {"DHCPACK on {client.ip|ip} to {client.mac:mac|word} ({client.domain}) via {interface|word}", "network", "protocol", "dhcpack"},
    {"DHCPACK on {client.ip|ip} to {client.mac:mac|word} via {interface|word}", "network", "protocol", "dhcpack"},
    {"DHCPACK on {client.ip|ip} to {client.mac:mac|word}", "network", "protocol", "dhcpack"},
    {"DHCPACK to {client.ip|ip} ({client.mac:mac|word}) via {interface|word}", "network", "protocol", "dhcpack"},
    {"DHCPNAK on {client.ip|ip} to {client.mac:mac|word} via {interface|word}", "network", "protocol", "dhcpnak", Outcome::failure},
    {"DHCPRELEASE of {client.ip|ip} from {client.mac:mac|word} ({client.domain}) via {interface|word}", "network", "protocol", "dhcprelease"},
    {"DHCPRELEASE of {client.ip|ip} from {client.mac:mac|word} via {interface|word}", "network", "protocol", "dhcprelease"},
    {"DHCPDECLINE of {client.ip|ip} from {client.mac:mac|word} ({client.domain}) via {interface|word}", "network", "protocol", "dhcpdecline"},
    {"DHCPDECLINE of {client.ip|ip} from {client.mac:mac|word} via {interface|word}", "network", "protocol", "dhcpdecline"},
    {"DHCPINFORM from {client.ip|ip} via {interface|word}", "network", "protocol", "dhcpinform"},
    {"DHCPEXPIRE on {client.ip|ip} to {client.mac:mac|word}", "network", "protocol", "dhcpexpire"},
    {"RELEASE on {client.ip|ip} to {client.mac:mac|word}", "network", "protocol", "release"},
    {"EXPIRE on {client.ip|ip} to {client.mac:mac|word}", "network", "protocol", "expire"},
    {"DHCPLEASEQUERY from {client.ip|ip}[: {event.reason}]", "network", "protocol", "dhcpleasequery"},
    {"BOOTREQUEST from {client.mac:mac|word} via {interface|word}", "network", "protocol", "bootrequest"},
    {"BOOTREPLY for {client.ip|ip} to {client.domain|word} ({client.mac:mac|word}) via {interface|word}", "network", "protocol", "bootreply"},
    {"DHCPDISCOVER({interface|word}) [{client.ip|ip} ]{client.mac:mac|word}", "network", "protocol", "dhcpdiscover"},
    {"DHCPOFFER({interface|word}) {client.ip|ip} {client.mac:mac|word}", "network", "protocol", "dhcpoffer"},
    {"DHCPREQUEST({interface|word}) {client.ip|ip} {client.mac:mac|word}", "network", "protocol", "dhcprequest"},
    {"DHCPACK({interface|word}) {client.ip|ip} {client.mac:mac|word} {client.domain|word}", "network", "protocol", "dhcpack"},
    {"DHCPACK({interface|word}) {client.ip|ip} {client.mac:mac|word}", "network", "protocol", "dhcpack"},
    {"DHCPNAK({interface|word}) {client.ip|ip} {client.mac:mac|word} {event.reason}", "network", "protocol", "dhcpnak", Outcome::failure},
    {"DHCPNAK({interface|word}) {client.ip|ip} {client.mac:mac|word}", "network", "protocol", "dhcpnak", Outcome::failure},
    {"DHCPRELEASE({interface|word}) {client.ip|ip} {client.mac:mac|word}", "network", "protocol", "dhcprelease"},
    {"DHCPDECLINE({interface|word}) {client.ip|ip} {client.mac:mac|word}", "network", "protocol", "dhcpdecline"},
    {"DHCPINFORM({interface|word}) {client.ip|ip} {client.mac:mac|word}", "network", "protocol", "dhcpinform"},
    {"Abandoning IP address {client.ip|ip}: {event.reason}", "network", "info", "lease_abandoned"},
    {"no free leases on subnet {subnet|word}", "network", "error", "no_free_leases"},
    {"uid lease {client.ip|ip} for client {client.mac:mac|word} is duplicate", "network", "info", "lease_duplicate"},
    {"Added new forward map from {client.domain|word} to {client.ip|ip}", "network", "change", "dns_map_added"},
    {"Added reverse map from {reverse_name|word} to {client.domain|word}", "network", "change", "dns_map_added"},
    {"Removed forward map from {client.domain|word} to {client.ip|ip}", "network", "change", "dns_map_removed"},
    {"Encapsulated {message_type|word} message from {client.ip|ip} port {client.port:number|number} from client DUID {duid|word}, transaction ID {transaction|word}", "network", "protocol", "dhcpv6_encapsulated"},
    {"Encapsulating {message_type|word} message to send to {client.ip|ip} port {client.port:number|number}", "network", "protocol", "dhcpv6_encapsulating"},
    {"Sending {message_type|word} message to {client.ip|ip} port {client.port:number|number}", "network", "protocol", "dhcpv6_sending"},
    {"Sending {message_type|word} to {client.ip|ip} port {client.port:number|number}", "network", "protocol", "dhcpv6_sending"},
    {"{message_type|word} message from {client.ip|ip} port {client.port:number|number}, link address {link_address|ip}, peer address {peer_address|ip}", "network", "protocol", "dhcpv6_relay"},
    {"{message_type|word} message from {client.ip|ip} port {client.port:number|number}[, transaction ID {transaction|word}]", "network", "protocol", "dhcpv6_message"},
    {"{message_type|word} NA: address {client.ip|ip} to client with duid {duid|word} iaid = {iaid|word} valid for {lease_seconds|number} seconds", "network", "protocol", "dhcpv6_address"},
    {"{message_type|word} PD: address {prefix|word} to client with duid {duid|word}", "network", "protocol", "dhcpv6_prefix"},
};

/// Kea, behind the message's name: "DHCP4_LEASE_ALLOC [hwtype=1 00:11:22:33:44:55], cid=[…], tid=0x1: lease 10.0.0.5 …"
constexpr TextRow kKea[] = {
    {"\\[hwtype={hardware|number} {client.mac:mac}\\], cid=\\[{client_id}\\], tid={transaction|word}: lease {client.ip|ip} has been allocated for {lease_seconds|number} seconds"},
    {"\\[hwtype={hardware|number} {client.mac:mac}\\], cid=\\[{client_id}\\], tid={transaction|word}: lease {client.ip|ip} {event.reason}"},
    {"\\[hwtype={hardware|number} {client.mac:mac}\\], cid=\\[{client_id}\\], tid={transaction|word}: address {client.ip|ip} {event.reason}"},
    {"\\[hwtype={hardware|number} {client.mac:mac}\\], cid=\\[{client_id}\\], tid={transaction|word}: {event.reason}"},
    {"duid=\\[{duid}\\], \\[hwtype={hardware|number} {client.mac:mac}\\], tid={transaction|word}: lease for address {client.ip|ip}"},
    {"duid=\\[{duid}\\], tid={transaction|word}: lease for address {client.ip|ip}"},
};
// clang-format on

constexpr std::string_view kPrograms[] = {
    "named",     "unbound",     "dnsmasq",       "dnsmasq-dhcp",  "dhcpd", "dhcpdv6", "dhcpd6",
    "pdns",      "pdns_server", "pdns_recursor", "pdns-recursor", "nsd",   "coredns", "kea-dhcp4",
    "kea-dhcp6", "kea-ddns",    "bind",          "dnsmasq-tftp",  "rndc",  "knotd",   "kresd"};

/// "queries: info: ", "infoblox-responses: ", "client-query-errors: debug 1: " before what is said. BIND's categories are
/// words with hyphens, its severities a few words.
std::string_view without_category(PayloadWriter& out, std::string_view text) {
  for (unsigned left = 3; left > 0; --left) {
    const std::size_t colon = text.find(": ");
    if (colon == std::string_view::npos || colon == 0 || colon > 28) return text;
    const std::string_view word = text.substr(0, colon);
    for (const char c : word) {
      if (!is_alpha(c) && c != '-' && !(c == ' ' && word.starts_with("debug")) && !is_digit(c)) return text;
    }
    if (is_any(word, {"info", "notice", "warning", "error", "critical"}) || word.starts_with("debug")) {
      out.add("log.level", word);
    } else if (is_any(word, {"queries",
                             "query-errors",
                             "security",
                             "lame-servers",
                             "responses",
                             "infoblox-responses",
                             "client",
                             "resolver",
                             "rpz",
                             "update",
                             "update-security",
                             "xfer-in",
                             "xfer-out",
                             "notify",
                             "network",
                             "general",
                             "database",
                             "config",
                             "dnssec",
                             "dispatch",
                             "rate-limit",
                             "edns-disabled",
                             "unmatched",
                             "default",
                             "cname",
                             "delegation-only",
                             "spill",
                             "zoneload",
                             "trust-anchor-telemetry",
                             "nsid",
                             "dnstap",
                             "serve-stale",
                             "infoblox-rpz"})) {
      out.add_vendor("category", word);
    } else {
      return text;
    }
    text.remove_prefix(colon + 2);
    text = trim_left(text);
  }
  return text;
}

/// "client [@0x7f…] 10.0.0.1#50022[/key x] [(name)]: [view v: ][UDP: ]" off the front; who it was goes to source.
std::string_view without_client(PayloadWriter& out, std::string_view text) {
  if (!take_prefix(text, "client ")) return text;
  if (text.starts_with('@')) {
    take_word(text);
    text = trim_left(text);
  }
  const std::size_t hash = text.find('#');
  if (hash == std::string_view::npos || plain_address(text.substr(0, hash)).empty()) return text;
  out.add_endpoint(Side::source, text.substr(0, hash));
  text.remove_prefix(hash + 1);
  std::size_t end = 0;
  while (end < text.size() && is_digit(text[end])) ++end;
  out.add_port(Side::source, text.substr(0, end));
  text.remove_prefix(end);
  if (take_prefix(text, "/key ")) out.add("user.name", text.substr(0, text.find_first_of(" :(")));
  if (const std::size_t open = text.find_first_of("(:");
      open != std::string_view::npos && text[open] == '(') {
    std::string_view name = text.substr(open + 1);
    name = name.substr(0, name.find(')'));
    out.add_vendor("asked_name", name);
    out.add("client.domain", name);
  }
  text = trim_left(text);
  if (!text.starts_with("UDP: ") && !text.starts_with("TCP: ")) {
    const std::size_t colon = text.find(": ");
    if (colon == std::string_view::npos) return trim_left(text.substr(std::min(text.find(' '), text.size())));
    text = trim_left(text.substr(colon + 2));
  }
  if (take_prefix(text, "view ")) {
    const std::size_t close = text.find(": ");
    out.add_vendor("view", text.substr(0, close));
    text = close == std::string_view::npos ? std::string_view() : text.substr(close + 2);
  }
  if (take_prefix(text, "UDP: ")) out.add("network.transport", "udp");
  if (take_prefix(text, "TCP: ")) out.add("network.transport", "tcp");
  return text;
}

void parse_kea(PayloadWriter& out, std::string_view text) {
  // [logger/pid.thread] NAME text
  if (take_prefix(text, "[")) {
    std::string_view logger = take_until(text, ']');
    out.add_vendor("logger", take_until(logger, '/'));
    logger = logger.substr(0, logger.find('.'));
    if (is_json_integer(logger)) out.set("process.pid", logger, ValueType::integer);
  }
  text = trim_left(text);
  const std::string_view name = take_word(text);
  text = trim_left(text);
  out.add("event.code", name);
  static const TextTable kTable(kKea);
  kTable.read(out, text);
  out.classify("network", "protocol", out.lower_case(name));
  out.add("network.protocol", "dhcp");
}

/// client.ip is how DHCP's lines name the address; source.ip is where everything else looks for it.
void finish_dhcp(PayloadWriter& out) {
  out.add("network.protocol", "dhcp");
  const std::string_view address = out.event().text_of("client.ip");
  if (!address.empty()) out.add_endpoint(Side::source, address);
}

bool is_kea_level(std::string_view word) { return is_any(word, {"INFO", "WARN", "ERROR", "DEBUG", "FATAL"}); }

}  // namespace

bool is_dns_dhcp_program(std::string_view program) {
  for (const std::string_view known : kPrograms) {
    if (program == known) return true;
  }
  return false;
}

bool is_bind_line(std::string_view line) {
  if (line.size() < 30 || line[2] != '-' || line[6] != '-' || line[11] != ' ' || line[14] != ':' ||
      line[20] != '.')
    return false;
  const std::string_view rest = line.substr(25);
  // "queries: info: ", or a client without a category.
  if (rest.starts_with("client ")) return true;
  const std::size_t colon = rest.find(": ");
  if (colon == std::string_view::npos || colon > 28 || rest.find_first_of(" [") < colon) return false;
  const std::string_view next = rest.substr(colon + 2);
  return next.starts_with("info: ") || next.starts_with("notice: ") || next.starts_with("warning: ") ||
         next.starts_with("error: ") || next.starts_with("critical: ") || next.starts_with("debug ");
}

bool is_unbound_line(std::string_view line) {
  return line.size() > 24 && line[0] == '[' && line[11] == ']' && all_digits(line.substr(1, 10)) &&
         line.substr(12).starts_with(" unbound[");
}

bool is_coredns_line(std::string_view line) {
  if (!line.starts_with("[INFO] ")) return false;
  const std::size_t dash = line.find(" - ");
  return dash != std::string_view::npos && dash < 64 && line.find(" IN ", dash) != std::string_view::npos &&
         line.find(':') < dash;
}

bool is_kea_line(std::string_view line) {
  if (!begins_with_iso_date(line)) return false;
  const std::size_t bracket = line.substr(0, 48).find("[kea-");
  return bracket != std::string_view::npos;
}

void parse_dns_dhcp(PayloadWriter& out, std::string_view text) {
  const std::string_view first = text.substr(0, text.find(' '));
  text = trim(without_second_header(out, trim(text)));
  add_reporting_server(out, second_program(out.text()).empty() ? std::string_view() : first);
  if (is_kea_line(text)) {
    std::string_view rest = text.substr(text.find(' ', 11) + 1);
    const std::string_view level = take_word(rest);
    out.add("log.level", level);
    return parse_kea(out, trim_left(rest));
  }
  {
    std::string_view rest = text;
    const std::string_view level = take_word(rest);
    if (is_kea_level(level) && trim_left(rest).starts_with("[kea-")) {
      out.add("log.level", level);
      return parse_kea(out, trim_left(rest));
    }
  }
  if (is_unbound_line(text)) {
    text = text.substr(text.find("unbound["));
    take_until(text, ']');
    text = trim_left(text);
  }
  // "[1:0] info: …": Unbound's process and thread.
  if (text.starts_with('[') && text.size() > 3 && is_digit(text[1])) {
    const std::size_t close = text.find("] ");
    if (close != std::string_view::npos && close < 24) text = trim_left(text.substr(close + 2));
  }

  text = without_category(out, text);
  if (read_dashed_time(text.substr(0, 24), 0)) {
    text.remove_prefix(std::min<std::size_t>(text.size(), 24));
    text = without_category(out, trim_left(text));
  }
  // dnsmasq with log-queries=extra: "21745 10.0.0.1/59490 query[A] …"; dnsmasq-dhcp: "21745 DHCPACK(eth0) …"
  std::string_view asking;
  if (!text.empty() && is_digit(text.front())) {
    std::string_view rest = text;
    const std::string_view counter = take_word(rest);
    rest = trim_left(rest);
    const std::string_view client = rest.substr(0, rest.find(' '));
    const std::size_t slash = client.find('/');
    if (all_digits(counter) && slash != std::string_view::npos &&
        !plain_address(client.substr(0, slash)).empty()) {
      asking = client;
      text = trim_left(rest.substr(client.size()));
    } else if (all_digits(counter) && rest.starts_with("DHCP")) {
      text = rest;
    }
  }

  static const TextTable kDhcpTable(kDhcp);
  if (kDhcpTable.read(out, text) != nullptr) return finish_dhcp(out);
  const bool client = text.starts_with("client ");
  const std::string_view rest = without_client(out, text);
  static const TextTable kNamedTable(kNamed);
  static const TextTable kResolverTable(kResolvers);
  const bool bind = kNamedTable.read(out, rest) != nullptr;
  if (bind || client || kResolverTable.read(out, text) != nullptr) {
    out.add("network.protocol", "dns");
    if (const std::size_t slash = asking.find('/'); slash != std::string_view::npos) {
      if (out.event().find("source.ip") == nullptr) out.add_endpoint(Side::source, asking.substr(0, slash));
      out.add_port(Side::source, asking.substr(slash + 1));
    }
    if (!bind && client) out.add("event.category", "network");
    return;
  }
  out.add("event.category", "network");
}

std::optional<std::int64_t> dns_dhcp_time(std::string_view text, int zone_minutes) {
  if (text.starts_with('[')) return read_epoch(text.substr(1, text.find(']') - 1));
  if (begins_with_iso_date(text)) {
    const std::size_t space = text.find(' ', 11);
    return read_iso_time(text.substr(0, space), zone_minutes);
  }
  if (const auto time = read_dashed_time(text.substr(0, 24), zone_minutes)) return time;
  // "10.0.0.1 named[7]: infoblox-responses: 20-Nov-2026 14:59:00.123 client …"
  const std::string_view front = text.substr(0, 128);
  for (std::size_t colon = front.find(": "); colon != std::string_view::npos;
       colon = front.find(": ", colon + 1)) {
    if (const auto time = read_dashed_time(text.substr(colon + 2, 24), zone_minutes)) return time;
  }
  return std::nullopt;
}

}  // namespace vigil
