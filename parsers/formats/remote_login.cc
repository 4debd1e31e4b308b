#include "parsers/format.h"
#include "parsers/logon_names.h"
#include "parsers/logon_text.h"
#include "parsers/payload_app.h"
#include "parsers/payload_text.h"
#include "parsers/text_template.h"

namespace vigil {
namespace {

constexpr std::string_view kAuth = "authentication";

constexpr TextRow kLines[] = {
    // dropbear
    {"Password auth succeeded for '{user}' from {source:pair|word}", kAuth, "start", "ssh_login", Outcome::success, "network.protocol=ssh"},
    {"Pubkey auth succeeded for '{user}' with [ssh-]{key_type|word} key {fingerprint|word} from {source:pair|word}", kAuth, "start", "ssh_login", Outcome::success, "network.protocol=ssh"},
    {"Pubkey auth succeeded for '{user}' with key {fingerprint} from {source:pair|word}", kAuth, "start", "ssh_login", Outcome::success, "network.protocol=ssh"},
    {"Auth succeeded with blank password for '{user}' from {source:pair|word}", kAuth, "start", "ssh_login", Outcome::success, "network.protocol=ssh"},
    {"PAM password auth succeeded for '{user}' from {source:pair|word}", kAuth, "start", "ssh_login", Outcome::success, "network.protocol=ssh"},
    {"Bad password attempt for '{user}' from {source:pair|word}", kAuth, "start", "ssh_login", Outcome::failure, "network.protocol=ssh"},
    {"bad password attempt for '{user}' from {source:pair|word}", kAuth, "start", "ssh_login", Outcome::failure, "network.protocol=ssh"},
    {"Bad PAM password attempt for '{user}' from {source:pair|word}", kAuth, "start", "ssh_login", Outcome::failure, "network.protocol=ssh"},
    {"Login attempt for nonexistent user '{user}' from {source:pair|word}", kAuth, "start", "ssh_login", Outcome::failure, "network.protocol=ssh"},
    {"Login attempt for nonexistent user from {source:pair|word}", kAuth, "start", "ssh_login", Outcome::failure, "network.protocol=ssh"},
    {"login attempt for nonexistent user from {source:pair|word}", kAuth, "start", "ssh_login", Outcome::failure, "network.protocol=ssh"},
    {"Login attempt with wrong user {user} from {source:pair|word}", kAuth, "start", "ssh_login", Outcome::failure, "network.protocol=ssh"},
    {"User '{user}' has invalid shell, rejected", kAuth, "start", "ssh_login", Outcome::failure, "network.protocol=ssh"},
    {"Max auth tries reached - user '{user}' from {source:pair|word}", kAuth, "start", "ssh_max_attempts", Outcome::failure, "network.protocol=ssh"},
    {"Exit before auth from <{source:pair}>: (user '{user}', {attempts|number} fails): {event.reason}", "session", "end", "ssh_connection_closed", Outcome::none, "network.protocol=ssh"},
    {"Exit before auth (user '{user}', {attempts|number} fails): {event.reason}", "session", "end", "ssh_connection_closed", Outcome::none, "network.protocol=ssh"},
    {"Exit before auth from <{source:pair}>: {event.reason}", "session", "end", "ssh_connection_closed", Outcome::none, "network.protocol=ssh"},
    {"Exit before auth: {event.reason}", "session", "end", "ssh_connection_closed", Outcome::none, "network.protocol=ssh"},
    {"Exit ({user}) from <{source:pair}>: {event.reason}", "session", "end", "ssh_disconnect", Outcome::none, "network.protocol=ssh"},
    {"Exit ({user}): {event.reason}", "session", "end", "ssh_disconnect", Outcome::none, "network.protocol=ssh"},
    {"Child connection from {source:pair|word}", "network", "connection", "ssh_connection", Outcome::none, "network.protocol=ssh"},
    // xrdp: the session manager knows how it ended, the window only shows it
    {"AUTHFAIL: user={user|last} ip={source|ip} time={x|number}$", kAuth, "start", "rdp_login", Outcome::failure, "network.protocol=rdp"},
    {"AUTHFAIL: user={user|last} ip={source|ip}", kAuth, "start", "rdp_login", Outcome::failure, "network.protocol=rdp"},
    {"Access permitted for user: {user|word}", kAuth, "start", "rdp_login", Outcome::success, "network.protocol=rdp"},
    {"Access denied for user: {user|word}", kAuth, "start", "rdp_login", Outcome::failure, "network.protocol=rdp"},
    {"TERMINAL SERVER LOGIN: {x}user[ ]{user|word}", kAuth, "start", "rdp_login", Outcome::success, "network.protocol=rdp"},
    {"++ created session (access granted): username {user|word}, ip {source:pair|word}", kAuth, "start", "rdp_login", Outcome::success, "network.protocol=rdp"},
    {"++ reconnected session: username {user|word}, display {display|word}, session_pid {x|word}, ip {source:pair|word}", kAuth, "start", "rdp_login", Outcome::success, "network.protocol=rdp"},
    {"++ terminated session:  username {user|word}", "session", "end", "rdp_logout", Outcome::none, "network.protocol=rdp"},
    {"++ terminated session: username {user|word}", "session", "end", "rdp_logout", Outcome::none, "network.protocol=rdp"},
    {"xrdp_wm_log_msg: {text}", "session", "info", "rdp_window", Outcome::none, "network.protocol=rdp"},
    {"Socket 12: AF_INET6 connection received from {source|ip} port {source.port|number}", "network", "connection", "rdp_connection", Outcome::none, "network.protocol=rdp"},
    {"Socket {x|number}: {family|word} connection received from {source|ip} port {source.port|number}", "network", "connection", "rdp_connection", Outcome::none, "network.protocol=rdp"},
    // login, rlogind, rshd, telnetd
    {"FAILED LOGIN ({attempts|number}) on '{tty}' FROM '{source}' FOR '{user}', {event.reason}", kAuth, "start", "logon", Outcome::failure},
    {"FAILED LOGIN ({attempts|number}) on '{tty}' FOR '{user}', {event.reason}", kAuth, "start", "logon", Outcome::failure},
    {"FAILED LOGIN {attempts|word} FROM {source|word} FOR {user|word}, {event.reason}", kAuth, "start", "logon", Outcome::failure},
    {"FAILED LOGIN SESSION FROM {source|word} FOR {user|word}, {event.reason}", kAuth, "start", "logon", Outcome::failure},
    {"TOO MANY LOGIN TRIES ({attempts|number}) on '{tty}' FROM '{source}' FOR '{user}', {event.reason}", kAuth, "start", "too_many_attempts", Outcome::failure},
    {"TOO MANY LOGIN TRIES ({attempts|number}) FROM {source|word} FOR {user|word}, {event.reason}", kAuth, "start", "too_many_attempts", Outcome::failure},
    {"{attempts|number} LOGIN FAILURE[S] FROM {source|word}", kAuth, "start", "logon", Outcome::failure},
    {"{attempts|number} LOGIN FAILURE[S] ON {tty|word}[, {user|word}]", kAuth, "start", "logon", Outcome::failure},
    {"ROOT LOGIN on '{tty}' from '{source}'", kAuth, "start", "logon", Outcome::success},
    {"ROOT LOGIN on '{tty}'", kAuth, "start", "logon", Outcome::success},
    {"ROOT LOGIN ON {tty|word} FROM {source|word}", kAuth, "start", "logon", Outcome::success},
    {"ROOT LOGIN ON {tty|word}", kAuth, "start", "logon", Outcome::success},
    {"ROOT LOGIN (root) ON {tty|word}[ FROM {source|word}]", kAuth, "start", "logon", Outcome::success},
    {"LOGIN ON {tty|word} BY {user|word}[ FROM {source|word}]", kAuth, "start", "logon", Outcome::success},
    {"DIALUP AT {tty|word} BY {user|word}", kAuth, "start", "logon", Outcome::success},
    {"invalid password for '{user}' on '{tty}' from '{source}'", kAuth, "start", "logon", Outcome::failure},
    {"invalid password for '{user}' on '{tty}'", kAuth, "start", "logon", Outcome::failure},
    {"invalid password for `{user}' on `{tty}'[ from `{source}']", kAuth, "start", "logon", Outcome::failure},
    {"Connection from {source|word} on illegal port", "network", "denied", "illegal_port", Outcome::failure},
    {"connect from {source.domain|word} ({source|ip})", "network", "connection", "connect"},
    {"connect from {source|word}", "network", "connection", "connect"},
    {"refused connect from {source|word}", "network", "denied", "connect", Outcome::failure},
    {"{user|word}@{source|word} as {user.effective.name|word}: cmd='{process.command_line}'", "process", "start", "remote_command"},
    // nrpe: whom it does not talk to
    {"Host {source|ip} is not allowed to talk to us", "network", "denied", "host_refused", Outcome::failure},
    {"Error: Request {x}from {source|ip}", "network", "denied", "host_refused", Outcome::failure},
    {"Connection from {source|word} port {source.port|number}", "network", "connection", "connect"},
    {"Error: Could not complete SSL handshake with {source|ip}[: {event.reason}]", "network", "connection", "tls_failed", Outcome::failure},
    // Dante, a SOCKS proxy
    {"info: block({rule.id|number}): {transport|word}/accept \\]: {source:pair|word} {destination:pair|word}: {x}authentication failed for user \"{user}\"", kAuth, "start", "socks_login", Outcome::failure},
    {"info: block({rule.id|number}): {transport|word}/accept \\]: {source:pair|word} {destination:pair|word}: {x}could not access user \"{user}\"'s records", kAuth, "start", "socks_login", Outcome::failure},
    {"info: block({rule.id|number}): {transport|word}/accept \\]: {source:pair|word} {destination:pair|word}: {x}pam_authenticate() for user \"{user}\" failed", kAuth, "start", "socks_login", Outcome::failure},
    {"info: block({rule.id|number}): {transport|word}/{verb|word} {x|word}: {source:pair|word} {destination:pair|word}: {event.reason}", "network", "denied", "socks_blocked", Outcome::failure},
    {"info: pass({rule.id|number}): {transport|word}/{verb|word} {x|word}: {source:pair|word} {destination:pair|word}", "network", "allowed", "socks_passed", Outcome::success},
    // Who bans: fail2ban, sshguard, lfd
    {"{level|word} \\[{rule.name}\\] Ban {source|ip}", "intrusion_detection", "denied", "banned"},
    {"{level|word} \\[{rule.name}\\] Restore Ban {source|ip}", "intrusion_detection", "denied", "banned"},
    {"{level|word} \\[{rule.name}\\] Increase Ban {source|ip}", "intrusion_detection", "denied", "banned"},
    {"{level|word} \\[{rule.name}\\] Unban {source|ip}", "intrusion_detection", "allowed", "unbanned"},
    {"{level|word} \\[{rule.name}\\] Found {source|ip} - ", "intrusion_detection", "info", "found"},
    {"{level|word} \\[{rule.name}\\] {source|ip} already banned", "intrusion_detection", "info", "already_banned"},
    {"Attack from \"{source|ip}\" on service {rule.name} with danger {danger|number}", "intrusion_detection", "info", "found"},
    {"Blocking \"{source|ip}/{prefix|number}\" for {seconds|number} secs", "intrusion_detection", "denied", "banned"},
    {"Blocking \"{source|ip}\" for {seconds|number} secs", "intrusion_detection", "denied", "banned"},
    {"{source|ip}: unblocking after {seconds|number} secs", "intrusion_detection", "allowed", "unbanned"},
    {"({rule.name}) {event.reason} from {source|ip} ({country}): {count|number} in the last {seconds|number} secs - *Blocked", "intrusion_detection", "denied", "banned"},
    {"({rule.name}) {event.reason} from {source|ip} ({country}): {count|number} in the last {seconds|number} secs", "intrusion_detection", "info", "found"},
    // portsentry
    {"attackalert: Connect from host: {source.domain|word}/{source|ip} to {transport|word} port: {destination.port|number}", "intrusion_detection", "denied", "port_scan"},
    {"attackalert: Possible stealth scan from unknown host to TCP port: {destination.port|number} (accept failed)", "intrusion_detection", "denied", "port_scan"},
    {"attackalert: {scan} from host: {source.domain|word}/{source|ip} to {transport|word} port: {destination.port|number}", "intrusion_detection", "denied", "port_scan"},
    {"attackalert: Host {source|ip} has been blocked via {how}", "intrusion_detection", "denied", "blocked"},
    {"attackalert: Host: {source.domain|word}/{source|ip} is already blocked Ignoring", "intrusion_detection", "denied", "blocked"},
};

constexpr std::string_view kPrograms[] = {"dropbear", "xrdp",       "xrdp-sesman", "login",      "in.rlogind",
                                          "rlogind",  "rshd",       "in.rshd",     "in.telnetd", "telnetd",
                                          "nrpe",     "portsentry", "rlogin",      "klogind",    "danted",
                                          "sockd",    "fail2ban",   "sshguard",    "lfd"};
constexpr std::string_view kStarts[] = {"[2"};
constexpr LogSource kLogSources[] = {{"linux", "", "auth"}};

/// xrdp's own file: "[20261120-14:59:00] [INFO ] AUTHFAIL: …"
bool is_xrdp_line(std::string_view text) {
  return text.size() > 24 && text[0] == '[' && text[9] == '-' && text[18] == ']' &&
         text.substr(19, 2) == " [";
}

bool is_remote_login(const SyslogHeader& header, std::string_view text) {
  const std::string_view program = program_name(header.app);
  for (const std::string_view known : kPrograms) {
    if (program == known) return true;
  }
  return is_xrdp_line(text) && contains(text.substr(0, 512), "AUTHFAIL");
}

/// Services one logs on to from afar (and nearby): dropbear, xrdp, login and the r-services; nrpe and portsentry say who must not.
void parse_remote_login(PayloadWriter& out) {
  static const TextTable table(kLines);
  out.log_source("linux", {}, "auth");
  std::string_view text = trim(out.text());
  if (is_xrdp_line(text)) text = trim_left(text.substr(19));
  if (text.starts_with('[') && text.substr(0, 10).find("] ") != std::string_view::npos)
    text = trim_left(text.substr(text.find("] ") + 2));  // "[INFO ] "
  const std::string_view app = out.header().app;
  // xrdp's window repeats what the user typed.
  if (app == "xrdp" && !text.starts_with("Socket ")) return out.classify("session", "info", "rdp_window");
  if (table.read(out, text) != nullptr) {
    if (text.starts_with("ROOT LOGIN")) out.add("user.name", "root");
    if (text.starts_with("attackalert")) out.event().set("event.kind", "alert");
    return;
  }
  const LogonText logon = read_logon_text(text);
  if (logon.outcome != Outcome::none) add_logon(out, logon);
}

Kinds remote_login_kinds(const SyslogHeader& header, std::string_view) {
  if (header.app.starts_with("portsentry") || header.app.starts_with("danted") ||
      header.app.starts_with("sockd"))
    return Kind::device;
  if (header.app.starts_with("nrpe")) return Kind::application;
  return Kind::os | Kind::logon;
}

}  // namespace

extern const FormatSpec kFormat_remote_login = {
    .number = Format{75},
    .name = "remote_login",
    .title = "dropbear, xrdp, login, rlogin, rsh, telnet; nrpe, portsentry, Dante; fail2ban, sshguard, lfd",
    .sample = R"(Bad password attempt for 'root' from 203.0.113.9:50022)",
    .rank = 30,
    .programs = kPrograms,
    .starts = kStarts,
    .claims = is_remote_login,
    .parse = parse_remote_login,
    .kinds_of = remote_login_kinds,
    .log_sources = kLogSources,
};

}  // namespace vigil
