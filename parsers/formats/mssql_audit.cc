#include "parsers/format.h"

#include "parsers/field_target.h"
#include "parsers/payload_text.h"
#include "parsers/payload_time.h"
#include "parsers/server_text.h"

namespace vigil {

extern const FormatSpec kFormat_windows_json;

namespace {

constexpr FieldRow kKeys[] = {
    {"database_name", "database"},
    {"schema_name", "schema"},
    {"object_name", "object"},
    {"statement", "query"},
    {"application_name", "application"},
    {"client_ip", "_"},
    {"action_id", "action_id"},
    {"session_id", "session_id"},
    {"class_type", "class_type"},
    {"server_instance_name", "instance"},
    {"host_name", "client_host"},
    {"affected_rows", "affected_rows"},
    {"database_principal_name", "database_principal"},
    {"target_server_principal_name", "user.target"},
};
constexpr FieldMap kMap(kKeys);

constexpr std::string_view kStarts[] = {"{"};
constexpr LogSource kLogSources[] = {
    {"windows", "", "*"}, {"windows", "*", ""}, {"mssql", "", "audit"}, {"", "database", ""}};

/// The audit's action_id: LGIS a logon, LGIF a failed one, LGO a logoff; others are statements.
void classify(PayloadWriter& out, std::string_view action, std::string_view succeeded) {
  const Outcome outcome = succeeded == "false" ? Outcome::failure : Outcome::success;
  if (action == "LGIS" || action == "LGIF")
    return out.logon("mssql_login", action == "LGIF" ? Outcome::failure : Outcome::success);
  if (action == "LGO" || action == "LGOS") return out.classify("session", "end", "mssql_logoff", outcome);
  const bool change =
      is_any(action, {"CR", "DR", "AL", "G", "R", "D", "ADDM", "APRL", "DPRL", "PWC", "PWR", "PWCS"});
  out.classify(change ? "iam" : "database", change ? "change" : "access", "mssql_audit", outcome);
}

/// SQL Server's audit in the Windows event log (event 33205, whatever the log): a text of "name:value" lines.
void parse_mssql_audit(PayloadWriter& out) {
  kFormat_windows_json.parse(out);
  out.log_source("mssql", {}, "audit");
  out.log_source({}, "database", {});
  Event& event = out.event();
  std::string_view text = event.text_of("winlog.event_data.param1");
  if (text.empty()) text = event.text_of("message");
  text = text.substr(std::min(text.find("audit_schema_version:"), text.size()));
  if (const std::string_view pid = event.text_of("winlog.process.pid"); !pid.empty())
    out.set("process.pid", pid, ValueType::integer);
  if (const std::string_view thread = event.text_of("winlog.process.thread.id"); !thread.empty())
    out.add_number("process.thread.id", thread);
  const FieldTable table = kMap;
  std::string_view action, succeeded, principal, session_principal;
  while (!text.empty()) {
    std::string_view line = take_until(text, '\n');
    const std::string_view key = trim(take_until(line, ':'));
    const std::string_view value = trim(line);
    if (key == "action_id") action = value;
    if (key == "succeeded") succeeded = value;
    if (key == "server_principal_name") principal = value;
    if (key == "session_server_principal_name") session_principal = value;
    if (key == "server_principal_sid") out.set("user.id", value);
    if (key == "duration_milliseconds" && all_digits(value)) add_duration(out, value, 1'000'000);
    if (key == "client_ip" && value != "local machine") out.add_endpoint(Side::source, value);
    if (const Target* target = table.find(key); target != nullptr && !value.empty()) put(out, *target, value);
  }
  // Who acts; Windows' own "user" is the service's account.
  if (principal.empty()) principal = session_principal;
  if (const std::size_t slash = principal.find('\\'); slash != std::string_view::npos) {
    out.set("user.domain", principal.substr(0, slash));
    principal.remove_prefix(slash + 1);
  }
  out.set("user.name", principal);
  if (!action.empty()) classify(out, action, succeeded);
}

}  // namespace

extern const FormatSpec kFormat_mssql_audit = {
    .number = Format{91},
    .name = "mssql_audit",
    .title = "SQL Server's audit in the Windows event log",
    .sample =
        R"({"event_id":"33205","provider_name":"MSSQLSERVER$AUDIT","winlog":{"event_data":{"param1":"audit_schema_version:1\naction_id:LGIF\nsucceeded:false\nserver_principal_name:sa\nclient_ip:203.0.113.9"}}})",
    .rank = 6,
    .starts = kStarts,
    .claims =
        [](const SyslogHeader&, std::string_view text) {
          const std::string_view front = text.substr(0, 16 * 1024);
          return contains(front, "$AUDIT\"") && contains(front, "audit_schema_version:");
        },
    .parse = parse_mssql_audit,
    .time = [](const SyslogHeader& header, std::string_view text,
               int zone) { return kFormat_windows_json.time(header, text, zone); },
    .kinds_of =
        [](const SyslogHeader&, std::string_view text) {
          const bool logon = contains(text, "action_id:LGI");
          return logon ? Kind::application | Kind::logon : Kinds(Kind::application);
        },
    .log_sources = kLogSources,
    .writing = Writing::json,
};

}  // namespace vigil
