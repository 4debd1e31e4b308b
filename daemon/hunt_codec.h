#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "daemon/retro_hunt.h"

namespace vigil {

/// "hunt/" and the number in twenty digits: keys in the order of their hunts.
std::string hunt_key(std::uint64_t number);
/// A hunt as JSON of one line, with `"v":1`, and read back; nothing for what is damaged or a newer program's.
std::string write_hunt(const Hunt& hunt);
std::optional<Hunt> read_hunt(std::string_view text);

}  // namespace vigil
