#include "parsers/format.h"

#include "parsers/field_target.h"
#include "parsers/payload_text.h"
#include "parsers/payload_time.h"
#include "parsers/server_text.h"
#include "parsers/text_template.h"
#include "parsers/web_request.h"

namespace vigil {
namespace {

/// "<bob@example.com>" without its angles.
std::string_view without_angles(std::string_view address) {
  address = trim(address);
  take_prefix(address, "<");
  return address.substr(0, address.find('>'));
}

// clang-format off
/// Postfix' and Sendmail's lines about one message, behind the queue's id: pairs, parted by commas.
constexpr FieldRow kKeys[] = {
    {"from", "_"}, {"to", "_"}, {"orig_to", "email.original_to"}, {"relay", "_"}, {"delay", "_"}, {"delays", "delays"}, {"dsn", "event.code"},
    {"status", "_"}, {"stat", "_"}, {"size", "email.size:number"}, {"nrcpt", "recipients"}, {"nrcpts", "recipients"}, {"client", "_"}, {"message-id", "_"}, {"msgid", "_"},
    {"helo", "helo"}, {"proto", "network.protocol:lower"}, {"ctladdr", "_"}, {"mailer", "mailer"}, {"pri", "pri"}, {"xdelay", "xdelay"}, {"class", "class"},
    {"conn_use", "connections"}, {"subject", "email.subject"}, {"daemon", "daemon"}, {"tls_version", "tls.version"}, {"cipher", "tls.cipher"},
    {"sasl_method", "method"}, {"sasl_username", "user"}, {"bodytype", "bodytype"}, {"arg1", "arg1"}, {"reject", "event.reason"},
};
constexpr FieldMap kMap(kKeys);

constexpr TextRow kPostfix[] = {
    {"connect from {client}", "network", "start", "smtp_connect"},
    {"disconnect from {client}", "network", "end", "smtp_disconnect"},
    {"lost connection after {smtp_stage} from {client}", "network", "end", "smtp_lost_connection"},
    {"timeout after {smtp_stage} from {client}", "network", "end", "smtp_timeout"},
    {"improper command pipelining after {smtp_stage|word} from {client}", "network", "denied", "smtp_pipelining"},
    {"too many errors after {smtp_stage|word} from {client}", "network", "denied", "smtp_too_many_errors"},
    {"warning: hostname {resolved_name|word} does not resolve to address {source|ip}", "network", "info", "smtp_name_mismatch"},
    {"CONNECT from \\[{source|ip}\\]:{source.port|number} to \\[{destination|ip}\\]:{destination.port|number}", "network", "start", "postscreen_connect"},
    {"PASS {verdict|word} \\[{source|ip}\\]:{source.port|number}", "network", "allowed", "postscreen_pass"},
};
// clang-format on

/// "unknown[203.0.113.9]", "mail.example[203.0.113.9]:25", "local": name and address of a peer.
void add_named_peer(PayloadWriter& out, Side side, std::string_view peer) {
  peer = trim(peer);
  const std::size_t open = peer.find('[');
  if (open == std::string_view::npos) {
    const std::string_view word = peer.substr(0, peer.find_first_of(" ,;"));
    if (!plain_address(word).empty()) out.add_endpoint(side, word);
    return;
  }
  const std::size_t close = peer.find(']', open);
  std::string_view address = peer.substr(open + 1, close - open - 1);
  take_prefix(address, "IPv6:");
  out.add_endpoint(side, address);
  const std::string_view name = trim(peer.substr(0, open));
  if (!name.empty() && name != "unknown" && name.find(' ') == std::string_view::npos)
    out.add(side == Side::source ? "source.domain" : "destination.domain", name);
  if (close != std::string_view::npos && peer.substr(close).starts_with("]:")) {
    const std::string_view port = peer.substr(close + 2);
    out.add_port(side, port.substr(0, port.find_first_not_of("0123456789")));
  }
}

/// Addresses, and what became of the message. Values in angles may hold commas; a relay's words and a status' reason may
/// stand in parentheses.
void put_mail_pairs(PayloadWriter& out, std::string_view text) {
  const FieldTable table = kMap;
  for (unsigned left = 48; left > 0 && !text.empty(); --left) {
    text = trim_left(text);
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos) return;
    std::string_view key = text.substr(0, equals);
    if (const std::size_t blank = key.rfind(' '); blank != std::string_view::npos)
      key.remove_prefix(blank + 1);
    text.remove_prefix(equals + 1);
    std::size_t end = 0;
    if (text.starts_with('<')) end = std::min(text.find('>'), text.size());
    // status=sent (250 2.0.0 Ok: queued as X) is the last of its line; so is stat=.
    const bool last = key == "status" || key == "stat" || key == "reject";
    end = last ? text.size() : std::min(text.find(',', end), text.size());
    std::string_view value = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (!last && value.find(' ') != std::string_view::npos && !value.starts_with('<') && key != "relay" &&
        key != "client" && key != "ctladdr") {
      // "size=512 class=0": pairs without commas.
      const std::size_t blank = value.find(' ');
      if (value.find('=', blank) != std::string_view::npos) {
        text = std::string_view(
            value.data() + blank + 1,
            static_cast<std::size_t>(text.data() + text.size() - (value.data() + blank + 1)));
        value = value.substr(0, blank);
      }
    }
    if (key == "nrcpt") value = value.substr(0, value.find(' '));
    if (key == "from") {
      out.add("email.from.address", without_angles(value));
    } else if (key == "to") {
      // Sendmail lists several: to=<a@x>,<b@y>
      out.add("email.to.address", without_angles(value));
      while (text.starts_with('<')) out.add("email.to.address", without_angles(take_until(text, ',')));
    } else if (key == "message-id" || key == "msgid") {
      out.add("email.message_id", without_angles(value));
    } else if (key == "client") {
      add_named_peer(out, Side::source, value);
    } else if (key == "relay") {
      // A relay of a message on its way in is who brought it: Sendmail's "from=… relay=".
      const bool in = out.event().find("email.from.address") != nullptr &&
                      out.event().find("email.to.address") == nullptr;
      add_named_peer(out, in ? Side::source : Side::destination, value);
    } else if (key == "delay") {
      if (value.find(':') == std::string_view::npos) add_duration(out, value, 1'000'000'000);
    } else if (key == "status" || key == "stat") {
      const std::string_view status = value.substr(0, value.find_first_of(" ("));
      out.add_vendor("status", status);
      std::string_view reason = trim(value.substr(status.size()));
      take_prefix(reason, "(");
      take_suffix(reason, ")");
      out.add("event.reason", reason);
      const bool sent = status == "sent" || status == "Sent" || value.starts_with("Sent");
      const bool failed = is_any(status, {"bounced", "undeliverable"}) || value.starts_with("User unknown") ||
                          value.starts_with("Service unavailable") || value.starts_with("Data format error");
      out.classify({}, "info", "mail_delivery",
                   sent     ? Outcome::success
                   : failed ? Outcome::failure
                            : Outcome::unknown);
    } else if (const Target* target = table.find(key)) {
      put(out, *target, value);
    } else if (key.find_first_of("<>()@:;") == std::string_view::npos && !key.empty()) {
      out.add_vendor(key, value);
    }
  }
}

/// "NOQUEUE: reject: RCPT from unknown[203.0.113.9]: 554 5.7.1 <a@b>: Relay access denied; from=<…> to=<…> proto=ESMTP helo=<…>"
void parse_reject(PayloadWriter& out, std::string_view text) {
  const std::size_t from = text.find(" from ");
  if (from == std::string_view::npos) return;
  std::string_view rest = text.substr(from + 6);
  const std::size_t colon = rest.find("]: ");
  const std::size_t end = colon == std::string_view::npos ? rest.find(": ") : colon + 1;
  add_named_peer(out, Side::source, rest.substr(0, end));
  if (end == std::string_view::npos || end + 2 > rest.size()) return;
  rest.remove_prefix(end + 2);
  const std::size_t semicolon = rest.rfind("; from=");
  std::string_view reason = rest.substr(0, semicolon);
  out.add("event.reason", reason);
  const std::string_view code = reason.substr(0, reason.find(' '));
  if (all_digits(code)) out.add("event.code", code);
  if (semicolon == std::string_view::npos) return;
  std::string_view pairs = rest.substr(semicolon + 2);
  while (!pairs.empty()) {
    pairs = trim_left(pairs);
    const std::string_view key = take_until(pairs, '=');
    std::string_view value = pairs.starts_with('<') ? pairs.substr(0, std::min(pairs.find('>'), pairs.size()))
                                                    : pairs.substr(0, pairs.find(' '));
    pairs.remove_prefix(std::min(value.size() + 1, pairs.size()));
    if (key == "from") out.add("email.from.address", without_angles(value));
    if (key == "to") out.add("email.to.address", without_angles(value));
    if (key == "helo") out.add_vendor("helo", without_angles(value));
    if (key == "proto") out.add("network.protocol", out.lower_case(value));
  }
}

/// A queue's id: "4F9D195432C", "3vXq5Y0Kz9zYw3", Sendmail's "5AK7x0aB012345", then a colon.
bool begins_with_queue_id(std::string_view text) {
  const std::size_t colon = text.substr(0, 24).find(": ");
  if (colon == std::string_view::npos || colon < 6) return false;
  bool digit = false;
  for (const char c : text.substr(0, colon)) {
    if (!is_alpha(c) && !is_digit(c)) return false;
    digit = digit || is_digit(c);
  }
  return digit;
}

bool is_mail_program(std::string_view app) {
  return app.starts_with("postfix") ||
         is_any(app, {"sendmail", "sm-mta", "opensmtpd", "smtpd"}) ||
         app.starts_with("sm-") || app == "dovecot";
}

/// What belongs to authentication is read by the formats that know the programs' logons.
bool is_about_logons(std::string_view text) {
  const std::string_view front = text.substr(0, 512);
  return contains(front, "authentication fail") || contains(front, "AUTH ") || contains(front, "=AUTH") ||
         contains(front, "auth") || contains(front, "-login: ");
}

bool claims_mail(const SyslogHeader& header, std::string_view text) {
  if (!is_mail_program(header.app)) return false;
  if (header.app == "dovecot")
    return text.starts_with("lda(") || text.starts_with("lmtp(") || text.starts_with("deliver(");
  if (text.find("sasl_username=") != std::string_view::npos || is_about_logons(text)) return false;
  return begins_with_queue_id(text) || text.starts_with("NOQUEUE: ") || text.starts_with("connect from ") ||
         text.starts_with("disconnect from ") || text.starts_with("lost connection after ") ||
         text.starts_with("timeout after ") || text.starts_with("improper command ") ||
         text.starts_with("too many errors after ") || text.starts_with("CONNECT from ") ||
         text.starts_with("PASS ");
}

/// One message's way through Postfix, Sendmail and Dovecot's delivery: from, to, relay, status.
void parse_mail(PayloadWriter& out) {
  const std::string_view app = out.header().app;
  std::string_view text = trim(out.text());
  out.add("event.category", "email");
  add_linux_service(out);
  if (app == "dovecot") {
    // lda(bob)<7><…>: msgid=<x@y>: saved mail to INBOX
    out.log_source("dovecot", {}, {});
    const std::size_t open = text.find('(');
    out.add("user.name", text.substr(open + 1, text.find_first_of("),", open) - open - 1));
    if (const std::size_t id = text.find("msgid="); id != std::string_view::npos)
      out.add("email.message_id", without_angles(text.substr(id + 6)));
    return out.classify({}, "info", "mail_delivery",
                        text.find("saved mail") != std::string_view::npos ? Outcome::success : Outcome::none);
  }
  out.log_source(app.starts_with("postfix") ? "postfix" : "sendmail", {}, {});
  if (take_prefix(text, "NOQUEUE: ")) {
    const std::string_view verdict = text.substr(0, text.find(':'));
    parse_reject(out, text);
    const bool rejected = verdict == "reject";
    return out.classify({}, rejected ? "denied" : "info", rejected ? "mail_rejected" : "mail_noted",
                        rejected ? Outcome::failure : Outcome::none);
  }
  if (begins_with_queue_id(text)) {
    out.add("email.local_id", take_until(text, ':'));
    text = trim_left(text);
    if (text.starts_with("reject: ")) {
      parse_reject(out, text);
      return out.classify({}, "denied", "mail_rejected", Outcome::failure);
    }
    if (text == "removed") return out.classify({}, "end", "mail_removed");
    put_mail_pairs(out, text);
    if (out.event().find("event.action") == nullptr) {
      const bool in = out.event().find("email.from.address") != nullptr;
      out.classify({}, "info", in ? "mail_queued" : "mail_noted");
    }
    return;
  }
  static const TextTable kTable(kPostfix);
  if (kTable.read(out, text) != nullptr) {
    const std::string_view client = out.event().text_of("vendor.client");
    if (!client.empty())
      add_named_peer(out, Side::source,
                     client.substr(0, client.find("] ") == std::string_view::npos ? client.size()
                                                                                  : client.find("] ") + 1));
  }
}

constexpr std::string_view kPrograms[] = {"postfix", "sendmail", "sm-mta", "sm-msp-queue",
                                          "dovecot"};
constexpr LogSource kLogSources[] = {{"linux", "", "syslog"},
                                     {"postfix", "", ""},
                                     {"sendmail", "", ""},
                                     {"dovecot", "", ""}};

}  // namespace

extern const FormatSpec kFormat_mail_transaction = {
    .number = Format{97},
    .name = "mail_transaction",
    .title = "a mail's way through Postfix, Sendmail, Dovecot",
    .sample =
        R"(4F9D195432C: to=<bob@example.com>, relay=mail.example.com[203.0.113.9]:25, delay=1.2, delays=0.1/0/0.5/0.6, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 1A2B))",
    .rank = 19,
    .programs = kPrograms,
    .claims = claims_mail,
    .parse = parse_mail,
    .kinds = Kind::application,
    .log_sources = kLogSources,
};

}  // namespace vigil
