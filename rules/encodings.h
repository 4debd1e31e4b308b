#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vigil::sigma {

/// Standard base64 with padding.
std::string base64(std::string_view bytes);
/// How `bytes` look inside a longer base64 text, at each of the three offsets, without the characters that
/// depend on the neighbours.
std::array<std::string, 3> base64_offsets(std::string_view bytes);

enum class Utf16 { little_endian, big_endian, with_mark };
/// UTF-8 as UTF-16 bytes; `with_mark` is little endian after FF FE.
std::string utf16_bytes(std::string_view text, Utf16 order);

/// Every way to write the option signs of a command line: each of `-`, `/`, en dash, em dash and horizontal bar
/// that begins a word takes all five forms. Nothing if that would be more than `variants_max`.
std::optional<std::vector<std::string>> windash_variants(std::string_view text, std::size_t variants_max);

}  // namespace vigil::sigma
