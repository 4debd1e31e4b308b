#include "daemon/known_lines.h"

#include <algorithm>

namespace vigil {

bool KnownLines::begins(std::string_view line, const Line& known) {
  if (!line.starts_with(known.text)) return false;
  const std::string_view rest = line.substr(known.text.size());
  return rest.empty() || known.end == End::not_seen || rest.starts_with('\n') || rest.starts_with("\r\n");
}

std::string_view KnownLines::unknown_part(std::string_view line) {
  if (lines_.empty()) return line;
  // The first lines of what is known may be of a file that is gone.
  const auto first =
      std::find_if(lines_.begin(), lines_.end(), [line](const Line& known) { return begins(line, known); });
  if (first == lines_.end()) {
    // Out of step, or past the end: from here on everything is new. Rather twice than not at all.
    lines_.clear();
    return line;
  }
  lines_.erase(lines_.begin(), first);
  while (!lines_.empty() && begins(line, lines_.front())) {
    line.remove_prefix(lines_.front().text.size());
    lines_.pop_front();
    const std::size_t next = line.find_first_not_of("\r\n");
    if (next == std::string_view::npos) return {};
    line.remove_prefix(next);
  }
  return line;
}

}  // namespace vigil
