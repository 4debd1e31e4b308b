#include "parsers/device_words.h"
#include "parsers/format.h"
#include "parsers/payload_text.h"
#include "parsers/text_template.h"

namespace vigil {
namespace {

constexpr TextRow kLines[] = {
    {"sending packet: from {source|word}\\[{source.port|number}\\] to "
     "{destination|word}\\[{destination.port|number}\\] ({network.bytes|number} bytes)",
     "network", "connection", "packet_sent"},
    {"received packet: from {source|word}\\[{source.port|number}\\] to "
     "{destination|word}\\[{destination.port|number}\\] ({network.bytes|number} bytes)",
     "network", "connection", "packet_received"},
    {"{source|ip} is initiating a{vendor.exchange} IKE_SA", "network", "start", "ike_started"},
    {"initiating {vendor.exchange}IKE_SA {vendor.connection|word} to {destination|ip}", "network", "start",
     "ike_started"},
    {"IKE_SA {vendor.connection|word} established between "
     "{source|word}\\[{vendor.local_id}\\]...{destination|word}\\[{vendor.remote_id}\\]",
     "network", "start", "ike_established"},
    {"CHILD_SA {vendor.connection|word} established with SPIs {spi}", "network", "start",
     "child_established"},
    {"deleting IKE_SA {vendor.connection|word} between "
     "{source|word}\\[{vendor.local_id}\\]...{destination|word}\\[{vendor.remote_id}\\]",
     "network", "end", "ike_deleted"},
    {"authentication of '{user|last}' with {vendor.method} successful", "authentication", "start",
     "ipsec_login", Outcome::success},
    {"authentication of '{user|last}' (myself) with {vendor.method}$", "network", "info",
     "authenticates_itself"},
    {"authentication of '{user|last}' with {vendor.method} failed", "authentication", "start", "ipsec_login",
     Outcome::failure},
    {"EAP method {vendor.method|word} succeeded, MSK established", "network", "info", "eap_succeeded"},
    {"EAP method {vendor.method|word} failed for peer {user|word}", "authentication", "start", "ipsec_login",
     Outcome::failure},
    {"XAuth authentication of '{user|last}' successful", "authentication", "start", "ipsec_login",
     Outcome::success},
    {"XAuth authentication of '{user|last}' failed", "authentication", "start", "ipsec_login",
     Outcome::failure},
    {"PAM authentication of '{user|last}' failed", "authentication", "start", "ipsec_login",
     Outcome::failure},
    {"no shared key found for '{vendor.local_id}'[ \\[{local}\\]] - '{user}'", "network", "error",
     "no_shared_key"},
    {"tried {keys|number} shared keys for '{vendor.local_id}' - '{user}', but MAC mismatched",
     "authentication", "start", "ipsec_login", Outcome::failure},
    {"assigning virtual IP {client.ip|ip} to peer '{user}'", "network", "info", "address_assigned"},
    // racoon, of older gateways
    {"INFO: respond new phase 1 negotiation: "
     "{destination|word}\\[{destination.port|number}\\]<=>{source|word}\\[{source.port|number}\\]",
     "network", "start", "ike_started"},
    {"INFO: initiate new phase 1 negotiation: "
     "{source|word}\\[{source.port|number}\\]<=>{destination|word}\\[{destination.port|number}\\]",
     "network", "start", "ike_started"},
    {"INFO: ISAKMP-SA established "
     "{source|word}\\[{source.port|number}\\]-{destination|word}\\[{destination.port|number}\\] spi:",
     "network", "start", "ike_established"},
    {"INFO: ISAKMP-SA deleted "
     "{source|word}\\[{source.port|number}\\]-{destination|word}\\[{destination.port|number}\\] spi:",
     "network", "end", "ike_deleted"},
    {"INFO: login succeeded for user \"{user|last}\"", "authentication", "start", "ipsec_login",
     Outcome::success},
    {"INFO: login failed for user \"{user|last}\"", "authentication", "start", "ipsec_login",
     Outcome::failure},
    {"ERROR: {event.reason}$", "network", "error"},
    {"vici client {client|number} requests: {request|word}", "configuration", "info", "vici_request"},
};

/// "08[NET] <con1000|11> sending packet: …": thread and subsystem, and the connection if there is one.
std::string_view without_front(PayloadWriter& out, std::string_view text) {
  text = trim_left(text);
  std::size_t digits = 0;
  while (digits < text.size() && is_digit(text[digits])) ++digits;
  if (digits == 0 || digits >= text.size() || text[digits] != '[') return text;
  const std::size_t close = text.find(']', digits);
  if (close == std::string_view::npos) return text;
  out.add_vendor("subsystem", text.substr(digits + 1, close - digits - 1));
  text = trim_left(text.substr(close + 1));
  if (!text.starts_with('<')) return text;
  const std::size_t end = text.find('>');
  if (end == std::string_view::npos) return text;
  out.add_vendor("connection", text.substr(1, end - 1));
  return trim_left(text.substr(end + 1));
}

/// strongSwan's charon, which pfSense, OPNsense and many routers use for IPsec.
void parse_strongswan(PayloadWriter& out) {
  static const TextTable table(kLines);
  out.observer({}, out.header().app.starts_with("racoon") ? "racoon" : "strongSwan", "vpn");
  out.add("network.protocol", "ipsec");
  out.log_source({}, {}, "ipsec");
  table.read(out, without_front(out, out.text()));
}

constexpr std::string_view kPrograms[] = {"charon",        "charon-systemd", "ipsec",
                                          "ipsec_starter", "swanctl",        "racoon"};
constexpr LogSource kLogSources[] = {{"", "", "ipsec"}};

}  // namespace

extern const FormatSpec kFormat_strongswan = {
    .number = Format{39},
    .name = "strongswan",
    .title = "strongSwan, racoon (IPsec)",
    .sample = R"(13[IKE] <con1|4> authentication of 'alice' with EAP successful)",
    .rank = 30,
    .programs = kPrograms,
    .parse = parse_strongswan,
    .kinds = Kind::device,
    .log_sources = kLogSources,
};

}  // namespace vigil
