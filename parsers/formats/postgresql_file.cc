#include "parsers/format.h"

#include "parsers/postgresql_lines.h"

namespace vigil {
namespace {

constexpr LogSource kLogSources[] = {{"postgresql", "", ""}, {"", "database", ""}};

/// Lines of PostgreSQL's own files: stderr with any log_line_prefix that begins with a time, and csvlog.
void parse(PayloadWriter& out) {
  out.log_source("postgresql", {}, {});
  out.log_source({}, "database", {});
  parse_postgresql(out, out.text());
}

}  // namespace

extern const FormatSpec kFormat_postgresql_file = {
    .number = Format{83},
    .name = "postgresql_file",
    .title = "PostgreSQL: its own files",
    .sample =
        R"(2026-11-20 14:59:00.123 CST [7] bob@school FATAL:  password authentication failed for user "bob")",
    .reads = Reads::line,
    .rank = 41,
    .first_bytes = "0123456789",
    .claims = [](const SyslogHeader&, std::string_view line) { return is_postgresql_line(line); },
    .parse = parse,
    .time = [](const SyslogHeader&, std::string_view text, int zone) { return postgresql_time(text, zone); },
    .kinds_of =
        [](const SyslogHeader&, std::string_view text) {
          return tells_of_postgresql_logon(text) ? Kind::application | Kind::logon : Kinds(Kind::application);
        },
    .log_sources = kLogSources,
};

}  // namespace vigil
