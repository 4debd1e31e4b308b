#include "daemon/socket.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/ip/address.hpp>
#include <cerrno>
#include <charconv>
#include <cstring>

namespace vigil {

namespace {

int bind_socket(const Endpoint& endpoint, int type, bool share, std::string& error) {
  const int family = endpoint.address.is_v6() ? AF_INET6 : AF_INET;
  const auto fail = [&error, &endpoint](int fd, const char* step) {
    const int code = errno;
    error = std::string(step) + " " + endpoint_text(endpoint) + ": " + std::strerror(code);
    if (code == EADDRINUSE) error += " - another program listens there; stop it or choose another port";
    if (code == EACCES)
      error += " - ports below 1024 need CAP_NET_BIND_SERVICE; use 5514, or the packaged unit";
    if (code == EADDRNOTAVAIL) error += " - no interface of this machine has that address";
    if (fd >= 0) ::close(fd);
    return -1;
  };
  const int fd = ::socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return fail(fd, "cannot open a socket for");
  const int on = 1;
  const int off = 0;
  if (share) ::setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
  if (type == SOCK_STREAM) ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (family == AF_INET6) ::setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);

  sockaddr_storage storage{};
  socklen_t length = 0;
  if (family == AF_INET6) {
    auto* v6 = reinterpret_cast<sockaddr_in6*>(&storage);
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(endpoint.port);
    const auto bytes = endpoint.address.to_v6().to_bytes();
    std::memcpy(&v6->sin6_addr, bytes.data(), bytes.size());
    v6->sin6_scope_id = static_cast<std::uint32_t>(endpoint.address.to_v6().scope_id());
    length = sizeof *v6;
  } else {
    auto* v4 = reinterpret_cast<sockaddr_in*>(&storage);
    v4->sin_family = AF_INET;
    v4->sin_port = htons(endpoint.port);
    const auto bytes = endpoint.address.to_v4().to_bytes();
    std::memcpy(&v4->sin_addr, bytes.data(), bytes.size());
    length = sizeof *v4;
  }
  if (::bind(fd, reinterpret_cast<const sockaddr*>(&storage), length) != 0)
    return fail(fd, "cannot listen on");
  return fd;
}

}  // namespace

Result<Endpoint, std::string> parse_endpoint(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return "\"" + std::string(text) + "\" has no port: write ADDRESS:PORT";
  std::string_view host = text.substr(0, colon);
  const std::string_view port_text = text.substr(colon + 1);
  unsigned port = 0;
  const auto [end, wrong] = std::from_chars(port_text.data(), port_text.data() + port_text.size(), port);
  if (wrong != std::errc() || end != port_text.data() + port_text.size() || port > 65535) {
    return "\"" + std::string(port_text) + "\" is no port: 0 to 65535";
  }
  if (host.size() >= 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  boost::system::error_code error;
  const auto address = boost::asio::ip::make_address(std::string(host), error);
  if (error) return "\"" + std::string(host) + "\" is no IPv4 or IPv6 address (write IPv6 as [::1]:514)";
  return Endpoint{address, static_cast<std::uint16_t>(port)};
}

std::string endpoint_text(const Endpoint& endpoint) {
  const std::string host = endpoint.address.to_string();
  return (endpoint.address.is_v6() ? "[" + host + "]" : host) + ":" + std::to_string(endpoint.port);
}

int open_bound_socket(const Endpoint& endpoint, int type, PortSharing sharing, std::string& error) {
  if (sharing == PortSharing::probe_first && endpoint.port != 0) {
    const int probe = bind_socket(endpoint, type, false, error);
    if (probe < 0) return -1;
    ::close(probe);
  }
  return bind_socket(endpoint, type, true, error);
}

bool bound_family_is_v6(int fd) {
  sockaddr_storage storage{};
  socklen_t length = sizeof storage;
  return ::getsockname(fd, reinterpret_cast<sockaddr*>(&storage), &length) == 0 &&
         storage.ss_family == AF_INET6;
}

std::uint16_t bound_port(int fd) {
  sockaddr_storage storage{};
  socklen_t length = sizeof storage;
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&storage), &length) != 0) return 0;
  if (storage.ss_family == AF_INET6) return ntohs(reinterpret_cast<const sockaddr_in6*>(&storage)->sin6_port);
  return ntohs(reinterpret_cast<const sockaddr_in*>(&storage)->sin_port);
}

}  // namespace vigil
