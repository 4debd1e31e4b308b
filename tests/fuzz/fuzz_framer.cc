// A stream cut into any pieces yields the same frames, none longer than the limit, in bounded memory.
//
// The first byte of the input chooses the cuts, the rest is the stream. It is read as it is by default, with messages of
// several lines, and with compressed ones.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "parsers/framer.h"
#include "tests/fuzz/require.h"

namespace {

using vigil::Framer;
using vigil::FramingError;
using vigil::Tags;

constexpr vigil::FramerOptions kOptions[] = {
    {.frame_bytes_max = 48, .count_max = 100'000, .desync_max = 3},
    {.frame_bytes_max = 48, .count_max = 100'000, .desync_max = 3, .multiline_pri = true},
    {.frame_bytes_max = 48, .count_max = 100'000, .desync_max = 3, .compressed_rsyslog = true},
};

struct Seen {
  std::vector<std::pair<std::string, std::uint64_t>> frames;
  FramingError error = FramingError::none;
  unsigned desyncs = 0;
  bool operator==(const Seen&) const = default;
};

enum class Slow { never, sometimes };

// `step` gives the length of the next piece.
template <class Step>
Seen read(const vigil::FramerOptions& options, std::string_view stream, Step step, Slow slow) {
  Framer framer(options);
  Seen seen;
  const auto sink = [&](std::string_view frame, Tags tags) {
    require(!frame.empty(), "a frame is never empty");
    require(frame.size() <= options.frame_bytes_max, "a frame is never longer than the limit");
    seen.frames.emplace_back(frame, tags.bits());
  };
  while (!stream.empty()) {
    const std::string_view piece = stream.substr(0, step());
    stream.remove_prefix(piece.size());
    framer.feed(piece, sink);
    require(framer.buffered_bytes() <= 1024, "a partial frame is bounded");
    if (slow == Slow::sometimes && piece.size() % 5 == 0) framer.flush_idle(sink);
    if (slow == Slow::sometimes && framer.mid_frame() && piece.size() % 3 == 0) framer.flush_slow(sink);
  }
  framer.finish(sink);
  require(!framer.mid_frame(), "nothing is left at the end");
  seen.error = framer.error();
  seen.desyncs = framer.desyncs();
  return seen;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view stream(reinterpret_cast<const char*>(data) + 1, size - 1);
  std::uint32_t state = data[0];
  const auto random_step = [&state] {
    state = state * 1'664'525U + 1'013'904'223U;
    return static_cast<std::size_t>(1 + (state >> 24U) % 40);
  };
  for (const vigil::FramerOptions& options : kOptions) {
    const Seen whole = read(
        options, stream, [&] { return stream.size(); }, Slow::never);
    require(read(options, stream, random_step, Slow::never) == whole, "the frames do not depend on the cuts");
    if (stream.size() <= 2048) {
      require(read(
                  options, stream, [] { return std::size_t{1}; }, Slow::never) == whole,
              "not even on single bytes");
    }
    read(options, stream, random_step, Slow::sometimes);
  }
  return 0;
}
