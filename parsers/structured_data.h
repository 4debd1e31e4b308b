#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace vigil {

/// Longest SD-ID and parameter name read, in characters. RFC 5424 6.3.3 says 32; devices say otherwise.
constexpr std::size_t kSdNameMax = 128;
/// Parameters given out of one message. Real devices send some dozens; more is an attack on whoever makes
/// fields of them.
constexpr std::size_t kSdParamsMax = 1024;

/// What a look over structured data found.
struct SdFound {
  bool good = false;       ///< elements all through to their last ']'
  std::size_t length = 0;  ///< bytes of all elements, if good
  bool unquoted = false;   ///< a value stood without quotes; also told where the rest is not good
  std::size_t params = 0;  ///< parameters, and elements that have none
};

/// Looks over the elements `[id name="value"…]…` at the front of `text`. One pass, nothing is copied.
SdFound find_structured_data(std::string_view text);

}  // namespace vigil
