#include "parsers/cisco_tag.h"
#include "parsers/device_text.h"
#include "parsers/field_target.h"
#include "parsers/format.h"
#include "parsers/formats/cisco_ios_messages.h"
#include "parsers/payload_text.h"

namespace vigil {
namespace {

/// The tag of a message of Cisco's systems. Where a relay or IOS XR put more in front than a header's reader knows
/// ("1234: RP/0/RSP0/CPU0:Nov 20 14:59:00.123: SSHD_[65784]: %SECURITY-…"), it stands further inside.
std::optional<CiscoTag> find_tag(const SyslogHeader& header, std::string_view text) {
  if (auto tag = find_cisco_tag(header, text)) return tag;
  // Dell's stacks name the unit first: "%STKUNIT0-M:CP %SEC-5-LOGIN_SUCCESS: …".
  if (header.app.starts_with("%STKUNIT") && text.starts_with("CP %"))
    return find_cisco_tag(SyslogHeader(), text.substr(3));
  constexpr std::size_t kFrontMax = 192;
  const std::size_t at = find_text(text.substr(0, kFrontMax), ": %");
  if (at == std::string_view::npos) return std::nullopt;
  text.remove_prefix(at + 2);
  const std::size_t end = text.find_first_of(": ");
  auto tag = read_cisco_tag(text.substr(0, end));
  if (!tag || end == std::string_view::npos) return std::nullopt;
  for (const char c : tag->facility) {
    if (!is_alpha(c) && !is_digit(c) && c != '_' && c != '-') return std::nullopt;
  }
  tag->text = text.substr(end);
  return tag;
}

bool claims_ios(const SyslogHeader& header, std::string_view text) {
  const auto tag = find_tag(header, text);
  return tag && !tag->facility.empty() && is_alpha(tag->facility.front()) && tag->name.size() > 1;
}

/// Which place of a chassis or line of a program's source said it: "Chassis 1 R0/0: wncd: ", "[PA]apf_ms.c:1234 ", ": ".
std::string_view without_place(std::string_view text) {
  text = trim_left(text);
  take_prefix(text, ":");
  text = trim_left(text);
  take_prefix(text, "[PA]");
  const std::size_t source_file = text.substr(0, 64).find(".c:");
  if (source_file != std::string_view::npos &&
      text.substr(0, source_file).find(' ') == std::string_view::npos) {
    take_word(text);
    text = trim_left(text);
  }
  const bool place = text.starts_with("Chassis ") || text.starts_with("Switch ") || text.starts_with("R0/") ||
                     text.starts_with("R1/") || text.starts_with("F0/") || text.starts_with("RP/");
  if (!place) return text;
  const std::size_t first = text.substr(0, 64).find(": ");
  if (first == std::string_view::npos) return text;
  text = trim_left(text.substr(first + 2));
  const std::size_t second = text.substr(0, 32).find(": ");
  if (second != std::string_view::npos && text.substr(0, second).find(' ') == std::string_view::npos)
    text = text.substr(second + 2);
  return trim_left(text);
}

/// NX-OS writes behind a line of another program whose it is: " - sshd[10021]".
void take_program(PayloadWriter& out, std::string_view text) {
  if (const std::size_t repeated = text.rfind(" (message repeated "); repeated != std::string_view::npos)
    text = text.substr(0, repeated);
  const std::size_t dash = text.rfind(" - ");
  if (dash == std::string_view::npos) return;
  std::string_view program = trim(text.substr(dash + 3));
  if (program.empty() || program.size() > 32 || program.find(' ') != std::string_view::npos) return;
  const std::size_t open = program.find('[');
  out.set("process.name", program.substr(0, open));
  if (open == std::string_view::npos) return;
  std::string_view pid = program.substr(open + 1);
  take_suffix(pid, "]");
  if (all_digits(pid)) out.add_number("process.pid", pid);
}

/// `[ UserID =admin][ ClientAddress =10.1.0.2]…` of the Unified Communications Manager's audit log.
constexpr FieldRow kAuditRows[] = {{"UserID", "user"},
                                   {"ClientAddress", "source"},
                                   {"EventType", "event_type"},
                                   {"ResourceAccessed", "resource"},
                                   {"EventStatus", "event_status"},
                                   {"AuditDetails", "event.reason"},
                                   {"ComponentID", "component"},
                                   {"App ID", "app_id"},
                                   {"ClusterID", "cluster_id"},
                                   {"NodeID", "host"}};
constexpr FieldMap kAudit(kAuditRows);
void put_audit(PayloadWriter& out, std::string_view text) {
  for (std::size_t count = 0; count < 64; ++count) {
    const std::size_t open = text.find('[');
    if (open == std::string_view::npos) break;
    const std::size_t equals = text.find('=', open), close = text.find(']', open);
    if (equals == std::string_view::npos) break;
    if (equals < close) {
      FieldTable(kAudit).put_or_keep(
          out, trim(text.substr(open + 1, equals - open - 1)),
          trim(text.substr(equals + 1, close == std::string_view::npos ? close : close - equals - 1)));
    }
    if (close == std::string_view::npos) break;
    text = text.substr(close + 1);
  }
  if (out.event().text_of("vendor.event_type") != "UserLogging")
    return out.classify("configuration", "change", "audit");
  const bool good = equals_ignoring_case(out.event().text_of("vendor.event_status"), "success");
  const bool end = contains_ignoring_case(out.event().text_of("event.reason"), "logged out");
  out.logon(end ? "logout" : "login", good ? Outcome::success : Outcome::failure, end ? "end" : "start");
}

/// `host-name:"x" system-ip:10.1.0.3 user-name:"admin"` of Viptela's notifications.
constexpr FieldRow kViptelaRows[] = {{"host-name", "device"},
                                     {"system-ip", "observer.ip"},
                                     {"user-name", "user"},
                                     {"user-id", "session"},
                                     {"remote-address", "source"},
                                     {"generated-at", "_"},
                                     {"peer-system-ip", "destination"},
                                     {"src-ip", "source"},
                                     {"dst-ip", "destination"},
                                     {"src-port", "source.port"},
                                     {"dst-port", "destination.port"}};
constexpr FieldMap kViptela(kViptelaRows);
void put_viptela(PayloadWriter& out, std::string_view text) {
  for (std::size_t count = 0; !text.empty() && count < 64; ++count) {
    text = trim_left(text);
    const std::size_t colon = text.find(':'), blank = text.find(' ');
    if (colon == std::string_view::npos) return;
    if (blank < colon || colon + 1 >= text.size() || is_digit(text.front())) {
      const std::string_view word = take_word(text);
      if (count < 6 && contains(word, "login")) out.add_vendor("notification", word);
      continue;
    }
    const std::string_view key = text.substr(0, colon);
    text.remove_prefix(colon + 1);
    std::string_view value;
    if (take_prefix(text, "\"")) {
      value = take_until(text, '"');
    } else {
      value = take_word(text);
    }
    FieldTable(kViptela).put_or_keep(out, key, value);
  }
}

std::string_view product_of(const CiscoTag& tag) {
  const std::string_view family = tag.facility.substr(0, tag.facility.find('-'));
  if (is_any(family, {"ETHPORT",   "ETH_PORT_CHANNEL",
                      "VPC",       "VSHD",
                      "AUTHPRIV",  "DAEMON",
                      "USER",      "KERN",
                      "L2FM",      "ACLLOG",
                      "HMM",       "SYSMGR",
                      "FEATURE",   "MODULE",
                      "NETSTACK",  "STP",
                      "PLATFORM",  "URIB",
                      "EARL",      "INTERFACE_VLAN",
                      "LOG_LOCAL0"}) ||
      tag.name == "SYSTEM_MSG") {
    return "NX-OS";
  }
  if (is_any(family, {"APF", "DTL", "CAPWAP", "SPAM", "LWAPP", "MM", "RRM", "EMWEB", "CLIENT_ORCH_LOG",
                      "CAPWAPAC_SMGR_TRACE_MESSAGE", "BCAST", "CNFGR", "WPS", "LRAD"})) {
    return "WLC";
  }
  if (is_any(family, {"UC_AUDITLOG", "UC_CALLMANAGER", "CCM_RTMT", "UC_RTMT", "UC_CTI"}))
    return "Unified Communications Manager";
  if (family == "Viptela") return "Viptela";
  if (is_any(family, {"SECURITY", "MGBL", "ROUTING", "L2", "PKT_INFRA", "OS", "INFRA", "HA"}) &&
      family.size() != tag.facility.size())
    return "IOS XR";
  return "IOS";
}

/// Sigma's services of Cisco's systems.
void add_log_sources(PayloadWriter& out, const CiscoTag& tag) {
  out.log_source("cisco", {}, "syslog");
  const std::string_view family = tag.facility.substr(0, tag.facility.find('-'));
  if (is_any(family, {"PARSER", "AAA", "AAAA", "SEC_LOGIN", "SYS", "SSH", "TAC", "RADIUS", "HA_EM", "VSHD",
                      "SECURITY", "MGBL"})) {
    out.log_source("cisco", {}, "aaa");
  }
  if (contains(tag.facility, "BGP") || contains(tag.facility, "TCP")) out.log_source("cisco", {}, "bgp");
  if (contains(tag.facility, "LDP")) out.log_source("cisco", {}, "ldp");
}

void finish_ios(PayloadWriter& out, const CiscoTag& tag, const TextRow* row) {
  const Event& event = out.event();
  if (const std::string_view verdict = event.text_of("vendor.verdict"); !verdict.empty()) {
    const bool allowed = starts_with_ignoring_case(verdict, "permit");
    out.add("event.type", allowed ? "allowed" : "denied");
    out.add("event.outcome", allowed ? "success" : "failure");
    if (const std::string_view packets = event.text_of("network.packets"); !packets.empty())
      out.add_number("source.packets", packets);
    out.log_source("cisco", "firewall", {});
  }
  if (row != nullptr && row->category == "intrusion_detection") {
    out.set("event.kind", "alert");
    if (event.find("rule.name") == nullptr) out.add("rule.name", tag.name);
  }
}

constexpr LogSource kLogSources[] = {{"", "plain_text", ""}, {"cisco", "", "syslog"},
                                     {"cisco", "", "aaa"},
                                     {"cisco", "", "bgp"},
                                     {"cisco", "", "ldp"},
                                     {"cisco", "firewall", ""}};

/// Cisco's IOS, IOS XE, IOS XR, NX-OS, wireless controllers and whatever else writes %FACILITY-LEVEL-NAME; Arista's EOS.
/// event.code is the NAME. Of a line nobody has taught us, addresses are read.
void parse_ios(PayloadWriter& out) {
  static const TextTable lines(ios::kLines);
  const SyslogHeader& header = out.header();
  auto tag = find_tag(header, out.text());
  if (!tag) return out.bad_payload();
  // The forwarding plane's messages are wrapped: "%IOSXE-6-PLATFORM: F0: cpp_cp: QFP:0.0 … %NAT-6-LOG_TRANSLATION: …".
  if (tag->facility == "IOSXE") {
    const std::size_t inner = tag->text.substr(0, 192).find(" %");
    if (inner != std::string_view::npos) {
      if (const auto wrapped = find_cisco_tag(SyslogHeader(), tag->text.substr(inner + 1))) tag = wrapped;
    }
  }
  const std::string_view text = without_place(tag->text);
  out.set("message", text);
  out.add("event.code", tag->name);
  out.add("vendor.facility", tag->facility);
  out.add_number("log.syslog.severity.code", tag->level);
  // Arista's programs stand in front of the tag; IOS XR's have a number.
  const bool arista = !header.app.empty() && header.procid.empty() && !header.app.starts_with('%') &&
                      out.text().starts_with('%');
  const bool dell = header.app.starts_with("%STKUNIT");
  out.observer(arista ? "Arista"
               : dell ? "Dell"
                      : "Cisco",
               arista ? "EOS"
               : dell ? "OS9"
                      : product_of(*tag),
               tag->facility.starts_with("FW") ? "firewall" : "switch");
  if (header.host_from_message)
    out.add(plain_address(header.host).empty() ? "observer.name" : "observer.ip", header.host);
  if (!dell) add_log_sources(out, *tag);
  if (tag->facility.starts_with("UC_AUDITLOG")) return put_audit(out, text);
  if (tag->facility.starts_with("Viptela")) {
    put_viptela(out, text);
    return out.classify(out.event().find("vendor.notification") != nullptr ? "session" : "host", "info");
  }
  if (tag->name == "SYSTEM_MSG") take_program(out, text);
  const TextRow* const row = lines.read(out, text);
  if (row == nullptr) put_loose_ends(out, text);
  finish_ios(out, *tag, row);
  complete_transport(out);
}

}  // namespace

extern const FormatSpec kFormat_cisco_ios = {
    .number = Format{14},
    .name = "cisco_ios",
    .title = "Cisco IOS, IOS XE, IOS XR, NX-OS, WLC; Arista EOS",
    .sample =
        "%SEC_LOGIN-4-LOGIN_FAILED: Login failed [user: admin] [Source: 203.0.113.9] [localport: 22] "
        "[Reason: Login Authentication "
        "Failed] at 14:59:00 UTC Fri Nov 20 2026",
    .rank = 8,  // NX-OS passes on lines of PAM and sudo
    .claims = claims_ios,
    .parse = parse_ios,
    .kinds = Kind::device,
    .log_sources = kLogSources,
};

}  // namespace vigil
