#include "daemon/volume_rhythm.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace vigil {

namespace {

constexpr int kDouble = 256;          ///< a factor of two, in our unit
constexpr int kTenfold = 851;         ///< log2(10) * 256
constexpr int kMoveMax = 2 * kDouble;  ///< one hour counts at most as a factor of four
constexpr int kSpreads = 4;
constexpr int kSpreadMin = kDouble / 2;

int level_of(std::uint64_t count) {
  return static_cast<int>(std::lround(std::log2(1.0 + static_cast<double>(count)) * kDouble));
}

}  // namespace

std::string_view volume_name(Volume volume) {
  constexpr std::array<std::string_view, 3> kNames = {"usual", "flood", "collapse"};
  return kNames[static_cast<std::size_t>(volume)];
}

void VolumeRhythm::learn(std::size_t week_hour, std::uint64_t count) {
  Hour& hour = hours_[week_hour];
  const int level = level_of(count);
  if (hour.met == 0) {
    hour = {static_cast<std::uint16_t>(level), kDouble, 1};
    return;
  }
  // Quick at first, then slowly: the newest of many hours counts an eighth … and never more than a quarter.
  const int weight = std::clamp<int>(hour.met + 1, 4, 8);
  const int off = level - hour.level;
  hour.level = static_cast<std::uint16_t>(hour.level + std::clamp(off, -kMoveMax, kMoveMax) / weight);
  const int apart = std::min(std::abs(off), 2 * kMoveMax);
  hour.spread = static_cast<std::uint16_t>(hour.spread + (apart - hour.spread) / weight);
  if (hour.met < UINT8_MAX) ++hour.met;
}

VolumeRhythm::Range VolumeRhythm::range(std::size_t week_hour) const {
  const Hour& hour = hours_[week_hour];
  if (hour.met < kMetMin) return {1, 0, 0};
  Range range{hour.level, hour.level, std::max({kTenfold, kSpreads * kSpreadMin, kSpreads * hour.spread})};
  const std::size_t of_day = week_hour % 24;
  for (const std::size_t beside : {of_day + 23, of_day + 1}) {
    const Hour& other = hours_[week_hour - of_day + beside % 24];
    if (other.met == 0) continue;
    range.lowest = std::min<int>(range.lowest, other.level);
    range.highest = std::max<int>(range.highest, other.level);
  }
  return range;
}

bool VolumeRhythm::flood(std::size_t week_hour, std::uint64_t steady) const {
  if (steady < kFloodMin) return false;
  const Range usual = range(week_hour);
  return usual.lowest <= usual.highest && level_of(steady) > usual.highest + usual.slack;
}

bool VolumeRhythm::collapse(std::size_t week_hour, std::uint64_t count) const {
  const Range usual = range(week_hour);
  return usual.lowest <= usual.highest && usual.lowest >= level_of(kCollapseMin) &&
         level_of(count) < usual.lowest - usual.slack;
}

std::uint64_t VolumeRhythm::usual(std::size_t week_hour) const {
  const Hour& hour = hours_[week_hour];
  if (hour.met < kMetMin) return 0;
  return static_cast<std::uint64_t>(std::llround(std::exp2(static_cast<double>(hour.level) / kDouble) - 1));
}

void VolumeRhythm::save(std::string& out) const {
  for (const Hour& hour : hours_) {
    append_varint(out, hour.met);
    if (hour.met == 0) continue;
    append_varint(out, hour.level);
    append_varint(out, hour.spread);
  }
}

void VolumeRhythm::load(WireReader& in) {
  for (Hour& hour : hours_) {
    hour = {};
    hour.met = static_cast<std::uint8_t>(in.varint(UINT8_MAX));
    if (hour.met == 0) continue;
    hour.level = static_cast<std::uint16_t>(in.varint(UINT16_MAX));
    hour.spread = static_cast<std::uint16_t>(in.varint(UINT16_MAX));
  }
  if (!in.ok()) hours_.fill({});
}

}  // namespace vigil
