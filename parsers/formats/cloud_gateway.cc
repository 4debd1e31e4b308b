#include "parsers/device_text.h"
#include "parsers/field_target.h"
#include "parsers/format.h"
#include "parsers/key_value.h"
#include "parsers/payload_text.h"

namespace vigil {
namespace {

constexpr FieldRow kRows[] = {{"User", "user"},
                              {"username", "user"},
                              {"user", "user"},
                              {"PublicIP", "source"},
                              {"VPNVirtualIP", "source.nat.ip"},
                              {"SRC", "source"},
                              {"DST", "destination"},
                              {"SPT", "source.port"},
                              {"DPT", "destination.port"},
                              {"PROTO", "transport"},
                              {"SRC_IP", "source"},
                              {"DST_IP", "destination"},
                              {"SRC_PORT", "source.port"},
                              {"DST_PORT", "destination.port"},
                              {"SRC_MAC", "source.mac"},
                              {"DST_MAC", "destination.mac"},
                              {"IN", "observer.ingress.interface.name"},
                              {"OUT", "observer.egress.interface.name"},
                              {"LEN", "network.bytes"},
                              {"S_IP", "source"},
                              {"D_IP", "destination"},
                              {"hostname", "destination.domain"},
                              {"Rule", "rule.name"},
                              {"POLICY", "rule.id"},
                              {"Gateway", "observer.name"},
                              {"GatewayIP", "observer.ip"},
                              {"reason", "event.reason"},
                              {"result", "result"},
                              {"state", "state"},
                              {"client_ip", "source"},
                              {"vs_ip", "destination"}};
constexpr FieldMap kMap(kRows);

bool is_aviatrix(std::string_view text) {
  const std::string_view front = text.substr(0, 128);
  return contains(front, "Aviatrix") || contains(front, "] AvxRl ");
}
bool is_avi(const SyslogHeader& header, std::string_view text) {
  const std::string_view front = text.substr(0, 96);
  return header.app == "Avi-Controller" || contains(front, "Avi-Controller") ||
         front.starts_with("\"adf\":") || front.starts_with("{\"adf\":");
}

bool claims_gateway(const SyslogHeader& header, std::string_view text) {
  if (is_any(header.app, {"cloudxd", "cloudx_cli", "perfmon.py", "avx-nfq", "kernel"}) ||
      contains(header.app, "avx-"))
    return is_aviatrix(text);
  return header.app.starts_with("Aviatrix") || is_avi(header, text);
}

// line = [ anything ] "Aviatrix" name ":" SP ( pairs by "," or blanks / sentence )
void parse_gateway(PayloadWriter& out) {
  const std::string_view text = out.text();
  if (is_avi(out.header(), text) && !is_aviatrix(text)) {
    out.observer("VMware", "Avi Load Balancer", "load-balancer");
    out.log_source("avi", {}, "syslog");
    const std::size_t event_at = find_text(text, " event ");
    if (event_at != std::string_view::npos) {
      std::string_view name = text.substr(event_at + 7);
      out.add("event.code", take_word(name));
    }
    put_loose_ends(out, text);
    return out.classify("network", "info");
  }
  out.observer("Aviatrix", "Gateway", "network");
  out.log_source("aviatrix", {}, "syslog");
  const std::size_t at = find_text(text, "Aviatrix");
  if (at != std::string_view::npos) {
    const std::string_view name = text.substr(at);
    out.add("event.code", name.substr(0, name.find_first_of(":*[ ")));
  }
  put_pairs(out, text, kMap);
  complete_transport(out);
  const std::string_view code = out.event().text_of("event.code");
  if (code == "AviatrixVPNSession" || code == "AviatrixUser") {
    const bool ended = contains(text.substr(0, 256), "Status=disconnected");
    return out.classify(code == "AviatrixUser" ? "network" : "session", ended ? "end" : "start");
  }
  out.classify(code == "AviatrixCMD" ? "configuration" : "network", "info");
}

constexpr LogSource kLogSources[] = {{"aviatrix", "", "syslog"}, {"avi", "", "syslog"}};

constexpr std::string_view kJsonMarks[] = {"adf\":"};

}  // namespace

extern const FormatSpec kFormat_cloud_gateway = {
    .number = Format{26},
    .name = "cloud_gateway",
    .title = "Aviatrix, Avi Load Balancer",
    .sample =
        "AviatrixVPNSession: User=bob, Status=active, Gateway=gw1, GatewayIP=198.51.100.1, "
        "VPNVirtualIP=10.1.0.6, PublicIP=203.0.113.9",
    .rank = 43,
    .claims = claims_gateway,
    .json_marks = kJsonMarks,
    .parse = parse_gateway,
    .kinds = Kind::device,
    .log_sources = kLogSources,
};

}  // namespace vigil
