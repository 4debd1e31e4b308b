#include "parsers/windows_events.h"

#include <iterator>

#include "parsers/payload_text.h"

namespace vigil {
namespace {

using enum WindowsFamily;

// In order of family, then number.
constexpr WindowsEvent kEvents[] = {
    {security, 1102, "iam", "admin", "audit-log-cleared", Outcome::success},
    {security, 1104, "host", "info", "audit-log-full"},
    {security, 4616, "configuration", "change", "system-time-changed"},
    {security, 4624, "authentication", "start", "logged-in", Outcome::success},
    {security, 4625, "authentication", "start", "logon-failed", Outcome::failure},
    {security, 4634, "authentication", "end", "logged-out", Outcome::success},
    {security, 4647, "authentication", "end", "logged-out", Outcome::success},
    {security, 4648, "authentication", "start", "logged-in-explicit", Outcome::success},
    {security, 4657, "registry", "change", "registry-value-modified"},
    {security, 4672, "iam", "admin", "logged-in-special", Outcome::success},
    {security, 4688, "process", "start", "created-process"},
    {security, 4689, "process", "end", "exited-process"},
    {security, 4697, "configuration", "change", "service-installed"},
    {security, 4698, "configuration", "creation", "scheduled-task-created"},
    {security, 4699, "configuration", "deletion", "scheduled-task-deleted"},
    {security, 4700, "configuration", "change", "scheduled-task-enabled"},
    {security, 4701, "configuration", "change", "scheduled-task-disabled"},
    {security, 4702, "configuration", "change", "scheduled-task-updated"},
    {security, 4719, "configuration", "change", "changed-audit-config"},
    {security, 4720, "iam", "creation", "added-user-account"},
    {security, 4722, "iam", "change", "enabled-user-account"},
    {security, 4723, "iam", "change", "changed-password"},
    {security, 4724, "iam", "change", "reset-password"},
    {security, 4725, "iam", "change", "disabled-user-account"},
    {security, 4726, "iam", "deletion", "deleted-user-account"},
    {security, 4727, "iam", "creation", "added-group-account"},
    {security, 4728, "iam", "change", "added-member-to-group"},
    {security, 4729, "iam", "change", "removed-member-from-group"},
    {security, 4731, "iam", "creation", "added-group-account"},
    {security, 4732, "iam", "change", "added-member-to-group"},
    {security, 4733, "iam", "change", "removed-member-from-group"},
    {security, 4735, "iam", "change", "modified-group-account"},
    {security, 4738, "iam", "change", "modified-user-account"},
    {security, 4740, "iam", "change", "locked-out-user-account"},
    {security, 4741, "iam", "creation", "added-computer-account"},
    {security, 4756, "iam", "change", "added-member-to-group"},
    {security, 4757, "iam", "change", "removed-member-from-group"},
    {security, 4767, "iam", "change", "unlocked-user-account"},
    {security, 4768, "authentication", "start", "kerberos-authentication-ticket-requested"},
    {security, 4769, "authentication", "start", "kerberos-service-ticket-requested"},
    {security, 4770, "authentication", "start", "kerberos-service-ticket-renewed"},
    {security, 4771, "authentication", "start", "kerberos-preauth-failed", Outcome::failure},
    {security, 4776, "authentication", "start", "credential-validated"},
    {security, 4778, "authentication", "start", "session-reconnected", Outcome::success},
    {security, 4779, "authentication", "end", "session-disconnected", Outcome::success},
    {security, 4781, "iam", "change", "renamed-user-account"},
    {security, 4798, "iam", "info", "group-membership-enumerated"},
    {security, 4799, "iam", "info", "user-member-enumerated"},
    {security, 5140, "network", "access", "network-share-object-access"},
    {security, 5145, "network", "access", "network-share-object-access-checked"},
    {security, 5156, "network", "allowed", "windows-firewall-connection"},
    {security, 5157, "network", "denied", "windows-firewall-connection"},
    {system, 104, "iam", "admin", "log-cleared", Outcome::success},
    {system, 1074, "host", "change", "shutdown-initiated"},
    {system, 6005, "host", "start", "event-log-started"},
    {system, 6006, "host", "end", "event-log-stopped"},
    {system, 6008, "host", "end", "unexpected-shutdown"},
    {system, 7036, "process", "change", "service-state-changed"},
    {system, 7040, "configuration", "change", "service-start-type-changed"},
    {system, 7045, "configuration", "change", "service-installed", Outcome::success},
    {defender, 1006, "malware", "info", "malware-found"},
    {defender, 1007, "malware", "change", "malware-action"},
    {defender, 1008, "malware", "error", "malware-action-failed", Outcome::failure},
    {defender, 1015, "malware", "info", "suspicious-behaviour"},
    {defender, 1116, "malware", "info", "malware-found"},
    {defender, 1117, "malware", "change", "malware-action", Outcome::success},
    {defender, 1118, "malware", "error", "malware-action-failed", Outcome::failure},
    {defender, 1119, "malware", "error", "malware-action-failed", Outcome::failure},
    {defender, 5001, "configuration", "change", "protection-disabled"},
    {defender, 5007, "configuration", "change", "protection-configuration-changed"},
    {defender, 5010, "configuration", "change", "protection-disabled"},
    {defender, 5012, "configuration", "change", "protection-disabled"},
    {defender, 5013, "configuration", "change", "tamper-protection-blocked"},
    {sysmon, 1, "process", "start", "process-created"},
    {sysmon, 2, "file", "change", "file-creation-time-changed"},
    {sysmon, 3, "network", "connection", "network-connection"},
    {sysmon, 5, "process", "end", "process-terminated"},
    {sysmon, 6, "driver", "start", "driver-loaded"},
    {sysmon, 7, "process", "change", "image-loaded"},
    {sysmon, 8, "process", "change", "remote-thread-created"},
    {sysmon, 10, "process", "access", "process-accessed"},
    {sysmon, 11, "file", "creation", "file-created"},
    {sysmon, 12, "registry", "change", "registry-object-added-or-deleted"},
    {sysmon, 13, "registry", "change", "registry-value-set"},
    {sysmon, 14, "registry", "change", "registry-object-renamed"},
    {sysmon, 15, "file", "access", "file-stream-created"},
    {sysmon, 22, "network", "protocol", "dns-query"},
    {sysmon, 23, "file", "deletion", "file-deleted"},
    {sysmon, 26, "file", "deletion", "file-delete-logged"},
    {powershell, 4103, "process", "info", "pipeline-executed"},
    {powershell, 4104, "process", "info", "script-block-logged"},
    {powershell, 4105, "process", "start", "script-started"},
    {powershell, 4106, "process", "end", "script-stopped"},
    {classic_powershell, 400, "process", "start", "engine-started"},
    {classic_powershell, 403, "process", "end", "engine-stopped"},
    {classic_powershell, 800, "process", "info", "pipeline-executed"},
};

constexpr bool before(const WindowsEvent& a, const WindowsEvent& b) {
  return a.family != b.family ? a.family < b.family : a.id < b.id;
}
constexpr bool in_order() {
  for (std::size_t i = 1; i < std::size(kEvents); ++i) {
    if (!before(kEvents[i - 1], kEvents[i])) return false;
  }
  return true;
}
static_assert(in_order(), "windows_event() searches by halves");

constexpr WindowsChannel kChannels[] = {
    {"Security", "security", security},
    {"System", "system", system},
    {"Application", "application"},
    {"Microsoft-Windows-Sysmon/Operational", "sysmon", sysmon},
    {"Microsoft-Windows-Windows Defender/Operational", "windefend", defender},
    {"Microsoft-Windows-PowerShell/Operational", "powershell", powershell},
    {"PowerShellCore/Operational", "powershell", powershell},
    {"Windows PowerShell", "powershell-classic", classic_powershell},
    {"Microsoft-Windows-Windows Firewall With Advanced Security/Firewall", "firewall-as"},
    {"Microsoft-Windows-TaskScheduler/Operational", "taskscheduler"},
    {"Microsoft-Windows-WMI-Activity/Operational", "wmi"},
    {"Microsoft-Windows-Bits-Client/Operational", "bits-client"},
    {"Microsoft-Windows-NTLM/Operational", "ntlm"},
    {"Microsoft-Windows-CodeIntegrity/Operational", "codeintegrity-operational"},
    {"Microsoft-Windows-AppLocker/MSI and Script", "applocker"},
    {"Microsoft-Windows-AppLocker/EXE and DLL", "applocker"},
    {"Microsoft-Windows-AppLocker/Packaged app-Deployment", "applocker"},
    {"Microsoft-Windows-AppLocker/Packaged app-Execution", "applocker"},
    {"Microsoft-Windows-AppXDeploymentServer/Operational", "appxdeployment-server"},
    {"Microsoft-Windows-AppxPackaging/Operational", "appxpackaging-om"},
    {"Microsoft-Windows-AppModel-Runtime/Admin", "appmodel-runtime"},
    {"DNS Server", "dns-server"},
    {"Microsoft-Windows-DNS-Server/Audit", "dns-server-audit"},
    {"Microsoft-Windows-DNS-Server/Analytical", "dns-server-analytic"},
    {"Microsoft-Windows-DNS Client Events/Operational", "dns-client"},
    {"Microsoft-Windows-DriverFrameworks-UserMode/Operational", "driver-framework"},
    {"OpenSSH/Operational", "openssh"},
    {"Microsoft-Windows-TerminalServices-LocalSessionManager/Operational",
     "terminalservices-localsessionmanager"},
    {"MSExchange Management", "msexchange-management"},
    {"Microsoft-Windows-PrintService/Admin", "printservice-admin"},
    {"Microsoft-Windows-PrintService/Operational", "printservice-operational"},
    {"Microsoft-Windows-SmbClient/Security", "smbclient-security"},
    {"Microsoft-Windows-SmbClient/Connectivity", "smbclient-connectivity"},
    {"Microsoft-Windows-SMBServer/Connectivity", "smbserver-connectivity"},
    {"Microsoft-Windows-Security-Mitigations/Kernel Mode", "security-mitigations"},
    {"Microsoft-Windows-Security-Mitigations/User Mode", "security-mitigations"},
    {"Microsoft-Windows-LDAP-Client/Debug", "ldap"},
    {"Microsoft-Windows-LSA/Operational", "lsa-server"},
    {"Microsoft-Windows-CAPI2/Operational", "capi2"},
    {"Microsoft-Windows-CertificateServicesClient-Lifecycle-System/Operational",
     "certificateservicesclient-lifecycle-system"},
    {"Microsoft-Windows-VHDMP/Operational", "vhdmp"},
    {"Microsoft-Windows-Shell-Core/Operational", "shell-core"},
    {"Microsoft-IIS-Configuration/Operational", "iis-configuration"},
    {"Microsoft-Windows-Diagnosis-Scripted/Operational", "diagnosis-scripted"},
    {"Microsoft-ServiceBus-Client", "microsoft-servicebus-client"},
};

}  // namespace

const WindowsEvent* windows_event(WindowsFamily family, unsigned id) {
  const WindowsEvent wanted{family, id, {}, {}, {}};
  std::size_t low = 0, high = std::size(kEvents);
  while (low < high) {
    const std::size_t middle = (low + high) / 2;
    if (before(kEvents[middle], wanted)) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  const bool found = low < std::size(kEvents) && kEvents[low].family == family && kEvents[low].id == id;
  return found ? &kEvents[low] : nullptr;
}

const WindowsChannel* windows_channel(std::string_view channel) {
  for (const WindowsChannel& row : kChannels) {
    if (equals_ignoring_case(row.key, channel)) return &row;
  }
  return nullptr;
}

std::string_view sysmon_category(unsigned id) {
  switch (id) {
    case 1:
      return "process_creation";
    case 2:
      return "file_change";
    case 3:
      return "network_connection";
    case 4:
      return "sysmon_status";
    case 5:
      return "process_termination";
    case 6:
      return "driver_load";
    case 7:
      return "image_load";
    case 8:
      return "create_remote_thread";
    case 9:
      return "raw_access_thread";
    case 10:
      return "process_access";
    case 11:
      return "file_event";
    case 12:
      return "registry_add";  // and registry_delete: the event says which
    case 13:
      return "registry_set";
    case 14:
      return "registry_rename";
    case 15:
      return "create_stream_hash";
    case 17:
    case 18:
      return "pipe_created";
    case 19:
    case 20:
    case 21:
      return "wmi_event";
    case 22:
      return "dns_query";
    case 23:
    case 26:
      return "file_delete";
    case 24:
      return "clipboard_change";
    case 25:
      return "process_tampering";
    case 27:
      return "file_block_executable";
    case 28:
      return "file_block_shredding";
    case 29:
      return "file_executable_detected";
    default:
      return {};
  }
}

bool is_windows_logon(unsigned id) {
  const WindowsEvent* const event = windows_event(security, id);
  return event != nullptr && (event->category == "authentication" || id == 4672 || id == 4740 || id == 4767);
}

std::string_view windows_logon_type(std::string_view number) {
  constexpr std::string_view kNames[] = {{},
                                         {},
                                         "Interactive",
                                         "Network",
                                         "Batch",
                                         "Service",
                                         {},
                                         "Unlock",
                                         "NetworkCleartext",
                                         "NewCredentials",
                                         "RemoteInteractive",
                                         "CachedInteractive",
                                         "CachedRemoteInteractive",
                                         "CachedUnlock"};
  const auto index = read_number(number);
  return index && *index < std::size(kNames) ? kNames[*index] : std::string_view();
}

}  // namespace vigil
