// The kept inputs of fuzz_rule, replayed: what once failed must go on passing.

#include "tests/fuzz/replay.h"

extern "C" int fuzz_rule_input(const std::uint8_t* data, std::size_t size);

namespace vigil {
namespace {

TEST(FuzzCorpus, RulesKeepTheirProperties) {
  EXPECT_GT(replay("rule", fuzz_rule_input), 10U);
}

}  // namespace
}  // namespace vigil
