#include "parsers/device_text.h"
#include "parsers/field_target.h"
#include "parsers/format.h"
#include "parsers/payload_text.h"
#include "parsers/text_template.h"

namespace vigil {
namespace {

constexpr TextRow kLines[] = {
    // ArubaOS
    {"User Authentication Successful: username={user} MAC={source.mac|word} IP={source|ip} role={role} "
     "VLAN={network.vlan.id|number} AP={ap} "
     "SSID={network.name} AAA profile={_} auth method={method|word} auth server={auth_server}$",
     "authentication", "start", "network_login", Outcome::success},
    {"User Authentication Successful: username={user} MAC={source.mac|word} IP={source|ip}", "authentication",
     "start", "network_login", Outcome::success},
    {"User authentication successful: username={user} MAC={source.mac|word} IP={source|ip}", "authentication",
     "start", "network_login", Outcome::success},
    {"User authentication failed: username={user} userip={source|ip} usermac={source.mac|word}",
     "authentication", "start", "network_login", Outcome::failure},
    {"Authentication Successful: {_}username={user} MAC={source.mac|word}", "authentication", "start",
     "network_login", Outcome::success},
    {"User authenticated: Name={user} MAC={source.mac|word} IP={source|ip} method={method|word} "
     "server={auth_server|word} role={role}$",
     "authentication", "start", "network_login", Outcome::success},
    {"Authentication result=Authentication Successful{_}, user={user|word}", "authentication", "start",
     "network_login", Outcome::success},
    {"Authentication Succeeded for User {user|last}, Logged in from {source|ip} port {source.port|number}, "
     "Connecting to {destination|ip} port "
     "{destination.port|number} connection type {network.protocol:lower|word}",
     "authentication", "start", "login", Outcome::success},
    {"Authentication failed for User {user|last}, Logged in from {source|ip} port {source.port|number}, "
     "Connecting to {destination|ip} port "
     "{destination.port|number} connection type {network.protocol:lower|word}",
     "authentication", "start", "login", Outcome::failure},
    {"Authentication failed for User {user|last}, connected from {source|ip}", "authentication", "start",
     "login", Outcome::failure},
    {"Authentication failed for user {user|word}", "authentication", "start", "login", Outcome::failure},
    {"USER:{_}{user|last} has logged in from {source|ip}", "authentication", "start", "login",
     Outcome::success},
    {"USER:{user|word}@{source|ip} COMMAND:<{process.command_line|last}> -- command executed successfully",
     "configuration", "change", "command", Outcome::success},
    {"USER:{user|word}@{source|ip} COMMAND:<{process.command_line|last}>", "configuration", "change",
     "command"},
    {"Assoc success @ {_}: {source.mac|word}: AP {_}$", "session", "start", "wireless_joined"},
    {"Deauth from sta: {source.mac|word}: AP {_}$", "session", "end", "wireless_left"},
    {"Deauth to sta: {source.mac|word}: Ageout AP {_}$", "session", "end", "wireless_left"},
    {"Station UP {source.mac|word} bssid {_|word} essid {network.name|word} vlan {network.vlan.id|number}",
     "session", "start", "wireless_joined"},
    {"Interfering AP: The system classified an access point (BSSID {source.mac|word} and SSID {network.name} "
     "on CHANNEL {channel|number}) as "
     "interfering",
     "intrusion_detection", "info", "interfering_ap"},
    {"AP({ap}): Station Associated to Rogue AP: An AP detected a client {source.mac|word} associated to a "
     "rogue access point (BSSID "
     "{destination.mac|word} and SSID {network.name} on CHANNEL {channel|number})",
     "intrusion_detection", "info", "rogue_ap"},
    {"AP({ap}): {rule.name}: {event.reason}$", "intrusion_detection", "info", "wireless_ids"},

    // AOS-CX
    {"User {user|last} logged in from {source|ip} through {network.protocol:lower|word} session",
     "authentication", "start", "login", Outcome::success},
    {"User {user|last} logged out of {network.protocol:lower|word} session from {source|ip}",
     "authentication", "end", "logout", Outcome::success},
    {"User {user|last} failed to log in from {source|ip}", "authentication", "start", "login",
     Outcome::failure},
    {"Failed login attempt for user {user|last} from {source|ip}", "authentication", "start", "login",
     Outcome::failure},
    {"Authentication failure for user {user|last} from {source|ip}", "authentication", "start", "login",
     Outcome::failure},
    {"Link status for interface {observer.ingress.interface.name|word} is {state|word}", "network", "change",
     "interface_state"},
};

bool claims_aruba(const SyslogHeader&, std::string_view text) {
  if (text.starts_with("Event|")) {
    const std::size_t bar = text.substr(0, 32).find('|', 6);
    return bar != std::string_view::npos && all_digits(text.substr(6, bar - 6)) &&
           text.substr(bar + 1).starts_with("LOG_");
  }
  return text.size() > 10 && text[7] == '>' && all_digits(text.substr(1, 6)) &&
         text.substr(8).starts_with(" <");
}

constexpr std::string_view kStarts[] = {"Event|", "<1", "<2", "<3", "<4", "<5", "<6"};
constexpr LogSource kLogSources[] = {{"", "plain_text", ""}, {"aruba", "", "syslog"}};

// ArubaOS = "<" id "> " [ "<" pid "> " ] "<" level "> " [ "<" name SP address "> " ] *( "|" module "| " ) text
// AOS-CX  = "Event|" id "|LOG_" level "|" module "|" slot "|" text
void parse_aruba(PayloadWriter& out) {
  static const TextTable lines(kLines);
  std::string_view text = out.text();
  out.log_source("aruba", {}, "syslog");
  if (out.header().host_from_message) out.add("observer.name", out.header().host);
  if (take_prefix(text, "Event|")) {
    out.observer("HPE Aruba", "AOS-CX", "switch");
    out.add("event.code", take_until(text, '|'));
    std::string_view level = take_until(text, '|');
    take_prefix(level, "LOG_");
    out.add("log.level", out.lower_case(level));
    out.add_vendor("module", take_until(text, '|'));
    out.add_vendor("slot", take_until(text, '|'));
  } else {
    out.observer("HPE Aruba", "ArubaOS", "wireless");
    text.remove_prefix(1);
    out.add("event.code", take_until(text, '>'));
    for (int left = 3; left > 0 && trim_left(text).starts_with('<'); --left) {
      text = trim_left(text).substr(1);
      std::string_view part = take_until(text, '>');
      const std::string_view first = take_word(part);
      if (all_digits(first)) {
        out.add_vendor("pid", first);
      } else if (part.empty()) {
        out.add("log.level", out.lower_case(first));
      } else {
        out.add("observer.ip", trim(part));
      }
    }
    text = trim_left(text);
    while (text.starts_with('|') && text.find('|', 1) != std::string_view::npos) {
      text.remove_prefix(1);
      const std::string_view module = take_until(text, '|');
      out.add_vendor("module", module);
      text = trim_left(text);
    }
  }
  out.set("message", text);
  const TextRow* const row = lines.read(out, text);
  if (row == nullptr) return put_loose_ends(out, text);
  if (row->category == "intrusion_detection") {
    out.set("event.kind", "alert");
    if (out.event().find("rule.name") == nullptr) out.add("rule.name", out.event().text_of("event.code"));
  }
}

}  // namespace

extern const FormatSpec kFormat_aruba = {
    .number = Format{18},
    .name = "aruba",
    .title = "HPE Aruba ArubaOS, AOS-CX",
    .sample =
        "<125022> <WARN> |aaa| Authentication failed for User admin, Logged in from 203.0.113.9 port 50022, "
        "Connecting to 10.1.0.2 port 22 "
        "connection type SSH",
    .rank = 20,
    .starts = kStarts,
    .claims = claims_aruba,
    .parse = parse_aruba,
    .kinds = Kind::device,
    .log_sources = kLogSources,
};

}  // namespace vigil
