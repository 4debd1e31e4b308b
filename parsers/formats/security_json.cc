#include <iterator>

#include "parsers/field_target.h"
#include "parsers/format.h"
#include "parsers/json_fields.h"
#include "parsers/key_table.h"
#include "parsers/payload_text.h"
#include "parsers/payload_time.h"

namespace vigil {
namespace {

/// The makers whose names of members differ enough to stand in one table.
enum class Maker : std::uint8_t {
  elastic,
  crowdstrike,
  sentinelone,
  carbon_black,
  carbon_black_edr,
  fireeye,
  sophos,
  eset,
  okta,
  duo,
  darktrace,
  vectra,
  secure_endpoint,
  cortex,
  open_appsec
};
struct Product {
  Maker maker;
  std::string_view one, two;  ///< both are members of its records, somewhere
  std::string_view vendor, product, type;
  Kinds kinds;
};
constexpr Product kProducts[] = {
    {Maker::elastic, "kibana", "kibana", "Elastic", "Elastic Security", "ids", Kind::device},
    {Maker::crowdstrike, "metadata", "eventCreationTime", "CrowdStrike", "Falcon", "edr", Kind::device},
    {Maker::sentinelone, "threatInfo", "threatName", "SentinelOne", "Singularity", "edr", Kind::device},
    {Maker::carbon_black, "device_name", "threat_id", "VMware", "Carbon Black Cloud", "edr", Kind::device},
    {Maker::carbon_black_edr, "cb_server", "type", "VMware", "Carbon Black EDR", "edr", Kind::device},
    {Maker::fireeye, "appliance-id", "alert", "Trellix", "FireEye", "ids", Kind::device},
    {Maker::sophos, "customer_id", "endpoint_id", "Sophos", "Sophos Central", "antivirus", Kind::device},
    {Maker::eset, "source_uuid", "event_type", "ESET", "ESET PROTECT", "antivirus", Kind::device},
    {Maker::okta, "displayMessage", "actor", "Okta", "Okta", "iam", Kind::application | Kind::logon},
    {Maker::duo, "access_device", "factor", "Cisco", "Duo", "iam", Kind::application | Kind::logon},
    {Maker::darktrace, "breachUrl", "model", "Darktrace", "Darktrace", "ids", Kind::device},
    {Maker::vectra, "headend_addr", "certainty", "Vectra", "Vectra", "ids", Kind::device},
    {Maker::secure_endpoint, "connector_guid", "computer", "Cisco", "Secure Endpoint", "edr", Kind::device},
    {Maker::cortex, "alert_id", "action_pretty", "Palo Alto Networks", "Cortex XDR", "edr", Kind::device},
    {Maker::open_appsec, "waapIncidentType", "securityAction", "Check Point", "open-appsec", "waf", Kind::device},
};

/// The names above, each with the bits of its places: 2n and 2n + 1 of the product n.
struct Mark {
  std::string_view key;
  std::uint32_t bits = 0;
};
struct Marks {
  Mark rows[2 * std::size(kProducts)];
};
constexpr Marks kMarks = [] {
  Marks out{};
  for (std::size_t i = 0; i < std::size(kProducts); ++i) {
    out.rows[2 * i] = {kProducts[i].one, 1U << (2 * i)};
    out.rows[2 * i + 1] = {kProducts[i].two, 1U << (2 * i + 1)};
  }
  // One of a name twice has the bits of both.
  for (Mark& a : out.rows) {
    for (const Mark& b : out.rows) {
      if (a.key == b.key) a.bits |= b.bits;
    }
  }
  return out;
}();
constexpr KeyTable kMarkTable(kMarks.rows);
static_assert(std::size(kProducts) <= 16, "two bits each");

constexpr FieldRow kRows[] = {
    // Elastic
    {"kibana.alert.rule.name", "rule.name"},
    {"kibana.alert.rule.uuid", "rule.uuid"},
    {"kibana.alert.rule.rule_id", "rule.id"},
    {"kibana.alert.rule.description", "rule.description"},
    {"kibana.alert.rule.category", "rule.category"},
    {"kibana.alert.severity", "log.level"},
    {"kibana.alert.risk_score", "event.risk_score:number"},
    {"kibana.alert.uuid", "event.id"},
    {"kibana.alert.reason", "message"},
    // CrowdStrike
    {"event.ComputerName", "computer"},
    {"event.UserName", "user"},
    {"event.UserId", "user"},
    {"event.UserIp", "source"},
    {"event.LocalIP", "host.ip"},
    {"event.MACAddress", "host.mac"},
    {"event.FileName", "file.name"},
    {"event.FilePath", "file.path"},
    {"event.CommandLine", "process.command_line"},
    {"event.ParentCommandLine", "process.parent.command_line"},
    {"event.ParentImageFileName", "process.parent.name"},
    {"event.SHA256String", "file.hash"},
    {"event.SHA1String", "file.hash"},
    {"event.MD5String", "file.hash"},
    {"event.DetectName", "rule.name"},
    {"event.Name", "rule.name"},
    {"event.DetectDescription", "message"},
    {"event.DetectId", "event.id"},
    {"event.Severity", "event.severity"},
    {"event.SeverityName", "log.level"},
    {"event.Tactic", "threat.tactic.name"},
    {"event.Technique", "threat.technique.name"},
    {"event.OperationName", "event.action"},
    {"event.ServiceName", "service.name"},
    {"event.Success", "event_success"},
    {"event.UTCTimestamp", "utc_timestamp"},
    // SentinelOne
    {"threatInfo.threatName", "rule.name"},
    {"threatInfo.classification", "rule.category"},
    {"threatInfo.sha1", "file.hash"},
    {"threatInfo.sha256", "file.hash"},
    {"threatInfo.md5", "file.hash"},
    {"threatInfo.filePath", "file"},
    {"threatInfo.fileSize", "file.size"},
    {"threatInfo.processUser", "user"},
    {"threatInfo.originatorProcess", "process.parent.name"},
    {"threatInfo.maliciousProcessArguments", "process.command_line"},
    {"threatInfo.mitigationStatus", "event.action"},
    {"threatInfo.threatId", "event.id"},
    {"agentRealtimeInfo.agentComputerName", "computer"},
    {"agentDetectionInfo.agentIpV4", "host.ip"},
    {"agentDetectionInfo.externalIp", "source.nat.ip"},
    // Carbon Black
    {"device_name", "computer"},
    {"device_internal_ip", "host.ip"},
    {"device_external_ip", "source.nat.ip"},
    {"device_username", "user"},
    {"process_path", "executable"},
    {"process_cmdline", "process.command_line"},
    {"process_pid", "process.pid"},
    {"process_sha256", "process.hash"},
    {"process_md5", "process.hash"},
    {"threat_cause_actor_name", "process.name"},
    {"threat_cause_actor_sha256", "file.hash"},
    {"threat_id", "threat_id"},
    {"watchlist_name", "rule.name"},
    {"watchlists.name", "rule.name"},
    {"report_name", "rule.name"},
    {"interface_ip", "host.ip"},
    {"process_name", "process.name"},
    {"computer_name", "computer"},
    {"remote_ip", "destination"},
    {"remote_port", "destination.port"},
    {"local_ip", "source"},
    {"local_port", "source.port"},
    {"md5", "file.hash"},
    {"sha256", "file.hash"},
    // FireEye
    {"appliance", "observer.name"},
    {"appliance-id", "observer.serial_number"},
    {"alert.name", "rule.name"},
    {"alert.id", "event.id"},
    {"alert.severity", "log.level"},
    {"alert.action", "event.action"},
    {"alert.src.ip", "source"},
    {"alert.src.port", "source.port"},
    {"alert.src.mac", "source.mac"},
    {"alert.src.host", "source.domain"},
    {"alert.src.url", "url"},
    {"alert.src.smtp-mail-from", "email.from.address"},
    {"alert.dst.ip", "destination"},
    {"alert.dst.port", "destination.port"},
    {"alert.dst.mac", "destination.mac"},
    {"alert.dst.smtp-to", "email.to.address"},
    {"alert.smtp-message.subject", "email.subject"},
    {"alert.explanation.protocol", "transport"},
    {"alert.explanation.malware-detected.malware.name", "threat_name"},
    {"alert.explanation.malware-detected.malware.md5sum", "file.hash"},
    {"alert.explanation.malware-detected.malware.sha256", "file.hash"},
    {"alert.explanation.malware-detected.malware.original", "file.name"},
    // Sophos Central
    {"location", "computer"},
    {"dhost", "computer"},
    {"source", "user"},
    {"suser", "user"},
    {"source_info.ip", "host.ip"},
    {"threat", "rule.name"},
    {"group", "rule.category"},
    {"endpoint_id", "agent.id"},
    {"appSha256", "file.hash"},
    {"filePath", "file"},
    {"name", "description"},
    // ESET
    {"hostname", "computer"},
    {"ipv4", "host.ip"},
    {"ipv6", "host.ip"},
    {"source_uuid", "agent.id"},
    {"threat_name", "rule.name"},
    {"threat_type", "rule.category"},
    {"object_uri", "object"},
    {"action_taken", "event.action"},
    {"username", "user"},
    {"user", "user"},
    {"account", "user"},
    {"processname", "executable"},
    {"hash", "file.hash"},
    {"source_address", "source"},
    {"source_port", "source.port"},
    {"target_address", "destination"},
    {"target_port", "destination.port"},
    {"protocol", "transport"},
    {"rule_name", "rule.name"},
    {"rule_id", "rule.id"},
    {"target", "target_account"},
    {"occured", "_"},
    // Okta
    {"eventType", "event.action"},
    {"displayMessage", "message"},
    {"uuid", "event.id"},
    {"actor.alternateId", "user"},
    {"actor.id", "user.id"},
    {"actor.displayName", "user.full_name"},
    {"client.ipAddress", "source"},
    {"client.userAgent.rawUserAgent", "user_agent.original"},
    {"outcome.result", "result"},
    {"outcome.reason", "event.reason"},
    // Duo
    {"access_device.ip", "source"},
    {"access_device.hostname", "source.domain"},
    {"user.key", "user.id"},
    {"application.name", "service.name"},
    {"factor", "method"},
    {"txid", "event.id"},
    {"reason", "event.reason"},
    {"result", "result"},
    // Darktrace, Vectra
    {"model.name", "rule.name"},
    {"model.then.name", "rule.name"},
    {"device.ip", "source"},
    {"device.hostname", "source.domain"},
    {"device.macaddress", "source.mac"},
    {"pbid", "event.id"},
    {"src_ip", "source"},
    {"src_port", "source.port"},
    {"dest_ip", "destination"},
    {"dest_port", "destination.port"},
    {"dd_dst_ip", "destination"},
    {"d_type_vname", "rule.name"},
    {"detection_type", "rule.name"},
    {"headend_addr", "observer.ip"},
    // Cisco Secure Endpoint
    {"computer.hostname", "computer"},
    {"computer.network_addresses.ip", "host.ip"},
    {"computer.network_addresses.mac", "host.mac"},
    {"computer.user", "user"},
    {"connector_guid", "agent.id"},
    {"detection", "rule.name"},
    {"file.file_name", "file.name"},
    {"file.file_path", "file.path"},
    {"file.identity.sha256", "file.hash"},
    {"file.identity.md5", "file.hash"},
    {"file.parent.file_name", "process.name"},
    // Cortex XDR
    {"host_name", "computer"},
    {"host_ip", "host.ip"},
    {"host_ip_list", "host.ip"},
    {"user_name", "user"},
    {"actor_process_image_path", "executable"},
    {"actor_process_command_line", "process.command_line"},
    {"actor_process_image_sha256", "process.hash"},
    {"action_file_path", "file"},
    {"action_file_sha256", "file.hash"},
    {"action_remote_ip", "destination"},
    {"action_remote_port", "destination.port"},
    {"action_local_ip", "source"},
    {"action_local_port", "source.port"},
    {"action_pretty", "event.action"},
    {"alert_id", "event.id"},
    {"description", "message"},
    {"category", "rule.category"},
    {"severity", "log.level"},
    // open-appsec
    {"eventSeverity", "log.level"},
    {"eventData.sourceIP", "source"},
    {"eventData.sourcePort", "source.port"},
    {"eventData.destinationIP", "destination"},
    {"eventData.destinationPort", "destination.port"},
    {"eventData.httpHostName", "url.domain"},
    {"eventData.httpUriPath", "url.path"},
    {"eventData.httpMethod", "http.request.method"},
    {"eventData.httpResponseCode", "http.response.status_code:number"},
    {"eventData.securityAction", "event.action"},
    {"eventData.waapIncidentType", "rule.name"},
    {"eventData.eventReferenceId", "event.id"},
};
constexpr FieldMap kMap(kRows);

/// The path's leaf holds the name of the computer that it is about, as several makers call it.
bool is_computer(const Target* target) {
  return target != nullptr && target->put == Put::vendor && target->name == "computer";
}

/// The end of the string that begins behind a quote: the next quote without an odd number of backslashes before it.
std::size_t end_of_string(std::string_view text, std::size_t from) {
  for (std::size_t at = text.find('"', from); at != std::string_view::npos; at = text.find('"', at + 1)) {
    std::size_t first = at;
    while (first > from && text[first - 1] == '\\') --first;
    if ((at - first) % 2 == 0) return at;
  }
  return std::string_view::npos;
}

/// One walk over the names of members; strings that are values are stepped over.
const Product* product_of(std::string_view text) {
  text = json_front(text);
  std::uint32_t seen = 0;
  for (std::size_t open = text.find('"'); open != std::string_view::npos; open = text.find('"', open)) {
    const std::size_t close = end_of_string(text, open + 1);
    if (close == std::string_view::npos) break;
    std::string_view name = text.substr(open + 1, close - open - 1);
    open = close + 1;
    if (!text.substr(open, 2).starts_with(':') && !text.substr(open, 3).starts_with(" :")) continue;
    if (name.starts_with("kibana.alert.")) name = "kibana";
    const Mark* const mark = kMarkTable.find(name);
    if (mark == nullptr) continue;
    seen |= mark->bits;
    for (std::size_t i = 0; i < std::size(kProducts); ++i) {
      if ((seen >> (2 * i) & 3U) == 3) return &kProducts[i];
    }
  }
  return nullptr;
}

void classify(PayloadWriter& out, Maker maker, std::string_view action, std::string_view result,
              std::string_view kind) {
  const auto is = [](std::string_view text, std::string_view word) {
    return equals_ignoring_case(text, word);
  };
  const bool good = is(result, "success") || is(result, "allow") || is(result, "true");
  const bool bad = is(result, "failure") || is(result, "deny") || is(result, "denied") ||
                   is(result, "fraud") || is(result, "false") || is(result, "failed");
  const Outcome outcome = good ? Outcome::success : bad ? Outcome::failure : Outcome::unknown;
  switch (maker) {
    case Maker::okta:
      if (action == "user.session.start" || action.starts_with("user.authentication."))
        return out.logon({}, outcome);
      if (action == "user.session.end") return out.classify("authentication", "end");
      return out.classify("iam", "info", {}, outcome);
    case Maker::duo:
      return out.logon({}, outcome);
    case Maker::eset:
      if (kind == "Audit_Event") {
        return is(action, "login attempt") || is(action, "login")
                   ? out.logon({}, outcome)
                   : out.classify("configuration", "info", {}, outcome);
      }
      break;
    case Maker::crowdstrike:
      if (kind == "AuthActivityAuditEvent" &&
          (action == "userAuthenticate" || action == "twoFactorAuthenticate"))
        return out.logon({}, outcome);
      if (kind.ends_with("AuditEvent")) return out.classify("configuration", "info", {}, outcome);
      break;
    case Maker::open_appsec:
      out.set("event.kind", "alert");
      out.add("event.category", "web");
      return out.classify("intrusion_detection", is(action, "Prevent") ? "denied" : "info");
    default:
      break;
  }
  if (out.event().find("rule.name") == nullptr) return out.classify("host", "info");
  out.set("event.kind", "alert");
  const bool network = maker == Maker::darktrace || maker == Maker::vectra || maker == Maker::elastic;
  out.classify(network ? "intrusion_detection" : "malware", "info");
}

constexpr std::string_view kStarts[] = {"{", "[{"};
constexpr LogSource kLogSources[] = {{"okta", "", "okta"}, {"", "antivirus", ""}, {"openappsec", "", ""}};

/// Alerts and logons of security products' consoles as JSON. What their members are called differs enough that one table
/// knows them all; what stands in no row is kept under vendor.*.
void parse_security_json(PayloadWriter& out) {
  const Product* const product = product_of(out.text());
  if (!put_json(out, kMap)) return;
  if (product == nullptr) return;
  std::string_view action, result, kind;
  for (const JsonField& leaf : json_scratch().leaves) {
    if (is_computer(kMap.find(leaf.path)) && !leaf.value.empty()) out.set("host.name", leaf.value);
    if (is_any(leaf.path, {"eventType", "event.OperationName", "action", "eventData.securityAction"})) action = leaf.value;
    if (is_any(leaf.path, {"outcome.result", "result", "event.Success"})) result = leaf.value;
    if (is_any(leaf.path, {"event_type", "metadata.eventType"})) kind = leaf.value;
    if (product->maker == Maker::eset && leaf.path == "target" && out.event().find("user.name") == nullptr)
      out.add("user.name", leaf.value);
  }
  out.observer(product->vendor, product->product, product->type);
  if (product->maker == Maker::okta) out.log_source("okta", {}, "okta");
  if (product->maker == Maker::open_appsec) out.log_source("openappsec", {}, {});
  if (product->type == "antivirus") out.log_source({}, "antivirus", {});
  classify(out, product->maker, action, result, kind);
}

constexpr std::string_view kJsonMarks[] = {
    "kibana", "metadata\"", "threatInfo\"", "device_name\"", "cb_server\"", "appliance-id\"", "customer_id\"",
    "source_uuid\"", "displayMessage\"", "access_device\"", "breachUrl\"", "headend_addr\"", "connector_guid\"",
    "alert_id\"", "waapIncidentType\""};

}  // namespace

extern const FormatSpec kFormat_security_json = {
    .number = Format{112},
    .name = "security_json",
    .title =
        "Elastic alerts, CrowdStrike, SentinelOne, Carbon Black, FireEye, Sophos Central, ESET, Okta, Duo, "
        "Darktrace, Vectra, Cortex, open-appsec",
    .sample =
        R"({"event_type":"Threat_Event","ipv4":"10.1.0.7","hostname":"pc7","source_uuid":"5c4f","occured":"20-Nov-2026 06:59:00","severity":"Warning","threat_type":"test file","threat_name":"Eicar","object_uri":"file:///C:/a.com","action_taken":"cleaned by deleting","username":"LAB\\amy"})",
    .rank = 34,
    .starts = kStarts,
    .claims = [](const SyslogHeader&, std::string_view text) { return product_of(text) != nullptr; },
    .json_marks = kJsonMarks,
    .parse = parse_security_json,
    .time = [](const SyslogHeader&, std::string_view text, int zone) { return peek_json_time(text, zone); },
    .kinds = Kind::device,
    .kinds_of =
        [](const SyslogHeader&, std::string_view text) {
          const Product* const product = product_of(text);
          return product == nullptr ? Kinds() : product->kinds;
        },
    .log_sources = kLogSources,
    .writing = Writing::json,
    .own_action = true,
};

}  // namespace vigil
