// A RELP server's bytes cut into any pieces give the same answers, in bounded memory.
//
// The first byte of the input chooses the cuts, the rest is the stream.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "parsers/relp_client.h"
#include "tests/fuzz/require.h"

namespace {

struct Seen {
  std::vector<std::string> answers;
  bool broken = false;
  bool operator==(const Seen&) const = default;
};

Seen read(std::string_view stream, std::size_t step) {
  vigil::RelpAnswers reader;
  Seen seen;
  while (!stream.empty()) {
    reader.feed(stream.substr(0, step));
    stream.remove_prefix(std::min(step, stream.size()));
    while (const auto answer = reader.next()) {
      require(answer->txnr <= vigil::kRelpTxnrMax, "a number has nine digits");
      seen.answers.push_back(std::to_string(answer->txnr) + " " + std::to_string(answer->code) + " " +
                             (answer->server_closes ? "closes " : "") + std::string(answer->text));
    }
  }
  seen.broken = reader.broken();
  return seen;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0 || size > 4096) return 0;
  const std::string_view stream(reinterpret_cast<const char*>(data) + 1, size - 1);
  const Seen whole = read(stream, stream.size());
  const Seen pieces = read(stream, 1U + data[0] % 16U);
  require(pieces.answers == whole.answers, "the answers do not depend on the cuts");
  return 0;
}
