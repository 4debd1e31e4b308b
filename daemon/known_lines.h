#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

namespace vigil {

/// Lines of one file that the archive has behind the file's bookmark, because a kill came between their commit and the
/// bookmark's. They are compared with what is read there again, so that nothing is stored twice.
///
/// Where the daemon did not wait longer for a line's end, or for more lines of a record, the archive has the front of what
/// is now one: the rest is new.
class KnownLines {
 public:
  enum class End : std::uint8_t { seen, not_seen };
  void add(std::string_view line, End end) { lines_.push_back({std::string(line), end}); }
  bool empty() const { return lines_.empty(); }
  /// Everything has been compared: what comes from now on is new, even if it says the same.
  void clear() { lines_.clear(); }

  /// What of `line` the archive does not have: all of it, a rest, or nothing.
  std::string_view unknown_part(std::string_view line);

 private:
  struct Line {
    std::string text;
    End end;
  };
  static bool begins(std::string_view line, const Line& known);
  std::deque<Line> lines_;
};

}  // namespace vigil
