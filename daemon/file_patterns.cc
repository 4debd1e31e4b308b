#include "daemon/file_patterns.h"

#include <fnmatch.h>
#include <glob.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>

namespace vigil {

namespace {
constexpr std::string_view kWildcards = "*?[{~\\";
}  // namespace

std::string directory_of(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string_view::npos) return ".";
  return std::string(path.substr(0, slash == 0 ? 1 : slash));
}

std::string_view name_of(std::string_view path) { return path.substr(path.rfind('/') + 1); }

FilePatterns::Matches FilePatterns::matches(std::size_t most) const {
  // glob() gives its callback nothing of ours.
  static thread_local std::vector<std::string> closed;
  closed.clear();
  Matches out;
  for (const std::string& pattern : patterns_) {
    if (pattern.find_first_of(kWildcards) == std::string::npos) {
      out.paths.push_back(pattern);
      continue;
    }
    glob_t found{};
    const auto refused = [](const char* path, int error) {
      if (error == EACCES) closed.emplace_back(path);
      return 0;  // it hides only what is in it
    };
    if (::glob(pattern.c_str(), GLOB_BRACE | GLOB_TILDE, refused, &found) == 0) {
      for (std::size_t i = 0; i < found.gl_pathc && !out.over; ++i) {
        out.over = out.paths.size() >= most;
        if (!out.over) out.paths.emplace_back(found.gl_pathv[i]);
      }
    }
    ::globfree(&found);
  }
  out.closed = closed;
  return out;
}

bool FilePatterns::named(const std::string& path) const {
  return std::any_of(patterns_.begin(), patterns_.end(), [&path](const std::string& pattern) {
    return ::fnmatch(pattern.c_str(), path.c_str(), FNM_PATHNAME | FNM_PERIOD) == 0;
  });
}

std::vector<std::string> FilePatterns::roots() const {
  std::vector<std::string> out;
  for (const std::string& pattern : patterns_) {
    std::string directory = directory_of(pattern.substr(0, pattern.find_first_of(kWildcards)) + "x");
    struct stat st {};
    while (directory.size() > 1 && ::stat(directory.c_str(), &st) != 0) directory = directory_of(directory);
    out.push_back(std::move(directory));
  }
  return out;
}

}  // namespace vigil
