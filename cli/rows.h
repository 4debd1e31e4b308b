#pragma once

#include <boost/json/array.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "cli/session.h"

namespace vigil::cli {

/// One column of an answer: the dotted path of its value and what it is called.
struct Column {
  std::string key;
  Text title;
  bool right = false;  ///< numbers stand at the right
};

/// Writes rows in the session's format: a table whose columns fit the terminal, CSV under the columns' keys,
/// or each row as it came (ndjson, raw).
Exit print_rows(Session& session, const std::vector<Column>& columns, const boost::json::array& rows);

/// A table of cells, each safe for a terminal already. Cells that do not fit are cut with "…"; the widest
/// columns give way first. `columns_max` SIZE_MAX: nothing is cut.
std::string render_table(const std::vector<std::string>& titles, const std::vector<bool>& right,
                         const std::vector<std::vector<std::string>>& rows, std::size_t columns_max);

/// One line of text for a terminal: controls and bidi overrides shown as \xHH and \u{…}, line breaks too.
std::string one_line(std::string_view text);
/// A time as tables show it: "2026-11-20T14:59:00.123456789+08:00" without the fraction. Other text as it is.
std::string short_time(std::string text);
/// JSON that is about to be shown on a terminal: what JSON lets through (C1 controls, bidi) is escaped as
/// \uHHHH.
std::string terminal_json(std::string_view json);

/// 12345678 as "12 345 678"; 1536 bytes as "1.5 KiB".
std::string grouped(std::string_view digits);
std::string human_bytes(double bytes);

}  // namespace vigil::cli
