#pragma once

#include <boost/asio/ip/udp.hpp>
#include <cstdint>
#include <string>
#include <string_view>

#include "parsers/result.h"

namespace vigil {

struct Endpoint {
  boost::asio::ip::address address;
  std::uint16_t port = 0;
};

/// Reads "127.0.0.1:5514", "[::1]:5514" or "[::]:5514". Names are not looked up: a listener must come up
/// without DNS.
Result<Endpoint, std::string> parse_endpoint(std::string_view text);
std::string endpoint_text(const Endpoint& endpoint);

/// Whether the port may already be ours: SO_REUSEPORT lets our own threads share one, but it would also let a
/// second daemon of the same user in unseen, so the first socket of a listener is preceded by a probe without
/// it.
enum class PortSharing : std::uint8_t { probe_first, shared };

/// A socket in a form the I/O threads share: SO_REUSEPORT, close-on-exec, non-blocking, IPv4-mapped on an
/// IPv6 any address. -1 and a sentence with the remedy in `error` on failure. `type` is SOCK_STREAM or
/// SOCK_DGRAM.
int open_bound_socket(const Endpoint& endpoint, int type, PortSharing sharing, std::string& error);

/// Whether a bound socket is of the IPv6 family.
bool bound_family_is_v6(int fd);

/// Port the kernel gave a socket bound to port 0.
std::uint16_t bound_port(int fd);

}  // namespace vigil
