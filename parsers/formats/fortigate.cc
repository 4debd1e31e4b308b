#include "parsers/format.h"

#include <array>

#include "parsers/device_words.h"
#include "parsers/key_table.h"
#include "parsers/key_value.h"
#include "parsers/payload_text.h"
#include "parsers/payload_time.h"

namespace vigil {
namespace {

/// What becomes of a value besides standing under its own name.
enum class Use : std::uint8_t {
  keep,  ///< nothing
  text,
  number,
  source,
  destination,
  source_port,
  destination_port,
  protocol,
  service,
  url,
  file,
  hash,
  device,
  message,
  direction,
  duration
};

/// Values that are looked at together when all have been read.
enum class S : std::uint8_t {
  none,
  type,
  subtype,
  action,
  status,
  user,
  guessed_user,
  source,
  remote,
  remote_port,
  local,
  local_port,
  tunnel,
  ui,
  hostname,
  attack,
  virus,
  severity,
  level,
  sent_bytes,
  received_bytes,
  sent_packets,
  received_packets,
  eventtime,
  zone,
  dialled_in,
  count_
};

struct FortiKey {
  std::string_view key;
  std::string_view vendor;     ///< its own name with "vendor." before it
  std::string_view name = {};  ///< ECS
  Use use = Use::keep;
  S slot = S::none;
};

#define VIGIL_KEY(key) key, "vendor." key
constexpr FortiKey kFortiKeys[] = {
    {VIGIL_KEY("date")},
    {VIGIL_KEY("time")},
    {VIGIL_KEY("eventtime"), {}, Use::keep, S::eventtime},
    {VIGIL_KEY("tz"), {}, Use::keep, S::zone},
    {VIGIL_KEY("vd")},
    {VIGIL_KEY("sessionid")},
    {VIGIL_KEY("srccountry")},
    {VIGIL_KEY("dstcountry")},
    {VIGIL_KEY("trandisp")},
    {VIGIL_KEY("srcintfrole")},
    {VIGIL_KEY("dstintfrole")},
    {VIGIL_KEY("srcserver")},
    {VIGIL_KEY("mastersrcmac")},
    {VIGIL_KEY("appid")},
    {VIGIL_KEY("apprisk")},
    {VIGIL_KEY("applist")},
    {VIGIL_KEY("crscore")},
    {VIGIL_KEY("craction")},
    {VIGIL_KEY("crlevel")},
    {VIGIL_KEY("eventtype")},
    {VIGIL_KEY("group"), "user.group.name", Use::text},
    {VIGIL_KEY("devname"), "observer.name", Use::device},
    {VIGIL_KEY("devid"), "observer.serial_number", Use::text},
    {VIGIL_KEY("logid"), "event.code", Use::text},
    {VIGIL_KEY("level"), "log.level", Use::text, S::level},
    {VIGIL_KEY("type"), {}, Use::keep, S::type},
    {VIGIL_KEY("subtype"), {}, Use::keep, S::subtype},
    {VIGIL_KEY("action"), "event.action", Use::text, S::action},
    {VIGIL_KEY("status"), {}, Use::keep, S::status},
    {VIGIL_KEY("result"), {}, Use::keep, S::status},
    {VIGIL_KEY("reason"), "event.reason", Use::text},
    {VIGIL_KEY("msg"), "message", Use::message},
    {VIGIL_KEY("logdesc"), "rule.description", Use::text},
    {VIGIL_KEY("srcip"), {}, Use::source, S::source},
    {VIGIL_KEY("srcport"), {}, Use::source_port},
    {VIGIL_KEY("src_port"), {}, Use::source_port},
    {VIGIL_KEY("dstip"), {}, Use::destination},
    {VIGIL_KEY("dstport"), {}, Use::destination_port},
    {VIGIL_KEY("dst_port"), {}, Use::destination_port},
    {VIGIL_KEY("srcmac"), "source.mac", Use::text},
    {VIGIL_KEY("dstmac"), "destination.mac", Use::text},
    {VIGIL_KEY("srcintf"), "observer.ingress.interface.name", Use::text},
    {VIGIL_KEY("dstintf"), "observer.egress.interface.name", Use::text},
    {VIGIL_KEY("transip"), "source.nat.ip", Use::text},
    {VIGIL_KEY("transport"), "source.nat.port", Use::number},
    {VIGIL_KEY("tranip"), "destination.nat.ip", Use::text},
    {VIGIL_KEY("tranport"), "destination.nat.port", Use::number},
    {VIGIL_KEY("proto"), {}, Use::protocol},
    {VIGIL_KEY("service"), "network.protocol", Use::service},
    {VIGIL_KEY("app"), "network.application", Use::text},
    {VIGIL_KEY("direction"), "network.direction", Use::direction},
    {VIGIL_KEY("dir"), "network.direction", Use::direction},
    {VIGIL_KEY("sentbyte"), "source.bytes", Use::number, S::sent_bytes},
    {VIGIL_KEY("rcvdbyte"), "destination.bytes", Use::number, S::received_bytes},
    {VIGIL_KEY("sentpkt"), "source.packets", Use::number, S::sent_packets},
    {VIGIL_KEY("rcvdpkt"), "destination.packets", Use::number, S::received_packets},
    {VIGIL_KEY("duration"), "event.duration", Use::duration},
    {VIGIL_KEY("policyid"), "rule.id", Use::text},
    {VIGIL_KEY("policy_id"), "rule.id", Use::text},
    {VIGIL_KEY("event_id"), "event.id", Use::text},
    {VIGIL_KEY("srcname"), "source.domain", Use::text},
    {VIGIL_KEY("dstname"), "destination.domain", Use::text},
    {VIGIL_KEY("src_int"), "observer.ingress.interface.name", Use::text},
    {VIGIL_KEY("dst_int"), "observer.egress.interface.name", Use::text},
    {VIGIL_KEY("unauthuser"), {}, Use::keep, S::guessed_user},
    {VIGIL_KEY("policyname"), "rule.name", Use::text},
    {VIGIL_KEY("poluuid"), "rule.uuid", Use::text},
    {VIGIL_KEY("policytype"), "rule.ruleset", Use::text},
    {VIGIL_KEY("profile"), "rule.ruleset", Use::text},
    {VIGIL_KEY("catdesc"), "rule.category", Use::text},
    {VIGIL_KEY("appcat"), "rule.category", Use::text},
    {VIGIL_KEY("user"), {}, Use::keep, S::user},
    {VIGIL_KEY("xauthuser"), {}, Use::keep, S::dialled_in},
    {VIGIL_KEY("remip"), {}, Use::keep, S::remote},
    {VIGIL_KEY("remport"), {}, Use::keep, S::remote_port},
    {VIGIL_KEY("locip"), {}, Use::keep, S::local},
    {VIGIL_KEY("locport"), {}, Use::keep, S::local_port},
    {VIGIL_KEY("tunneltype"), {}, Use::keep, S::tunnel},
    {VIGIL_KEY("ui"), {}, Use::keep, S::ui},
    {VIGIL_KEY("hostname"), {}, Use::keep, S::hostname},
    {VIGIL_KEY("url"), {}, Use::url},
    {VIGIL_KEY("agent"), "user_agent.original", Use::text},
    {VIGIL_KEY("httpmethod"), "http.request.method", Use::text},
    {VIGIL_KEY("referralurl"), "http.request.referrer", Use::text},
    {VIGIL_KEY("filename"), {}, Use::file},
    {VIGIL_KEY("filesize"), "file.size", Use::number},
    {VIGIL_KEY("filetype"), "file.extension", Use::text},
    {VIGIL_KEY("filehash"), {}, Use::hash},
    {VIGIL_KEY("analyticscksum"), {}, Use::hash},
    {VIGIL_KEY("attack"), {}, Use::keep, S::attack},
    {VIGIL_KEY("virus"), {}, Use::keep, S::virus},
    {VIGIL_KEY("attackid")},
    {VIGIL_KEY("severity"), {}, Use::keep, S::severity},
    {VIGIL_KEY("qname"), "dns.question.name", Use::text},
    {VIGIL_KEY("qtype"), "dns.question.type", Use::text},
    {VIGIL_KEY("qclass"), "dns.question.class", Use::text},
    {VIGIL_KEY("xid"), "dns.id", Use::text},
    {VIGIL_KEY("ipaddr"), "dns.resolved_ip", Use::text},
    {VIGIL_KEY("from"), "email.from.address", Use::text},
    {VIGIL_KEY("sender"), "email.from.address", Use::text},
    {VIGIL_KEY("recipient"), "email.to.address", Use::text},
    {VIGIL_KEY("to"), "email.to.address", Use::text},
    {VIGIL_KEY("subject"), "email.subject", Use::text},
};
#undef VIGIL_KEY
constexpr KeyTable kKeys(kFortiKeys);

bool absent(std::string_view value) {
  return value.empty() || value == "N/A" || value == "(null)" || value == "n/a";
}

class FortiReader {
 public:
  explicit FortiReader(PayloadWriter& out) : out_(out) {}

