#include "parsers/device_words.h"
#include "parsers/format.h"
#include "parsers/payload_text.h"
#include "parsers/text_template.h"

namespace vigil {
namespace {

constexpr TextRow kLines[] = {
    // The web interface: "/index.php: Successful login for user 'admin' from: 10.1.0.5 (Local Database)".
    {"{path|word}: Successful login for user '{user|last}' from: {source|ip}[ ({method})]", "authentication",
     "start", "web_login", Outcome::success},
    {"{path|word}: Session timed out for user '{user|last}' from: {source|word}", "session", "end",
     "session_timeout"},
    {"{path|word}: User logged out for user '{user|last}' from: {source|word}", "authentication", "end",
     "web_logout", Outcome::success},
    {"{path|word}: webConfigurator authentication error for [user ]'{user|last}' from[:] {source|word}",
     "authentication", "start", "web_login", Outcome::failure},
    {"{path|word}: Web GUI authentication error for '{user|last}' from {source|word}", "authentication",
     "start", "web_login", Outcome::failure},
    {"{path|word}: Successful login for user '{user|last}' from {source|word}", "authentication", "start",
     "web_login", Outcome::success},
    // OPNsense: "user admin authenticated successfully for WebGui [using …]", "/index.php: Web GUI authentication error …"
    {"user {user|word} authenticated successfully for {vendor.service|word}", "authentication", "start",
     "login", Outcome::success},
    {"user {user|word} could not authenticate for {vendor.service|word}", "authentication", "start", "login",
     Outcome::failure},
    {"{path|word}: [user ]{user|word}@{source|ip} changed configuration", "configuration", "change",
     "configuration_changed"},
    {"{path|word}: Configuration Change: {user|word}@{source|word}[ ({method})]: {message}$", "configuration",
     "change", "configuration_changed"},
    {"Configuration Change: {user|word}@{source|word}[ ({method})]: {message}$", "configuration", "change",
     "configuration_changed"},

    // ISC dhcpd and the DHCP clients
    {"DHCPDISCOVER from {source.mac|word}[ ({source.domain})] via {interface|word}", "network", "protocol",
     "DHCPDISCOVER", Outcome::none, "network.protocol=dhcp;network.transport=udp"},
    {"DHCPREQUEST for {source|ip}[ ({destination|ip})] from {source.mac|word}[ ({source.domain})] via "
     "{interface|word}",
     "network", "protocol", "DHCPREQUEST", Outcome::none, "network.protocol=dhcp;network.transport=udp"},
    {"DHCPACK on {source|ip} to {source.mac|word}[ ({source.domain})] via {interface|word}", "network",
     "protocol", "DHCPACK", Outcome::none, "network.protocol=dhcp;network.transport=udp"},
    {"DHCPOFFER on {source|ip} to {source.mac|word}[ ({source.domain})] via {interface|word}", "network",
     "protocol", "DHCPOFFER", Outcome::none, "network.protocol=dhcp;network.transport=udp"},
    {"DHCPNAK on {source|ip} to {source.mac|word} via {interface|word}", "network", "protocol", "DHCPNAK",
     Outcome::none, "network.protocol=dhcp;network.transport=udp"},
    {"DHCPRELEASE of {source|ip} from {source.mac|word}[ ({source.domain})] via {interface|word}", "network",
     "protocol", "DHCPRELEASE", Outcome::none, "network.protocol=dhcp;network.transport=udp"},
    {"DHCPDECLINE of {source|ip} from {source.mac|word}[ ({source.domain})] via {interface|word}", "network",
     "protocol", "DHCPDECLINE", Outcome::none, "network.protocol=dhcp;network.transport=udp"},
    {"DHCPINFORM from {source|ip} via {interface|word}", "network", "protocol", "DHCPINFORM", Outcome::none,
     "network.protocol=dhcp;network.transport=udp"},
    {"Picking pool address {source|ip}", "network", "protocol", "address_picked", Outcome::none,
     "network.protocol=dhcpv6;network.transport=udp"},
    {"Reusing lease for: {source|ip},", "network", "protocol", "lease_reused", Outcome::none,
     "network.protocol=dhcpv6;network.transport=udp"},
    {"add an address {source|ip}/{prefix|number} on {interface|word}", "network", "info", "address_added",
     Outcome::none, "network.protocol=dhcpv6;network.transport=udp"},
    {"remove an address {source|ip}/{prefix|number} on {interface|word}", "network", "info",
     "address_removed", Outcome::none, "network.protocol=dhcpv6;network.transport=udp"},
    {"Listening on BPF/{interface}/{destination.mac}/{subnet}",
     "network",
     "info",
     {},
     Outcome::none,
     "network.protocol=dhcp;network.transport=udp"},
    {"Sending on BPF/{interface}/{destination.mac}/{subnet}",
     "network",
     "info",
     {},
     Outcome::none,
     "network.protocol=dhcp;network.transport=udp"},
    {"{kind|word} NA: address {source|ip} to client with duid {duid|word}",
     "network",
     "protocol",
     {},
     Outcome::none,
     "network.protocol=dhcpv6;network.transport=udp"},
    {"{kind|word} message from {source|ip} port {source.port|number}",
     "network",
     "protocol",
     {},
     Outcome::none,
     "network.protocol=dhcpv6;network.transport=udp"},
    {"Sending {kind|word} to {source|ip} port {source.port|number}",
     "network",
     "protocol",
     {},
     Outcome::none,
     "network.protocol=dhcpv6;network.transport=udp"},

    // unbound's queries: "[26931:0] info: 10.1.0.7 www.example.com. A IN"
    {"\\[{thread}\\] info: {source|ip} {dns.question.name|word}. {dns.question.type|word} "
     "{dns.question.class|word}",
     "network", "protocol", "dns_query", Outcome::none, "network.protocol=dns"},
};

constexpr std::string_view kPrograms[] = {"php-fpm", "dhcpd",      "dhclient", "dhcp6c",  "dhcp6d",
                                          "unbound", "configd.py", "audit",    "opnsense"};

/// php-fpm and dhcpd run elsewhere too: what these lines do not hold is left to others.
bool claims_pfsense(const SyslogHeader& header, std::string_view text) {
  if (header.app.starts_with("php-fpm")) {
    return text.starts_with("/") &&
           (contains(text.substr(0, 512), ".php: ") || contains(text.substr(0, 512), ".inc: "));
  }
  if (header.app == "audit") return text.starts_with("user ") || text.starts_with("/");
  return true;
}

/// pfSense and OPNsense beside their packet filter: the web interface, and the daemons that they come with.
void parse_pfsense(PayloadWriter& out) {
  static const TextTable table(kLines);
  out.observer({}, {}, "firewall");
  const TextRow* const row = table.read(out, trim_left(out.text()));
  const std::string_view app = out.header().app;
  if (row == nullptr && app.starts_with("dhc")) {
    out.classify("network", "info");
    out.add("network.protocol", app.starts_with("dhcp6") ? "dhcpv6" : "dhcp");
    out.add("network.transport", "udp");
  }
  const std::string_view interface = out.event().text_of("vendor.interface");
  const std::size_t dot = interface.rfind('.');
  if (dot != std::string_view::npos && all_digits(interface.substr(dot + 1)))
    out.add("network.vlan.id", interface.substr(dot + 1));
  out.log_source("pfsense", {}, {});
}

/// DHCP and DNS are services; where they run, an appliance or a server, their lines do not say.
Kinds pfsense_kinds(const SyslogHeader& header, std::string_view) {
  const bool service = header.app.starts_with("dhc") || header.app == "unbound";
  return service ? Kind::device | Kind::application : Kinds(Kind::device);
}

constexpr LogSource kLogSources[] = {{"pfsense", "", ""}};

}  // namespace

extern const FormatSpec kFormat_pfsense = {
    .number = Format{37},
    .name = "pfsense",
    .title = "pfSense, OPNsense: web interface and daemons",
    .sample = R"(/index.php: Successful login for user 'admin' from: 10.1.0.5 (Local Database))",
    .rank = 70,
    .programs = kPrograms,
    .claims = claims_pfsense,
    .parse = parse_pfsense,
    .kinds = Kind::device,
    .kinds_of = pfsense_kinds,
    .log_sources = kLogSources,
};

}  // namespace vigil
