// A request's head is read the same however it is cut; what is whole keeps the promises that guard against smuggling; a body
// in chunks is the same however it is cut; decompressing keeps its limits.
//
// The first byte of the input chooses: a head (0), chunks (1), a compressed body (2 and up).

#include <cstdint>
#include <string>
#include <string_view>

#include "parsers/content_coding.h"
#include "parsers/http_chunks.h"
#include "parsers/http_head.h"
#include "tests/fuzz/require.h"

namespace {

using namespace vigil;

void read_head(std::string_view stream) {
  HttpHeadReader whole;
  const auto state = whole.read(stream);
  HttpHeadReader cut;
  auto cut_state = HttpHeadReader::State::more;
  std::string grown;
  for (std::size_t i = 0; i < stream.size() && cut_state == HttpHeadReader::State::more; ++i) {
    grown = std::string(stream.substr(0, i + 1));  // the bytes move, as a buffer that grows
    cut_state = cut.read(grown);
  }
  if (state != HttpHeadReader::State::whole) {
    require(cut_state == state, "whether it is refused does not depend on the cuts");
    return;
  }
  require(cut_state == state && cut.size() == whole.size(), "where it ends does not depend on the cuts");
  const HttpHead& head = whole.head();
  require(!(head.chunked && head.content_length), "one length");
  require(head.fields.size() <= HttpHeadReader::kFieldsMax, "fields are bounded");
  require(whole.size() <= HttpHeadReader::kHeadBytesMax + HttpHeadReader::kLineBytesMax + 2,
          "heads are bounded");
  for (const auto& [name, value] : head.fields) {
    require(!name.empty() && value.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos,
            "fields are clean");
  }
}

std::string read_chunks(std::string_view stream, std::size_t step) {
  ChunkedBody chunks;
  std::string body;
  auto state = ChunkedBody::State::more;
  while (!stream.empty() && state == ChunkedBody::State::more) {
    std::size_t used = 0;
    const std::string_view piece = stream.substr(0, step);
    state = chunks.read(piece, body, 1000, used);
    require(used <= piece.size() && (used == piece.size() || state != ChunkedBody::State::more),
            "all is used until the end");
    stream.remove_prefix(used);
  }
  require(body.size() <= 1000, "bodies are bounded");
  return state == ChunkedBody::State::whole ? body + "|" + std::to_string(stream.size())
                                            : std::to_string(static_cast<int>(state));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view stream(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 6) {
    case 0:
      if (stream.size() <= 4096) read_head(stream);
      break;
    case 1:
      require(read_chunks(stream, stream.size()) == read_chunks(stream, 1),
              "chunks do not depend on the cuts");
      break;
    default: {
      InflateLimits limits;
      limits.bytes_max = 1 << 20;
      limits.ratio_from_bytes = 1 << 16;
      std::string out;
      if (inflate(static_cast<Coding>(data[0] % 6 - 1), stream, out, limits) == InflateFault::none)
        require(out.size() <= limits.bytes_max, "bodies are bounded");
    }
  }
  return 0;
}
