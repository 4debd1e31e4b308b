#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace vigil {

/// A time as people and SOC programs write it into alerts and notices:
///
///   time   = [ "中華民國" | "民國" ] year sep month sep day [ "日" ] [ clock ] [ zone ]
///   year   = 4 digits | 1 to 3 digits, of the Republic: 115 is 2026
///   sep    = "-" | "/" | "." | "年" | "月"
///   clock  = ( SP | "T" ) [ "上午" | "下午" ] hour ( ":" | "時" | "點" ) minute [ ( ":" | "分" ) [ second [ "." digits ] [ "秒" ] ] ]
///            [ SP "AM" | SP "PM" ]
///   zone   = [ SP ] ( "Z" | "UTC" | "GMT" | ( "+" | "-" ) hh [ ":" ] mm )
///
/// or seconds since 1970 with 10 digits, milliseconds with 13. Blanks may stand wherever parts meet.
struct NoticeTime {
  std::optional<std::int64_t> time_ns;  ///< UTC; nothing: no time stands there, or there is no such one
  std::size_t length = 0;               ///< bytes it takes
};

/// What stands at the front of `text`. Without a zone it is a time of `zone_minutes`; without a clock it is midnight there.
NoticeTime read_notice_time_at(std::string_view text, int zone_minutes);

/// All of `text`, but for blanks around it.
std::optional<std::int64_t> read_notice_time(std::string_view text, int zone_minutes);

}  // namespace vigil
