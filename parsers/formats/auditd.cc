#include "parsers/format.h"

#include "parsers/audit_record.h"

namespace vigil {
namespace {

constexpr std::string_view kPrograms[] = {"audispd", "audisp-syslog", "auditd", "audit", "kernel"};
constexpr std::string_view kStarts[] = {"type=", "node=", "audit: type="};
constexpr LogSource kLogSources[] = {{"linux", "", "auditd"}, {"linux", "process_creation", ""}};

/// Records of the Linux audit system by syslog: audisp's, and the kernel's own where no auditd runs.
void parse(PayloadWriter& out) { parse_audit_record(out, find_audit_record(out.text())); }

constexpr std::string_view kDerived[] = {"destination.", "file.", "process.", "user.", "vendor."};

}  // namespace

extern const FormatSpec kFormat_auditd = {
    .number = Format{86},
    .name = "auditd",
    .title = "Linux audit by syslog",
    .sample =
        R"(type=USER_LOGIN msg=audit(1795157940.123:421): pid=1298 uid=0 auid=4294967295 ses=4294967295 msg='op=login acct="root" exe="/usr/sbin/sshd" hostname=? addr=203.0.113.9 terminal=sshd res=failed')",
    .rank = 20,
    .programs = kPrograms,
    .starts = kStarts,
    .claims = [](const SyslogHeader&,
                 std::string_view text) { return !find_audit_record(text).seconds.empty(); },
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
