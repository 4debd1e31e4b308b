#include "parsers/field_target.h"
#include "parsers/format.h"
#include "parsers/key_value.h"
#include "parsers/payload_text.h"

namespace vigil {
namespace {

constexpr FieldRow kRows[] = {
    // Carbon Black App Control
    {"text", "message"},
    {"hostname", "host"},
    {"username", "user"},
    {"ip_address", "host.ip"},
    {"process", "executable"},
    {"file_path", "file.path"},
    {"file_name", "file.name"},
    {"file_hash", "file.hash"},
    {"rule_name", "rule.name"},
    {"policy", "rule.ruleset"},
    {"process_key", "process.entity_id"},
    // McAfee Network Security Platform
    {"attack_name", "rule.name"},
    {"attackid", "rule.id"},
    {"alertid", "event.id"},
    {"alert_uuid", "event.id"},
    {"attack_severity", "log.level"},
    {"source_ip", "source"},
    {"source_port", "source.port"},
    {"destination_ip", "destination"},
    {"destination_port", "destination.port"},
    {"network_protocol", "transport"},
    {"app_protocol", "network.protocol:lower"},
    {"interface", "observer.ingress.interface.name"},
    {"sensor_name", "observer.name"},
    {"result_status", "event.action"},
    {"acl_action", "event.action"},
    {"audit_action", "event.action"},
    {"user", "user"},
    {"direction", "network.direction:lower"},
    {"malware_file_name", "file.name"},
    {"malware_file_md5_hash", "file.hash"},
};
constexpr FieldMap kMap(kRows);

constexpr std::string_view kPrograms[] = {"SyslogAlertForwarder", "SyslogAuditLogForwarder",
                                          "SyslogACLLogForwarder", "SyslogFaultForwarder",
                                          "SyslogFirewallForwarder"};
constexpr std::string_view kStarts[] = {
    "Carbon Black App Control event:", "Carbon Black Protection event:", "Bit9 event:"};

void parse_security_pairs(PayloadWriter& out) {
  const bool nsp = out.header().app.starts_with("Syslog");
  out.observer(nsp ? "Trellix" : "VMware", nsp ? "Network Security Platform" : "Carbon Black App Control",
               nsp ? "ids" : "antivirus");
  put_pairs(out, out.text(), kMap);
  const bool alert = out.event().find("rule.name") != nullptr;
  if (alert) out.set("event.kind", "alert");
  if (nsp) return out.classify(alert ? "intrusion_detection" : "network", "info");
  out.classify("host", "info");
}

}  // namespace

extern const FormatSpec kFormat_security_pairs = {
    .number = Format{113},
    .name = "security_pairs",
    .title = "McAfee Network Security Platform, Carbon Black App Control",
    .sample =
        R"(Carbon Black App Control event: text="File 'c:\a.exe' was blocked" type="Policy Enforcement" hostname="LAB\pc7" username="LAB\amy" ip_address="10.1.0.7" process="c:\windows\explorer.exe")",
    .rank = 25,
    .programs = kPrograms,
    .starts = kStarts,
    .parse = parse_security_pairs,
    .kinds = Kind::device,
    .own_action = true,
};

}  // namespace vigil
