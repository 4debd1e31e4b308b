#include "parsers/format.h"

#include "parsers/payload_text.h"

namespace vigil {
namespace {

/// Where the user and the address stand behind a line's first words.
enum class Shape : std::uint8_t {
  text,         ///< nowhere
  method_user,  ///< METHOD for [invalid user ]USER from HOST port N …
  for_user,     ///< … for [invalid user ]USER from HOST …   (the words before "for" vary)
  user_from,    ///< [invalid user ]USER from HOST …
  user_host,    ///< [authenticating user |invalid user |user ]USER HOST port N …, or HOST port N … alone
  host,         ///< HOST[ port N] …
  from_host,    ///< … from HOST[ port N] …
  host_in_brackets  ///< … (HOST) or … [HOST]
};

struct Line {
  std::string_view prefix;
  Shape shape;
  std::string_view action;
  Outcome outcome;
  std::string_view category = "authentication";
  std::string_view type = "start";
};

// Longer prefixes stand before the shorter ones they begin with.
constexpr Line kLines[] = {
    {"Accepted ", Shape::method_user, "ssh_login", Outcome::success},
    {"Failed ", Shape::method_user, "ssh_login", Outcome::failure},
    {"Postponed ", Shape::method_user, "ssh_login_postponed", Outcome::unknown},
    {"Partial ", Shape::method_user, "ssh_login_postponed", Outcome::unknown},
    {"Authentication refused: ", Shape::text, "ssh_key_refused", Outcome::failure},
    {"Invalid user ", Shape::user_from, "ssh_invalid_user", Outcome::failure},
    {"Illegal user ", Shape::user_from, "ssh_invalid_user", Outcome::failure},
    {"User ", Shape::user_from, "ssh_user_not_allowed", Outcome::failure},
    {"ROOT LOGIN REFUSED FROM ", Shape::host, "ssh_user_not_allowed", Outcome::failure},
    {"PAM: ", Shape::for_user, "ssh_pam_failure", Outcome::failure},
    {"maximum authentication attempts exceeded for ", Shape::user_from, "ssh_max_attempts", Outcome::failure},
    {"Authentication tried for ", Shape::user_from, "ssh_user_not_allowed", Outcome::failure},
    {"Disconnecting: Too many authentication failures", Shape::for_user, "ssh_max_attempts",
     Outcome::failure},
    {"Disconnecting authenticating user ", Shape::user_host, "ssh_max_attempts", Outcome::failure},
    {"Disconnecting invalid user ", Shape::user_host, "ssh_max_attempts", Outcome::failure},
    {"Connection closed by ", Shape::user_host, "ssh_connection_closed", Outcome::none, "session", "end"},
    {"Connection reset by ", Shape::user_host, "ssh_connection_closed", Outcome::none, "session", "end"},
    {"Disconnected from ", Shape::user_host, "ssh_disconnect", Outcome::none, "session", "end"},
    {"Received disconnect from ", Shape::host, "ssh_disconnect", Outcome::none, "session", "end"},
    {"Close session: user ", Shape::user_from, "ssh_session_end", Outcome::none, "session", "end"},
    {"Starting session: ", Shape::for_user, "ssh_session_start", Outcome::none, "session", "start"},
    {"refused connect from ", Shape::host_in_brackets, "ssh_refused", Outcome::failure, "network", "denied"},
    {"Did not receive identification string from ", Shape::host, "ssh_no_identification", Outcome::none,
     "network", "connection"},
    {"Bad protocol version identification ", Shape::from_host, "ssh_no_identification", Outcome::none,
     "network", "connection"},
    {"Unable to negotiate with ", Shape::host, "ssh_negotiation_failed", Outcome::failure, "network",
     "connection"},
    {"Unable to negotiate ", Shape::text, "ssh_negotiation_failed", Outcome::failure, "network",
     "connection"},
    {"no matching ", Shape::text, "ssh_negotiation_failed", Outcome::failure, "network", "connection"},
    {"kex_exchange_identification: ", Shape::text, "ssh_no_identification", Outcome::none, "network",
     "connection"},
    {"kex_protocol_error: ", Shape::text, "ssh_negotiation_failed", Outcome::none, "network", "connection"},
    {"banner exchange: ", Shape::from_host, "ssh_no_identification", Outcome::none, "network", "connection"},
    {"ssh_dispatch_run_fatal: ", Shape::from_host, "ssh_negotiation_failed", Outcome::none, "network",
     "connection"},
    {"Magic value check failed ", Shape::from_host, "ssh_negotiation_failed", Outcome::failure, "network",
     "connection"},
    {"Timeout before authentication for connection from ", Shape::host, "ssh_timeout", Outcome::none,
     "network", "connection"},
    {"Timeout before authentication for ", Shape::host, "ssh_timeout", Outcome::none, "network",
     "connection"},
    {"drop connection ", Shape::from_host, "ssh_refused", Outcome::failure, "network", "denied"},
    {"Connection from ", Shape::host, "ssh_connection", Outcome::none, "network", "connection"},
    {"Address ", Shape::host, "ssh_address_mismatch", Outcome::none, "network", "info"},
    {"reverse mapping checking getaddrinfo for ", Shape::host_in_brackets, "ssh_address_mismatch",
     Outcome::none, "network", "info"},
};

/// An end of a connection as sshd writes it: "HOST[ port N]", with what follows.
struct Peer {
  std::string_view host, port, rest;
};

Peer read_peer(std::string_view text) {
  Peer peer;
  std::string_view host = text.substr(0, text.find_first_of(" ,"));
  peer.rest = text.substr(host.size());
  // "HOST: 11: Bye Bye" and "[HOST]:PORT"
  if (host.starts_with('[') && host.find("]:") != std::string_view::npos) {
    peer.port = host.substr(host.find("]:") + 2);
    host = host.substr(0, host.find("]:") + 1);
  } else if (host.ends_with(':') && !host.ends_with("::")) {
    host.remove_suffix(1);
  }
  peer.host = host;
  if (take_prefix(peer.rest, " port ")) {
    std::size_t digits = 0;
    while (digits < peer.rest.size() && is_digit(peer.rest[digits])) ++digits;
    peer.port = peer.rest.substr(0, digits);
    peer.rest.remove_prefix(digits);
  }
  return peer;
}

void add_peer(PayloadWriter& out, const Peer& peer) {
  out.add_endpoint(Side::source, peer.host);
  out.add_port(Side::source, peer.port);
}

/// What sshd itself writes behind the peer of a login line, and no user can: key type and fingerprint, the
/// names of host-based logins, the user of protocol 1.
bool is_login_extra(std::string_view extra) {
  for (const std::string_view start :
       {"RSA", "DSA", "ECDSA", "ED25519", "SSH-", "ssh-", "ecdsa-", "sk-", "client user ", "ruser "}) {
    if (extra.starts_with(start)) return true;
  }
  return false;
}

/// Position of the " from " before the address sshd wrote: the last one, unless what follows an earlier one
/// can only be sshd's own.
std::size_t from_position(std::string_view text) {
  for (std::size_t at = text.find(" from "); at != std::string_view::npos; at = text.find(" from ", at + 1)) {
    std::string_view rest = read_peer(text.substr(at + 6)).rest;
    if (!take_prefix(rest, " ssh1: ") && !take_prefix(rest, " ssh2: ")) continue;
    if (is_login_extra(rest)) return at;
  }
  return text.rfind(" from ");
}

bool take_invalid_user(std::string_view& text) {
  return take_prefix(text, "invalid user ") || take_prefix(text, "illegal user ");
}

/// "[invalid user ]USER from HOST …"; true if the user is one the machine does not know.
bool add_user_from(PayloadWriter& out, std::string_view text) {
  bool invalid = take_invalid_user(text);
  // An empty name leaves "Invalid user  from HOST".
  const std::size_t from = from_position(text);
  std::string_view user = text.substr(0, from);
  if (from == std::string_view::npos) {
    if (take_prefix(text, "from ")) {
      user = {};
      add_peer(out, read_peer(text));
    } else {
      user = user.substr(0, user.find(" not allowed"));
    }
  } else {
    add_peer(out, read_peer(text.substr(from + 6)));
  }
  if (user == "<invalid username>") {
    invalid = true;
    user = {};
  }
  out.add("user.name", user);
  return invalid;
}

/// "USER HOST port N" read from the right; or "HOST port N" or "HOST" alone.
void add_user_host(PayloadWriter& out, std::string_view text) {
  const std::size_t port = text.rfind(" port ");
  const std::string_view before = text.substr(0, port);
  const std::size_t space = before.rfind(' ');
  const std::size_t start = space == std::string_view::npos ? 0 : space + 1;
  if (space != std::string_view::npos) out.add("user.name", trim(text.substr(0, space)));
  add_peer(out, read_peer(text.substr(start)));
}

/// What may stand around the message: "error: ", "[preauth]", Solaris' message ids, syslog's repetition.
std::string_view bare_line(PayloadWriter& out) {
  std::string_view text = trim(out.text());
  take_prefix(text, "[sshd]:") || take_prefix(text, "[sshd]");
  text = trim_left(text);
  if (text.starts_with("[ID ")) {
    const std::size_t end = text.find("] ");
    if (end != std::string_view::npos) text.remove_prefix(end + 2);
  }
  std::string_view repeated = text;
  if (take_prefix(repeated, "message repeated ")) {
    const std::string_view count = take_until(repeated, ' ');
    if (take_prefix(repeated, "times: [") && all_digits(count)) {
      out.add_vendor("repeated", count, ValueType::integer);
      text = trim(repeated);
      take_suffix(text, "]");
      text = trim(text);
    }
  }
  while (take_prefix(text, "error: ") || take_prefix(text, "fatal: ") || take_prefix(text, "info: ")) {
  }
  take_suffix(text, " [preauth]");
  return trim(text);
}

Outcome refine(PayloadWriter& out, const Line& line, std::string_view rest) {
  switch (line.shape) {
    case Shape::text:
      break;
    case Shape::method_user: {
      const std::string_view method = take_until(rest, ' ');
      out.add_vendor("method", method);
      if (!take_prefix(rest, "for ")) return Outcome::unknown;
      const bool invalid = add_user_from(out, rest);
      const bool tried_only = method == "publickey" || method == "none";
      if (line.outcome == Outcome::failure && tried_only && !invalid) return Outcome::unknown;
      if (line.outcome == Outcome::unknown && invalid) return Outcome::failure;
      break;
    }
    case Shape::for_user: {
      const std::size_t at = rest.find(" for ");
      if (at != std::string_view::npos) add_user_from(out, rest.substr(at + 5));
      break;
    }
    case Shape::user_from:
      add_user_from(out, rest);
      break;
    case Shape::user_host: {
      const bool authenticating = take_prefix(rest, "authenticating user ") || take_invalid_user(rest) ||
                                  line.outcome == Outcome::failure;
      if (!authenticating && take_prefix(rest, "user ")) {
        add_user_host(out, rest);
        return Outcome::success;  // the end of a session that had been let in
      }
      // "Disconnecting … port 44004: Change of username …"
      const std::size_t port = rest.rfind(" port ");
      const std::size_t colon = port == std::string_view::npos ? port : rest.find(": ", port);
      add_user_host(out, rest.substr(0, colon));
      return authenticating ? Outcome::failure : line.outcome;
    }
    case Shape::host: {
      const Peer peer = read_peer(rest);
      add_peer(out, peer);
      if (line.prefix.starts_with("ROOT")) out.add("user.name", "root");
      // The client says why it left; these two say that it could not log in.
      if (contains(peer.rest, "Auth fail") || contains(peer.rest, "authentication methods available")) {
        return Outcome::failure;
      }
      break;
    }
    case Shape::from_host: {
      const std::size_t from = rest.starts_with("from ") ? 0 : rest.rfind(" from ");
      if (from != std::string_view::npos) add_peer(out, read_peer(trim_left(rest.substr(from)).substr(5)));
      break;
    }
    case Shape::host_in_brackets: {
      const std::size_t open = rest.find_last_of("([");
      if (open == std::string_view::npos) break;
      out.add_endpoint(Side::source, rest.substr(open + 1, rest.find_first_of(")]", open) - open - 1));
      break;
    }
  }
  return line.outcome;
}

constexpr std::string_view kPrograms[] = {"sshd", "sshd-session", "sshd-auth"};
constexpr std::string_view kStarts[] = {"[sshd]"};
constexpr LogSource kLogSources[] = {{"linux", "", "auth"}, {"linux", "", "sshd"}};

/// What OpenSSH's server says. event.action tells the lines of one login apart, so that a rule counts an
/// attempt once:
///
///   ssh_login                 Accepted …, Failed … : one line per attempt and method
///   ssh_invalid_user          Invalid user …                       (comes before its "Failed …" line)
///   ssh_pam_failure           error: PAM: Authentication failure … (comes beside it)
///   ssh_max_attempts          maximum authentication attempts …, Too many authentication failures
///   ssh_login_postponed       one factor of several, or the question before the answer
///   ssh_key_refused           a file of keys that others may write
///   ssh_user_not_allowed      AllowUsers, DenyUsers, locked accounts, ROOT LOGIN REFUSED
///   ssh_connection_closed, ssh_disconnect, ssh_negotiation_failed, ssh_no_identification, ssh_timeout,
///   ssh_refused, ssh_connection, ssh_session_end, ssh_address_mismatch
///
/// A key of an existing user that was not accepted is outcome "unknown": clients try all their keys in turn.
///
/// Names of users are chosen by whoever knocks and may hold " from 10.0.0.1 port 22": the address is
/// therefore read from the right, where sshd wrote it.
void parse_sshd(PayloadWriter& out) {
  out.log_source("linux", {}, "sshd");
  out.log_source("linux", {}, "auth");
  const std::string_view text = bare_line(out);
  for (const Line& line : kLines) {
    if (!text.starts_with(line.prefix)) continue;
    // "User root from …" is a refusal only with its "not allowed".
    if (line.prefix == "User " && !contains(text, " not allowed ")) break;
    const Outcome outcome = refine(out, line, text.substr(line.prefix.size()));
    const bool failed_end = line.outcome == Outcome::none && outcome == Outcome::failure;
    out.classify(failed_end && line.category == "session" ? "authentication" : line.category,
                 failed_end ? "start" : line.type, line.action, outcome);
    return;
  }
}

}  // namespace

extern const FormatSpec kFormat_sshd = {
    .number = Format::sshd,
    .name = "sshd",
    .title = "OpenSSH server",
    .sample =
        R"(Failed password for invalid user admin from 203.0.113.9 port 50022 ssh2)",
    .rank = 20,
    .programs = kPrograms,
    .starts = kStarts,
    // "SSHD_LOGIN_FAILED: …" is Junos', "2026-11-20 14:59:00.123Z [root]: Login_Denied" an appliance's audit.
    .claims = [](const SyslogHeader&, std::string_view text) { return !text.starts_with("SSHD_") && !is_digit(text.front()); },
    .parse = parse_sshd,
    .kinds = Kind::os | Kind::logon,
    .names_host = NamesHost::never,
    .log_sources = kLogSources,
};

}  // namespace vigil
