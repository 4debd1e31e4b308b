#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "parsers/result.h"

namespace vigil {

/// Writes a folder of files beside its place, syncs them, then renames it: it is there whole or not at all.
/// Files are readable by their owner alone. An existing folder of that name counts as done.
Result<void, std::string> write_folder(const std::filesystem::path& folder,
                                       const std::vector<std::pair<std::string, std::string>>& files);

}  // namespace vigil
