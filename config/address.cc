#include "config/address.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

namespace vigil::config {
namespace {

/// Longest text of an address, "ffff:…:255.255.255.255" with room; longer is none.
constexpr std::size_t kAddressBytesMax = 63;

std::optional<unsigned> read_number(std::string_view text) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

std::optional<IpAddress> read_ip(std::string_view text) {
  if (text.empty() || text.size() > kAddressBytesMax || text.find('\0') != std::string_view::npos)
    return std::nullopt;
  const std::string terminated(text);
  IpAddress address;
  if (::inet_pton(AF_INET, terminated.c_str(), address.bytes.data()) == 1) return address;
  if (::inet_pton(AF_INET6, terminated.c_str(), address.bytes.data()) != 1) return std::nullopt;
  constexpr std::array<std::uint8_t, 12> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
  if (std::equal(kMapped.begin(), kMapped.end(), address.bytes.begin())) {
    IpAddress v4;
    std::copy(address.bytes.begin() + 12, address.bytes.end(), v4.bytes.begin());
    return v4;
  }
  address.v6 = true;
  return address;
}

IpAddress masked(const IpAddress& address, unsigned prefix) {
  IpAddress out = address;
  for (unsigned i = 0; i < out.bytes.size(); ++i) {
    const unsigned kept = prefix > i * 8 ? std::min(8U, prefix - i * 8) : 0U;
    out.bytes[i] = static_cast<std::uint8_t>(out.bytes[i] & (0xFF00U >> kept));
  }
  return out;
}

std::optional<Network> read_network(std::string_view text) {
  const std::size_t slash = text.find('/');
  const auto address = read_ip(text.substr(0, slash));
  if (!address) return std::nullopt;
  if (slash == std::string_view::npos) return Network{*address, address->bits()};
  const std::string_view digits = text.substr(slash + 1);
  auto prefix = digits.size() <= 3 ? read_number(digits) : std::nullopt;
  // A mapped network is written with the prefix of IPv6.
  if (prefix && !address->v6 && text.substr(0, slash).find(':') != std::string_view::npos) {
    prefix = *prefix >= 96 ? std::optional(*prefix - 96) : std::nullopt;
  }
  if (!prefix || *prefix > address->bits()) return std::nullopt;
  return Network{*address, *prefix};
}

std::string show_ip(const IpAddress& address) {
  char text[INET6_ADDRSTRLEN] = {};
  ::inet_ntop(address.v6 ? AF_INET6 : AF_INET, address.bytes.data(), text, sizeof text);
  return text;
}

EndpointRead read_endpoint(std::string_view text) {
  EndpointRead out;
  const auto fail = [&](EndpointFault fault) {
    out.fault = fault;
    return out;
  };
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || text.ends_with(']')) return fail(EndpointFault::no_port);
  std::string_view host = text.substr(0, colon);
  const std::string_view port = text.substr(colon + 1);
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string_view::npos) {
    return fail(EndpointFault::unbracketed);
  }
  const auto address = read_ip(host);
  if (!address) return fail(EndpointFault::bad_address);
  if (port.empty()) return fail(EndpointFault::no_port);
  const auto number = read_number(port);
  if (!number || *number > 65535) return fail(EndpointFault::port_out_of_range);
  out.endpoint = {*address, static_cast<std::uint16_t>(*number)};
  return out;
}

}  // namespace vigil::config
