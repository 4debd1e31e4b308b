#include "parsers/format.h"

#include "parsers/mysql_lines.h"
#include "parsers/payload_text.h"

namespace vigil {
namespace {

constexpr LogSource kLogSources[] = {{"mysql", "", "*"}, {"", "database", ""}};

/// Lines of MySQL's, MariaDB's and Percona Server's own files: the error log of all versions, the general log, MariaDB's
/// audit.
void parse(PayloadWriter& out) {
  out.log_source("mysql", {}, {});
  out.log_source({}, "database", {});
  parse_mysql(out, out.text());
}

Kinds file_kinds(const SyslogHeader&, std::string_view text) {
  const std::string_view front = text.substr(0, 128);
  const bool logon =
      contains(front, "Access denied for") || contains(front, "Connect\t") || contains(front, "CONNECT,");
  return logon ? Kind::application | Kind::logon : Kinds(Kind::application);
}

}  // namespace

extern const FormatSpec kFormat_mysql_file = {
    .number = Format{81},
    .name = "mysql_file",
    .title = "MySQL, MariaDB: error log, general log",
    .sample =
        R"(2026-11-20T06:59:00.123456Z 8 [Note] Access denied for user 'root'@'203.0.113.9' (using password: YES))",
    .reads = Reads::line,
    .rank = 40,
    .first_bytes = "0123456789",
    .claims = [](const SyslogHeader&,
                 std::string_view line) { return is_mysql_line(line) || is_mariadb_audit(line); },
    .parse = parse,
    .time = [](const SyslogHeader&, std::string_view text, int zone) { return mysql_time(text, zone); },
    .kinds_of = file_kinds,
    .log_sources = kLogSources,
};

}  // namespace vigil
