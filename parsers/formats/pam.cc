#include "parsers/format.h"

#include "parsers/payload_text.h"

namespace vigil {
namespace {

/// `pam_unix(sshd:auth): rest`, `(pam_unix) rest`, `pam_unix: rest`, or just the rest where the module stood
/// in the program's name.
struct PamLine {
  std::string_view module, service, kind, rest;
};

PamLine split(std::string_view text) {
  PamLine line;
  line.rest = text;
  if (take_prefix(line.rest, "(pam_")) {
    line.module = take_until(line.rest, ')');
  } else if (line.rest.starts_with("pam_")) {
    const std::size_t end = line.rest.find_first_of("(:[ ");
    line.module = line.rest.substr(4, end - 4);
    line.rest.remove_prefix(end == std::string_view::npos ? line.rest.size() : end);
    if (take_prefix(line.rest, "(")) {
      std::string_view inside = take_until(line.rest, ')');
      line.service = take_until(inside, ':');
      line.kind = inside;
    }
  }
  take_prefix(line.rest, ":");
  line.rest = trim(line.rest);
  take_suffix(line.rest, " [preauth]");
  return line;
}

std::string_view parameter(std::string_view text, std::string_view name) {
  const std::size_t at = text.find(name);
  if (at == std::string_view::npos) return {};
  const std::string_view value = text.substr(at + name.size());
  return value.substr(0, value.find(' '));
}

/// `logname= uid=0 euid=0 tty=ssh ruser=R rhost=H  user=U`: R and U may be anything their owner liked,
/// "rhost=…" too. pam_unix writes H directly before " user=", and last where there is no user.
void add_parameters(PayloadWriter& out, std::string_view text) {
  std::string_view host, user;
  std::size_t user_at = std::string_view::npos;
  for (std::size_t at = text.find(" rhost="); at != std::string_view::npos;
       at = text.find(" rhost=", at + 1)) {
    std::string_view rest = text.substr(at + 7);
    host = rest.substr(0, rest.find(' '));
    rest = trim_left(rest.substr(host.size()));
    if (!rest.starts_with("user=")) continue;
    user = trim(rest.substr(5));
    user_at = at;
    break;
  }
  const std::size_t ruser_at = text.find(" ruser=");
  std::string_view ruser;
  if (ruser_at != std::string_view::npos) {
    ruser = text.substr(ruser_at + 7);
    const std::size_t end =
        user_at == std::string_view::npos ? ruser.rfind(" rhost=") : ruser.find(" rhost=");
    ruser = trim(ruser.substr(0, end));
  }
  out.add_endpoint(Side::source, host);
  out.add("user.name", user.empty() ? ruser : user);
  if (!ruser.empty()) out.add_vendor("ruser", ruser);
  const std::string_view logname = parameter(text, "logname=");
  if (!logname.empty()) out.add_vendor("logname", logname);
  const std::string_view tty = parameter(text, " tty=");
  if (!tty.empty()) out.add_vendor("tty", tty);
}

/// The name at the front of `text`, without quotes, brackets and the "(uid=0)" behind it.
std::string_view name_at(std::string_view text) {
  text = trim_left(text);
  if (text.starts_with('\'') || text.starts_with('"') || text.starts_with('[')) {
    const char close = text.front() == '[' ? ']' : text.front();
    text.remove_prefix(1);
    return text.substr(0, text.find(close));
  }
  text = text.substr(0, text.find_first_of(" (:;,"));
  return text;
}

std::string_view name_after(std::string_view text, std::string_view words) {
  const std::size_t at = text.find(words);
  return at == std::string_view::npos ? std::string_view() : name_at(text.substr(at + words.size()));
}

/// Programs whose own lines tell of the logon; PAM's "session opened" beside them would count it twice. Jobs
/// of cron and systemd are no logons at all.
bool tells_by_itself(std::string_view service) {
  for (const std::string_view name : {"sshd", "sudo", "su", "cron", "atd", "systemd", "runuser", "doas"}) {
    if (service.starts_with(name)) return true;
  }
  return false;
}

void add_session(PayloadWriter& out, const PamLine& line) {
  const bool opened = line.rest.starts_with("session opened");
  out.add("user.name", name_after(line.rest, "for user "));
  const std::string_view by = name_after(line.rest, " by ");
  if (!by.empty()) out.add_vendor("by", by);
  const std::string_view service = line.service.empty() ? out.header().app : line.service;
  out.add("event.category", "session");
  if (!tells_by_itself(service) && opened) out.add("event.category", "authentication");
  out.classify({}, opened ? "start" : "end", opened ? "session_opened" : "session_closed", Outcome::success);
}

struct Saying {
  SearchText words;
  std::string_view action;
  Outcome outcome;
};
constexpr Saying kSayings[] = {
    {"authentication failure", "pam_authentication", Outcome::failure},
    {"authentication failures", "pam_authentication", Outcome::failure},
    {"Authentication failure", "pam_authentication", Outcome::failure},
    {"authentication success", "pam_authentication", Outcome::success},
    {"granted access", "pam_authentication", Outcome::success},
    {"check pass; user unknown", "pam_user_unknown", Outcome::failure},
    {"could not identify password", "pam_authentication", Outcome::failure},
    {"has expired", "account_expired", Outcome::failure},
    {"temporarily locked", "account_locked", Outcome::failure},
    {" tally ", "account_locked", Outcome::failure},
    {"not met by user", "pam_requirement_not_met", Outcome::failure},
    {"access denied for user", "pam_access_denied", Outcome::failure},
};

constexpr LogSource kLogSources[] = {{"linux", "", "auth"}, {"linux", "", "sshd"}, {"linux", "", "sudo"}};

bool is_pam(const SyslogHeader& header, std::string_view text) {
  // "%AUTHPRIV-3-SYSTEM_MSG: pam_aaa:…" is a switch's.
  if (header.app.starts_with('%')) return false;
  if (text.starts_with("pam_") || text.starts_with("(pam_")) return true;
  // "PAM 2 more authentication failures; logname= …" is libpam's own summary, in the program's name.
  if (text.starts_with("PAM ") && contains(text, " more authentication failure")) return true;
  return header.app.ends_with(")") && contains(header.app, "(pam_");
}

/// Lines of PAM modules, whatever program carries them: `pam_unix(sshd:auth): authentication failure;
/// logname= uid=0 euid=0 tty=ssh ruser= rhost=10.0.0.5  user=root`, sessions opened and closed, accounts
/// locked, passwords changed; older spellings `(pam_unix) …`, `pam_unix: …` and `sshd(pam_unix)[pid]: …` too.
/// user.name is the account asked for; who asked (ruser) stays under vendor.ruser.
void parse_pam(PayloadWriter& out) {
  out.log_source("linux", {}, "auth");
  const PamLine line = split(trim(out.text()));
  const std::string_view service = line.service.empty() ? out.header().app : line.service;
  if (service.starts_with("sshd")) out.log_source("linux", {}, "sshd");
  if (service.starts_with("sudo")) out.log_source("linux", {}, "sudo");
  if (!line.module.empty()) out.add_vendor("pam_module", line.module);
  if (!line.service.empty()) out.add_vendor("pam_service", line.service);

  if (line.rest.starts_with("session opened") || line.rest.starts_with("session closed")) {
    return add_session(out, line);
  }
  if (line.rest.starts_with("password changed for")) {
    out.add("user.name", name_after(line.rest, "password changed for "));
    return out.classify("iam", "change", "password_changed", Outcome::success);
  }
  for (const Saying& saying : kSayings) {
    if (!contains(line.rest, saying.words)) continue;
    if (contains(line.rest, " rhost=")) {
      add_parameters(out, line.rest);
    } else {
      std::string_view user;
      for (const std::string_view words :
           {"for user ", " by user ", "user ", "account ", "received for ", "password for "}) {
        user = name_after(line.rest, words);
        if (!user.empty() && user != "unknown") break;
      }
      if (user != "unknown") out.add("user.name", user);
    }
    return out.logon(saying.action, saying.outcome);
  }
}

}  // namespace

extern const FormatSpec kFormat_pam = {
    .number = Format::pam,
    .name = "pam",
    .title = "PAM modules",
    .sample =
        R"(pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=203.0.113.9  user=root)",
    .rank = 2,
    .claims = is_pam,
    .parse = parse_pam,
    .kinds = Kind::os | Kind::logon,
    .names_host = NamesHost::never,
    .log_sources = kLogSources,
};

}  // namespace vigil
