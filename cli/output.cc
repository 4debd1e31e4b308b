#include "cli/output.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "cli/language.h"
#include "parsers/render.h"

namespace vigil::cli {
namespace {

constexpr std::size_t kBufferBytes = std::size_t{64} * 1024;

/// All of `text`, or the error that stopped it.
int write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t wrote = ::write(descriptor, text.data(), text.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) return errno;
    text.remove_prefix(static_cast<std::size_t>(wrote));
  }
  return 0;
}

}  // namespace

std::optional<Format> format_from_name(std::string_view name) {
  if (name == "table") return Format::table;
  if (name == "ndjson") return Format::ndjson;
  if (name == "csv") return Format::csv;
  if (name == "raw") return Format::raw;
  return std::nullopt;
}

void hold_standard_descriptors() {
  for (int number = 0; number <= 2; ++number) {
    if (::fcntl(number, F_GETFD) != -1 || errno != EBADF) continue;
    // Reading only: writing to a closed output must fail, not vanish. open() takes the lowest free number.
    const int opened = ::open("/dev/null", O_RDONLY);
    if (opened >= 0 && opened != number) ::close(opened);
  }
}

Output::Output() : terminal_(::isatty(STDOUT_FILENO) == 1) {
  struct winsize size {};
  if (terminal_)
    columns_ = ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

Output::~Output() { flush(); }

bool Output::write(std::string_view text) {
  if (state_ != State::open) return false;
  buffer_ += text;
  return buffer_.size() < kBufferBytes || flush();
}

bool Output::flush() {
  if (state_ != State::open || buffer_.empty()) return state_ == State::open;
  error_ = write_all(STDOUT_FILENO, buffer_);
  buffer_.clear();
  if (error_ != 0) state_ = error_ == EPIPE ? State::reader_gone : State::broken;
  return state_ == State::open;
}

Exit Output::finish(Exit wanted) {
  flush();
  if (state_ != State::broken) return wanted;
  complain(std::string(say("output cannot be written: ", "無法寫出結果：")) +
           std::error_code(error_, std::generic_category()).message());
  return Exit::failed;
}

void advise(std::string_view text) {
  std::string safe;
  append_terminal_safe(text, safe);
  safe += '\n';
  // Nobody is left to be told where this fails.
  static_cast<void>(write_all(STDERR_FILENO, safe));
}

void complain(std::string_view text) { advise("vigil: " + std::string(text)); }

}  // namespace vigil::cli
