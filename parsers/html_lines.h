#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace vigil {

struct HtmlLinesLimits {
  std::size_t lines_max = 20'000;  ///< a notice has a hundred
};

/// The text of an HTML mail as a reader sees its lines. `html` is UTF-8; whatever is not HTML is read as well as a browser
/// would. Scripts, styles and comments say nothing. Nothing is loaded from anywhere.
///
/// - A row of a table is one line, its cells with a TAB between; breaks inside of them are blanks.
/// - A row with a single cell that holds something is layout: the breaks in it are breaks of lines.
std::vector<std::string> html_lines(std::string_view html, const HtmlLinesLimits& limits = {});

}  // namespace vigil
