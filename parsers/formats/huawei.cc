#include "parsers/device_text.h"
#include "parsers/field_target.h"
#include "parsers/format.h"
#include "parsers/payload_text.h"
#include "parsers/text_template.h"

namespace vigil {
namespace {

struct Tag10 {
  std::string_view version, module, level, name, text;
};

// tag = "%%" 2DIGIT module "/" level "/" name [ "(" type ")" ] [ "[" sequence "]" ] ":" text
/// "%%01SSH/4/SSH_FAIL(l)[5]:Failed …" of Huawei, "%%10SHELL/5/SHELL_LOGIN: …" of H3C and Comware.
std::optional<Tag10> read_tag(std::string_view text) {
  if (!take_prefix(text, "%%") || text.size() < 8 || !is_digit(text[0]) || !is_digit(text[1]))
    return std::nullopt;
  Tag10 tag;
  tag.version = text.substr(0, 2);
  text.remove_prefix(2);
  constexpr std::size_t kNameMax = 96;
  const std::size_t slash = text.substr(0, kNameMax).find('/');
  if (slash == std::string_view::npos || slash == 0 || slash + 3 >= text.size() ||
      !is_digit(text[slash + 1]) || text[slash + 2] != '/') {
    return std::nullopt;
  }
  tag.module = text.substr(0, slash);
  tag.level = text.substr(slash + 1, 1);
  text.remove_prefix(slash + 3);
  const std::size_t end = std::min(text.find_first_of("([: "), text.size());
  tag.name = text.substr(0, end);
  tag.text = text.substr(end);
  return tag;
}

/// Of a message whose tag the header took, or behind "(Stack) ".
std::optional<Tag10> find_tag(const SyslogHeader& header, std::string_view text) {
  if (header.app.starts_with("%%")) {
    auto tag = read_tag(header.app);
    if (tag) tag->text = text;
    return tag;
  }
  const std::size_t at = text.substr(0, 48).find("%%");
  if (at == std::string_view::npos) return std::nullopt;
  auto tag = read_tag(text.substr(at));
  if (!tag) return tag;
  const std::size_t colon = tag->text.find(':');
  if (colon != std::string_view::npos && colon < 32) tag->text.remove_prefix(colon + 1);
  tag->text = trim_left(tag->text);
  return tag;
}

bool claims_huawei(const SyslogHeader& header, std::string_view text) {
  if (header.app.starts_with("%%")) return read_tag(header.app).has_value();
  if (!header.app.empty() || (text.front() != '%' && text.front() != '(')) return false;
  return find_tag(header, text).has_value();
}

constexpr FieldRow kRows[] = {
    {"UserName", "user"},
    {"User", "user"},
    {"User-Name", "user"},
    {"user", "user"},
    {"Username", "user"},
    {"username", "user"},
    {"Account", "user"},
    {"IPAddress", "source"},
    {"IPAddr", "source"},
    {"IP", "source"},
    {"Ip", "source"},
    {"IpAddress", "source"},
    {"UserIP", "source"},
    {"User-IP", "source"},
    {"SourceIP", "source"},
    {"source-ip", "source"},
    {"SrcIp", "source"},
    {"SrcIPAddr", "source"},
    {"SrcIP", "source"},
    {"RemoteIP", "source"},
    {"source-port", "source.port"},
    {"SourcePort", "source.port"},
    {"SrcPort", "source.port"},
    {"Port", "source.port"},
    {"DestinationIP", "destination"},
    {"destination-ip", "destination"},
    {"DstIp", "destination"},
    {"DstIPAddr", "destination"},
    {"DstIP", "destination"},
    {"DestinationPort", "destination.port"},
    {"destination-port", "destination.port"},
    {"DstPort", "destination.port"},
    {"SourceNatIP", "source.nat.ip"},
    {"SourceNatPort", "source.nat.port"},
    {"NATSrcIPAddr", "source.nat.ip"},
    {"NATSrcPort", "source.nat.port"},
    {"NATDstIPAddr", "destination.nat.ip"},
    {"NATDstPort", "destination.nat.port"},
    {"DestinationNatIP", "destination.nat.ip"},
    {"DestinationNatPort", "destination.nat.port"},
    {"Protocol", "transport"},
    {"protocol", "transport"},
    {"SendPkts", "source.packets"},
    {"SendBytes", "source.bytes"},
    {"RcvPkts", "destination.packets"},
    {"RcvBytes", "destination.bytes"},
    {"InitPktCount", "source.packets"},
    {"InitByteCount", "source.bytes"},
    {"RplyPktCount", "destination.packets"},
    {"RplyByteCount", "destination.bytes"},
    {"SourceZone", "observer.ingress.zone"},
    {"source-zone", "observer.ingress.zone"},
    {"SrcZone", "observer.ingress.zone"},
    {"SrcZoneName", "observer.ingress.zone"},
    {"DestinationZone", "observer.egress.zone"},
    {"destination-zone", "observer.egress.zone"},
    {"DstZone", "observer.egress.zone"},
    {"DstZoneName", "observer.egress.zone"},
    {"RcvIfName", "observer.ingress.interface.name"},
    {"IfName", "observer.ingress.interface.name"},
    {"InterfaceName", "observer.ingress.interface.name"},
    {"Interface", "observer.ingress.interface.name"},
    {"PolicyName", "rule.name"},
    {"rule-name", "rule.name"},
    {"Policy", "rule.ruleset"},
    {"RuleID", "rule.id"},
    {"SecurityPolicy", "rule.ruleset"},
    {"SignName", "signature"},
    {"SignId", "rule.id"},
    {"AttackName", "signature"},
    {"VirusName", "signature"},
    {"Category", "rule.category"},
    {"application-name", "network.application"},
    {"Application", "network.application"},
    {"CloseReason", "event.reason"},
    {"FailReason", "event.reason"},
    {"Reason", "event.reason"},
    {"FailedReason", "event.reason"},
    {"ErrorReason", "event.reason"},
    {"Command", "process.command_line"},
    {"MAC", "source.mac"},
    {"MacAddress", "source.mac"},
    {"MACAddr", "source.mac"},
    {"UserMAC", "source.mac"},
    {"SrcMacAddr", "source.mac"},
    {"VLANID", "network.vlan.id"},
    {"VLAN", "network.vlan.id"},
    {"vlan", "network.vlan.id"},
    {"Vlan", "network.vlan.id"},
    {"FileName", "file"},
    {"URL", "url"},
    {"Url", "url"},
    {"Host", "url.domain"},
    {"SSID", "network.name"},
    {"Event", "verdict"},
    {"Action", "verdict"},
    {"HostName", "device"},
};
constexpr FieldMap kMap(kRows);

bool is_key_char(char c) { return is_alpha(c) || is_digit(c) || c == '-' || c == '_'; }

// pairs = … key [ "(" digits ")" ] "=" ( DQUOTE *any DQUOTE / value ) …      value ends at "," ";" ")" or, where pairs begin
// with "-" ("-Line=vty0-IPAddr=10.1.0.2-User=bob; …"), at the "-" before the next key
void put_marked_pairs(PayloadWriter& out, std::string_view text) {
  std::size_t count = 0;
  for (std::size_t equals = text.find('='); equals != std::string_view::npos; equals = text.find('=')) {
    if (++count > PayloadWriter::kFieldsMax) return out.overflow(text);
    std::size_t end_of_key = equals;
    if (equals > 2 && text[equals - 1] == ')') {
      const std::size_t open = text.rfind('(', equals);
      if (open != std::string_view::npos && all_digits(text.substr(open + 1, equals - open - 2)))
        end_of_key = open;
    }
    std::size_t begin = end_of_key;
    while (begin > 0 && is_key_char(text[begin - 1])) --begin;
    const bool dashed = begin < end_of_key && text[begin] == '-';
    std::string_view key = text.substr(begin, end_of_key - begin);
    while (key.starts_with('-')) key.remove_prefix(1);
    text.remove_prefix(equals + 1);
    std::string_view value;
    if (take_prefix(text, "\"")) {
      value = take_until(text, '"');
    } else {
      std::size_t end = std::min(text.find_first_of(",;)"), text.size());
      if (dashed) {
        // The "-" whose word runs to a "=" begins the next pair.
        for (std::size_t dash = text.find('-'); dash < end; dash = text.find('-', dash + 1)) {
          std::size_t at = dash + 1;
          while (at < end && (is_alpha(text[at]) || is_digit(text[at]))) ++at;
          if (at > dash + 1 && at < text.size() && text[at] == '=') {
            end = dash;
            break;
          }
        }
      }
      value = trim(text.substr(0, end));
      text.remove_prefix(end);
    }
    take_suffix(value, ".");
    if (!key.empty()) FieldTable(kMap).put_or_keep(out, key, value);
  }
}

constexpr TextRow kLines[] = {
    {"Authentication failed for user {user|last} from {source|ip}", "authentication", "start", "ssh_login",
     Outcome::failure},
    {"Authentication failed for {user|last} from {source|ip}", "authentication", "start", "login",
     Outcome::failure},
    {"Accepted {method|word} for {user|last} from {source|ip} port {source.port|number}", "authentication",
     "start", "ssh_login", Outcome::success},
    {"SSH user {user|last} (IP: {source|ip}) connected to the server successfully", "authentication", "start",
     "ssh_login", Outcome::success},
    {"SSH user {user|last} (IP: {source|ip}) disconnected", "session", "end", "ssh_session_closed"},
    {"{user|last} logged in from {source|word}.$", "authentication", "start", "login", Outcome::success},
    {"{user|last} logged out from {source|word}.$", "authentication", "end", "logout", Outcome::success},
    {"{user|last} failed to log in from {source|word}.$", "authentication", "start", "login",
     Outcome::failure},
    {"{_|word} login from {source|ip}", "authentication", "start", "login", Outcome::success},
    {"Physical state on the interface {observer.ingress.interface.name|word} changed to {state|word}",
     "network", "change", "interface_state"},
    {"Line protocol {_}on the interface {observer.ingress.interface.name|word} {_} {state|word}$", "network",
     "change", "interface_state"},
    {"{observer.ingress.interface.name|word}: link status is {state|word}", "network", "change",
     "interface_state"},
};

struct Meaning {
  std::string_view name;  ///< a part of the message's name
  std::string_view category, type, action;
  Outcome outcome = Outcome::none;
};
constexpr Meaning kMeanings[] = {
    {"LOGINFAIL", "authentication", "start", "login", Outcome::failure},
    {"LOGIN_FAIL", "authentication", "start", "login", Outcome::failure},
    {"SSH_FAIL", "authentication", "start", "ssh_login", Outcome::failure},
    {"AUTHFAIL", "authentication", "start", "network_login", Outcome::failure},
    {"AUTH_FAIL", "authentication", "start", "network_login", Outcome::failure},
    {"AAA_FAILURE", "authentication", "start", "login", Outcome::failure},
    {"LOGIN_SUCC", "authentication", "start", "login", Outcome::success},
    {"SSH_LOGIN", "authentication", "start", "ssh_login", Outcome::success},
    {"AAA_SUCCESS", "authentication", "start", "login", Outcome::success},
    {"SHELL_LOGIN", "authentication", "start", "login", Outcome::success},
    {"WEB_LOGIN", "authentication", "start", "web_login", Outcome::success},
    {"LOGOUT", "authentication", "end", "logout", Outcome::success},
    {"CMDRECORD", "configuration", "change", "command"},
    {"SHELL_CMD", "configuration", "change", "command"},
    {"POLICYPERMIT", "network", "allowed", "policy", Outcome::success},
    {"POLICYDENY", "network", "denied", "policy", Outcome::failure},
    {"SESSION_TEARDOWN", "network", "end", "session_ended"},
    {"SESSION_BUILT", "network", "start", "session_built"},
    {"NAT_FLOW", "network", "connection", "session"},
    {"ATTACK", "intrusion_detection", "info", "attack"},
};

constexpr LogSource kLogSources[] = {{"", "plain_text", ""}, 
    {"huawei", "", "bgp"}, {"huawei", "", "syslog"}, {"huawei", "firewall", ""}};

void parse_huawei(PayloadWriter& out) {
  static const TextTable lines(kLines);
  const auto tag = find_tag(out.header(), out.text());
  if (!tag) return out.bad_payload();
  out.set("message", tag->text);
  out.add("event.code", tag->name);
  out.add_vendor("module", tag->module);
  out.add_number("log.syslog.severity.code", tag->level);
  const bool comware = tag->version == "10";
  out.observer(comware ? "H3C" : "Huawei", comware ? "Comware" : "VRP", "switch");
  if (out.header().host_from_message) out.add("observer.name", out.header().host);
  if (!comware) out.log_source("huawei", {}, "syslog");
  if (!comware && contains_ignoring_case(tag->module, "bgp")) out.log_source("huawei", {}, "bgp");

  const TextRow* const row = lines.read(out, tag->text);
  if (row == nullptr) {
    put_marked_pairs(out, tag->text);
    put_loose_ends(out, tag->text);
    for (const Meaning& one : kMeanings) {
      if (tag->name.find(one.name) == std::string_view::npos) continue;
      out.classify(one.category, one.type, one.action, one.outcome);
      break;
    }
  }
  const std::string_view signature = out.event().text_of("vendor.signature");
  if (!signature.empty()) {
    out.alert(signature);
    out.add("event.category", "intrusion_detection");
  }
  if (const std::string_view verdict = out.event().text_of("vendor.verdict");
      !verdict.empty() && out.event().find("event.type") == nullptr) {
    const bool denied = contains_ignoring_case(verdict, "deny") || contains_ignoring_case(verdict, "block") ||
                        contains_ignoring_case(verdict, "drop");
    out.classify("network", denied ? "denied" : "info");
  }
  complete_transport(out);
}

}  // namespace

extern const FormatSpec kFormat_huawei = {
    .number = Format{19},
    .name = "huawei",
    .title = "Huawei VRP, H3C and HPE Comware",
    .sample =
        "%%01SSH/4/SSH_FAIL(s)[5]:Failed to login through SSH. (IP=203.0.113.9, UserName=root, Times=3, "
        "FailReason=password error)",
    .rank = 8,
    .claims = claims_huawei,
    .parse = parse_huawei,
    .kinds = Kind::device,
    .log_sources = kLogSources,
};

}  // namespace vigil
