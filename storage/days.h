#pragma once

#include <cstdint>

namespace vigil {

constexpr std::int64_t kDayNs = 86'400'000'000'000;

/// UTC day since 1970 of a time; times before that are day 0.
constexpr std::uint16_t day_of(std::int64_t ns) {
  const std::int64_t day = ns / kDayNs;
  return day <= 0 ? std::uint16_t{0} : static_cast<std::uint16_t>(day < UINT16_MAX ? day : UINT16_MAX);
}

}  // namespace vigil
