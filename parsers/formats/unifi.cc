#include "parsers/device_text.h"
#include "parsers/field_target.h"
#include "parsers/format.h"
#include "parsers/key_value.h"
#include "parsers/payload_text.h"
#include "parsers/text_template.h"

namespace vigil {
namespace {

/// "U7PG2,788a20aabbcc,v4.0.80.10875: " in front of what an access point's program says.
std::size_t access_point_length(std::string_view text) {
  const std::string_view front = text.substr(0, 80);
  const std::size_t first = front.find(','),
                    second = first == std::string_view::npos ? first : front.find(',', first + 1);
  if (second == std::string_view::npos || second - first != 13 || second + 1 >= front.size() ||
      front[second + 1] != 'v')
    return 0;
  const std::size_t colon = front.find(": ", second);
  return colon == std::string_view::npos ? 0 : colon + 2;
}

bool claims_unifi(const SyslogHeader& header, std::string_view text) {
  return header.app.empty() && access_point_length(text) != 0;
}

constexpr TextRow kLines[] = {
    {"hostapd: {interface|word}: STA {source.mac|word} IEEE 802.11: associated", "session", "start",
     "wireless_joined"},
    {"hostapd: {interface|word}: STA {source.mac|word} IEEE 802.11: disassociated", "session", "end",
     "wireless_left"},
    {"hostapd: {interface|word}: STA {source.mac|word} IEEE 802.11: {event.reason}$", "session", "info",
     "wireless"},
    {"hostapd: {interface|word}: STA {source.mac|word} RADIUS: starting accounting session {session|word}",
     "session", "start", "wireless_accounting"},
    {"hostapd: {interface|word}: STA {source.mac|word} WPA: pairwise key handshake completed ({_})",
     "session", "info", "wireless_keys"},
    {"hostapd: {interface|word}: STA {source.mac|word} {event.reason}$", "session", "info", "wireless"},
    {"dropbear\\[{process.pid|number}\\]: Password auth succeeded for '{user|last}' from "
     "{source|ip}:{source.port|number}",
     "authentication", "start", "ssh_login", Outcome::success},
    {"dropbear\\[{process.pid|number}\\]: Bad password attempt for '{user|last}' from "
     "{source|ip}:{source.port|number}",
     "authentication", "start", "ssh_login", Outcome::failure},
    {"dropbear\\[{process.pid|number}\\]: Login attempt for nonexistent user from "
     "{source|ip}:{source.port|number}",
     "authentication", "start", "ssh_login", Outcome::failure},
};

constexpr LogSource kLogSources[] = {{"ubiquiti", "", "syslog"}};

/// UniFi's access points put model, address and firmware before a program's line; its firewalls write netfilter's.
void parse_unifi(PayloadWriter& out) {
  static const TextTable lines(kLines);
  std::string_view text = out.text();
  const std::size_t length = access_point_length(text);
  if (length == 0) return out.bad_payload();
  out.observer("Ubiquiti", "UniFi AP", "wireless");
  out.log_source("ubiquiti", {}, "syslog");
  std::string_view front = text.substr(0, length);
  out.add_vendor("model", take_until(front, ','));
  static constexpr Target kMac{"observer.mac", Put::mac};
  put(out, kMac, take_until(front, ','));
  take_suffix(front, ": ");
  out.add("observer.version", front);
  text = trim_left(text.substr(length));
  out.set("message", text);
  if (lines.read(out, text) == nullptr) put_loose_ends(out, text);
}

}  // namespace

extern const FormatSpec kFormat_unifi = {
    .number = Format{21},
    .name = "unifi",
    .title = "Ubiquiti UniFi access points",
    .sample =
        "U7PG2,788a20aabbcc,v4.0.80.10875: hostapd: ath0: STA 00:11:22:33:44:55 IEEE 802.11: associated",
    .rank = 19,
    .claims = claims_unifi,
    .parse = parse_unifi,
    .kinds = Kind::device,
    .log_sources = kLogSources,
};

}  // namespace vigil
