#include "parsers/format.h"
#include "parsers/logon_text.h"
#include "parsers/payload_text.h"
#include "parsers/text_template.h"

namespace vigil {
namespace {

constexpr std::string_view kAuth = "authentication";

constexpr TextRow kLines[] = {
    // Courier
    {"LOGIN, user={user}, ip=\\[{source|ip}\\][, port=\\[{source.port|number}\\]][, protocol={network.protocol:lower|word}]", kAuth, "start", "logon", Outcome::success},
    {"LOGIN FAILED, user={user}, ip=\\[{source|ip}\\][, port=\\[{source.port|number}\\]]", kAuth, "start", "logon", Outcome::failure},
    {"LOGIN FAILED, method={method|word}, ip=\\[{source|ip}\\][, port=\\[{source.port|number}\\]]", kAuth, "start", "logon", Outcome::failure},
    {"LOGIN FAILED, ip=\\[{source|ip}\\][, port=\\[{source.port|number}\\]]", kAuth, "start", "logon", Outcome::failure},
    {"LOGOUT, user={user}, ip=\\[{source|ip}\\]", "session", "end", "logged_out"},
    {"LOGOUT, ip=\\[{source|ip}\\]", "session", "end", "logged_out"},
    {"DISCONNECTED, user={user}, ip=\\[{source|ip}\\]", "session", "end", "disconnected"},
    {"DISCONNECTED, ip=\\[{source|ip}\\]", "session", "end", "disconnected"},
    {"TIMEOUT, user={user}, ip=\\[{source|ip}\\]", "session", "end", "timeout"},
    {"Connection, ip=\\[{source|ip}\\]", "network", "connection", "connect"},
    {"error,relay={source|word},from=<{email.from.address}>,to=<{email.to.address}>: {event.reason}", "email", "denied", "rejected", Outcome::failure},
    // Cyrus
    {"badlogin: {name|word}[ ]\\[{source|ip}\\] {method|word} \\[{user}\\] SASL({x}): {event.reason}", kAuth, "start", "logon", Outcome::failure},
    {"badlogin: {name|word}[ ]\\[{source|ip}\\] plaintext {user|word} SASL({x}): {event.reason}", kAuth, "start", "logon", Outcome::failure},
    {"badlogin: {name|word}[ ]\\[{source|ip}\\] plaintext {user|word} {event.reason}", kAuth, "start", "logon", Outcome::failure},
    {"badlogin: {name|word}[ ]\\[{source|ip}\\] {method|word} {event.reason}", kAuth, "start", "logon", Outcome::failure},
    {"badlogin: \\[{source|ip}\\] {method|word} {event.reason}", kAuth, "start", "logon", Outcome::failure},
    {"login: {name|word}[ ]\\[{source|ip}\\] {user|word} {method|word} User logged in", kAuth, "start", "logon", Outcome::success},
    {"login: \\[{source|ip}\\] {user|word} {method|word} User logged in", kAuth, "start", "logon", Outcome::success},
    // UW imapd, ipop3d
    {"Login user={user} host={name|word} \\[{source|ip}\\]", kAuth, "start", "logon", Outcome::success},
    {"Login failed user={user} auth={auth} host={name|word} \\[{source|ip}\\]", kAuth, "start", "logon", Outcome::failure},
    {"Login failed user={user} host={name|word} \\[{source|ip}\\]", kAuth, "start", "logon", Outcome::failure},
    {"Login disabled user={user} auth={auth} host={name|word} \\[{source|ip}\\]", kAuth, "start", "logon", Outcome::failure},
    {"Login excessive login failures user={user} auth={auth} host={name|word} \\[{source|ip}\\]", kAuth, "start", "too_many_attempts", Outcome::failure},
    {"Authenticated user={user} host={name|word} \\[{source|ip}\\]", kAuth, "start", "logon", Outcome::success},
    {"AUTHENTICATE {method|word} failure host={name|word} \\[{source|ip}\\]", kAuth, "start", "logon", Outcome::failure},
    {"Logout user={user} host={name|word} \\[{source|ip}\\]", "session", "end", "logged_out"},
    {"{service|word} service init from {source|ip}", "network", "connection", "connect"},
    // solid-pop3d
    {"authentication failed: no such user: {user} - {source|ip}", kAuth, "start", "logon", Outcome::failure},
    {"authentication failed: can't map user name: {user} - {source|ip}", kAuth, "start", "logon", Outcome::failure},
    {"[APOP ]authentication failed for [mapped ]user {user} - {source|ip}", kAuth, "start", "logon", Outcome::failure},
    {"can't find APOP secret for user {user} - {source|ip}", kAuth, "start", "logon", Outcome::failure},
    {"{user|word} login not allowed - {source|ip}", kAuth, "start", "logon", Outcome::failure},
    {"user {user} logged in - {source|ip}", kAuth, "start", "logon", Outcome::success},
    {"connect from {source|ip}", "network", "connection", "connect"},
    // qmail with vpopmail
    {"vchkpw-{service|word}: password fail ({x}) {user|word}:{source|ip}", kAuth, "start", "logon", Outcome::failure},
    {"vchkpw-{service|word}: vpopmail user not found {user|word}:{source|ip}", kAuth, "start", "logon", Outcome::failure},
    {"vchkpw-{service|word}: null password given {user|word}:{source|ip}", kAuth, "start", "logon", Outcome::failure},
    {"vchkpw-{service|word}: ({method|word}) login success {user|word}:{source|ip}", kAuth, "start", "logon", Outcome::success},
    {"vchkpw-{service|word}: login success {user|word}:{source|ip}", kAuth, "start", "logon", Outcome::success},
    // perdition
    {"Auth: {source:pair|word}->{destination:pair|word} {x}authentication_id=\"{user}\" server=\"{server}\" protocol={network.protocol:lower|word} server-secure={secure|word} status=\"ok\"", kAuth, "start", "logon", Outcome::success},
    {"Auth: {source:pair|word}->{destination:pair|word} {x}authentication_id=\"{user}\" server=\"{server}\" protocol={network.protocol:lower|word} server-secure={secure|word} status=\"failed: {event.reason}\"", kAuth, "start", "logon", Outcome::failure},
    {"Connect: {source:pair|word}->{destination:pair|word}", "network", "connection", "connect"},
    {"Close: {source:pair|word}->{destination:pair|word} authorisation_id={x|word} authentication_id=\"{user}\"", "session", "end", "disconnected"},
    // Webmail
    {"[<{session|word}> ]IMAP Error: Login failed for {user|last} against {server|word} from {source|ip}[(X-Real-IP: {x}][(X-Forwarded-For: {y}]. AUTHENTICATE", kAuth, "start", "logon", Outcome::failure},
    {"[<{session|word}> ]IMAP Error: Login failed for {user|last} from {source|ip}(X-{x}). {event.reason}", kAuth, "start", "logon", Outcome::failure},
    {"[<{session|word}> ]IMAP Error: Login failed for {user|last} from {source|ip}. {event.reason|last} in /", kAuth, "start", "logon", Outcome::failure},
    {"[<{session|word}> ]Failed login for {user|last} from {source|ip} in session {x|word} (error: {event.code|number})", kAuth, "start", "logon", Outcome::failure},
    {"[<{session|word}> ]Successful login for {user|last} (ID: {user.id|number}) from {source|ip} in session {x|word}", kAuth, "start", "logon", Outcome::success},
    {"Failed webmail login: by {user} ({domain}) at {source|ip} on {x}: {event.reason}", kAuth, "start", "logon", Outcome::failure},
    {"Successful webmail login: by {user} ({domain}) at {source|ip} on ", kAuth, "start", "logon", Outcome::success},
    {"FAILED LOGIN for {user} \\[{source|ip}\\][ (forwarded for \\[{client.ip}\\])] to {server}", kAuth, "start", "logon", Outcome::failure},
    {"FAILED LOGIN {source|ip} to {server} as {user}", kAuth, "start", "logon", Outcome::failure},
    {"Login success for {user} \\[{source|ip}\\][ (forwarded for \\[{client.ip}\\])] to {server}", kAuth, "start", "logon", Outcome::success},
    {"SOGoRootPage Login from '{source}' for user '{user}' might not have worked", kAuth, "start", "logon", Outcome::failure},
    {"SOGoRootPage successful login from '{source}' for user '{user}'", kAuth, "start", "logon", Outcome::success},
    {"Login from '{source}' for user '{user}' might not have worked", kAuth, "start", "logon", Outcome::failure},
    {"successful login from '{source}' for user '{user}'", kAuth, "start", "logon", Outcome::success},
};

constexpr std::string_view kPrograms[] = {
    "imapd",         "pop3d",        "imapd-ssl", "pop3d-ssl",    "imaplogin",     "courierpop3login",
    "courieresmtpd", "pop3login",    "imap4d",    "courierpop3d", "courier-imapd", "courier-pop3d",
    "esmtpd",        "cyrus",        "imap",      "imaps",        "pop3",          "pop3s",
    "sieve",         "timsieved",    "ipop3d",    "solid-pop3d",  "vpopmail",      "perdition",
    "roundcube",     "squirrelmail", "horde",     "sogod",        "HORDE",         "perdition.imap4",
    "vm-pop3d",      "nntpd",        "lmtpunix"};
constexpr std::string_view kStarts[] = {"vchkpw-", "SOGoRootPage "};

/// Roundcube's and Horde's own files: "[20-Nov-2026 14:59:00 +0800]: <session> Failed login for …"
std::string_view bare_line(std::string_view text) {
  text = trim(text);
  if (text.starts_with('[')) {
    // "[horde] [login] FAILED LOGIN …", "[imp] …"
    while (text.starts_with('[') && text.find("] ") != std::string_view::npos && text.find("] ") < 40)
      text = trim_left(text.substr(text.find("] ") + 2));
    if (const std::size_t end = text.find("]: "); end < 40) text = trim_left(text.substr(end + 3));
  }
  return text;
}

/// Who reads mail: Courier, Cyrus, UW imapd, solid-pop3d, qmail with vpopmail, perdition; Roundcube, SquirrelMail, Horde, SOGo.
void parse_mailbox(PayloadWriter& out) {
  static const TextTable table(kLines);
  const std::string_view text = bare_line(out.text());
  if (table.read(out, text) != nullptr) return;
  const LogonText logon = read_logon_text(text);
  if (logon.outcome != Outcome::none) add_logon(out, logon);
}

Kinds mailbox_kinds(const SyslogHeader&, std::string_view text) {
  return mentions_logon(text.substr(0, 256)) ? Kind::application | Kind::logon : Kinds(Kind::application);
}

}  // namespace

extern const FormatSpec kFormat_mailbox = {
    .number = Format{79},
    .name = "mailbox",
    .title =
        "Courier, Cyrus, UW imapd, solid-pop3d, vpopmail, perdition; Roundcube, SquirrelMail, Horde, SOGo",
    .sample = R"(LOGIN FAILED, user=bob, ip=[::ffff:203.0.113.9])",
    .rank = 40,
    .programs = kPrograms,
    .starts = kStarts,
    .parse = parse_mailbox,
    .kinds_of = mailbox_kinds,
};

}  // namespace vigil
