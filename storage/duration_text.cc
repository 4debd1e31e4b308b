#include "storage/duration_text.h"

#include <algorithm>
#include <charconv>

namespace vigil {
namespace {

struct DurationUnit {
  std::string_view name;
  std::int64_t ns;
};

constexpr std::int64_t kSecondNs = 1'000'000'000;
/// From long to short; "ms" stands before "m" and "s" because the first that fits is taken.
constexpr DurationUnit kUnits[] = {
    {"y", 365 * 86400 * kSecondNs},
    {"w", 7 * 86400 * kSecondNs},
    {"d", 86400 * kSecondNs},
    {"h", 3600 * kSecondNs},
    {"ms", 1'000'000},
    {"m", 60 * kSecondNs},
    {"s", kSecondNs},
    {"us", 1'000},
    {"µs", 1'000},
    {"ns", 1},
};
/// Far below the end of 64 bits (292 years), so that sums of times and lengths stay inside.
constexpr std::int64_t kLongest = 100LL * 365 * 86400 * kSecondNs;

}  // namespace

std::optional<std::int64_t> read_duration(std::string_view text) {
  if (text.empty()) return std::nullopt;
  double total = 0;
  while (!text.empty()) {
    const std::size_t digits = std::min(text.find_first_not_of("0123456789."), text.size());
    double count = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + digits, count, std::chars_format::fixed);
    if (parsed.ec != std::errc() || parsed.ptr != text.data() + digits) return std::nullopt;
    text.remove_prefix(digits);
    const auto* unit = std::find_if(std::begin(kUnits), std::end(kUnits),
                                    [&](const DurationUnit& one) { return text.starts_with(one.name); });
    if (unit == std::end(kUnits)) return std::nullopt;
    text.remove_prefix(unit->name.size());
    total += count * static_cast<double>(unit->ns);
    if (total > static_cast<double>(kLongest)) return std::nullopt;
  }
  return static_cast<std::int64_t>(total);
}

}  // namespace vigil
