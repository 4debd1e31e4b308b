// The kept inputs of this room's fuzz targets, replayed: what once failed must go on passing.

#include "tests/fuzz/replay.h"

// The targets' entry points, renamed in CMakeLists.txt so that several fit into one program.
extern "C" int fuzz_framer_input(const std::uint8_t* data, std::size_t size);
extern "C" int fuzz_header_input(const std::uint8_t* data, std::size_t size);
extern "C" int fuzz_lines_input(const std::uint8_t* data, std::size_t size);

namespace vigil {
namespace {

TEST(FuzzCorpus, TheFramerKeepsItsProperties) { EXPECT_GT(replay("framer", fuzz_framer_input), 10U); }
TEST(FuzzCorpus, TheHeaderParserKeepsItsProperties) { EXPECT_GT(replay("header", fuzz_header_input), 10U); }
TEST(FuzzCorpus, TheLineCutterKeepsItsProperties) { EXPECT_GT(replay("lines", fuzz_lines_input), 10U); }

}  // namespace
}  // namespace vigil
