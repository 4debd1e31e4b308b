#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "config/model.h"
#include "parsers/result.h"

namespace vigil {

/// A mistake of the operator, with its place and what to try.
struct Diagnostic {
  std::string file;
  int line = 0, column = 0;  ///< from 1
  std::string field;         ///< "listeners[0].adress"
  std::string message, hint;
  std::string source_line;  ///< for the caret
  /// file:line:column: message, the line, a caret, the hint.
  std::string render() const;
};

/// Reads and checks one YAML file whole: unknown and repeated keys, wrong types and ranges, references to
/// organisations that do not exist, loops in the tree, addresses and networks that cannot be, retention under
/// six months. All mistakes are reported together. Relative paths are taken from the file's directory.
Result<Config, std::vector<Diagnostic>> load_config(const std::filesystem::path& file);
Result<Config, std::vector<Diagnostic>> parse_config(std::string_view yaml, const std::string& file_name);

/// One organisation `default` of tier C, syslog on 5514 UDP and TCP, HTTP on loopback 8514, our rule pack, a
/// spool channel: useful unconfigured.
Config embedded_default();

/// Another data directory (`--data` wins over the file): what lay below the old one, as the spool folder of the
/// embedded default does, moves with it.
void move_data(Config& config, const std::filesystem::path& data);

}  // namespace vigil
