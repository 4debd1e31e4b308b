#include "parsers/mysql_lines.h"

#include "parsers/format.h"
#include "parsers/server_text.h"

namespace vigil {
namespace {

constexpr std::string_view kPrograms[] = {"mysqld",  "mariadbd",    "mysql",
                                          "mariadb", "mysqld_safe", "mysql-server"};
constexpr std::string_view kStarts[] = {"# User@Host: ", "# Time: ", "<AUDIT_RECORD", "{", "[{"};
constexpr LogSource kLogSources[] = {{"linux", "", "syslog"}, {"mysql", "", "*"}, {"", "database", ""}};

bool claims_mysql(const SyslogHeader& header, std::string_view text) {
  // Programs of those names also run clients, but none of them writes to syslog.
  return is_mysql_record(text) || header.app.starts_with("mysql") || header.app.starts_with("mariadb");
}

/// MySQL, MariaDB, Percona Server by syslog, records of the audit plugins (JSON, XML, and MariaDB's columns), and entries
/// of the slow query log, which are several lines.
void parse(PayloadWriter& out) {
  out.log_source("mysql", {}, {});
  out.log_source({}, "database", {});
  add_linux_service(out);
  parse_mysql(out, out.text());
}

/// Connections are logons; the rest of what the audit writes is not.
Kinds mysql_kinds(const SyslogHeader&, std::string_view text) {
  const std::string_view front = text.substr(0, 256);
  const bool logon = front.find("\"connect\"") != std::string_view::npos ||
                     front.find("Connect\"") != std::string_view::npos ||
                     front.find("CONNECT,") != std::string_view::npos ||
                     front.find("Access denied for") != std::string_view::npos;
  return logon ? Kind::application | Kind::logon : Kinds(Kind::application);
}

constexpr std::string_view kDerived[] = {"process.command_line", "process.name"};

constexpr std::string_view kJsonMarks[] = {"audit_record\"", "connection_id\""};

}  // namespace

extern const FormatSpec kFormat_mysql = {
    .number = Format{80},
    .name = "mysql",
    .title = "MySQL, MariaDB: syslog, audit, slow queries",
    .sample = R"(# User@Host: app[app] @ localhost [203.0.113.9]  Id: 7)",
    .rank = 30,
    .programs = kPrograms,
    .starts = kStarts,
    .claims = claims_mysql,
    .json_marks = kJsonMarks,
    .parse = parse,
    .time = [](const SyslogHeader&, std::string_view text, int zone) { return mysql_time(text, zone); },
    .kinds_of = mysql_kinds,
    .log_sources = kLogSources,
    .derived = kDerived,
};

}  // namespace vigil
