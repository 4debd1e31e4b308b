#pragma once

#include <cstddef>
#include <string_view>

namespace vigil {

/// Columns a code point takes on a terminal: 2 for East Asian wide and full-width ones and emoji, 0 for
/// combining and zero-width ones, else 1.
int column_width(char32_t code_point);

/// Columns of UTF-8 text; a byte that is not UTF-8 counts 1.
std::size_t text_columns(std::string_view text);

/// Bytes of the longest start of `text` that fits into `columns`.
std::size_t bytes_within(std::string_view text, std::size_t columns);

/// Takes one code point from the front of `text`, which is not empty. A byte that is not UTF-8 comes back as
/// U+FFFD, alone.
char32_t take_code_point(std::string_view& text);

}  // namespace vigil
