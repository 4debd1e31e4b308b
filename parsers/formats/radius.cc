#include "parsers/field_target.h"
#include "parsers/format.h"
#include "parsers/payload_text.h"
#include "parsers/text_template.h"

namespace vigil {
namespace {

constexpr std::string_view kAuth = "authentication";

// "cli" is the calling station: a card's address on Wi-Fi, an IP on VPNs.
constexpr TextRow kLines[] = {
    {"Login OK: \\[{user}\\] (from client {client|word} port {port|word}[ cli {station|word}][ via {x}])", kAuth, "start", "logon", Outcome::success},
    {"Login OK: \\[{user}\\]", kAuth, "start", "logon", Outcome::success},
    {"Login incorrect ({event.reason|last}): \\[{user}\\] (from client {client|word} port {port|word}[ cli {station|word}][ via {x}])", kAuth, "start", "logon", Outcome::failure},
    {"Login incorrect: \\[{user}\\] (from client {client|word} port {port|word}[ cli {station|word}][ via {x}])", kAuth, "start", "logon", Outcome::failure},
    {"Login incorrect ({event.reason|last}): \\[{user}\\]", kAuth, "start", "logon", Outcome::failure},
    {"Login incorrect: \\[{user}\\]", kAuth, "start", "logon", Outcome::failure},
    {"Invalid user ({event.reason|last}): \\[{user}\\] (from client {client|word} port {port|word}[ cli {station|word}])", kAuth, "start", "logon", Outcome::failure},
    {"Invalid user: \\[{user}\\] (from client {client|word} port {port|word}[ cli {station|word}])", kAuth, "start", "logon", Outcome::failure},
    {"Rejected in post-auth: \\[{user}\\] (from client {client|word} port {port|word}[ cli {station|word}])", kAuth, "start", "logon", Outcome::failure},
    {"Multiple logins (max {max|number}) [\\[MPP\\]]: \\[{user}\\] (from client {client|word} port {port|word}[ cli {station|word}])", kAuth, "start", "logon", Outcome::failure},
    {"Ignoring request to {socket} from unknown client {source|ip} port {source.port|number}", "network", "denied", "unknown_client", Outcome::failure},
    {"Dropping conflicting packet from client {client|word} port {source.port|number}", "network", "denied", "conflicting_packet"},
    {"Received Access-Request Id {id|number} from {source|ip}:{source.port|number} to {destination|ip}:{destination.port|number}", "network", "connection", "access_request"},
    {"Received Accounting-Request Id {id|number} from {source|ip}:{source.port|number} to {destination|ip}:{destination.port|number}", "network", "connection", "accounting_request"},
};

constexpr FieldRow kAttributes[] = {
    {"User-Name", "user"},
    {"Framed-IP-Address", "client.ip"},
    {"Framed-IPv6-Address", "client.ip"},
    {"Calling-Station-Id", "station"},
    {"Called-Station-Id", "called_station"},
    {"NAS-IP-Address", "observer.ip"},
    {"NAS-Identifier", "observer.name"},
    {"NAS-Port-Id", "nas_port_id"},
    {"Acct-Status-Type", "acct_status_type"},
    {"Acct-Session-Id", "acct_session_id"},
    {"Acct-Session-Time", "event.duration:seconds"},
    {"Acct-Input-Octets", "source.bytes"},
    {"Acct-Output-Octets", "destination.bytes"},
    {"Acct-Terminate-Cause", "event.reason"},
    {"Tunnel-Client-Endpoint", "source"},
    {"Packet-Src-IP-Address", "observer.ip"},
};
constexpr FieldMap kMap(kAttributes);

constexpr std::string_view kPrograms[] = {"radiusd", "freeradius", "radius"};

/// radiusd's own file: "Fri Nov 20 14:59:00 2026 : Auth: (7) Login OK: [bob] …"; accounting, one record a message.
bool is_radius(const SyslogHeader& header, std::string_view text) {
  if (is_any(header.app.substr(0, header.app.find('(')), {"radiusd", "freeradius", "radius"})) return true;
  const std::string_view front = text.substr(0, 512);
  return contains(front, " : Auth: ") || contains(front, "Acct-Status-Type = ") ||
         contains(front, "Acct-Status-Type=");
}

/// A card's address in any of its spellings, or an IP address.
void add_station(PayloadWriter& out) {
  const std::string_view station = out.event().text_of("vendor.station");
  if (station.empty()) return;
  if (!plain_address(station).empty()) return out.add_endpoint(Side::source, station);
  std::size_t digits = 0;
  for (const char c : station) {
    const char low = lower(c);
    if (is_digit(c) || (low >= 'a' && low <= 'f')) {
      ++digits;
    } else if (c != '-' && c != ':' && c != '.') {
      return;
    }
  }
  if (digits == 12) put(out, target_of("source.mac"), station);
}

/// `User-Name = "bob", Framed-IP-Address = 10.8.0.6, …`, separated by commas, line ends or blanks.
void parse_attributes(PayloadWriter& out, std::string_view text) {
  while (!text.empty()) {
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos) break;
    std::string_view key = trim(text.substr(0, equals));
    if (const std::size_t start = key.find_last_of(" \t\n,;:"); start != std::string_view::npos)
      key.remove_prefix(start + 1);
    text = text.substr(equals + 1);
    while (!text.empty() && (text.front() == ' ' || text.front() == '=')) text.remove_prefix(1);
    std::string_view value;
    if (take_prefix(text, "\"")) {
      value = text.substr(0, text.find('"'));
      text.remove_prefix(std::min(text.size(), value.size() + 1));
    } else {
      value = text.substr(0, text.find_first_of(",\n\t ;"));
      text.remove_prefix(value.size());
    }
    if (!key.empty()) static_cast<FieldTable>(kMap).put_or_keep(out, key, value);
  }
  const std::string_view status = out.event().text_of("vendor.acct_status_type");
  const std::string_view action = is_any(status, {"Start", "1"})  ? "accounting_start"
                                  : is_any(status, {"Stop", "2"}) ? "accounting_stop"
                                                                  : "accounting_update";
  out.classify("session",
               action.ends_with("start")  ? "start"
               : action.ends_with("stop") ? "end"
                                          : "info",
               action);
}

/// FreeRADIUS: who was let in by which access point or gateway, and who has which address (accounting).
void parse_radius(PayloadWriter& out) {
  static const TextTable table(kLines);
  out.observer("FreeRADIUS", "FreeRADIUS", "aaa");
  out.add("network.protocol", "radius");
  std::string_view text = trim(out.text());
  if (contains(text, "Acct-Status-Type")) {
    parse_attributes(out, text);
    return add_station(out);
  }
  if (const std::size_t auth = text.find(" : Auth: "); auth != std::string_view::npos && auth < 32)
    text.remove_prefix(auth + 9);
  take_prefix(text, "Auth: ");
  if (text.starts_with('(')) {  // "(7) "
    take_until(text, ')');
    take_prefix(text, ":");
    text = trim_left(text);
  }
  take_prefix(text, "Auth: ");
  if (table.read(out, text) == nullptr) return;
  add_station(out);
  // "bob/wrongpass", "bob/<via Auth-Type = mschap>": what stands behind the name is a password or how it was asked.
  const std::string_view user = out.event().text_of("user.name");
  if (const std::size_t slash = user.find('/'); slash != std::string_view::npos && !user.starts_with("host/"))
    out.set("user.name", user.substr(0, slash));
}

Kinds radius_kinds(const SyslogHeader&, std::string_view) { return Kind::application | Kind::logon; }

}  // namespace

extern const FormatSpec kFormat_radius = {
    .number = Format{70},
    .name = "radius",
    .title = "FreeRADIUS",
    .sample =
        R"((7) Login incorrect (pap: Cleartext password does not match "known good" password): [bob/wrong] (from client ap-1 port 13 cli 02-00-5E-10-00-01))",
    .rank = 60,
    .programs = kPrograms,
    .first_bytes = "MTWFSUAN",
    .claims = is_radius,
    .parse = parse_radius,
    .kinds_of = radius_kinds,
};

}  // namespace vigil
