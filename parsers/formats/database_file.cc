#include "parsers/format.h"

#include "parsers/database_lines.h"

namespace vigil {
namespace {

constexpr LogSource kLogSources[] = {{"*", "", ""}, {"", "database", ""}};

/// MongoDB's log before 4.4: lines that begin with a time and a letter that is no host.
void parse(PayloadWriter& out) {
  out.log_source({}, "database", {});
  parse_database(out, out.text());
}

}  // namespace

extern const FormatSpec kFormat_database_file = {
    .number = Format{85},
    .name = "database_file",
    .title = "MongoDB's text log",
    .sample =
        R"(2026-11-20T14:59:00.123+0800 I ACCESS   [conn7] SCRAM-SHA-256 authentication failed for bob on admin from client 203.0.113.9:50022 ; UserNotFound: Could not find user)",
    .reads = Reads::line,
    .rank = 44,
    .first_bytes = "0123456789",
    .claims = [](const SyslogHeader&,
                 std::string_view line) { return is_mongo_line(line); },
    .parse = parse,
    .time = [](const SyslogHeader&, std::string_view text, int zone) { return database_time(text, zone); },
    .kinds_of =
        [](const SyslogHeader&, std::string_view text) {
          return is_database_logon(text) ? Kind::application | Kind::logon : Kinds(Kind::application);
        },
    .log_sources = kLogSources,
};

}  // namespace vigil
