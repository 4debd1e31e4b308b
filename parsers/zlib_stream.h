#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

namespace vigil {

/// One compressed stream, unpacked piece by piece, so that whoever asks decides how much is unpacked: the bound on what
/// comes out is the caller's. zlib (RFC 1950) or gzip (RFC 1952), the first member.
class ZlibStream {
 public:
  enum class Wrapping : std::uint8_t { zlib, gzip };
  explicit ZlibStream(Wrapping wrapping);
  ~ZlibStream();
  ZlibStream(const ZlibStream&) = delete;
  ZlibStream& operator=(const ZlibStream&) = delete;

  enum class State : std::uint8_t {
    hungry,  ///< needs more bytes
    full,    ///< `out` is full: there may be more to come
    done,    ///< the stream has ended, its checksum was right
    broken
  };
  struct Step {
    State state = State::broken;
    std::size_t read = 0, written = 0;
  };
  /// Unpacks from the front of `in` into `out`.
  Step unpack(std::string_view in, std::span<char> out);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace vigil
