#include "parsers/device_text.h"
#include "parsers/field_target.h"
#include "parsers/format.h"
#include "parsers/payload_text.h"

namespace vigil {
namespace {

constexpr FieldRow kRows[] = {{"src", "source:pair"},
                              {"dst", "destination:pair"},
                              {"msg", "message"},
                              {"note", "note"},
                              {"user", "user"},
                              {"devID", "observer.serial_number"},
                              {"devid", "observer.serial_number"},
                              {"cat", "rule.category"},
                              {"proto", "transport"},
                              {"protocol", "transport"},
                              {"dir", "direction"},
                              {"duration", "event.duration:seconds"},
                              {"sent", "source.bytes"},
                              {"rcvd", "destination.bytes"},
                              {"ob", "observer.egress.interface.name"}};
constexpr FieldMap kMap(kRows);

bool claims_zyxel(const SyslogHeader&, std::string_view text) {
  return contains(text.substr(0, 512), " note=\"") && contains(text.substr(0, 768), " dst=\"");
}

/// "Administrator bob from https has logged in Device", "Failed login attempt to Device from ssh (incorrect password or …)".
void finish_zyxel(PayloadWriter& out) {
  const std::string_view message = out.event().text_of("message");
  const std::string_view note = out.event().text_of("vendor.note");
  if (contains_ignoring_case(message, "failed login attempt") ||
      contains_ignoring_case(message, "login failed")) {
    return out.logon("login", Outcome::failure);
  }
  if (contains_ignoring_case(message, "has logged in")) return out.logon("login", Outcome::success);
  if (contains_ignoring_case(message, "has logged out")) return out.logon("logout", Outcome::success, "end");
  const bool denied = contains_ignoring_case(note, "block") || contains_ignoring_case(note, "drop");
  if (equals_ignoring_case(out.event().text_of("rule.category"), "idp")) {
    out.alert(message);
    return out.classify("intrusion_detection", denied ? "denied" : "info");
  }
  out.classify("network",
               denied                                    ? "denied"
               : contains_ignoring_case(note, "forward") ? "allowed"
                                                         : "info",
               {}, denied ? Outcome::failure : Outcome::none);
}

constexpr std::string_view kStarts[] = {"src=\""};
constexpr LogSource kLogSources[] = {{"zyxel", "firewall", ""}};

/// ZyWALL, USG and ATP: pairs in quotes; ends are address and port.
void parse_zyxel(PayloadWriter& out) {
  out.observer("Zyxel", "USG", "firewall");
  if (out.header().host_from_message) out.add("observer.name", out.header().host);
  out.log_source("zyxel", "firewall", {});
  put_pairs(out, out.text(), kMap);
  complete_transport(out);
  finish_zyxel(out);
}

}  // namespace

extern const FormatSpec kFormat_zyxel = {
    .number = Format{27},
    .name = "zyxel",
    .title = "Zyxel USG, ATP",
    .sample =
        R"(src="203.0.113.9:50022" dst="10.1.0.5:22" msg="Match default rule, DROP" note="ACCESS BLOCK" user="unknown" devID="001122334455" cat="Firewall")",
    .rank = 50,
    .starts = kStarts,
    .claims = claims_zyxel,
    .parse = parse_zyxel,
    .kinds = Kind::device,
    .log_sources = kLogSources,
};

}  // namespace vigil
