#include "parsers/content_coding.h"

#include <snappy.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include <algorithm>
#include <memory>

#include "parsers/http_head.h"

namespace vigil {

namespace {

constexpr std::size_t kGrowthMin = 64 * 1024;

/// Room at the end of a string to decompress into, within the limits.
class Output {
 public:
  Output(std::string& out, const InflateLimits& limits)
      : out_(out), limits_(limits), begin_(out.size()), used_(out.size()) {}
  ~Output() { out_.resize(used_); }
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  /// Never empty.
  char* room(std::size_t& bytes) {
    if (used_ == out_.size()) out_.resize(used_ + std::max(kGrowthMin, (used_ - begin_) / 2));
    bytes = out_.size() - used_;
    return out_.data() + used_;
  }
  /// False past the limits. `taken`: bytes of the input so far.
  bool wrote(std::size_t bytes, std::size_t taken) {
    used_ += bytes;
    const std::uint64_t size = used_ - begin_;
    return size <= limits_.bytes_max &&
           (size <= limits_.ratio_from_bytes || size / limits_.ratio_max <= std::max<std::size_t>(taken, 1));
  }

 private:
  std::string& out_;
  const InflateLimits& limits_;
  std::size_t begin_, used_;
};

InflateFault inflate_zlib(std::string_view body, int window_bits, Output& out) {
  z_stream stream{};
  if (inflateInit2(&stream, window_bits) != Z_OK) return InflateFault::corrupt;
  const std::unique_ptr<z_stream, int (*)(z_stream*)> guard(&stream, inflateEnd);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(body.data()));
  stream.avail_in = static_cast<uInt>(body.size());
  for (;;) {
    std::size_t room = 0;
    stream.next_out = reinterpret_cast<Bytef*>(out.room(room));
    stream.avail_out = static_cast<uInt>(room);
    const int result = ::inflate(&stream, Z_NO_FLUSH);
    if (!out.wrote(room - stream.avail_out, body.size() - stream.avail_in)) return InflateFault::too_large;
    if (result == Z_STREAM_END) {
      if (stream.avail_in == 0) return InflateFault::none;
      // Another member, if it is one; bytes behind the end are not passed over in silence.
      if (window_bits < 16 || inflateReset(&stream) != Z_OK) return InflateFault::corrupt;
      continue;
    }
    // Z_BUF_ERROR: more room is needed, or more input, which there is not.
    if (result != Z_OK && result != Z_BUF_ERROR) return InflateFault::corrupt;
    if (stream.avail_in == 0 && stream.avail_out != 0) return InflateFault::corrupt;
  }
}

InflateFault inflate_zstd(std::string_view body, const InflateLimits& limits, Output& out) {
  const std::unique_ptr<ZSTD_DCtx, std::size_t (*)(ZSTD_DCtx*)> context(ZSTD_createDCtx(), ZSTD_freeDCtx);
  if (!context) return InflateFault::corrupt;
  ZSTD_DCtx_setParameter(context.get(), ZSTD_d_windowLogMax, limits.zstd_window_log_max);
  ZSTD_inBuffer in{body.data(), body.size(), 0};
  std::size_t left = 1;
  for (;;) {
    std::size_t room = 0;
    ZSTD_outBuffer to{nullptr, 0, 0};
    to.dst = out.room(room);
    to.size = room;
    left = ZSTD_decompressStream(context.get(), &to, &in);
    if (ZSTD_isError(left)) {
      return ZSTD_getErrorCode(left) == ZSTD_error_frameParameter_windowTooLarge ? InflateFault::too_large
                                                                                 : InflateFault::corrupt;
    }
    if (!out.wrote(to.pos, in.pos)) return InflateFault::too_large;
    if (in.pos == in.size && to.pos < to.size) return left == 0 ? InflateFault::none : InflateFault::corrupt;
  }
}

InflateFault inflate_snappy(std::string_view body, const InflateLimits& limits, std::string& out) {
  std::size_t size = 0;
  if (!snappy::GetUncompressedLength(body.data(), body.size(), &size)) return InflateFault::corrupt;
  // The size is only claimed; but a block cannot say more than 64 bytes with three.
  if (size > limits.bytes_max) return InflateFault::too_large;
  if (size / limits.ratio_max > body.size()) return InflateFault::corrupt;
  const std::size_t begin = out.size();
  out.resize(begin + size);
  return snappy::RawUncompress(body.data(), body.size(), out.data() + begin) ? InflateFault::none
                                                                             : InflateFault::corrupt;
}

}  // namespace

std::optional<Coding> coding_from_name(std::string_view name) {
  if (name.empty() || same_name(name, "identity")) return Coding::identity;
  if (same_name(name, "gzip") || same_name(name, "x-gzip")) return Coding::gzip;
  if (same_name(name, "deflate")) return Coding::deflate;
  if (same_name(name, "zstd")) return Coding::zstd;
  if (same_name(name, "snappy")) return Coding::snappy;
  return std::nullopt;
}

InflateFault inflate(Coding coding, std::string_view body, std::string& out, const InflateLimits& limits) {
  if (coding == Coding::identity) {
    if (body.size() > limits.bytes_max) return InflateFault::too_large;
    out.append(body);
    return InflateFault::none;
  }
  if (body.size() > UINT32_MAX / 2) return InflateFault::too_large;
  if (coding == Coding::snappy) return inflate_snappy(body, limits, out);
  Output output(out, limits);
  switch (coding) {
    case Coding::gzip:
      return inflate_zlib(body, 16 + MAX_WBITS, output);
    case Coding::deflate: {
      // RFC 1950 wants a head whose 16 bits are a multiple of 31 and whose method is 8; bare deflate comes too.
      const bool has_head =
          body.size() >= 2 && (body[0] & 0x0f) == 8 &&
          (static_cast<unsigned char>(body[0]) * 256U + static_cast<unsigned char>(body[1])) % 31 == 0;
      return inflate_zlib(body, has_head ? MAX_WBITS : -MAX_WBITS, output);
    }
    default:
      return inflate_zstd(body, limits, output);
  }
}

bool zstd_compress(std::string_view body, int level, std::string& out) {
  out.resize(ZSTD_compressBound(body.size()));
  const std::size_t size = ZSTD_compress(out.data(), out.size(), body.data(), body.size(), level);
  if (ZSTD_isError(size) != 0) return false;
  out.resize(size);
  return true;
}

}  // namespace vigil
