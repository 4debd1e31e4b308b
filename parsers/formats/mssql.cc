#include "parsers/format.h"

#include "parsers/mssql_text.h"
#include "parsers/payload_text.h"
#include "parsers/payload_time.h"
#include "parsers/text_template.h"

namespace vigil {
namespace {

constexpr std::size_t kTimeSize = 22;  // "2026-11-20 14:59:00.12"

/// "2026-11-20 14:59:00.12 "
bool has_time(std::string_view text) {
  if (text.size() <= kTimeSize || text[kTimeSize] != ' ') return false;
  constexpr std::string_view kShape = "0000-00-00 00:00:00.00";
  for (std::size_t i = 0; i < kShape.size(); ++i) {
    if (kShape[i] == '0' ? !is_digit(text[i]) : text[i] != kShape[i]) return false;
  }
  return true;
}

/// Who speaks, in a column of twelve: Server, Logon, Backup, spid51, spid9s; in Chinese 伺服器, 登入, 備份.
std::string_view source_of(std::string_view text) {
  std::string_view rest = text.substr(kTimeSize + 1);
  return take_word(rest);
}

bool is_source(std::string_view word) {
  if (take_prefix(word, "spid")) {
    take_suffix(word, "s");
    return all_digits(word);
  }
  return is_any(word, {"Server", "Logon", "Backup", "伺服器", "登入", "備份"});
}

/// SQL Server Agent's log: "2026-11-20 14:59:00 - ! [298] SQLServer Error: …"
constexpr std::size_t kAgentTimeSize = 19;
bool is_agent_line(std::string_view text) {
  if (text.size() < kAgentTimeSize + 8 || text[4] != '-' || text[13] != ':') return false;
  std::string_view rest = text.substr(kAgentTimeSize);
  if (!take_prefix(rest, " - ") || std::string_view("!?+").find(rest.front()) == std::string_view::npos)
    return false;
  rest.remove_prefix(1);
  return rest.starts_with(" [") && is_digit(rest.size() > 2 ? rest[2] : ' ');
}

bool claims_mssql(const SyslogHeader&, std::string_view text) {
  return has_time(text) ? is_source(source_of(text)) : is_agent_line(text);
}

std::optional<std::int64_t> mssql_time(const SyslogHeader&, std::string_view text, int zone_minutes) {
  return read_iso_time(text.substr(0, has_time(text) ? kTimeSize : kAgentTimeSize), zone_minutes);
}

constexpr TextRow kLines[] = {
    {"Error: {event.code|number}, Severity: {severity|number}, State: {state|number}.", "database", "error",
     "sql_error"},
    {"Starting up database '{database}'.", "database", "start", "database_started"},
    {"Database '{database}' running the upgrade step", "database", "change", "database_upgraded"},
    {"Setting database option {option} to {value} for database '{database}'.", "configuration", "change",
     "database_option_changed"},
    {"Configuration option '{option}' changed from {old_value|number} to {new_value|number}.",
     "configuration", "change", "option_changed"},
    {"Database backed up. Database: {database}, creation date", "database", "change", "database_backed_up",
     Outcome::success},
    {"Log was backed up. Database: {database}, creation date", "database", "change", "log_backed_up",
     Outcome::success},
    {"BACKUP failed to complete the command {command}", "database", "error", "backup_failed",
     Outcome::failure},
    {"Database was restored: Database: {database}, creation date", "database", "change", "database_restored",
     Outcome::success},
    {"Server is listening on \\[ {listening_on} <{ip_version}> {server.port|number}\\]", "network", "start",
     "listening"},
    {"SQL Server is terminating", "database", "end", "server_stopping"},
    {"SQL Server is now ready for client connections", "database", "start", "server_ready"},
    {"SQL Trace {action_id} was started", "configuration", "change", "trace_started"},
    {"Attempting to load library '{file}' into memory", "library", "start", "library_loaded"},
    {"Using '{file}' version '{version}' to execute extended stored procedure '{procedure}'", "database",
     "access", "extended_procedure_executed"},
};

/// A line of SQL Server's ERRORLOG (or of its agent's log):
///
///   date SP time SP source *SP text
void parse_mssql(PayloadWriter& out) {
  std::string_view text = out.text();
  out.log_source("mssql", {}, {});
  if (has_time(text)) {
    const std::string_view source = source_of(text);
    out.add_vendor("source", source);
    text = trim(text.substr(static_cast<std::size_t>(source.data() + source.size() - text.data())));
  } else if (is_agent_line(text)) {
    text = trim(text.substr(kAgentTimeSize + 3));
  }
  out.set("message", text);
  if (add_mssql_logon(out, text)) return;
  static const TextTable kTable(kLines);
  if (kTable.read(out, text) == nullptr) out.classify("database", "info");
}

constexpr LogSource kLogSources[] = {{"mssql", "", ""}};

constexpr std::string_view kDerived[] = {"event.reason"};

}  // namespace

extern const FormatSpec kFormat_mssql = {
    .number = Format{52},
    .name = "mssql",
    .title = "SQL Server's ERRORLOG",
    .sample =
        "2026-11-20 14:59:00.12 Logon       Login failed for user 'sa'. Reason: Password did not match that "
        "for the login "
        "provided. [CLIENT: 203.0.113.9]",
    .reads = Reads::line,
    .rank = 30,
    .first_bytes = "0123456789",
    .claims = claims_mssql,
    .parse = parse_mssql,
    .time = mssql_time,
    .kinds = Kind::application,
    .log_sources = kLogSources,
    .derived = kDerived,
};

}  // namespace vigil
