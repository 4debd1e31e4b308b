#pragma once

#include <ctime>

#include <cstdint>

namespace vigil {

/// The wall clock, UTC nanoseconds since 1970. Asked in daemon/ alone: below it, time is an argument.
inline std::int64_t wall_clock_ns() {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  return static_cast<std::int64_t>(now.tv_sec) * 1'000'000'000 + now.tv_nsec;
}

}  // namespace vigil
