// Sends a file's lines to a loopback port as fast as the kernel takes them, or at a rate. It costs little
// itself, so that the figure is the receiver's.
//
//   blast tcp PORT FILE [REPEAT]          one connection; returns when the receiver has closed it
//   blast tls PORT FILE [REPEAT]          the same over TLS; whoever answers is trusted
//   blast udp PORT FILE REPEAT RATE       a datagram a line, RATE a second (0: at once)

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <thread>

namespace {

constexpr std::size_t kWriteBytes = 256 * 1024;
constexpr std::size_t kDatagramsPerCall = 64;

[[noreturn]] void fail(const char* what) {
  std::perror(what);
  std::exit(EXIT_FAILURE);
}

std::string_view map_file(const char* path) {
  const int fd = ::open(path, O_RDONLY | O_CLOEXEC);
  struct stat info {};
  if (fd < 0 || ::fstat(fd, &info) != 0) fail(path);
  const auto size = static_cast<std::size_t>(info.st_size);
  void* const memory = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);
  if (memory == MAP_FAILED) fail(path);
  return {static_cast<const char*>(memory), size};
}

int connect_to(int type, int port) {
  const int fd = ::socket(AF_INET, type | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (fd < 0 || ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    fail("connect");
  return fd;
}

void send_stream(int port, std::string_view text, int repeat) {
  const int fd = connect_to(SOCK_STREAM, port);
  for (int round = 0; round < repeat; ++round) {
    for (std::string_view rest = text; !rest.empty();) {
      const ssize_t n = ::send(fd, rest.data(), std::min(rest.size(), kWriteBytes), MSG_NOSIGNAL);
      if (n < 0) fail("send");
      rest.remove_prefix(static_cast<std::size_t>(n));
    }
  }
  ::shutdown(fd, SHUT_WR);
  std::array<char, 64> answer{};
  while (::read(fd, answer.data(), answer.size()) > 0) {
  }
}

void send_tls(int port, std::string_view text, int repeat) {
  SSL_CTX* const context = SSL_CTX_new(TLS_client_method());
  SSL* const session = SSL_new(context);
  SSL_set_fd(session, connect_to(SOCK_STREAM, port));
  if (SSL_connect(session) != 1) {
    std::fputs("no TLS session\n", stderr);
    std::exit(EXIT_FAILURE);
  }
  for (int round = 0; round < repeat; ++round) {
    for (std::string_view rest = text; !rest.empty();) {
      const int n = SSL_write(session, rest.data(), static_cast<int>(std::min(rest.size(), kWriteBytes)));
      if (n <= 0) fail("SSL_write");
      rest.remove_prefix(static_cast<std::size_t>(n));
    }
  }
  SSL_shutdown(session);
  std::array<char, 64> answer{};
  while (SSL_read(session, answer.data(), answer.size()) > 0) {
  }
  SSL_free(session);
  SSL_CTX_free(context);
}

std::uint64_t send_datagrams(int port, std::string_view text, int repeat, double rate) {
  const int fd = connect_to(SOCK_DGRAM, port);
  const auto begin = std::chrono::steady_clock::now();
  std::uint64_t sent = 0;
  for (int round = 0; round < repeat; ++round) {
    for (std::string_view rest = text; !rest.empty();) {
      std::array<mmsghdr, kDatagramsPerCall> messages{};
      std::array<iovec, kDatagramsPerCall> pieces{};
      unsigned count = 0;
      while (count < kDatagramsPerCall && !rest.empty()) {
        const auto end = std::min(rest.find('\n'), rest.size());
        pieces[count] = {const_cast<char*>(rest.data()), end};
        messages[count].msg_hdr.msg_iov = &pieces[count];
        messages[count].msg_hdr.msg_iovlen = 1;
        rest.remove_prefix(std::min(end + 1, rest.size()));
        ++count;
      }
      for (unsigned done = 0; done < count;) {
        const int n = ::sendmmsg(fd, messages.data() + done, count - done, 0);
        if (n < 0) fail("sendmmsg");
        done += static_cast<unsigned>(n);
      }
      sent += count;
      if (rate > 0) {
        const auto due = std::chrono::duration<double>(static_cast<double>(sent) / rate);
        std::this_thread::sleep_until(begin +
                                      std::chrono::duration_cast<std::chrono::steady_clock::duration>(due));
      }
    }
  }
  return sent;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view kind = argc > 3 ? argv[1] : "";
  const int repeat = argc > 4 ? std::atoi(argv[4]) : 1;
  if (kind == "tcp") {
    send_stream(std::atoi(argv[2]), map_file(argv[3]), repeat);
    return EXIT_SUCCESS;
  }
  if (kind == "tls") {
    send_tls(std::atoi(argv[2]), map_file(argv[3]), repeat);
    return EXIT_SUCCESS;
  }
  if (kind == "udp" && argc > 5) {
    const auto sent = send_datagrams(std::atoi(argv[2]), map_file(argv[3]), repeat, std::atof(argv[5]));
    std::printf("%llu\n", static_cast<unsigned long long>(sent));
    return EXIT_SUCCESS;
  }
  std::fputs("blast tcp|tls PORT FILE [REPEAT] | blast udp PORT FILE REPEAT RATE\n", stderr);
  return 2;
}
