#include "cli/line_reader.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "cli/language.h"
#include "cli/output.h"

namespace vigil::cli {
namespace {

constexpr std::size_t kReadBytes = std::size_t{256} * 1024;

}  // namespace

LineReader::~LineReader() {
  if (descriptor_ > 2) ::close(descriptor_);
}

bool LineReader::open(const std::string& file) {
  name_ = file;
  descriptor_ = file == "-" ? STDIN_FILENO : ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor_ >= 0) return true;
  complain(file + ": " + std::error_code(errno, std::generic_category()).message());
  return false;
}

bool LineReader::fill() {
  buffer_.erase(0, start_);
  start_ = 0;
  const std::size_t before = buffer_.size();
  buffer_.resize(before + kReadBytes);
  for (;;) {
    const ssize_t got = ::read(descriptor_, buffer_.data() + before, kReadBytes);
    if (got < 0 && errno == EINTR) continue;
    buffer_.resize(before + (got > 0 ? static_cast<std::size_t>(got) : 0));
    if (got > 0) return true;
    end_ = true;
    if (got < 0) {
      failed_ = true;
      complain(name_ + ": " + std::error_code(errno, std::generic_category()).message());
    }
    return false;
  }
}

std::optional<std::string_view> LineReader::next() {
  std::size_t searched = start_;
  for (;;) {
    const std::size_t end = buffer_.find('\n', searched);
    if (end != std::string::npos) {
      const std::string_view line = std::string_view(buffer_).substr(start_, end - start_);
      start_ = end + 1;
      ++number_;
      return line;
    }
    searched = buffer_.size() - start_;  // fill() moves the rest to the front.
    if (!end_ && fill()) continue;
    if (failed_ || start_ == buffer_.size()) return std::nullopt;
    const std::string_view line = std::string_view(buffer_).substr(start_);
    start_ = buffer_.size();
    ++number_;
    return line;
  }
}

}  // namespace vigil::cli