  void take(const FortiKey& key, std::string_view value) {
    out_.event().add(key.vendor, value);
    if (absent(value)) return;
    if (key.slot != S::none && seen(key.slot).empty()) seen_[static_cast<std::size_t>(key.slot)] = value;
    switch (key.use) {
      case Use::keep:
        return;
      case Use::text:
        return out_.add(key.name, value);
      case Use::number:
        return out_.add_number(key.name, value);
      case Use::source:
        return out_.add_endpoint(Side::source, value);
      case Use::destination:
        return out_.add_endpoint(Side::destination, value);
      case Use::source_port:
        return out_.add_port(Side::source, value);
      case Use::destination_port:
        return out_.add_port(Side::destination, value);
      case Use::protocol:
        return out_.add_transport(value);
      case Use::service:
        return out_.add(key.name, out_.lower_case(value));
      case Use::url:
        return out_.add_url(value);
      case Use::file:
        return out_.add_file(value);
      case Use::hash:
        return out_.add_hash("file.hash.", value);
      case Use::device:
        // The first of that name, which stands in front: what follows may be a sender's.
        if (!out_.header().host_from_message && out_.event().find(key.name) == nullptr) out_.set("host.name", value);
        return out_.add(key.name, value);
      case Use::message:
        return out_.set("message", value);
      case Use::direction:
        return out_.add(key.name, value == "outgoing" ? "outbound" : value == "incoming" ? "inbound" : value);
      case Use::duration: {
        const auto seconds = read_number(value);
        if (seconds && *seconds < 1'000'000'000) out_.add_number(key.name, *seconds * 1'000'000'000);
        return;
      }
    }
  }

