#include "parsers/device_text.h"
#include "parsers/field_target.h"
#include "parsers/format.h"
#include "parsers/formats/juniper_lines.h"
#include "parsers/key_table.h"
#include "parsers/key_value.h"
#include "parsers/payload_text.h"
#include "parsers/text_template.h"

namespace vigil {
namespace {

// ---- how a message is known

struct Program {
  std::string_view key;
};
constexpr Program kPrograms[] = {
    {"RT_FLOW"}, {"RT_IDP"},   {"RT_UTM"},     {"RT_SCREEN"}, {"RT_AAMW"},  {"RT_SYSTEM"},    {"RT_SECINTEL"},
    {"RT_ALG"},  {"RT_IPSEC"}, {"RT_H323"},    {"RT_NAT"},    {"RT_DNS"},   {"AV"},           {"mgd"},
    {"login"},   {"sshd"},     {"mib2d"},      {"rpd"},       {"chassisd"}, {"eswd"},         {"kmd"},
    {"snmpd"},   {"dcd"},      {"httpd-gk"},   {"web-api"},   {"idpd"},     {"utmd"},         {"fwauthd"},
    {"jsrpd"},   {"lldpd"},    {"l2ald"},      {"l2cpd"},     {"dfwd"},     {"nsd"},          {"authd"},
    {"xntpd"},   {"cli"},      {"checklogin"}, {"file"},      {"alarmd"},   {"craftd"},       {"vccpd"},
    {"bfdd"},    {"cosd"},     {"ppmd"},       {"pfed"},      {"inetd"},    {"ftpd"},         {"telnetd"},
    {"sntpd"},   {"jdhcpd"},   {"dot1xd"},     {"dfcd"},      {"PERF_MON"}, {"UI_AUTH_EVENT"}};
constexpr KeyTable kProgramTable(kPrograms);

/// "RT_FLOW_SESSION_CREATE" before a ": ": capitals, digits and at least one "_".
std::string_view event_name(std::string_view text) {
  std::size_t end = 0;
  bool joined = false;
  while (end < text.size() && end < 64 &&
         ((text[end] >= 'A' && text[end] <= 'Z') || is_digit(text[end]) || text[end] == '_')) {
    joined = joined || text[end] == '_';
    ++end;
  }
  const bool is_name = joined && end > 3 && text.substr(end).starts_with(": ");
  return is_name ? text.substr(0, end) : std::string_view();
}

bool claims_juniper(const SyslogHeader& header, std::string_view text) {
  if (header.structured_data.starts_with("[junos@2636")) return true;
  if (text.front() < 'A' || text.front() > 'Z') return false;
  if (header.app == "rpd" && text.starts_with("EVENT <")) return true;
  const std::string_view name = event_name(text);
  if (name.empty()) return false;
  if (name.starts_with("RT_") || name.starts_with("PFE_FW_")) return true;
  return kProgramTable.find(header.app) != nullptr;
}

// ---- the parameters of structured data

constexpr FieldRow kParams[] = {
    {"source-address", "source"},
    {"source-port", "source.port"},
    {"destination-address", "destination"},
    {"destination-port", "destination.port"},
    {"nat-source-address", "source.nat.ip"},
    {"nat-source-port", "source.nat.port"},
    {"nat-destination-address", "destination.nat.ip"},
    {"nat-destination-port", "destination.nat.port"},
    {"protocol-id", "transport"},
    {"protocol-name", "transport"},
    {"protocol", "transport"},
    {"service-name", "service_name"},
    {"application", "network.application"},
    {"policy-name", "rule.name"},
    {"rule-name", "rule.id"},
    {"rulebase-name", "rule.ruleset"},
    {"src-nat-rule-name", "src_nat_rule"},
    {"dst-nat-rule-name", "dst_nat_rule"},
    {"source-zone-name", "observer.ingress.zone"},
    {"source-zone", "observer.ingress.zone"},
    {"destination-zone-name", "observer.egress.zone"},
    {"destination-zone", "observer.egress.zone"},
    {"packet-incoming-interface", "observer.ingress.interface.name"},
    {"source-interface-name", "observer.ingress.interface.name"},
    {"destination-interface-name", "observer.egress.interface.name"},
    {"interface-name", "observer.ingress.interface.name"},
    {"session-id-32", "event.id"},
    {"session-id", "event.id"},
    {"packets-from-client", "source.packets"},
    {"bytes-from-client", "source.bytes"},
    {"packets-from-server", "destination.packets"},
    {"bytes-from-server", "destination.bytes"},
    {"inbound-bytes", "destination.bytes"},
    {"outbound-bytes", "source.bytes"},
    {"inbound-packets", "destination.packets"},
    {"outbound-packets", "source.packets"},
    {"elapsed-time", "event.duration:seconds"},
    {"reason", "event.reason"},
    {"error-message", "event.reason"},
    {"username", "user"},
    {"user", "user"},
    {"client-address", "source"},
    {"hostname", "source"},
    {"host", "source"},
    {"ssh-connection", "ssh_connection"},
    {"command", "process.command_line"},
    {"url", "url"},
    {"obj", "url_object"},
    {"category", "rule.category"},
    {"filename", "file"},
    {"file-name", "file"},
    {"file-hash", "file.hash"},
    {"sample-sha256", "file.hash"},
    {"http-host", "url.domain"},
    {"attack-name", "attack_name"},
    {"malware-info", "malware"},
    {"name", "name"},
    {"vlan-id", "network.vlan.id"},
    {"mac-address", "source.mac"},
    {"peer-name", "destination"},
    {"remote-address", "destination"},
    {"local-address", "source"},
};
constexpr FieldMap kParamMap(kParams);


// ---- what an event's name says

struct Meaning {
  std::string_view prefix, category, type, action;
  Outcome outcome = Outcome::none;
};
constexpr Meaning kMeanings[] = {
    {"RT_FLOW_SESSION_CREATE", "network", "start", "session_created", Outcome::success},
    {"RT_FLOW_SESSION_CLOSE", "network", "end", "session_closed"},
    {"RT_FLOW_SESSION_DENY", "network", "denied", "session_denied", Outcome::failure},
    {"APPTRACK_SESSION_CREATE", "network", "start", "session_created"},
    {"APPTRACK_SESSION_CLOSE", "network", "end", "session_closed"},
    {"APPTRACK_", "network", "info", "session"},
    {"IDP_ATTACK_LOG_EVENT", "intrusion_detection", "info", "attack"},
    {"IDP_APPDDOS_APP_ATTACK_EVENT", "intrusion_detection", "info", "attack"},
    {"RT_SCREEN_", "intrusion_detection", "denied", "screen"},
    {"WEBFILTER_URL_BLOCKED", "web", "denied", "url_blocked", Outcome::failure},
    {"WEBFILTER_URL_PERMITTED", "web", "allowed", "url_permitted", Outcome::success},
    {"AV_VIRUS_DETECTED", "malware", "info", "virus_detected"},
    {"AAMW_", "malware", "info", "malware_action"},
    {"SECINTEL_", "intrusion_detection", "info", "threat_action"},
    {"CONTENT_FILTERING_BLOCKED", "web", "denied", "content_blocked", Outcome::failure},
    {"ANTISPAM_SPAM_DETECTED", "email", "info", "spam_detected"},
    {"UI_LOGIN_EVENT", "session", "start", "cli_session_started"},
    {"UI_AUTH_EVENT", "authentication", "start", "login", Outcome::success},
    {"UI_LOGOUT_EVENT", "authentication", "end", "logout", Outcome::success},
    {"UI_CMDLINE_READ_LINE", "configuration", "info", "command"},
    {"UI_COMMIT", "configuration", "change", "commit"},
    {"UI_CFG_AUDIT", "configuration", "change", "configuration_changed"},
    {"UI_LOAD_EVENT", "configuration", "change", "configuration_loaded"},
    {"UI_", "configuration", "info", "management"},
    {"LOGIN_FAILED", "authentication", "start", "login", Outcome::failure},
    {"LOGIN_PAM_AUTHENTICATION_ERROR", "authentication", "start", "login", Outcome::failure},
    {"LOGIN_INFORMATION", "authentication", "start", "login", Outcome::success},
    {"LOGIN_ROOT", "authentication", "start", "login", Outcome::success},
    {"SSHD_LOGIN_FAILED", "authentication", "start", "ssh_login", Outcome::failure},
    {"SSHD_LOGIN_ATTEMPTS_THRESHOLD", "session", "info", "ssh_max_attempts"},
    {"WEB_AUTH_FAIL", "authentication", "start", "web_login", Outcome::failure},
    {"WEB_AUTH_SUCCESS", "authentication", "start", "web_login", Outcome::success},
    {"FWAUTH_FTP_USER_AUTH_FAIL", "authentication", "start", "firewall_login", Outcome::failure},
    {"FWAUTH_HTTP_USER_AUTH_FAIL", "authentication", "start", "firewall_login", Outcome::failure},
    {"FWAUTH_TELNET_USER_AUTH_FAIL", "authentication", "start", "firewall_login", Outcome::failure},
    {"FWAUTH_WEBAUTH_FAIL", "authentication", "start", "firewall_login", Outcome::failure},
    {"FWAUTH_FTP_USER_AUTH_ACCEPTED", "authentication", "start", "firewall_login", Outcome::success},
    {"FWAUTH_HTTP_USER_AUTH_ACCEPTED", "authentication", "start", "firewall_login", Outcome::success},
    {"FWAUTH_TELNET_USER_AUTH_ACCEPTED", "authentication", "start", "firewall_login", Outcome::success},
    {"FWAUTH_WEBAUTH_SUCCESS", "authentication", "start", "firewall_login", Outcome::success},
    {"DYNAMIC_VPN_AUTH_OK", "authentication", "start", "vpn_login", Outcome::success},
    {"DYNAMIC_VPN_AUTH_", "authentication", "start", "vpn_login", Outcome::failure},
    {"DOT1XD_AUTH_SESSION_DELETED", "session", "end", "network_session"},
    {"DOT1XD_USR_AUTHENTICATED", "authentication", "start", "network_login", Outcome::success},
    {"DOT1XD_USR_ACCESS_DENIED", "authentication", "start", "network_login", Outcome::failure},
    {"SNMPD_AUTH_FAILURE", "network", "denied", "snmp_community_refused"},
    {"SNMP_TRAP_LINK_", "network", "change", "interface_state"},
    {"RPD_BGP_NEIGHBOR_STATE_CHANGED", "network", "change", "neighbour_state"},
    {"PFE_FW_SYSLOG_", "network", "info", "filter"},
};

void finish_junos(PayloadWriter& out, std::string_view name) {
  const Event& event = out.event();
  const Meaning* found = nullptr;
  for (const Meaning& one : kMeanings) {
    if (name.starts_with(one.prefix)) {
      found = &one;
      break;
    }
  }
  if (found == nullptr) return;
  out.classify(found->category, found->type, found->action, found->outcome);
  // Where the administrator sits: "10.1.0.2 50022 10.1.0.5 22".
  if (std::string_view connection = event.text_of("vendor.ssh_connection"); !connection.empty()) {
    out.add_endpoint(Side::source, take_word(connection));
    connection = trim_left(connection);
    out.add_port(Side::source, take_word(connection));
  }
  const bool attack = found->category == "intrusion_detection" || found->category == "malware";
  if (!attack) return;
  const std::string_view attack_name = event.text_of("vendor.attack_name");
  const std::string_view virus = event.text_of("vendor.name");
  out.alert(!attack_name.empty() ? attack_name : !virus.empty() ? virus : event.text_of("vendor.malware"));
  constexpr std::string_view kSeverities[] = {"INFO", "LOW", "MEDIUM", "HIGH", "CRITICAL"};
  std::string_view severity = event.text_of("vendor.threat_severity");
  if (severity.empty()) severity = event.text_of("vendor.threat-severity");
  for (std::size_t i = 0; i < std::size(kSeverities); ++i) {
    if (equals_ignoring_case(severity, kSeverities[i])) out.add_number("event.severity", i * 2 + 1);
  }
}

constexpr LogSource kLogSources[] = {{"", "plain_text", ""}, 
    {"juniper", "firewall", ""}, {"juniper", "", "bgp"}, {"juniper", "", "syslog"}};

/// Junos: an event's name, then structured data or a sentence.
void parse_juniper(PayloadWriter& out) {
  static const TextTable lines(junos::kLines);
  std::string_view text = out.text();
  const SyslogHeader& header = out.header();
  if (header.host_from_message) out.add("observer.name", header.host);
  std::string_view name = event_name(text);
  if (!name.empty()) {
    text = trim_left(text.substr(name.size() + 1));
    out.set("message", text);
  } else {
    name = header.msgid;
  }
  out.add("event.code", name);
  const bool flow = name.starts_with("RT_") || header.app.starts_with("RT_");
  out.observer("Juniper", "Junos", flow ? "firewall" : "router");
  out.log_source("juniper", {}, "syslog");
  if (flow) out.log_source("juniper", "firewall", {});
  if (contains_ignoring_case(name, "bgp")) out.log_source("juniper", {}, "bgp");
  if (header.structured_data.starts_with("[junos@2636")) {
    for_each_sd_param(header.structured_data, out.arena(), [&out](const SdParam& param) {
      if (param.name.empty()) return;
      const bool number_zero = param.value == "0" && param.name == "protocol-id";
      if (!number_zero) FieldTable(kParamMap).put_or_keep(out, param.name, param.value);
    });
  } else if (lines.read(out, text) == nullptr) {
    put_loose_ends(out, text);
  }
  complete_transport(out);
  finish_junos(out, name);
}

}  // namespace

extern const FormatSpec kFormat_juniper = {
    .number = Format{16},
    .name = "juniper",
    .title = "Juniper Junos, ScreenOS",
    .sample =
        "RT_FLOW_SESSION_DENY: session denied 203.0.113.9/50022->10.1.0.5/22 junos-ssh 6(0) deny-all untrust "
        "trust",
    .rank = 9,
    .claims = claims_juniper,
    .parse = parse_juniper,
    .kinds = Kind::device,
    .log_sources = kLogSources,
};

}  // namespace vigil
