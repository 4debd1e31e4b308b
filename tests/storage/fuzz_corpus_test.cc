// The kept inputs of this room's fuzz targets, replayed: what once failed must go on passing.

#include "tests/fuzz/replay.h"

// The targets' entry points, renamed in CMakeLists.txt so that several fit into one program.
extern "C" int fuzz_query_input(const std::uint8_t* data, std::size_t size);
extern "C" int fuzz_logql_input(const std::uint8_t* data, std::size_t size);
extern "C" int fuzz_bundle_input(const std::uint8_t* data, std::size_t size);
extern "C" int fuzz_block_values_input(const std::uint8_t* data, std::size_t size);
extern "C" int fuzz_columns_input(const std::uint8_t* data, std::size_t size);

namespace vigil {
namespace {

TEST(FuzzCorpus, QueriesKeepTheirProperties) { EXPECT_GT(replay("query", fuzz_query_input), 10U); }
TEST(FuzzCorpus, LogqlKeepsItsProperties) { EXPECT_GT(replay("logql", fuzz_logql_input), 10U); }
TEST(FuzzCorpus, TheBundleReaderKeepsItsProperties) { EXPECT_GE(replay("bundle", fuzz_bundle_input), 10U); }
TEST(FuzzCorpus, ValuesBesideBlocksKeepTheirProperties) { EXPECT_GE(replay("block_values", fuzz_block_values_input), 8U); }
TEST(FuzzCorpus, ColumnsKeepTheirProperties) { EXPECT_GT(replay("columns", fuzz_columns_input), 10U); }

}  // namespace
}  // namespace vigil
