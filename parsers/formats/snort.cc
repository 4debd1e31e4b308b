#include "parsers/format.h"
#include "parsers/payload_text.h"
#include "parsers/snort_alert.h"

namespace vigil {
namespace {

constexpr LogSource kLogSources[] = {{"snort", "", ""}};

bool claims_snort(const SyslogHeader& header, std::string_view text) {
  const std::string_view front = text.substr(0, 512);
  // "[10:22:17] [INF] …" is a clock in brackets.
  const bool named = header.app.starts_with("snort") || header.app.starts_with("suricata");
  if (!named && !contains(front, "[**]") && !contains(front, "[Priority:") && !contains(front, "[Classification:") &&
      !contains(front, " -> ")) {
    return false;
  }
  if (begins_with_snort_rule(front)) return true;
  const std::size_t time = snort_time_length(front);
  return time > 0 && begins_with_snort_rule(trim_left(front.substr(time)));
}

std::optional<std::int64_t> time_of_snort(const SyslogHeader& header, std::string_view text,
                                          int zone_minutes) {
  // alert_full writes the time on its third line.
  std::string_view at = text.substr(0, 1024);
  for (int line = 0; line < 4 && snort_time_length(at) == 0; ++line) take_until(at, '\n');
  return snort_time(at, zone_minutes, header.timestamp_ns);
}

}  // namespace

extern const FormatSpec kFormat_snort = {
    .number = Format{100},
    .name = "snort",
    .title = "Snort's and Suricata's alerts as text",
    .sample =
        R"([1:2100498:7] GPL ATTACK_RESPONSE id check returned root [Classification: Potentially Bad Traffic] [Priority: 2] {TCP} 203.0.113.9:80 -> 10.1.0.5:43210)",
    .rank = 24,
    .first_bytes = "[0123456789",
    .claims = claims_snort,
    .parse = read_snort_alert,
    .time = time_of_snort,
    .kinds = Kind::device,
    .log_sources = kLogSources,
};

}  // namespace vigil
