// libdate-tz reads the system's tzdata (Debian builds it with USE_OS_TZDB). It loads the list of zones once,
// under a lock of its own, and each zone's transitions once; afterwards every look-up is a read, from any
// thread.

#include <date/tz.h>

#include <cmath>
#include <exception>
#include <string>
#include <vector>

#include "config/asset_table.h"
#include "config/sections.h"

namespace vigil {
namespace {

/// Taiwan has had no daylight saving since 1979: the fallback is exact for every log there is.
constexpr int kTaipeiMinutes = 480;

/// Null where the system has no such zone, or no tzdata at all (small containers).
const date::time_zone* find_zone(const std::string& name) {
  try {
    static const date::tzdb& loaded = date::get_tzdb();  // before anybody reads it, and for all to see
    static_cast<void>(loaded);
    return date::locate_zone(name);
  } catch (const std::exception&) {
    return nullptr;
  }
}

}  // namespace

int zone_offset_minutes(const std::string& zone, std::int64_t at_ns) {
  using std::chrono::nanoseconds;
  // A worker asks for the same zone and much the same time over and over.
  thread_local std::string last_name;
  thread_local date::sys_info last_info;
  const auto at = std::chrono::floor<std::chrono::seconds>(date::sys_time<nanoseconds>(nanoseconds(at_ns)));
  if (last_name != zone || at < last_info.begin || at >= last_info.end) {
    const date::time_zone* const found = find_zone(zone);
    if (found == nullptr) return zone == "UTC" ? 0 : kTaipeiMinutes;
    try {
      last_info = found->get_info(at);
      last_name = zone;
    } catch (const std::exception&) {
      return kTaipeiMinutes;  // The zone's file is gone or damaged.
    }
  }
  return static_cast<int>(std::chrono::round<std::chrono::minutes>(last_info.offset).count());
}

bool zone_known(const std::string& zone) {
  return zone == "Asia/Taipei" || zone == "UTC" || (!zone.empty() && find_zone(zone) != nullptr);
}

std::vector<std::string> config::zone_names() {
  std::vector<std::string> names;
  try {
    for (const date::time_zone& zone : date::get_tzdb().zones) names.emplace_back(zone.name());
  } catch (const std::exception&) {
    return {"Asia/Taipei", "UTC"};
  }
  return names;
}

}  // namespace vigil
