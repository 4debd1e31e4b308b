#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "parsers/result.h"

namespace vigil {

/// Says which lines of a file begin a record of several lines (a Java trace, a slow query): those a regular expression
/// finds something in, read as UTF-8. Thread-safe once compiled.
class RecordStart {
 public:
  /// Only the front of a line is looked at: where a record begins is seen there, and matching stays cheap.
  static constexpr std::size_t kFrontBytes = 1024;
  /// Longest pattern, in bytes.
  static constexpr std::size_t kPatternBytesMax = 1024;

  /// Why the pattern is none, in the words of RE2 ("missing closing )").
  static Result<RecordStart, std::string> compile(std::string_view pattern);

  bool begins(std::string_view line) const;

 private:
  struct Pattern;
  explicit RecordStart(std::shared_ptr<const Pattern> pattern) : pattern_(std::move(pattern)) {}
  std::shared_ptr<const Pattern> pattern_;
};

}  // namespace vigil
