#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "parsers/event.h"
#include "parsers/payload_text.h"

/// The times that payloads write, which differ from those of syslog headers (those are in timestamp.h). UTC
/// ns all.
namespace vigil {

/// Epoch digits, the unit told by their number: 10 seconds, 13 ms, 16 us, 19 ns; a fraction after seconds is
/// read.
std::optional<std::int64_t> read_epoch(std::string_view text);

/// "2026-11-20T14:59:00.123+0800" and its kin; without a zone `zone_minutes`.
std::optional<std::int64_t> read_iso_time(std::string_view text, int zone_minutes);

/// Either of both.
std::optional<std::int64_t> read_any_time(std::string_view text, int zone_minutes);

/// "26/Dec/2016:16:16:29 +0200", as web servers write it (Common Log Format).
std::optional<std::int64_t> read_web_time(std::string_view text, int zone_minutes);

/// CEF's `rt`: epoch milliseconds, "Jan 17 2019 03:38:06 GMT+00:00", "Feb 28 2021 18:20:54", "Sep 19
/// 08:26:10", ISO.
std::optional<std::int64_t> read_cef_time(std::string_view text, int zone_minutes, std::int64_t received_ns);

/// "2026-11-20", "14:59:00" and perhaps a zone ("+0800"; empty: `zone_minutes`).
std::optional<std::int64_t> read_date_and_time(std::string_view date, std::string_view time, std::string_view zone,
                                               int zone_minutes);

/// The value of `key` in a text of key=value pairs, without reading the pairs before it. `key` includes the "=".
std::string_view peek_pair(std::string_view text, const SearchText& key);

/// The time of a JSON document without reading it whole: its first member named @timestamp, timestamp, EventTime, time, ts,
/// datetime or date that is one.
std::optional<std::int64_t> peek_json_time(std::string_view text, int zone_minutes);

/// "+0800", "-05:00", "+08", "Z": minutes east of Greenwich.
std::optional<int> read_zone(std::string_view text);

}  // namespace vigil
