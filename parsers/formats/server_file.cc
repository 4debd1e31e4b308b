#include "parsers/format.h"

#include "parsers/dns_dhcp_lines.h"
#include "parsers/payload_text.h"
#include "parsers/payload_time.h"
#include "parsers/server_text.h"

namespace vigil {
namespace {

constexpr LogSource kLogSources[] = {{"", "dhcp", ""}, {"kubernetes", "", ""}};

/// What a container wrote, as the CRI keeps it: "2026-11-20T06:59:00.123456789Z stdout F text"; P: the line goes on.
bool is_cri_line(std::string_view line) {
  if (line.size() < 30 || line[10] != 'T' || !begins_with_iso_date(line)) return false;
  const std::size_t space = line.find(' ');
  if (space > 36) return false;
  std::string_view rest = line.substr(space + 1);
  if (!take_prefix(rest, "stdout ") && !take_prefix(rest, "stderr ")) return false;
  return rest.starts_with("F ") || rest.starts_with("P ") || rest == "F" || rest == "P";
}

void parse(PayloadWriter& out) {
  const std::string_view text = out.text();
  if (!is_cri_line(text)) {
    out.log_source({}, "dhcp", {});
    return parse_dns_dhcp(out, text);
  }
  out.log_source("kubernetes", {}, {});
  std::string_view rest = text.substr(text.find(' ') + 1);
  out.add_vendor("stream", take_word(rest));
  rest = trim_left(rest);
  if (take_word(rest) == "P") out.add("log.flags", "partial");
  out.set("message", trim(rest));
}

}  // namespace

extern const FormatSpec kFormat_server_file = {
    .number = Format{96},
    .name = "server_file",
    .title = "files of Kea DHCP and of containers (CRI)",
    .sample =
        R"(2026-11-20 14:59:00.123 INFO  [kea-dhcp4.leases/1234.140] DHCP4_LEASE_ALLOC [hwtype=1 00:11:22:33:44:55], cid=[no info], tid=0x1: lease 10.1.0.5 has been allocated for 3600 seconds)",
    .reads = Reads::line,
    .rank = 42,
    .first_bytes = "0123456789",
    .claims =
        [](const SyslogHeader&, std::string_view line) {
          return is_kea_line(line) || is_cri_line(line);
        },
    .parse = parse,
    .time =
        [](const SyslogHeader&, std::string_view text, int zone) {
          return is_cri_line(text) ? read_iso_time(text.substr(0, text.find(' ')), zone)
                                   : dns_dhcp_time(text, zone);
        },
    .kinds = Kind::application,
    .log_sources = kLogSources,
};

}  // namespace vigil
