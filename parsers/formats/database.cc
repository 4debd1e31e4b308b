#include "parsers/format.h"

#include "parsers/database_lines.h"
#include "parsers/payload_text.h"
#include "parsers/server_text.h"

namespace vigil {
namespace {

constexpr std::string_view kPrograms[] = {"MSSQLSERVER",  "sqlservr", "mongod", "mongos", "redis",
                                          "redis-server", "Oracle",   "oracle", "tnslsnr"};
constexpr LogSource kLogSources[] = {{"*", "", "*"}, {"", "database", ""}};

bool claims_database(const SyslogHeader& header, std::string_view text) {
  switch (text.front()) {
    case '{':
      return is_mongo_json(text);
    case 'L':
    case 'O':
    case 'S':
    case 'A':
      if (is_oracle_audit(text)) return true;
      break;
    default:
      if (is_digit(text.front()) && (is_oracle_listener(text) || is_redis_line(text))) return true;
  }
  for (const std::string_view program : kPrograms) {
    if (header.app.starts_with(program)) return true;
  }
  return false;
}

/// SQL Server, MongoDB, Redis and Oracle by syslog.
void parse(PayloadWriter& out) {
  out.log_source({}, "database", {});
  add_linux_service(out);
  if (parse_database(out, out.text())) return;
  if (!read_mssql_text(out, trim(out.text()))) out.add("event.category", "database");
}

constexpr std::string_view kJsonMarks[] = {"$date\"", "atype\""};

}  // namespace

extern const FormatSpec kFormat_database = {
    .number = Format{84},
    .name = "database",
    .title = "SQL Server, MongoDB, Redis, Oracle by syslog; MongoDB's JSON",
    .sample =
        R"({"t":{"$date":"2026-11-20T14:59:00.123+08:00"},"s":"I","c":"ACCESS","id":20249,"ctx":"conn7","msg":"Authentication failed","attr":{"mechanism":"SCRAM-SHA-256","principalName":"admin","authenticationDatabase":"admin","remote":"203.0.113.9:50022"}})",
    .rank = 46,
    .programs = kPrograms,
    .first_bytes = "{LSAO0123456789",
    .claims = claims_database,
    .json_marks = kJsonMarks,
    .parse = parse,
    .time = [](const SyslogHeader&, std::string_view text, int zone) { return database_time(text, zone); },
    .kinds_of =
        [](const SyslogHeader&, std::string_view text) {
          return is_database_logon(text) ? Kind::application | Kind::logon : Kinds(Kind::application);
        },
    .log_sources = kLogSources,
};

}  // namespace vigil
