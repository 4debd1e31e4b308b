#include "parsers/windows_events.h"

#include <iterator>

#include "parsers/payload_text.h"

namespace vigil {
namespace {

using enum WindowsFamily;

// In order of family, then number.
constexpr WindowsEvent kEvents[] = {
    {security, 528, "authentication", "start", "logged-in", Outcome::success},  // 5xx and 6xx: Windows 2003
    {security, 529, "authentication", "start", "logon-failed", Outcome::failure},
    {security, 530, "authentication", "start", "logon-failed", Outcome::failure},
    {security, 531, "authentication", "start", "logon-failed", Outcome::failure},
    {security, 532, "authentication", "start", "logon-failed", Outcome::failure},
    {security, 533, "authentication", "start", "logon-failed", Outcome::failure},
    {security, 534, "authentication", "start", "logon-failed", Outcome::failure},
    {security, 535, "authentication", "start", "logon-failed", Outcome::failure},
    {security, 537, "authentication", "start", "logon-failed", Outcome::failure},
    {security, 538, "authentication", "end", "logged-out", Outcome::success},
    {security, 539, "authentication", "start", "logon-failed", Outcome::failure},
    {security, 540, "authentication", "start", "logged-in", Outcome::success},
    {security, 551, "authentication", "end", "logged-out", Outcome::success},
    {security, 552, "authentication", "start", "logged-in-explicit", Outcome::success},
    {security, 644, "iam", "change", "locked-out-user-account"},
    {security, 675, "authentication", "start", "kerberos-preauth-failed", Outcome::failure},
    {security, 680, "authentication", "start", "credential-validated"},
    {security, 681, "authentication", "start", "credential-validation-failed", Outcome::failure},
    {security, 1100, "host", "end", "logging-service-shutdown"},
    {security, 1102, "iam", "admin", "audit-log-cleared", Outcome::success},
    {security, 1104, "host", "info", "audit-log-full"},
    {security, 1105, "host", "info", "audit-log-archived"},
    {security, 1108, "host", "error", "logging-processing-error"},
    {security, 4608, "host", "start", "system-started"},
    {security, 4609, "host", "end", "system-shutdown"},
    {security, 4610, "configuration", "access", "authentication-package-loaded"},
    {security, 4611, "configuration", "change", "trusted-logon-process-registered"},
    {security, 4614, "configuration", "access", "notification-package-loaded"},
    {security, 4616, "configuration", "change", "system-time-changed"},
    {security, 4622, "configuration", "access", "security-package-loaded"},
    {security, 4624, "authentication", "start", "logged-in", Outcome::success},
    {security, 4625, "authentication", "start", "logon-failed", Outcome::failure},
    {security, 4634, "authentication", "end", "logged-out", Outcome::success},
    {security, 4647, "authentication", "end", "logged-out", Outcome::success},
    {security, 4648, "authentication", "start", "logged-in-explicit", Outcome::success},
    {security, 4649, "authentication", "start", "replay-attack-detected", Outcome::failure},
    {security, 4656, "", "", "object-handle-requested"},
    {security, 4657, "registry", "change", "registry-value-modified"},
    {security, 4658, "", "", "object-handle-closed"},
    {security, 4660, "", "", "object-deleted"},
    {security, 4661, "", "", "object-handle-requested"},
    {security, 4662, "", "", "object-operation-performed"},
    {security, 4663, "", "", "object-accessed"},
    {security, 4664, "file", "creation", "hard-link-creation-attempted"},
    {security, 4670, "iam", "change", "permissions-changed"},
    {security, 4672, "iam", "admin", "logged-in-special", Outcome::success},
    {security, 4673, "iam", "access", "privileged-service-called"},
    {security, 4674, "iam", "access", "privileged-operation"},
    {security, 4688, "process", "start", "created-process"},
    {security, 4689, "process", "end", "exited-process"},
    {security, 4690, "", "", "object-handle-duplicated"},
    {security, 4696, "process", "change", "primary-token-assigned"},
    {security, 4697, "configuration", "change", "service-installed"},
    {security, 4698, "configuration", "creation", "scheduled-task-created"},
    {security, 4699, "configuration", "deletion", "scheduled-task-deleted"},
    {security, 4700, "configuration", "change", "scheduled-task-enabled"},
    {security, 4701, "configuration", "change", "scheduled-task-disabled"},
    {security, 4702, "configuration", "change", "scheduled-task-updated"},
    {security, 4703, "iam", "change", "user-right-adjusted"},
    {security, 4704, "iam", "change", "user-right-assigned"},
    {security, 4705, "iam", "change", "user-right-removed"},
    {security, 4706, "configuration", "creation", "domain-trust-added"},
    {security, 4707, "configuration", "deletion", "domain-trust-removed"},
    {security, 4713, "configuration", "change", "kerberos-policy-changed"},
    {security, 4714, "configuration", "change", "encrypted-data-recovery-policy-changed"},
    {security, 4715, "configuration", "change", "object-audit-policy-changed"},
    {security, 4716, "configuration", "change", "trusted-domain-information-changed"},
    {security, 4717, "iam", "change", "system-security-access-granted"},
    {security, 4718, "iam", "change", "system-security-access-removed"},
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
    {security, 4730, "iam", "deletion", "deleted-group-account"},
    {security, 4731, "iam", "creation", "added-group-account"},
    {security, 4732, "iam", "change", "added-member-to-group"},
    {security, 4733, "iam", "change", "removed-member-from-group"},
    {security, 4734, "iam", "deletion", "deleted-group-account"},
    {security, 4735, "iam", "change", "modified-group-account"},
    {security, 4737, "iam", "change", "modified-group-account"},
    {security, 4738, "iam", "change", "modified-user-account"},
    {security, 4739, "configuration", "change", "domain-policy-changed"},
    {security, 4740, "iam", "change", "locked-out-user-account"},
    {security, 4741, "iam", "creation", "added-computer-account"},
    {security, 4742, "iam", "change", "changed-computer-account"},
    {security, 4743, "iam", "deletion", "deleted-computer-account"},
    {security, 4744, "iam", "creation", "added-distribution-group-account"},
    {security, 4745, "iam", "change", "changed-distribution-group-account"},
    {security, 4746, "iam", "change", "added-member-to-distribution-group"},
    {security, 4747, "iam", "change", "removed-member-from-distribution-group"},
    {security, 4748, "iam", "deletion", "deleted-distribution-group-account"},
    {security, 4749, "iam", "creation", "added-distribution-group-account"},
    {security, 4750, "iam", "change", "changed-distribution-group-account"},
    {security, 4751, "iam", "change", "added-member-to-distribution-group"},
    {security, 4752, "iam", "change", "removed-member-from-distribution-group"},
    {security, 4753, "iam", "deletion", "deleted-distribution-group-account"},
    {security, 4754, "iam", "creation", "added-group-account"},
    {security, 4755, "iam", "change", "modified-group-account"},
    {security, 4756, "iam", "change", "added-member-to-group"},
    {security, 4757, "iam", "change", "removed-member-from-group"},
    {security, 4758, "iam", "deletion", "deleted-group-account"},
    {security, 4759, "iam", "creation", "added-distribution-group-account"},
    {security, 4760, "iam", "change", "changed-distribution-group-account"},
    {security, 4761, "iam", "change", "added-member-to-distribution-group"},
    {security, 4762, "iam", "change", "removed-member-from-distribution-group"},
    {security, 4763, "iam", "deletion", "deleted-distribution-group-account"},
    {security, 4764, "iam", "change", "type-changed-group-account"},
    {security, 4765, "iam", "change", "sid-history-added"},
    {security, 4766, "iam", "change", "sid-history-add-failed", Outcome::failure},
    {security, 4767, "iam", "change", "unlocked-user-account"},
    {security, 4768, "authentication", "start", "kerberos-authentication-ticket-requested"},
    {security, 4769, "authentication", "start", "kerberos-service-ticket-requested"},
    {security, 4770, "authentication", "start", "kerberos-service-ticket-renewed"},
    {security, 4771, "authentication", "start", "kerberos-preauth-failed", Outcome::failure},
    {security, 4772, "authentication", "start", "kerberos-authentication-ticket-failed", Outcome::failure},
    {security, 4773, "authentication", "start", "kerberos-service-ticket-failed", Outcome::failure},
    {security, 4774, "authentication", "start", "account-mapped"},
    {security, 4775, "authentication", "start", "account-mapping-failed", Outcome::failure},
    {security, 4776, "authentication", "start", "credential-validated"},
    {security, 4777, "authentication", "start", "credential-validation-failed", Outcome::failure},
    {security, 4778, "authentication", "start", "session-reconnected", Outcome::success},
    {security, 4779, "authentication", "end", "session-disconnected", Outcome::success},
    {security, 4780, "iam", "change", "administrators-acl-set"},
    {security, 4781, "iam", "change", "renamed-user-account"},
    {security, 4793, "iam", "info", "password-policy-checking-called"},
    {security, 4794, "iam", "change", "directory-services-restore-mode-password-set"},
    {security, 4797, "iam", "info", "query-existence-of-blank-password"},
    {security, 4798, "iam", "info", "group-membership-enumerated"},
    {security, 4799, "iam", "info", "user-member-enumerated"},
    {security, 4800, "authentication", "end", "workstation-locked", Outcome::success},
    {security, 4801, "authentication", "start", "workstation-unlocked", Outcome::success},
    {security, 4802, "session", "start", "screensaver-invoked"},
    {security, 4803, "session", "end", "screensaver-dismissed"},
    {security, 4817, "configuration", "change", "object-audit-changed"},
    {security, 4902, "configuration", "creation", "user-audit-policy-created"},
    {security, 4904, "configuration", "change", "security-event-source-added"},
    {security, 4905, "configuration", "deletion", "security-event-source-removed"},
    {security, 4906, "configuration", "change", "crash-on-audit-changed"},
    {security, 4907, "configuration", "change", "audit-setting-changed"},
    {security, 4908, "configuration", "change", "special-group-table-changed"},
    {security, 4912, "configuration", "change", "per-user-audit-policy-changed"},
    {security, 4946, "configuration", "creation", "firewall-rule-added"},
    {security, 4947, "configuration", "change", "firewall-rule-modified"},
    {security, 4948, "configuration", "deletion", "firewall-rule-deleted"},
    {security, 4950, "configuration", "change", "firewall-setting-changed"},
    {security, 4964, "iam", "admin", "special-groups-assigned"},
    {security, 4985, "file", "change", "transaction-state-changed"},
    {security, 5024, "process", "start", "windows-firewall-started"},
    {security, 5025, "process", "end", "windows-firewall-stopped"},
    {security, 5031, "network", "denied", "windows-firewall-application-blocked"},
    {security, 5033, "driver", "start", "windows-firewall-driver-started"},
    {security, 5034, "driver", "end", "windows-firewall-driver-stopped"},
    {security, 5136, "configuration", "change", "directory-object-modified"},
    {security, 5137, "configuration", "creation", "directory-object-created"},
    {security, 5138, "configuration", "creation", "directory-object-undeleted"},
    {security, 5139, "configuration", "change", "directory-object-moved"},
    {security, 5140, "network", "access", "network-share-object-access"},
    {security, 5141, "configuration", "deletion", "directory-object-deleted"},
    {security, 5142, "configuration", "creation", "network-share-added"},
    {security, 5143, "configuration", "change", "network-share-modified"},
    {security, 5144, "configuration", "deletion", "network-share-deleted"},
    {security, 5145, "network", "access", "network-share-object-access-checked"},
    {security, 5152, "network", "denied", "windows-firewall-packet"},
    {security, 5154, "network", "info", "windows-firewall-listen"},
    {security, 5155, "network", "denied", "windows-firewall-listen"},
    {security, 5156, "network", "allowed", "windows-firewall-connection"},
    {security, 5157, "network", "denied", "windows-firewall-connection"},
    {security, 5158, "network", "info", "windows-firewall-bind"},
    {security, 5159, "network", "denied", "windows-firewall-bind"},
    {security, 5376, "iam", "info", "credential-manager-backed-up"},
    {security, 5377, "iam", "change", "credential-manager-restored"},
    {security, 5378, "authentication", "start", "credential-delegation-disallowed", Outcome::failure},
    {security, 5379, "iam", "info", "credential-manager-read"},
    {security, 5380, "iam", "info", "vault-credentials-searched"},
    {security, 5381, "iam", "info", "vault-credentials-read"},
    {security, 5382, "iam", "info", "vault-credentials-read"},
    {security, 6272, "authentication", "start", "network-policy-access-granted", Outcome::success},
    {security, 6273, "authentication", "start", "network-policy-access-denied", Outcome::failure},
    {security, 6274, "authentication", "info", "network-policy-request-discarded"},
    {security, 6276, "authentication", "start", "network-policy-user-quarantined"},
    {security, 6277, "authentication", "start", "network-policy-access-on-probation", Outcome::success},
    {security, 6278, "authentication", "start", "network-policy-full-access-granted", Outcome::success},
    {security, 6279, "iam", "change", "network-policy-account-locked"},
    {security, 6280, "iam", "change", "network-policy-account-unlocked"},
    {security, 6416, "host", "info", "external-device-recognized"},
    {system, 104, "iam", "admin", "log-cleared", Outcome::success},
    {system, 1074, "host", "change", "shutdown-initiated"},
    {system, 6005, "host", "start", "event-log-started"},
    {system, 6006, "host", "end", "event-log-stopped"},
    {system, 6008, "host", "end", "unexpected-shutdown"},
    {system, 7036, "process", "change", "service-state-changed"},
    {system, 7040, "configuration", "change", "service-start-type-changed"},
    {system, 7045, "configuration", "change", "service-installed", Outcome::success},
    {defender, 1001, "malware", "info", "scan-finished"},
    {defender, 1006, "malware", "info", "malware-found"},
    {defender, 1007, "malware", "change", "malware-action"},
    {defender, 1008, "malware", "error", "malware-action-failed", Outcome::failure},
    {defender, 1009, "malware", "info", "quarantine-restored"},
    {defender, 1011, "malware", "change", "quarantine-deleted"},
    {defender, 1013, "malware", "info", "history-deleted"},
    {defender, 1015, "malware", "info", "suspicious-behaviour"},
    {defender, 1116, "malware", "info", "malware-found"},
    {defender, 1117, "malware", "change", "malware-action", Outcome::success},
    {defender, 1118, "malware", "error", "malware-action-failed", Outcome::failure},
    {defender, 1119, "malware", "error", "malware-action-failed", Outcome::failure},
    {defender, 1121, "intrusion_detection", "denied", "attack-surface-rule-blocked"},
    {defender, 1122, "intrusion_detection", "info", "attack-surface-rule-audited"},
    {defender, 1123, "intrusion_detection", "denied", "folder-access-blocked"},
    {defender, 1125, "network", "info", "network-protection-audited"},
    {defender, 1126, "network", "denied", "network-protection-blocked"},
    {defender, 2000, "configuration", "change", "signatures-updated", Outcome::success},
    {defender, 2001, "configuration", "error", "signature-update-failed", Outcome::failure},
    {defender, 2003, "configuration", "error", "engine-update-failed", Outcome::failure},
    {defender, 5000, "configuration", "change", "protection-enabled"},
    {defender, 5001, "configuration", "change", "protection-disabled"},
    {defender, 5004, "configuration", "change", "protection-configuration-changed"},
    {defender, 5007, "configuration", "change", "protection-configuration-changed"},
    {defender, 5008, "malware", "error", "engine-failed", Outcome::failure},
    {defender, 5010, "configuration", "change", "protection-disabled"},
    {defender, 5012, "configuration", "change", "protection-disabled"},
    {defender, 5013, "configuration", "change", "tamper-protection-blocked"},
    {sysmon, 1, "process", "start", "process-created"},
    {sysmon, 2, "file", "change", "file-creation-time-changed"},
    {sysmon, 3, "network", "connection", "network-connection"},
    {sysmon, 4, "process", "change", "sysmon-service-state-changed"},
    {sysmon, 5, "process", "end", "process-terminated"},
    {sysmon, 6, "driver", "start", "driver-loaded"},
    {sysmon, 7, "process", "change", "image-loaded"},
    {sysmon, 8, "process", "change", "remote-thread-created"},
    {sysmon, 9, "process", "access", "raw-disk-read"},
    {sysmon, 10, "process", "access", "process-accessed"},
    {sysmon, 11, "file", "creation", "file-created"},
    {sysmon, 12, "registry", "change", "registry-object-added-or-deleted"},
    {sysmon, 13, "registry", "change", "registry-value-set"},
    {sysmon, 14, "registry", "change", "registry-object-renamed"},
    {sysmon, 15, "file", "access", "file-stream-created"},
    {sysmon, 16, "configuration", "change", "sysmon-configuration-changed"},
    {sysmon, 17, "file", "creation", "pipe-created"},
    {sysmon, 18, "file", "access", "pipe-connected"},
    {sysmon, 19, "configuration", "change", "wmi-filter-registered"},
    {sysmon, 20, "configuration", "change", "wmi-consumer-registered"},
    {sysmon, 21, "configuration", "change", "wmi-consumer-bound"},
    {sysmon, 22, "network", "protocol", "dns-query"},
    {sysmon, 23, "file", "deletion", "file-deleted"},
    {sysmon, 24, "process", "access", "clipboard-changed"},
    {sysmon, 25, "process", "change", "process-tampered"},
    {sysmon, 26, "file", "deletion", "file-delete-logged"},
    {sysmon, 27, "file", "denied", "executable-blocked"},
    {sysmon, 28, "file", "denied", "shredding-blocked"},
    {sysmon, 29, "file", "creation", "executable-detected"},
    {powershell, 4103, "process", "info", "pipeline-executed"},
    {powershell, 4104, "process", "info", "script-block-logged"},
    {powershell, 4105, "process", "start", "script-started"},
    {powershell, 4106, "process", "end", "script-stopped"},
    {classic_powershell, 400, "process", "start", "engine-started"},
    {classic_powershell, 403, "process", "end", "engine-stopped"},
    {classic_powershell, 600, "process", "info", "provider-started"},
    {classic_powershell, 800, "process", "info", "pipeline-executed"},
    {terminal, 21, "authentication", "start", "session-logged-on", Outcome::success},
    {terminal, 23, "authentication", "end", "session-logged-off", Outcome::success},
    {terminal, 24, "authentication", "end", "session-disconnected", Outcome::success},
    {terminal, 25, "authentication", "start", "session-reconnected", Outcome::success},
    {terminal, 1149, "authentication", "start", "remote-desktop-user-authenticated", Outcome::success},
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
     "terminalservices-localsessionmanager", terminal},
    {"Microsoft-Windows-TerminalServices-RemoteConnectionManager/Operational",
     "terminalservices-remoteconnectionmanager", terminal},
    {"Linux-Sysmon/Operational", "sysmon", sysmon},
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
  return event != nullptr && (event->category == "authentication" || id == 644 || id == 4672 || id == 4740 || id == 4767);
}

Kinds windows_channel_kinds(std::string_view channel, unsigned id) {
  const WindowsChannel* const row = windows_channel(channel);
  const WindowsFamily family = row == nullptr ? other : row->family;
  if (family == defender) return Kind::os | Kind::device;
  if (family == security && is_windows_logon(id)) return Kind::os | Kind::logon;
  if (row != nullptr && row->service == "openssh") return Kind::os | Kind::logon;
  if (family == terminal && windows_event(terminal, id) != nullptr) return Kind::os | Kind::logon;
  if (row != nullptr && is_any(row->service, {"application", "dns-server", "dns-server-audit", "msexchange-management"})) {
    return Kind::application;
  }
  return Kind::os;
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
