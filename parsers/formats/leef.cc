#include <algorithm>
#include <array>

#include "parsers/device_kind.h"
#include "parsers/device_words.h"
#include "parsers/field_target.h"
#include "parsers/format.h"
#include "parsers/payload_text.h"
#include "parsers/payload_time.h"

namespace vigil {
namespace {

// The predefined attributes of LEEF 2.0, and those that products add most.
constexpr FieldRow kKeys[] = {
    {"devTime", "devTime"},
    {"devTimeFormat", "_"},
    {"src", "source"},
    {"srcPort", "source.port"},
    {"SourcePort", "source.port"},
    {"dst", "destination"},
    {"dstPort", "destination.port"},
    {"DestinationPort", "destination.port"},
    {"proto", "transport"},
    {"srcPostNAT", "nat_source"},
    {"dstPostNAT", "nat_destination"},
    {"srcPreNAT", "source_pre_nat"},
    {"dstPreNAT", "destination_pre_nat"},
    {"srcPostNATPort", "source.nat.port"},
    {"dstPostNATPort", "destination.nat.port"},
    {"NATSourcePort", "source.nat.port"},
    {"NATDestinationPort", "destination.nat.port"},
    {"srcMAC", "source.mac"},
    {"dstMAC", "destination.mac"},
    {"srcBytes", "source.bytes"},
    {"dstBytes", "destination.bytes"},
    {"SourceBytes", "source.bytes"},
    {"srcPackets", "source.packets"},
    {"dstPackets", "destination.packets"},
    {"totalBytes", "network.bytes"},
    {"totalPackets", "network.packets"},
    {"usrName", "user"},
    {"accountName", "user.target"},
    {"SourceUser", "source.user"},
    {"DestinationUser", "destination.user"},
    {"domain", "user.domain"},
    {"identSrc", "identSrc"},
    {"identHostName", "source.domain"},
    {"srcName", "source.domain"},
    {"dstName", "destination.domain"},
    {"identMAC", "source.mac"},
    {"cat", "cat"},
    {"policy", "rule.name"},
    {"RuleName", "rule.name"},
    {"Application", "network.application"},
    {"application", "network.application"},
    {"SourceZone", "observer.ingress.zone"},
    {"DestinationZone", "observer.egress.zone"},
    {"IngressInterface", "observer.ingress.interface.name"},
    {"EgressInterface", "observer.egress.interface.name"},
    {"SerialNumber", "observer.serial_number"},
    {"DeviceName", "device"},
    {"devName", "device"},
    {"action", "event.action"},
    {"Action", "event.action"},
    {"act", "event.action"},
    {"reason", "event.reason"},
    {"msg", "message"},
    {"Message", "message"},
    {"url", "url"},
    {"resource", "resource"},
    {"method", "http.request.method"},
    {"userAgent", "user_agent.original"},
    {"referrer", "http.request.referrer"},
    {"responseCode", "http.response.status_code"},
    {"fileName", "file.name"},
    {"filename", "file.name"},
    {"filePath", "file.path"},
    {"fileHash", "file.hash"},
    {"md5", "file.hash"},
    {"sha1", "file.hash"},
    {"sha256", "file.hash"},
    {"processName", "process.name"},
    {"virusName", "rule.name"},
    {"ThreatName", "rule.name"},
    {"sender", "email.from.address"},
    {"recipient", "email.to.address"},
    {"subject", "email.subject"},
    {"isLoginEvent", "isLoginEvent"},
    {"isLogoutEvent", "isLogoutEvent"},
};
constexpr FieldMap kMap(kKeys);

/// How attributes are parted.
struct Delimiter {
  std::string_view mark;
  bool spaces = false;  ///< TABs that a relay made blanks of: a pair ends where the next key begins
};

bool next_cell(std::string_view& rest, std::string_view& cell) {
  const std::size_t bar = rest.find('|');
  if (bar == std::string_view::npos) return false;
  cell = rest.substr(0, bar);
  rest.remove_prefix(bar + 1);
  return true;
}

constexpr bool is_key_char(char c) {
  return is_alpha(c) || is_digit(c) || c == '_' || c == '.' || c == '-' || c == '[' || c == ']';
}

/// "key=" at the front of `text`.
bool begins_pair(std::string_view text) {
  std::size_t i = 0;
  while (i < text.size() && i < 64 && is_key_char(text[i])) ++i;
  return i > 0 && i < text.size() && text[i] == '=';
}

constexpr std::array<char, 256> single_characters() {
  std::array<char, 256> all{};
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<char>(i);
  return all;
}
constexpr std::array<char, 256> kCharacters = single_characters();

std::string_view hex_character(std::string_view digits) {
  unsigned value = 0;
  for (const char c : digits) {
    const char l = lower(c);
    const int digit = is_digit(l) ? l - '0' : l >= 'a' && l <= 'f' ? l - 'a' + 10 : -1;
    if (digit < 0) return {};
    value = value * 16 + static_cast<unsigned>(digit);
  }
  return digits.empty() || value == 0 || value > 255 ? std::string_view()
                                                     : std::string_view(&kCharacters[value], 1);
}

/// LEEF 2.0's sixth cell: "^", "0x5E", "x5E", or nothing at all, which means TAB. Where no such cell is, attributes begin.
Delimiter take_delimiter(std::string_view& rest, bool second) {
  if (second) {
    std::string_view ahead = rest, cell;
    if (next_cell(ahead, cell) && cell.size() <= 4 && !begins_pair(rest)) {
      rest = ahead;
      std::string_view digits = cell;
      if (take_prefix(digits, "0x") || (cell.size() > 1 && take_prefix(digits, "x"))) {
        const std::string_view mark = hex_character(digits);
        if (!mark.empty()) return {mark};
      }
      if (cell.size() == 1) return {cell};
    }
  }
  if (rest.find('\t') != std::string_view::npos) return {"\t"};
  if (contains(rest, "#011")) return {"#011"};
  if (contains(rest, "\\t")) return {"\\t"};
  // PAN-OS's template for LEEF 1.0 puts bars between attributes.
  const std::size_t bar = rest.find('|');
  if (bar != std::string_view::npos && begins_pair(rest.substr(bar + 1))) return {"|"};
  const std::size_t caret = rest.find('^');
  if (caret != std::string_view::npos && begins_pair(rest.substr(caret + 1))) return {"^"};
  return {" ", true};
}

bool next_attribute(std::string_view& rest, const Delimiter& by, std::string_view& key,
                    std::string_view& value) {
  for (;;) {
    while (!rest.empty() && rest.starts_with(by.mark)) rest.remove_prefix(by.mark.size());
    rest = by.mark == "\t" ? rest : trim_left(rest);
    if (rest.empty()) return false;
    std::size_t end = rest.find(by.mark);
    while (by.spaces && end != std::string_view::npos && !begins_pair(rest.substr(end + 1)))
      end = rest.find(' ', end + 1);
    std::string_view pair = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + by.mark.size());
    if (pair.find('=') == std::string_view::npos) continue;  // text that belongs to no key
    key = trim(take_until(pair, '='));
    value = trim(pair);
    if (!key.empty()) return true;
  }
}

bool claims_leef(const SyslogHeader&, std::string_view text) {
  if (take_prefix(text, "LEEF:")) {
    text = trim_left(text.substr(0, 16));
    return !text.empty() && is_digit(text[0]);
  }
  // A relay took "LEEF:" for a tag.
  return (text.starts_with("1.0|") || text.starts_with("2.0|")) &&
         std::count(text.begin(),
                    text.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(text.size(), 512)),
                    '|') >= 4 &&
         text.find('=') != std::string_view::npos;
}

