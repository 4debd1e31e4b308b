#pragma once

#include <string_view>

#include "parsers/arena.h"

namespace vigil {

/// Takes the next cell of comma separated values (RFC 4180) off the front of `rest`, its comma too: without quotes, `""`
/// inside them as `"`, blanks around it dropped. A quote that is never closed ends with the text: it was cut.
std::string_view take_csv_cell(std::string_view& rest, Arena& arena);

}  // namespace vigil
