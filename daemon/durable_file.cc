#include "daemon/durable_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace vigil {

namespace {

std::string failure(const char* what, const std::filesystem::path& path) {
  return std::string(what) + " " + path.string() + ": " + std::strerror(errno);
}

bool write_all(int fd, std::string_view data) {
  while (!data.empty()) {
    const ssize_t n = ::write(fd, data.data(), data.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    data.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

bool sync_directory(const std::filesystem::path& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return false;
  const bool ok = ::fsync(fd) == 0;
  ::close(fd);
  return ok;
}

}  // namespace

Result<void, std::string> write_folder(const std::filesystem::path& folder,
                                       const std::vector<std::pair<std::string, std::string>>& files) {
  std::error_code ignored;
  if (std::filesystem::exists(folder, ignored)) return {};
  const std::filesystem::path parent = folder.parent_path();
  std::filesystem::create_directories(parent, ignored);
  std::filesystem::path part = folder;
  part += ".part";
  std::filesystem::remove_all(part, ignored);
  if (::mkdir(part.c_str(), 0700) != 0) return failure("cannot make", part);
  for (const auto& [name, content] : files) {
    const std::filesystem::path file = part / name;
    const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) return failure("cannot make", file);
    const bool ok = write_all(fd, content) && ::fsync(fd) == 0;
    if (::close(fd) != 0 || !ok) return failure("cannot write", file);
  }
  if (!sync_directory(part)) return failure("cannot sync", part);
  if (::rename(part.c_str(), folder.c_str()) != 0) return failure("cannot rename to", folder);
  if (!sync_directory(parent)) return failure("cannot sync", parent);
  return {};
}

}  // namespace vigil
