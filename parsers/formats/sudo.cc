#include "parsers/format.h"

#include "parsers/payload_text.h"
#include "parsers/text_template.h"

namespace vigil {
namespace {

// "alice : [reason ; ]TTY=pts/0 ; PWD=/home/alice ; USER=root ; [GROUP=… ; ][ENV=… ; ]COMMAND=/bin/ls -l"
// COMMAND is last and may hold " ; " itself.
bool parse_sudo_line(PayloadWriter& out, std::string_view text) {
  const std::size_t colon = text.find(" : ");
  if (colon == std::string_view::npos) return false;
  const std::string_view user = trim(text.substr(0, colon));
  text.remove_prefix(colon + 3);
  if (user.empty() || (!contains(text, "COMMAND=") && !contains(text, "TTY="))) return false;

  std::string_view command, reason;
  if (const std::size_t at = text.find("COMMAND="); at != std::string_view::npos) {
    command = text.substr(at + 8);
    text = text.substr(0, at);
  }
  out.add("user.name", user);
  while (!text.empty()) {
    const std::size_t end = text.find(" ; ");
    std::string_view part = trim(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 3);
    if (take_prefix(part, "USER=")) {
      out.add("user.effective.name", part);
    } else if (take_prefix(part, "PWD=")) {
      out.add("process.working_directory", part);
    } else if (take_prefix(part, "TTY=")) {
      out.add_vendor("tty", part);
    } else if (const std::size_t equals = part.find('='); equals != std::string_view::npos) {
      out.add_vendor(part.substr(0, equals), part.substr(equals + 1));
    } else if (!part.empty() && reason.empty()) {
      reason = part;
    }
  }
  out.add("process.command_line", command);
  out.add("event.reason", reason);
  if (reason.empty()) {
    out.classify("process", "start", "sudo", Outcome::success);
  } else {
    out.logon("sudo", Outcome::failure);
  }
  return true;
}

/// The word before " on TTY" or the end.
std::string_view name_of(std::string_view text) { return text.substr(0, text.find(' ')); }

bool parse_su_line(PayloadWriter& out, std::string_view text) {
  Outcome outcome = Outcome::success;
  std::string_view target, who;
  if (take_prefix(text, "FAILED SU ") || take_prefix(text, "FAILED su ") || take_prefix(text, "BAD SU ")) {
    outcome = Outcome::failure;
  } else {
    take_prefix(text, "Successful su ");
  }
  if (take_prefix(text, "failed: ")) {  // failed: ttyq4 changing from ann to root
    outcome = Outcome::failure;
    const std::size_t from = text.find(" from "), to = text.find(" to ");
    if (from == std::string_view::npos || to == std::string_view::npos) return false;
    who = name_of(text.substr(from + 6));
    target = name_of(text.substr(to + 4));
  } else if (outcome == Outcome::failure && !text.starts_with('(') &&
             contains(text, " to ")) {  // BAD SU ann to root on …
    who = name_of(text);
    target = name_of(text.substr(text.find(" to ") + 4));
  } else if (take_prefix(text, "(to ")) {  // (to root) alice on pts/0
    target = take_until(text, ')');
    who = name_of(trim_left(text));
  } else if (take_prefix(text, "for ")) {  // for root by alice
    target = name_of(text);
    const std::size_t by = text.find(" by ");
    if (by != std::string_view::npos) who = name_of(text.substr(by + 4));
  } else if (take_prefix(text, "'su ")) {  // 'su root' failed for alice on /dev/pts/0
    target = take_until(text, '\'');
    if (contains(text, "failed")) outcome = Outcome::failure;
    const std::size_t by = text.find(" for ");
    if (by != std::string_view::npos) who = name_of(text.substr(by + 5));
  } else if (text.starts_with("+ ") ||
             text.starts_with("- ")) {  // + /dev/pts/0 alice:root, - pts/0 alice-root
    if (text.starts_with('-')) outcome = Outcome::failure;
    text.remove_prefix(2);
    take_word(text);
    text = trim(text);
    const std::size_t middle = text.find_first_of(":-");
    if (middle == std::string_view::npos) return false;
    who = text.substr(0, middle);
    target = text.substr(middle + 1);
  } else {
    return false;
  }
  out.add("user.name", who);
  out.add("user.effective.name", target);
  out.logon("su", outcome);
  return true;
}

constexpr TextRow kDoasLines[] = {
    {"failed auth for {user|word}", "authentication", "start", "doas", Outcome::failure},
    {"failed command for {user|word}: {process.command_line}", "authentication", "start", "doas_denied", Outcome::failure},
    {"{user|word} ran command {process.command_line|last} as {user.effective.name|word} from {process.working_directory}$", "process", "start", "doas", Outcome::success},
    {"{user|word} ran command as {user.effective.name|word}: {process.command_line}$", "process", "start", "doas", Outcome::success},
};

constexpr std::string_view kPrograms[] = {"sudo", "su", "doas"};
constexpr LogSource kLogSources[] = {{"linux", "", "auth"}, {"linux", "", "sudo"}};

/// sudo, su and doas: who became whom, and what was run.
///
///   alice : TTY=pts/0 ; PWD=/home/alice ; USER=root ; COMMAND=/bin/cat /etc/shadow
///   alice : 3 incorrect password attempts ; TTY=… ; user NOT in sudoers ; command not allowed
///   (to root) alice on pts/0            FAILED SU (to root) alice on pts/0
///
/// user.name is who asked, user.effective.name whom they became.
void parse_sudo(PayloadWriter& out) {
  out.log_source("linux", {}, "auth");
  const std::string_view text = trim(out.text());
  const std::string_view app = out.header().app;
  if (app.starts_with("doas")) {
    static const TextTable doas(kDoasLines);
    doas.read(out, text);
    return;
  }
  if (app.starts_with("sudo")) out.log_source("linux", {}, "sudo");
  if (app.starts_with("su") && !app.starts_with("sudo")) {
    parse_su_line(out, text);
    return;
  }
  parse_sudo_line(out, text);
}

}  // namespace

extern const FormatSpec kFormat_sudo = {
    .number = Format::sudo,
    .name = "sudo",
    .title = "sudo, su, doas",
    .sample =
        R"(alice : TTY=pts/0 ; PWD=/home/alice ; USER=root ; COMMAND=/bin/cat /etc/shadow)",
    .rank = 20,
    .programs = kPrograms,
    .parse = parse_sudo,
    .kinds = Kind::os | Kind::logon,
    .names_host = NamesHost::never,
    .log_sources = kLogSources,
};

}  // namespace vigil
