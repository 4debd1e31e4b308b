#pragma once

#include <filesystem>
#include <span>
#include <string_view>
#include <vector>

#include "config/config.h"
#include "parsers/user_parser.h"

namespace vigil {

/// Reads and checks every *.yml and *.yaml of the directories, in the order of their names: the parsers a site has written
/// (docs/parsers.md). Each brings lines of test, which are parsed here: a parser that does not do what its own tests say is
/// refused. All mistakes of all files are reported together, with file, line, column, what was meant and what to write.
Result<std::vector<UserParserText>, std::vector<Diagnostic>> load_parsers(std::span<const std::filesystem::path> directories);

/// The same for one text.
Result<std::vector<UserParserText>, std::vector<Diagnostic>> parse_parsers(std::string_view yaml, const std::string& file_name);

}  // namespace vigil
