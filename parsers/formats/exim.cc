#include "parsers/exim_line.h"

#include "parsers/format.h"
#include "parsers/logon_names.h"
#include "parsers/payload_text.h"

namespace vigil {
namespace {

/// "1o6abc-0005Lz-1F", "1rAbcD-00000001abc-1xyz": 16 or 23 characters in three parts.
bool is_message_id(std::string_view word) {
  const bool old_form = word.size() == 16 && word[6] == '-' && word[13] == '-';
  const bool new_form = word.size() == 23 && word[6] == '-' && word[18] == '-';
  return old_form || new_form;
}

constexpr std::string_view kFlags[] = {"<=", "=>", "->", ">>", "*>", "**", "==", "(="};

/// The value of " H=", " A=" and so on in the rest of a line.
std::string_view value_of(std::string_view text, std::string_view key) {
  std::size_t at = text.starts_with(key.substr(1)) ? 0 : text.find(key);
  if (at == std::string_view::npos) return {};
  at += at == 0 && text.starts_with(key.substr(1)) ? key.size() - 1 : key.size();
  return text.substr(at, text.find(' ', at) - at);
}

/// "host.example.org (helo) [203.0.113.9]:50022": Exim writes the address last, in brackets; helo is the client's own word.
void add_host(PayloadWriter& out, Side side, std::string_view text) {
  const std::string_view name = text.substr(0, text.find(' '));
  for (std::size_t at = text.find('['); at != std::string_view::npos; at = text.find('[', at + 1)) {
    if (at > 0 && text[at - 1] == '(') continue;  // "([127.0.0.1])"
    const LogonPeer peer = read_logon_peer(text.substr(at));
    if (peer.end == 0) continue;
    out.add_endpoint(side, peer.address);
    out.add_port(side, peer.port);
    break;
  }
  if (!name.empty() && name.front() != '[' && name.front() != '(')
    out.add(side == Side::source ? "source.domain" : "destination.domain", name);
  if (const std::size_t open = text.find('('); open != std::string_view::npos) {
    const std::string_view helo = text.substr(open + 1);
    out.add_vendor("helo", helo.substr(0, helo.find(')')));
  }
}

std::string_view in_angles(std::string_view text, std::string_view before) {
  const std::size_t at = text.find(before);
  if (at == std::string_view::npos) return {};
  const std::string_view rest = text.substr(at + before.size());
  return rest.substr(0, rest.find('>'));
}

/// "login authenticator failed for H [A]:P: 535 Incorrect authentication data (set_id=bob)"
void parse_failed_authenticator(PayloadWriter& out, std::string_view text, std::size_t at) {
  out.add_vendor("authenticator", text.substr(0, at));
  std::string_view rest = text.substr(at + std::string_view(" authenticator failed for ").size());
  add_host(out, Side::source, rest.substr(0, rest.find(": ")));
  if (const std::size_t set = rest.rfind("(set_id="); set != std::string_view::npos) {
    std::string_view user = rest.substr(set + 8);
    take_suffix(user, ")");
    out.add("user.name", user);
    rest = rest.substr(0, set);
  }
  if (const std::size_t colon = rest.find(": "); colon != std::string_view::npos)
    out.add("event.reason", trim(rest.substr(colon + 2)));
  out.logon("logon", Outcome::failure);
}

/// "H=host [A]:P F=<from> rejected RCPT <to>: reason"
void parse_refusal(PayloadWriter& out, std::string_view text) {
  const std::size_t host = text.find("H=");
  std::string_view rest = text.substr(host + 2);
  std::size_t end = rest.find("]");
  const std::size_t port = end == std::string_view::npos ? end : rest.find(' ', end);
  add_host(out, Side::source, rest.substr(0, port));
  out.add("email.from.address", in_angles(rest, " F=<"));
  if (const std::string_view user = value_of(rest, " A="); !user.empty()) {
    if (const std::size_t colon = user.find(':'); colon != std::string_view::npos)
      out.add("user.name", user.substr(colon + 1));
  }
  for (const std::string_view word : {" temporarily rejected ", " rejected "}) {
    const std::size_t at = rest.find(word);
    if (at == std::string_view::npos) continue;
    const std::string_view what = rest.substr(at + word.size());
    out.add_vendor("command", what.substr(0, what.find_first_of(" :")));
    const std::string_view to = in_angles(what, "<");
    out.add("email.to.address", to);
    if (const std::size_t colon = what.find(": "); colon != std::string_view::npos)
      out.add("event.reason", what.substr(colon + 2));
    // Who tries addresses that are none looks for accounts.
    if (contains(what, "No Such User") || contains(what, "Unknown user") ||
        contains(what, "Unrouteable address"))
      out.add("user.name", to);
    return out.classify("email", "denied", "rejected", Outcome::failure);
  }
}

void parse_message(PayloadWriter& out, std::string_view id, std::string_view text) {
  out.add_vendor("queue_id", id);
  const std::string_view flag = text.substr(0, 2);
  if (text.starts_with("Completed")) return out.classify("email", "end", "completed");
  std::string_view rest = trim_left(text.substr(std::min<std::size_t>(text.size(), 2)));
  const bool arrival = flag == "<=";
  std::string_view address = rest.substr(0, rest.find(' '));
  if (const std::string_view full = in_angles(rest.substr(0, 256), "<");
      !arrival && !full.empty() && rest.find('<') < rest.find('='))
    address = full;
  if (address != "<>") out.add(arrival ? "email.from.address" : "email.to.address", address);
  if (const std::size_t host = rest.find(" H="); host != std::string_view::npos) {
    std::string_view peer = rest.substr(host + 3);
    if (const std::size_t end = peer.find(']'); end != std::string_view::npos)
      peer = peer.substr(0, peer.find(' ', end));
    add_host(out, arrival ? Side::source : Side::destination, peer);
  }
  if (const std::string_view auth = value_of(rest, " A="); !auth.empty()) {
    const std::size_t colon = auth.find(':');
    out.add_vendor("authenticator", auth.substr(0, colon));
    if (colon != std::string_view::npos) out.add("user.name", auth.substr(colon + 1));
    out.add("event.category", "authentication");
  }
  if (const std::string_view local = value_of(rest, " U="); !local.empty()) out.add("user.name", local);
  if (const std::string_view size = value_of(rest, " S="); !size.empty())
    out.add_number("email.message_size", size);
  out.add("email.message_id", value_of(rest, " id="));
  out.add("network.protocol", value_of(rest, " P="));
  for (const auto& [key, name] : {std::pair<std::string_view, std::string_view>{" R=", "router"},
                                  {" T=", "transport"},
                                  {" X=", "tls"},
                                  {" C=", "confirmation"}}) {
    if (const std::string_view value = value_of(rest, key); !value.empty()) out.add_vendor(name, value);
  }
  if (arrival) return out.classify("email", "start", "received", Outcome::success);
  if (flag == "**") {
    if (const std::size_t at = rest.rfind(": "); at != std::string_view::npos)
      out.add("event.reason", rest.substr(at + 2));
    return out.classify("email", "end", "failed", Outcome::failure);
  }
  if (flag == "==") return out.classify("email", "info", "deferred");
  out.classify("email", "info", "delivered", Outcome::success);
}

constexpr std::string_view kPrograms[] = {"exim", "exim4"};

/// Exim's lines over syslog, which begin as those of its file but for the time.
void parse_exim(PayloadWriter& out) { parse_exim_line(out, trim(out.text())); }

Kinds exim_kinds(const SyslogHeader&, std::string_view text) {
  return contains(text.substr(0, 512), " authenticator failed ") || contains(text, " A=")
             ? Kind::application | Kind::logon
             : Kinds(Kind::application);
}

}  // namespace

bool is_exim_line(std::string_view text) {
  const std::string_view first = text.substr(0, text.find(' '));
  if (is_message_id(first)) {
    const std::string_view rest = trim_left(text.substr(first.size()));
    for (const std::string_view flag : kFlags) {
      if (rest.starts_with(flag)) return true;
    }
    return rest.starts_with("Completed") || rest.starts_with("H=") || rest.starts_with("SMTP ") ||
           rest.starts_with("Message ");
  }
  if (text.starts_with("H=")) return true;
  return text.substr(first.size()).starts_with(" authenticator failed for ") ||
         text.starts_with("no host name found for IP address ") ||
         text.starts_with("SMTP connection from ") || text.starts_with("SMTP protocol ") ||
         text.starts_with("exim ") || text.starts_with("rejected EHLO ") ||
         text.starts_with("no MAIL in SMTP connection") || text.starts_with("TLS error on connection from ");
}

void parse_exim_line(PayloadWriter& out, std::string_view text) {
  out.observer("Exim", "Exim", "mail");
  if (text.starts_with('[')) {  // log_selector = +pid
    take_until(text, ']');
    text = trim_left(text);
  }
  const std::string_view first = text.substr(0, text.find(' '));
  if (is_message_id(first)) {
    const std::string_view rest = trim_left(text.substr(first.size()));
    if (!rest.starts_with("H=")) return parse_message(out, first, rest);
    out.add_vendor("queue_id", first);
    return parse_refusal(out, rest);
  }
  if (const std::size_t at = text.find(" authenticator failed for "); at != std::string_view::npos)
    return parse_failed_authenticator(out, text, at);
  if (text.starts_with("H=")) return parse_refusal(out, text);
  for (const std::string_view word :
       {" connection from ", " error from ", "rejected EHLO or HELO", "IP address ", "rejected HELO from "}) {
    const std::size_t at = text.find(word);
    if (at == std::string_view::npos) continue;
    std::string_view rest = text.substr(at + word.size());
    take_prefix(rest, "H=");
    const LogonPeer bare = read_logon_peer(rest);
    if (bare.end > 0) {
      out.add_endpoint(Side::source, bare.address);
    } else {
      add_host(out, Side::source, rest);
    }
    return out.classify("email", word.starts_with("rejected") ? "denied" : "connection", "connection");
  }
}

extern const FormatSpec kFormat_exim = {
    .number = Format{63},
    .name = "exim",
    .title = "Exim",
    .sample =
        R"(login authenticator failed for (mail.example.org) [203.0.113.9]:50022: 535 Incorrect authentication data (set_id=bob))",
    .rank = 20,
    .programs = kPrograms,
    .parse = parse_exim,
    .kinds_of = exim_kinds,
};

}  // namespace vigil
