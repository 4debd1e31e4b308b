#include "parsers/format.h"

#include "parsers/field_target.h"
#include "parsers/payload_text.h"
#include "parsers/payload_time.h"

namespace vigil {
namespace {

constexpr std::string_view kActions[] = {"ALLOW", "DROP",         "INFO-EVENTS-LOST",
                                         "OPEN",  "OPEN-INBOUND", "CLOSE"};

/// "2026-11-20 14:59:00 DROP TCP ", or the lines that begin the file.
bool claims_firewall(const SyslogHeader&, std::string_view text) {
  if (text.starts_with('#')) {
    return text.starts_with("#Software: Microsoft Windows Firewall") ||
           text.starts_with("#Time Format: Local") || text.starts_with("#Version: 1.5") ||
           text.starts_with("#Fields: date time action protocol ");
  }
  if (text.size() < 28 || text[4] != '-' || text[10] != ' ' || text[13] != ':' || text[19] != ' ')
    return false;
  std::string_view rest = text.substr(20, 64);
  const std::string_view action = take_word(rest);
  const std::string_view protocol = take_word(rest);
  for (const std::string_view one : kActions) {
    if (action == one) return is_any(protocol, {"TCP", "UDP", "ICMP", "-"}) || all_digits(protocol);
  }
  return false;
}

std::optional<std::int64_t> firewall_time(const SyslogHeader&, std::string_view text, int zone_minutes) {
  return read_iso_time(text.substr(0, 19), zone_minutes);
}

/// A line of pfirewall.log:
///
///   date time action protocol src-ip dst-ip src-port dst-port size tcpflags tcpsyn tcpack tcpwin icmptype icmpcode info path
///     [pid]
void parse_firewall(PayloadWriter& out) {
  out.observer("Microsoft", "Windows Firewall", "firewall");
  out.log_source("windows", "firewall", {});
  if (out.text().starts_with('#') || out.text().size() < 20) return;
  std::string_view rest = out.text().substr(20);
  const std::string_view action = take_word(rest);
  out.add("event.action", action);
  static constexpr FieldRow kColumns[] = {{"protocol", "transport"},
                                          {"src-ip", "source"},
                                          {"dst-ip", "destination"},
                                          {"src-port", "source.port"},
                                          {"dst-port", "destination.port"},
                                          {"size", "network.bytes"},
                                          {"tcpflags", "tcp_flags"},
                                          {"tcpsyn", "tcp_syn"},
                                          {"tcpack", "tcp_ack"},
                                          {"tcpwin", "tcp_win"},
                                          {"icmptype", "icmp_type"},
                                          {"icmpcode", "icmp_code"},
                                          {"info", "info"},
                                          {"path", "path"},
                                          {"pid", "process.pid"}};
  static constexpr FieldMap kMap(kColumns);
  std::string_view path;
  for (const FieldRow& column : kColumns) {
    const std::string_view value = take_word(rest);
    if (value.empty()) break;
    if (value == "-") continue;
    if (column.key == "path") path = value;
    put(out, *kMap.find(column.key), value);
  }
  if (path == "RECEIVE") out.add("network.direction", "ingress");
  if (path == "SEND") out.add("network.direction", "egress");
  const bool dropped = action == "DROP";
  out.classify("network", dropped ? "denied" : action == "CLOSE" ? "end" : "allowed", {});
}

constexpr LogSource kLogSources[] = {{"windows", "firewall", ""}};

}  // namespace

extern const FormatSpec kFormat_windows_firewall = {
    .number = Format{58},
    .name = "windows_firewall",
    .title = "pfirewall.log of Windows Firewall",
    .sample =
        "2026-11-20 14:59:00 DROP TCP 203.0.113.9 10.1.0.7 50022 3389 60 S 1234567890 0 64240 - - - RECEIVE",
    .reads = Reads::line,
    .rank = 35,
    .first_bytes = "0123456789#",
    .claims = claims_firewall,
    .parse = parse_firewall,
    .time = firewall_time,
    .kinds = Kind::device,
    .log_sources = kLogSources,
    .own_action = true,
};

}  // namespace vigil
