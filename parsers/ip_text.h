#pragma once

#include <string_view>

#include "parsers/arena.h"

namespace vigil {

/// True for an IPv6 address as text, with or without brackets around and a zone ("%eth0") behind.
bool is_ipv6_text(std::string_view text);

/// One spelling per address, so that a host is one host: IPv6 in its shortest form (RFC 5952), IPv4-mapped as
/// a dotted quad, anything else as it is.
std::string_view normal_host(std::string_view host, Arena& arena);

}  // namespace vigil
