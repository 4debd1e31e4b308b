#include "cli/connect.h"

#include <fcntl.h>
#include <netdb.h>
#include <sys/un.h>

#include <cstring>
#include <memory>
#include <system_error>

#include "cli/language.h"

namespace vigil::cli {
namespace {

constexpr std::chrono::milliseconds kConnectMax{10'000};

ClientError unreachable(std::string what) { return {ClientError::Kind::unreachable, std::move(what)}; }

std::string errno_text(int error) { return std::error_code(error, std::generic_category()).message(); }

/// connect() with a deadline; 0 or the error.
int connect_within(int descriptor, const sockaddr* address, socklen_t size) {
  if (::connect(descriptor, address, size) == 0) return 0;
  if (errno != EINPROGRESS) return errno;
  pollfd poller{descriptor, POLLOUT, 0};
  const int ready = ::poll(&poller, 1, static_cast<int>(kConnectMax.count()));
  if (ready < 0) return errno;
  if (ready == 0) return ETIMEDOUT;
  int error = 0;
  socklen_t length = sizeof error;
  return ::getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &length) == 0 ? error : errno;
}

std::string local_problem(const std::filesystem::path& file, int error) {
  std::string what = std::string(say("cannot reach vigild at ", "無法連到 vigild：")) + file.string() + ": " +
                     errno_text(error);
  if (error == ENOENT || error == ECONNREFUSED) {
    what += say("; is it running? --data names its data directory",
                "；vigild 是否執行中？以 --data 指定其資料目錄");
  } else if (error == EACCES || error == EPERM) {
    what += say("; only the owner of the data directory and root are let in",
                "；只有資料目錄的擁有者與 root 可以連線");
  }
  return what;
}

Result<SocketStream, ClientError> connect_local(const std::filesystem::path& file) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::string path = file.string();
  int directory = -1;
  if (path.size() >= sizeof address.sun_path) {
    // A socket's path may have 107 bytes; a longer one is reached through its directory's descriptor.
    directory = ::open(file.parent_path().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (directory < 0) return unreachable(local_problem(file, errno));
    path = "/proc/self/fd/" + std::to_string(directory) + "/" + file.filename().string();
  }
  std::memcpy(address.sun_path, path.data(), std::min(path.size(), sizeof address.sun_path - 1));
  const int descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  SocketStream stream(descriptor);
  const int error = descriptor < 0 ? errno
                                   : connect_within(descriptor, reinterpret_cast<const sockaddr*>(&address),
                                                    sizeof address);
  if (directory >= 0) ::close(directory);
  if (error != 0) return unreachable(local_problem(file, error));
  return stream;
}

Result<SocketStream, ClientError> connect_remote(const Target& target) {
  const std::string where = target.host + ":" + target.port;
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int answer = ::getaddrinfo(target.host.c_str(), target.port.c_str(), &hints, &found);
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> keep(found, [](addrinfo* list) {
    if (list != nullptr) ::freeaddrinfo(list);
  });
  if (answer != 0) {
    return unreachable(std::string(say("cannot find ", "找不到 ")) + where + ": " + ::gai_strerror(answer));
  }
  int error = ECONNREFUSED;
  for (const addrinfo* each = found; each != nullptr; each = each->ai_next) {
    const int descriptor = ::socket(each->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    SocketStream stream(descriptor);
    error = descriptor < 0 ? errno : connect_within(descriptor, each->ai_addr, each->ai_addrlen);
    if (error == 0) return stream;
  }
  return unreachable(std::string(say("cannot reach vigild at ", "無法連到 vigild：")) + where + ": " +
                     errno_text(error));
}

}  // namespace

Result<SocketStream, ClientError> connect_to(const Target& target) {
  return target.host.empty() ? connect_local(target.socket) : connect_remote(target);
}

}  // namespace vigil::cli
