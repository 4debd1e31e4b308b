#include "parsers/format_fortigate.h"

#include "parsers/key_table.h"
#include "parsers/key_value.h"
#include "parsers/payload_text.h"

namespace vigil {
namespace {

enum class Use : std::uint8_t {
  keep,  ///< only under its own name
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
  duration,
  // Values that are looked at together when all are read.
  type,
  subtype,
  action,
  status,
  user,
  remote,
  local,
  ui,
  attack,
  virus,
  hostname,
  level_word,
  event_type,
  reason,
  tunnel,
  result,
  log_description
};
struct FortiKey {
  std::string_view key;
  std::string_view vendor;  ///< its own name with "vendor." before it
  std::string_view name = {};
  Use use = Use::keep;
};

#define VIGIL_KEY(key) key, "vendor." key
constexpr FortiKey kFortiKeys[] = {
    {VIGIL_KEY("date")},
    {VIGIL_KEY("time")},
    {VIGIL_KEY("eventtime")},
    {VIGIL_KEY("tz")},
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
    {VIGIL_KEY("eventtype"), {}, Use::event_type},
    {VIGIL_KEY("group"), "user.group.name", Use::text},
    {VIGIL_KEY("devname"), "observer.name", Use::device},
    {VIGIL_KEY("devid"), "observer.serial_number", Use::text},
    {VIGIL_KEY("logid"), "event.code", Use::text},
    {VIGIL_KEY("level"), "log.level", Use::text},
    {VIGIL_KEY("type"), {}, Use::type},
    {VIGIL_KEY("subtype"), {}, Use::subtype},
    {VIGIL_KEY("action"), {}, Use::action},
    {VIGIL_KEY("status"), {}, Use::status},
    {VIGIL_KEY("result"), {}, Use::result},
    {VIGIL_KEY("reason"), {}, Use::reason},
    {VIGIL_KEY("msg"), "message", Use::message},
    {VIGIL_KEY("logdesc"), "rule.description", Use::log_description},
    {VIGIL_KEY("srcip"), {}, Use::source},
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
    {VIGIL_KEY("proto"), "network.iana_number", Use::protocol},
    {VIGIL_KEY("service"), "network.protocol", Use::service},
    {VIGIL_KEY("app"), "network.application", Use::text},
    {VIGIL_KEY("direction"), "network.direction", Use::direction},
    {VIGIL_KEY("dir"), "network.direction", Use::direction},
    {VIGIL_KEY("sentbyte"), "source.bytes", Use::number},
    {VIGIL_KEY("rcvdbyte"), "destination.bytes", Use::number},
    {VIGIL_KEY("sentpkt"), "source.packets", Use::number},
    {VIGIL_KEY("rcvdpkt"), "destination.packets", Use::number},
    {VIGIL_KEY("duration"), "event.duration", Use::duration},
    {VIGIL_KEY("policyid"), "rule.id", Use::text},
    {VIGIL_KEY("policyname"), "rule.name", Use::text},
    {VIGIL_KEY("poluuid"), "rule.uuid", Use::text},
    {VIGIL_KEY("policytype"), "rule.ruleset", Use::text},
    {VIGIL_KEY("profile"), "rule.ruleset", Use::text},
    {VIGIL_KEY("catdesc"), "rule.category", Use::text},
    {VIGIL_KEY("appcat"), "rule.category", Use::text},
    {VIGIL_KEY("user"), {}, Use::user},
    {VIGIL_KEY("remip"), {}, Use::remote},
    {VIGIL_KEY("remport"), {}, Use::keep},
    {VIGIL_KEY("locip"), {}, Use::local},
    {VIGIL_KEY("locport"), {}, Use::keep},
    {VIGIL_KEY("tunneltype"), {}, Use::tunnel},
    {VIGIL_KEY("ui"), {}, Use::ui},
    {VIGIL_KEY("hostname"), {}, Use::hostname},
    {VIGIL_KEY("url"), {}, Use::url},
    {VIGIL_KEY("agent"), "user_agent.original", Use::text},
    {VIGIL_KEY("httpmethod"), "http.request.method", Use::text},
    {VIGIL_KEY("referralurl"), "http.request.referrer", Use::text},
    {VIGIL_KEY("filename"), {}, Use::file},
    {VIGIL_KEY("filesize"), "file.size", Use::number},
    {VIGIL_KEY("filetype"), "file.extension", Use::text},
    {VIGIL_KEY("filehash"), {}, Use::hash},
    {VIGIL_KEY("analyticscksum"), {}, Use::hash},
    {VIGIL_KEY("attack"), {}, Use::attack},
    {VIGIL_KEY("virus"), {}, Use::virus},
    {VIGIL_KEY("attackid"), {}, Use::keep},
    {VIGIL_KEY("severity"), {}, Use::level_word},
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

/// What is decided from several values together.
struct Seen {
  std::string_view type, subtype, action, status, user, remote, local, ui, attack, virus, hostname, severity,
      reason, tunnel, source, event_type, sent, received;
  bool url_seen = false;
};

bool absent(std::string_view value) {
  return value.empty() || value == "N/A" || value == "(null)" || value == "n/a";
}

std::string_view transport_name(std::string_view protocol) {
  if (protocol == "6") return "tcp";
  if (protocol == "17") return "udp";
  if (protocol == "1") return "icmp";
  if (protocol == "58") return "ipv6-icmp";
  return {};
}

class FortiReader {
 public:
  explicit FortiReader(PayloadWriter& out) : out_(out) {}

  void take(const FortiKey& key, std::string_view value) {
    switch (key.use) {
      case Use::keep:
        return;
      case Use::text:
        return absent(value) ? void() : out_.add(key.name, value);
      case Use::number:
        if (key.key == "sentbyte") seen_.sent = value;
        if (key.key == "rcvdbyte") seen_.received = value;
        return out_.add_number(key.name, value);
      case Use::source:
        seen_.source = value;
        return out_.add_endpoint(Side::source, value);
      case Use::destination:
        return out_.add_endpoint(Side::destination, value);
      case Use::source_port:
        return out_.add_port(Side::source, value);
      case Use::destination_port:
        return out_.add_port(Side::destination, value);
      case Use::protocol:
        out_.add(key.name, value);
        return out_.add("network.transport", transport_name(value));
      case Use::service:
        return absent(value) ? void() : out_.add(key.name, out_.lower_case(value));
      case Use::url:
        seen_.url_seen = true;
        return out_.add_url(value);
      case Use::file:
        return out_.add_file(value);
      case Use::hash:
        return out_.add_hash("file.hash.", value);
      case Use::device:
        out_.add(key.name, value);
        if (!out_.header().host_from_message) out_.set("host.name", value);
        return;
      case Use::message:
        return out_.set("message", value);
      case Use::direction:
        return out_.add(key.name, value == "outgoing" ? "outbound" : value == "incoming" ? "inbound" : value);
      case Use::duration: {
        const auto seconds = read_number(value);
        if (seconds && *seconds < 1'000'000'000) out_.add_number(key.name, *seconds * 1'000'000'000);
        return;
      }
      case Use::type:
        seen_.type = value;
        return;
      case Use::subtype:
        seen_.subtype = value;
        return;
      case Use::action:
        seen_.action = value;
        return out_.add("event.action", value);
      case Use::status:
      case Use::result:
        if (!absent(value)) seen_.status = value;
        return;
      case Use::reason:
        if (!absent(value)) {
          seen_.reason = value;
          out_.add("event.reason", value);
        }
        return;
      case Use::user:
        if (!absent(value)) seen_.user = value;
        return;
      case Use::remote:
        seen_.remote = value;
        return;
      case Use::local:
        seen_.local = value;
        return;
      case Use::tunnel:
        seen_.tunnel = value;
        return;
      case Use::ui:
        seen_.ui = value;
        return;
      case Use::hostname:
        seen_.hostname = value;
        return;
      case Use::attack:
        seen_.attack = value;
        return;
      case Use::virus:
        seen_.virus = value;
        return;
      case Use::level_word:
        seen_.severity = value;
        return;
      case Use::event_type:
        seen_.event_type = value;
        return;
      case Use::log_description:
        return out_.add(key.name, value);
    }
  }

  void finish() {
    out_.observer("Fortinet", "FortiGate", "firewall");
    out_.log_source("fortigate", {}, seen_.type);
    out_.log_source("fortigate", "firewall", {});
    if (!seen_.user.empty()) {
      out_.add("user.name", seen_.user);
      out_.add("source.user.name", seen_.user);
    }
    if (!absent(seen_.hostname)) {
      out_.add("url.domain", seen_.hostname);
      out_.add("destination.domain", seen_.hostname);
    }
    add_bytes();
    add_remote();
    if (seen_.type == "traffic") {
      finish_traffic();
    } else if (seen_.type == "utm" || seen_.type == "anomaly") {
      finish_utm();
    } else if (is_logon()) {
      finish_logon();
    } else {
      finish_event();
    }
  }

 private:
  void add_bytes() {
    const auto sent = read_number(seen_.sent), received = read_number(seen_.received);
    if (!sent || !received) return;
    if (*sent > UINT64_MAX / 2 || *received > UINT64_MAX / 2) return;
    out_.add_number("network.bytes", *sent + *received);
  }

  /// VPN lines name the ends "remip" and "locip". On IPsec the gateway itself is an end and usually begins;
  /// on SSL VPN (no locip) the remote is the user who knocks.
  void add_remote() {
    if (!seen_.source.empty()) return;
    if (!absent(seen_.local)) {
      out_.add_endpoint(Side::source, seen_.local);
      out_.add_endpoint(Side::destination, seen_.remote);
    } else if (!absent(seen_.remote)) {
      out_.add_endpoint(Side::source, seen_.remote);
    } else if (const std::size_t open = seen_.ui.find('('); open != std::string_view::npos) {
      // ui="https(10.0.0.5)": where an administrator sits
      const std::string_view inside = seen_.ui.substr(open + 1, seen_.ui.find(')') - open - 1);
      if (!plain_address(inside).empty()) out_.add_endpoint(Side::source, inside);
    }
  }

  bool denied() const {
    for (const std::string_view word : {"deny", "blocked", "block", "dropped", "drop", "clear_session",
                                        "reset", "reset_client", "reset_server", "ip-conn", "quarantine"}) {
      if (seen_.action == word) return true;
    }
    return false;
  }

  void finish_traffic() {
    out_.classify("network", "connection");
    const bool local = seen_.action == "start";
    out_.add("event.type", local ? "start" : "end");
    if (denied()) {
      out_.add("event.type", "denied");
    } else {
      out_.add("event.type", "allowed");
    }
  }

  void finish_utm() {
    const std::string_view name = !absent(seen_.virus) ? seen_.virus : seen_.attack;
    const bool anomaly = seen_.type == "anomaly" || seen_.subtype == "anomaly";
    const bool virus = seen_.subtype == "virus";
    const bool alert = virus || anomaly || seen_.subtype == "ips" || seen_.subtype == "waf";
    // A clean scan result of the antivirus ("analytics", "filetype-executable") is no alert.
    if (alert && !absent(name)) {
      out_.alert(name);
      out_.add("event.category", virus ? "malware" : "intrusion_detection");
    }
    out_.classify("network", denied() ? "denied" : "allowed");
    if (virus) out_.log_source({}, "antivirus", {});
    if (seen_.subtype == "dns") out_.log_source("fortigate", "dns", {});
    if (seen_.subtype == "webfilter") out_.log_source("fortigate", "proxy", {});
    constexpr std::string_view kWords[] = {"info", "low", "medium", "high", "critical"};
    for (std::size_t i = 0; i < std::size(kWords); ++i) {
      if (seen_.severity == kWords[i]) out_.add_number("event.severity", i * 2 + 1);
    }
  }

  bool is_logon() const {
    const std::string_view action = seen_.action;
    if (action == "login" || action == "logout" || action == "ssl-login-fail" || action == "ssl-login")
      return true;
    if (seen_.subtype == "user") {
      return contains_ignoring_case(action, "logon") || contains_ignoring_case(action, "logoff") ||
             contains_ignoring_case(action, "logout") || action == "authentication";
    }
    const bool ssl = seen_.tunnel.starts_with("ssl");
    return seen_.subtype == "vpn" && ssl && (action == "tunnel-up" || action == "tunnel-down");
  }

  void finish_logon() {
    const std::string_view action = seen_.action;
    const bool end = contains_ignoring_case(action, "logoff") || contains_ignoring_case(action, "logout") ||
                     action == "tunnel-down";
    const bool failed =
        contains_ignoring_case(seen_.status, "fail") || contains_ignoring_case(action, "fail") ||
        contains_ignoring_case(seen_.status, "denied") || contains_ignoring_case(seen_.status, "error");
    out_.logon({}, failed ? Outcome::failure : Outcome::success, end ? "end" : "start");
  }

  void finish_event() {
    if (seen_.subtype == "vpn") {
      out_.classify("network", "connection");
    } else if (contains(seen_.action, "Add") || contains(seen_.action, "Edit") ||
               contains(seen_.action, "Delete")) {
      out_.classify("configuration", seen_.action == "Add"      ? "creation"
                                     : seen_.action == "Delete" ? "deletion"
                                                                : "change");
    }
    if (contains_ignoring_case(seen_.status, "success") || seen_.status == "OK") {
      out_.add("event.outcome", "success");
    } else if (contains_ignoring_case(seen_.status, "fail") ||
               contains_ignoring_case(seen_.status, "error")) {
      out_.add("event.outcome", "failure");
    }
  }

  PayloadWriter& out_;
  Seen seen_;
};

}  // namespace

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
      out.event().add(key->vendor, value);
      forti.take(*key, value);
    } else {
      out.add_vendor(pair.key, value);
    }
  }
  forti.finish();
}

}  // namespace vigil