/// devTime: epoch, ISO, "Nov 20 2026 14:59:00.123 GMT+08:00" and the like.
std::optional<std::int64_t> leef_time(const SyslogHeader& header, std::string_view text, int zone_minutes) {
  const std::size_t at = find_text(text, "devTime=");
  if (at == std::string_view::npos) return std::nullopt;
  std::string_view value = text.substr(at + sizeof("devTime=") - 1);
  value = value.substr(0, std::min(value.find_first_of("\t|^"), find_text(value, "#011")));
  // With blanks between pairs: up to the one before the next key.
  if (const std::size_t equals = value.find('='); equals != std::string_view::npos)
    value = value.substr(0, value.rfind(' ', equals));
  value = trim(value.substr(0, 48));
  if (const auto time = read_any_time(value, zone_minutes)) return time;
  return read_cef_time(value, zone_minutes, header.timestamp_ns);
}

Kinds leef_kinds(const SyslogHeader&, std::string_view text) {
  const DeviceName name = device_name(text.substr(0, 512));
  return device_kind(name.vendor, name.product).kinds;
}

bool holds(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(),
                     [text](std::string_view word) { return contains_ignoring_case(text, word); });
}

void add_nat(PayloadWriter& out) {
  for (const bool source : {true, false}) {
    const std::string_view address =
        out.event().text_of(source ? "vendor.nat_source" : "vendor.nat_destination");
    if (!address.empty() && address != "0.0.0.0" && address != "::")
      out.add(source ? "source.nat.ip" : "destination.nat.ip", address);
  }
}

