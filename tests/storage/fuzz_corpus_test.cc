// The kept inputs of this room's fuzz targets, replayed: what once failed must go on passing.

#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

// The targets' entry points, renamed in CMakeLists.txt so that several fit into one program.
extern "C" int fuzz_query_input(const std::uint8_t* data, std::size_t size);
extern "C" int fuzz_bundle_input(const std::uint8_t* data, std::size_t size);
extern "C" int fuzz_columns_input(const std::uint8_t* data, std::size_t size);

namespace vigil {
namespace {

unsigned replay(const std::string& target, int (*input)(const std::uint8_t*, std::size_t)) {
  unsigned inputs = 0;
  for (const auto& entry : std::filesystem::directory_iterator(VIGIL_SOURCE_DIR "/tests/fuzz/corpus/" + target)) {
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    SCOPED_TRACE(entry.path().filename());
    input(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
    ++inputs;
  }
  return inputs;
}

TEST(FuzzCorpus, QueriesKeepTheirProperties) { EXPECT_GT(replay("query", fuzz_query_input), 10U); }
TEST(FuzzCorpus, TheBundleReaderKeepsItsProperties) { EXPECT_GE(replay("bundle", fuzz_bundle_input), 10U); }
TEST(FuzzCorpus, ColumnsKeepTheirProperties) { EXPECT_GT(replay("columns", fuzz_columns_input), 10U); }

}  // namespace
}  // namespace vigil
