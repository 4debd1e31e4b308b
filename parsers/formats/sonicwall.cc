#include "parsers/device_words.h"
#include "parsers/field_target.h"
#include "parsers/format.h"
#include "parsers/key_value.h"
#include "parsers/payload_text.h"
#include "parsers/payload_time.h"

namespace vigil {
namespace {

constexpr FieldRow kKeys[] = {
    {"id", "_"},
    {"time", "_"},
    {"sn", "observer.serial_number"},
    {"fw", "observer.ip"},
    {"m", "event.code"},
    {"c", "category_mask"},
    {"msg", "message"},
    {"fw_action", "event.action"},
    {"act", "event.action"},
    {"usr", "user"},
    {"user", "user"},
    {"susr", "user"},
    {"dur", "event.duration:seconds"},
    {"sent", "source.bytes"},
    {"rcvd", "destination.bytes"},
    {"spkt", "source.packets"},
    {"rpkt", "destination.packets"},
    {"srcMac", "source.mac"},
    {"dstMac", "destination.mac"},
    {"natSrc", "nat_source"},
    {"natDst", "nat_destination"},
    {"srcZone", "observer.ingress.zone"},
    {"dstZone", "observer.egress.zone"},
    {"rule", "rule.name"},
    {"appName", "network.application"},
    {"app", "app_id"},
    {"Category", "rule.category"},
    {"dstname", "url.domain"},
    {"arg", "url.path"},
    {"op", "http_operation"},
    {"result", "http.response.status_code"},
    {"referer", "http.request.referrer"},
    {"sid", "signature_id"},
    {"ipscat", "ips_category"},
    {"ipspri", "ips_priority"},
    {"spycat", "spyware_category"},
    {"spypri", "spyware_priority"},
    {"fileid", "file.hash"},
    {"filetxstatus", "file_status"},
    {"note", "note"},
    {"reason", "event.reason"},
    {"uuid", "rule.uuid"},
    {"gcat", "group_category"},
};
constexpr FieldMap kMap(kKeys);

/// "203.0.113.9:50022:X1:name.example": address, port, interface, name; of IPv6 the address alone or in brackets.
void add_end(PayloadWriter& out, Side side, std::string_view value) {
  if (!plain_address(value).empty()) return out.add_endpoint(side, value);
  std::string_view address, rest = value;
  if (value.starts_with('[')) {
    const std::size_t close = value.find(']');
    address = value.substr(0, close == std::string_view::npos ? close : close + 1);
    rest = close == std::string_view::npos ? std::string_view() : value.substr(close + 1);
    take_prefix(rest, ":");
  } else {
    address = take_until(rest, ':');
  }
  out.add_endpoint(side, address);
  out.add_port(side, take_until(rest, ':'));
  const bool source = side == Side::source;
  out.add(source ? "observer.ingress.interface.name" : "observer.egress.interface.name",
          take_until(rest, ':'));
  out.add(source ? "source.domain" : "destination.domain", rest);
}

/// "tcp/https", "udp/53"
void add_protocol(PayloadWriter& out, std::string_view value) {
  std::string_view service = value;
  out.add_transport(take_until(service, '/'));
  if (!service.empty() && !all_digits(service)) out.add("network.protocol", out.lower_case(service));
}

/// "198.51.100.1:40022"; "0.0.0.0" where nothing is translated.
void add_nat(PayloadWriter& out, std::string_view value, std::string_view ip, std::string_view port) {
  if (value.empty() || value.starts_with("0.0.0.0")) return;
  if (!plain_address(value).empty()) return out.add(ip, value);
  std::string_view rest = value;
  out.add(ip, take_until(rest, ':'));
  out.add_number(port, take_until(rest, ':'));
}

/// What the event's number says, as the log events' reference lists it.
struct Message {
  std::string_view code, category, type, action;
  Outcome outcome = Outcome::none;
};
constexpr Message kMessages[] = {
    {"29", "authentication", "start", "admin_login", Outcome::success},
    {"30", "authentication", "start", "admin_login", Outcome::failure},
    {"31", "authentication", "start", "user_login", Outcome::success},
    {"32", "authentication", "start", "user_login", Outcome::failure},
    {"33", "authentication", "start", "user_login", Outcome::failure},
    {"34", "authentication", "start", "user_login_pending", Outcome::unknown},
    {"35", "authentication", "start", "admin_login", Outcome::failure},
    {"199", "authentication", "start", "cli_login", Outcome::success},
    {"200", "authentication", "start", "cli_login", Outcome::failure},
    {"235", "authentication", "start", "vpn_zone_admin_login", Outcome::success},
    {"236", "authentication", "start", "wan_zone_admin_login", Outcome::success},
    {"237", "authentication", "start", "vpn_zone_user_login", Outcome::success},
    {"238", "authentication", "start", "wan_zone_user_login", Outcome::success},
    {"243", "authentication", "start", "radius_login", Outcome::failure},
    {"244", "authentication", "start", "radius_login", Outcome::failure},
    {"246", "authentication", "start", "user_login", Outcome::failure},
    {"261", "authentication", "end", "admin_logout", Outcome::success},
    {"262", "authentication", "end", "admin_logout", Outcome::success},
    {"263", "authentication", "end", "user_logout", Outcome::success},
    {"264", "authentication", "end", "user_logout", Outcome::success},
    {"265", "authentication", "end", "user_logout", Outcome::success},
    {"328", "authentication", "start", "admin_locked_out", Outcome::failure},
    {"329", "authentication", "start", "user_login", Outcome::failure},
    {"438", "authentication", "start", "user_login", Outcome::failure},
    {"486", "authentication", "start", "user_login", Outcome::failure},
    {"506", "authentication", "start", "vpn_client_login", Outcome::failure},
    {"549", "authentication", "start", "guest_login", Outcome::failure},
    {"557", "authentication", "start", "guest_login", Outcome::failure},
    {"558", "authentication", "end", "guest_logout", Outcome::success},
    {"559", "authentication", "end", "guest_logout", Outcome::success},
    {"564", "authentication", "start", "guest_login", Outcome::success},
    {"745", "authentication", "start", "ldap_login", Outcome::failure},
    {"759", "authentication", "start", "user_login", Outcome::failure},
    {"986", "authentication", "start", "user_login", Outcome::failure},
    {"1035", "authentication", "start", "user_login", Outcome::failure},
    {"1048", "authentication", "start", "user_login", Outcome::failure},
    {"1080", "authentication", "start", "ssl_vpn_login", Outcome::success},
    {"1117", "authentication", "start", "user_login", Outcome::failure},
    {"14", "network", "denied", "site_blocked"},
    {"16", "network", "allowed", "site_accessed"},
    {"97", "network", "allowed", "site_accessed"},
    {"36", "network", "denied", "tcp_dropped"},
    {"37", "network", "denied", "udp_dropped"},
    {"38", "network", "denied", "icmp_dropped"},
    {"98", "network", "start", "connection_opened"},
    {"537", "network", "end", "connection_closed"},
    {"1153", "network", "end", "connection_closed"},
    {"1235", "network", "allowed", "packet_allowed"},
    {"1197", "network", "connection", "nat_mapping"},
};
/// Attacks: what they are called stands in msg.
constexpr std::string_view kAttacks[] = {"23",   "25",   "22",   "27",   "81",   "82",   "83",  "123", "267",
                                         "608",  "609",  "789",  "790",  "794",  "795",  "796", "809", "1198",
                                         "1199", "1213", "1214", "1369", "1373", "1374", "1376"};

void finish(PayloadWriter& out) {
  const Event& event = out.event();
  const std::string_view code = event.text_of("event.code"), text = event.text_of("message");
  for (const std::string_view attack : kAttacks) {
    if (attack != code) continue;
    const bool malware = is_any(code, {"794", "795", "796", "809", "1376"});
    out.alert(text);
    out.classify(malware ? "malware" : "intrusion_detection", {});
    if (malware) out.log_source({}, "antivirus", {});
    out.add_number("event.severity", 7U);
    return;
  }
  for (const Message& message : kMessages) {
    if (message.code == code)
      return out.classify(message.category, message.type, message.action, message.outcome);
  }
  // "User login denied", "Administrator login allowed", "SSL VPN … login": what the list does not hold.
  if (contains_ignoring_case(text, "login") || contains_ignoring_case(text, "logged in")) {
    const Outcome outcome = outcome_of(text);
    if (outcome != Outcome::none) return out.logon({}, outcome);
  }
  out.classify("network", contains_ignoring_case(text, "dropped") || contains_ignoring_case(text, "denied") ||
                                  contains_ignoring_case(text, "blocked")
                              ? "denied"
                              : "info");
}

bool claims_sonicwall(const SyslogHeader&, std::string_view text) {
  const std::string_view front = text.substr(0, 512);
  if (!contains(front, " sn=") && !contains(front, "\tsn=")) return false;
  return contains(front, " fw=") || (contains(front, " pri=") && contains(front, " m="));
}

/// time="2026-11-20 06:59:00 UTC", or local without a zone
std::optional<std::int64_t> sonicwall_time(const SyslogHeader&, std::string_view text, int zone_minutes) {
  std::string_view time = peek_pair(text.substr(0, 512), "time=");
  if (time.ends_with(" UTC")) {
    time.remove_suffix(4);
    return read_any_time(time, 0);
  }
  return read_any_time(time, zone_minutes);
}

/// SonicWall SonicOS 5 to 7: pairs whose `m` is the event's number and whose ends are "address:port:interface:name".
void parse_sonicwall(PayloadWriter& out) {
  out.observer("SonicWall", "SonicOS", "firewall");
  out.log_source("sonicwall", "firewall", {});
  KeyValueReader reader(out.text());
  KeyValue pair;
  std::string_view nat_source, nat_destination, sent, received;
  for (std::size_t count = 0; reader.next(pair); ++count) {
    if (count == PayloadWriter::kFieldsMax) {
      out.overflow(pair_onwards(pair, out.text()));
      break;
    }
    const std::string_view value = unescape_quotes(pair, out.arena());
    if (pair.key == "src" || pair.key == "dst") {
      add_end(out, pair.key == "src" ? Side::source : Side::destination, value);
    } else if (pair.key == "proto") {
      add_protocol(out, value);
    } else if (pair.key == "pri") {
      out.add("log.level", value);
    } else {
      if (pair.key == "natSrc") nat_source = value;
      if (pair.key == "natDst") nat_destination = value;
      if (pair.key == "sent") sent = value;
      if (pair.key == "rcvd") received = value;
      if (const Target* target = kMap.find(pair.key)) {
        put(out, *target, value);
      } else {
        out.add_vendor(pair.key, value);
      }
    }
  }
  add_nat(out, nat_source, "source.nat.ip", "source.nat.port");
  add_nat(out, nat_destination, "destination.nat.ip", "destination.nat.port");
  add_sum(out, "network.bytes", sent, received);
  finish(out);
  add_verdict(out, out.event().text_of("event.action"));
  share_user(out);
}

constexpr std::string_view kStarts[] = {"id=", "sn=", "device=SonicWALL"};
constexpr LogSource kLogSources[] = {{"sonicwall", "firewall", ""}, {"", "antivirus", ""}};

}  // namespace

extern const FormatSpec kFormat_sonicwall = {
    .number = Format{41},
    .name = "sonicwall",
    .title = "SonicWall SonicOS",
    .sample =
        R"(id=firewall sn=0017C5000001 time="2026-11-20 06:59:00 UTC" fw=198.51.100.1 pri=1 c=32 m=30 msg="Administrator login denied due to bad credentials" n=7 usr="admin" src=203.0.113.9:50022:X1 dst=198.51.100.1:443:X1 proto=tcp/https)",
    .rank = 22,
    .starts = kStarts,
    .claims = claims_sonicwall,
    .parse = parse_sonicwall,
    .time = sonicwall_time,
    .kinds = Kind::device,
    .log_sources = kLogSources,
};

}  // namespace vigil
