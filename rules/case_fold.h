#pragma once

#include <string>
#include <string_view>

namespace vigil::sigma {

/// Replaces `out` with `text` in lower case: Unicode simple folding, one character to one character, no locale, so
/// that it never depends on where the daemon runs (no Turkish i, ß stays ß). No character outside ASCII becomes an
/// ASCII one (the Kelvin sign stays itself): the prefilter, which knows only ASCII's case, relies on that. Bytes
/// that are not UTF-8 stay as they are.
void fold_case(std::string_view text, std::string& out);
std::string folded(std::string_view text);

/// Steps over one character of UTF-8 from `at`; a byte that is not UTF-8 counts as one.
std::size_t next_character(std::string_view text, std::size_t at);
std::size_t previous_character(std::string_view text, std::size_t at);

/// Appends one code point as UTF-8.
void append_utf8(char32_t code, std::string& out);
/// Reads the character at `at` and moves `at` behind it; 0xFFFFFFFF for a byte that is not UTF-8.
char32_t read_utf8(std::string_view text, std::size_t& at);

}  // namespace vigil::sigma
