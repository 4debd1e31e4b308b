// Every document of a bulk body lies inside the body, is whole and is an object; a body that is refused names a line it has;
// and reading a body again says the same.

#include <cstdint>
#include <cstring>
#include <string>

#include "parsers/bulk_body.h"
#include "parsers/json_lines.h"
#include "tests/fuzz/require.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace vigil;
  constexpr std::size_t kDocumentBytesMax = 4096;
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  BulkReader reader(kDocumentBytesMax);
  const bool good = reader.read(body);
  std::size_t lines = 1;
  for (const char c : body) lines += c == '\n';
  require(good == reader.fault().empty(), "a refusal has a reason");
  require(good || (reader.fault_line() >= 1 && reader.fault_line() <= lines), "a refusal names a line");
  require(reader.actions().size() <= lines, "at most one action a line");
  for (const BulkAction& action : reader.actions()) {
    require(action.index.size() <= BulkReader::kNameBytesMax && action.id.size() <= BulkReader::kNameBytesMax,
            "names are bounded");
    if (action.fault != BulkItemFault::none) continue;
    if (action.verb == BulkVerb::remove) {
      require(action.document.empty(), "what is not stored has no document");
      continue;
    }
    require(action.document.data() >= body.data() &&
                action.document.data() + action.document.size() <= body.data() + size,
            "documents lie in the body");
    require(action.document.size() <= kDocumentBytesMax, "documents are bounded");
    require(action.document.starts_with('{') && action.document.ends_with('}'), "documents are objects");
  }
  const std::size_t actions = reader.actions().size();
  require(reader.read(body) == good && reader.actions().size() == actions, "reading again says the same");
  return 0;
}
