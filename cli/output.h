#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace vigil::cli {

/// Exit codes.
enum class Exit : int {
  done = 0,         ///< an empty list too
  no = 1,           ///< the answer is "no": verification failed, a rule was refused
  usage = 2,        ///< used wrongly
  unreachable = 3,  ///< the server could not be reached or refused
  failed = 4        ///< anything else
};

enum class Format : std::uint8_t { table, ndjson, csv, raw };
std::optional<Format> format_from_name(std::string_view name);

/// Opens what is closed of descriptors 0 to 2, so that no socket takes their numbers (BI-113). Output stays
/// impossible on them, and says so when it is tried.
void hold_standard_descriptors();

/// Standard output: buffered, and aware that it may be closed, full, or a pipe whose reader has had enough.
class Output {
 public:
  Output();
  ~Output();
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  bool terminal() const { return terminal_; }
  std::size_t columns() const { return columns_; }  ///< of the terminal; huge where there is none

  /// False once nothing more can be written: the caller stops.
  bool write(std::string_view text);
  bool line(std::string_view text) { return write(text) && write("\n"); }
  bool flush();

  bool open() const { return state_ == State::open; }
  /// What the program ends with when `wanted` was its own opinion: a reader that went away is no failure, a
  /// full disk or a closed output is.
  Exit finish(Exit wanted);

 private:
  enum class State : std::uint8_t { open, reader_gone, broken };
  std::string buffer_;
  State state_ = State::open;
  int error_ = 0;
  bool terminal_ = false;
  std::size_t columns_ = SIZE_MAX;
};

/// A line on standard error, safe for a terminal, after "vigil: ".
void complain(std::string_view text);
/// The same without the prefix, for what follows a complaint.
void advise(std::string_view text);

}  // namespace vigil::cli
