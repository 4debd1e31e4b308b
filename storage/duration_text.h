#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace vigil {

/// Reads a length of time, in nanoseconds: "15m", "1h30m", "1.5s", "500ms", "1d", "2w". Units: ns us µs ms s m h d w y
/// (y: 365 days). At most 100 years. Nothing for anything else, a bare number or a negative length too.
std::optional<std::int64_t> read_duration(std::string_view text);

}  // namespace vigil
