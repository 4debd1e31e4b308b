#include "parsers/device_words.h"
#include "parsers/format.h"
#include "parsers/payload_text.h"
#include "parsers/text_template.h"

namespace vigil {
namespace {

// A line may begin with the client: "bob/203.0.113.9:50022 " once it is known, "203.0.113.9:50022 " before.
constexpr TextRow kLines[] = {
    {"user '{user|last}' authenticated", "authentication", "start", "vpn_login", Outcome::success},
    {"user '{user|last}' could not authenticate", "authentication", "start", "vpn_login", Outcome::failure},
    {"openvpn server '{vendor.server}' user '{user|last}' address '{source:pair}' - {vendor.state|word}",
     "network", "connection", "vpn_session"},
    {"TLS: Username/Password authentication succeeded for username '{user|last}'", "authentication", "start",
     "vpn_login", Outcome::success},
    {"TLS: Username/Password authentication deferred for username '{user|last}'", "authentication", "info",
     "vpn_login_deferred"},
    {"TLS Auth Error: Auth Username/Password verification failed for peer", "authentication", "start",
     "vpn_login", Outcome::failure},
    {"TLS Auth Error: --auth-user-pass-verify script failed", "authentication", "start", "vpn_login",
     Outcome::failure},
    {"TLS Auth Error: username attempted to change from '{user}' to '{user.target}'", "authentication",
     "start", "vpn_login", Outcome::failure},
    {"LDAP bind failed: {event.reason}$", "authentication", "start", "vpn_login", Outcome::failure},
    {"PLUGIN_CALL: POST {plugin|word}/PLUGIN_AUTH_USER_PASS_VERIFY status={status|number}", "process",
     "info"},
    {"SENT CONTROL \\[{user}\\]: 'AUTH_FAILED'", "network", "info", "auth_failed_sent"},
    {"VERIFY ERROR: depth={depth|number}, error={event.reason}: "
     "{tls.client.x509.subject.distinguished_name}$",
     "network", "denied", "certificate_refused"},
    {"VERIFY OK: depth={depth|number}, {tls.client.x509.subject.distinguished_name}$", "network", "allowed",
     "certificate_accepted"},
    {"\\[{user}\\] Peer Connection Initiated with \\[AF_INET[6]\\]{source:pair|word}", "network", "start",
     "vpn_connected"},
    {"Peer Connection Initiated with \\[AF_INET[6]\\]{source:pair|word}", "network", "start",
     "vpn_connected"},
    {"MULTI_sva: pool returned IPv4={source.nat.ip|ip}", "network", "info", "address_assigned"},
    {"MULTI: Learn: {client.ip|ip} -> {peer|word}", "network", "info", "address_learned"},
    {"MULTI: new connection by client '{user}' will cause previous active sessions", "network", "info"},
    {"TLS Error: {event.reason} from \\[AF_INET[6]\\]{source:pair|word}", "network", "error", "tls_error"},
    {"TLS: Initial packet from \\[AF_INET[6]\\]{source:pair|word}, sid=", "network", "start", "tls_start"},
    {"TLS Error: {event.reason}$", "network", "error", "tls_error"},
    {"Connection reset, restarting", "network", "end", "vpn_disconnected"},
    {"SIGUSR1\\[{kind}\\] received, client-instance restarting", "network", "end", "vpn_disconnected"},
    {"SIGTERM\\[{kind}\\] received, client-instance exiting", "network", "end", "vpn_disconnected"},
    {"peer info: {peer_info}$", "network", "info", "peer_info"},
};

/// "203.0.113.9:50022", "[2001:db8::1]:50022", "[AF_INET6]::ffff:203.0.113.9:50022"
bool take_peer(PayloadWriter& out, std::string_view word) {
  for (const std::string_view family : {"[AF_INET]", "[AF_INET6]"}) take_prefix(word, family);
  const std::size_t colon = word.rfind(':');
  if (colon == std::string_view::npos || !all_digits(word.substr(colon + 1))) return false;
  const std::string_view address = plain_address(word.substr(0, colon));
  if (address.empty()) return false;
  out.add_endpoint(Side::source, address);
  out.add_port(Side::source, word.substr(colon + 1));
  return true;
}

/// OpenVPN 2, as a server of any system writes it.
void parse_openvpn(PayloadWriter& out) {
  static const TextTable table(kLines);
  out.observer("OpenVPN", "OpenVPN", "vpn");
  out.add("network.protocol", "openvpn");
  out.log_source({}, {}, "openvpn");
  std::string_view text = trim_left(out.text());
  std::string_view rest = text;
  const std::string_view word = take_word(rest);
  std::string_view user;
  if (take_peer(out, word)) {
    text = rest;
  } else if (const std::size_t slash = word.rfind('/');
             slash != std::string_view::npos && slash > 0 && take_peer(out, word.substr(slash + 1))) {
    user = word.substr(0, slash);
    text = rest;
  }
  table.read(out, trim_left(text));
  if (out.event().find("user.name") == nullptr) out.add("user.name", user);
}

constexpr std::string_view kPrograms[] = {"openvpn", "ovpn-server", "ovpn", "openvpn-server",
                                          "openvpnserver"};
constexpr LogSource kLogSources[] = {{"", "", "openvpn"}};

}  // namespace

extern const FormatSpec kFormat_openvpn = {
    .number = Format{38},
    .name = "openvpn",
    .title = "OpenVPN",
    .sample = R"(203.0.113.9:50022 TLS: Username/Password authentication succeeded for username 'alice')",
    .rank = 30,
    .programs = kPrograms,
    .parse = parse_openvpn,
    .kinds = Kinds(Kind::device) | Kind::application,
    .log_sources = kLogSources,
};

}  // namespace vigil
