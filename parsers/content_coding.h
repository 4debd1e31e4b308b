#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace vigil {

/// How a body is compressed. The names are those of HTTP's Content-Encoding.
enum class Coding : std::uint8_t { identity, gzip, deflate, zstd, snappy };

/// One coding by its name in any case; "" is identity. Nothing for others, and for lists of several: one layer only.
std::optional<Coding> coding_from_name(std::string_view name);

struct InflateLimits {
  /// What a body may become. Elasticsearch takes 100 MiB as sent; logs shrink to a fifth.
  std::uint64_t bytes_max = std::uint64_t{512} * 1024 * 1024;
  /// Real logs reach 20, constant ones 100; a bomb 1,000. Looked at once there is enough to tell.
  std::uint64_t ratio_max = 200;
  std::uint64_t ratio_from_bytes = 1024 * 1024;
  /// zstd's own recommendation for receivers: 8 MiB of window. What needs more is refused before it is allocated.
  int zstd_window_log_max = 23;
};

enum class InflateFault : std::uint8_t {
  none,
  corrupt,    ///< not of this coding, cut off, a bad checksum, bytes behind the end
  too_large,  ///< past bytes_max or ratio_max, or a window past the limit
};

/// Appends what `body` means to `out`, whose memory it grows as it goes. All or nothing: after a fault `out` is to be
/// thrown away. gzip may have several members (RFC 1952 2.2), zstd several frames; deflate is zlib's format (RFC 1950), and
/// without its head too, as some clients send. snappy is the block format, as Loki's clients send.
InflateFault inflate(Coding coding, std::string_view body, std::string& out,
                     const InflateLimits& limits = {});

/// Replaces `out` with `body` as one zstd frame. False where that cannot be done.
bool zstd_compress(std::string_view body, int level, std::string& out);

}  // namespace vigil
