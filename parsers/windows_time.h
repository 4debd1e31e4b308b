#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

/// The times that Windows' text logs write, local times all. UTC ns.
namespace vigil {

/// "Fri Nov 20 14:59:00 2026"
std::optional<std::int64_t> read_ctime(std::string_view text, int zone_minutes);

/// A date and a time as the machine's language has them, at the front of `rest`, which is stepped past them:
///
///   date  = M "/" D "/" Y / D "/" M "/" Y (if the first is above 12) / Y "/" M "/" D / Y "-" M "-" D
///   time  = [ "上午 " / "下午 " ] H ":" MM ":" SS [ "." digits ] [ " AM" / " PM" ]
///   both  = date ( " " / "," / "T" ) time
///
/// Years of two digits are of this century. A missing time is midnight.
std::optional<std::int64_t> take_windows_time(std::string_view& rest, int zone_minutes);

}  // namespace vigil
