#include "parsers/format.h"
#include "parsers/logon_names.h"
#include "parsers/logon_text.h"
#include "parsers/payload_text.h"
#include "parsers/text_template.h"

namespace vigil {
namespace {

constexpr std::string_view kAuth = "authentication";

// Behind "bob/203.0.113.9:50022 " or "203.0.113.9:50022 ", which have been read.
constexpr TextRow kLines[] = {
    {"TLS: Username/Password authentication succeeded for username '{user}'", kAuth, "start", "logon", Outcome::success},
    {"TLS: Username/Password authentication deferred for username '{user}'", kAuth, "start", "logon_deferred", Outcome::unknown},
    {"TLS Auth Error: Auth Username/Password verification failed for peer", kAuth, "start", "logon", Outcome::failure},
    {"TLS Auth Error: {event.reason}", kAuth, "start", "logon", Outcome::failure},
    {"AUTH-PAM: BACKGROUND: user '{user}' failed to authenticate: {event.reason}", kAuth, "start", "logon", Outcome::failure},
    {"PLUGIN AUTH-PAM: BACKGROUND: user '{user}' failed to authenticate: {event.reason}", kAuth, "start", "logon", Outcome::failure},
    {"user '{user}' authenticated", kAuth, "start", "logon", Outcome::success},
    {"user '{user}' could not authenticate", kAuth, "start", "logon", Outcome::failure},
    {"openvpn server '{server}' user '{user}' address '{source:pair}' - connecting", "session", "start", "connecting"},
    {"openvpn server '{server}' user '{user}' address '{source:pair}' - connected", "session", "start", "connected", Outcome::success},
    {"openvpn server '{server}' user '{user}' address '{source:pair}' - disconnected", "session", "end", "disconnected"},
    {"\\[{user}\\] Peer Connection Initiated with \\[{family}\\]{source:pair|word}", "session", "start", "connected", Outcome::success},
    {"Peer Connection Initiated with \\[{family}\\]{source:pair|word}", "session", "start", "connected", Outcome::success},
    // Who has which address inside
    {"MULTI_sva: pool returned IPv4={client.ip|ip}", "network", "info", "address_assigned"},
    {"MULTI: Learn: {client.ip|ip} -> {user|last}/{source:pair|word}", "network", "info", "address_assigned"},
    {"MULTI: Learn: {client.mac} -> {user|last}/{source:pair|word}", "network", "info", "address_assigned"},
    {"MULTI: primary virtual IP for {user|last}/{source:pair|word}: {client.ip|ip}", "network", "info", "address_assigned"},
    {"MULTI: primary virtual IPv6 for {user|last}/{source:pair|word}: {client.ip|ip}", "network", "info", "address_assigned"},
    {"VERIFY OK: depth={depth|number}, {subject}", "network", "info", "certificate_verified", Outcome::success},
    {"VERIFY ERROR: depth={depth|number}, error={event.reason}: {subject}", kAuth, "start", "certificate_refused", Outcome::failure},
    {"VERIFY ERROR: depth={depth|number}, {event.reason}", kAuth, "start", "certificate_refused", Outcome::failure},
    {"TLS: Initial packet from \\[{family}\\]{source:pair|word}[, sid={sid}]", "network", "connection", "connect"},
    {"TLS Error: cannot locate HMAC in incoming packet from \\[{family}\\]{source:pair|word}", "network", "denied", "tls_error", Outcome::failure},
    {"TLS Error: incoming packet authentication failed from \\[{family}\\]{source:pair|word}", "network", "denied", "tls_error", Outcome::failure},
    {"TLS Error: {event.reason}", "network", "connection", "tls_error", Outcome::failure},
    {"Authenticate/Decrypt packet error: {event.reason}", "network", "denied", "packet_error", Outcome::failure},
    {"SENT CONTROL \\[{user}\\]: 'AUTH_FAILED[,{event.reason}]' (status=", kAuth, "start", "logon_refused"},
    {"SENT CONTROL \\[{user}\\]: '{control}' (status=", "network", "info", "control"},
    {"Delayed exit in {seconds|number} seconds", "network", "info", "delayed_exit"},
    {"SIG{signal|word} received, client-instance {what|word}", "session", "end", "disconnected"},
    {"SIG{signal|word}\\[{x}\\] received, client-instance {what|word}", "session", "end", "disconnected"},
    {"Connection reset, restarting", "session", "end", "connection_reset"},
    {"Control Channel: {tls}", "network", "info", "tls"},
    {"LDAP bind failed: {event.reason}", kAuth, "start", "logon", Outcome::failure},
    {"Incorrect password supplied for LDAP DN \"{dn}\"", kAuth, "start", "logon", Outcome::failure},
};

constexpr std::string_view kPrograms[] = {"openvpn", "ovpn-server", "openvpnserv", "openvpnas"};

/// "bob/203.0.113.9:50022 ", "203.0.113.9:50022 ", "udp4:203.0.113.9:50022 " in front of a message.
struct Front {
  std::string_view user;
  LogonPeer peer;
};

Front take_front(std::string_view& text) {
  const std::string_view first = text.substr(0, text.find(' '));
  if (first.size() < 9 || first.size() > 300) return {};
  const std::size_t slash = first.rfind('/');
  std::string_view peer_text = slash == std::string_view::npos ? first : first.substr(slash + 1);
  for (const std::string_view transport :
       {"udp4:", "udp6:", "tcp4-server:", "tcp6-server:", "tcp4:", "tcp6:"}) {
    take_prefix(peer_text, transport);
  }
  const LogonPeer peer = read_logon_peer(peer_text);
  if (peer.end == 0 || peer.end != peer_text.size()) return {};
  text = trim_left(text.substr(first.size()));
  return {slash == std::string_view::npos ? std::string_view() : first.substr(0, slash), peer};
}

/// What stands in front, where the message has not said it itself.
void add_front(PayloadWriter& out, const Front& front) {
  if (out.event().find("user.name") == nullptr) out.add("user.name", front.user);
  if (front.peer.end == 0 || out.event().find("source.address") != nullptr) return;
  out.add_endpoint(Side::source, front.peer.address);
  out.add_port(Side::source, front.peer.port);
}

void parse_openvpn(PayloadWriter& out) {
  static const TextTable table(kLines);
  out.observer("OpenVPN", "OpenVPN", "vpn");
  std::string_view text = trim(out.text());
  if (text.size() > 26 && text[4] == '-' && text[13] == ':' && text[19] == ' ')
    text.remove_prefix(20);  // its own file: "2026-11-20 14:59:00 "
  const Front front = take_front(text);
  if (const TextRow* row = table.read(out, text); row != nullptr) {
    add_front(out, front);
    if (const std::string_view subject = out.event().text_of("vendor.subject");
        !subject.empty() && out.event().text_of("vendor.depth") == "0") {
      if (const std::size_t name = subject.find("CN=");
          name != std::string_view::npos && out.event().find("user.name") == nullptr) {
        const std::string_view rest = subject.substr(name + 3);
        out.add("user.name", rest.substr(0, rest.find_first_of(",/")));
      }
    }
    return;
  }
  const LogonText logon = read_logon_text(text);
  if (logon.outcome != Outcome::none) add_logon(out, logon);
  add_front(out, front);
}

}  // namespace

extern const FormatSpec kFormat_openvpn = {
    .number = Format{71},
    .name = "openvpn",
    .title = "OpenVPN",
    .sample = R"(203.0.113.9:50022 TLS Auth Error: Auth Username/Password verification failed for peer)",
    .rank = 30,
    .programs = kPrograms,
    .parse = parse_openvpn,
    .kinds = Kind::application | Kind::logon,
};

}  // namespace vigil
