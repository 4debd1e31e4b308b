#pragma once

#include <cstdint>

namespace vigil {

// How long a day is kept. A block is of one UTC day of receipt, and what came last that day counts: the day goes when its
// last moment is that many calendar months, or days, ago. Where the month has no such day (31 August and six months), the
// first of the month after counts, never a day too early.

/// When a day's time is over, UTC ns.
std::int64_t kept_until(std::uint16_t day, int months);
std::int64_t kept_until_days(std::uint16_t day, int days);

}  // namespace vigil
