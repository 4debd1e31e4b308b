#include "parsers/format.h"

#include "parsers/field_target.h"
#include "parsers/json_fields.h"
#include "parsers/payload_text.h"
#include "parsers/payload_time.h"

namespace vigil {
namespace {

constexpr std::string_view kStarts[] = {"{", "[{"};
constexpr LogSource kLogSources[] = {{"m365", "", "threat_detection"}, {"", "antivirus", ""}};

/// Alerts of the Defender for Endpoint API, of Microsoft Graph security (alerts_v2), and rows of advanced hunting as the
/// streaming API sends them.
bool claims_defender(const SyslogHeader&, std::string_view text) {
  const std::string_view front = json_front(text);
  if (contains(front, "\"AdvancedHunting-")) return true;
  if (!contains(front, "\"detectionSource\"") && !contains(front, "\"providerAlertId\"")) return false;
  return contains(front, "\"machineId\"") || contains(front, "\"computerDnsName\"") ||
         contains(front, "\"mdeDeviceId\"") || contains(front, "\"serviceSource\"") ||
         contains(front, "\"incidentId\"");
}

constexpr FieldRow kRows[] = {
    // an alert
    {"id", "event.id"},
    {"title", "rule.name"},
    {"description", "rule.description"},
    {"category", "event.action"},
    {"firstEventTime", "event.start"},
    {"lastEventTime", "event.end"},
    {"firstActivityDateTime", "event.start"},
    {"lastActivityDateTime", "event.end"},
    {"alertWebUrl", "event.reference"},
    {"threatName", "threatName"},
    {"machineId", "host.id"},
    {"computerDnsName", "host"},
    {"detectionSource", "observer.name"},
    {"detectorId", "rule.id"},
    {"relatedUser.userName", "user"},
    {"relatedUser.domainName", "user.domain"},
    {"aadTenantId", "organization.id"},
    {"tenantId", "organization.id"},
    // its evidence: one object, or a list of them
    {"evidence.sha1", "file.hash"},
    {"evidence.sha256", "file.hash"},
    {"evidence.fileName", "file.name"},
    {"evidence.filePath", "file.path"},
    {"evidence.processId", "process.pid"},
    {"evidence.processCommandLine", "process.command_line"},
    {"evidence.processCreationTime", "process.start"},
    {"evidence.parentProcessId", "process.parent.pid"},
    {"evidence.parentProcessFileName", "process.parent.name"},
    {"evidence.parentProcessFilePath", "process.parent.executable"},
    {"evidence.ipAddress", "source"},
    {"evidence.url", "url"},
    {"evidence.accountName", "user"},
    {"evidence.domainName", "user.domain"},
    {"evidence.userSid", "user.id"},
    {"evidence.userPrincipalName", "user.email"},
    {"evidence.registryKey", "registry.key"},
    {"evidence.registryValueName", "registry.value"},
    {"evidence.registryValue", "registry.data.strings"},
    // Microsoft Graph's evidence
    {"evidence.deviceDnsName", "host"},
    {"evidence.mdeDeviceId", "host.id"},
    {"evidence.lastIpAddress", "host.ip"},
    {"evidence.lastExternalIpAddress", "lastExternalIpAddress"},
    {"evidence.osPlatform", "host.os.name"},
    {"evidence.imageFile.sha1", "process.hash"},
    {"evidence.imageFile.sha256", "process.hash"},
    {"evidence.imageFile.md5", "process.hash"},
    {"evidence.imageFile.fileName", "process.name"},
    {"evidence.imageFile.filePath", "process.executable"},
    {"evidence.fileDetails.sha1", "file.hash"},
    {"evidence.fileDetails.sha256", "file.hash"},
    {"evidence.fileDetails.md5", "file.hash"},
    {"evidence.fileDetails.fileName", "file.name"},
    {"evidence.fileDetails.filePath", "file.path"},
    {"evidence.fileDetails.fileSize", "file.size"},
    {"evidence.userAccount.accountName", "user"},
    {"evidence.userAccount.domainName", "user.domain"},
    {"evidence.userAccount.userSid", "user.id"},
    {"evidence.userAccount.userPrincipalName", "user.email"},
    // rows of advanced hunting
    {"properties.DeviceName", "host"},
    {"properties.DeviceId", "host.id"},
    {"properties.ActionType", "event.action"},
    {"properties.FileName", "file.name"},
    {"properties.FolderPath", "file.path"},
    {"properties.FileSize", "file.size"},
    {"properties.SHA1", "file.hash"},
    {"properties.SHA256", "file.hash"},
    {"properties.MD5", "file.hash"},
    {"properties.ProcessId", "process.pid"},
    {"properties.ProcessCommandLine", "process.command_line"},
    {"properties.AccountName", "user"},
    {"properties.AccountDomain", "user.domain"},
    {"properties.AccountSid", "user.id"},
    {"properties.AccountUpn", "user.email"},
    {"properties.RemoteIP", "destination"},
    {"properties.RemotePort", "destination.port"},
    {"properties.RemoteUrl", "url"},
    {"properties.LocalIP", "source"},
    {"properties.LocalPort", "source.port"},
    {"properties.Protocol", "transport"},
    {"properties.RegistryKey", "registry.key"},
    {"properties.RegistryValueName", "registry.value"},
    {"properties.RegistryValueData", "registry.data.strings"},
    {"properties.InitiatingProcessFileName", "process.parent.name"},
    {"properties.InitiatingProcessFolderPath", "process.parent.executable"},
    {"properties.InitiatingProcessId", "process.parent.pid"},
    {"properties.InitiatingProcessCommandLine", "process.parent.command_line"},
    {"properties.InitiatingProcessAccountName", "source.user"},
    {"properties.AlertId", "event.id"},
    {"properties.Title", "rule.name"},
};
constexpr FieldMap kMap(kRows);

struct Severity {
  std::string_view word;
  std::uint64_t number;
};
constexpr Severity kSeverities[] = {{"informational", 1}, {"low", 3}, {"medium", 5}, {"high", 7}};

/// What the hunting table's rows are about, as Sigma names categories of Windows.
struct Table {
  std::string_view name, category, type;
};
constexpr Table kTables[] = {
    {"AdvancedHunting-DeviceProcessEvents", "process", "start"},
    {"AdvancedHunting-DeviceNetworkEvents", "network", "connection"},
    {"AdvancedHunting-DeviceFileEvents", "file", "change"},
    {"AdvancedHunting-DeviceRegistryEvents", "registry", "change"},
    {"AdvancedHunting-DeviceLogonEvents", "authentication", "start"},
    {"AdvancedHunting-DeviceImageLoadEvents", "library", "start"},
};

void add_hunting_row(PayloadWriter& out, std::string_view table, std::string_view action,
                     std::string_view remote) {
  for (const Table& row : kTables) {
    if (row.name != table) continue;
    const bool logon = row.category == "authentication";
    const Outcome outcome = !logon                     ? Outcome::none
                            : action == "LogonSuccess" ? Outcome::success
                            : action == "LogonFailed"  ? Outcome::failure
                                                       : Outcome::unknown;
    out.classify(row.category, row.type, {}, outcome);
    // Of a logon the remote end is who knocks.
    if (logon && !plain_address(remote).empty()) out.add_endpoint(Side::source, remote);
  }
}

void parse_defender(PayloadWriter& out) {
  out.observer("Microsoft", "Defender for Endpoint", "edr");
  out.log_source("m365", {}, "threat_detection");
  const JsonFields* const fields = read_json(out);
  if (fields == nullptr) return;
  std::string_view table, action, remote, severity, title, first, last;
  bool malware = false;
  for (const JsonField& leaf : fields->leaves) {
    if (leaf.type == ValueType::null) continue;
    if (leaf.path == "severity" || leaf.path == "properties.Severity") severity = leaf.value;
    if (leaf.path == "title" || leaf.path == "properties.Title") title = leaf.value;
    if (leaf.path == "category" && leaf.value.starts_with("AdvancedHunting-")) {
      table = leaf.value;
      out.add_vendor("table", leaf.value);
      continue;
    }
    if (leaf.path == "category") malware = equals_ignoring_case(leaf.value, "malware");
    if (leaf.path == "firstEventTime" || leaf.path == "firstActivityDateTime") first = leaf.value;
    if (leaf.path == "lastEventTime" || leaf.path == "lastActivityDateTime") last = leaf.value;
    if (leaf.path == "properties.ActionType") action = leaf.value;
    if (leaf.path == "properties.RemoteIP") remote = leaf.value;
    const bool knocks = leaf.path == "properties.RemoteIP" && table == "AdvancedHunting-DeviceLogonEvents";
    if (knocks) {
      out.add_vendor("RemoteIP", leaf.value);
    } else if (const Target* target = kMap.find(leaf.path)) {
      put(out, *target, leaf.value);
    } else {
      out.event().add(leaf.vendor_name(), leaf.value, leaf.type);
    }
  }
  for (const Severity& one : kSeverities) {
    if (equals_ignoring_case(severity, one.word)) out.add_number("event.severity", one.number);
  }
  const auto begin = read_iso_time(first, 0), end = read_iso_time(last, 0);
  if (begin && end && *end >= *begin)
    out.add_number("event.duration", static_cast<std::uint64_t>(*end - *begin));
  if (!table.empty()) add_hunting_row(out, table, action, remote);
  if (title.empty()) return;
  out.set("event.kind", "alert");
  out.set("message", title);
  if (malware) out.log_source({}, "antivirus", {});
  out.classify(malware ? "malware" : "intrusion_detection", "info");
}

std::optional<std::int64_t> defender_time(const SyslogHeader&, std::string_view text, int) {
  for (const std::string_view key :
       {"lastEventTime", "lastActivityDateTime", "alertCreationTime", "createdDateTime", "time"}) {
    if (const auto time = read_iso_time(peek_json_member(text, key), 0)) return time;
  }
  return std::nullopt;
}

constexpr std::string_view kJsonMarks[] = {"AdvancedHunting-", "detectionSource\"", "providerAlertId\""};

}  // namespace

extern const FormatSpec kFormat_microsoft_defender = {
    .number = Format{51},
    .name = "microsoft_defender",
    .title = "Microsoft Defender for Endpoint: alerts, advanced hunting",
    .sample =
        R"({"id":"da637291085411733957_-1043898914","severity":"Medium","detectionSource":"WindowsDefenderAv","category":"Malware","title":"Malware was detected","lastEventTime":"2026-11-20T06:59:00Z","machineId":"1e5bc9d7e413ddd7902c2932e418702b84d0cc07","computerDnsName":"pc7.school.local"})",
    .rank = 35,
    .starts = kStarts,
    .claims = claims_defender,
    .json_marks = kJsonMarks,
    .parse = parse_defender,
    .time = defender_time,
    .kinds = Kind::device,
    .names_host = NamesHost::always,
    .log_sources = kLogSources,
    .writing = Writing::json,
    .own_action = true,
};

}  // namespace vigil
