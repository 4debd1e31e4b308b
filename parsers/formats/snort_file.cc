#include "parsers/format.h"
#include "parsers/payload_text.h"
#include "parsers/snort_alert.h"

namespace vigil {
namespace {

constexpr LogSource kLogSources[] = {{"snort", "", ""}};

bool claims_snort_file(const SyslogHeader&, std::string_view text) {
  const std::string_view front = text.substr(0, 512);
  const std::size_t time = snort_time_length(front);
  if (time == 0) return false;
  std::string_view rest = trim_left(front.substr(time));
  if (!take_prefix(rest, ",")) return begins_with_snort_rule(rest);
  const std::string_view first = trim(take_until(rest, ',')), second = trim(take_until(rest, ','));
  return all_digits(first) && (all_digits(second) || is_any(second, {"TCP", "UDP", "ICMP", "IP", "ARP"}));
}

std::optional<std::int64_t> time_of_snort(const SyslogHeader& header, std::string_view text,
                                          int zone_minutes) {
  return snort_time(text, zone_minutes, header.timestamp_ns);
}

}  // namespace

extern const FormatSpec kFormat_snort_file = {
    .number = Format{101},
    .name = "snort_file",
    .title = "Snort's alert_fast and alert_csv, Suricata's fast.log",
    .sample =
        R"(11/20/2026-14:59:00.123456  [**] [1:2100498:7] GPL ATTACK_RESPONSE id check returned root [**] [Priority: 2] {TCP} 203.0.113.9:80 -> 10.1.0.5:43210)",
    .reads = Reads::line,
    .rank = 24,
    .first_bytes = "0123456789",
    .claims = claims_snort_file,
    .parse = read_snort_alert,
    .time = time_of_snort,
    .kinds = Kind::device,
    .log_sources = kLogSources,
};

}  // namespace vigil
