// Programs that look into mails between the servers: amavis (amavisd-new) and MailScanner.

#include "parsers/device_text.h"
#include "parsers/format.h"
#include "parsers/text_template.h"

namespace vigil {
namespace {

constexpr std::string_view kPrograms[] = {"amavis", "amavisd", "MailScanner"};
constexpr LogSource kLogSources[] = {{"linux", "", "syslog"}, {"", "antivirus", ""}};

// clang-format off
constexpr TextRow kLines[] = {
    // amavis: what was done, what was found, where it came from
    {"({session|word}) Blocked INFECTED ({rule.name}) \\{{actions}\\}, \\[{source|ip}\\]:{source.port|number} [\\[{last_hop}\\] ]<{email.from.address}> -> <{email.to.address}>", "malware", "denied", "malware_found"},
    {"({session|word}) Blocked BANNED ({rule.name}) \\{{actions}\\}, \\[{source|ip}\\]:{source.port|number} [\\[{last_hop}\\] ]<{email.from.address}> -> <{email.to.address}>", "email", "denied", "banned_file"},
    {"({session|word}) Blocked {verdict|word} \\{{actions}\\}, \\[{source|ip}\\]:{source.port|number} [\\[{last_hop}\\] ]<{email.from.address}> -> <{email.to.address}>", "email", "denied", "mail_blocked"},
    {"({session|word}) Passed INFECTED ({rule.name}) \\{{actions}\\}, \\[{source|ip}\\]:{source.port|number} [\\[{last_hop}\\] ]<{email.from.address}> -> <{email.to.address}>", "malware", "allowed", "malware_passed"},
    {"({session|word}) Passed {verdict|word} \\{{actions}\\}, \\[{source|ip}\\]:{source.port|number} [\\[{last_hop}\\] ]<{email.from.address}> -> <{email.to.address}>", "email", "allowed", "mail_passed"},
    // MailScanner
    {"Message {email.local_id|word} from {source|ip} ({email.from.address}) to {domain|word} is spam ({event.reason})", "email", "denied", "spam"},
    {"Message {email.local_id|word} from {source|ip} ({email.from.address}) to {domain|word} is spam, {event.reason}", "email", "denied", "spam"},
    {"Message {email.local_id|word} from {source|ip} ({email.from.address}) to {domain|word} is not spam", "email", "allowed", "no_spam"},
    {"Infected message {email.local_id|word} came from {source|ip}", "malware", "denied", "malware_found"},
};
// clang-format on

const TextTable& lines() {
  static const TextTable table(kLines);
  return table;
}

bool claims_filter(const SyslogHeader&, std::string_view text) { return lines().find(text) != nullptr; }

void parse_filter(PayloadWriter& out) {
  if (lines().read(out, out.text()) == nullptr) return;
  const bool scanner = out.event().text_of("process.name") == "MailScanner";
  out.observer(scanner ? "MailScanner" : "amavis", scanner ? "MailScanner" : "amavis", "mail");
  if (out.event().text_of("event.category") == "malware") {
    out.set("event.kind", "alert");
    out.log_source({}, "antivirus", {});
  }
}

}  // namespace

extern const FormatSpec kFormat_mail_filter = {
    .number = Format{124},
    .name = "mail_filter",
    .title = "mail filters: amavis, MailScanner",
    .sample =
        R"((00099-01) Blocked INFECTED (Eicar-Test-Signature) {DiscardedInbound,Quarantined}, [203.0.113.9]:1434 [203.0.113.9] <a@example.org> -> <b@example.net>, quarantine: virus-x, Queue-ID: 83B7)",
    .rank = 18,
    .programs = kPrograms,
    .claims = claims_filter,
    .parse = parse_filter,
    .kinds = Kind::application | Kind::device,
    .log_sources = kLogSources,
};

}  // namespace vigil
