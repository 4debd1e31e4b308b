#include "parsers/format.h"

#include "parsers/json_fields.h"
#include "parsers/key_table.h"
#include "parsers/payload_text.h"
#include "parsers/payload_time.h"

namespace vigil {
namespace {

enum class Use : std::uint8_t {
  text,
  number,
  time,
  lower,
  source,
  destination,
  source_port,
  destination_port,
  url,
  file,
  drop,
  event_type,
  alert_name,
  alert_action,
  alert_category,
  app_protocol,
  domain,
  packets_out,
  packets_in,
  bytes_out,
  bytes_in,
  dns_type
};
struct EveKey {
  std::string_view key;   ///< EVE's path
  std::string_view name;  ///< ECS
  Use use = Use::text;
};

constexpr EveKey kEveKeys[] = {
    {"event_type", {}, Use::event_type},
    {"src_ip", {}, Use::source},
    {"src_port", {}, Use::source_port},
    {"dest_ip", {}, Use::destination},
    {"dest_port", {}, Use::destination_port},
    {"proto", "network.transport", Use::lower},
    {"app_proto", {}, Use::app_protocol},
    {"community_id", "network.community_id"},
    {"in_iface", "observer.ingress.interface.name"},
    {"host", "observer.hostname"},
    {"ether.src_mac", "source.mac"},
    {"ether.dest_mac", "destination.mac"},
    {"alert.signature", {}, Use::alert_name},
    {"alert.signature_id", "rule.id"},
    {"alert.rev", "rule.version"},
    {"alert.category", "rule.category", Use::alert_category},
    {"alert.severity", "event.severity", Use::number},
    {"alert.action", "event.action", Use::alert_action},
    {"alert.metadata.mitre_technique_id", "threat.technique.id"},
    {"alert.metadata.mitre_tactic_id", "threat.tactic.id"},
    {"alert.metadata.cve", "vulnerability.id"},
    {"http.hostname", {}, Use::domain},
    {"http.url", {}, Use::url},
    {"http.http_user_agent", "user_agent.original"},
    {"http.http_refer", "http.request.referrer"},
    {"http.http_method", "http.request.method"},
    {"http.status", "http.response.status_code", Use::number},
    {"http.length", "http.response.body.bytes", Use::number},
    {"http.http_content_type", "http.response.mime_type"},
    {"tls.sni", {}, Use::domain},
    {"tls.version", "tls.version"},
    {"tls.subject", "tls.server.subject"},
    {"tls.issuerdn", "tls.server.issuer"},
    {"tls.fingerprint", "tls.server.hash.sha1"},
    {"tls.notbefore", "tls.server.not_before", Use::time},
    {"tls.notafter", "tls.server.not_after", Use::time},
    {"tls.ja3.hash", "tls.client.ja3"},
    {"tls.ja3s.hash", "tls.server.ja3s"},
    {"dns.type", "dns.type", Use::dns_type},
    {"dns.id", "dns.id"},
    {"dns.rrname", "dns.question.name"},
    {"dns.rrtype", "dns.question.type"},
    {"dns.rcode", "dns.response_code"},
    {"dns.query.rrname", "dns.question.name"},
    {"dns.query.rrtype", "dns.question.type"},
    {"dns.query.id", "dns.id"},
    {"dns.query.type", "dns.type", Use::dns_type},
    {"dns.queries.rrname", "dns.question.name"},
    {"dns.queries.rrtype", "dns.question.type"},
    {"dns.answers.rrname", "dns.answers.name"},
    {"dns.answers.rrtype", "dns.answers.type"},
    {"dns.answers.rdata", "dns.answers.data"},
    {"dns.answers.ttl", "dns.answers.ttl", Use::number},
    {"flow.pkts_toserver", "source.packets", Use::packets_out},
    {"flow.pkts_toclient", "destination.packets", Use::packets_in},
    {"flow.bytes_toserver", "source.bytes", Use::bytes_out},
    {"flow.bytes_toclient", "destination.bytes", Use::bytes_in},
    {"flow.start", "event.start", Use::time},
    {"flow.end", "event.end", Use::time},
    {"fileinfo.filename", {}, Use::file},
    {"fileinfo.size", "file.size", Use::number},
    {"fileinfo.md5", "file.hash.md5"},
    {"fileinfo.sha1", "file.hash.sha1"},
    {"fileinfo.sha256", "file.hash.sha256"},
    {"fileinfo.magic", "file.mime_type"},
    {"ssh.client.software_version", "user_agent.original"},
    {"smtp.mail_from", "email.from.address"},
    {"smtp.rcpt_to", "email.to.address"},
    {"email.from", "email.from.address"},
    {"email.to", "email.to.address"},
    {"email.subject", "email.subject"},
    {"email.attachment", "email.attachments.file.name"},
    {"anomaly.event", "event.code"},
    {"timestamp", {}, Use::drop},
};
constexpr KeyTable kKeys(kEveKeys);

/// "2018-07-05T15:51:23.453468-0400": ISO 8601 wants a colon in the zone.
std::string_view with_zone_colon(PayloadWriter& out, std::string_view time) {
  const std::size_t size = time.size();
  if (size < 24 || (time[size - 5] != '+' && time[size - 5] != '-') || !all_digits(time.substr(size - 4)))
    return time;
  return out.join(out.join(time.substr(0, size - 2), ":"), time.substr(size - 2));
}

class EveReader {
 public:
  explicit EveReader(PayloadWriter& out) : out_(out) {}

