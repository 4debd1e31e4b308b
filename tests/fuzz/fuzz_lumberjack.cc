// A stream cut into any pieces is read the same, within the limits and in bounded memory; windows are never larger than
// they said. Fuzzers do not find zlib's checksums: so each input is also read as what a C frame holds.
//
// The first byte of the input chooses the cuts, the rest is the stream.

#include <zlib.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "parsers/lumberjack.h"
#include "tests/fuzz/require.h"

namespace {

constexpr vigil::LumberjackLimits kLimits = {.window_events_max = 8,
                                             .frame_bytes_max = 4096,
                                             .window_bytes_max = 8192,
                                             .ratio_max = 1000,
                                             .pairs_max = 16};

template <class Step>
std::vector<std::string> read(std::string_view stream, Step step) {
  using Kind = vigil::LumberjackItem::Kind;
  vigil::LumberjackReader reader(kLimits);
  std::vector<std::string> seen;
  std::size_t left = 0;
  while (!stream.empty()) {
    const std::string_view piece = stream.substr(0, step());
    stream.remove_prefix(piece.size());
    reader.feed(piece, [&](const vigil::LumberjackItem& item) {
      if (item.kind == Kind::window) {
        require(left == 0 && item.number >= 1 && item.number <= kLimits.window_events_max,
                "windows are bounded");
        left = item.number;
      } else if (item.kind == Kind::event) {
        require(left-- > 0, "an event stands in a window");
        require(item.document.starts_with('{') || item.document.find('{') != std::string_view::npos,
                "an object");
      } else {
        require(left == 0, "a complete window has all its events");
      }
      seen.push_back(std::to_string(static_cast<int>(item.kind)) + std::to_string(item.number) +
                     item.version + std::string(item.document));
    });
    require(reader.buffered_bytes() <= 64U * 1024U, "a partial frame is bounded");
  }
  seen.emplace_back(vigil::lumberjack_error_name(reader.error()));
  return seen;
}

void check(std::string_view stream, std::uint32_t state) {
  const auto random_step = [&state] {
    state = state * 1'664'525U + 1'013'904'223U;
    return static_cast<std::size_t>(1 + (state >> 24U) % 40);
  };
  const auto whole = read(stream, [&] { return stream.size(); });
  require(read(stream, random_step) == whole, "what is read does not depend on the cuts");
  if (stream.size() <= 2048) {
    require(read(stream, [] { return std::size_t{1}; }) == whole, "not even on single bytes");
  }
}

std::string as_packed_frame(std::string_view frames) {
  uLongf size = compressBound(frames.size());
  std::string out(size, '\0');
  compress2(reinterpret_cast<Bytef*>(out.data()), &size, reinterpret_cast<const Bytef*>(frames.data()),
            frames.size(), 1);
  out.resize(size);
  std::string head = "2C";
  for (const unsigned shift : {24U, 16U, 8U, 0U})
    head += static_cast<char>(static_cast<unsigned char>(size >> shift));
  return head + out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view stream(reinterpret_cast<const char*>(data) + 1, size - 1);
  check(stream, data[0]);
  if (stream.size() <= 4096) check(as_packed_frame(stream), data[0]);
  return 0;
}
