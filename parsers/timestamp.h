#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "parsers/calendar.h"
#include "parsers/tags.h"

/// Times as senders write them; the forms stand at the top of timestamp.cc.
namespace vigil {

/// What stands at the front of a text.
struct TimestampRead {
  std::optional<std::int64_t> time_ns;  ///< UTC; nothing: no time there, or `bad_ts`
  std::size_t length = 0;               ///< bytes read; 0 if no time was read
  Tags tags;                            ///< no_tz, no_year, leap_second, epoch_ts, bad_ts
};

/// RFC 3339 and its kin at the front of `text`: 'T', 't' or a space between date and time, '.' or ',' before
/// 1 to 60 digits of a second, zone "Z", "+08:00", "+0800", "+08" or none (then `zone_minutes`, no_tz). What
/// follows must be a space, a tab, a colon or the end.
TimestampRead read_iso_timestamp(std::string_view text, int zone_minutes);

/// Any form at the front of `text`.
///
/// Remembers the last second's text and time per thread, so that the same second costs a comparison of some
/// 20 bytes (the memory is a thread_local of a few dozen bytes and does not change any answer).
TimestampRead read_timestamp(std::string_view text, int zone_minutes, std::int64_t received_ns);

}  // namespace vigil
