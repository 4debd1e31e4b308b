#include "parsers/format.h"
#include "parsers/payload_text.h"
#include "parsers/text_template.h"

namespace vigil {
namespace {

constexpr std::string_view kMail = "email";
#define PEER "{name|word}\\[{source|ip}\\][:{source.port|number}]"

// A client's name that Postfix could not look up is "unknown"; it stays under vendor.name, the address is the fact.
constexpr TextRow kLines[] = {
    // smtpd
    {"connect from " PEER, "network", "connection", "connect"},
    {"disconnect from " PEER "[ {commands}]$", "network", "end", "disconnect"},
    {"lost connection after {command|word} from " PEER, "network", "end", "connection_lost"},
    {"lost connection after {command} ({x}) from " PEER, "network", "end", "connection_lost"},
    {"timeout after {command|word} from " PEER, "network", "end", "timeout"},
    {"too many errors after {command|word} from " PEER, "network", "denied", "too_many_errors", Outcome::failure},
    {"improper command pipelining after {command|word} from " PEER, "network", "denied", "pipelining", Outcome::failure},
    {"SSL_accept error from " PEER "[: {event.reason}]", "network", "connection", "tls_failed", Outcome::failure},
    {"warning: " PEER ": SASL {method|word} authentication failed: {event.reason}, sasl_username={user}$", "authentication", "start", "logon", Outcome::failure},
    {"warning: " PEER ": SASL {method|word} authentication failed:[ {event.reason}]", "authentication", "start", "logon", Outcome::failure},
    {"warning: " PEER ": SASL {method|word} authentication aborted", "authentication", "start", "logon_aborted"},
    {"warning: " PEER ": SASL {method|word} authentication temporarily unavailable", "authentication", "start", "logon_unavailable"},
    {"warning: SASL authentication failure: {event.reason}", {}, {}, "sasl_message"},
    {"warning: SASL: {event.reason}", {}, {}, "sasl_message"},
    {"warning: hostname {name|word} does not resolve to address {source|ip}", "network", "info", "address_mismatch"},
    {"warning: {source|ip}: address not listed for hostname {name|word}", "network", "info", "address_mismatch"},
    {"warning: {source|ip}: hostname {name|word} verification failed", "network", "info", "address_mismatch"},
    {"warning: Connection concurrency limit exceeded: {count|number} from " PEER, "network", "denied", "limit", Outcome::failure},
    {"warning: Connection rate limit exceeded: {count|number} from " PEER, "network", "denied", "limit", Outcome::failure},
    {"warning: non-SMTP command from " PEER ": {command}", "network", "denied", "non_smtp", Outcome::failure},
    {"warning: Illegal address syntax from " PEER " in {command|word} command: {event.reason}", kMail, "denied", "rejected", Outcome::failure},
    {"[Anonymous ][Trusted ][Untrusted ][Verified ]TLS connection established from " PEER ": {tls}", "network", "connection", "tls"},
    {"[Anonymous ][Trusted ][Untrusted ][Verified ]TLS connection established to {name|word}\\[{destination|ip}\\]:{destination.port|number}: {tls}", "network", "connection", "tls"},
    // Refusals: of smtpd and postscreen
    {"{queue_id|word}: reject: {command|word} from " PEER ": {event.code|number} {event.reason|last}; from=<{email.from.address}> to=<{email.to.address}> proto={protocol|word}[ helo=<{helo}>]", kMail, "denied", "rejected", Outcome::failure},
    {"{queue_id|word}: reject: {command|word} from \\[{source|ip}\\]:{source.port|number}: {event.code|number} {event.reason|last}; from=<{email.from.address}>, to=<{email.to.address}>, proto={protocol|word}[, helo=<{helo}>]", kMail, "denied", "rejected", Outcome::failure},
    {"{queue_id|word}: reject: {command|word} from " PEER ": {event.code|number} {event.reason}", kMail, "denied", "rejected", Outcome::failure},
    {"{queue_id|word}: reject: {command|word} from \\[{source|ip}\\]:{source.port|number}: {event.code|number} {event.reason}", kMail, "denied", "rejected", Outcome::failure},
    {"{queue_id|word}: reject: header {header} from " PEER "; from=<{email.from.address}> to=<{email.to.address}>", kMail, "denied", "rejected", Outcome::failure},
    {"{queue_id|word}: milter-reject: {command} from " PEER ": {event.reason|last}; from=<{email.from.address}>[ to=<{email.to.address}>]", kMail, "denied", "rejected", Outcome::failure},
    {"{queue_id|word}: warn: {command|word} from " PEER, kMail, "info", "warned"},
    {"{queue_id|word}: filter: {command|word} from " PEER, kMail, "info", "filtered"},
    {"NOQUEUE: lost connection after {command|word} from " PEER, "network", "end", "connection_lost"},
    // Mail that comes and goes
    {"{queue_id|word}: client=" PEER ", sasl_method={method|word}, sasl_username={user|word}[, sasl_sender={x}]$", "authentication", "start", "logon", Outcome::success},
    {"{queue_id|word}: client=" PEER "[, orig_queue_id={x|word}][, orig_client={y}]", kMail, "start", "received"},
    {"{queue_id|word}: message-id=<{email.message_id}>", kMail, "info", "message_id"},
    {"{queue_id|word}: message-id={email.message_id}", kMail, "info", "message_id"},
    {"{queue_id|word}: from=<{email.from.address}>, size={email.message_size:number|number}, nrcpt={recipients|number} (queue active)", kMail, "info", "queued"},
    {"{queue_id|word}: from=<{email.from.address}>, status=expired", kMail, "end", "expired", Outcome::failure},
    {"{queue_id|word}: to=<{email.to.address}>,[ orig_to=<{orig_to}>,] relay={destination.domain|word}\\[{destination|ip}\\]:{destination.port|number}, {timing|last} dsn={dsn|word}, status={status|word}[ ({event.reason})]$", kMail, "info", "delivery"},
    {"{queue_id|word}: to=<{email.to.address}>,[ orig_to=<{orig_to}>,] relay={relay|word}, {timing|last} dsn={dsn|word}, status={status|word}[ ({event.reason})]$", kMail, "info", "delivery"},
    {"{queue_id|word}: to=<{email.to.address}>,[ orig_to=<{orig_to}>,] relay={relay|word}, {timing|last} status={status|word}[ ({event.reason})]$", kMail, "info", "delivery"},
    {"{queue_id|word}: removed", kMail, "end", "removed"},
    {"{queue_id|word}: uid={user.id|number} from=<{user}>", kMail, "start", "picked_up"},
    {"{queue_id|word}: sender non-delivery notification: {bounce|word}", kMail, "info", "bounced"},
    {"{queue_id|word}: host {name|word}\\[{destination|ip}\\] said: {event.reason}", kMail, "info", "remote_answer"},
    {"{queue_id|word}: SASL authentication failed; server {name|word}\\[{destination|ip}\\] said: {event.reason}", kMail, "info", "relay_refused"},
    {"{queue_id|word}: skipped, still being delivered", kMail, "info", "skipped"},
    {"connect to {name|word}\\[{destination|ip}\\]:{destination.port|number}: {event.reason}", "network", "connection", "connect_failed", Outcome::failure},
    // postscreen
    {"CONNECT from \\[{source|ip}\\]:{source.port|number} to \\[{destination|ip}\\]:{destination.port|number}", "network", "connection", "connect"},
    {"PASS {state|word} \\[{source|ip}\\]:{source.port|number}", "network", "allowed", "pass", Outcome::success},
    {"PREGREET {bytes|number} after {seconds|word} from \\[{source|ip}\\]:{source.port|number}: {text}", "network", "denied", "pregreet", Outcome::failure},
    {"DNSBL rank {rank|number} for \\[{source|ip}\\]:{source.port|number}", "network", "denied", "dnsbl", Outcome::failure},
    {"HANGUP after {seconds|word} from \\[{source|ip}\\]:{source.port|number}", "network", "end", "hangup"},
    {"DISCONNECT \\[{source|ip}\\]:{source.port|number}", "network", "end", "disconnect"},
    {"WHITELISTED \\[{source|ip}\\]:{source.port|number}", "network", "allowed", "allowlisted", Outcome::success},
    {"ALLOWLISTED \\[{source|ip}\\]:{source.port|number}", "network", "allowed", "allowlisted", Outcome::success},
    {"BLACKLISTED \\[{source|ip}\\]:{source.port|number}", "network", "denied", "denylisted", Outcome::failure},
    {"DENYLISTED \\[{source|ip}\\]:{source.port|number}", "network", "denied", "denylisted", Outcome::failure},
    {"COMMAND {x|word} LIMIT from \\[{source|ip}\\]:{source.port|number}", "network", "denied", "limit", Outcome::failure},
    {"addr {source|ip} listed by domain {list|word} as {answer|ip}", "network", "info", "dnsbl"},
    {"statistics: max {what} {rate|word} for ({service|word}:{source|ip})", "network", "info", "statistics"},
    {"warning: non-SMTP command from \\[{source|ip}\\]:{source.port|number}", "network", "denied", "non_smtp", Outcome::failure},
};
#undef PEER

constexpr std::string_view kPrograms[] = {"postfix", "postfix-smtpd", "postscreen"};
constexpr LogSource kLogSources[] = {{"linux", "", "syslog"}};

/// Postfix: every process of it writes as postfix/NAME (or postfix/SERVICE/NAME).
void parse_postfix(PayloadWriter& out) {
  static const TextTable table(kLines);
  out.log_source("linux", {}, "syslog");
  out.observer("Postfix", "Postfix", "mail");
  out.add("network.protocol", "smtp");
  table.read(out, trim(out.text()));
}

Kinds postfix_kinds(const SyslogHeader&, std::string_view text) {
  return contains(text, "SASL ") || contains(text, "sasl_username=") ? Kind::application | Kind::logon
                                                                     : Kinds(Kind::application);
}

}  // namespace

extern const FormatSpec kFormat_postfix = {
    .number = Format{62},
    .name = "postfix",
    .title = "Postfix",
    .sample =
        R"(warning: unknown[203.0.113.9]: SASL LOGIN authentication failed: authentication failure, sasl_username=bob)",
    .rank = 20,
    .programs = kPrograms,
    .parse = parse_postfix,
    .kinds_of = postfix_kinds,
    .log_sources = kLogSources,
};

}  // namespace vigil
