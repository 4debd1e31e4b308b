#include "parsers/format.h"

#include "parsers/field_target.h"
#include "parsers/payload_text.h"
#include "parsers/server_text.h"
#include "parsers/text_template.h"

namespace vigil {
namespace {

// clang-format off
/// What an event of vCenter or ESXi says: the same sentences in vpxd's events, hostd's and vobd's lines.
constexpr TextRow kSentences[] = {
    {"User {user|last}@{source|ip} logged in as {user_agent.original}", "authentication", "start", "vsphere_login", Outcome::success},
    {"User {user|last}@{source|ip} logged out (login time: {login_time}, number of API invocations: {calls|number}, user agent: {user_agent.original})", "session", "end", "vsphere_logout"},
    {"User {user|last}@{source|ip} logged out", "session", "end", "vsphere_logout"},
    {"User logged {user|word} in as", "authentication", "start", "vsphere_login", Outcome::success},
    {"Cannot login {user|last}@{source|ip}", "authentication", "start", "vsphere_login", Outcome::failure},
    {"Cannot login user {user|last}@{source|ip}: {event.reason}", "authentication", "start", "vsphere_login", Outcome::failure},
    {"Failed to login user {user|last} from {source|ip}", "authentication", "start", "vsphere_login", Outcome::failure},
    {"Rejected password for user {user|last} from {source|ip}", "authentication", "start", "vsphere_login", Outcome::failure},
    {"Accepted password for user {user|last} from {source|ip}", "authentication", "start", "vsphere_login", Outcome::success},
    {"Remote access for ESXi local user account '{user|last}' has been locked for {lock_seconds|number} seconds after {failures|number} failed login attempts", "authentication", "info", "account_locked", Outcome::failure},
    {"Alarm '{rule.name|last}' on {entity|word} changed from {state_before|word} to {state|word}", "host", "info", "vsphere_alarm"},
    {"Alarm '{rule.name|last}' on {entity|word} triggered", "host", "info", "vsphere_alarm"},
    {"Alarm '{rule.name|last}': an {notice|word} trap for entity {entity|word} was sent", "host", "info", "vsphere_alarm"},
    {"Issue detected on {entity|word} in {datacenter}: {event.reason}", "host", "error", "vsphere_issue"},
    {"Virtual machine {vm|word} on host {entity|word} in {datacenter} is powered {power|word}", "host", "change", "vm_power"},
    {"{vm|last} on {entity|word} in {datacenter|last} is powered {power|word}", "host", "change", "vm_power"},
    {"Created virtual machine {vm} on {entity|word} in {datacenter}", "host", "creation", "vm_created"},
    {"Removed {vm} on {entity|word} from {datacenter}", "host", "deletion", "vm_removed"},
    {"Reconfigured {vm} on {entity|word} in {datacenter}", "host", "change", "vm_reconfigured"},
    {"Task: {task}", "host", "info", "vsphere_task"},
    {"Permission created for {user.target} on {entity|word}", "iam", "change", "permission_created"},
    {"Permission changed for {user.target} on {entity|word}", "iam", "change", "permission_changed"},
    {"Permission rule removed for {user.target} on {entity|word}", "iam", "change", "permission_removed"},
    {"Account {user.target|word} was created on host {entity|word}", "iam", "creation", "account_created"},
    {"Account {user.target|word} was removed on host {entity|word}", "iam", "deletion", "account_removed"},
    {"Account {user.target|word} was updated on host {entity|word}", "iam", "change", "account_changed"},
    {"SSH access has been enabled", "configuration", "change", "ssh_enabled"},
    {"SSH access has been disabled", "configuration", "change", "ssh_disabled"},
    {"ESXi Shell {shell} enabled", "configuration", "change", "shell_enabled"},
};
/// NSX' distributed firewall: dfwpktlogs, FIREWALL-PKTLOG.
constexpr TextRow kPackets[] = {
    {"{filter|number} {ip_version|word} match {event.action|word} {rule.id|word} {direction|word} {packet_size|number} {transport|word} {source:pair|word}->{destination:pair|word}", "network", "connection"},
    {"{filter|word} {ip_version|word} TERM {event.action|word} {rule.id|word} {direction|word} {transport|word} {tcp_flag|word} {source:pair|word}->{destination:pair|word} {packets|word} {octets|word}", "network", "end"},
    {"{ip_version|word} match {event.action|word} {rule.id|word} {direction|word} {packet_size|number} {transport|word} {source:pair|word}->{destination:pair|word}", "network", "connection"},
    {"{ip_version|word} TERM {event.action|word} {rule.id|word} {direction|word} {transport|word} {tcp_flag|word} {source:pair|word}->{destination:pair|word}", "network", "end"},
};
// clang-format on

constexpr std::string_view kPrograms[] = {"vpxd",
                                          "vpxa",
                                          "Vpxa",
                                          "Hostd",
                                          "hostd",
                                          "hostd-probe",
                                          "vobd",
                                          "vmkernel",
                                          "vmkwarning",
                                          "Fdm",
                                          "fdm",
                                          "vmon",
                                          "rhttpproxy",
                                          "Rhttpproxy",
                                          "envoy",
                                          "vpxd-svcs",
                                          "vsan-health",
                                          "vmauthd",
                                          "vmafdd",
                                          "vmdird",
                                          "vmcad",
                                          "sso-ssoAdminServer",
                                          "ssoAdminServer",
                                          "websso",
                                          "applmgmt",
                                          "eam",
                                          "sps",
                                          "vum",
                                          "vmware-vum-server",
                                          "vmkdevmgr",
                                          "storageRM",
                                          "sfcb-vmware_base",
                                          "sfcbd",
                                          "esxcli",
                                          "shell",
                                          "nsx",
                                          "NSX",
                                          "NSXV",
                                          "dfwpktlogs",
                                          "FIREWALL-PKTLOG",
                                          "View",
                                          "vmware-vpostgres",
                                          "vapi-endpoint",
                                          "usbarb",
                                          "smbiosDump",
                                          "clomd",
                                          "cmmdsTimeMachine",
                                          "vsanmgmtd",
                                          "healthd",
                                          "vmware-usbarbitrator",
                                          "apiForwarder",
                                          "kmxa",
                                          "settingsd",
                                          "envoy-access",
                                          "crx-cli",
                                          "localcli",
                                          "VMware",
                                          "netcpa",
                                          "vsfwd"};
constexpr LogSource kLogSources[] = {{"", "plain_text", ""}, {"vmware", "", "*"}};

/// "Event [7] [1-1] [time] [vim.event.X] [info] [user] [datacenter] [7] [text]", the last bracket perhaps cut.
void parse_event(PayloadWriter& out, std::string_view text) {
  take_prefix(text, "Event ");
  std::string_view parts[8];
  for (std::string_view& part : parts) {
    text = trim_left(text);
    if (!take_prefix(text, "[")) return;
    part = take_until(text, ']');
  }
  out.add("event.id", parts[0]);
  out.add("event.code", parts[3]);
  out.add("log.level", parts[4]);
  if (!parts[6].empty()) out.add_vendor("datacenter", parts[6]);
  std::string_view said = trim_left(text);
  take_prefix(said, "[");
  if (said.ends_with(']')) said.remove_suffix(1);
  static const TextTable kTable(kSentences);
  kTable.read(out, said);
  if (out.event().find("user.name") == nullptr) put(out, target_of("user"), parts[5]);
  // vCenter writes the failed logon's user in its own bracket, the sentence has no name of its own.
  if (parts[3] == "vim.event.BadUsernameSessionEvent" && out.event().find("event.outcome") == nullptr)
    out.logon("vsphere_login", Outcome::failure);
}

/// "info hostd[2099] [Originator@6876 sub=Vimsvc opID=x user=vpxuser] text"
std::string_view without_originator(PayloadWriter& out, std::string_view text) {
  const std::size_t open = text.substr(0, 96).find("[Originator@6876");
  if (open == std::string_view::npos) return text;
  std::string_view front = text.substr(0, open);
  out.add("log.level", take_word(front));
  front = trim_left(front);
  if (const std::size_t bracket = front.find('['); bracket != std::string_view::npos && bracket > 0) {
    out.set("process.name", front.substr(0, bracket));
    const std::string_view pid = front.substr(bracket + 1, front.find(']') - bracket - 1);
    if (is_json_integer(pid)) out.set("process.pid", pid, ValueType::integer);
  }
  const std::size_t close = text.find(']', open);
  const std::string_view inside = text.substr(open, close - open);
  for (const std::string_view key : {"sub=", "opID="}) {
    const std::string_view value = value_of(inside, key);
    if (!value.empty()) out.add_vendor(key.substr(0, key.size() - 1), value);
  }
  const std::string_view user = value_of(inside, "user=");
  if (!user.empty()) out.add_vendor("session_user", user);
  return close == std::string_view::npos ? std::string_view() : trim_left(text.substr(close + 1));
}

bool claims_vmware(const SyslogHeader& header, std::string_view text) {
  const std::string_view front = text.substr(0, 96);
  if (front.find("[Originator@6876") != std::string_view::npos || front.starts_with("Event [")) return true;
  for (const std::string_view program : kPrograms) {
    if (header.app == program) {
      // Names others use too: a shell's line says so itself, Envoy's and the View's are told by what they write.
      if (program == "shell" || program == "envoy" || program == "View" || program == "VMware" ||
          program == "sps" || program == "eam")
        return header.structured_data.find("@6876") != std::string_view::npos ||
               header.structured_data.find("[View@") == 0;
      return true;
    }
  }
  return header.structured_data.find("@6876") != std::string_view::npos;
}

/// vCenter, ESXi, NSX: events, hostd's and vpxa's lines, the distributed firewall.
void parse_vmware(PayloadWriter& out) {
  out.log_source("vmware", {}, "vsphere");
  std::string_view text = trim(out.text());
  if (out.header().app == "dfwpktlogs" || out.header().app == "FIREWALL-PKTLOG") {
    static const TextTable kTable(kPackets);
    out.observer("VMware", "NSX", "firewall");
    kTable.read(out, text);
    return;
  }
  out.observer("VMware", "vSphere", "hypervisor");
  text = without_originator(out, text);
  if (text.starts_with("Event [")) return parse_event(out, text);
  if (take_prefix(text, "Event ")) {
    // hostd: "Event 123 : User root@10.0.0.1 logged in as …"
    std::string_view number = take_word(text);
    take_suffix(number, ":");
    out.add("event.id", number);
    text = trim_left(text);
    take_prefix(text, ":");
    text = trim_left(text);
  }
  // vobd: "[UserLevelCorrelator] 123us: [esx.audit.shell.enabled] text"
  if (text.starts_with('[')) {
    const std::size_t code = text.find(": [");
    const std::size_t close = text.find("] ", code == std::string_view::npos ? 0 : code);
    if (code != std::string_view::npos && close != std::string_view::npos && close - code < 96) {
      out.add("event.code", text.substr(code + 3, close - code - 3));
      text = text.substr(close + 2);
    }
  }
  static const TextTable kTable(kSentences);
  if (kTable.read(out, text) == nullptr) out.add("event.category", "host");
}

Kinds vmware_kinds(const SyslogHeader& header, std::string_view text) {
  if (header.app == "dfwpktlogs") return Kind::device;
  const std::string_view front = text.substr(0, 384);
  const bool logon = contains(front, "UserLoginSession") || contains(front, "BadUsernameSession") ||
                     contains(front, " logged in as ") || contains(front, "Cannot login") ||
                     contains(front, "ccepted password") || contains(front, "ejected password");
  return logon ? Kind::application | Kind::logon : Kinds(Kind::application);
}

}  // namespace

extern const FormatSpec kFormat_vmware = {
    .number = Format{93},
    .name = "vmware",
    .title = "VMware vCenter, ESXi, NSX",
    .sample =
        R"(Event [575792] [1-1] [2026-11-20T06:59:00.123Z] [vim.event.UserLoginSessionEvent] [info] [VSPHERE.LOCAL\Administrator] [] [575792] [User VSPHERE.LOCAL\Administrator@203.0.113.9 logged in as pyvmomi])",
    .rank = 55,
    .programs = kPrograms,
    .starts = {},
    .first_bytes = "Evitwdn",
    .claims = claims_vmware,
    .parse = parse_vmware,
    .kinds_of = vmware_kinds,
    .log_sources = kLogSources,
};

}  // namespace vigil
