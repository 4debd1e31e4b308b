#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace vigil {

/// Whether a message may be one that rsyslog's omfwd has compressed (ZipLevel): 'z', then a zlib stream.
constexpr bool may_be_rsyslog_zip(std::string_view message) {
  return message.size() > 2 && message.front() == 'z';
}

/// What came out of one.
struct RsyslogUnzipped {
  std::string_view text;  ///< lies in the buffer that was given
  bool cut = false;       ///< there was more than `bytes_max`
};

/// Unpacks one, at most `bytes_max` bytes, into `buffer`. Nothing if it is no whole zlib stream, if something follows it,
/// or if it swells to more than a hundred times its size, which no log message does: then the message is what it is.
std::optional<RsyslogUnzipped> unzip_rsyslog(std::string_view message, std::size_t bytes_max,
                                             std::string& buffer);

}  // namespace vigil
