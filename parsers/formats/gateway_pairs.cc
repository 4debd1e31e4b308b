#include "parsers/device_words.h"
#include "parsers/field_target.h"
#include "parsers/format.h"
#include "parsers/key_value.h"
#include "parsers/payload_text.h"
#include "parsers/payload_time.h"

namespace vigil {
namespace {

// Several makers' keys in one table: where two have the same, they mean the same.
constexpr FieldRow kKeys[] = {
    // Stormshield SNS
    {"time", "_"},
    {"startime", "start_time"},
    {"fw", "device"},
    {"tz", "_"},
    {"pri", "priority"},
    {"ruleid", "rule.id"},
    {"rulename", "rule.name"},
    {"policyid", "rule.ruleset"},
    {"srcif", "source_interface"},
    {"srcifname", "observer.ingress.interface.name"},
    {"dstif", "destination_interface"},
    {"dstifname", "observer.egress.interface.name"},
    {"ipproto", "transport"},
    {"src", "source"},
    {"srcport", "source.port"},
    {"srcmac", "source.mac"},
    {"srcname", "source.domain"},
    {"dst", "destination"},
    {"dstport", "destination.port"},
    {"dstname", "destination.domain"},
    {"modsrc", "source.nat.ip"},
    {"modsrcport", "source.nat.port"},
    {"origdst", "destination_original"},
    {"user", "user"},
    {"address", "source"},
    {"sent", "source.bytes"},
    {"rcvd", "destination.bytes"},
    {"action", "event.action"},
    {"msg", "message"},
    {"alarmid", "event.code"},
    {"arg", "url.path"},
    {"cat_site", "rule.category"},
    {"virus", "rule.name"},
    {"result", "http.response.status_code"},
    // Clavister cOS Core and D-Link DFL, which is built on it
    {"rule", "rule.name"},
    {"recvif", "observer.ingress.interface.name"},
    {"connrecvif", "observer.ingress.interface.name"},
    {"destif", "observer.egress.interface.name"},
    {"conndestif", "observer.egress.interface.name"},
    {"srcip", "source"},
    {"connsrcip", "source"},
    {"destip", "destination"},
    {"conndestip", "destination"},
    {"connsrcport", "source.port"},
    {"destport", "destination.port"},
    {"conndestport", "destination.port"},
    {"connipproto", "transport"},
    {"connnewsrcip", "source.nat.ip"},
    {"connnewsrcport", "source.nat.port"},
    {"connnewdestip", "destination.nat.ip"},
    {"connnewdestport", "destination.nat.port"},
    {"hwsender", "source.mac"},
    {"hwdest", "destination.mac"},
    {"ipdatalen", "network.bytes"},
    {"origsent", "source.bytes"},
    {"termsent", "destination.bytes"},
    {"conntime", "event.duration:seconds"},
    {"username", "user"},
    {"userauth", "user"},
    {"event", "event"},
    // Barracuda CloudGen Firewall
    {"srcIF", "observer.ingress.interface.name"},
    {"srcIP", "source"},
    {"srcPort", "source.port"},
    {"srcMAC", "source.mac"},
    {"dstIF", "observer.egress.interface.name"},
    {"dstIP", "destination"},
    {"dstPort", "destination.port"},
    {"dstService", "network.protocol:lower"},
    {"srcNAT", "source.nat.ip"},
    {"dstNAT", "destination.nat.ip"},
    {"info", "event.reason"},
    {"receivedBytes", "destination.bytes"},
    {"sentBytes", "source.bytes"},
    {"receivedPackets", "destination.packets"},
    {"sentPackets", "source.packets"},
    {"proto", "transport"},
    {"application", "network.application"},
    // Barracuda Web Application Firewall
    {"spt", "source.port"},
    {"dpt", "destination.port"},
    {"actionTaken", "event.action"},
    {"attackDescription", "rule.name"},
    {"attackGroup", "rule.category"},
    {"attackId", "rule.id"},
    {"attackDetails", "message"},
    {"request", "url"},
    {"requestMethod", "http.request.method"},
    {"userAgent", "user_agent.original"},
    {"referer", "http.request.referrer"},
    {"host", "url.domain"},
    {"suser", "user"},
    // Forcepoint (Websense) Web Security
    {"vendor", "_"},
    {"product", "product"},
    {"product_version", "observer.version"},
    {"src_host", "source"},
    {"src_ip", "source"},
    {"src_port", "source.port"},
    {"dst_host", "destination.domain"},
    {"dst_ip", "destination"},
    {"dst_port", "destination.port"},
    {"bytes_out", "source.bytes"},
    {"bytes_in", "destination.bytes"},
    {"http_response", "http.response.status_code"},
    {"http_method", "http.request.method"},
    {"http_user_agent", "user_agent.original"},
    {"http_content_type", "http.response.mime_type"},
    {"reason", "event.reason"},
    {"policy", "rule.name"},
    {"category", "rule.category"},
    {"url", "url"},
};
constexpr FieldMap kMap(kKeys);

enum class Maker : std::uint8_t {
  none,
  stormshield,
  clavister,
  barracuda_cloudgen,
  barracuda_waf,
  forcepoint
};
struct Product {
  Maker maker;
  std::string_view vendor, product, type, source;
};
constexpr Product kProducts[] = {
    {Maker::stormshield, "Stormshield", "SNS", "firewall", "stormshield"},
    {Maker::clavister, "Clavister", "cOS Core", "firewall", "clavister"},
    {Maker::barracuda_cloudgen, "Barracuda", "CloudGen Firewall", "firewall", "barracuda"},
    {Maker::barracuda_waf, "Barracuda", "Web Application Firewall", "waf", "barracuda"},
    {Maker::forcepoint, "Forcepoint", "Web Security", "proxy", "forcepoint"},
};

Maker maker_of(std::string_view text) {
  const std::string_view front = text.substr(0, 512);
  if (front.substr(0, 128).find('=') == std::string_view::npos) return Maker::none;
  if (contains(front, "|srcIP=") && contains(front, "|dstIP=")) return Maker::barracuda_cloudgen;
  if (front.starts_with("vendor=Websense") || front.starts_with("vendor=Forcepoint") ||
      front.starts_with("vendor=\"Forcepoint"))
    return Maker::forcepoint;
  if (contains(front, "prio=") && contains(front, " id=") &&
      (contains(front, " event=") || contains(front, " rev=")))
    return Maker::clavister;
  if (contains(front, " fw=") &&
      (contains(front, "startime=") || contains(text.substr(0, 2048), " logtype=\"")))
    return Maker::stormshield;
  if (contains(front, "actionTaken=") && (contains(front, "logType=") || contains(front, "attackId=")))
    return Maker::barracuda_waf;
  return Maker::none;
}

bool claims_gateway(const SyslogHeader&, std::string_view text) { return maker_of(text) != Maker::none; }

/// Pairs that a bar parts, behind words: "Info gw1 Remove: type=FWD|proto=TCP|…".
void put_piped(PayloadWriter& out, std::string_view text) {
  // "Block: type=FWD": what was done.
  if (const std::size_t colon = find_text(text, ": type="); colon != std::string_view::npos) {
    const std::string_view front = text.substr(0, colon);
    out.add("event.action", front.substr(front.rfind(' ') + 1));
  }
  for (std::size_t count = 0; !text.empty() && count < PayloadWriter::kFieldsMax; ++count) {
    std::string_view pair = take_until(text, '|');
    std::string_view value = pair;
    std::string_view key = take_until(value, '=');
    if (key.size() == pair.size()) continue;
    key = key.substr(key.rfind(' ') + 1);
    if (value == "0.0.0.0") continue;
    kMap.find(key) != nullptr ? put(out, *kMap.find(key), value) : out.add_vendor(key, value);
  }
}

bool add_logon(PayloadWriter& out, Maker maker) {
  const Event& event = out.event();
  const std::string_view message = event.text_of("message");
  if (maker == Maker::clavister) {
    const std::string_view act = event.text_of("vendor.authevent"), name = event.text_of("vendor.event");
    const bool in = is_any(act, {"login", "rejected"}) || contains_ignoring_case(name, "login") ||
                    contains_ignoring_case(name, "auth_fail");
    const bool ended = contains_ignoring_case(act, "logout") || contains_ignoring_case(name, "logout");
    if (!in && !ended) return false;
    Outcome outcome = outcome_of(act.empty() ? name : act);
    if (outcome == Outcome::none)
      outcome = contains_ignoring_case(name, "bad") ? Outcome::failure : Outcome::success;
    out.logon(name, outcome, ended ? "end" : "start");
    return true;
  }
  const std::string_view type = event.text_of("vendor.logtype");
  if (maker != Maker::stormshield || !is_any(type, {"auth", "xvpn", "server"})) return false;
  const bool ended =
      contains_ignoring_case(message, "logged out") || contains_ignoring_case(message, "disconnect");
  const bool in = contains_ignoring_case(message, "logged in") || contains_ignoring_case(message, "login") ||
                  contains_ignoring_case(message, "authenticat");
  if (!in && !ended) return false;
  const std::string_view error = event.text_of("vendor.error");
  Outcome outcome = error == "0" ? Outcome::success : error.empty() ? Outcome::none : Outcome::failure;
  if (outcome == Outcome::none) outcome = outcome_of(message);
  if (outcome == Outcome::none && (ended || contains_ignoring_case(message, "logged in")))
    outcome = Outcome::success;
  if (outcome == Outcome::none) return false;
  out.logon({}, outcome, ended ? "end" : "start");
  return true;
}

void parse_gateway(PayloadWriter& out) {
  const Maker maker = maker_of(out.text());
  for (const Product& one : kProducts) {
    if (one.maker != maker) continue;
    out.observer(one.vendor, one.product, one.type);
    out.log_source(one.source, one.type, {});
  }
  if (maker == Maker::barracuda_cloudgen) {
    put_piped(out, out.text());
  } else {
    put_pairs(out, out.text(), kMap);
  }
  const std::string_view id = out.event().text_of("vendor.id");
  if (all_digits(id)) out.add("event.code", id);
  if (!add_logon(out, maker)) {
    const Event& event = out.event();
    const bool attack = maker == Maker::barracuda_waf || event.text_of("vendor.logtype") == "alarm";
    if (attack) {
      out.alert(event.text_of("rule.name").empty() ? event.text_of("message") : std::string_view());
      out.add("event.category", "intrusion_detection");
    }
    out.classify(maker == Maker::forcepoint ? "web" : "network", {});
    add_verdict(out, event.text_of("event.action"));
  }
  share_user(out);
}

std::optional<std::int64_t> gateway_time(const SyslogHeader&, std::string_view text, int zone_minutes) {
  const std::string_view front = text.substr(0, 512);
  const auto zone = read_zone(peek_pair(front, "tz="));
  if (const auto time = read_any_time(peek_pair(front, "time="), zone.value_or(zone_minutes))) return time;
  return read_epoch(peek_pair(text.substr(0, 2048), "rt="));
}

/// Forcepoint's and Barracuda's are about the web.
Kinds gateway_kinds(const SyslogHeader&, std::string_view text) {
  return maker_of(text) == Maker::forcepoint ? Kinds(Kind::web) | Kind::device : Kinds(Kind::device);
}

constexpr LogSource kLogSources[] = {{"stormshield", "firewall", ""},
                                     {"clavister", "firewall", ""},
                                     {"barracuda", "firewall", ""},
                                     {"barracuda", "waf", ""},
                                     {"forcepoint", "proxy", ""}};

}  // namespace

extern const FormatSpec kFormat_gateway_pairs = {
    .number = Format{46},
    .name = "gateway_pairs",
    .title = "Stormshield, Clavister, D-Link DFL, Barracuda, Forcepoint Web",
    .sample =
        R"(id=firewall time="2026-11-20 14:59:00" fw="sn310" tz=+0800 startime="2026-11-20 14:59:00" pri=5 ruleid=7 srcif="Ethernet0" srcifname="out" ipproto=tcp src=203.0.113.9 srcport=50022 dst=10.1.0.5 dstport=22 action=block logtype="filter")",
    .rank = 62,
    .claims = claims_gateway,
    .parse = parse_gateway,
    .time = gateway_time,
    .kinds = Kind::device,
    .kinds_of = gateway_kinds,
    .log_sources = kLogSources,
    .own_action = true,
};

}  // namespace vigil
