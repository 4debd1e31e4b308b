// A stream cut into any pieces yields the same frames, none longer than the limit, in bounded memory; whatever the frames
// are, every answer is for a frame that came, in order.
//
// The first byte of the input chooses the cuts, the rest is the stream.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "parsers/relp.h"
#include "tests/fuzz/require.h"

namespace {

constexpr vigil::RelpLimits kLimits = {.data_bytes_max = 64};

template <class Step>
std::vector<std::string> read(std::string_view stream, Step step) {
  vigil::RelpCutter cutter(kLimits);
  vigil::RelpDialogue dialogue;
  std::vector<std::string> seen;
  bool more = true;
  while (!stream.empty() && more) {
    const std::string_view piece = stream.substr(0, step());
    stream.remove_prefix(piece.size());
    cutter.feed(piece, [&](const vigil::RelpFrame& frame) {
      require(frame.data.size() <= kLimits.data_bytes_max, "data is never longer than the limit");
      require(!frame.command.empty() && frame.command.size() <= 32, "a command has 1 to 32 letters");
      const auto said = dialogue.take(frame);
      seen.push_back(std::to_string(frame.txnr) + " " + std::string(frame.command) + " " +
                     std::string(frame.data) + (frame.cut ? " cut " : " ") + said.text);
      using Act = vigil::RelpDialogue::Step::Act;
      require(said.text.empty() == (said.act == Act::message || said.act == Act::break_off),
              "answers have a text");
      more = said.act == Act::message || said.act == Act::answer;
      return more;
    });
    require(cutter.buffered_bytes() <= 4096, "a partial frame is bounded");
  }
  seen.emplace_back(more ? vigil::relp_error_name(cutter.error()) : "ended");
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
  const auto whole = read(stream, [&] { return stream.size(); });
  require(read(stream, random_step) == whole, "the frames do not depend on the cuts");
  if (stream.size() <= 2048) {
    require(read(stream, [] { return std::size_t{1}; }) == whole, "not even on single bytes");
  }
  return 0;
}
