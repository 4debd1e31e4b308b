#include "parsers/format.h"

#include "parsers/audit_record.h"

namespace vigil {
namespace {

constexpr std::string_view kStarts[] = {"type=", "node="};
constexpr LogSource kLogSources[] = {{"linux", "", "auditd"}, {"linux", "process_creation", ""}};

/// Lines of /var/log/audit/audit.log, whose "type=X msg=audit(…):" a syslog header's reader takes for a tag.
void parse(PayloadWriter& out) { parse_audit_record(out, find_audit_record(out.text())); }

constexpr std::string_view kDerived[] = {"destination.", "file.", "process.", "user.", "vendor."};

}  // namespace

extern const FormatSpec kFormat_auditd_file = {
    .number = Format{87},
    .name = "auditd_file",
    .title = "Linux audit's own file",
    .sample =
        R"(type=USER_CMD msg=audit(1795157940.123:329): pid=4151 uid=1000 auid=1000 ses=7 msg='cwd="/" cmd=6964202D75 terminal=pts/0 res=success')",
    .reads = Reads::line,
    .rank = 20,
    .starts = kStarts,
    .claims = [](const SyslogHeader&,
                 std::string_view line) { return !find_audit_record(line).seconds.empty(); },
    .parse = parse,
    .time = [](const SyslogHeader&, std::string_view text, int) { return audit_time(text); },
    .kinds_of =
        [](const SyslogHeader&, std::string_view text) {
          return is_audit_logon(text) ? Kind::os | Kind::logon : Kinds(Kind::os);
        },
    .log_sources = kLogSources,
    .derived = kDerived,
};

}  // namespace vigil
