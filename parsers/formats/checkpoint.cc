#include "parsers/device_words.h"
#include "parsers/field_target.h"
#include "parsers/format.h"
#include "parsers/payload_text.h"
#include "parsers/payload_time.h"

namespace vigil {
namespace {

constexpr FieldRow kKeys[] = {
    {"action", "event.action"},
    {"src", "source"},
    {"dst", "destination"},
    {"s_port", "source.port"},
    {"proto", "transport"},
    {"service_id", "network.application"},
    {"xlatesrc", "nat_source"},
    {"xlatesport", "nat_source_port"},
    {"xlatedst", "nat_destination"},
    {"xlatedport", "nat_destination_port"},
    {"inzone", "observer.ingress.zone"},
    {"outzone", "observer.egress.zone"},
    {"rule_name", "rule.name"},
    {"rule_uid", "rule.uuid"},
    {"rule", "rule.id"},
    {"layer_name", "rule.ruleset"},
    {"loguid", "event.id"},
    {"sequencenum", "event.sequence"},
    {"origin", "observer.name"},
    {"hostname", "host"},
    {"product", "observer.product"},
    {"user", "source.user"},
    {"src_user_name", "source.user"},
    {"dst_user_name", "destination.user"},
    {"administrator", "user"},
    {"src_machine_name", "source.domain"},
    {"dst_machine_name", "destination.domain"},
    {"dst_domain_name", "destination.domain"},
    {"domain_name", "dns.question.name"},
    {"dns_query", "dns.question.name"},
    {"mac_source_address", "source.mac"},
    {"mac_destination_address", "destination.mac"},
    {"mac_address", "observer.mac"},
    {"endpoint_ip", "observer.ip"},
    {"resource", "url"},
    {"method", "http.request.method"},
    {"user_agent", "user_agent.original"},
    {"http_status", "http.response.status_code"},
    {"referrer", "http.request.referrer"},
    {"http_host", "url.domain"},
    {"appi_name", "network.application"},
    {"app_category", "rule.category"},
    {"matched_category", "rule.category"},
    {"file_name", "file"},
    {"file_size", "file.size"},
    {"file_type", "file.type"},
    {"file_md5", "file.hash"},
    {"file_sha1", "file.hash"},
    {"file_sha256", "file.hash"},
    {"process_name", "process.name"},
    {"process_md5", "process.hash"},
    {"from", "email.from.address"},
    {"to", "email.to.address"},
    {"email_subject", "email.subject"},
    {"email_message_id", "email.message_id"},
    {"bytes", "network.bytes"},
    {"packets", "network.packets"},
    {"client_outbound_bytes", "source.bytes"},
    {"client_outbound_packets", "source.packets"},
    {"server_outbound_bytes", "destination.bytes"},
    {"server_outbound_packets", "destination.packets"},
    {"sent_bytes", "source.bytes"},
    {"received_bytes", "destination.bytes"},
    {"elapsed", "event.duration:seconds"},
    {"reason", "event.reason"},
    {"sys_message", "message"},
    {"description", "message"},
    {"comment", "comment"},
};
constexpr FieldMap kMap(kKeys);

/// One field of the three ways of writing them.
struct CheckPointField {
  std::string_view key, value;
};

constexpr bool is_key_char(char c) {
  return is_alpha(c) || is_digit(c) || c == '_' || c == '-' || c == '.' || c == '@';
}

/// The end of a quoted value that begins behind the quote: `\"` and `\]` are no ends.
std::size_t quoted_end(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      return i;
    }
  }
  return text.size();
}

///   exporter  = "[" field *( "; " field ) "]" ; field = key ":" [ ":" ] DQUOTE value DQUOTE     Log Exporter, "syslog"
///   sd        = "[" id *( SP key "=" DQUOTE value DQUOTE ) "]"
///   piped     = key "=" value *( "|" key "=" value )      "splunk" and "generic"; a value may hold bars of its own
bool next_quoted(std::string_view& rest, CheckPointField& field) {
  while (!rest.empty()) {
    while (!rest.empty() && !is_key_char(rest.front())) rest.remove_prefix(1);
    std::size_t end = 0;
    while (end < rest.size() && is_key_char(rest[end])) ++end;
    field.key = rest.substr(0, end);
    rest.remove_prefix(end);
    std::size_t mark = 0;
    while (mark < rest.size() && mark < 2 && (rest[mark] == ':' || rest[mark] == '=')) ++mark;
    if (mark == 0 || mark >= rest.size() || rest[mark] != '"') continue;
    rest.remove_prefix(mark + 1);
    const std::size_t close = quoted_end(rest);
    field.value = rest.substr(0, close);
    rest.remove_prefix(close < rest.size() ? close + 1 : close);
    return true;
  }
  return false;
}

