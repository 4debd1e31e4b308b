#include "parsers/device_text.h"
#include "parsers/field_target.h"
#include "parsers/format.h"
#include "parsers/key_value.h"
#include "parsers/payload_text.h"
#include "parsers/text_template.h"

namespace vigil {
namespace {

/// "[WAN_LOCAL-D-2147483647]", "[LAN_IN-2000-A]": rule set, what was done, number. Empty: it is none.
struct RuleMark {
  std::string_view ruleset, action, number, rest;
};
std::optional<RuleMark> read_mark(std::string_view text) {
  const std::size_t open = text.substr(0, 64).find('[');
  if (open == std::string_view::npos) return std::nullopt;
  // Before it at most the host's name once more, or the kernel's clock.
  const std::size_t close = text.substr(0, 160).find(']', open);
  if (close == std::string_view::npos) return std::nullopt;
  const std::string_view inside = text.substr(open + 1, close - open - 1);
  const std::size_t second = inside.rfind('-');
  const std::size_t first = second == std::string_view::npos || second == 0 ? std::string_view::npos
                                                                            : inside.rfind('-', second - 1);
  if (first == std::string_view::npos || first == 0) return std::nullopt;
  std::string_view a = inside.substr(first + 1, second - first - 1), b = inside.substr(second + 1);
  if (all_digits(a)) std::swap(a, b);
  if (!is_any(a, {"A", "D", "R", "RET"}) || (!all_digits(b) && b != "default")) return std::nullopt;
  return RuleMark{inside.substr(0, first), a, b, text.substr(close + 1)};
}

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
  if (header.app.empty() && access_point_length(text) != 0) return true;
  if (text.front() != '[' && !header.app.empty() && header.app != "kernel") return false;
  const auto mark = read_mark(text);
  return mark && contains(mark->rest.substr(0, 192), "IN=") && contains(mark->rest.substr(0, 512), " OUT=");
}

constexpr FieldRow kRows[] = {{"IN", "observer.ingress.interface.name"},
                              {"OUT", "observer.egress.interface.name"},
                              {"MAC", "mac"},
                              {"SRC", "source"},
                              {"DST", "destination"},
                              {"SPT", "source.port"},
                              {"DPT", "destination.port"},
                              {"PROTO", "transport"},
                              {"DESCR", "rule.description"},
                              {"ID", "ip_id"}};
constexpr FieldMap kMap(kRows);

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

constexpr LogSource kLogSources[] = {{"ubiquiti", "firewall", ""}, {"ubiquiti", "", "syslog"}};

/// UniFi's and EdgeOS' firewalls write netfilter's line behind a mark of the rule; UniFi's access points put model, address and
/// firmware before a program's line.
void parse_unifi(PayloadWriter& out) {
  static const TextTable lines(kLines);
  std::string_view text = out.text();
  if (const std::size_t length = access_point_length(text); length != 0 && out.header().app.empty()) {
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
    return;
  }
  const auto mark = read_mark(text);
  if (!mark) return out.bad_payload();
  out.observer("Ubiquiti", "UniFi", "firewall");
  if (out.header().host_from_message) out.add("observer.name", out.header().host);
  out.log_source("ubiquiti", "firewall", {});
  out.add("rule.name", mark->ruleset);
  out.add("rule.id", mark->number);
  put_pairs(out, mark->rest, kMap);
  // The card's addresses: to, from, type of frame.
  static constexpr Target kFrom{"source.mac", Put::mac}, kTo{"destination.mac", Put::mac};
  if (const std::string_view macs = out.event().text_of("vendor.mac"); macs.size() >= 35) {
    put(out, kTo, macs.substr(0, 17));
    put(out, kFrom, macs.substr(18, 17));
  }
  complete_transport(out);
  const bool denied = mark->action == "D" || mark->action == "R";
  out.classify("network", denied ? "denied" : "allowed", denied ? "denied" : "allowed",
               denied ? Outcome::failure : Outcome::success);
}

}  // namespace

extern const FormatSpec kFormat_unifi = {
    .number = Format{21},
    .name = "unifi",
    .title = "Ubiquiti UniFi, EdgeOS",
    .sample =
        R"([WAN_LOCAL-D-2147483647] DESCR="[WAN_LOCAL]Block All Traffic" IN=eth8 OUT= SRC=203.0.113.9 DST=198.51.100.1 PROTO=UDP SPT=38451 DPT=53)",
    .rank = 19,
    .claims = claims_unifi,
    .parse = parse_unifi,
    .kinds = Kind::device,
    .log_sources = kLogSources,
};

}  // namespace vigil
