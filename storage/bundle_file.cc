#include "storage/bundle_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace vigil::bundle {
namespace {
constexpr std::size_t kBufferBytes = 256 * 1024;
}

StoreError file_error(std::string_view what, const std::filesystem::path& path, int code) {
  StoreErrc kind = StoreErrc::io;
  if (code == ENOSPC || code == EDQUOT) kind = StoreErrc::disk_full;
  if (code == EACCES || code == EPERM || code == EROFS || code == ENOTDIR) kind = StoreErrc::no_access;
  if (code == ENOENT) kind = StoreErrc::not_found;
  if (code == EEXIST || code == ENOTEMPTY) kind = StoreErrc::bad_argument;
  return {kind, std::string(what) + " " + path.string() + ": " + std::generic_category().message(code)};
}

Result<OutFile, StoreError> OutFile::create(const std::filesystem::path& path, unsigned mode) {
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
  if (descriptor < 0) return file_error("cannot create", path, errno);
  return OutFile(descriptor, path);
}

OutFile::OutFile(OutFile&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      path_(std::move(other.path_)),
      buffer_(std::move(other.buffer_)),
      size_(other.size_),
      hash_(std::move(other.hash_)) {}

OutFile::~OutFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Result<void, StoreError> OutFile::write(std::string_view bytes) {
  size_ += bytes.size();
  hash_.add(bytes);
  buffer_.append(bytes);
  return buffer_.size() < kBufferBytes ? Result<void, StoreError>() : flush();
}

Result<void, StoreError> OutFile::flush() {
  std::string_view rest = buffer_;
  while (!rest.empty()) {
    const ssize_t written = ::write(descriptor_, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return file_error("cannot write", path_, errno);
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
  buffer_.clear();
  return {};
}

Result<std::string, StoreError> OutFile::finish() {
  if (auto flushed = flush(); !flushed) return flushed.error();
  if (::fsync(descriptor_) != 0) return file_error("cannot sync", path_, errno);
  if (::close(std::exchange(descriptor_, -1)) != 0) return file_error("cannot close", path_, errno);
  return hash_.finish_hex();
}

Result<void, StoreError> sync_directory(const std::filesystem::path& directory) {
  const int descriptor = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return file_error("cannot open", directory, errno);
  const int failed = ::fsync(descriptor) == 0 ? 0 : errno;
  ::close(descriptor);
  if (failed != 0) return file_error("cannot sync", directory, failed);
  return {};
}

}  // namespace vigil::bundle
