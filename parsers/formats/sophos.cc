#include "parsers/calendar.h"
#include "parsers/device_words.h"
#include "parsers/field_target.h"
#include "parsers/format.h"
#include "parsers/key_value.h"
#include "parsers/payload_text.h"
#include "parsers/payload_time.h"

namespace vigil {
namespace {

// SFOS 16 to 21; each release renames some keys.
constexpr FieldRow kKeys[] = {
    {"device", "_"},
    {"date", "_"},
    {"time", "_"},
    {"device_id", "observer.serial_number"},
    {"device_serial_id", "observer.serial_number"},
    {"priority", "log.level:lower"},
    {"severity", "log.level:lower"},
    {"log_subtype", "event.action"},
    {"fw_rule_id", "rule.id"},
    {"fw_rule_name", "rule.name"},
    {"fw_rule_section", "rule.ruleset"},
    {"user_name", "source.user"},
    {"user", "source.user"},
    {"username", "source.user"},
    {"user_gp", "user.group.name"},
    {"user_group", "user.group.name"},
    {"usergroupname", "user.group.name"},
    {"application", "network.application"},
    {"app_name", "network.application"},
    {"in_interface", "observer.ingress.interface.name"},
    {"out_interface", "observer.egress.interface.name"},
    {"src_zone", "observer.ingress.zone"},
    {"srczone", "observer.ingress.zone"},
    {"dst_zone", "observer.egress.zone"},
    {"dstzone", "observer.egress.zone"},
    {"src_mac", "source.mac"},
    {"dst_mac", "destination.mac"},
    {"client_physical_address", "source.mac"},
    {"src_ip", "source"},
    {"sourceip", "source"},
    {"dst_ip", "destination"},
    {"destinationip", "destination"},
    {"localip", "destination"},
    {"src_port", "source.port"},
    {"dst_port", "destination.port"},
    {"src_trans_ip", "source.nat.ip"},
    {"tran_src_ip", "source.nat.ip"},
    {"src_trans_port", "source.nat.port"},
    {"tran_src_port", "source.nat.port"},
    {"dst_trans_ip", "destination.nat.ip"},
    {"tran_dst_ip", "destination.nat.ip"},
    {"dst_trans_port", "destination.nat.port"},
    {"tran_dst_port", "destination.nat.port"},
    {"src_domainname", "source.domain"},
    {"dst_domainname", "destination.domain"},
    {"dst_domain", "destination.domain"},
    {"dstdomain", "destination.domain"},
    {"domainname", "url.domain"},
    {"domain", "url.domain"},
    {"server", "url.domain"},
    {"protocol", "transport"},
    {"sent_pkts", "source.packets"},
    {"packets_sent", "source.packets"},
    {"recv_pkts", "destination.packets"},
    {"packets_received", "destination.packets"},
    {"sent_bytes", "source.bytes"},
    {"bytes_sent", "source.bytes"},
    {"bytessent", "destination.bytes"},
    {"recv_bytes", "destination.bytes"},
    {"bytes_received", "destination.bytes"},
    {"bytesrcv", "source.bytes"},
    {"con_duration", "event.duration:seconds"},
    {"url", "url"},
    {"status_code", "http.response.status_code"},
    {"http_status", "http.response.status_code"},
    {"httpstatus", "http.response.status_code"},
    {"method", "http.request.method"},
    {"http_method", "http.request.method"},
    {"user_agent", "user_agent.original"},
    {"http_user_agent", "user_agent.original"},
    {"useragent", "user_agent.original"},
    {"referer", "http.request.referrer"},
    {"ws_protocol", "http.version"},
    {"filename", "file.name"},
    {"file_name", "file.name"},
    {"file_path", "file.path"},
    {"filesize", "file.size"},
    {"file_size", "file.size"},
    {"filetype", "file.type"},
    {"sha1sum", "file.hash"},
    {"sha1", "file.hash"},
    {"sha256", "file.hash"},
    {"execution_path", "executable"},
    {"process_user", "user.effective"},
    {"login_user", "source.user"},
    {"from_email_address", "email.from.address"},
    {"sender", "email.from.address"},
    {"to_email_address", "email.to.address"},
    {"recipient", "email.to.address"},
    {"recepients", "email.to.address"},
    {"email_subject", "email.subject"},
    {"subject", "email.subject"},
    {"mailid", "email.message_id"},
    {"email_message_id", "email.message_id"},
    {"reason", "event.reason"},
    {"message", "message"},
    {"eventid", "event.id"},
    {"event_id", "event.id"},
    {"category", "rule.category"},
    {"classification", "rule.category"},
    {"dns_query", "dns.question.name"},
};
constexpr FieldMap kMap(kKeys);

/// What finish() looks at besides what the table puts.
struct Seen {
  std::string_view type, component, subtype, status, log_id, virus, threat, signature, signature_id, user,
      address, remote, duration, sent, received, origin, local, con_event, packets_sent, packets_received,
      from, to, query;

