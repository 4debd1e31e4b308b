#include <array>

#include "parsers/csv_fields.h"
#include "parsers/device_words.h"
#include "parsers/format.h"
#include "parsers/payload_text.h"

namespace vigil {
namespace {

constexpr auto kRule = columns({"rule_number", "sub_rule_number", "rule.ruleset", "rule.id", "interface",
                                "event.reason", "event.action"});
constexpr auto kIpv4 = columns({"tos", "ecn", "ttl", "packet_id", "offset", "ip_flags", "network.iana_number",
                                "_", "network.bytes", "source", "destination"});
constexpr auto kIpv6 = columns({"class", "flow_label", "hop_limit", "_", "network.iana_number",
                                "network.bytes", "source", "destination"});
constexpr auto kUdp = columns({"source.port", "destination.port", "data_length"});
constexpr auto kTcp = columns({"source.port", "destination.port", "data_length", "tcp_flags", "tcp_sequence",
                               "tcp_ack", "tcp_window", "tcp_urgent", "tcp_options"});
constexpr auto kIcmp = columns({"icmp_type", "icmp_1", "icmp_2", "icmp_3"});
constexpr auto kCarp =
    columns({"carp_type", "carp_ttl", "carp_vhid", "carp_version", "carp_advbase", "carp_advskew"});

/// The name in small letters, "ipv6-icmp" as everywhere.
void add_protocol(PayloadWriter& out, std::string_view name, std::string_view number) {
  if (equals_ignoring_case(name, "icmpv6") || number == "58")
    return out.add("network.transport", "ipv6-icmp");
  out.add("network.transport", out.lower_case(name));
}

/// "igb1.12" is VLAN 12 on igb1.
void add_interface(PayloadWriter& out, std::string_view direction) {
  const std::string_view name = out.event().text_of("vendor.interface");
  const bool outbound = direction == "out";
  out.add(outbound ? "observer.egress.interface.name" : "observer.ingress.interface.name", name);
  const std::size_t dot = name.rfind('.');
  if (dot != std::string_view::npos && all_digits(name.substr(dot + 1)))
    out.add("network.vlan.id", name.substr(dot + 1));
  out.add("network.direction", outbound ? "outbound" : direction == "in" ? "inbound" : direction);
}

// line = rule "," sub "," anchor "," tracker "," interface "," reason "," action "," direction "," version "," ip
// ip   = v4 or v6 columns, then those of the protocol. OPNsense gives a rule's id (32 letters) for the tracker.
void parse_filterlog(PayloadWriter& out) {
  out.observer({}, "pf", "firewall");
  CsvReader reader(out.text());
  if (put_columns(out, reader, kRule) < kRule.size()) return out.bad_payload();
  std::string_view direction, version;
  reader.next(direction, out.arena());
  reader.next(version, out.arena());
  add_interface(out, direction);
  const bool six = version == "6";
  // The protocol's name stands beside its number, in either order.
  CsvReader ahead = reader;
  std::array<std::string_view, 8> cells;
  for (std::string_view& cell : cells) {
    if (!ahead.peek(cell)) break;
  }
  const std::string_view name = six ? cells[3] : cells[7], number = six ? cells[4] : cells[6];
  out.add("network.type", six ? "ipv6" : version == "4" ? "ipv4" : std::string_view());
  add_protocol(out, name, number);
  six ? put_columns(out, reader, kIpv6) : put_columns(out, reader, kIpv4);
  if (number == "6") {
    put_columns(out, reader, kTcp);
  } else if (number == "17") {
    put_columns(out, reader, kUdp);
  } else if (number == "112") {
    put_columns(out, reader, kCarp);
  } else if (number == "1" || number == "58") {
    put_columns(out, reader, kIcmp);
  }
  if (!reader.rest().empty()) out.add_vendor("rest", reader.rest());
  out.classify("network", "connection");
  add_verdict(out, out.event().text_of("event.action"));
  out.log_source("pfsense", "firewall", {});
  out.log_source({}, "firewall", {});
}

bool claims_filterlog(const SyslogHeader&, std::string_view text) {
  const std::string_view rule = text.substr(0, text.find(','));
  return rule.size() < 12 && (rule.empty() || all_digits(rule)) && text.find(',') != std::string_view::npos;
}

constexpr std::string_view kPrograms[] = {"filterlog"};
constexpr LogSource kLogSources[] = {{"pfsense", "firewall", ""}, {"", "firewall", ""}};

}  // namespace

extern const FormatSpec kFormat_filterlog = {
    .number = Format{36},
    .name = "filterlog",
    .title = "pfSense, OPNsense filterlog",
    .sample =
        R"(4,,,1000000103,igb1.12,match,block,in,4,0x0,,63,12617,0,DF,6,tcp,60,203.0.113.9,10.1.0.5,50022,22,0,S,1891286705,,64240,,mss;sackOK;TS;nop;wscale)",
    .rank = 20,
    .programs = kPrograms,
    .claims = claims_filterlog,
    .parse = parse_filterlog,
    .kinds = Kind::device,
    .log_sources = kLogSources,
    .own_action = true,
};

}  // namespace vigil
