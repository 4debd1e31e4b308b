#include "daemon/gzip_file.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace vigil {

namespace {
constexpr std::size_t kInputBytes = std::size_t{64} * 1024;
}  // namespace

GzipFile::GzipFile(int fd) : fd_(fd) {}

/// More of the file, if all of what was read is used up. False at the end.
bool GzipFile::refill() {
  if (!rest_.empty()) return true;
  input_.resize(kInputBytes);
  ssize_t n = 0;
  do {
    n = ::pread(fd_, input_.data(), input_.size(), static_cast<off_t>(read_));
  } while (n < 0 && errno == EINTR);
  if (n <= 0) {
    state_ = n < 0 ? State::damaged : member_ ? State::cut : State::end;
    return false;
  }
  read_ += static_cast<std::uint64_t>(n);
  rest_ = std::string_view(input_).substr(0, static_cast<std::size_t>(n));
  return true;
}

std::size_t GzipFile::read(std::span<char> into) {
  std::size_t written = 0;
  while (state_ == State::more && written < into.size() && refill()) {
    if (!member_) {
      // Zeros behind the last member are padding (tapes, and what a crash left).
      rest_.remove_prefix(std::min(rest_.find_first_not_of('\0'), rest_.size()));
      if (rest_.empty()) continue;
      member_.emplace(ZlibStream::Wrapping::gzip);
    }
    const ZlibStream::Step step = member_->unpack(rest_, into.subspan(written));
    rest_.remove_prefix(step.read);
    written += step.written;
    if (step.state == ZlibStream::State::done) member_.reset();
    if (step.state == ZlibStream::State::broken) state_ = State::damaged;
    const std::uint64_t given = given_ + written;
    if (given > kRatioFromBytes && given / kRatioMax > read_) state_ = State::too_much;
  }
  given_ += written;
  return written;
}

}  // namespace vigil
