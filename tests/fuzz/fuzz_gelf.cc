// GELF as a sender of anything sees it: chunks in any order stay within the limits; what unpacks does so within the limit;
// a TCP stream cut anywhere gives the same messages; a document's head is a part of the document.
//
// Datagrams: one byte of length, then the datagram, and so on. The whole input is also a TCP stream and a packed message.

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "parsers/gelf.h"
#include "tests/fuzz/require.h"

namespace {

constexpr vigil::GelfLimits kLimits = {
    .message_bytes_max = 4096, .partials_max = 4, .partial_bytes_max = 512, .partial_ns_max = 10};

void datagrams(std::string_view input) {
  vigil::GelfAssembler assembler(kLimits);
  std::string room;
  std::int64_t now = 0;
  while (!input.empty()) {
    const auto length = static_cast<unsigned char>(input.front());
    const std::string_view datagram = input.substr(1, length);
    input.remove_prefix(1 + datagram.size());
    const auto taken = assembler.take(length % 2 == 0 ? "a" : "b", datagram, ++now);
    require(assembler.partials() <= kLimits.partials_max, "partial messages are bounded by number");
    require(assembler.held_bytes() <= kLimits.partial_bytes_max, "and by bytes");
    if (taken.verdict != vigil::GelfAssembler::Verdict::whole) continue;
    const auto unpacked = vigil::gelf_unpack(taken.message, room, kLimits);
    require(unpacked.verdict == vigil::GelfUnpacked::Verdict::plain ||
                unpacked.text.size() <= kLimits.message_bytes_max,
            "what unpacks stays within the limit");
    const auto head = vigil::read_gelf_head(unpacked.text);
    require(head.host.empty() ||
                (!std::less<>()(head.host.data(), unpacked.text.data()) &&
                 head.host.data() + head.host.size() <= unpacked.text.data() + unpacked.text.size()),
            "the host is a part of the document");
  }
}

std::vector<std::string> stream(std::string_view bytes, std::size_t piece) {
  vigil::GelfFramer framer({.message_bytes_max = 32});
  std::vector<std::string> seen;
  const auto sink = [&seen](std::string_view message, vigil::Tags tags) {
    require(!message.empty() && message.size() <= 32, "a message has 1 byte up to the limit");
    seen.push_back(std::string(message) + std::to_string(tags.bits()));
  };
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    framer.feed(bytes.substr(at, piece), sink);
    require(framer.buffered_bytes() <= 16U * 1024U, "a partial message is bounded");
  }
  framer.finish(sink);
  return seen;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  datagrams(input);
  std::string room;
  vigil::gelf_unpack(input, room, kLimits);
  require(room.size() <= kLimits.message_bytes_max + 1, "memory stays within the limit");
  const auto whole = stream(input, size + 1);
  require(stream(input, 7) == whole && stream(input, 1) == whole, "the messages do not depend on the cuts");
  return 0;
}
