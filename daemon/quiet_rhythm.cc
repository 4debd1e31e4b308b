#include "daemon/quiet_rhythm.h"

#include <algorithm>

namespace vigil {

namespace {

/// Quiets are looked at over this many hours at most: more touch every hour of the week anyway.
constexpr std::int64_t kHoursMax = 14 * 24;

}  // namespace

void QuietRhythm::learn(std::int64_t from_ns, std::int64_t to_ns, int zone_minutes, bool told,
                        const QuietOptions& options) {
  if (to_ns < from_ns) return;
  const std::int64_t units = std::clamp<std::int64_t>((to_ns - from_ns) / options.unit.count(), 1, UINT16_MAX);
  const std::int64_t last = local_hour(to_ns, zone_minutes);
  const std::int64_t first = std::max(local_hour(from_ns, zone_minutes), last - kHoursMax);
  for (std::int64_t hour = first; hour <= last; ++hour) {
    std::uint16_t& usual = usual_[week_hour(hour)];
    const std::int64_t least = std::max<std::int64_t>(usual, options.at_least / options.unit / options.times);
    const std::int64_t taken = told ? std::min(units, 2 * least) : units;
    usual = static_cast<std::uint16_t>(std::min<std::int64_t>(std::max<std::int64_t>(usual, taken), UINT16_MAX));
  }
}

void QuietRhythm::fade(std::size_t week_hour) {
  std::uint16_t& usual = usual_[week_hour];
  if (usual > 1) usual = static_cast<std::uint16_t>(usual - (usual + 31U) / 32U);
}

std::int64_t QuietRhythm::allowed_ns(std::size_t week_hour, const QuietOptions& options) const {
  const std::uint16_t units =
      usual_[week_hour] != 0 ? usual_[week_hour] : *std::max_element(usual_.begin(), usual_.end());
  return std::max<std::int64_t>(options.at_least.count(), options.times * options.unit.count() * units);
}

double QuietRhythm::used(std::int64_t from_ns, std::int64_t to_ns, int zone_minutes,
                         const QuietOptions& options) const {
  double used = 0;
  std::int64_t hour = std::max(local_hour(from_ns, zone_minutes), local_hour(to_ns, zone_minutes) - kHoursMax);
  for (std::int64_t at = std::max(from_ns, hour_begin_ns(hour, zone_minutes)); at < to_ns; ++hour) {
    const std::int64_t end = std::min(to_ns, hour_begin_ns(hour + 1, zone_minutes));
    used += static_cast<double>(end - at) / static_cast<double>(allowed_ns(week_hour(hour), options));
    at = end;
  }
  return used;
}

void QuietRhythm::save(std::string& out) const {
  for (const std::uint16_t usual : usual_) append_varint(out, usual);
}

void QuietRhythm::load(WireReader& in) {
  for (std::uint16_t& usual : usual_) usual = static_cast<std::uint16_t>(in.varint(UINT16_MAX));
  if (!in.ok()) usual_.fill(0);
}

}  // namespace vigil
