// The kept inputs of fuzz_payload, replayed.

#include "tests/fuzz/replay.h"

extern "C" int fuzz_payload_input(const std::uint8_t* data, std::size_t size);

namespace vigil {
namespace {

TEST(FuzzCorpus, ThePayloadFormatsKeepTheirProperties) {
  EXPECT_GT(replay("payload", fuzz_payload_input), 20U);
}

}  // namespace
}  // namespace vigil
