#include "parsers/field_target.h"
#include "parsers/format.h"
#include "parsers/json_fields.h"
#include "parsers/payload_text.h"
#include "parsers/snort_alert.h"

namespace vigil {
namespace {

constexpr FieldRow kRows[] = {{"timestamp", "_"},
                              {"src_addr", "source"},
                              {"dst_addr", "destination"},
                              {"src_port", "source.port"},
                              {"dst_port", "destination.port"},
                              {"eth_src", "source.mac"},
                              {"eth_dst", "destination.mac"},
                              {"src_ap", "_"},
                              {"dst_ap", "_"},
                              {"rule", "_"},
                              {"msg", "_"},
                              {"proto", "_"},
                              {"action", "_"},
                              {"class", "rule.category"},
                              {"classification", "rule.category"},
                              {"priority", "event.severity"},
                              {"pkt_len", "network.bytes"},
                              {"iface", "observer.ingress.interface.name"},
                              {"vlan", "network.vlan.id"},
                              {"service", "network.protocol"},
                              {"sid", "rule.id"},
                              {"rev", "rule.version"},
                              {"gid", "generator_id"}};
constexpr FieldMap kMap(kRows);
constexpr std::string_view kStarts[] = {"{"};
constexpr LogSource kLogSources[] = {{"snort", "", ""}};

bool claims_snort_json(const SyslogHeader&, std::string_view text) {
  const std::string_view front = text.substr(0, 4096);
  return contains(front, "\"pkt_num\"") ? contains(front, "\"proto\"") || contains(front, "\"rule\"")
                                        : contains(front, "\"src_ap\"") && contains(front, "\"dst_ap\"");
}

/// Snort 3's alert_json: which members there are its configuration says.
void parse_snort_json(PayloadWriter& out) {
  if (!put_json(out, kMap)) return;
  std::string_view message, rule, action, protocol, source, destination;
  for (const JsonField& leaf : json_scratch().leaves) {
    if (leaf.path == "msg") message = leaf.value;
    if (leaf.path == "rule") rule = leaf.value;
    if (leaf.path == "action") action = leaf.value;
    if (leaf.path == "proto") protocol = leaf.value;
    if (leaf.path == "src_ap") source = leaf.value;
    if (leaf.path == "dst_ap") destination = leaf.value;
  }
  out.observer("Snort", "Snort", "ids");
  out.log_source("snort", {}, {});
  const bool has_port = protocol == "TCP" || protocol == "UDP";
  if (out.event().find("source.address") == nullptr) add_snort_end(out, Side::source, source, has_port);
  if (out.event().find("destination.address") == nullptr)
    add_snort_end(out, Side::destination, destination, has_port);
  add_snort_protocol(out, protocol);
  if (out.event().find("rule.id") == nullptr) {
    add_snort_rule(out, rule, message);
  } else {
    out.alert(message);
  }
  classify_snort(out, action);
}

std::optional<std::int64_t> time_of_snort(const SyslogHeader& header, std::string_view text,
                                          int zone_minutes) {
  std::string_view time = peek_json_member(text, "timestamp");
  return snort_time(time, zone_minutes, header.timestamp_ns);
}

constexpr std::string_view kJsonMarks[] = {"pkt_num\"", "src_ap\""};

}  // namespace

extern const FormatSpec kFormat_snort_json = {
    .number = Format{102},
    .name = "snort_json",
    .title = "Snort 3 alert_json",
    .sample =
        R"({"timestamp":"11/20-14:59:00.123456","pkt_num":12,"proto":"TCP","src_ap":"203.0.113.9:80","dst_ap":"10.1.0.5:43210","rule":"1:2100498:7","action":"allow"})",
    .rank = 32,
    .starts = kStarts,
    .claims = claims_snort_json,
    .json_marks = kJsonMarks,
    .parse = parse_snort_json,
    .time = time_of_snort,
    .kinds = Kind::device,
    .log_sources = kLogSources,
    .writing = Writing::json,
    .own_action = true,
};

}  // namespace vigil
