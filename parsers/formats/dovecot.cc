#include "parsers/format.h"
#include "parsers/logon_names.h"
#include "parsers/logon_text.h"
#include "parsers/payload_text.h"

namespace vigil {
namespace {

constexpr std::string_view kPrograms[] = {
    "dovecot",    "imap-login",   "pop3-login",  "managesieve-login", "auth-worker",       "submission-login",
    "lmtp-login", "dovecot-auth", "dovecot-lda", "doveadm",           "dovecot-imap-login"};
constexpr std::string_view kStarts[] = {"imap-login: ",
                                        "pop3-login: ",
                                        "managesieve-login: ",
                                        "submission-login: ",
                                        "auth-worker(",
                                        "auth(default)",
                                        "Info: ",
                                        "Warn: ",
                                        "@4"};
constexpr LogSource kLogSources[] = {{"linux", "", "syslog"}};

/// Dovecot's own file has no program: "Nov 20 14:59:00 Info: imap-login: …", multilog's "@4000… imap-login: …".
bool is_dovecot(const SyslogHeader& header, std::string_view text) {
  const std::string_view front = text.substr(0, 160);
  for (const std::string_view program : kPrograms) {
    if (header.app == program) return true;
  }
  if (!text.starts_with("Info: ") && !text.starts_with("Warn: ") && !text.starts_with("@4")) return true;
  if (text.starts_with("@4") && !header.app.empty()) return false;
  return contains(front, "-login: ") || contains(front, "auth(default)") || contains(front, "auth-worker") ||
         contains(front, "dovecot");
}

/// Takes what stands before the message: TAI64N label, "dovecot: ", "Info: ", "conn unix:auth-worker (uid=143): auth-worker<1>: ".
std::string_view bare_line(std::string_view text, std::string_view& service) {
  text = trim(text);
  if (text.starts_with("@4")) {
    take_word(text);
    text = trim_left(text);
  }
  for (;;) {
    if (take_prefix(text, "dovecot: ") || take_prefix(text, "dovecot-auth: ") ||
        take_prefix(text, "Info: ") || take_prefix(text, "Warn: ") || take_prefix(text, "Warning: ") ||
        take_prefix(text, "Error: ") || take_prefix(text, "Debug: ")) {
      text = trim_left(text);
      continue;
    }
    if (text.starts_with("conn unix:")) {
      const std::size_t worker = text.find("auth-worker<");
      const std::size_t end = worker == std::string_view::npos ? worker : text.find(">: ", worker);
      if (end == std::string_view::npos) return text;
      text.remove_prefix(end + 3);
      continue;
    }
    // "imap-login: ", "auth: ", "auth-worker(304): ", "auth(default): "
    const std::size_t colon = text.substr(0, 48).find(": ");
    if (colon == std::string_view::npos) return text;
    const std::string_view name = text.substr(0, text.find_first_of("(:"));
    const bool known = name.ends_with("-login") || is_any(name, {"auth", "auth-worker", "imap", "pop3",
                                                                 "lmtp", "lda", "IMAP", "POP3", "indexer"});
    if (!known || (text[name.size()] == '(' &&
                   text.substr(name.size(), colon - name.size()).find(',') != std::string_view::npos))
      return text;
    service = name;
    // "imap(bob): Logged out": the name in brackets is the user's.
    if (text[name.size()] == '(' && is_any(name, {"imap", "pop3", "lmtp", "lda", "IMAP", "POP3"}))
      return text;
    text.remove_prefix(colon + 2);
  }
}

/// `user=<bob>, method=PLAIN, rip=203.0.113.9, lip=10.1.0.5, TLS, session=<x>`
void add_parameters(PayloadWriter& out, std::string_view text) {
  while (!text.empty()) {
    std::string_view pair = trim(text.substr(0, text.find(", ")));
    text.remove_prefix(
        std::min(text.size(), text.find(", ") == std::string_view::npos ? text.size() : text.find(", ") + 2));
    const std::size_t equals = pair.find('=');
    if (equals == std::string_view::npos) {
      if (pair == "TLS" || pair == "secured") out.add_vendor("tls", pair);
      continue;
    }
    const std::string_view key = pair.substr(0, equals);
    std::string_view value = pair.substr(equals + 1);
    if (take_prefix(value, "<")) value = value.substr(0, value.find('>'));
    if (key == "user") {
      out.add("user.name", value);
    } else if (key == "rip") {
      out.add_endpoint(Side::source, value);
    } else if (key == "rport") {
      out.add_port(Side::source, value);
    } else if (key == "lip") {
      out.add_endpoint(Side::destination, value);
    } else if (key == "lport") {
      out.add_port(Side::destination, value);
    } else if (is_any(key, {"method", "session", "mpid", "protocol", "proxy", "host"})) {
      out.add_vendor(key, value);
    }
  }
}

void add_protocol(PayloadWriter& out, std::string_view service) {
  take_suffix(service, "-login");
  if (is_any(service, {"imap", "pop3", "managesieve", "submission", "lmtp"}))
    out.add("network.protocol", service);
  if (service == "IMAP") out.add("network.protocol", "imap");
  if (service == "POP3") out.add("network.protocol", "pop3");
}

/// "Login: user=<bob>, …", "Aborted login (auth failed, 2 attempts in 9 secs): user=<bob>, …", "Disconnected (no auth attempts): …"
void parse_login(PayloadWriter& out, std::string_view text) {
  std::size_t begin = text.find("user=<");
  if (begin == std::string_view::npos) begin = text.find("method=");
  if (begin == std::string_view::npos) begin = text.find("rip=");
  const std::string_view state = text.substr(0, begin);
  if (begin != std::string_view::npos) add_parameters(out, text.substr(begin));
  if (state.starts_with("Login: ")) return out.logon("logon", Outcome::success);
  if (const std::size_t at = state.find(" attempts"); at != std::string_view::npos) {
    std::size_t digits = at;
    while (digits > 0 && is_digit(state[digits - 1])) --digits;
    if (digits < at) out.add_vendor("attempts", state.substr(digits, at - digits), ValueType::integer);
  }
  const bool nothing_tried =
      contains(state, "no auth attempts") || contains(state, "before auth") || contains(state, "finish SASL");
  // A method was chosen and no login came of it: old versions say no more.
  const bool old_abort =
      state.starts_with("Aborted login: ") && contains(text, "method=") && !contains(text, "user=<>");
  if (!nothing_tried && (contains(state, "auth failed") || contains(state, "auth_failed") ||
                         contains(state, "authentication failed") || contains(state, "tried to use dis") ||
                         contains(state, " authentication attempt") || old_abort)) {
    return out.logon("logon", Outcome::failure);
  }
  if (nothing_tried || state.starts_with("Disconnected") || state.starts_with("Aborted") ||
      contains(state, "aborted")) {
    out.classify("session", "end", "disconnected");
  }
}

/// "pam(bob,203.0.113.9,<session>): reason", "auth(bob,203.0.113.9,sasl:login)<session>: Info: sql: reason"
bool parse_auth(PayloadWriter& out, std::string_view text) {
  for (std::size_t open = text.find('('); open != std::string_view::npos && open < 64;
       open = text.find('(', open + 1)) {
    const std::string_view inside = text.substr(open + 1);
    for (std::size_t comma = inside.find(','); comma != std::string_view::npos && comma < 256;
         comma = inside.find(',', comma + 1)) {
      const LogonPeer peer = read_logon_peer(inside.substr(comma + 1));
      if (peer.end == 0) continue;
      const std::size_t colon = inside.find(": ", comma + 1 + peer.end);
      if (colon == std::string_view::npos) return false;
      std::string_view reason = trim(inside.substr(colon + 2));
      take_prefix(reason, "Info: ");
      for (const std::string_view store : {"sql: ", "pam: ", "ldap: ", "passwd-file: ", "passwd: "})
        take_prefix(reason, store);
      out.add("user.name", inside.substr(0, comma));
      out.add_endpoint(Side::source, peer.address);
      if (open > 0 && text.substr(0, open) != "auth") out.add_vendor("passdb", text.substr(0, open));
      out.add("event.reason", reason);
      const bool failed = contains(reason, "unknown user") || contains(reason, "ismatch") ||
                          contains(reason, "nvalid credentials") ||
                          contains(reason, "pam_authenticate() failed") ||
                          contains(reason, "uthentication fail") || contains(reason, "check failed") ||
                          contains(reason, "ser not found") || contains(reason, "disabled");
      if (failed && text.substr(0, open) != "userdb") out.logon("logon", Outcome::failure);
      return true;
    }
  }
  return false;
}

/// Dovecot's login, authentication and mail processes, over syslog or in its own file.
void parse_dovecot(PayloadWriter& out) {
  out.log_source("linux", {}, "syslog");
  out.observer("Dovecot", "Dovecot", "mail");
  std::string_view service = out.header().app;
  const std::string_view text = bare_line(out.text(), service);
  add_protocol(out, service);
  if (service.ends_with("-login") || text.starts_with("Aborted login") || text.starts_with("Login: "))
    return parse_login(out, text);
  if (text.starts_with("pam_")) {  // PAM's own line, written by Dovecot's process
    const LogonText logon = read_logon_text(text);
    return logon.outcome == Outcome::none ? void() : add_logon(out, logon);
  }
  if (parse_auth(out, text)) return;
  // "imap(bob)<pid><session>: Logged out in=59 out=566"
  if (const std::size_t open = text.find('(');
      open != std::string_view::npos &&
      is_any(text.substr(0, open), {"imap", "pop3", "lmtp", "lda", "IMAP", "POP3"})) {
    const std::string_view inside = text.substr(open + 1);
    out.add("user.name", inside.substr(0, inside.find_first_of("),")));
    if (contains(inside, "Logged out") || contains(inside, "Disconnected") ||
        contains(inside, "Connection closed")) {
      out.classify("session", "end", "logged_out");
    } else if (contains(inside, "saved mail to")) {
      out.classify("email", "info", "delivered", Outcome::success);
    }
  }
}

Kinds dovecot_kinds(const SyslogHeader&, std::string_view text) {
  const std::string_view front = text.substr(0, 256);
  const bool logon = contains(front, "auth") || contains(front, "Login: ") || contains(front, "borted");
  return logon ? Kind::application | Kind::logon : Kinds(Kind::application);
}

}  // namespace

extern const FormatSpec kFormat_dovecot = {
    .number = Format{61},
    .name = "dovecot",
    .title = "Dovecot",
    .sample =
        R"(imap-login: Disconnected (auth failed, 1 attempts in 2 secs): user=<bob>, method=PLAIN, rip=203.0.113.9, lip=10.1.0.5, TLS)",
    .rank = 20,
    .programs = kPrograms,
    .starts = kStarts,
    .claims = is_dovecot,
    .parse = parse_dovecot,
    .kinds_of = dovecot_kinds,
    .log_sources = kLogSources,
};

}  // namespace vigil
