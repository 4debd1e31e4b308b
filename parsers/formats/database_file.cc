#include "parsers/format.h"

#include "parsers/database_lines.h"

namespace vigil {
namespace {

constexpr LogSource kLogSources[] = {{"*", "", ""}, {"", "database", ""}};

/// SQL Server's ERRORLOG, and MongoDB's log before 4.4: lines that begin with a time and a word that is no host.
void parse(PayloadWriter& out) {
  out.log_source({}, "database", {});
  parse_database(out, out.text());
}

}  // namespace

extern const FormatSpec kFormat_database_file = {
    .number = Format{85},
    .name = "database_file",
    .title = "SQL Server's ERRORLOG, MongoDB's text log",
    .sample =
        R"(2026-11-20 14:59:00.12 Logon       Login failed for user 'sa'. Reason: Password did not match that for the login provided. [CLIENT: 203.0.113.9])",
    .reads = Reads::line,
    .rank = 44,
    .first_bytes = "0123456789",
    .claims = [](const SyslogHeader&,
                 std::string_view line) { return is_mssql_line(line) || is_mongo_line(line); },
    .parse = parse,
    .time = [](const SyslogHeader&, std::string_view text, int zone) { return database_time(text, zone); },
    .kinds_of =
        [](const SyslogHeader&, std::string_view text) {
          return is_database_logon(text) ? Kind::application | Kind::logon : Kinds(Kind::application);
        },
    .log_sources = kLogSources,
};

}  // namespace vigil