bool add_logon(PayloadWriter& out, std::string_view code) {
  const Event& event = out.event();
  const bool marked = equals_ignoring_case(event.text_of("vendor.isLoginEvent"), "true");
  const bool ended = equals_ignoring_case(event.text_of("vendor.isLogoutEvent"), "true") ||
                     holds(code, {"logout", "logoff", "log out", "logged out"});
  if (!marked && !ended &&
      !holds(code, {"login", "logon", "log in", "logged in", "authentication", "signin"}))
    return false;
  Outcome outcome = outcome_of(code);
  if (outcome == Outcome::none) outcome = outcome_of(event.text_of("event.action"));
  if (outcome == Outcome::none) outcome = outcome_of(event.text_of("message"));
  if (outcome == Outcome::none && (marked || ended)) outcome = Outcome::success;
  if (outcome == Outcome::none) return false;
  out.logon({}, outcome, ended ? "end" : "start");
  return true;
}

/// QRadar's Log Event Extended Format:
///
///   leef = "LEEF:" ( "1.0" / "2.0" ) "|" vendor "|" product "|" version "|" event-id "|" [ delimiter "|" ] attributes
///   attributes = [ key "=" value *( delimiter key "=" value ) ]        delimiter of 1.0: TAB
void parse_leef(PayloadWriter& out) {
  std::string_view rest = trim_left(out.text());
  take_prefix(rest, "LEEF:");
  std::string_view version, vendor, product, product_version, code;
  const bool whole = next_cell(rest, version) && next_cell(rest, vendor) && next_cell(rest, product) &&
                     next_cell(rest, product_version);
  if (!whole) return out.bad_payload();
  if (!next_cell(rest, code)) {
    code = rest;
    rest = {};
  }
  const std::string_view type = device_kind(vendor, product).type;
  out.observer(vendor, product, type);
  out.add("observer.version", product_version);
  out.add("event.code", code);
  out.add_vendor("leef_version", trim(version));
  const Delimiter delimiter = take_delimiter(rest, trim(version).starts_with('2'));
  std::string_view key, value, severity, category;
  for (std::size_t count = 0; next_attribute(rest, delimiter, key, value); ++count) {
    if (count == PayloadWriter::kFieldsMax) {
      out.overflow(rest);
      break;
    }
    if (key == "sev" || key == "severity" || key == "Severity") severity = value;
    if (key == "cat") category = value;
    if (const Target* target = kMap.find(key)) {
      put(out, *target, value);
    } else {
      out.add_vendor(key, value);
    }
  }
  if (all_digits(severity) && severity.size() <= 3) {
    out.add_number("event.severity", severity);
  } else {
    add_severity_word(out, severity);
  }
  add_nat(out);
  if (!add_logon(out, code)) {
    const bool malware = holds(code, {"virus", "malware", "trojan", "ransom", "spyware", "eicar"}) ||
                         holds(category, {"virus", "malware", "wildfire"});
    const bool attack = malware || holds(code, {"attack", "exploit", "intrusion"}) ||
                        holds(category, {"threat", "attack", "intrusion", "vulnerability"}) ||
                        type == "ids" || type == "waf";
    if (attack) {
      out.alert(code);
      out.classify(malware ? "malware" : "intrusion_detection", {});
    } else if (!out.event().text_of("source.address").empty()) {
      out.classify("network", {});
    }
    if (malware || type == "antivirus") out.log_source({}, "antivirus", {});
    const std::string_view action = out.event().text_of("event.action");
    add_verdict(out, action.empty() ? code : action);
  }
  if (type == "firewall") out.log_source({}, "firewall", {});
  out.log_source({}, {}, "leef");
  share_user(out);
}

constexpr std::string_view kStarts[] = {"LEEF:", "1.0|", "2.0|"};
constexpr LogSource kLogSources[] = {{"", "antivirus", ""}, {"", "firewall", ""}, {"", "", "leef"}};

}  // namespace

extern const FormatSpec kFormat_leef = {
    .number = Format{42},
    .name = "leef",
    .title = "QRadar Log Event Extended Format",
    .sample =
        "LEEF:2.0|Palo Alto "
        "Networks|PAN-OS|11.0|deny|^|cat=TRAFFIC^src=203.0.113.9^dst=10.1.0.5^srcPort=50022^dstPort=22^proto="
        "tcp^action=deny",
    .rank = 6,
    .starts = kStarts,
    .claims = claims_leef,
    .parse = parse_leef,
    .time = leef_time,
    .kinds = Kind::device,
    .kinds_of = leef_kinds,
    .log_sources = kLogSources,
    .own_action = true,
};

}  // namespace vigil