/// Whether a bar's right side is a pair: "origin=1.1.1.1|2.2.2.2|sic=…" is not one everywhere.
bool begins_pair(std::string_view text) {
  std::size_t i = 0;
  while (i < text.size() && (is_key_char(text[i]) || text[i] == ' ') && i < 64) ++i;
  return i > 0 && i < text.size() && text[i] == '=';
}

bool next_piped(std::string_view& rest, CheckPointField& field) {
  while (!rest.empty() && !begins_pair(rest)) take_until(rest, '|');
  if (rest.empty()) return false;
  field.key = trim(take_until(rest, '='));
  std::size_t end = rest.find('|');
  while (end != std::string_view::npos && end + 1 < rest.size() && !begins_pair(rest.substr(end + 1)) &&
         rest[end + 1] != '|') {
    end = rest.find('|', end + 1);
  }
  field.value = rest.substr(0, end);
  rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
  return true;
}

std::string_view value_of(PayloadWriter& out, std::string_view name) { return out.event().text_of(name); }

bool is_address(std::string_view text) { return !text.empty() && text != "0.0.0.0" && text != "::"; }

void add_nat(PayloadWriter& out) {
  if (const std::string_view source = value_of(out, "vendor.nat_source"); is_address(source))
    out.add("source.nat.ip", source);
  if (const std::string_view port = value_of(out, "vendor.nat_source_port"); port != "0")
    out.add_number("source.nat.port", port);
  if (const std::string_view to = value_of(out, "vendor.nat_destination"); is_address(to))
    out.add("destination.nat.ip", to);
  if (const std::string_view port = value_of(out, "vendor.nat_destination_port"); port != "0") {
    out.add_number("destination.nat.port", port);
  }
}

/// "Log In", "Failed Log In", "Log Out"; `operation` for administrators, whose outcome stands in audit_status.
bool add_logon(PayloadWriter& out) {
  const std::string_view action = value_of(out, "event.action"),
                         operation = value_of(out, "vendor.operation");
  const std::string_view status = value_of(out, "vendor.auth_status"),
                         audit = value_of(out, "vendor.audit_status");
  std::string_view words = operation;
  for (const std::string_view word :
       {"Log In", "Failed Log In", "Log Out", "Login", "Logout", "Failed Login"}) {
    if (equals_ignoring_case(action, word)) words = action;
  }
  const bool in = contains_ignoring_case(words, "log in") || contains_ignoring_case(words, "login");
  const bool ended = contains_ignoring_case(words, "log out") || contains_ignoring_case(words, "logout");
  if (!in && !ended && status.empty()) return false;
  Outcome outcome = outcome_of(status.empty() ? audit : status);
  if (contains_ignoring_case(words, "fail")) outcome = Outcome::failure;
  if (outcome == Outcome::none) outcome = Outcome::success;
  if (value_of(out, "source.address").empty())
    out.add_endpoint(Side::source, value_of(out, "vendor.client_ip"));
  out.logon({}, outcome, ended ? "end" : "start");
  return true;
}

void finish(PayloadWriter& out, std::string_view service, std::string_view interface,
            std::string_view direction) {
  out.observer("Check Point", {}, "firewall");
  if (all_digits(service)) {
    out.add_port(Side::destination, service);
  } else {
    out.add("network.protocol", out.lower_case(service));
  }
  if (!interface.empty() && interface != "daemon") {
    out.add(direction == "outbound" ? "observer.egress.interface.name" : "observer.ingress.interface.name",
            interface);
  }
  out.add("network.direction", direction);
  add_nat(out);
  const std::string_view action = value_of(out, "event.action"), product = value_of(out, "observer.product");
  const std::string_view attack = value_of(out, "vendor.attack"),
                         protection = value_of(out, "vendor.protection_name");
  const bool malware =
      contains_ignoring_case(product, "anti-virus") || contains_ignoring_case(product, "anti virus") ||
      contains_ignoring_case(product, "anti-malware") || contains_ignoring_case(product, "anti-bot") ||
      contains_ignoring_case(product, "threat emulation") || contains_ignoring_case(product, "forensics");
  const std::string_view threat = protection.empty() ? attack : protection;
  if (!threat.empty()) {
    out.alert(threat);
    out.add("event.category", malware ? "malware" : "intrusion_detection");
    out.log_source({}, malware ? "antivirus" : "firewall", {});
  }
  add_severity_word(out, value_of(out, "vendor.severity"));
  if (!add_logon(out)) {
    if (!value_of(out, "source.address").empty() && !value_of(out, "destination.address").empty()) {
      out.classify("network", "connection");
    } else if (contains_ignoring_case(value_of(out, "vendor.subject"), "object manipulation") ||
               contains_ignoring_case(value_of(out, "vendor.operation"), "modify")) {
      out.classify("configuration", "change");
    }
    add_verdict(out, action);
  }
  out.log_source("checkpoint", "firewall", {});
  share_user(out);
}

