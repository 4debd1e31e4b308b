#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace vigil {

/// A cell of CSV: control characters shown as \xHH, formulas defused with ' (BI-90), quoted where RFC 4180
/// asks for it. `number`: a value that came as a JSON number keeps its minus sign.
std::string csv_cell(std::string_view text, bool number = false);
std::string csv_line(const std::vector<std::string>& cells);

}  // namespace vigil
