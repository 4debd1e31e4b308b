#include "parsers/device_text.h"
#include "parsers/field_target.h"
#include "parsers/format.h"
#include "parsers/payload_text.h"
#include "parsers/text_template.h"

namespace vigil {
namespace {

bool is_hex(char c) { return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'f'); }

/// "01420002:5:" — number and level of a message; 0 if it is not there.
std::size_t code_length(std::string_view text) {
  if (text.size() < 11 || text[8] != ':' || !is_digit(text[9]) || text[10] != ':') return 0;
  for (std::size_t i = 0; i < 8; ++i) {
    if (!is_hex(text[i])) return 0;
  }
  return 11;
}

struct Line {
  std::string_view level, program, pid, text;
};

// line = [ level SP program "[" pid "]" ":" SP ] [ code ":" level ":" SP ] text
/// "notice mcpd[6760]: 01070417:5: AUDIT - …": the level and the program stand in the message.
std::optional<Line> read_line(std::string_view text) {
  Line line;
  const std::size_t blank = text.substr(0, 16).find(' ');
  if (blank == std::string_view::npos) return std::nullopt;
  line.level = text.substr(0, blank);
  text = trim_left(text.substr(blank));
  const std::size_t colon = text.substr(0, 64).find(": ");
  if (colon == std::string_view::npos) return std::nullopt;
  line.program = text.substr(0, colon);
  line.text = trim_left(text.substr(colon + 2));
  if (line.program.find(' ') != std::string_view::npos) return std::nullopt;
  const std::size_t open = line.program.find('[');
  const bool has_level =
      is_any(line.level, {"emerg", "alert", "crit", "err", "error", "warning", "notice", "info", "debug"});
  if (!has_level && code_length(line.text) == 0) return std::nullopt;
  if (open == std::string_view::npos) {
    if (code_length(line.text) == 0) return std::nullopt;
    return line;
  }
  line.pid = line.program.substr(open + 1);
  line.program = line.program.substr(0, open);
  if (!take_suffix(line.pid, "]") || !all_digits(line.pid)) return std::nullopt;
  return line;
}

/// Pairs that an iRule or the application security manager writes: `f5_irule=…,src_ip=…`, `unit_hostname="…",…`.
bool is_pairs(const SyslogHeader& header, std::string_view text) {
  const std::string_view front = text.substr(0, 512);
  if (header.app.empty() && (contains(front.substr(0, 128), ",f5_irule=") || front.starts_with("f5_irule=")))
    return true;
  return header.app.starts_with("ASM") &&
         (contains(front, "unit_hostname=\"") || contains(front, "attack_type=\"") ||
          contains(front, "policy_name=\""));
}

bool claims_f5(const SyslogHeader& header, std::string_view text) {
  if (header.structured_data.starts_with("[F5@12276")) return true;
  if (!is_alpha(text.front()) && !is_digit(text.front())) return false;
  if (code_length(text) != 0) return true;
  if (is_pairs(header, text)) return true;
  return header.app.empty() && read_line(text).has_value();
}

constexpr TextRow kLines[] = {
    {"AUDIT - user {user|word} - RAW: {program}(pam_audit): user={_|word} partition=\\[{_}\\] level={role} "
     "tty={_|word} host={source|word} "
     "attempts={attempts|number} start=\"{_}\"[ end=\"{_}\"]",
     "authentication", "start", "login", Outcome::success},
    {"AUDIT - user {user|word} - RAW: {program}(pam_audit): User={_|word} tty={terminal} host={source|word} "
     "failed to login after "
     "{attempts|number} attempts",
     "authentication", "start", "login", Outcome::failure},
    {"AUDIT - user {user|word} - RAW: {program}(pam_audit): user={_|word} tty={terminal} host={source|word} "
     "failed to login after "
     "{attempts|number} attempts",
     "authentication", "start", "login", Outcome::failure},
    {"AUDIT - pid={process.pid|number} user={user|word} folder={folder|word} module=({module})# "
     "status=\\[{status}\\] cmd_data={process.command_line}$",
     "configuration", "change", "command"},
    {"AUDIT - client {client}, user {user} - transaction #{transaction|word} - object {_|number} - "
     "{what|word}",
     "configuration", "change", "configuration_changed"},
    {"AUDIT - client {client}, user {user} - {what}$", "configuration", "change", "configuration_changed"},
    {"AUDIT - user {user|word} - {what}$", "configuration", "change", "audit"},
    {"AUDIT - {what}$", "configuration", "info", "audit"},
    {"SSL Handshake failed for {transport|word} {source|ip}:{source.port|number} -> "
     "{destination|ip}:{destination.port|number}",
     "network", "error", "tls_handshake_failed"},
    {"Connection error: {event.reason}$", "network", "error", "connection_error"},
    {"Pool {pool|word} member {member|word} monitor status {state|word}.", "host", "info",
     "pool_member_state"},
    {"Pool {pool|word} member {member|word} monitor status {state|word}", "host", "info",
     "pool_member_state"},
    {"Node {member|word} address {destination|ip} monitor status {state|word}", "host", "info", "node_state"},
    {"Inet port exhaustion on {source|ip} to {destination|ip}:{destination.port|number} (proto "
     "{transport|number})",
     "network", "error", "port_exhaustion"},
    {"Syncookie {event.reason}$", "intrusion_detection", "info", "syn_flood"},
    {"A NATP or SNAT {event.reason}$", "network", "error"},
    {"Virtual Address {destination|word} {event.reason}$", "host", "info"},
    // access policy manager: profile:partition:session: sentence
    {"{profile|word}:{_|word}:{session|word}: New session from client IP {source|ip} (ST={_}/CC={_}/C={_}) "
     "at VIP {destination|ip} Listener "
     "{listener|word}",
     "session", "start", "vpn_session_started"},
    {"{profile|word}:{session|word}: New session from client IP {source|ip}", "session", "start",
     "vpn_session_started"},
    {"{profile|word}:{session|word}: Username '{user|last}'", "session", "info", "vpn_user"},
    {"{profile|word}:{session|word}: {auth_module} agent: Auth{_}: authenticate with '{user|last}' "
     "successful",
     "authentication", "start", "vpn_login", Outcome::success},
    {"{profile|word}:{session|word}: {auth_module} agent: Auth{_}: authenticate with '{user|last}' failed: "
     "{event.reason}$",
     "authentication", "start", "vpn_login", Outcome::failure},
    {"{profile|word}:{session|word}: {auth_module} agent: Auth{_}: authenticate with '{user|last}' failed",
     "authentication", "start", "vpn_login", Outcome::failure},
    {"{profile|word}:{session|word}: Session deleted ({event.reason})", "session", "end",
     "vpn_session_ended"},
    {"{profile|word}:{session|word}: Session deleted due to {event.reason}.$", "session", "end",
     "vpn_session_ended"},
    {"{profile|word}:{session|word}: Assigned PPP Dynamic IPv4: {source.nat.ip|ip}", "session", "info",
     "vpn_address"},
    // what its Linux says
    {"Failed password for [invalid user ]{user|last} from {source|ip} port {source.port|number}",
     "authentication", "start", "ssh_login", Outcome::failure},
    {"Accepted {method|word} for {user|last} from {source|ip} port {source.port|number}", "authentication",
     "start", "ssh_login", Outcome::success},
    {"({user}) CMD ({process.command_line|last})", "process", "start", "cron"},
};

constexpr FieldRow kRows[] = {
    {"src_ip", "source"},
    {"ip_client", "source"},
    {"source_ip", "source"},
    {"client_ip", "source"},
    {"src_port", "source.port"},
    {"source_port", "source.port"},
    {"dest_ip", "destination"},
    {"dst_ip", "destination"},
    {"vip", "destination"},
    {"dns_server_ip", "destination"},
    {"dest_port", "destination.port"},
    {"dst_port", "destination.port"},
    {"http_method", "http.request.method"},
    {"method", "http.request.method"},
    {"http_host", "url.domain"},
    {"uri", "url"},
    {"http_uri", "url"},
    {"http_version", "http.version"},
    {"http_user_agent", "user_agent.original"},
    {"http_referrer", "http.request.referrer"},
    {"http_status", "http.response.status_code"},
    {"response_code", "http.response.status_code"},
    {"bytes_in", "source.bytes"},
    {"bytes_out", "destination.bytes"},
    {"username", "user"},
    {"user", "user"},
    {"protocol", "network.protocol:lower"},
    {"policy_name", "rule.ruleset"},
    {"attack_type", "attack_type"},
    {"violations", "violations"},
    {"sig_ids", "rule.id"},
    {"sig_names", "rule.name"},
    {"support_id", "event.id"},
    {"request_status", "event.action"},
    {"severity", "log.level:lower"},
    {"unit_hostname", "device"},
    {"management_ip_address", "observer.ip"},
    {"question_name", "dns.question.name"},
    {"question_type", "dns.question.type"},
    {"question_class", "dns.question.class"},
    {"f5_irule", "rule.name"},
    {"Username", "user"},
    {"Client_IP", "source"},
    {"session_id", "event.id"},
    {"Client_Hostname", "source.domain"},
};
constexpr FieldMap kMap(kRows);

// pairs = pair *( "," [SP] pair )     pair = key "=" ( DQUOTE *any DQUOTE / value )
/// A quote within a quoted value is not escaped: it ends only before a comma or the end. A value without quotes ends at the
/// comma before the next key.
void put_f5_pairs(PayloadWriter& out, std::string_view text) {
  const auto key_at = [](std::string_view rest) {
    std::size_t end = 0;
    while (end < rest.size() && end < 48 && (is_alpha(rest[end]) || is_digit(rest[end]) || rest[end] == '_'))
      ++end;
    return end != 0 && end < rest.size() && rest[end] == '=' ? end : 0;
  };
  for (std::size_t count = 0; !text.empty(); ++count) {
    if (count == PayloadWriter::kFieldsMax) return out.overflow(text);
    const std::size_t key_end = key_at(text);
    if (key_end == 0) {
      take_until(text, ',');
      text = trim_left(text);
      continue;
    }
    const std::string_view key = text.substr(0, key_end);
    text.remove_prefix(key_end + 1);
    const bool quoted = take_prefix(text, "\"");
    std::size_t end = text.find(quoted ? '"' : ',');
    while (end != std::string_view::npos) {
      if (quoted && (end + 1 == text.size() || text[end + 1] == ',')) break;
      if (!quoted && key_at(trim_left(text.substr(end + 1))) != 0) break;
      end = text.find(quoted ? '"' : ',', end + 1);
    }
    FieldTable(kMap).put_or_keep(out, key, trim(text.substr(0, end)));
    if (end == std::string_view::npos) return;
    text.remove_prefix(end + 1);
    if (quoted) take_prefix(text, ",");
    text = trim_left(text);
  }
}

constexpr LogSource kLogSources[] = {{"", "plain_text", ""}, {"f5", "", "bigip"}, {"f5", "waf", ""}};

/// BIG-IP: LTM, APM, ASM and the system below them. Messages have a number of eight hex digits, which is event.code.
void parse_f5(PayloadWriter& out) {
  static const TextTable lines(kLines);
  std::string_view text = out.text();
  out.observer("F5", "BIG-IP", "load-balancer");
  if (out.header().host_from_message) out.add("observer.name", out.header().host);
  out.log_source("f5", {}, "bigip");
  if (out.header().structured_data.starts_with("[F5@12276")) {
    for_each_sd_param(out.header().structured_data, out.arena(), [&out](const SdParam& param) {
      if (!param.name.empty()) FieldTable(kMap).put_or_keep(out, param.name, param.value);
    });
    if (code_length(out.header().msgid.size() == 11 ? out.header().msgid : text) != 0)
      out.add("event.code", out.header().msgid.substr(0, 8));
    return out.classify("network", "info");
  }
  if (is_pairs(out.header(), text)) {
    put_f5_pairs(out, text);
    if (!out.header().app.starts_with("ASM")) return out.classify("network", "access");
    out.log_source("f5", "waf", {});
    const std::string_view status = out.event().text_of("event.action");
    const bool attack = !out.event().text_of("vendor.violations").empty() ||
                        !out.event().text_of("vendor.attack_type").empty();
    if (attack) out.set("event.kind", "alert");
    if (attack && out.event().find("rule.name") == nullptr)
      out.add("rule.name", out.event().text_of("vendor.attack_type"));
    return out.classify("web", status == "blocked" ? "denied" : "allowed");
  }
  if (code_length(text) == 0) {
    if (const auto line = read_line(text)) {
      out.add("log.level", line->level);
      out.set("process.name", line->program);
      if (!line->pid.empty()) out.add_number("process.pid", line->pid);
      text = line->text;
    }
  }
  if (code_length(text) != 0) {
    out.add("event.code", text.substr(0, 8));
    text = trim_left(text.substr(11));
  }
  out.set("message", text);
  if (lines.read(out, text) == nullptr) put_loose_ends(out, text);
  complete_transport(out);
}

}  // namespace

extern const FormatSpec kFormat_f5_bigip = {
    .number = Format{22},
    .name = "f5_bigip",
    .title = "F5 BIG-IP",
    .sample = "notice apmd[11023]: 01490010:5: /Common/ap:Common:8c6be305: Username 'bob'",
    .rank = 9,
    .claims = claims_f5,
    .parse = parse_f5,
    .kinds = Kind::device,
    .log_sources = kLogSources,
};

}  // namespace vigil