  void finish() {
    out_.observer("Fortinet", "FortiGate", "firewall");
    out_.log_source("fortigate", {}, seen(S::type));
    out_.log_source("fortigate", "firewall", {});
    if (contains(out_.event().text_of("message"), "sslvpnd")) out_.log_source("fortios", {}, "sslvpnd");
    const std::string_view user = !seen(S::user).empty()         ? seen(S::user)
                                  : !seen(S::dialled_in).empty() ? seen(S::dialled_in)
                                                                 : seen(S::guessed_user);
    out_.add("user.name", user);
    out_.add("source.user.name", user);
    out_.add("url.domain", seen(S::hostname));
    out_.add("destination.domain", seen(S::hostname));
    add_sum(out_, "network.bytes", seen(S::sent_bytes), seen(S::received_bytes));
    add_sum(out_, "network.packets", seen(S::sent_packets), seen(S::received_packets));
    add_ends();
    // As the device's own clock shows it.
    if (const auto time = read_epoch(seen(S::eventtime))) add_time(out_, "event.start", *time, zone());
    if (seen(S::type) == "traffic") {
      finish_traffic();
    } else if (seen(S::type) == "utm" || seen(S::type) == "anomaly") {
      finish_utm();
    } else if (is_logon()) {
      finish_logon();
    } else {
      finish_event();
    }
  }

