#include "parsers/mssql_text.h"

#include "parsers/field_target.h"
#include "parsers/payload_text.h"
#include "parsers/text_template.h"

namespace vigil {
namespace {

constexpr TextRow kLogons[] = {
    {"Login failed for user '{user}'.[ Reason: {event.reason}] \\[CLIENT: {source}\\]", "authentication",
     "start", "sql_login", Outcome::failure},
    {"Login failed for user '{user}'.", "authentication", "start", "sql_login", Outcome::failure},
    {"Login failed. {event.reason} \\[CLIENT: {source}\\]", "authentication", "start", "sql_login",
     Outcome::failure},
    {"Login succeeded for user '{user}'. Connection made using {method}. \\[CLIENT: {source}\\]",
     "authentication", "start", "sql_login", Outcome::success},
    {"Login succeeded for user '{user}'.", "authentication", "start", "sql_login", Outcome::success},
    {"SSPI handshake failed with error code {code}, {event.reason} \\[CLIENT: {source}\\]", "authentication",
     "start", "sql_login", Outcome::failure},
    {"使用者 '{user}' 登入失敗。[ 原因: {event.reason}] \\[用戶端: {source}\\]", "authentication", "start",
     "sql_login", Outcome::failure},
    {"使用者 '{user}' 登入失敗。", "authentication", "start", "sql_login", Outcome::failure},
    {"登入失敗。{event.reason} \\[用戶端: {source}\\]", "authentication", "start", "sql_login",
     Outcome::failure},
    {"使用者 '{user}' 登入成功。[{method}] \\[用戶端: {source}\\]", "authentication", "start", "sql_login",
     Outcome::success},
    {"使用者 '{user}' 的登入成功。[{method}] \\[用戶端: {source}\\]", "authentication", "start", "sql_login",
     Outcome::success},
};

/// The value of `key` ("succeeded:") at the beginning of a line, or behind a blank where lines were put into one.
std::string_view audit_value(std::string_view text, std::string_view key) {
  for (std::size_t at = text.find(key); at != std::string_view::npos; at = text.find(key, at + 1)) {
    if (at != 0 && text[at - 1] != '\n' && text[at - 1] != ' ') continue;
    const std::string_view rest = text.substr(at + key.size());
    const bool lines = text.find('\n') != std::string_view::npos;
    return trim(rest.substr(0, rest.find(lines ? '\n' : ' ')));
  }
  return {};
}

/// SQL Server's codes of actions that are logons (sys.dm_audit_actions).
bool is_logon_action(std::string_view action) {
  return is_any(action, {"LGIS", "LGIF", "LGO", "DBAS", "DBAF"});
}

}  // namespace

bool add_mssql_logon(PayloadWriter& out, std::string_view text) {
  static const TextTable kTable(kLogons);
  return kTable.read(out, text) != nullptr;
}

void add_mssql_audit(PayloadWriter& out, std::string_view text) {
  std::string_view user = audit_value(text, "server_principal_name:");
  if (user.empty()) user = audit_value(text, "session_server_principal_name:");
  if (const std::size_t slash = user.find('\\'); slash != std::string_view::npos) {
    out.set("user.domain", user.substr(0, slash));
    user.remove_prefix(slash + 1);
  }
  out.set("user.name", user);
  out.set("user.id", audit_value(text, "server_principal_sid:"));
  if (const std::string_view address = audit_value(text, "client_ip:"); !plain_address(address).empty()) {
    out.add_endpoint(Side::source, address);
  }
  put(out, target_of("event.duration:ms"), audit_value(text, "duration_milliseconds:"));
  out.set("process.pid", out.event().text_of("winlog.process.pid"), ValueType::integer);
  constexpr std::string_view kKept[] = {
      "action_id:",        "database_name:", "schema_name:",          "object_name:",  "statement:",
      "application_name:", "host_name:",     "server_instance_name:", "affected_rows:"};
  for (const std::string_view key : kKept) {
    const std::string_view value = audit_value(text, key);
    if (!value.empty()) out.add_vendor(key.substr(0, key.size() - 1), value);
  }
  const std::string_view action = audit_value(text, "action_id:");
  const Outcome outcome = audit_value(text, "succeeded:") == "true" ? Outcome::success : Outcome::failure;
  const bool told = out.event().find("event.outcome") != nullptr;
  if (is_logon_action(action)) {
    out.logon("sql_login", told ? Outcome::none : outcome, action == "LGO" ? "end" : "start");
  } else {
    out.classify("database", "access", "sql_audit", told ? Outcome::none : outcome);
  }
}

}  // namespace vigil
