// Whatever a stranger's bundle holds: a manifest that is accepted names only files inside, each once, and is the one
// way to write what it says; a row of the index says what its bytes say.

#include <cstdint>
#include <string>
#include <string_view>

#include "storage/bundle_manifest.h"
#include "storage/bundle_names.h"
#include "tests/fuzz/require.h"

using namespace vigil;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  if (const auto files = bundle::read_manifest(input)) {
    std::string again;
    for (const auto& [name, digest] : *files) {
      require(bundle::is_safe_path(name), "names are safe");
      const std::string path = "/" + name + "/";
      require(path.find("//") == std::string::npos && path.find("/../") == std::string::npos, "names stay inside");
      again.append(digest).append("  ").append(name).append("\n");
    }
    require(again.size() == input.size(), "each line is one entry");
    const auto twice = bundle::read_manifest(again);
    require(twice && *twice == *files, "what is written is read");
  } else {
    require(files.error().line >= 1, "a mistake has a line");
  }
  if (const auto row = bundle::read_index_row(input)) {
    const std::string again = std::string(row->segment) + "," + std::to_string(row->line) + "," +
                              std::to_string(row->offset) + "," + std::to_string(row->length) + "," +
                              std::string(row->digest) + "," + std::string(row->id) + ",";
    require(input.starts_with(again), "a row has one way to be written");
    require(row->offset + row->length >= row->offset, "places do not overflow");
  }
  (void)bundle::payload_oxum(input);
  (void)bundle::check_custody(input, std::string(bundle::kNoEntry));
  return 0;
}
