#include "daemon/gzip_file.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace vigil {

namespace {
constexpr std::size_t kInputBytes = std::size_t{64} * 1024;
/// Window bits of the largest window, for a gzip head.
constexpr int kGzipWindow = 15 + 16;
}  // namespace

GzipFile::GzipFile(int fd) : fd_(fd), input_(kInputBytes) {
  if (::inflateInit2(&stream_, kGzipWindow) != Z_OK) state_ = State::damaged;
}

GzipFile::~GzipFile() { ::inflateEnd(&stream_); }

bool GzipFile::refill() {
  if (stream_.avail_in != 0) return true;
  ssize_t n = 0;
  do {
    n = ::pread(fd_, input_.data(), input_.size(), static_cast<off_t>(read_));
  } while (n < 0 && errno == EINTR);
  if (n <= 0) {
    state_ = n < 0 ? State::damaged : in_member_ ? State::cut : State::end;
    return false;
  }
  read_ += static_cast<std::uint64_t>(n);
  stream_.next_in = input_.data();
  stream_.avail_in = static_cast<uInt>(n);
  return true;
}

std::size_t GzipFile::read(std::span<char> into) {
  stream_.next_out = reinterpret_cast<Bytef*>(into.data());
  stream_.avail_out = static_cast<uInt>(into.size());
  while (state_ == State::more && stream_.avail_out != 0 && refill()) {
    // Zeros behind the last member are padding (tapes, and what a crash left).
    if (!in_member_ && read_ > stream_.avail_in) {
      while (stream_.avail_in != 0 && *stream_.next_in == 0) {
        ++stream_.next_in;
        --stream_.avail_in;
      }
      if (stream_.avail_in == 0) continue;
    }
    in_member_ = true;
    const int code = ::inflate(&stream_, Z_NO_FLUSH);
    if (code == Z_STREAM_END) {
      in_member_ = false;
      ::inflateReset(&stream_);
    } else if (code != Z_OK && code != Z_BUF_ERROR) {
      state_ = State::damaged;
    }
    const std::uint64_t given = given_ + (into.size() - stream_.avail_out);
    if (given > kRatioFromBytes && given / kRatioMax > read_) state_ = State::too_much;
  }
  const std::size_t n = into.size() - stream_.avail_out;
  given_ += n;
  return n;
}

}  // namespace vigil
