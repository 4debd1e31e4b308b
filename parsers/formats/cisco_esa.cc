#include "parsers/format.h"
#include "parsers/payload_text.h"
#include "parsers/text_template.h"

namespace vigil {
namespace {

constexpr TextRow kLines[] = {
    {"MID {message_id|number} ICID {connection_id|number} From: <{email.from.address}>", "email", "info",
     "mail_from"},
    {"MID {message_id|number} ICID {connection_id|number} RID {recipient_id|number} To: <{email.to.address}>",
     "email", "info", "mail_to"},
    {"MID {message_id|number} Subject '{email.subject|last}'", "email", "info", "subject"},
    {"MID {message_id|number} Subject \"{email.subject|last}\"", "email", "info", "subject"},
    {"MID {message_id|number} Message-ID '{email.message_id|last}'", "email", "info", "message_id"},
    {"MID {message_id|number} antivirus positive '{rule.name}'", "malware", "info", "antivirus_positive"},
    {"MID {message_id|number} antivirus {verdict|word}", "email", "info", "antivirus"},
    {"MID {message_id|number} interim verdict using engine: {engine|word} {verdict}", "email", "info",
     "antispam"},
    {"MID {message_id|number} using engine: {engine|word} {verdict}", "email", "info", "antispam"},
    {"MID {message_id|number} attachment '{file.name|last}'", "email", "info", "attachment"},
    {"MID {message_id|number} ready {email.size|number} bytes from <{email.from.address}>", "email", "info",
     "ready"},
    {"MID {message_id|number} matched all recipients for per-recipient policy {rule.name} in the {text}",
     "email", "info", "policy"},
    {"MID {message_id|number} queued for delivery", "email", "info", "queued"},
    {"MID {message_id|number} {text}", "email", "info"},
    {"New SMTP ICID {connection_id|number} interface {observer.ingress.interface.name} ({destination|ip}) "
     "address {source|ip} reverse dns host {source.domain|word}",
     "network", "start", "connection"},
    {"New SMTP DCID {connection_id|number} interface {source|ip} address {destination|ip} port "
     "{destination.port|number}",
     "network", "start", "delivery"},
    {"ICID {connection_id|number} ACCEPT SG {rule.name|word}", "network", "allowed", "accept"},
    {"ICID {connection_id|number} RELAY SG {rule.name|word}", "network", "allowed", "relay"},
    {"ICID {connection_id|number} REJECT SG {rule.name|word}", "network", "denied", "reject"},
    {"ICID {connection_id|number} TCPREFUSE SG {rule.name|word}", "network", "denied", "refuse"},
    {"ICID {connection_id|number} {text}", "network", "info"},
    {"DCID {connection_id|number} {text}", "network", "info"},
    {"Message done DCID {connection_id|number} MID {message_id|number} {text}", "email", "info", "delivered",
     Outcome::success},
    {"Bounced: DCID {connection_id|number} MID {message_id|number} to RID {text}", "email", "info", "bounced",
     Outcome::failure},
    {"Start MID {message_id|number}", "email", "start", "start"},
    {"Message finished MID {message_id|number} {text}", "email", "end", "done"},
    {"The user {user} successfully logged on from {source|ip}", "authentication", "start", "login",
     Outcome::success},
    {"User {user} from {source|ip} was authenticated successfully", "authentication", "start", "login",
     Outcome::success},
    {"User {user} from {source|ip} failed authentication", "authentication", "start", "login",
     Outcome::failure},
    {"login:{source|ip} user:{user|word} session:{session} password mismatch", "authentication", "start",
     "login", Outcome::failure},
    {"login:{source|ip} user:{user|word}", "authentication", "start", "login", Outcome::success},
    {"Firewall blocked TCP data from {source:pair|word} to {destination:pair|word}", "network", "denied",
     "blocked"},
    {"Firewall noted TCP data from {source:pair|word} to {destination|ip}", "network", "info", "noted"},
    {"Address {destination|ip} discovered for {destination.domain|word}", "network", "info", "discovered"},
};

const TextTable& table() {
  static const TextTable kTable(kLines);
  return kTable;
}

/// What stands behind the level; AsyncOS writes a time of its own before it, or nothing.
std::string_view after_level(std::string_view text) {
  const std::string_view front = text.substr(0, 64);
  for (const std::string_view level : {"Info: ", "Warning: ", "Critical: ", "Debug: ", "Trace: "}) {
    const std::size_t at = front.find(level);
    if (at == std::string_view::npos) continue;
    return text.substr(at + level.size());
  }
  return {};
}

bool claims_cisco_esa(const SyslogHeader&, std::string_view text) {
  if (text.substr(0, 64).find(": ") == std::string_view::npos) return false;
  const std::string_view line = after_level(text);
  return !line.empty() && table().find(line) != nullptr;
}

/// Cisco's mail and web gateways' text logs (AsyncOS): `Info: MID 7 ICID 3 From: <a@example.com>`.
void parse_cisco_esa(PayloadWriter& out) {
  out.observer("Cisco", "Secure Email", "email-gateway");
  const std::string_view line = after_level(out.text());
  out.set("message", line);
  const TextRow* const row = table().read(out, line);
  if (row != nullptr && row->category == "malware") out.set("event.kind", "alert");
}

}  // namespace

extern const FormatSpec kFormat_cisco_esa = {
    .number = Format{116},
    .name = "cisco_esa",
    .title = "Cisco Secure Email and Web appliances (AsyncOS)",
    .sample = R"(Info: MID 7 ICID 3 From: <amy@example.com>)",
    .rank = 64,
    .first_bytes = "IWCDTMSF0123",
    .claims = claims_cisco_esa,
    .parse = parse_cisco_esa,
    .kinds = Kind::device | Kind::application | Kind::web,
};

}  // namespace vigil
