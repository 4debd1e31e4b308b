#include "parsers/field_target.h"
#include "parsers/format.h"
#include "parsers/json_fields.h"
#include "parsers/payload_text.h"
#include "parsers/payload_time.h"

namespace vigil {
namespace {

constexpr FieldRow kRows[] = {
    {"timestamp", "_"},
    {"rule.level", "event.severity"},
    {"rule.id", "rule.id"},
    {"rule.description", "rule.description"},
    {"rule.groups", "rule.category"},
    {"rule.mitre.id", "threat.technique.id"},
    {"rule.mitre.technique", "threat.technique.name"},
    {"rule.mitre.tactic", "threat.tactic.name"},
    {"agent.id", "agent.id"},
    {"agent.name", "host.name"},
    {"agent.ip", "host.ip"},
    {"manager.name", "observer.name"},
    {"decoder.name", "decoder"},
    {"full_log", "message"},
    {"location", "log.file.path"},
    {"id", "event.id"},
    {"data.srcip", "source"},
    {"data.srcport", "source.port"},
    {"data.srcuser", "user"},
    {"data.dstip", "destination"},
    {"data.dstport", "destination.port"},
    {"data.dstuser", "user"},
    {"data.protocol", "transport"},
    {"data.url", "url"},
    {"data.id", "response_code"},
    {"data.status", "event.reason"},
    {"data.win.system.computer", "host.name"},
    {"data.win.system.eventID", "event.code"},
    {"data.win.system.channel", "winlog.channel"},
    {"data.win.system.providerName", "winlog.provider_name"},
    {"data.win.system.eventRecordID", "winlog.record_id"},
    {"data.win.system.message", "win_message"},
    {"data.win.eventdata.ipAddress", "source"},
    {"data.win.eventdata.ipPort", "source.port"},
    {"data.win.eventdata.targetUserName", "user"},
    {"data.win.eventdata.targetDomainName", "user.domain"},
    {"data.win.eventdata.image", "executable"},
    {"data.win.eventdata.commandLine", "process.command_line"},
    {"data.alert.signature", "signature"},
    {"data.src_ip", "source"},
    {"data.src_port", "source.port"},
    {"data.dest_ip", "destination"},
    {"data.dest_port", "destination.port"},
    {"data.proto", "transport"},
    {"syscheck.path", "file"},
    {"syscheck.event", "event.action"},
    {"syscheck.size_after", "file.size"},
    {"syscheck.md5_after", "file.hash"},
    {"syscheck.sha1_after", "file.hash"},
    {"syscheck.sha256_after", "file.hash"},
    {"syscheck.uname_after", "file.owner"},
    {"srcip", "source"},
    {"dstip", "destination"},
    {"srcuser", "user"},
    {"dstuser", "user"},
};
constexpr FieldMap kMap(kRows);
constexpr std::string_view kStarts[] = {"{"};
constexpr LogSource kLogSources[] = {{"wazuh", "", ""}};

bool claims_wazuh(const SyslogHeader&, std::string_view text) {
  const std::string_view front = json_front(text);
  if (!contains(front, "\"rule\"") || !contains(front, "\"level\"")) return false;
  return contains(front, "\"decoder\"") || (contains(front, "\"manager\"") && contains(front, "\"agent\"")) ||
         (contains(front, "\"full_log\"") && contains(front, "\"location\""));
}

/// Wazuh's alerts.json and OSSEC's jsonout: the rule that fired, the agent it happened on, the log that made it fire. The
/// groups of the rule tell logons.
void parse_wazuh(PayloadWriter& out) {
  if (!put_json(out, kMap)) return;
  out.observer("Wazuh", "Wazuh", "ids");
  out.log_source("wazuh", {}, {});
  bool success = false, failure = false;
  for (const JsonField& leaf : json_scratch().leaves) {
    if (leaf.path == "rule.description" || leaf.path == "rule.comment") {
      if (out.event().find("rule.name") == nullptr) out.alert(leaf.value);
    }
    if (leaf.path == "agent.name" || leaf.path == "data.win.system.computer")
      out.set("host.name", leaf.value);
    if (leaf.path != "rule.groups" && leaf.path != "rule.group") continue;
    success = success || leaf.value == "authentication_success";
    failure = failure || is_any(leaf.value, {"authentication_failed", "authentication_failures",
                                             "invalid_login", "win_authentication_failed"});
  }
  out.set("event.kind", "alert");
  if (success) return out.logon("login", Outcome::success);
  if (failure) return out.logon("login", Outcome::failure);
  out.classify("intrusion_detection", "info");
}

constexpr std::string_view kJsonMarks[] = {"rule\""};

}  // namespace

extern const FormatSpec kFormat_wazuh = {
    .number = Format{109},
    .name = "wazuh",
    .title = "Wazuh and OSSEC alerts as JSON",
    .sample =
        R"({"timestamp":"2026-11-20T14:59:00.123+0800","rule":{"level":5,"description":"sshd: authentication failed.","id":"5760","groups":["syslog","sshd","authentication_failed"]},"agent":{"id":"003","name":"web1"},"manager":{"name":"wz"},"data":{"srcip":"203.0.113.9"}})",
    .rank = 33,
    .starts = kStarts,
    .claims = claims_wazuh,
    .json_marks = kJsonMarks,
    .parse = parse_wazuh,
    .time = [](const SyslogHeader&, std::string_view text, int zone) { return peek_json_time(text, zone); },
    .kinds = Kind::device,
    .log_sources = kLogSources,
    .writing = Writing::json,
};

}  // namespace vigil
