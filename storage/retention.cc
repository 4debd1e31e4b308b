#include "storage/retention.h"

#include <chrono>

#include "storage/days.h"

namespace vigil {

std::int64_t kept_until(std::uint16_t day, int months) {
  using namespace std::chrono;
  const sys_days end = sys_days{days{day}} + days{1};
  const year_month_day kept = year_month_day{end} + std::chrono::months{months};
  const sys_days until = kept.ok() ? sys_days{kept} : sys_days{kept.year() / kept.month() / last} + days{1};
  return until.time_since_epoch().count() * kDayNs;
}

std::int64_t kept_until_days(std::uint16_t day, int days) { return (std::int64_t{day} + 1 + days) * kDayNs; }

}  // namespace vigil
