#include "parsers/format.h"
#include "parsers/key_value.h"
#include "parsers/logon_names.h"
#include "parsers/payload_text.h"
#include "parsers/payload_time.h"
#include "parsers/text_template.h"

namespace vigil {
namespace {

constexpr std::string_view kAuth = "authentication";
constexpr std::string_view kSip = "network.protocol=sip";

// The peer stands in quotes or brackets, mostly with its port. What the caller says of himself stands before and may hold
// anything: it is read as far as possible.
constexpr TextRow kLines[] = {
    {"Registration from '{caller|last}' failed for '{source:pair|word}'[ (callid: {call_id})] - {event.reason}", kAuth, "start", "registration", Outcome::failure, kSip},
    {"Request ['{method|word}' ]from '{caller|last}' failed for '{source:pair|word}'[ (callid: {call_id})] - {event.reason}", kAuth, "start", "registration", Outcome::failure, kSip},
    {"Failed to authenticate device {caller|last}[ for {x|word}][;]", kAuth, "start", "registration", Outcome::failure, kSip},
    {"Host {source|ip} failed to authenticate as '{user}'", kAuth, "start", "logon", Outcome::failure},
    {"Host {source|ip} failed MD5 authentication for '{user}'", kAuth, "start", "logon", Outcome::failure},
    {"{source|ip} failed to authenticate as '{user}'", kAuth, "start", "logon", Outcome::failure},
    {"{source|ip} tried to authenticate with nonexistent user '{user}'", kAuth, "start", "logon", Outcome::failure},
    {"{source|ip} failed to pass IP ACL as '{user}'", kAuth, "start", "logon", Outcome::failure},
    {"{source|ip} unable to authenticate as '{user}'", kAuth, "start", "logon", Outcome::failure},
    {"No registration for peer '{user}' (from {source|ip})", kAuth, "start", "registration", Outcome::failure, "network.protocol=iax"},
    {"Registration of '{user}' rejected: '{event.reason}' from: '{source|ip}'", kAuth, "start", "registration", Outcome::failure},
    {"Manager '{user}' logged on from {source|ip}", kAuth, "start", "logon", Outcome::success},
    {"Manager '{user}' logged off from {source|ip}", "session", "end", "logged_out"},
    {"Remote UNIX connection", "session", "start", "console"},
    {"hacking attempt detected '{source|ip}'", "intrusion_detection", "denied", "attack_detected", Outcome::failure},
    {"Call from '{caller|last}' ([TCP:][UDP:][TLS:][WS:][WSS:]{source:pair|word}) to extension '{extension}' rejected because {event.reason}", "network", "denied", "call_rejected", Outcome::failure, kSip},
    {"[{caller|word}: ]Call ([TCP:][UDP:][TLS:][WS:][WSS:]{source:pair|word}) to extension '{extension}' rejected because {event.reason}", "network", "denied", "call_rejected", Outcome::failure, kSip},
    {"\"Rejecting unknown SIP connection from {source|ip}[:{source.port|number}]\"", "network", "denied", "call_rejected", Outcome::failure, kSip},
    {"Ext. {extension|last}: \"Rejecting unknown SIP connection from {source:pair|word}\"", "network", "denied", "call_rejected", Outcome::failure, kSip},
    {"Ext. {extension|last} \"Rejecting unknown SIP connection from {source:pair|word}\"", "network", "denied", "call_rejected", Outcome::failure, kSip},
    {"Peer '{user}' is now {state}", "network", "info", "peer_state"},
    {"Registered SIP '{user}' at {source:pair|word}", kAuth, "start", "registration", Outcome::success, kSip},
    {"Added contact '{contact}' to AOR '{user}'", kAuth, "start", "registration", Outcome::success, kSip},
    {"Unregistered SIP '{user}'", "session", "end", "unregistered", Outcome::none, kSip},
    // FreeSWITCH
    {"SIP auth failure ({method|word}) on sofia profile '{profile}' for \\[{user}\\] from ip {source|ip}", kAuth, "start", "registration", Outcome::failure, kSip},
    {"SIP auth challenge ({method|word}) on sofia profile '{profile}' for \\[{user}\\] from ip {source|ip}", "network", "connection", "challenge", Outcome::none, kSip},
    {"Can't find user \\[{user}\\] from {source|ip}", kAuth, "start", "registration", Outcome::failure, kSip},
    {"IP {source|ip} Rejected by register acl", kAuth, "start", "registration", Outcome::failure, kSip},
    {"IP {source|ip} Rejected by acl \"{rule.name}\"", "network", "denied", "acl", Outcome::failure, kSip},
};

constexpr FieldRow kSecurityKeys[] = {
    {"SecurityEvent", "event.action"}, {"AccountID", "user.name"},   {"SessionID", "session"},
    {"Severity", "severity"},          {"Service", "service"},       {"Challenge", "_"},
    {"Response", "_"},                 {"ExpectedResponse", "_"},    {"EventVersion", "_"},
};
constexpr FieldMap kSecurity(kSecurityKeys);

/// "IPV4/UDP/203.0.113.9/5060"
void add_side(PayloadWriter& out, Side side, std::string_view value) {
  take_until(value, '/');
  const std::string_view transport = take_until(value, '/');
  const std::size_t slash = value.rfind('/');
  if (side == Side::source && transport != "TLS" && transport != "WS" && transport != "WSS")
    out.add_transport(transport);
  out.add_endpoint(side, value.substr(0, slash));
  if (slash != std::string_view::npos) out.add_port(side, value.substr(slash + 1));
}

/// `SecurityEvent="InvalidPassword",EventTV="…",…`: the call's own words (SessionID) may hold quotes, so the addresses, which
/// stand behind them, are looked for by name.
void parse_security(PayloadWriter& out, std::string_view text) {
  KeyValueReader reader(text);
  KeyValue pair;
  for (unsigned count = 0; count < 64 && reader.next(pair); ++count) {
    if (pair.key == "LocalAddress" || pair.key == "RemoteAddress") break;
    static_cast<FieldTable>(kSecurity).put_or_keep(out, pair.key, pair.value);
  }
  const auto value_of = [text](std::string_view key) {
    const std::size_t at = text.rfind(key);
    const std::string_view rest =
        at == std::string_view::npos ? std::string_view() : text.substr(at + key.size());
    return rest.substr(0, rest.find('"'));
  };
  if (const std::string_view local = value_of(",LocalAddress=\""); !local.empty())
    add_side(out, Side::destination, local);
  if (const std::string_view remote = value_of(",RemoteAddress=\""); !remote.empty())
    add_side(out, Side::source, remote);
  if (const std::string_view acl = value_of(",ACLName=\""); !acl.empty()) out.add("rule.name", acl);
  const std::string_view event = out.event().text_of("event.action");
  if (event == "SuccessfulAuth") return out.logon({}, Outcome::success);
  if (is_any(event, {"InvalidAccountID", "InvalidPassword", "ChallengeResponseFailed", "FailedACL",
                     "AuthMethodNotAllowed", "RequestBadFormat", "InvalidTransport"})) {
    const bool attempt = event != "RequestBadFormat" && event != "InvalidTransport";
    return attempt ? out.logon({}, Outcome::failure)
                   : out.classify("network", "denied", {}, Outcome::failure);
  }
  out.classify("network", "info");
}

// A line of Asterisk's file that lost its time: its level reads like a program.
constexpr std::string_view kPrograms[] = {"asterisk", "freeswitch", "NOTICE", "WARNING", "SECURITY"};

/// "[time] LEVEL[pid][call] file.c:12 function: ", "LEVEL[pid]: ", "96.83% [WARNING] sofia_reg.c:3223 "
std::string_view bare_line(PayloadWriter& out, std::string_view text) {
  text = trim(text);
  if (text.starts_with('[')) {
    const std::size_t end = text.find("] ");
    if (end != std::string_view::npos) text = trim_left(text.substr(end + 2));
  }
  if (is_digit(text.empty() ? ' ' : text.front()) &&
      text.substr(0, 8).find("% [") != std::string_view::npos) {
    text.remove_prefix(text.find('[') + 1);
    out.add("log.level", take_until(text, ']'));
    text = trim_left(text);
  } else {
    std::size_t size = 0;
    while (size < text.size() && text[size] >= 'A' && text[size] <= 'Z') ++size;
    if (size >= 5 && size < text.size()) {
      out.add("log.level", text.substr(0, size));
      text.remove_prefix(size);
      text = trim_left(text);
      while (text.starts_with('[')) {
        take_until(text, ']');
        text = trim_left(text);
      }
      take_prefix(text, ":");
      text = trim_left(text);
    }
  }
  // The source file, its line and function.
  const std::size_t file = text.substr(0, 64).find(".c:");
  if (file != std::string_view::npos && text.substr(0, file).find(' ') == std::string_view::npos) {
    text.remove_prefix(file + 3);
    while (!text.empty() && is_digit(text.front())) text.remove_prefix(1);
    text = trim_left(text);
    take_prefix(text, "in ");
    const std::size_t colon = text.find(": ");
    if (colon != std::string_view::npos && text.substr(0, colon).find(' ') == std::string_view::npos)
      text.remove_prefix(colon + 2);
  }
  return trim_left(text);
}

/// Asterisk's and FreeSWITCH's own files have no program in front.
bool is_switchboard(const SyslogHeader& header, std::string_view text) {
  if (is_any(header.app, {"asterisk", "freeswitch"})) return true;
  const std::string_view front = text.substr(0, 128);
  if (is_any(header.app, {"NOTICE", "WARNING", "SECURITY"})) return contains(front.substr(0, 40), ".c:");
  if (text.starts_with('[') || text.starts_with("NOTICE[") || text.starts_with("SECURITY[") ||
      text.starts_with("WARNING[")) {
    const bool level = contains(front, "NOTICE[") || contains(front, "SECURITY[") ||
                       contains(front, "WARNING[") || contains(front, "VERBOSE[") ||
                       contains(front, "NOTICE [");
    return level && (contains(front, ".c:") || contains(front, "Ext. "));
  }
  return contains(front.substr(0, 8), "% [") && contains(front, ".c:");
}

void parse_asterisk(PayloadWriter& out) {
  static const TextTable table(kLines);
  out.observer({},
               out.header().app == "freeswitch" || contains(out.text().substr(0, 8), "% [") ? "FreeSWITCH"
                                                                                            : "Asterisk",
               "pbx");
  const std::string_view text = bare_line(out, out.text());
  if (text.starts_with("SecurityEvent=")) return parse_security(out, text);
  table.read(out, text);
}

std::optional<std::int64_t> asterisk_time(const SyslogHeader&, std::string_view text, int zone_minutes) {
  return text.starts_with('[') ? read_iso_time(text.substr(1, 19), zone_minutes) : std::nullopt;
}

Kinds asterisk_kinds(const SyslogHeader&, std::string_view text) {
  for (const SearchText& word :
       {SearchText("authenticat"), SearchText("Registration"), SearchText("SecurityEvent"),
        SearchText(" failed "), SearchText("rejected because"), SearchText("auth failure"),
        SearchText("logged on")}) {
    if (contains(text, word)) return Kind::application | Kind::logon;
  }
  return Kind::application;
}

}  // namespace

extern const FormatSpec kFormat_asterisk = {
    .number = Format{66},
    .name = "asterisk",
    .title = "Asterisk, FreeSWITCH",
    .sample =
        R"([2026-11-20 14:59:00] NOTICE[1638] chan_sip.c: Registration from '"100" <sip:100@198.51.100.1>' failed for '203.0.113.9:5060' - Wrong password)",
    .rank = 30,
    .programs = kPrograms,
    .first_bytes = "[NSW0123456789",
    .claims = is_switchboard,
    .parse = parse_asterisk,
    .time = asterisk_time,
    .kinds_of = asterisk_kinds,
};

}  // namespace vigil
