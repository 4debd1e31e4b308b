#pragma once

#include <cstdint>

namespace vigil {

// What FormatSpec::rank decides besides the order of asking.

/// Formats of this rank and below go before what the program's name says.
constexpr std::uint8_t kRankBeforePrograms = 4;
/// From here on a format reads anyone's text (json, key_value): it is asked last, and knows the product less than the
/// signs of its kind do.
constexpr std::uint8_t kRankOfAnyone = 200;

}  // namespace vigil
