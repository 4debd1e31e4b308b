#include "parsers/format.h"
#include "parsers/logon_names.h"
#include "parsers/logon_text.h"
#include "parsers/payload_text.h"
#include "parsers/text_template.h"
#include "parsers/timestamp.h"

namespace vigil {
namespace {

constexpr std::string_view kAuth = "authentication";

// vsftpd, behind its time and "[pid 7]".
constexpr TextRow kVsftpd[] = {
    {"CONNECT: Client \"{source}\"", "network", "connection", "connect"},
    {"\\[{user}\\] OK LOGIN: Client \"{source}\"[, anon password \"{anonymous}\"]", kAuth, "start", "logon", Outcome::success},
    {"\\[{user}\\] FAIL LOGIN: Client \"{source}\"[, \"{event.reason}\"]", kAuth, "start", "logon", Outcome::failure},
    {"\\[{user}\\] {result|word} UPLOAD: Client \"{source}\", \"{file}\"[, {file.size:number|number} bytes]", "file", "creation", "upload"},
    {"\\[{user}\\] {result|word} DOWNLOAD: Client \"{source}\", \"{file}\"[, {file.size:number|number} bytes]", "file", "access", "download"},
    {"\\[{user}\\] {result|word} DELETE: Client \"{source}\", \"{file}\"", "file", "deletion", "delete"},
    {"\\[{user}\\] {result|word} RENAME: Client \"{source}\", \"{file}\"", "file", "change", "rename"},
    {"\\[{user}\\] {result|word} {action|word}: Client \"{source}\", \"{file}\"", "file", "change"},
    {"[\\[{user}\\] ]FTP command: Client \"{source}\", \"{command}\"", "session", "info", "command"},
    {"[\\[{user}\\] ]FTP response: Client \"{source}\", \"{answer}\"", "session", "info", "response"},
    {"DEBUG: Client \"{source}\", \"{text}\"", "session", "info", "debug"},
};

// ProFTPD, behind "server (client[203.0.113.9])" and perhaps " - " or ":".
constexpr TextRow kProftpd[] = {
    {"USER {user|last}: Login successful", kAuth, "start", "logon", Outcome::success},
    {"ANON {user|word}: Login successful", kAuth, "start", "logon", Outcome::success},
    {"USER {user|last} (Login failed): {event.reason}", kAuth, "start", "logon", Outcome::failure},
    {"USER {user|last} (Login failed)", kAuth, "start", "logon", Outcome::failure},
    {"USER {user|last}: no such user found from ", kAuth, "start", "logon", Outcome::failure},
    {"SECURITY VIOLATION: {user|word} login attempted", kAuth, "start", "logon", Outcome::failure},
    {"SECURITY VIOLATION: Root login attempted", kAuth, "start", "logon", Outcome::failure},
    {"Maximum login attempts ({attempts|number}) exceeded", kAuth, "end", "too_many_attempts", Outcome::failure},
    {"FTP session opened", "session", "start", "session_opened"},
    {"SSH2 session opened", "session", "start", "session_opened"},
    {"FTP session closed", "session", "end", "session_closed"},
    {"SSH2 session closed", "session", "end", "session_closed"},
    {"FTP login timed out", "session", "end", "timeout"},
    {"FTP no transfer timeout", "session", "end", "timeout"},
    {"{module|word}: user '{user}' authenticated via '{method}' method", kAuth, "start", "logon", Outcome::success},
};

// Pure-FTPd, behind "(user@203.0.113.9) [LEVEL] ".
constexpr TextRow kPureftpd[] = {
    {"Authentication failed for user \\[{user}\\]", kAuth, "start", "logon", Outcome::failure},
    {"Too many authentication failures", kAuth, "end", "too_many_attempts", Outcome::failure},
    {"{user} is now logged in", kAuth, "start", "logon", Outcome::success},
    {"Anonymous user logged in", kAuth, "start", "logon", Outcome::success},
    {"New connection from {name}", "network", "connection", "connect"},
    {"Logout", "session", "end", "logged_out"},
    {"Timeout", "session", "end", "timeout"},
    {"{file|last} uploaded  ({file.size:number|number} bytes", "file", "creation", "upload"},
    {"{file|last} uploaded ({file.size:number|number} bytes", "file", "creation", "upload"},
    {"{file|last} downloaded  ({file.size:number|number} bytes", "file", "access", "download"},
    {"{file|last} downloaded ({file.size:number|number} bytes", "file", "access", "download"},
    {"Deleted {file}", "file", "deletion", "delete"},
};

// wu-ftpd and the ftpd of the BSDs and MIT.
constexpr TextRow kFtpd[] = {
    {"FTP LOGIN FROM {source.domain|word} \\[{source|ip}\\], {user|word}", kAuth, "start", "logon", Outcome::success},
    {"FTP LOGIN FROM {source|word} as {user|word}", kAuth, "start", "logon", Outcome::success},
    {"FTP LOGIN FROM {source|word}, {user|word}", kAuth, "start", "logon", Outcome::success},
    {"ANONYMOUS FTP LOGIN FROM {source.domain|word} \\[{source|ip}\\][, {user.email|word}]", kAuth, "start", "logon", Outcome::success},
    {"FTP LOGIN FAILED FROM {source.domain|word} \\[{source|ip}\\][, {user|word}]", kAuth, "start", "logon", Outcome::failure},
    {"FTP LOGIN FAILED FROM {source|word}[, {user|word}]", kAuth, "start", "logon", Outcome::failure},
    {"FTP LOGIN REFUSED[ ({event.reason})] FROM {source.domain|word} \\[{source|ip}\\][, {user|word}]", kAuth, "start", "logon", Outcome::failure},
    {"failed login from {source.domain|word} \\[{source|ip}\\][, {user|word}]", kAuth, "start", "logon", Outcome::failure},
    {"failed login from {source|word}", kAuth, "start", "logon", Outcome::failure},
    {"repeated login failures from {source|ip}", kAuth, "start", "too_many_attempts", Outcome::failure},
    {"repeated login failures from {source.domain|word} \\[{source|ip}\\]", kAuth, "start", "too_many_attempts", Outcome::failure},
    {"PAM-listfile: Refused user {user|word} for service ftp", kAuth, "start", "logon", Outcome::failure},
    {"connection from {source.domain|word} \\[{source|ip}\\]", "network", "connection", "connect"},
    {"connect from {source|word}", "network", "connection", "connect"},
    {"refused connect from {source|word}", "network", "denied", "connect", Outcome::failure},
    {"FTP session closed", "session", "end", "session_closed"},
};

// FileZilla Server's own file, behind "(000007) 20/11/2026 14:59:00 - (bob) (203.0.113.9)> ".
constexpr TextRow kFilezilla[] = {
    {"530 {event.reason}", kAuth, "start", "logon", Outcome::failure},
    {"230 Logged on", kAuth, "start", "logon", Outcome::success},
    {"230 Login successful", kAuth, "start", "logon", Outcome::success},
    {"Connected", "network", "connection", "connect"},
    {"disconnected", "network", "end", "disconnect"},
    {"{command|word} {argument}", "session", "info", "command"},
};

constexpr std::string_view kPrograms[] = {"vsftpd",  "proftpd", "pure-ftpd", "wu-ftpd",          "ftpd",
                                          "in.ftpd", "wu.ftpd", "FileZilla", "filezilla-server", "gssftpd",
                                          "tnftpd"};
constexpr LogSource kLogSources[] = {{"linux", "", "vsftpd"}};

/// "Fri Nov 20 14:59:00 2026 " off the front of a file's line.
void take_time(std::string_view& text) {
  if (text.size() > 25 && text[3] == ' ' && text[7] == ' ' && text[13] == ':' && text[24] == ' ' &&
      month_from_name(text.substr(4, 3)) != 0)
    text.remove_prefix(25);
}

bool is_vsftpd(std::string_view text) {
  const std::string_view front = text.substr(0, 200);
  return contains(front, ": Client \"") &&
         (contains(front, "[pid ") || contains(front, " LOGIN: ") || contains(front, "LOAD: "));
}
bool is_filezilla(std::string_view text) {
  const std::string_view front = text.substr(0, 160);
  return text.starts_with('(') && text.size() > 10 && is_digit(text[1]) && contains(front, ")> ") &&
         contains(front, " - (");
}
/// xferlog: "Fri Nov 20 14:59:00 2026 1 203.0.113.9 1024 /file b _ o r bob ftp 0 * c"
bool is_xferlog(std::string_view text) {
  take_time(text);
  text = trim(text);
  return text.size() > 20 && is_digit(text.front()) && (text.ends_with(" c") || text.ends_with(" i")) &&
         (contains(text, " ftp 0 ") || contains(text, " ftp 1 ") || contains(text, " sftp "));
}

bool is_ftp(const SyslogHeader& header, std::string_view text) {
  if (is_any(header.app.substr(0, header.app.find('(')),
             {"vsftpd", "proftpd", "pure-ftpd", "wu-ftpd", "ftpd", "in.ftpd", "wu.ftpd", "FileZilla",
              "filezilla-server", "gssftpd", "tnftpd"}))
    return true;
  if (!header.app.empty()) return false;
  return is_vsftpd(text) || is_filezilla(text) || is_xferlog(text);
}

void parse_xferlog(PayloadWriter& out, std::string_view text) {
  take_time(text);
  text = trim(text);
  const std::string_view seconds = take_word(text);
  out.add_vendor("transfer_seconds", seconds);
  text = trim_left(text);
  out.add_endpoint(Side::source, take_word(text));
  text = trim_left(text);
  out.add_number("file.size", take_word(text));
  text = trim_left(text);
  // From the right: a file's name may hold blanks.
  std::string_view last[9];
  for (std::size_t i = 0; i < 9; ++i) {
    const std::size_t blank = text.rfind(' ');
    if (blank == std::string_view::npos) return;
    last[i] = text.substr(blank + 1);
    text = trim(text.substr(0, blank));
  }
  out.add_file(text);
  out.add("user.name", last[4]);
  const std::string_view direction = last[6];
  out.classify("file",
               direction == "i"   ? "creation"
               : direction == "d" ? "deletion"
                                  : "access",
               direction == "i"   ? "upload"
               : direction == "d" ? "delete"
                                  : "download",
               last[0] == "c" ? Outcome::success : Outcome::failure);
}

bool parse_vsftpd(PayloadWriter& out, std::string_view text) {
  static const TextTable table(kVsftpd);
  if (take_prefix(text, "[pid ")) {
    const std::string_view pid = take_until(text, ']');
    if (is_json_integer(pid)) out.set("process.pid", pid, ValueType::integer);
    text = trim_left(text);
  }
  if (table.read(out, text) == nullptr) return false;
  const std::string_view outcome = out.event().text_of("vendor.result");
  if (!outcome.empty()) out.add("event.outcome", outcome == "OK" ? "success" : "failure");
  return true;
}

/// "server.example.org (client.example.org[203.0.113.9]) - USER bob: Login successful."
bool parse_proftpd(PayloadWriter& out, std::string_view text) {
  static const TextTable table(kProftpd);
  const std::size_t open = text.find(" (");
  const std::size_t end = open == std::string_view::npos ? open : text.find("])", open);
  if (end == std::string_view::npos || end > 200) return false;
  const std::string_view client = text.substr(open + 2, end - open - 1);
  if (const std::size_t bracket = client.find('['); bracket != std::string_view::npos) {
    const LogonPeer peer = read_logon_peer(client.substr(bracket));
    if (peer.end > 0) out.add_endpoint(Side::source, peer.address);
    if (plain_address(client.substr(0, bracket)).empty()) out.add("source.domain", client.substr(0, bracket));
  }
  std::string_view rest = text.substr(end + 2);
  take_prefix(rest, ":");
  rest = trim_left(rest);
  take_prefix(rest, "- ");
  table.read(out, trim_left(rest));
  return true;
}

/// "(bob@203.0.113.9) [INFO] bob is now logged in"
bool parse_pureftpd(PayloadWriter& out, std::string_view text) {
  static const TextTable table(kPureftpd);
  if (!text.starts_with('(')) return false;
  const std::size_t end = text.find(") [");
  if (end == std::string_view::npos) return false;
  const std::string_view who = text.substr(1, end - 1);
  const std::size_t at = who.rfind('@');
  if (at == std::string_view::npos) return false;
  out.add_endpoint(Side::source, who.substr(at + 1));
  std::string_view rest = text.substr(end + 3);
  out.add("log.level", take_until(rest, ']'));
  const TextRow* const row = table.read(out, trim_left(rest));
  const std::string_view user = who.substr(0, at);
  if (user != "?" && out.event().find("user.name") == nullptr && (row == nullptr || row->category != kAuth))
    out.add("user.name", user);
  return true;
}

bool parse_filezilla(PayloadWriter& out, std::string_view text) {
  static const TextTable table(kFilezilla);
  if (!is_filezilla(text)) return false;
  const std::size_t user = text.find(" - (");
  const std::size_t end = text.find(")> ", user);
  const std::size_t host = text.rfind('(', end);
  if (end == std::string_view::npos || host <= user + 3) return false;
  std::string_view name = text.substr(user + 4, host - user - 4);
  name = name.substr(0, name.rfind(')'));
  if (name != "not logged in") out.add("user.name", name);
  out.add_endpoint(Side::source, text.substr(host + 1, end - host - 1));
  table.read(out, text.substr(end + 3));
  return true;
}

/// FTP servers, over syslog or from their own files.
void parse_ftp(PayloadWriter& out) {
  static const TextTable ftpd(kFtpd);
  out.add("network.protocol", "ftp");
  std::string_view text = trim(out.text());
  if (out.header().app.empty() && is_xferlog(text)) return parse_xferlog(out, text);
  take_time(text);
  if (out.header().app.starts_with("vsftpd") || out.header().app.empty())
    out.log_source("linux", {}, "vsftpd");
  if (parse_filezilla(out, text) || parse_pureftpd(out, text) || parse_proftpd(out, text) ||
      parse_vsftpd(out, text) || ftpd.read(out, text) != nullptr)
    return;
  const LogonText logon = read_logon_text(text);  // "authentication failure; … rhost=203.0.113.9 user=bob"
  if (logon.outcome != Outcome::none) add_logon(out, logon);
}

Kinds ftp_kinds(const SyslogHeader&, std::string_view text) {
  const std::string_view front = text.substr(0, 320);
  for (const SearchText& word : {SearchText("ogin"), SearchText("LOGIN"), SearchText("uthenticat"),
                                 SearchText("ogged"), SearchText("> 530 "), SearchText("> 230 ")}) {
    if (contains(front, word)) return Kind::application | Kind::logon;
  }
  return Kind::application;
}

}  // namespace

extern const FormatSpec kFormat_ftp_server = {
    .number = Format{67},
    .name = "ftp_server",
    .title = "FTP servers: vsftpd, ProFTPD, Pure-FTPd, wu-ftpd, FileZilla, xferlog",
    .sample = R"(Fri Nov 20 14:59:00 2026 [pid 27202] [bob] FAIL LOGIN: Client "203.0.113.9")",
    .rank = 40,
    .programs = kPrograms,
    .first_bytes = "[(CMTWFSD0123456789",
    .claims = is_ftp,
    .parse = parse_ftp,
    .kinds_of = ftp_kinds,
    .log_sources = kLogSources,
};

}  // namespace vigil