 private:
  /// tz="+0800", and "UTC+8:00" of some models.
  int zone() const {
    std::string_view text = seen(S::zone);
    take_prefix(text, "UTC");
    if (text.size() == 5 && text[2] == ':') {
      const int hours = text[1] - '0', minutes = (text[3] - '0') * 10 + (text[4] - '0');
      return (text[0] == '-' ? -1 : 1) * (hours * 60 + minutes);
    }
    return read_zone(text).value_or(0);
  }

  std::string_view seen(S slot) const { return seen_[static_cast<std::size_t>(slot)]; }

  /// VPN lines name the ends "remip" and "locip". On IPsec the gateway itself is an end and usually begins;
  /// on SSL VPN (no locip) the remote is the user who knocks.
  void add_ends() {
    if (!seen(S::source).empty()) return;
    if (!seen(S::local).empty() && seen(S::dialled_in).empty()) {
      out_.add_endpoint(Side::source, seen(S::local));
      out_.add_port(Side::source, seen(S::local_port));
      out_.add_endpoint(Side::destination, seen(S::remote));
      out_.add_port(Side::destination, seen(S::remote_port));
    } else if (!seen(S::remote).empty()) {
      out_.add_endpoint(Side::source, seen(S::remote));
      out_.add_port(Side::source, seen(S::remote_port));
    } else if (const std::size_t open = seen(S::ui).find('('); open != std::string_view::npos) {
      // ui="https(10.0.0.5)": where an administrator sits
      std::string_view inside = seen(S::ui).substr(open + 1);
      inside = inside.substr(0, inside.find(')'));
      if (!plain_address(inside).empty()) out_.add_endpoint(Side::source, inside);
    }
  }

  bool denied() const {
    return is_any(seen(S::action), {"deny", "blocked", "block", "dropped", "drop", "clear_session", "reset",
                                    "reset_client", "reset_server", "ip-conn", "quarantine"});
  }

  void finish_traffic() {
    out_.classify("network", "connection");
    out_.add("event.type", seen(S::action) == "start" ? "start" : "end");
    out_.add("event.type", denied() ? "denied" : "allowed");
  }

  void finish_utm() {
    const std::string_view subtype = seen(S::subtype);
    const std::string_view name = seen(S::virus).empty() ? seen(S::attack) : seen(S::virus);
    const bool virus = subtype == "virus";
    const bool watches = seen(S::type) == "anomaly" || is_any(subtype, {"virus", "ips", "waf", "anomaly"});
    // Without a name it is a scan's clean result ("analytics", "filetype-executable").
    if (watches && !name.empty()) {
      out_.alert(name);
      out_.add("event.category", virus ? "malware" : "intrusion_detection");
    }
    out_.classify("network", denied() ? "denied" : "allowed");
    if (virus) out_.log_source({}, "antivirus", {});
    if (subtype == "dns") out_.log_source("fortigate", "dns", {});
    if (subtype == "webfilter") out_.log_source("fortigate", "proxy", {});
    add_severity(watches && !name.empty());
  }

  /// IPS names a severity; the antivirus does not, but every alert has one: then the line's own level.
  void add_severity(bool alert) {
    constexpr std::string_view kWords[] = {"info", "low", "medium", "high", "critical"};
    for (std::size_t i = 0; i < std::size(kWords); ++i) {
      if (seen(S::severity) == kWords[i]) return out_.add_number("event.severity", i * 2 + 1);
    }
    if (!alert) return;
    const std::string_view level = seen(S::level);
    const bool grave = is_any(level, {"emergency", "alert", "critical"});
    out_.add_number("event.severity", grave ? 9U : level == "error" ? 7U : level == "warning" ? 5U : 3U);
  }

  bool is_logon() const {
    const std::string_view action = seen(S::action);
    if (is_any(action, {"login", "logout", "ssl-login-fail", "ssl-login"})) return true;
    if (seen(S::subtype) == "user") {
      return contains_ignoring_case(action, "logon") || contains_ignoring_case(action, "logoff") ||
             contains_ignoring_case(action, "logout") || action == "authentication";
    }
    // Of a user who dials in; tunnels between gateways have none.
    const bool person = seen(S::tunnel).starts_with("ssl") || !seen(S::dialled_in).empty();
    return seen(S::subtype) == "vpn" && person && is_any(action, {"tunnel-up", "tunnel-down"});
  }

