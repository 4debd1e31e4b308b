#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace vigil::config {

/// An IPv4 or IPv6 address; an IPv4-mapped IPv6 one is the IPv4 one.
struct IpAddress {
  std::array<std::uint8_t, 16> bytes{};  ///< IPv4: the first four
  bool v6 = false;
  unsigned bits() const { return v6 ? 128 : 32; }
  bool operator==(const IpAddress&) const = default;
};
std::optional<IpAddress> read_ip(std::string_view text);

/// `address/prefix`; an address alone is the network of itself.
struct Network {
  IpAddress address;
  unsigned prefix = 0;
  bool operator==(const Network&) const = default;
};
std::optional<Network> read_network(std::string_view text);

/// The address with all but its first `prefix` bits zero.
IpAddress masked(const IpAddress& address, unsigned prefix);
std::string show_ip(const IpAddress& address);

/// "0.0.0.0:5514", "[::]:5514".
struct Endpoint {
  IpAddress address;
  std::uint16_t port = 0;
  bool operator==(const Endpoint&) const = default;
};
enum class EndpointFault : std::uint8_t { none, no_port, port_out_of_range, bad_address, unbracketed };
struct EndpointRead {
  Endpoint endpoint;
  EndpointFault fault = EndpointFault::none;
};
EndpointRead read_endpoint(std::string_view text);

}  // namespace vigil::config
