#include "parsers/device_text.h"
#include "parsers/field_target.h"
#include "parsers/format.h"
#include "parsers/payload_text.h"
#include "parsers/text_template.h"

namespace vigil {
namespace {

constexpr TextRow kLines[] = {
    {"Source {source:pair|word} - Vserver {vserver|word} - NatIP {nat_pair|word} - Destination "
     "{destination:pair|word} - {_}Total_bytes_send "
     "{source.bytes|number} - Total_bytes_recv {destination.bytes|number}",
     "network", "end", "connection_ended"},
    {"Source {source:pair|word} - Destination {destination:pair|word} - {_}Total_bytes_send "
     "{source.bytes|number} - Total_bytes_recv "
     "{destination.bytes|number}",
     "network", "end", "connection_ended"},
    {"Source {source:pair|word} - Destination {destination:pair|word} - ", "network", "connection",
     "connection"},
    {"User {user} - Client_ip {source|word} - Nat_ip {_} - Vserver {destination:pair|word} - "
     "{_}Failure_reason \"{event.reason}\" - Browser {user_agent.original}$",
     "authentication", "start", "login", Outcome::failure},
    {"User {user} - Client_ip {source|word} - Failure_reason \"{event.reason}\" - Browser "
     "{user_agent.original}$",
     "authentication", "start", "login", Outcome::failure},
    {"User {user} - Client_ip {source|word} - Failure_reason \"{event.reason}\"", "authentication", "start",
     "login", Outcome::failure},
    {"Context {_}@{source|ip} - SessionId: {session}- {_}User {user|word} - Client_ip {_|word} - Nat_ip "
     "{source.nat.ip|word} - Vserver "
     "{destination:pair|word} - ",
     "session", "info", "vpn"},
    {"Context {_}@{source|ip} - SessionId: {session}- {url.domain|word} User {user|word} : Group(s) "
     "{group.name} : Vserver {destination:pair|word} - {_} "
     "GMT {http.request.method|word} {url|word}",
     "web", "access", "http_request"},
    {"Context {_}@{source|ip} - SessionId: {session}- {_}User {user|word}", "session", "info", "vpn"},
    {"User {user} - Remote_ip {source|word} - Command \"{process.command_line|last}\" - Status \"{status}\"",
     "configuration", "change", "command"},
    {"User {user} - Client_ip {source|word}", "session", "info", "session"},
    {"{source|ip} {_|word} {session|word} {_}", "web", "info", "appfw"},
};

/// "0-PPE-0 : default TCP CONN_TERMINATE 1874124822 0 : text": who, what, numbers, between colons.
bool claims_netscaler(const SyslogHeader& header, std::string_view text) {
  const std::string_view front = text.substr(0, 192);
  if (contains(front, "-PPE-") && contains(front, " : ")) return true;
  if (header.format == HeaderFormat::rfc5424 && front.starts_with("default ") && contains(front, " : "))
    return true;
  if (contains(front.substr(0, 32), "AAA Message : ")) return true;
  if (front.starts_with("AAA Message : ") || front.starts_with("default AAA ") ||
      front.starts_with("default SSLVPN "))
    return true;
  const std::size_t colon = front.find(" : ");
  if (colon == std::string_view::npos || colon > 64) return false;
  std::string_view what = front.substr(colon + 3);
  take_prefix(what, "default ");
  for (const std::string_view family :
       {"SSLVPN ", "AAA ", "AAATM ", "TCP ", "GUI ", "CLI ", "EVENT ", "SSLLOG ", "APPFW ", "API ", "SNMP ",
        "PITBOSS ", "ACL ", "ROUTING ", "UI "}) {
    if (!what.starts_with(family)) continue;
    what.remove_prefix(family.size());
    const std::size_t end = what.find(' ');
    if (end == std::string_view::npos || end < 3) return false;
    for (const char c : what.substr(0, end)) {
      if (!(c >= 'A' && c <= 'Z') && c != '_' && !is_digit(c) && what.substr(0, end) != "Message")
        return false;
    }
    return true;
  }
  return false;
}

struct Meaning {
  std::string_view name, category, type, action;
  Outcome outcome = Outcome::none;
};
constexpr Meaning kMeanings[] = {
    {"LOGIN_FAILED", "authentication", "start", "login", Outcome::failure},
    {"LOGIN", "authentication", "start", "login", Outcome::success},
    {"LOGOUT", "authentication", "end", "logout", Outcome::success},
    {"CMD_EXECUTED", "configuration", "change", "command"},
    {"TCPCONNSTAT", "network", "end", "connection_ended"},
    {"UDPFLOWSTAT", "network", "end", "connection_ended"},
    {"ICASTART", "session", "start", "ica_session"},
    {"ICAEND_CONNSTAT", "session", "end", "ica_session"},
    {"HTTPREQUEST", "web", "access", "http_request"},
    {"HTTP_RESOURCEACCESS_DENIED", "web", "denied", "http_request", Outcome::failure},
    {"NONHTTP_RESOURCEACCESS_DENIED", "network", "denied", "resource_denied", Outcome::failure},
    {"CONN_TERMINATE", "network", "end", "connection_ended"},
    {"CONN_DELINK", "network", "end", "connection_ended"},
    {"SSL_HANDSHAKE_FAILURE", "network", "error", "tls_handshake_failed"},
    {"SSL_HANDSHAKE_SUCCESS", "network", "info", "tls_handshake"},
    {"DEVICEDOWN", "host", "info", "device_down"},
    {"DEVICEUP", "host", "info", "device_up"},
};

constexpr LogSource kLogSources[] = {{"", "plain_text", ""}, {"citrix", "", "netscaler"}, {"citrix", "firewall", ""}};

// message = [ host ] engine " : " [ "default " ] family SP name SP id [SP id] " :" *SP text
/// Citrix NetScaler (ADC): event.code is the name. A login's name says how it ended.
void parse_netscaler(PayloadWriter& out) {
  static const TextTable lines(kLines);
  std::string_view text = out.text();
  out.observer("Citrix", "NetScaler", "load-balancer");
  if (out.header().host_from_message) out.add("observer.name", out.header().host);
  out.log_source("citrix", {}, "netscaler");
  const std::string_view front = text.substr(0, 192);
  if (!front.starts_with("default ") && !front.starts_with("AAA ")) {
    if (const std::size_t colon = front.find(" : "); colon != std::string_view::npos)
      text = trim_left(text.substr(colon + 3));
  }
  take_prefix(text, "default ");
  const std::size_t colon = text.substr(0, 128).find(" :");
  std::string_view head = text.substr(0, colon);
  out.add_vendor("family", take_word(head));
  head = trim_left(head);
  const std::string_view name = take_word(head);
  out.add("event.code", name);
  out.add("event.id", trim(head).substr(0, trim(head).find(' ')));
  if (colon != std::string_view::npos) text = trim_left(text.substr(colon + 2));
  out.set("message", text);
  const Meaning* meaning = nullptr;
  for (const Meaning& one : kMeanings) {
    if (one.name == name) meaning = &one;
  }
  // The template gives the fields; what happened, the name says better.
  const TextRow* const row = lines.find(text);
  if (row == nullptr) {
    put_loose_ends(out, text);
    if (meaning != nullptr) out.classify(meaning->category, meaning->type, meaning->action, meaning->outcome);
  } else {
    lines.read(out, text);
    const bool other =
        meaning != nullptr && meaning->category == "authentication" && row->category != "authentication";
    if (other) out.classify(meaning->category, meaning->type, meaning->action, meaning->outcome);
  }
  if (out.event().find("destination.port") != nullptr && name.starts_with("CONN"))
    out.log_source("citrix", "firewall", {});
}

}  // namespace

extern const FormatSpec kFormat_netscaler = {
    .number = Format{23},
    .name = "netscaler",
    .title = "Citrix NetScaler (ADC)",
    .sample =
        "0-PPE-0 : default AAA LOGIN_FAILED 4242 0 :  User bob - Client_ip 203.0.113.9 - Failure_reason "
        "\"External authentication server denied "
        "access\" - Browser Mozilla/5.0",
    .rank = 45,
    .claims = claims_netscaler,
    .parse = parse_netscaler,
    .kinds = Kind::device,
    .log_sources = kLogSources,
};

}  // namespace vigil