  void finish_logon() {
    const std::string_view action = seen(S::action), status = seen(S::status);
    const bool end = contains_ignoring_case(action, "logoff") || contains_ignoring_case(action, "logout") ||
                     action == "tunnel-down";
    const bool failed = contains_ignoring_case(action, "fail") || contains_ignoring_case(status, "fail") ||
                        contains_ignoring_case(status, "denied") || contains_ignoring_case(status, "error");
    out_.logon({}, failed ? Outcome::failure : Outcome::success, end ? "end" : "start");
  }

  void finish_event() {
    const std::string_view action = seen(S::action), status = seen(S::status);
    if (seen(S::subtype) == "vpn") {
      out_.classify("network", "connection");
    } else if (is_any(action, {"Add", "Edit", "Delete"})) {
      out_.classify("configuration", action == "Add"      ? "creation"
                                     : action == "Delete" ? "deletion"
                                                          : "change");
    }
    if (contains_ignoring_case(status, "success") || status == "OK") {
      out_.add("event.outcome", "success");
    } else if (contains_ignoring_case(status, "fail") || contains_ignoring_case(status, "error")) {
      out_.add("event.outcome", "failure");
    }
  }

  PayloadWriter& out_;
  std::array<std::string_view, static_cast<std::size_t>(S::count_)> seen_;
};

constexpr std::string_view kStarts[] = {"date=", "devname=", "timestamp=", "logver=", "itime="};
constexpr LogSource kLogSources[] = {{"fortigate", "", "*"},    {"fortigate", "firewall", ""}, {"fortigate", "dns", ""},
                                     {"fortigate", "proxy", ""}, {"", "antivirus", ""},
                                     {"fortios", "", "sslvpnd"}};

bool claims_fortigate(const SyslogHeader&, std::string_view text) {
  const std::string_view front = text.substr(0, 512);
  return contains(front, "devid=") || contains(front, "devname=") || contains(front, "logid=");
}

std::optional<std::int64_t> fortigate_time(const SyslogHeader&, std::string_view text, int zone_minutes) {
  // The times stand in front; what a visitor of a web site can write (url, agent) comes later.
  text = text.substr(0, 512);
  // FortiOS 5 and 6 write eventtime in other units, some models with the wrong one: the number of digits
  // tells.
  if (const auto time = read_epoch(peek_pair(text, "eventtime="))) return time;
  return read_date_and_time(peek_pair(text, "date="), peek_pair(text, "time="), peek_pair(text, "tz="),
                            zone_minutes);
}

/// FortiGate and its kin: pairs of key=value (key_value.h). All pairs stay under `vendor.<key>`, so that
/// Sigma rules written for FortiGate's own names find them; what ECS has a name for is there besides.
void parse_fortigate(PayloadWriter& out) {
  FortiReader forti(out);
  KeyValueReader reader(out.text());
  KeyValue pair;
  for (std::size_t count = 0; reader.next(pair); ++count) {
    if (count == PayloadWriter::kFieldsMax) {
      out.overflow(pair_onwards(pair, out.text()));
      break;
    }
    const std::string_view value = unescape_quotes(pair, out.arena());
    if (const FortiKey* key = kKeys.find(pair.key)) {
      forti.take(*key, value);
    } else {
      out.add_vendor(pair.key, value);
    }
  }
  forti.finish();
}

}  // namespace

extern const FormatSpec kFormat_fortigate = {
    .number = Format::fortigate,
    .name = "fortigate",
    .title = "FortiGate",
    .sample =
        R"(date=2026-11-20 time=14:59:00 devname="FGT-1" devid="FG100E" logid="0000000013" type="traffic" srcip=203.0.113.9)",
    .rank = 6,
    .starts = kStarts,
    .claims = claims_fortigate,
    .parse = parse_fortigate,
    .time = fortigate_time,
    .kinds = Kind::device,
    .log_sources = kLogSources,
    .own_action = true,
};

}  // namespace vigil
