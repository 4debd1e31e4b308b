#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "parsers/zlib_stream.h"

namespace vigil {

/// Reads what is compressed in a gzip file (RFC 1952, several members too), from front to end, in memory that does not
/// grow with it.
class GzipFile {
 public:
  /// More than this many times its size cannot be a log: the best that log rotation makes is about 100.
  static constexpr std::uint64_t kRatioMax = 500;
  /// From here on the ratio is looked at; small archives of one repeated line are no attack.
  static constexpr std::uint64_t kRatioFromBytes = std::uint64_t{16} << 20U;

  /// Borrows the descriptor.
  explicit GzipFile(int fd);

  enum class State : std::uint8_t {
    more,
    end,      ///< all was read
    cut,      ///< the file ends inside a member; what was there has been given
    damaged,  ///< not gzip, or a checksum that is wrong
    too_much  ///< kRatioMax
  };
  /// Bytes written to `into`; none once state() is not `more`.
  std::size_t read(std::span<char> into);
  State state() const { return state_; }

  static bool is_gzip(std::string_view front) { return front.starts_with("\x1f\x8b\x08"); }

 private:
  bool refill();

  int fd_;
  std::optional<ZlibStream> member_;
  std::string input_;
  std::string_view rest_;  ///< of it
  std::uint64_t read_ = 0, given_ = 0;
  State state_ = State::more;
};

}  // namespace vigil
