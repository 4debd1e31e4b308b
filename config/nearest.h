#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vigil {

/// Edits that turn one word into the other: insert, delete, replace, swap of neighbours; ASCII case is free.
std::size_t edit_distance(std::string_view a, std::string_view b);

/// The name most like `word`, or empty where none is near enough to be meant (a third of its length, at least
/// one edit), or where `word` is too long to be a slip (64 bytes).
std::string_view nearest(std::string_view word, std::span<const std::string_view> names);
std::string_view nearest(std::string_view word, const std::vector<std::string>& names);

}  // namespace vigil
