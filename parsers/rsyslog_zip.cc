#include "parsers/rsyslog_zip.h"

#include <algorithm>
#include <span>

#include "parsers/zlib_stream.h"

namespace vigil {

namespace {

/// Deflate cannot do better than 1:1032; real log text stays below 1:30.
constexpr std::size_t kRatioMax = 100;

}  // namespace

std::optional<RsyslogUnzipped> unzip_rsyslog(std::string_view message, std::size_t bytes_max,
                                             std::string& buffer) {
  if (!may_be_rsyslog_zip(message)) return std::nullopt;
  // One byte more than may be kept tells whether something was left out.
  const std::size_t by_ratio = message.size() * kRatioMax;
  const std::size_t room = std::min(bytes_max, by_ratio) + 1;
  if (buffer.size() < room) buffer.resize(room);
  ZlibStream stream(ZlibStream::Wrapping::zlib);
  const std::string_view packed = message.substr(1);
  const ZlibStream::Step step = stream.unpack(packed, std::span<char>(buffer.data(), room));
  const bool whole = step.state == ZlibStream::State::done && step.read == packed.size();
  const bool overfull = step.written == room;
  if (overfull && by_ratio < bytes_max) return std::nullopt;
  if (!whole && !overfull) return std::nullopt;
  return RsyslogUnzipped{std::string_view(buffer).substr(0, std::min(step.written, bytes_max)), overfull};
}

}  // namespace vigil
