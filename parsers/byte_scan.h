#pragma once

#include <cstddef>
#include <string_view>

/// The questions asked about every byte that is received, answered for 16 or 32 of them at once. On
/// x86-64 with SSE2, which all have, and with AVX2 where the processor knows it; elsewhere byte by byte. The
/// answers are the same.
namespace vigil {

/// True if every byte is ASCII and none is a control character or DEL (TAB and LF count as controls here).
bool is_printable_ascii(std::string_view text);

/// True if there is a C0 control other than TAB and LF, or DEL. Bytes beyond ASCII are none.
bool has_control(std::string_view text);

/// Offset of the first LF or NUL; `text.size()` if there is none.
std::size_t find_lf_or_nul(std::string_view text);

}  // namespace vigil
