#include "parsers/device_words.h"
#include "parsers/field_target.h"
#include "parsers/format.h"
#include "parsers/key_value.h"
#include "parsers/payload_text.h"
#include "parsers/text_template.h"

namespace vigil {
namespace {

constexpr FieldRow kKeys[] = {
    {"src", "source:pair"},
    {"dst", "destination:pair"},
    {"msg", "message"},
    {"note", "note"},
    {"user", "user"},
    {"devID", "observer.serial_number"},
    {"devname", "device"},
    {"cat", "cat"},
    {"class", "class"},
    {"ob_mac", "source.mac"},
    {"protoID", "network.iana_number"},
    {"proto", "transport"},
    {"duration", "event.duration:seconds"},
    {"sent", "source.bytes"},
    {"rcvd", "destination.bytes"},
    {"spkt", "source.packets"},
    {"rpkt", "destination.packets"},
    {"dir", "dir"},
    {"service", "network.protocol:lower"},
};
constexpr FieldMap kMap(kKeys);

// What msg says of people.
constexpr TextRow kLines[] = {
    {"Failed login attempt to Device from {method|word} ({event.reason})", "authentication", "start", "login",
     Outcome::failure},
    {"Failed login attempt to {target} from {method}", "authentication", "start", "login", Outcome::failure},
    {"Failed {method|word} login attempt", "authentication", "start", "login", Outcome::failure},
    {"{role|word} {user|word}(MAC={mac}) from {method|word} has logged in", "authentication", "start",
     "login", Outcome::success},
    {"{role|word} {user|word}(MAC={mac}) from {method|word} has logged out", "authentication", "end",
     "logout", Outcome::success},
    {"{role|word} {user|word} from {method|word} has logged in", "authentication", "start", "login",
     Outcome::success},
    {"{role|word} {user|word} from {method|word} has logged out", "authentication", "end", "logout",
     Outcome::success},
    {"{role|word} {user|word} from {method|word} has been logged out", "authentication", "end", "logout",
     Outcome::success},
    {"User {user|word} has been denied access from {method|word}", "authentication", "start", "login",
     Outcome::failure},
    {"User {user|word} has been denied", "authentication", "start", "login", Outcome::failure},
    {"{service|word} login for user {user|word} from {source|ip} failed", "authentication", "start", "login",
     Outcome::failure},
    {"Tunnel \\[{tunnel}\\] built successfully", "network", "start", "ipsec_tunnel_up"},
    {"Tunnel \\[{tunnel}\\] is disconnected", "network", "end", "ipsec_tunnel_down"},
    {"priority:{priority|number}, from {observer.ingress.zone} to {observer.egress.zone}, {transport|word}, "
     "service {service}, {event.action|word}",
     "network", "connection"},
    {"from {observer.ingress.zone} to {observer.egress.zone}, {details}, {event.action|word}", "network",
     "connection"},
    {"Rule_name:{rule.name}, SSI:{ssi}", "network", "info"},
};

/// "Account: admin", which `note` holds where `user` is unknown.
void add_account(PayloadWriter& out) {
  std::string_view note = out.event().text_of("vendor.note");
  if (out.event().find("user.name") == nullptr && take_prefix(note, "Account: "))
    out.add("user.name", trim(note));
}

bool claims_zyxel(const SyslogHeader&, std::string_view text) {
  const std::string_view front = text.substr(0, 1024);
  if (contains(front, "devID=\"")) return contains(front, "cat=\"") || contains(front, "note=\"");
  return contains(front, " note=\"") && contains(front, " cat=\"") && contains(front, "msg=\"");
}

/// Zyxel ZyWALL, USG, ATP, VPN series (ZLD).
void parse_zyxel(PayloadWriter& out) {
  static const TextTable table(kLines);
  out.observer("Zyxel", "ZLD", "firewall");
  out.log_source("zyxel", "firewall", {});
  KeyValueReader reader(out.text());
  KeyValue pair;
  for (std::size_t count = 0; reader.next(pair); ++count) {
    if (count == PayloadWriter::kFieldsMax) {
      out.overflow(pair_onwards(pair, out.text()));
      break;
    }
    std::string_view value = unescape_quotes(pair, out.arena());
    if (pair.key == "user" && value == "unknown") value = {};
    kMap.find(pair.key) != nullptr ? put(out, *kMap.find(pair.key), value) : out.add_vendor(pair.key, value);
  }
  const TextRow* const row = table.read(out, out.event().text_of("message"));
  add_account(out);
  const std::string_view note = out.event().text_of("vendor.note"),
                         category = out.event().text_of("vendor.cat");
  std::string_view verdict = out.event().text_of("event.action");
  if (verdict.empty()) {
    verdict = contains(note, "BLOCK")                                 ? "block"
              : contains(note, "FORWARD") || contains(note, "PERMIT") ? "forward"
                                                                      : std::string_view();
    out.add("event.action", verdict);
  }
  if (row == nullptr) out.classify("network", "info");
  add_verdict(out, verdict);
  const bool malware =
      equals_ignoring_case(category, "Anti-Virus") || equals_ignoring_case(category, "Anti-Malware");
  if (malware || equals_ignoring_case(category, "IDP") || equals_ignoring_case(category, "ADP") ||
      equals_ignoring_case(category, "IPS")) {
    out.alert(out.event().text_of("message"));
    out.add("event.category", malware ? "malware" : "intrusion_detection");
    if (malware) out.log_source({}, "antivirus", {});
  }
  share_user(out);
}

constexpr std::string_view kStarts[] = {"src=\"", "devID=", "date=", "msg=\"", "note="};
constexpr LogSource kLogSources[] = {{"zyxel", "firewall", ""}, {"", "antivirus", ""}};

}  // namespace

extern const FormatSpec kFormat_zyxel = {
    .number = Format{44},
    .name = "zyxel",
    .title = "Zyxel ZyWALL, USG, ATP",
    .sample =
        R"(src="203.0.113.9:50022" dst="198.51.100.1:22" msg="priority:1, from WAN to ZyWALL, TCP, service others, DROP" note="ACCESS BLOCK" user="unknown" devID="00005e005301" cat="Security Policy Control")",
    .rank = 23,
    .starts = kStarts,
    .claims = claims_zyxel,
    .parse = parse_zyxel,
    .kinds = Kind::device,
    .log_sources = kLogSources,
    .own_action = false,
};

}  // namespace vigil
