#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace vigil {

struct CsvLimits {
  std::size_t rows_max = 10'000;           ///< a ticket's list of addresses; a log is sent as a log
  std::size_t columns_max = 100;           ///< widest export met has 40
  std::size_t cell_bytes_max = 64 * 1024;  ///< as a log line; longer ones are cut
};

struct CsvRows {
  std::vector<std::vector<std::string>> rows;
  bool cut = false;  ///< a limit was reached: the rest was not read
};

/// Reads CSV as RFC 4180 has it and as programs write it: cells by comma, semicolon or TAB (whichever the first line has most
/// of), quotes doubled inside quotes, line ends of any kind, in quotes too. What follows a closing quote belongs to the cell.
/// A quote that is never closed ends at the text's end. Rows without any text are left out; nothing fails.
CsvRows read_csv(std::string_view text, const CsvLimits& limits = {});

}  // namespace vigil
