#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace vigil {

/// The paths that patterns name, as a shell would: `*`, `?`, `[…]`, `{a,b}` and `~`; a name that begins with a dot only
/// where the pattern has the dot.
class FilePatterns {
 public:
  explicit FilePatterns(std::vector<std::string> patterns) : patterns_(std::move(patterns)) {}

  struct Matches {
    std::vector<std::string> paths;   ///< a pattern without wildcards is itself, there or not
    std::vector<std::string> closed;  ///< directories that may not be looked into
    bool over = false;                ///< there are more than `most` paths
  };
  /// What is there now, pattern by pattern in order of the names.
  Matches matches(std::size_t most) const;
  /// True if the patterns may have named the path (braces and `~` aside).
  bool named(const std::string& path) const;
  /// The deepest directories above each pattern's first wildcard that are there: where new ones appear.
  std::vector<std::string> roots() const;
  const std::vector<std::string>& texts() const { return patterns_; }

 private:
  std::vector<std::string> patterns_;
};

/// "/var/log" of "/var/log/auth.log", "." of "auth.log".
std::string directory_of(std::string_view path);
std::string_view name_of(std::string_view path);

}  // namespace vigil
