#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

namespace vigil {

/// Takes a request's body as it comes, where it may be longer than what is held for one request, or come without an end.
/// On the I/O thread. It is destroyed when the connection ends before the body does.
class HttpBodySink {
 public:
  enum class Next : std::uint8_t {
    more,
    wait,   ///< nothing is read until `go_on` is called, later, on the I/O thread
    enough  ///< the rest is not wanted: the handler answers at once, and the connection ends
  };
  virtual ~HttpBodySink() = default;
  virtual Next take(std::string_view piece, std::function<void()> go_on) = 0;
};

}  // namespace vigil
