#include "parsers/device_words.h"
#include "parsers/field_target.h"
#include "parsers/format.h"
#include "parsers/key_value.h"
#include "parsers/payload_text.h"
#include "parsers/text_template.h"

namespace vigil {
namespace {

constexpr TextRow kLines[] = {
    {"start_time={start|word} {clock|word} duration={event.duration:seconds|number} policy_id={rule.id|word} "
     "service={service} proto={transport|number} "
     "src zone={observer.ingress.zone|word} dst zone={observer.egress.zone|word} action={event.action|word} "
     "sent={source.bytes|number} "
     "rcvd={destination.bytes|number} src={source|ip} dst={destination|ip}[ icmp type={icmp_type|number}][ "
     "src_port={source.port|number}]"
     "[ dst_port={destination.port|number}][ src-xlated ip={source.nat.ip|ip} port={source.nat.port|number}]"
     "[ dst-xlated ip={destination.nat.ip|ip} port={destination.nat.port|number}][ "
     "session_id={session_id|number}][ reason={event.reason|word}]",
     "network", "connection"},
    {"Admin user \"{user|last}\" login attempt for {method} from {source|ip}:{source.port|number} failed",
     "authentication", "start", "admin_login", Outcome::failure},
    {"Admin user \"{user|last}\" logged in for {method} from {source|ip}:{source.port|number}",
     "authentication", "start", "admin_login", Outcome::success},
    {"Admin user \"{user|last}\" logged out for {method} from {source|ip}:{source.port|number}",
     "authentication", "end", "admin_logout", Outcome::success},
    {"Admin user {user|word} has logged on via {method} from {source|ip}", "authentication", "start",
     "admin_login", Outcome::success},
    {"Admin user {user|word} has logged out via {method} from {source|ip}", "authentication", "end",
     "admin_logout", Outcome::success},
    {"ADM: Local admin authentication failed for login name {user|word}", "authentication", "start",
     "admin_login", Outcome::failure},
    {"ADM: Local admin authentication successful for login name {user|word}", "authentication", "start",
     "admin_login", Outcome::success},
    {"Login attempt by admin {user|word} from {source|ip} is refused", "authentication", "start",
     "admin_login", Outcome::failure},
    {"Login attempt to system by admin {user|word} via {method} from {source|ip}[:{source.port|number}] has "
     "failed",
     "authentication", "start", "admin_login", Outcome::failure},
    {"SSH: Password authentication failed for admin user '{user|last}' at host {source|ip}", "authentication",
     "start", "ssh_login", Outcome::failure},
    {"SSH: Password authentication successful for admin user '{user|last}' at host {source|ip}",
     "authentication", "start", "ssh_login", Outcome::success},
    {"User {user|word} at {source|ip} has been authenticated", "authentication", "start", "user_login",
     Outcome::success},
    {"User {user|word} at {source|ip} has been rejected", "authentication", "start", "user_login",
     Outcome::failure},
    {"{attack}! From {source|ip}:{source.port|number} to {destination|ip}:{destination.port|number}, proto "
     "{transport|word} (zone "
     "{observer.ingress.zone|word}, int {observer.ingress.interface.name})",
     "intrusion_detection", "info", "attack"},
    {"{attack}! From {source|ip} to {destination|ip}, proto {transport|word} (zone "
     "{observer.ingress.zone|word}, int {observer.ingress.interface.name})",
     "intrusion_detection", "info", "attack"},
    {"{attack} has been detected! From {source|ip}:{source.port|number} to "
     "{destination|ip}:{destination.port|number}",
     "intrusion_detection", "info", "attack"},
    {"VPN '{tunnel}' from {destination|word} is {state|word}.", "network", "connection", "vpn_state"},
    {"IKE<{destination|ip}> {message}$", "network", "connection", "ike"},
    {"IKE {destination|ip} {message}$", "network", "connection", "ike"},
};

constexpr FieldRow kPairs[] = {{"policy_id", "rule.id"},
                               {"service", "network.protocol:lower"},
                               {"proto", "transport"},
                               {"action", "event.action:lower"},
                               {"sent", "source.bytes"},
                               {"rcvd", "destination.bytes"},
                               {"src", "source"},
                               {"dst", "destination"},
                               {"src_port", "source.port"},
                               {"dst_port", "destination.port"},
                               {"session_id", "event.id"},
                               {"duration", "event.duration:seconds"},
                               {"reason", "event.reason"}};
constexpr FieldMap kPairMap(kPairs);

/// ScreenOS of Juniper's NetScreen, SSG and ISG:
///
///   line = [ "NetScreen device_id=" name " " ] [ " " ] "[" vsys "]" module "-" severity "-" number [ "(" kind ")" ] ": " text [ " (" time ")" ]
void parse_netscreen(PayloadWriter& out) {
  static const TextTable table(kLines);
  out.observer("Juniper", "ScreenOS", "firewall");
  out.log_source("netscreen", "firewall", {});
  std::string_view text = trim_left(out.text());
  take_prefix(text, "NetScreen ");
  if (take_prefix(text, "device_id=")) {
    const std::string_view name = take_word(text);
    out.add("observer.name", name);
    if (!out.header().host_from_message) out.set("host.name", name);
  }
  text = trim_left(text);
  if (text.starts_with('[')) {
    text.remove_prefix(1);
    out.add_vendor("vsys", take_until(text, ']'));
  }
  const std::size_t colon = text.find(": ");
  if (colon == std::string_view::npos) return;
  // "system-notification-00257(traffic)"
  std::string_view kind = text.substr(0, colon);
  text = trim_left(text.substr(colon + 2));
  kind = kind.substr(0, kind.find('('));
  if (const std::size_t dash = kind.rfind('-'); dash != std::string_view::npos) {
    out.add("event.code", kind.substr(dash + 1));
    kind = kind.substr(0, dash);
    if (const std::size_t level = kind.rfind('-'); level != std::string_view::npos)
      out.add("log.level", kind.substr(level + 1));
  }
  const TextRow* const row = table.read(out, text);
  if (row == nullptr) {
    if (!looks_like_key_value(text)) return out.classify("host", "info");
    put_pairs(out, text, kPairMap);
    out.classify("network", "connection");
  }
  if (row != nullptr && row->category == "intrusion_detection") {
    out.alert(out.event().text_of("vendor.attack"));
    add_severity_word(out, out.event().text_of("log.level"));
  }
  add_verdict(out, out.event().text_of("event.action"));
}

bool claims_netscreen(const SyslogHeader&, std::string_view text) {
  if (text.starts_with("NetScreen ")) return true;
  if (!text.starts_with('[')) return false;
  const std::string_view front = text.substr(0, 96);
  return contains(front, "]system-") && (contains(front, "-0") || contains(front, ": "));
}

constexpr std::string_view kStarts[] = {"NetScreen ", "["};
constexpr LogSource kLogSources[] = {{"netscreen", "firewall", ""}};

}  // namespace

extern const FormatSpec kFormat_netscreen = {
    .number = Format{45},
    .name = "netscreen",
    .title = "Juniper NetScreen, SSG (ScreenOS)",
    .sample =
        R"(NetScreen device_id=fw1  [Root]system-notification-00257(traffic): start_time="2026-11-20 14:59:00" duration=0 policy_id=119 service=tcp/port:22 proto=6 src zone=Untrust dst zone=Trust action=Deny sent=0 rcvd=60 src=203.0.113.9 dst=10.1.0.5 src_port=50022 dst_port=22)",
    .rank = 24,
    .starts = kStarts,
    .claims = claims_netscreen,
    .parse = parse_netscreen,
    .kinds = Kind::device,
    .log_sources = kLogSources,
};

}  // namespace vigil
