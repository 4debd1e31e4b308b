#include <array>
#include <memory>

#include "parsers/cisco_tag.h"
#include "parsers/device_text.h"
#include "parsers/field_target.h"
#include "parsers/format.h"
#include "parsers/formats/cisco_asa_messages.h"
#include "parsers/payload_text.h"

namespace vigil {
namespace {

/// The templates of each class of messages, compiled once.
class Tables {
 public:
  Tables() {
    for (const asa::MessageClass& one : asa::kClasses)
      by_class_[one.number] = std::make_unique<TextTable>(one.rows);
  }
  const TextTable* find(std::string_view id) const {
    const auto number = read_number(id.substr(0, 3));
    return number && *number < by_class_.size() ? by_class_[*number].get() : nullptr;
  }

 private:
  std::array<std::unique_ptr<TextTable>, 1000> by_class_;
};

bool is_firewall(std::string_view facility) {
  const std::string_view family = facility.substr(0, facility.find('-'));
  return is_any(family, {"ASA", "FTD", "PIX", "FWSM", "NGIPS"});
}

bool claims_asa(const SyslogHeader& header, std::string_view text) {
  // What the Firepower Management Center sends for its sensors.
  if (header.app == "SFIMS") return true;
  if (!header.app.starts_with('%') && !text.starts_with('%')) return false;
  const auto tag = find_cisco_tag(header, text);
  return tag && is_firewall(tag->facility);
}

constexpr FieldRow kWhoRows[] = {{"Group", "group.name"},
                                 {"TunnelGroup", "group.name"},
                                 {"GroupPolicy", "group_policy"},
                                 {"Username", "user"},
                                 {"User", "user"},
                                 {"username", "user"},
                                 {"user", "user"},
                                 {"IP", "source"},
                                 {"Client", "client"},
                                 {"Tunnel Group", "group.name"}};
constexpr FieldMap kWho(kWhoRows);

// who = "Group = g, Username = u, IP = a, " / "Group <g> User <u> IP <a> " / "Group g User u IP a "
/// Takes off the front who the message is about, as those of VPN begin.
void take_who(PayloadWriter& out, std::string_view& text) {
  for (int left = 4; left > 0; --left) {
    const std::size_t key_end = text.find_first_of("=<");
    if (key_end == std::string_view::npos || key_end > 16) break;
    const Target* const target = kWho.find(trim(text.substr(0, key_end)));
    if (target == nullptr) break;
    const bool brackets = text[key_end] == '<';
    const std::size_t end = brackets ? text.find('>', key_end) : text.find(',', key_end);
    if (end == std::string_view::npos) break;
    put(out, *target, text.substr(key_end + 1, end - key_end - 1));
    text = trim_left(text.substr(end + 1));
  }
  static constexpr TextRow kBareRow[] = {{"Group {group.name} User {user} IP {source|ip} "}};
  static const TextTable bare(kBareRow);
  if (text.starts_with("Group ") && bare.read(out, text) != nullptr) {
    const std::size_t ip = text.find(" IP ");
    text = text.substr(ip + 4);
    take_word(text);
    text = trim_left(text);
  }
}

// The events of connections, intrusions, files and malware, 430001 to 430005.
constexpr FieldRow kThreatRows[] = {
    {"SrcIP", "source"},
    {"DstIP", "destination"},
    {"SrcPort", "source.port"},
    {"DstPort", "destination.port"},
    {"Protocol", "transport"},
    {"IngressInterface", "observer.ingress.interface.name"},
    {"EgressInterface", "observer.egress.interface.name"},
    {"IngressZone", "observer.ingress.zone"},
    {"EgressZone", "observer.egress.zone"},
    {"IngressVRF", "ingress_vrf"},
    {"EgressVRF", "egress_vrf"},
    {"DeviceUUID", "observer.serial_number"},
    {"NAT_InitiatorIP", "source.nat.ip"},
    {"NAT_InitiatorPort", "source.nat.port"},
    {"NAT_ResponderIP", "destination.nat.ip"},
    {"NAT_ResponderPort", "destination.nat.port"},
    {"OriginalClientIP", "original_client_ip"},
    {"AccessControlRuleName", "rule.name"},
    {"AccessControlRuleReason", "event.reason"},
    {"ACPolicy", "rule.ruleset"},
    {"User", "user"},
    {"UserName", "user"},
    {"UserAgent", "user_agent.original"},
    {"Client", "network.application"},
    {"ApplicationProtocol", "network.protocol:lower"},
    {"WebApplication", "web_application"},
    {"InitiatorPackets", "source.packets"},
    {"ResponderPackets", "destination.packets"},
    {"InitiatorBytes", "source.bytes"},
    {"ResponderBytes", "destination.bytes"},
    {"ConnectionDuration", "event.duration:seconds"},
    {"DNSQuery", "dns.question.name"},
    {"DNSRecordType", "dns.question.type"},
    {"DNSResponseType", "dns.response_code"},
    {"HTTPReferer", "http.request.referrer"},
    {"HTTPResponse", "http.response.status_code"},
    {"HTTP_Method", "http.request.method"},
    {"HTTP_Hostname", "url.domain"},
    {"ReferencedHost", "url.domain"},
    {"URL", "url"},
    {"URI", "url"},
    {"Hostname", "url.domain"},
    {"FileName", "file"},
    {"FileSize", "file.size"},
    {"FileSHA256", "file.hash"},
    {"FileType", "file.type"},
    {"VLAN_ID", "network.vlan.id"},
    {"Message", "message"},
    {"Classification", "rule.category"},
    {"GID", "gid"},
    {"SID", "rule.id"},
    {"Revision", "rule.version"},
    {"Tenant", "tenant"},
};
constexpr FieldMap kThreat(kThreatRows);

// pairs = pair *( "," SP pair )      pair = key ":" SP value
// Values may hold ", ": a pair begins only where a key of one word, or a known one of several, stands before a ": ".
void put_threat_pairs(PayloadWriter& out, std::string_view text) {
  const auto is_key = [](std::string_view key) {
    if (key.empty() || key.size() > 48 || !is_alpha(key.front())) return false;
    for (const char c : key) {
      if (!is_alpha(c) && !is_digit(c) && c != '_' && c != '-')
        return is_any(key, {"Original Client IP", "Prefilter Policy", "Tunnel or Prefilter Rule"});
    }
    return true;
  };
  std::size_t count = 0;
  while (!text.empty()) {
    if (++count > PayloadWriter::kFieldsMax) return out.overflow(text);
    const std::size_t colon = text.find(": ");
    if (colon == std::string_view::npos) {
      // An empty value at the very end.
      if (text.ends_with(':')) text = {};
      break;
    }
    const std::string_view key = trim(text.substr(0, colon));
    text.remove_prefix(colon + 2);
    std::size_t end = text.find(", ");
    while (end != std::string_view::npos) {
      const std::size_t next = text.find(": ", end + 2);
      const std::size_t comma = text.find(", ", end + 2);
      if (next == std::string_view::npos || is_key(trim(text.substr(end + 2, next - end - 2)))) break;
      if (comma == std::string_view::npos) {
        end = comma;
        break;
      }
      end = comma;
    }
    std::string_view value = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 2);
    if (value.size() > 1 && value.starts_with('"') && value.ends_with('"'))
      value = value.substr(1, value.size() - 2);
    if (key == "User" && is_any(value, {"No Authentication Required", "Unknown"})) {
      out.add_vendor(key, value);
    } else {
      FieldTable(kThreat).put_or_keep(out, key, value);
    }
  }
}

void finish_threat(PayloadWriter& out, std::string_view id) {
  const Event& event = out.event();
  const std::string_view action = event.text_of("vendor.AccessControlRuleAction");
  const std::string_view inlined = event.text_of("vendor.InlineResult");
  const std::string_view file_action = event.text_of("vendor.FileAction");
  const bool denied = contains_ignoring_case(action, "block") || contains_ignoring_case(inlined, "drop") ||
                      contains_ignoring_case(inlined, "block") ||
                      contains_ignoring_case(file_action, "block");
  const std::string_view type = denied ? "denied" : "allowed";
  if (id == "430001") {
    const std::string_view name = event.text_of("message");
    out.alert(name);
    constexpr std::string_view kPriorities[] = {"9", "7", "5", "3"};
    if (const auto priority = read_number(event.text_of("vendor.Priority"));
        priority && *priority >= 1 && *priority <= 4) {
      out.add_number("event.severity", kPriorities[*priority - 1]);
    }
    return out.classify("intrusion_detection", type, "intrusion_detected");
  }
  if (id == "430005") {
    out.alert(event.text_of("vendor.ThreatName"));
    out.add_number("event.severity", "7");
    return out.classify("malware", type, "malware_found");
  }
  if (id == "430004") return out.classify("file", type, "file_detected");
  out.classify("network", type, id == "430002" ? "connection_built" : "connection_ended");
}

/// A list's own words, and the words of the botnet filter: what was done.
void finish_words(PayloadWriter& out, std::string_view id) {
  const Event& event = out.event();
  if (const std::string_view word = event.text_of("vendor.outcome_word"); !word.empty()) {
    const bool allowed = is_any(word, {"permitted", "est-allowed", "permit"});
    out.add("event.type", allowed ? "allowed" : "denied");
    out.add("event.outcome", allowed ? "success" : "failure");
  }
  if (id.starts_with("338") && !event.text_of("vendor.list").empty()) {
    out.alert(event.text_of("rule.category"));
    out.add_number("event.severity", "7");
  }
  if (id.starts_with("400") && event.find("rule.name") != nullptr) out.set("event.kind", "alert");
  if (id.starts_with("733")) out.set("event.kind", "alert");
}

/// "SFIMS: Protocol: TCP, SrcIP: …", "SFIMS: [1:29456:2] "MALWARE-CNC …" [Classification: …] [Priority: 1] {TCP} a:1 -> b:2".
void parse_sfims(PayloadWriter& out) {
  static constexpr TextRow kRows[] = {
      {"{_}\\[{gid|number}:{rule.id|number}:{rule.version|number}\\] \"{rule.name}\" {_}\\[Classification: "
       "{rule.category}\\] \\[Priority: {Priority|word}\\] \\{{transport|word}\\} {source:pair|word} -> "
       "{destination:pair|word}",
       "intrusion_detection", "info", "intrusion_detected"},
  };
  static const TextTable rows(kRows);
  out.observer("Cisco", "Firepower", "firewall");
  out.log_source("cisco", "firewall", {});
  if (rows.read(out, out.text()) != nullptr) {
    out.set("event.kind", "alert");
  } else if (contains(out.text(), "SrcIP: ") && contains(out.text(), "DstIP: ")) {
    put_threat_pairs(out, out.text());
    finish_threat(out, {});
  } else {
    put_loose_ends(out, out.text());
  }
  complete_transport(out);
}

constexpr LogSource kLogSources[] = {
    {"cisco", "firewall", ""}, {"cisco", "", "aaa"}, {"cisco", "", "syslog"}};

/// Cisco's firewalls: ASA, FTD, PIX, FWSM. Each message has a number of six digits, which is event.code; its first three tell
/// the templates it is read with (formats/cisco_asa_messages.h). Of a number nobody has taught us, addresses are read.
void parse_asa(PayloadWriter& out) {
  static const Tables tables;
  const auto tag = find_cisco_tag(out.header(), out.text());
  if (!tag) return parse_sfims(out);
  out.set("message", tag->text);
  out.add("event.code", tag->name);
  out.add_number("log.syslog.severity.code", tag->level);
  out.observer("Cisco", tag->facility.substr(0, 3) == "FTD" ? "FTD" : "ASA", "firewall");
  out.log_source("cisco", "firewall", {});
  out.log_source("cisco", {}, "syslog");
  if (tag->name.starts_with("43000")) {
    put_threat_pairs(out, tag->text);
    finish_threat(out, tag->name);
    return complete_transport(out);
  }
  std::string_view text = tag->text;
  take_who(out, text);
  const TextTable* const table = tables.find(tag->name);
  const TextRow* const row = table == nullptr ? nullptr : table->read(out, text);
  if (row == nullptr) {
    put_loose_ends(out, text);
  } else if (row->category == "authentication") {
    out.log_source("cisco", {}, "aaa");
  }
  finish_words(out, tag->name);
  add_told_span(out);
  complete_transport(out);
}

}  // namespace

extern const FormatSpec kFormat_cisco_asa = {
    .number = Format{13},
    .name = "cisco_asa",
    .title = "Cisco ASA, FTD",
    .sample =
        R"(%ASA-4-106023: Deny tcp src outside:203.0.113.9/50022 dst inside:10.1.0.5/22 by access-group "outside_in" [0x0, 0x0])",
    .rank = 8,
    .claims = claims_asa,
    .parse = parse_asa,
    .kinds = Kind::device,
    .log_sources = kLogSources,
};

}  // namespace vigil
