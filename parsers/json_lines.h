#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace vigil {

/// One event of an HTTP body.
struct JsonLine {
  std::string_view text;    ///< exactly as sent, without the line's end
  std::size_t number = 0;   ///< from 1: the line, or the element of an array
  bool is_object = false;   ///< a whole JSON object and nothing else
};

/// Cuts a body into events: lines of JSON, or (first byte `[`) the elements of one JSON array, or one object over several
/// lines. Blank lines and a leading BOM are passed over. Nothing of the body is lost: what is no object is given with
/// `is_object` false. Views point into `body`. Linear.
std::vector<JsonLine> split_json_lines(std::string_view body);

}  // namespace vigil
