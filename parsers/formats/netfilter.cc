#include <algorithm>

#include "parsers/device_words.h"
#include "parsers/format.h"
#include "parsers/payload_text.h"

namespace vigil {
namespace {

/// What stands in front of the packet's fields: who set the rule decides.
struct Prefix {
  std::string_view name, rule, action;
};

struct Word {
  std::string_view text, action;
};
constexpr Word kWords[] = {{"drop", "drop"},       {"deny", "drop"},     {"block", "block"},
                           {"reject", "reject"},   {"discard", "drop"},  {"accept", "accept"},
                           {"allow", "accept"},    {"permit", "accept"}, {"pass", "accept"},
                           {"forward", "forward"}, {"audit", "audit"},   {"limit", "block"},
                           {"bad", "drop"}};

std::string_view action_of(std::string_view text) {
  for (const Word& word : kWords) {
    if (contains_ignoring_case(text, word.text)) return word.action;
  }
  return {};
}

std::string_view action_of_letter(char letter) {
  return letter == 'A' ? "accept" : letter == 'D' ? "drop" : letter == 'R' ? "reject" : std::string_view();
}

/// EdgeOS and UniFi write "[WAN_IN-2000-A]" or "[WAN_LOCAL-D-2147483647]": chain, number, and a letter for what was done.
bool read_ubiquiti(std::string_view inside, Prefix& prefix) {
  const std::size_t last = inside.rfind('-');
  if (last == std::string_view::npos || last == 0) return false;
  const std::size_t middle = inside.rfind('-', last - 1);
  if (middle == std::string_view::npos) return false;
  const std::string_view one = inside.substr(middle + 1, last - middle - 1), two = inside.substr(last + 1);
  if (two.size() == 1 && !action_of_letter(two[0]).empty()) {
    prefix = {inside.substr(0, middle), one, action_of_letter(two[0])};
    return true;
  }
  if (one.size() == 1 && !action_of_letter(one[0]).empty() && (all_digits(two) || two == "default")) {
    prefix = {inside.substr(0, middle), two, action_of_letter(one[0])};
    return true;
  }
  return false;
}

/// "[12345.678901] ": the kernel's own clock.
void skip_kernel_clock(std::string_view& text) {
  text = trim_left(text);
  if (!text.starts_with('[')) return;
  const std::size_t close = text.find(']');
  if (close == std::string_view::npos) return;
  const std::string_view inside = trim(text.substr(1, close - 1));
  const bool clock = !inside.empty() && inside.find_first_not_of("0123456789.") == std::string_view::npos;
  if (clock) text = trim_left(text.substr(close + 1));
}

/// `[UFW BLOCK] `, `[WAN_IN-2000-A]`, `Shorewall:net2fw:DROP:`, `FINAL_REJECT: `, `iptables DROP_INPUT: `
Prefix read_prefix(std::string_view text) {
  text = trim(text);
  Prefix prefix;
  if (text.starts_with('[')) {
    const std::size_t close = text.find(']');
    const std::string_view inside = text.substr(1, close == std::string_view::npos ? close : close - 1);
    if (read_ubiquiti(inside, prefix)) return prefix;
    text = inside;
  }
  while (text.ends_with(':') || text.ends_with(' ') || text.ends_with('-')) text.remove_suffix(1);
  // iptables allows 29 characters, nftables 127: more holds a time and a host that stood in front, as does what begins
  // with multilog's "@4000…".
  constexpr std::size_t kPrefixMax = 127;
  const std::size_t blank = text.rfind(' ');
  const bool dated =
      text.size() > kPrefixMax || (text.find(':') != std::string_view::npos && text.starts_with('@'));
  if (dated && blank != std::string_view::npos) text = text.substr(blank + 1);
  return {text, {}, action_of(text)};
}

/// Where the fields begin: at "IN=", or in a line whose front was lost at the first field that is there.
std::size_t fields_at(std::string_view text) {
  for (std::size_t at = find_text(text, "IN="); at != std::string_view::npos;
       at = find_text(text, "IN=", at + 3)) {
    const char before = at == 0 ? ' ' : text[at - 1];
    if (before == ' ' || before == ']' || before == ':' || before == '"' || before == '-') return at;
  }
  return std::string_view::npos;
}

bool claims_netfilter(const SyslogHeader&, std::string_view text) {
  const std::string_view front = text.substr(0, 512);
  if (contains(front, "IN=") && contains(front, "OUT=")) {
    return fields_at(front) != std::string_view::npos &&
           (contains(front, " SRC=") || contains(front, " MAC=") || contains(front, " ARPMAC"));
  }
  // Cut in front, as UniFi gateways send it.
  return contains(front, " PROTO=") && contains(front, " SPT=") && contains(front, " DPT=") &&
         (contains(front, " WINDOW=") || contains(front, " LEN=") || contains(front, " ID="));
}

/// MAC=destination (6), source (6), type (2); longer ones hold the packet's beginning.
void add_macs(PayloadWriter& out, std::string_view value) {
  constexpr std::size_t kMac = sizeof("00:11:22:33:44:55") - 1;
  const auto ecs = [&out](std::string_view mac) {
    char* const at = out.arena().allocate(kMac);
    for (std::size_t i = 0; i < kMac; ++i) {
      const char c = mac[i] == ':' ? '-' : mac[i];
      at[i] = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    }
    return std::string_view(at, kMac);
  };
  if (value.size() >= kMac) out.add("destination.mac", ecs(value.substr(0, kMac)));
  if (value.size() >= 2 * kMac + 1) out.add("source.mac", ecs(value.substr(kMac + 1, kMac)));
}

void add_protocol(PayloadWriter& out, std::string_view value) {
  if (equals_ignoring_case(value, "ICMPv6")) return out.add("network.transport", "ipv6-icmp");
  out.add_transport(value);
}

void take_field(PayloadWriter& out, std::string_view key, std::string_view value, bool first_length) {
  if (value.empty()) return;
  if (key == "IN") return out.add("observer.ingress.interface.name", value);
  if (key == "OUT") return out.add("observer.egress.interface.name", value);
  if (key == "SRC") return out.add_endpoint(Side::source, value);
  if (key == "DST") return out.add_endpoint(Side::destination, value);
  if (key == "SPT") return out.add_port(Side::source, value);
  if (key == "DPT") return out.add_port(Side::destination, value);
  if (key == "PROTO") return add_protocol(out, value);
  if (key == "MAC") return add_macs(out, value);
  if (key == "LEN")
    return first_length ? out.add_number("network.bytes", value) : out.add_vendor("LEN2", value);
  if (key == "TYPE" && all_digits(value)) return out.add_vendor("icmp_type", value);
  if (key == "CODE" && all_digits(value)) return out.add_vendor("icmp_code", value);
  if (key == "UID") return out.add("user.id", value);
  if (key == "DESCR") return out.add("rule.description", value);
  out.add_vendor(key, value);
}

/// The kernel's packet log (nf_log_syslog), as iptables, nftables, UFW, firewalld, Shorewall and routers built on Linux give it:
///
///   line   = [ "[" clock "] " ] prefix "IN=" [ name ] " OUT=" [ name ] *( " " KEY "=" value / " " FLAG )
///            [ "[" the packet an ICMP error is about "]" ]
void parse_netfilter(PayloadWriter& out) {
  std::string_view text = out.text();
  skip_kernel_clock(text);
  const std::size_t at = fields_at(text);
  std::string_view rest = text;
  Prefix prefix;
  if (at != std::string_view::npos) {
    prefix = read_prefix(text.substr(0, std::min(at, text.find(" DESCR="))));
    rest = text.substr(std::min(at, text.find("DESCR=")));
  }
  out.observer({}, {}, "firewall");
  out.add("rule.name", prefix.name);
  out.add("rule.id", prefix.rule);
  // Two zones of EdgeOS: "wan-lan".
  if (const std::size_t dash = prefix.name.find('-');
      !prefix.rule.empty() && dash != std::string_view::npos && prefix.name.rfind('-') == dash) {
    out.add("observer.ingress.zone", prefix.name.substr(0, dash));
    out.add("observer.egress.zone", prefix.name.substr(dash + 1));
  }
  bool first_length = true;
  std::size_t count = 0;
  while (!rest.empty() && count++ < 128) {
    if (rest.starts_with("DESCR=\"")) {
      rest.remove_prefix(sizeof("DESCR=\"") - 1);
      take_field(out, "DESCR", take_until(rest, '"'), false);
      continue;
    }
    std::string_view word = take_word(rest);
    if (word.starts_with('[')) break;
    const std::size_t equals = word.find('=');
    if (equals == std::string_view::npos) continue;
    const std::string_view key = word.substr(0, equals);
    take_field(out, key, word.substr(equals + 1), first_length);
    if (key == "LEN") first_length = false;
  }
  out.classify("network", "connection", prefix.action);
  add_verdict(out, prefix.action);
  out.log_source("linux", "firewall", {});
  out.log_source({}, "firewall", {});
}

constexpr LogSource kLogSources[] = {{"linux", "firewall", ""}, {"", "firewall", ""}};

}  // namespace

extern const FormatSpec kFormat_netfilter = {
    .number = Format{35},
    .name = "netfilter",
    .title = "iptables, nftables, UFW, EdgeOS, UniFi",
    .sample =
        R"([UFW BLOCK] IN=eth0 OUT= MAC=00:00:5e:00:53:01:00:00:5e:00:53:02:08:00 SRC=203.0.113.9 DST=10.1.0.5 LEN=60 TOS=0x00 PREC=0x00 TTL=50 ID=4711 DF PROTO=TCP SPT=50022 DPT=22 WINDOW=64240 RES=0x00 SYN URGP=0)",
    .rank = 60,
    .claims = claims_netfilter,
    .parse = parse_netfilter,
    .kinds = Kind::device,
    .log_sources = kLogSources,
};

}  // namespace vigil
