#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "daemon/week_hour.h"
#include "storage/wire.h"

namespace vigil {

/// How an hour's volume compares with what is usual. The name is shown and is a metric label.
enum class Volume : std::uint8_t { usual, flood, collapse };
std::string_view volume_name(Volume volume);

/// How many messages a source usually sends in each hour of the week.
///
/// Learned is the typical logarithm of the hour's count and how far it usually lies off. Logarithms, because volumes
/// differ by factors: between half and double is as usual as between double and half. One hour moves what is known by
/// at most a quarter of a factor of four, so a flood teaches little, but a lasting change is usual after some days.
///
/// An hour is a flood or a collapse when it is off by a factor of ten and by four times its usual spread, and that
/// from the hours beside it too, since classes and backups begin a little earlier or later. Bursts are no flood: an
/// hour's count is compared without its busiest ten minutes. An hour of the week must have been met three times.
class VolumeRhythm {
 public:
  /// Fewer messages an hour are no flood, whatever the factor.
  static constexpr std::uint64_t kFloodMin = 1000;
  /// A source that usually sends fewer an hour cannot collapse: its silence is another matter.
  static constexpr std::uint64_t kCollapseMin = 60;
  static constexpr unsigned kMetMin = 3;

  void learn(std::size_t week_hour, std::uint64_t count);
  /// Is so much a flood, as far as the hour has come? `steady` is its count without the busiest ten minutes.
  bool flood(std::size_t week_hour, std::uint64_t steady) const;
  /// Is so little in a whole hour a collapse?
  bool collapse(std::size_t week_hour, std::uint64_t count) const;
  /// What is usual in that hour; 0 until it is known.
  std::uint64_t usual(std::size_t week_hour) const;

  void save(std::string& out) const;
  void load(WireReader& in);

 private:
  struct Hour {
    std::uint16_t level = 0;   ///< log2(1 + count) * 256, typically
    std::uint16_t spread = 0;  ///< how far off it typically is, in the same unit
    std::uint8_t met = 0;      ///< times, up to 255
  };
  /// Lowest and highest level of the hour and those beside it; nothing known of the hour: lowest > highest.
  struct Range {
    int lowest, highest, slack;
  };
  Range range(std::size_t week_hour) const;

  std::array<Hour, kWeekHours> hours_{};
};

}  // namespace vigil
