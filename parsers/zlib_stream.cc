#include "parsers/zlib_stream.h"

#include <zlib.h>

#include <algorithm>
#include <limits>

namespace vigil {

struct ZlibStream::Impl {
  z_stream stream{};
  bool ready = false;
};

ZlibStream::ZlibStream(Wrapping wrapping) : impl_(std::make_unique<Impl>()) {
  constexpr int kWindowBits = 15, kGzip = 16;
  impl_->ready =
      inflateInit2(&impl_->stream, wrapping == Wrapping::gzip ? kWindowBits + kGzip : kWindowBits) == Z_OK;
}

ZlibStream::~ZlibStream() {
  if (impl_->ready) inflateEnd(&impl_->stream);
}

ZlibStream::Step ZlibStream::unpack(std::string_view in, std::span<char> out) {
  constexpr std::size_t kMost = std::numeric_limits<uInt>::max();
  if (!impl_->ready) return {};
  z_stream& stream = impl_->stream;
  const auto in_size = static_cast<uInt>(std::min(in.size(), kMost));
  const auto out_size = static_cast<uInt>(std::min(out.size(), kMost));
  // zlib does not write there; its interface predates const.
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(in.data()));
  stream.avail_in = in_size;
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = out_size;
  const int result = inflate(&stream, Z_NO_FLUSH);
  Step step = {State::broken, in_size - stream.avail_in, out_size - stream.avail_out};
  if (result == Z_STREAM_END) {
    step.state = State::done;
  } else if (result == Z_OK || result == Z_BUF_ERROR) {
    step.state = stream.avail_out == 0 ? State::full : State::hungry;
  }
  return step;
}

}  // namespace vigil
