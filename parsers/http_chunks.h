#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace vigil {

/// Takes the chunks of a body apart as they arrive (RFC 9112 7.1):
///
///   chunk    1 to 16 hex digits [ BWS ";" extension ] CRLF   data CRLF      the line at most 4 KiB
///   last     "0" [ ";" extension ] CRLF
///   trailer  fields, read and thrown away, at most 8 KiB, then CRLF
class ChunkedBody {
 public:
  static constexpr std::size_t kLineBytesMax = 4 * 1024;
  static constexpr std::size_t kTrailerBytesMax = 8 * 1024;

  enum class State : std::uint8_t { more, whole, bad, too_large };
  /// Appends the data in `piece` to `body`, which must not grow past `bytes_max`. `used` says how much of the piece
  /// belongs to the body; after `whole` the rest is the next request.
  State read(std::string_view piece, std::string& body, std::uint64_t bytes_max, std::size_t& used);

 private:
  enum class In : std::uint8_t { size, data, data_end, trailer };
  /// The next line without its end; false while it is not whole. `bad_` where it cannot be one.
  bool take_line(std::string_view& piece, std::size_t bytes_max);
  bool read_size();

  In in_ = In::size;
  std::string line_;  ///< begun in an earlier piece
  std::uint64_t left_ = 0;
  std::size_t trailer_bytes_ = 0;
  bool bad_ = false;
};

}  // namespace vigil
