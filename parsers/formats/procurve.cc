#include "parsers/device_text.h"
#include "parsers/format.h"
#include "parsers/payload_text.h"
#include "parsers/text_template.h"

namespace vigil {
namespace {

constexpr TextRow kLines[] = {
    {"SME {network.protocol:lower|word} from {source|ip} - {mode|word} Mode", "session", "start",
     "management_session"},
    {"SME {network.protocol:lower|word} Session - {mode|word} Mode", "session", "start",
     "management_session"},
    {"User '{user|last}' logged in from {source|ip} to {network.protocol:lower|word} session",
     "authentication", "start", "login", Outcome::success},
    {"User '{user|last}' logged in from {source|ip}", "authentication", "start", "login", Outcome::success},
    {"User '{user|last}' logged out of {network.protocol:lower|word} session from {source|ip}",
     "authentication", "end", "logout", Outcome::success},
    {"Invalid user name/password on {network.protocol:lower|word} session User '{user|last}' is trying to "
     "login from {source|ip}",
     "authentication", "start", "login", Outcome::failure},
    {"Invalid user name/password on {network.protocol:lower|word} session", "authentication", "start",
     "login", Outcome::failure},
    {"{network.protocol:lower|word} access from {source|ip} denied", "network", "denied", "access_denied",
     Outcome::failure},
    {"port {observer.ingress.interface.name|word} is now {state|word}", "network", "change",
     "interface_state"},
    {"Port {observer.ingress.interface.name|word} is now {state|word}", "network", "change",
     "interface_state"},
    {"Authorized client {source.mac|word} on port {observer.ingress.interface.name|word}", "authentication",
     "start", "network_login", Outcome::success},
    {"Unauthorized client {source.mac|word} on port {observer.ingress.interface.name|word}", "network",
     "denied", "network_login_refused"},
    {"port {observer.ingress.interface.name|word} - Security Violation", "intrusion_detection", "denied",
     "port_security"},
    {"updated time by {seconds|word} seconds", "configuration", "change", "clock_set"},
};

/// "00179 mgr:  SME SSH from …": five digits, a word of a module, a colon.
bool claims_procurve(const SyslogHeader& header, std::string_view text) {
  if (!header.app.empty() || text.size() < 9 || !all_digits(text.substr(0, 5)) || text[5] != ' ')
    return false;
  const std::size_t colon = text.substr(0, 32).find(':', 6);
  if (colon == std::string_view::npos || colon == 6 || colon + 1 >= text.size() || text[colon + 1] != ' ')
    return false;
  for (const char c : text.substr(6, colon - 6)) {
    if (!is_alpha(c) && !is_digit(c) && c != '-' && c != '_' && c != '.') return false;
  }
  return true;
}

constexpr std::string_view kFirstBytes = "0123456789";
constexpr LogSource kLogSources[] = {{"", "plain_text", ""}, {"hpe", "", "procurve"}};

// line = 5DIGIT SP module ":" 1*SP text
void parse_procurve(PayloadWriter& out) {
  static const TextTable lines(kLines);
  std::string_view text = out.text();
  out.observer("HPE", "ProCurve", "switch");
  if (out.header().host_from_message) out.add("observer.name", out.header().host);
  out.log_source("hpe", {}, "procurve");
  out.add("event.code", take_word(text));
  text = trim_left(text);
  out.add_vendor("module", take_until(text, ':'));
  text = trim_left(text);
  out.set("message", text);
  const TextRow* const row = lines.read(out, text);
  if (row == nullptr) return put_loose_ends(out, text);
  if (row->category == "intrusion_detection") out.alert(out.event().text_of("event.code"));
}

}  // namespace

extern const FormatSpec kFormat_procurve = {
    .number = Format{29},
    .name = "procurve",
    .title = "HPE ProCurve, ArubaOS-Switch",
    .sample =
        "00419 auth:  Invalid user name/password on SSH session User 'bob' is trying to login from "
        "203.0.113.9",
    .rank = 44,
    .first_bytes = kFirstBytes,
    .claims = claims_procurve,
    .parse = parse_procurve,
    .kinds = Kind::device,
    .log_sources = kLogSources,
};

}  // namespace vigil