  std::string_view* slot(std::string_view key) {
    struct Slot {
      std::string_view key;
      std::string_view Seen::*value;
    };
    static constexpr Slot kSlots[] = {{"log_type", &Seen::type},
                                      {"log_component", &Seen::component},
                                      {"log_subtype", &Seen::subtype},
                                      {"status", &Seen::status},
                                      {"log_id", &Seen::log_id},
                                      {"virus", &Seen::virus},
                                      {"threatname", &Seen::threat},
                                      {"threat", &Seen::threat},
                                      {"signature_msg", &Seen::signature},
                                      {"signature_id", &Seen::signature_id},
                                      {"name", &Seen::user},
                                      {"ipaddress", &Seen::address},
                                      {"reported_ip", &Seen::address},
                                      {"remote_ip", &Seen::remote},
                                      {"remoteinterfaceip", &Seen::remote},
                                      {"duration", &Seen::duration},
                                      {"sent_bytes", &Seen::sent},
                                      {"bytes_sent", &Seen::sent},
                                      {"recv_bytes", &Seen::received},
                                      {"bytes_received", &Seen::received},
                                      {"sent_pkts", &Seen::packets_sent},
                                      {"packets_sent", &Seen::packets_sent},
                                      {"recv_pkts", &Seen::packets_received},
                                      {"packets_received", &Seen::packets_received},
                                      {"from_email_address", &Seen::from},
                                      {"to_email_address", &Seen::to},
                                      {"querystring", &Seen::query},
                                      {"source", &Seen::origin},
                                      {"localinterfaceip", &Seen::local},
                                      {"con_event", &Seen::con_event}};
    for (const Slot& one : kSlots) {
      if (one.key == key) return &(this->*one.value);
    }
    return nullptr;
  }
};

/// `timestamp="2026-11-20T14:59:00+0800"`, or date and time. Their `timezone` is an abbreviation that may stand for
/// several ("CST", "IST", "BST"): only "UTC", "GMT" and offsets say more than the listener's zone does.
std::optional<std::int64_t> sophos_time(const SyslogHeader&, std::string_view text, int zone_minutes) {
  text = text.substr(0, 512);
  const std::string_view stamp = peek_pair(text, "timestamp=");
  if (stamp.size() > 15) return read_iso_time(stamp, zone_minutes);
  std::string_view zone = peek_pair(text, "timezone=");
  if (zone == "UTC" || zone == "GMT") zone = "Z";
  return read_date_and_time(peek_pair(text, "date="), peek_pair(text, "time="),
                            read_zone(zone) ? zone : std::string_view(), zone_minutes);
}

/// "User 'root' failed to login from '203.0.113.9' using ssh because of wrong credentials"
bool is_logon(const Seen& seen, std::string_view message) {
  if (seen.subtype == "Authentication") return true;
  return seen.subtype == "Admin" &&
         (contains_ignoring_case(message, "login") || contains_ignoring_case(message, "logged") ||
          contains_ignoring_case(message, "log in") || contains_ignoring_case(message, "logout"));
}

void add_logon(PayloadWriter& out, const Seen& seen, std::string_view message) {
  const bool end = contains_ignoring_case(message, "logged out") ||
                   contains_ignoring_case(message, "logout") || contains_ignoring_case(message, "logged off");
  Outcome outcome = outcome_of(seen.status);
  if (outcome == Outcome::none) outcome = outcome_of(message);
  out.logon({}, outcome == Outcome::none && end ? Outcome::success : outcome, end ? "end" : "start");
}

void add_threat(PayloadWriter& out, const Seen& seen) {
  const std::string_view name = !seen.virus.empty()    ? seen.virus
                                : !seen.threat.empty() ? seen.threat
                                                       : seen.signature;
  if (name.empty()) return;
  const bool malware = !seen.virus.empty() || seen.type == "ATP" || seen.type == "Anti-Virus";
  out.alert(name);
  out.add("event.category", malware ? "malware" : "intrusion_detection");
  if (malware) out.log_source({}, "antivirus", {});
  if (!seen.signature_id.empty()) out.add("rule.id", seen.signature_id);
}

/// A connection's line is written at its end, unless con_event says "Start" or there is no duration.
void add_times(PayloadWriter& out, const Seen& seen) {
  const auto number = read_number(seen.duration);
  if (!number || *number > 1'000'000'000) return;
  // Seconds for connections; what RED says are milliseconds.
  const auto duration = static_cast<std::int64_t>(*number) * (seen.component == "RED" ? 1'000'000 : kSecond);
  out.add_number("event.duration", static_cast<std::uint64_t>(duration));
  const auto time = sophos_time(out.header(), out.text(), out.context().zone_minutes);
  if (!time) return;
  if (seen.con_event == "Start") return add_time(out, "event.start", *time);
  add_time(out, "event.start", *time - duration);
  add_time(out, "event.end", *time);
}

void finish(PayloadWriter& out, const Seen& seen) {
  out.observer("Sophos", "SFOS", "firewall");
  out.log_source("sophos", "firewall", {});
  // log_id: type, component, subtype, priority, and the message's own number, as the log guide lists them.
  out.add("event.code", seen.log_id.size() == 12 ? seen.log_id.substr(7) : seen.log_id);
  const Event& event = out.event();
  const std::string_view message = event.text_of("message");
  if (event.text_of("source.address").empty()) {
    out.add_endpoint(Side::source, seen.remote.empty() ? seen.address : seen.remote);
  }
  if (event.text_of("source.user.name").empty() && seen.subtype == "Authentication")
    out.add("source.user.name", seen.user);
  add_sum(out, "network.bytes", seen.sent, seen.received);
  add_sum(out, "network.packets", seen.packets_sent, seen.packets_received);
  out.add_endpoint(Side::destination, seen.local);
  if (seen.type == "Sandbox") {  // where the file came from
    out.add("url.domain", seen.origin);
    out.add_endpoint(Side::destination, seen.origin);
  }
  add_times(out, seen);
  out.add("source.user.email", seen.from);
  out.add("destination.user.email", seen.to);
  if (seen.query.size() > 1)
    out.add("url.query", seen.query.starts_with('?') ? seen.query.substr(1) : seen.query);
  add_severity_word(out, event.text_of("log.level"));
  if (is_logon(seen, message)) {
    add_logon(out, seen, message);
  } else if (seen.type == "Event" && seen.component == "SSL VPN") {
    // Of a user's tunnel: the logon itself has a line of its own ("SSL VPN Authentication").
    out.classify("network", seen.status == "Established" ? "start" : "end");
  } else {
    add_threat(out, seen);
    const bool mail = seen.type == "Anti-Spam" || !seen.from.empty();
    if (seen.type == "Event" || seen.type == "System Health") {
      out.classify(seen.subtype == "Admin" ? "configuration" : "host",
                   seen.subtype == "Admin" ? "change" : "info", {}, outcome_of(seen.status));
    } else {
      out.classify(mail ? "email" : "network", {});
    }
    if (seen.type == "Content Filtering" || seen.type == "WAF") out.log_source("sophos", "proxy", {});
    add_verdict(out, seen.subtype);
  }
  share_user(out);
}

bool claims_sophos(const SyslogHeader&, std::string_view text) {
  const std::string_view front = text.substr(0, 512);
  return text.starts_with("device=\"SFW\"") || text.starts_with("device_name=\"SFW\"") ||
         (contains(front, "log_type=") && contains(front, "log_component=") && contains(front, "device"));
}

void parse_sophos(PayloadWriter& out) {
  KeyValueReader reader(out.text());
  KeyValue pair;
  Seen seen;
  for (std::size_t count = 0; reader.next(pair); ++count) {
    if (count == PayloadWriter::kFieldsMax) {
      out.overflow(pair_onwards(pair, out.text()));
      break;
    }
    const std::string_view value = unescape_quotes(pair, out.arena());
    if (std::string_view* slot = seen.slot(pair.key); slot != nullptr && slot->empty())
      *slot = value == "-" || value == "N/A" ? std::string_view() : value;
    if (const Target* target = kMap.find(pair.key)) {
      put(out, *target, value);
    } else {
      out.add_vendor(pair.key, value);
    }
  }
  finish(out, seen);
}

constexpr std::string_view kStarts[] = {"device=", "device_name=", "timestamp=", "log_type=", "date="};
constexpr LogSource kLogSources[] = {
    {"sophos", "firewall", ""}, {"sophos", "proxy", ""}, {"", "antivirus", ""}};

}  // namespace

extern const FormatSpec kFormat_sophos = {
    .number = Format{32},
    .name = "sophos",
    .title = "Sophos Firewall (SFOS, XG, XGS)",
    .sample =
        R"(device="SFW" date=2026-11-20 time=14:59:00 timezone="CST" device_name="XG230" device_id=C44313350024-P29PUA log_id=010102600002 log_type="Firewall" log_component="Firewall Rule" log_subtype="Denied" status="Deny" priority=Information fw_rule_id=7 src_ip=203.0.113.9 dst_ip=10.1.0.5 protocol="TCP" src_port=50022 dst_port=22)",
    .rank = 5,
    .starts = kStarts,
    .claims = claims_sophos,
    .parse = parse_sophos,
    .time = sophos_time,
    .kinds = Kind::device,
    .log_sources = kLogSources,
    .own_action = true,
};

}  // namespace vigil
