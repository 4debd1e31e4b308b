#include "parsers/format.h"
#include "parsers/logon_text.h"
#include "parsers/payload_text.h"
#include "parsers/text_template.h"

namespace vigil {
namespace {

constexpr std::string_view kAuth = "authentication";

constexpr TextRow kLines[] = {
    // strongSwan's charon, behind "07[IKE] <home|1> "
    {"received packet: from {source|ip}\\[{source.port|number}\\] to {destination|ip}\\[{destination.port|number}\\] ({network.bytes|number} bytes)", "network", "connection", "packet_received"},
    {"sending packet: from {source|ip}\\[{source.port|number}\\] to {destination|ip}\\[{destination.port|number}\\] ({network.bytes|number} bytes)", "network", "connection", "packet_sent"},
    {"{source|ip} is initiating a[n] {what} IKE_SA", "network", "connection", "ike_initiated"},
    {"{source|ip} is initiating an IKE_SA", "network", "connection", "ike_initiated"},
    {"authentication of '{user}' (myself) with {method}", {}, {}, "own_authentication"},
    {"authentication of '{user}' with {method} successful", kAuth, "start", "logon", Outcome::success},
    {"authentication of '{user}' with {method} failed", kAuth, "start", "logon", Outcome::failure},
    {"EAP method {method|word} succeeded", kAuth, "start", "eap", Outcome::success},
    {"EAP method {method|word} failed for peer {user|word}", kAuth, "start", "logon", Outcome::failure},
    {"EAP-{method|word} verification failed", kAuth, "start", "logon", Outcome::failure},
    {"RADIUS authentication of '{user}' successful", kAuth, "start", "logon", Outcome::success},
    {"RADIUS authentication of '{user}' failed", kAuth, "start", "logon", Outcome::failure},
    {"XAuth authentication of '{user}' successful", kAuth, "start", "logon", Outcome::success},
    {"XAuth authentication of '{user}' failed", kAuth, "start", "logon", Outcome::failure},
    {"XAuth authentication of '{user}' (myself) {x}", {}, {}, "own_authentication"},
    {"PAM authentication of '{user}' successful", kAuth, "start", "logon", Outcome::success},
    {"PAM authentication of '{user}' failed", kAuth, "start", "logon", Outcome::failure},
    {"tried {count|number} shared key[s] for '{own}' - '{user}', but MAC mismatched", kAuth, "start", "logon", Outcome::failure},
    {"no shared key found for '{own}'[ \\[{x}\\]] - '{user}'", kAuth, "start", "logon", Outcome::failure},
    {"no EAP key found for hosts '{own}' - '{user}'", kAuth, "start", "logon", Outcome::failure},
    {"no trusted {key|word} public key found for '{user}'", kAuth, "start", "logon", Outcome::failure},
    {"assigning virtual IP {client.ip|ip} to peer '{user}'", "network", "info", "address_assigned"},
    {"assigning new lease to '{user}'", "network", "info", "address_assigned"},
    {"reassigning {state|word} lease to '{user}'", "network", "info", "address_assigned"},
    {"lease {client.ip|ip} by '{user}' went offline", "network", "info", "address_released"},
    {"IKE_SA {connection|word} established between {destination|ip}\\[{own}\\]...{source|ip}\\[{user}\\]", "session", "start", "tunnel_established", Outcome::success},
    {"IKE_SA {connection|word} state change: {x}", "network", "info", "state"},
    {"CHILD_SA {connection|word} established with SPIs {spis} and TS {own_net} === {client_net}", "session", "start", "child_established", Outcome::success},
    {"deleting IKE_SA {connection|word} between {destination|ip}\\[{own}\\]...{source|ip}\\[{user}\\]", "session", "end", "tunnel_deleted"},
    {"closing CHILD_SA {connection|word} with SPIs {spis} ({source.bytes:number|number} bytes) {x} ({destination.bytes:number|number} bytes) and TS {own_net} === {client_net}", "session", "end", "child_deleted"},
    {"no IKE config found for {destination|ip}...{source|ip}, sending {event.reason|word}", "network", "denied", "no_proposal", Outcome::failure},
    {"no matching peer config found", "network", "denied", "no_config", Outcome::failure},
    {"received {event.reason|word} notify error", "network", "info", "peer_error"},
    // libreswan's pluto
    {"\"{connection}\"[\\[{x|number}\\]] {source|ip} #{sa|number}: XAUTH: User {user|word}: Authentication Successful", kAuth, "start", "logon", Outcome::success},
    {"\"{connection}\"[\\[{x|number}\\]] {source|ip} #{sa|number}: XAUTH: User {user|word}: Authentication Failed", kAuth, "start", "logon", Outcome::failure},
    {"XAUTH: User {user|word}: Authentication Successful", kAuth, "start", "logon", Outcome::success},
    {"XAUTH: User {user|word}: Authentication Failed[: {event.reason}]", kAuth, "start", "logon", Outcome::failure},
    {"\"{connection}\"[\\[{x|number}\\]] {source|ip} #{sa|number}: {ike} established", "session", "start", "tunnel_established", Outcome::success},
    {"\"{connection}\"[\\[{x|number}\\]] {source|ip} #{sa|number}: deleting {what}", "session", "end", "tunnel_deleted"},
    {"\"{connection}\"[\\[{x|number}\\]] {source|ip} #{sa|number}: {event.reason}", "network", "info", "ike"},
    {"packet from {source:pair|word}: {event.reason}", "network", "denied", "packet_refused"},
    // racoon
    {"INFO: respond new phase {phase|number} negotiation: {destination|ip}\\[{destination.port|number}\\]<=>{source|ip}\\[{source.port|number}\\]", "network", "connection", "ike_initiated"},
    {"INFO: ISAKMP-SA established {destination|ip}\\[{destination.port|number}\\]-{source|ip}\\[{source.port|number}\\]", "session", "start", "tunnel_established", Outcome::success},
    {"INFO: ISAKMP-SA deleted {destination|ip}\\[{destination.port|number}\\]-{source|ip}\\[{source.port|number}\\]", "session", "end", "tunnel_deleted"},
    {"INFO: login succeeded for user \"{user}\"", kAuth, "start", "logon", Outcome::success},
    {"INFO: login failed for user \"{user}\"", kAuth, "start", "logon", Outcome::failure},
    {"ERROR: {source|ip} give up to get IPsec-SA due to time up to wait", "network", "connection", "ike_timeout", Outcome::failure},
    // xl2tpd, pptpd, pppd
    {"Connection established to {source|ip}, {source.port|number}.", "network", "connection", "l2tp_connected"},
    {"Call established with {source|ip}, ", "session", "start", "l2tp_call"},
    {"control_finish: Connection closed to {source|ip}, port {source.port|number}[ ({event.reason})]", "session", "end", "l2tp_closed"},
    {"CTRL: Client {source|ip} control connection started", "network", "connection", "pptp_connected"},
    {"CTRL: Client {source|ip} control connection finished", "session", "end", "pptp_closed"},
    {"peer from calling number {source|ip} authorized", kAuth, "start", "logon", Outcome::success},
    {"CHAP peer authentication succeeded for {user|word}", kAuth, "start", "logon", Outcome::success},
    {"CHAP peer authentication failed for {user|word}", kAuth, "start", "logon", Outcome::failure},
    {"PAP peer authentication succeeded for {user|word}", kAuth, "start", "logon", Outcome::success},
    {"PAP peer authentication failed for {user|word}", kAuth, "start", "logon", Outcome::failure},
    {"Peer {user|word} failed CHAP authentication", kAuth, "start", "logon", Outcome::failure},
    {"PAP authentication failed", kAuth, "start", "logon", Outcome::failure},
    {"CHAP authentication failed", kAuth, "start", "logon", Outcome::failure},
    {"user {user|word} logged in on tty {tty|word} intf {interface|word}", kAuth, "start", "logon", Outcome::success},
    {"remote IP address {client.ip|ip}", "network", "info", "address_assigned"},
    {"local IP address {server.ip|ip}", "network", "info", "address_assigned"},
    {"Connect: {interface|word} <--> {device}", "session", "start", "ppp_connected"},
    {"Connection terminated", "session", "end", "ppp_terminated"},
    {"Connect time {minutes|word} minutes", "session", "end", "ppp_time"},
    {"Sent {source.bytes:number|number} bytes, received {destination.bytes:number|number} bytes", "session", "end", "ppp_bytes"},
    // ocserv
    {"main\\[{user}\\]:[ ]{source:pair|word} user logged in", kAuth, "start", "logon", Outcome::success},
    {"main\\[{user}\\]:[ ]{source:pair|word} user disconnected[ (reason: {event.reason}, rx: {source.bytes:number|number}, tx: {destination.bytes:number|number})]", "session", "end", "disconnected"},
    {"main\\[{user}\\]:[ ]{source:pair|word} new user session", "session", "start", "connected", Outcome::success},
    {"main:[ ]{source:pair|word} user disconnected[ (reason: {event.reason}, rx: {source.bytes:number|number}, tx: {destination.bytes:number|number})]", "session", "end", "disconnected"},
    {"worker[\\[{user}\\]]:[ ]{source:pair|word} failed authentication for '{user}'", kAuth, "start", "logon", Outcome::failure},
    {"worker\\[{user}\\]:[ ]{source:pair|word} sending IPv4 {client.ip|ip}", "network", "info", "address_assigned"},
    {"sec-mod: authentication failed for user {user|word}", kAuth, "start", "logon", Outcome::failure},
    {"main: added {points|number} points (total {total|number}) for IP '{source|ip}' to ban list", "intrusion_detection", "info", "ban_points"},
    // WireGuard, from the kernel
    {"wireguard: {interface|word}: Handshake for peer {peer|number} ({source:pair}) did not complete", "network", "connection", "handshake_timeout", Outcome::failure},
    {"wireguard: {interface|word}: Receiving handshake {kind|word} from peer {peer|number} ({source:pair})", "network", "connection", "handshake"},
    {"wireguard: {interface|word}: Sending handshake {kind|word} to peer {peer|number} ({destination:pair})", "network", "connection", "handshake"},
    {"wireguard: {interface|word}: Receiving keepalive packet from peer {peer|number} ({source:pair})", "network", "connection", "keepalive"},
    {"wireguard: {interface|word}: Invalid handshake initiation from {source:pair|word}", "network", "denied", "handshake_refused", Outcome::failure},
    {"wireguard: {interface|word}: Invalid MAC of handshake, dropping packet from {source:pair|word}", "network", "denied", "handshake_refused", Outcome::failure},
    {"wireguard: {interface|word}: {text} peer {peer|number} ({source:pair})", "network", "info", "peer"},
};

constexpr std::string_view kPrograms[] = {"charon",    "charon-systemd", "ipsec",  "pluto",  "racoon",
                                          "xl2tpd",    "pptpd",          "pppd",   "ocserv", "strongswan",
                                          "charon-nm", "kernel",         "swanctl"};
constexpr std::string_view kStarts[] = {"wireguard: "};

bool is_vpn(const SyslogHeader& header, std::string_view text) {
  return !header.app.starts_with("kernel") ? !header.app.empty() || text.starts_with("wireguard: ")
                                           : text.starts_with("wireguard: ");
}

/// Takes "07[IKE] <home|1> " off the front.
std::string_view bare_line(PayloadWriter& out, std::string_view text) {
  text = trim(text);
  if (text.size() > 8 && is_digit(text[0]) && is_digit(text[1]) && text[2] == '[') {
    text.remove_prefix(3);
    out.add_vendor("subsystem", take_until(text, ']'));
    text = trim_left(text);
  }
  if (text.starts_with('<')) {
    const std::size_t end = text.find("> ");
    if (end != std::string_view::npos) {
      const std::string_view connection = text.substr(1, end - 1);
      out.add_vendor("connection", connection.substr(0, connection.find('|')));
      text.remove_prefix(end + 2);
    }
  }
  return text;
}

/// VPNs that programs of the kernel's neighbourhood make: strongSwan, libreswan, racoon, xl2tpd, pptpd with pppd, ocserv, WireGuard.
/// The address given to whom is client.ip with user.name.
void parse_vpn(PayloadWriter& out) {
  static const TextTable table(kLines);
  const std::string_view text = bare_line(out, out.text());
  if (table.read(out, text) != nullptr) return;
  const LogonText logon = read_logon_text(text);
  if (logon.outcome != Outcome::none) add_logon(out, logon);
}

Kinds vpn_kinds(const SyslogHeader&, std::string_view text) {
  if (text.starts_with("wireguard: ")) return Kind::os;
  return contains(text.substr(0, 256), "uth") || contains(text.substr(0, 256), "logged in") ||
                 contains(text.substr(0, 256), "login ")
             ? Kind::application | Kind::logon
             : Kinds(Kind::application);
}

}  // namespace

extern const FormatSpec kFormat_ipsec_vpn = {
    .number = Format{72},
    .name = "ipsec_vpn",
    .title = "strongSwan, libreswan, racoon, xl2tpd, pppd, ocserv, WireGuard",
    .sample = R"(07[IKE] assigning virtual IP 10.8.0.7 to peer 'bob@example.org')",
    .rank = 30,
    .programs = kPrograms,
    .starts = kStarts,
    .claims = is_vpn,
    .parse = parse_vpn,
    .kinds_of = vpn_kinds,
};

}  // namespace vigil