  void take(const JsonField& leaf) {
    const EveKey* const key = kKeys.find(leaf.path);
    if (key == nullptr || leaf.type == ValueType::null) {
      out_.event().add(leaf.vendor_name(), leaf.value, leaf.type);
      return;
    }
    const std::string_view value = leaf.value;
    switch (key->use) {
      case Use::text:
        return out_.add(key->name, value);
      case Use::number:
        return out_.add(key->name, value, leaf.type);
      case Use::time:
        return out_.add(key->name, with_zone_colon(out_, value));
      case Use::lower:
        return out_.add(key->name, out_.lower_case(value));
      case Use::source:
        return out_.add_endpoint(Side::source, value);
      case Use::destination:
        return out_.add_endpoint(Side::destination, value);
      case Use::source_port:
        return out_.add_port(Side::source, value);
      case Use::destination_port:
        return out_.add_port(Side::destination, value);
      case Use::url:
        return out_.add_url(value);
      case Use::file:
        return out_.add_file(value);
      case Use::drop:
        return;
      case Use::event_type:
        event_type_ = value;
        return out_.event().add(leaf.vendor_name(), value, leaf.type);
      case Use::alert_name:
        out_.set("message", value);
        return out_.alert(value);
      case Use::alert_action:
        action_ = value;
        return out_.add(key->name, value);
      case Use::alert_category:
        return out_.add(key->name, value);
      case Use::app_protocol:
        app_protocol_ = value;
        return;
      case Use::domain:
        domain_ = value;
        return;
      case Use::packets_out:
        return count(key->name, leaf, packets_);
      case Use::packets_in:
        return count(key->name, leaf, packets_);
      case Use::bytes_out:
        return count(key->name, leaf, bytes_);
      case Use::bytes_in:
        return count(key->name, leaf, bytes_);
      case Use::dns_type:
        if (value == "request") return out_.add(key->name, "query");  // version 3 of the layout
        return out_.add(key->name, value == "response" ? "answer" : value);
    }
  }

