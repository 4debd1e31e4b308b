#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "parsers/payload_writer.h"

namespace vigil {

/// Squid's native access log as Cisco's Secure Web Appliance writes it:
///
///   line = epoch SP elapsed SP [ "-" SP ] client SP result "/" status SP bytes SP method SP url SP user
///          SP hierarchy "/" peer SP type [ SP more ]
void read_proxy_access(PayloadWriter& out);

bool looks_like_proxy_access(std::string_view text);
std::optional<std::int64_t> time_of_proxy_access(std::string_view text);

/// What every proxy's request is.
void classify_proxy(PayloadWriter& out, bool denied);

}  // namespace vigil
