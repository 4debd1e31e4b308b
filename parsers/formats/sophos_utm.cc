#include <algorithm>

#include "parsers/calendar.h"
#include "parsers/device_words.h"
#include "parsers/field_target.h"
#include "parsers/format.h"
#include "parsers/payload_text.h"
#include "parsers/payload_time.h"

namespace vigil {
namespace {

constexpr FieldRow kKeys[] = {
    {"id", "event.code"},
    {"severity", "log.level"},
    {"name", "message"},
    {"action", "event.action"},
    {"reason", "event.reason"},
    {"fwrule", "rule.id"},
    {"sid", "rule.id"},
    {"initf", "observer.ingress.interface.name"},
    {"outitf", "observer.egress.interface.name"},
    {"srcmac", "source.mac"},
    {"dstmac", "destination.mac"},
    {"srcip", "source"},
    {"dstip", "destination"},
    {"srcport", "source.port"},
    {"dstport", "destination.port"},
    {"proto", "transport"},
    {"length", "network.bytes"},
    {"user", "user"},
    {"group", "user.group.name"},
    {"host", "source.domain"},
    {"method", "http.request.method"},
    {"statuscode", "http.response.status_code"},
    {"size", "http.response.body.bytes"},
    {"url", "url"},
    {"referer", "http.request.referrer"},
    {"ua", "user_agent.original"},
    {"content-type", "http.response.mime_type"},
    {"categoryname", "rule.category"},
    {"class", "rule.category"},
    {"application", "network.application"},
    {"virus", "rule.name"},
    {"threatname", "rule.name"},
    {"filename", "file"},
    {"from", "email.from.address"},
    {"to", "email.to.address"},
    {"subject", "email.subject"},
    {"queueid", "email.local_id"},
    {"device", "access_device"},
};
constexpr FieldMap kMap(kKeys);

constexpr std::size_t kTimeLength = sizeof("2026:11:20-14:59:00") - 1;

/// "2026:11:20-14:59:00 "
bool begins_with_time(std::string_view text) {
  return text.size() > kTimeLength && text[4] == ':' && text[7] == ':' && text[10] == '-' &&
         text[13] == ':' && text[16] == ':' && text[kTimeLength] == ' ' && all_digits(text.substr(0, 4));
}

bool claims_utm(const SyslogHeader&, std::string_view text) {
  const std::string_view front = text.substr(0, 512);
  return begins_with_time(text) && contains(front, " id=\"") && contains(front, " sys=\"");
}

std::optional<std::int64_t> utm_time(const SyslogHeader&, std::string_view text, int zone_minutes) {
  if (!begins_with_time(text)) return std::nullopt;
  const auto number = [text](std::size_t at, std::size_t digits) {
    return static_cast<unsigned>(read_number(text.substr(at, digits)).value_or(0));
  };
  const CivilTime civil{.year = static_cast<int>(number(0, 4)),
                        .month = number(5, 2),
                        .day = number(8, 2),
                        .hour = number(11, 2),
                        .minute = number(14, 2),
                        .second = number(17, 2)};
  return time_from_civil(civil, zone_minutes);
}

/// `galaxy ulogd[5009]: `, which stands between time and pairs.
void take_origin(PayloadWriter& out, std::string_view& rest) {
  out.set("host.name", take_word(rest));
  rest = trim_left(rest);
  std::string_view tag = take_until(rest, ':');
  std::string_view pid = tag;
  out.set("process.name", take_until(pid, '['));
  take_suffix(pid, "]");
  if (all_digits(pid)) out.add_number("process.pid", pid);
}

/// Sophos (Astaro) UTM 9: its own time, host and program, then pairs whose `id` says what they are about:
///
///   2026:11:20-14:59:00 gw ulogd[5009]: id="2001" severity="info" sys="SecureNet" sub="packetfilter" name="Packet dropped" …
void parse_utm(PayloadWriter& out) {
  std::string_view rest = out.text();
  rest.remove_prefix(std::min(rest.size(), kTimeLength + 1));
  take_origin(out, rest);
  out.observer("Sophos", "UTM", "firewall");
  out.log_source("sophos", "firewall", {});
  put_pairs(out, rest, kMap);
  const Event& event = out.event();
  const std::string_view sub = event.text_of("vendor.sub"), name = event.text_of("message"),
                         code = event.text_of("event.code");
  if (sub == "auth" || code == "3004" || code == "3005" || code == "3006") {
    const bool end = contains_ignoring_case(name, "logged out") || contains_ignoring_case(name, "logout");
    const Outcome outcome = outcome_of(name);
    out.logon({}, outcome == Outcome::none && end ? Outcome::success : outcome, end ? "end" : "start");
  } else if (sub == "ips") {
    out.alert(event.text_of("event.reason"));
    out.classify("intrusion_detection", {});
    add_verdict(out, event.text_of("event.action"));
  } else {
    if (!event.text_of("rule.name").empty()) {
      out.set("event.kind", "alert");
      out.add("event.category", "malware");
      out.log_source({}, "antivirus", {});
    }
    if (sub == "http") out.log_source("sophos", "proxy", {});
    out.classify(sub == "smtp" ? "email" : "network", {});
    add_verdict(out, event.text_of("event.action"));
  }
  share_user(out);
}

constexpr LogSource kLogSources[] = {
    {"sophos", "firewall", ""}, {"sophos", "proxy", ""}, {"", "antivirus", ""}};

}  // namespace

extern const FormatSpec kFormat_sophos_utm = {
    .number = Format{33},
    .name = "sophos_utm",
    .title = "Sophos UTM 9 (Astaro)",
    .sample =
        R"(2026:11:20-14:59:00 gw ulogd[5009]: id="2001" severity="info" sys="SecureNet" sub="packetfilter" name="Packet dropped" action="drop" fwrule="60001" initf="eth0" srcip="203.0.113.9" dstip="198.51.100.1" proto="6" length="52" srcport="50022" dstport="22" tcpflags="SYN")",
    .reads = Reads::line,
    .rank = 30,
    .first_bytes = "0123456789",
    .claims = claims_utm,
    .parse = parse_utm,
    .time = utm_time,
    .kinds = Kind::device,
    .log_sources = kLogSources,
    .own_action = true,
};

}  // namespace vigil
