#include "parsers/format.h"

#include "parsers/postgresql_lines.h"
#include "parsers/server_text.h"

namespace vigil {
namespace {

constexpr std::string_view kPrograms[] = {"postgres", "postgresql", "postmaster"};
constexpr std::string_view kStarts[] = {"{"};
constexpr LogSource kLogSources[] = {{"linux", "", "syslog"}, {"postgresql", "", ""}, {"", "database", ""}};

/// PostgreSQL by syslog (log_destination = syslog), and jsonlog.
void parse(PayloadWriter& out) {
  out.log_source("postgresql", {}, {});
  out.log_source({}, "database", {});
  add_linux_service(out);
  parse_postgresql(out, out.text());
}

constexpr std::string_view kJsonMarks[] = {"error_severity\""};

}  // namespace

extern const FormatSpec kFormat_postgresql = {
    .number = Format{82},
    .name = "postgresql",
    .title = "PostgreSQL: syslog, jsonlog",
    .sample =
        R"([3-1] 2026-11-20 14:59:00.123 CST [7] bob@school FATAL:  password authentication failed for user "bob")",
    .rank = 31,
    .programs = kPrograms,
    .starts = kStarts,
    .claims =
        [](const SyslogHeader& header, std::string_view text) {
          return header.app.starts_with("post") || is_postgresql_json(text);
        },
    .json_marks = kJsonMarks,
    .parse = parse,
    .time = [](const SyslogHeader&, std::string_view text, int zone) { return postgresql_time(text, zone); },
    .kinds_of =
        [](const SyslogHeader&, std::string_view text) {
          return tells_of_postgresql_logon(text) ? Kind::application | Kind::logon : Kinds(Kind::application);
        },
    .log_sources = kLogSources,
};

}  // namespace vigil