  void finish() {
    out_.observer("OISF", "Suricata", "ids");
    out_.log_source("suricata", {}, event_type_);
    out_.log_source("suricata", "firewall", {});
    add_domain();
    if (packets_.both()) out_.add_number("network.packets", packets_.sum);
    if (bytes_.both()) out_.add_number("network.bytes", bytes_.sum);
    const bool protocol_event = event_type_ == "dns" || event_type_ == "http" || event_type_ == "tls" ||
                                event_type_ == "ssh" || event_type_ == "smtp";
    const std::string_view protocol = app_protocol_.empty() && protocol_event ? event_type_ : app_protocol_;
    if (!protocol.empty() && protocol != "failed") out_.add("network.protocol", protocol);

    out_.add("event.category", "network");
    if (event_type_ == "alert") {
      out_.add("event.category", "intrusion_detection");
      out_.add("event.type", action_ == "blocked" ? "denied" : "allowed");
    } else if (event_type_ == "http") {
      out_.log_source({}, "proxy", {});
      out_.add("event.category", "web");
      out_.add("event.type", "access");
    } else if (event_type_ == "dns") {
      out_.log_source({}, "dns", {});
      out_.add("event.type", "protocol");
    } else if (event_type_ == "flow" || event_type_ == "netflow") {
      out_.log_source({}, "network_connection", {});
      out_.add("event.type", "connection");
    } else if (event_type_ == "stats") {
      out_.set("event.kind", "metric");
    } else if (event_type_ == "fileinfo") {
      out_.add("event.category", "file");
    } else if (protocol_event) {
      out_.add("event.type", "protocol");
    } else {
      out_.add("event.type", "info");
    }
  }

 private:
  struct Sum {
    std::uint64_t sum = 0;
    unsigned parts = 0;
    bool both() const { return parts == 2; }
  };

  void count(std::string_view name, const JsonField& leaf, Sum& sum) {
    out_.add(name, leaf.value, leaf.type);
    const auto number = read_number(leaf.value);
    if (!number || *number > UINT64_MAX / 4) return;
    sum.sum += *number;
    ++sum.parts;
  }

  void add_domain() {
    std::string_view domain = domain_;
    take_suffix(domain, ".");
    if (domain.empty()) return;
    out_.add("destination.domain", domain);
    if (event_type_ == "tls" || app_protocol_ == "tls") {
      out_.add("tls.client.server_name", domain);
    } else if (out_.event().find("url.domain") == nullptr) {
      out_.add("url.domain", domain);
    }
  }

  PayloadWriter& out_;
  std::string_view event_type_, action_, app_protocol_, domain_;
  Sum packets_, bytes_;
};

constexpr std::string_view kStarts[] = {"{", "[{"};
constexpr LogSource kLogSources[] = {
    {"suricata", "", "*"}, {"suricata", "firewall", ""}, {"", "proxy", ""}, {"", "dns", ""}, {"", "network_connection", ""}};

bool claims_eve(const SyslogHeader& header, std::string_view text) {
  const std::string_view front = json_front(text);
  return contains(front, "\"event_type\"") &&
         (header.app == "suricata" || contains(front, "\"src_ip\"") || contains(front, "\"stats\""));
}

std::optional<std::int64_t> json_time(const SyslogHeader&, std::string_view text, int zone_minutes) {
  return peek_json_time(text, zone_minutes);
}

/// Suricata EVE: one JSON object per event; `event_type` says which. What ECS has no name for stays under
/// `vendor.<path>`, arrays as several fields of one name.
void parse_eve(PayloadWriter& out) {
  const JsonFields* const fields = read_json(out);
  if (fields == nullptr) return;
  EveReader eve(out);
  for (const JsonField& leaf : fields->leaves) eve.take(leaf);
  eve.finish();
}

constexpr std::string_view kJsonMarks[] = {"event_type\""};

}  // namespace

extern const FormatSpec kFormat_eve = {
    .number = Format::eve,
    .name = "eve",
    .title = "Suricata EVE",
    .sample =
        R"({"timestamp":"2026-11-20T14:59:00.000000+0800","event_type":"alert","src_ip":"203.0.113.9","alert":{"signature":"ET SCAN"}})",
    .rank = 31,
    .starts = kStarts,
    .claims = claims_eve,
    .json_marks = kJsonMarks,
    .parse = parse_eve,
    .time = json_time,
    .kinds = Kind::device,
    .log_sources = kLogSources,
    .writing = Writing::json,
    .own_action = true,
};

}  // namespace vigil
