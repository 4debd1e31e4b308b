#include "parsers/format.h"
#include "parsers/logon_names.h"
#include "parsers/payload_text.h"

namespace vigil {
namespace {

constexpr std::string_view kPrograms[] = {
    "sendmail", "sm-mta", "sm-acceptingconnections", "sm-msp-queue", "sm-que", "sm-mta-auth", "sendmail-mta"};

/// "host.example.org [203.0.113.9] (may be forged)", "[203.0.113.9]", "bob@localhost": a name alone is a user's.
void add_relay(PayloadWriter& out, Side side, std::string_view text) {
  const std::size_t open = text.rfind('[');
  const LogonPeer peer = open == std::string_view::npos ? LogonPeer() : read_logon_peer(text.substr(open));
  if (peer.end > 0) out.add_endpoint(side, peer.address);
  const std::string_view name = text.substr(0, text.find_first_of(" ["));
  if (!name.empty() && name.find('@') == std::string_view::npos && !name.ends_with('.')) {
    out.add(side == Side::source ? "source.domain" : "destination.domain", name);
  }
}

std::string_view without_angles(std::string_view text) {
  take_prefix(text, "<");
  take_suffix(text, ">");
  return text;
}

/// `from=<alice@example.org>, size=1843, class=0, nrcpts=1, msgid=<…>, proto=ESMTP, daemon=MTA, relay=host [203.0.113.9]`
bool parse_pairs(PayloadWriter& out, std::string_view text) {
  const bool arrival = text.starts_with("from=");
  if (!arrival && !text.starts_with("to=") && !text.starts_with("ruleset=") && !text.starts_with("AUTH=") &&
      !text.starts_with("STARTTLS="))
    return false;
  const bool outgoing = text.starts_with("to=");
  bool failed = false, sent = false;
  while (!text.empty()) {
    std::string_view pair = text.substr(0, text.find(", "));
    text.remove_prefix(std::min(text.size(), pair.size() + 2));
    const std::size_t equals = pair.find('=');
    if (equals == std::string_view::npos) continue;
    const std::string_view key = pair.substr(0, equals);
    const std::string_view value = pair.substr(equals + 1);
    if (key == "from") {
      out.add("email.from.address", without_angles(value));
    } else if (key == "to" || key == "arg1") {
      out.add("email.to.address", without_angles(value));
    } else if (key == "size") {
      out.add_number("email.message_size", value);
    } else if (key == "msgid") {
      out.add("email.message_id", without_angles(value));
    } else if (key == "relay") {
      add_relay(out, outgoing ? Side::destination : Side::source, value);
    } else if (key == "authid") {
      out.add("user.name", value);
    } else if (key == "mech") {
      out.add_vendor("method", value);
    } else if (key == "ruleset") {
      out.add("rule.name", value);
    } else if (key == "reject") {
      // The reason is the rest and may hold commas.
      const std::string_view all(value.data(), value.size() + (text.empty() ? 0 : text.size() + 2));
      out.add("event.reason", all);
      out.classify("email", "denied", "rejected", Outcome::failure);
      return true;
    } else if (key == "stat") {
      sent = value.starts_with("Sent");
      failed = !sent && !value.starts_with("Deferred") && !value.starts_with("queued");
      out.add("event.reason", value);
    } else if (is_any(key, {"ctladdr", "mailer", "dsn", "proto", "daemon", "nrcpts", "delay", "AUTH",
                            "STARTTLS", "verify", "cipher", "version"})) {
      out.add_vendor(key, value);
    }
  }
  if (out.event().find("vendor.AUTH") != nullptr) {
    out.logon("logon", Outcome::success);
  } else if (outgoing) {
    out.classify("email", "info",
                 sent     ? "delivered"
                 : failed ? "failed"
                          : "deferred",
                 sent     ? Outcome::success
                 : failed ? Outcome::failure
                          : Outcome::none);
  } else if (arrival) {
    out.classify("email", "start", "received");
  }
  return true;
}

/// Sendmail: `QUEUEID: from=…, relay=…`, `AUTH failure (LOGIN): … user=bob, relay=[203.0.113.9]`,
/// `host [203.0.113.9]: possible SMTP attack: command=AUTH, count=5`, `AUTH=server, relay=…, authid=bob, mech=LOGIN`.
/// What a client sends stands before sendmail's own relay=, which is read from the right.
void parse_sendmail(PayloadWriter& out) {
  out.observer("Proofpoint", "Sendmail", "mail");
  std::string_view text = trim(out.text());
  const std::string_view id = text.substr(0, text.find(": "));
  if (id.size() < text.size() && id.size() >= 12 && id.size() <= 20 &&
      id.find_first_of(" =,[") == std::string_view::npos) {
    out.add_vendor("queue_id", id);
    text = trim_left(text.substr(id.size() + 1));
  }
  if (text.starts_with("AUTH failure (")) {
    std::string_view method = text.substr(14);
    out.add_vendor("method", method.substr(0, method.find(')')));
    const std::size_t relay = text.rfind("relay=");
    const std::string_view before = text.substr(0, relay);
    if (relay != std::string_view::npos) add_relay(out, Side::source, text.substr(relay + 6));
    if (const std::size_t user = before.find(", user="); user != std::string_view::npos) {
      const std::string_view name = before.substr(user + 7);
      out.add("user.name", name.substr(0, name.find(", ")));
    }
    return out.logon("logon", Outcome::failure);
  }
  if (const std::size_t at = text.find(": possible SMTP attack: command="); at != std::string_view::npos) {
    add_relay(out, Side::source, text.substr(0, at));
    std::string_view rest = text.substr(at + 32);
    const std::string_view command = take_until(rest, ',');
    out.add_vendor("command", command);
    if (const std::size_t count = rest.find("count="); count != std::string_view::npos)
      out.add_vendor("count", rest.substr(count + 6));
    // Refused passwords in a row, or addresses tried one after the other.
    return command == "AUTH" ? out.logon("logon", Outcome::failure)
                             : out.classify("email", "denied", "smtp_attack", Outcome::failure);
  }
  if (parse_pairs(out, text)) return;
  for (const std::string_view word :
       {" did not issue ", ": lost input channel from ", "rejecting commands from ",
        "lost input channel from ", "rejecting connections on "}) {
    const std::size_t at = text.find(word);
    if (at == std::string_view::npos) continue;
    std::string_view host = word.starts_with(" did") ? text.substr(0, at) : text.substr(at + word.size());
    if (const std::size_t close = host.find(']'); close != std::string_view::npos)
      host = host.substr(0, close + 1);
    add_relay(out, Side::source, host);
    return out.classify("network", word.starts_with("rejecting") ? "denied" : "connection", "connection");
  }
}

Kinds sendmail_kinds(const SyslogHeader&, std::string_view text) {
  return contains(text, "AUTH") ? Kind::application | Kind::logon : Kinds(Kind::application);
}

}  // namespace

extern const FormatSpec kFormat_sendmail = {
    .number = Format{65},
    .name = "sendmail",
    .title = "Sendmail",
    .sample =
        R"(7AK6x0Qa005976: AUTH failure (LOGIN): authentication failure (-13) SASL(-13): authentication failure: checkpass failed, user=bob, relay=[203.0.113.9])",
    .rank = 20,
    .programs = kPrograms,
    .parse = parse_sendmail,
    .kinds_of = sendmail_kinds,
};

}  // namespace vigil
