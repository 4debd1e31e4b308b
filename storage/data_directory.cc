#include "storage/data_directory.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <fstream>
#include <iterator>
#include <string>
#include <system_error>

namespace vigil {

namespace {

constexpr std::string_view kFormatWords = "vigil archive ";
constexpr unsigned kFormat = 1;

StoreErrc code_of(int reason) {
  switch (reason) {
    case ENOSPC:
    case EDQUOT: return StoreErrc::disk_full;
    case EACCES:
    case EPERM:
    case EROFS:
    case ENOENT:
    case ENOTDIR: return StoreErrc::no_access;
    default: return StoreErrc::io;
  }
}
StoreError failed(const std::string& what, const std::filesystem::path& path, int reason) {
  return {code_of(reason), "無法使用資料目錄 (cannot use the data directory): " + what + " " + path.string() + ": " +
                               std::generic_category().message(reason)};
}

}  // namespace

Result<void, StoreError> sync_directory(const std::filesystem::path& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (file < 0) return failed("opening", path, errno);
  const int done = ::fsync(file);
  const int reason = errno;
  ::close(file);
  if (done != 0) return failed("syncing", path, reason);
  return {};
}

Result<std::unique_ptr<DataDirectory>, StoreError> DataDirectory::open(const std::filesystem::path& path,
                                                                       bool read_only) {
  std::unique_ptr<DataDirectory> directory(new DataDirectory(path));
  if (auto made = directory->make_and_check(read_only); !made) return made.error();
  if (!read_only) {
    if (auto locked = directory->lock(); !locked) return locked.error();
  }
  if (auto known = directory->read_format(); !known) return known.error();
  return directory;
}

DataDirectory::~DataDirectory() {
  if (lock_ >= 0) ::close(lock_);
}

Result<void, StoreError> DataDirectory::make_and_check(bool read_only) {
  std::error_code error;
  const auto status = std::filesystem::status(path_, error);
  if (!std::filesystem::exists(status)) {
    if (read_only) return failed("opening", path_, ENOENT);
    // One level only: a missing parent is a mistyped path or a disk that is not mounted.
    if (!std::filesystem::create_directory(path_, error) && error) return failed("making", path_, error.value());
    std::filesystem::permissions(path_, std::filesystem::perms(0750), error);
    const auto parent = std::filesystem::absolute(path_, error).parent_path();
    if (auto synced = sync_directory(parent); !synced) return synced.error();
    return {};
  }
  if (!std::filesystem::is_directory(status)) return failed("opening", path_, ENOTDIR);
  if (::access(path_.c_str(), read_only ? R_OK | X_OK : R_OK | W_OK | X_OK) != 0) {
    return failed("writing into", path_, errno);
  }
  return {};
}

Result<void, StoreError> DataDirectory::lock() {
  const auto file = path_ / "LOCK";
  lock_ = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640);
  if (lock_ < 0) return failed("opening", file, errno);
  if (::flock(lock_, LOCK_EX | LOCK_NB) == 0) return {};
  if (errno != EWOULDBLOCK) return failed("locking", file, errno);
  return StoreError{StoreErrc::locked,
                    "資料目錄正由另一個 vigild 使用，請先停止它或改用別的目錄 (another vigild uses this data directory; "
                    "stop it first or choose another one): " +
                        path_.string()};
}

Result<void, StoreError> DataDirectory::read_format() {
  std::error_code error;
  const bool database = std::filesystem::exists(database_current(), error);
  std::ifstream in(path_ / "FORMAT");
  if (!in) {
    // Killed between making the database and writing FORMAT: the database says itself what it is.
    fresh_ = !database;
    return {};
  }
  const std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  unsigned version = 0;
  const char* const digits = text.data() + kFormatWords.size();
  if (!text.starts_with(kFormatWords) ||
      std::from_chars(digits, text.data() + text.size(), version).ec != std::errc()) {
    return StoreError{StoreErrc::corrupt, "檔案 FORMAT 無法辨識 (the file FORMAT is not ours): " + path_.string()};
  }
  if (version > kFormat) {
    return StoreError{StoreErrc::newer_format,
                      "資料由較新的版本寫入，請更新程式；資料未更動 (written by a newer version of Vigil: update the "
                      "program; nothing was touched): " +
                          path_.string() + " has format " + std::to_string(version) + ", this program knows " +
                          std::to_string(kFormat)};
  }
  if (!database) {
    return StoreError{StoreErrc::corrupt,
                      "資料庫不見了，為免覆蓋而不重建 (the database is gone; it is not made anew over what may be left of "
                      "it): no " +
                          database_current().string()};
  }
  return {};
}

Result<void, StoreError> DataDirectory::write_format() {
  const auto file = path_ / "FORMAT";
  const int out = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
  if (out < 0) return failed("writing", file, errno);
  const std::string text = std::string(kFormatWords) + std::to_string(kFormat) + "\n";
  const bool written = ::write(out, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && ::fsync(out) == 0;
  const int reason = errno;
  ::close(out);
  if (!written) return failed("writing", file, reason);
  return sync_directory(path_);
}

}  // namespace vigil
