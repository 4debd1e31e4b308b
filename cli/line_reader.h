#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace vigil::cli {

/// Lines of a file or of standard input ("-"), ended by LF alone, whatever bytes they hold. The last line
/// needs no LF. Memory is that of the longest line.
class LineReader {
 public:
  LineReader() = default;
  ~LineReader();
  LineReader(const LineReader&) = delete;
  LineReader& operator=(const LineReader&) = delete;

  /// False where it cannot be opened, which is told.
  bool open(const std::string& file);
  /// The next line without its LF, valid until the next call; nothing at the end or after a failure.
  std::optional<std::string_view> next();
  std::size_t number() const { return number_; }  ///< of the line last given, from 1
  bool failed() const { return failed_; }         ///< reading failed, which is told
  /// True if the next call may have to wait for more input.
  bool waiting() const { return buffer_.find('\n', start_) == std::string::npos; }

 private:
  bool fill();

  std::string name_;
  int descriptor_ = -1;
  std::string buffer_;
  std::size_t start_ = 0;  ///< where the next line begins
  std::size_t number_ = 0;
  bool end_ = false, failed_ = false;
};

}  // namespace vigil::cli
