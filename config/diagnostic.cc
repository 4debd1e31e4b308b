#include <string>
#include <string_view>

#include "config/config.h"
#include "config/text_width.h"
#include "parsers/render.h"

namespace vigil {
namespace {

/// Shown of a long line, before and after the caret: what fits an ordinary terminal.
constexpr std::size_t kColumnsBefore = 60, kColumnsAfter = 60, kColumnsMax = 140;

/// Byte offset of the column (from 1, in code points) in the line.
std::size_t offset_of(std::string_view line, int column) {
  std::string_view rest = line;
  for (int i = 1; i < column && !rest.empty(); ++i) take_code_point(rest);
  return line.size() - rest.size();
}

/// The last bytes of `text` that fit into `columns`.
std::string_view tail_within(std::string_view text, std::size_t columns) {
  while (text_columns(text) > columns) take_code_point(text);
  return text;
}

std::string visible(std::string_view text) {
  std::string spaces(text);
  for (char& c : spaces) c = c == '\t' ? ' ' : c;  // A tab has no width of its own, and the caret needs one.
  std::string out;
  append_terminal_safe(spaces, out);
  return out;
}

}  // namespace

std::string Diagnostic::render() const {
  std::string out;
  append_terminal_safe(file, out);
  if (line > 0) out += ":" + std::to_string(line) + ":" + std::to_string(column);
  out += ": " + visible(message) + "\n";
  if (!source_line.empty()) {
    const std::size_t at = offset_of(source_line, column);
    const std::string_view whole = source_line;
    const std::string_view before = whole.substr(0, at), shown = tail_within(before, kColumnsBefore);
    const std::string left = (shown.size() < before.size() ? "…" : "") + visible(shown);
    const std::string_view after = whole.substr(at);
    const std::size_t right = bytes_within(after, kColumnsAfter);
    const std::string number = std::to_string(line);
    out += "  " + number + " | " + left + visible(after.substr(0, right)) +
           (right < after.size() ? "…" : "") + "\n";
    out += "  " + std::string(number.size(), ' ') + " | " + std::string(text_columns(left), ' ') + "^\n";
  }
  if (!hint.empty()) {
    std::string text = "  hint: " + visible(hint);
    // Too long for one line: the two languages stand one below the other.
    if (const std::size_t chinese = text.find("（"); chinese != std::string::npos && text_columns(text) > kColumnsMax) {
      text.insert(chinese, "\n        ");
    }
    out += text + "\n";
  }
  return out;
}

}  // namespace vigil