bool is_piped(std::string_view text) {
  const std::string_view front = text.substr(0, 512);
  return front.find('|') != std::string_view::npos &&
         (contains(front, "|product=") || contains(front, "|loguid=")) &&
         (contains(front, "|ifdir=") || contains(front, "|origin=") || contains(front, "|action="));
}

/// Where the bracket opens in a line of RFC 5424 that lost its priority: "1 2026-11-20T06:59:00Z gw CheckPoint 8363 - [".
std::size_t bracket_at(std::string_view text) {
  if (!text.starts_with("1 ")) return 0;
  const std::size_t app = find_text(text.substr(0, 256), " CheckPoint ");
  const std::size_t open = app == std::string_view::npos ? app : text.find('[', app);
  return open == std::string_view::npos || open > 300 ? 0 : open;
}

bool claims_checkpoint(const SyslogHeader& header, std::string_view text) {
  if (text.starts_with("1 ")) return bracket_at(text) != 0;
  if (!text.starts_with('[')) return is_piped(text);
  if (header.app == "CheckPoint" || header.app == "Check-Point") return true;
  const std::string_view front = text.substr(0, 512);
  return contains(front, ":\"") && (contains(front, "loguid:\"{") || contains(front, "originsicname:\""));
}

std::optional<std::int64_t> checkpoint_time(const SyslogHeader&, std::string_view text, int zone_minutes) {
  if (text.starts_with("1 ")) {
    const std::string_view rest = text.substr(2, 40);
    return read_iso_time(rest.substr(0, rest.find(' ')), zone_minutes);
  }
  const std::string_view front = text.substr(0, 4096);
  const std::size_t at = find_text(front, "time:\"");
  if (at != std::string_view::npos && (at == 0 || !is_key_char(front[at - 1]))) {
    const std::string_view value = front.substr(at + 6);
    return read_epoch(value.substr(0, value.find('"')));
  }
  std::string_view value = front;
  if (!take_prefix(value, "time=")) {
    const std::size_t bar = find_text(front, "|time=");
    if (bar == std::string_view::npos) return std::nullopt;
    value = front.substr(bar + 6);
  }
  return read_epoch(value.substr(0, value.find('|')));
}

/// Check Point's Log Exporter in its own forms; its CEF and LEEF are read as those.
void parse_checkpoint(PayloadWriter& out) {
  std::string_view rest = out.text();
  if (const std::size_t open = bracket_at(rest); open != 0) {
    std::string_view front = rest.substr(2, open);
    take_word(front);
    if (!out.header().host_from_message) out.set("host.name", take_word(front));
    rest.remove_prefix(open);
  }
  const bool piped = !rest.starts_with('[');
  CheckPointField field;
  std::string_view service, interface, direction;
  for (std::size_t count = 0; piped ? next_piped(rest, field) : next_quoted(rest, field); ++count) {
    if (count == PayloadWriter::kFieldsMax) {
      out.overflow(rest);
      break;
    }
    if (field.key == "service") service = field.value;
    if (field.key == "ifname") interface = field.value;
    if (field.key == "ifdir") direction = field.value;
    kMap.find(field.key) != nullptr ? put(out, *kMap.find(field.key), field.value)
                                    : out.add_vendor(field.key, field.value);
  }
  finish(out, service, interface, direction);
}

/// What its mail products say is of an application too.
Kinds checkpoint_kinds(const SyslogHeader&, std::string_view text) {
  const std::string_view front = text.substr(0, 1024);
  const bool mail = contains(front, "product=Anti Phishing") || contains(front, "product=Anti-Spam") ||
                    contains(front, "product:\"Anti Phishing") || contains(front, "product:\"Anti-Spam") ||
                    contains(front, "product=MTA");
  return mail ? Kind::device | Kind::application : Kinds(Kind::device);
}

constexpr std::string_view kStarts[] = {
    "[", "1 ", "time=", "hostname=", "loguid=", "action=", "product=", "ifdir=", "flags="};
constexpr LogSource kLogSources[] = {
    {"checkpoint", "firewall", ""}, {"", "antivirus", ""}, {"", "firewall", ""}};

}  // namespace

extern const FormatSpec kFormat_checkpoint = {
    .number = Format{31},
    .name = "checkpoint",
    .title = "Check Point Log Exporter",
    .sample =
        R"([action:"Drop"; flags:"400644"; ifdir:"inbound"; ifname:"eth0"; loguid:"{0x5e812cd3,0x6,0x353707c7,0xee78a1dc}"; origin:"10.1.0.1"; time:"1795157940"; version:"5"; dst:"10.1.0.5"; product:"VPN-1 & FireWall-1"; proto:"6"; s_port:"50022"; service:"22"; src:"203.0.113.9"])",
    .rank = 25,
    .starts = kStarts,
    .claims = claims_checkpoint,
    .parse = parse_checkpoint,
    .time = checkpoint_time,
    .kinds = Kind::device,
    .kinds_of = checkpoint_kinds,
    .log_sources = kLogSources,
    .own_action = true,
};

}  // namespace vigil
