#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "cli/args.h"

namespace vigil::cli {

std::int64_t now_ns();
/// The user's own offset from UTC at that moment (TZ), minutes.
int local_zone_minutes(std::int64_t at_ns);
/// ISO 8601 with or without zone, "2026-11-20", "2026-11-20 14:00", or epoch seconds. Without a zone: local
/// time.
std::optional<std::int64_t> read_local_time(std::string_view text);
/// "24h", "7d", "30m", "90s", "2w" in nanoseconds; at most a hundred years.
std::optional<std::int64_t> read_span_ns(std::string_view text);
/// "+08:00", "-0330", "Z", or an IANA name, as minutes at that moment.
std::optional<int> read_zone_minutes(std::string_view text, std::int64_t at_ns);

/// --since, --from and --to of a verb as ISO times for the API; empty where not given.
struct TimeRange {
  std::string from, to;
};
/// Empty after a mistake, which is told.
std::optional<TimeRange> read_time_range(const Arguments& arguments);

}  // namespace vigil::cli
