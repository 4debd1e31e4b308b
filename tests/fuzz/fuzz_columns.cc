// Text as columns: what is written reads back byte for byte with the terms of its lines, whatever the lines;
// and whatever is read instead, nothing outside is touched.
//
// The input's first byte says which: text, of which every line feed ends a line, or bytes to be read as
// columns.

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "storage/text_columns.h"
#include "tests/fuzz/require.h"

namespace {

using namespace vigil;

bool read(std::string_view columns, std::vector<char>& text, std::size_t size) {
  std::vector<char> in(columns.size() + kScanPadding);
  if (!columns.empty()) std::memcpy(in.data(), columns.data(), columns.size());
  text.assign(size + kScanPadding, '\0');
  return read_text_columns({in.data(), columns.size()}, text.data(), size);
}

void write_and_read(std::string_view input) {
  std::vector<char> text;
  std::vector<TextLine> lines;
  while (!input.empty()) {
    const std::string_view line = input.substr(0, input.find('\n'));
    text.insert(text.end(), line.begin(), line.end());
    lines.push_back({.length = static_cast<std::uint32_t>(line.size()), .charset = Charset::automatic});
    input.remove_prefix(std::min(input.size(), line.size() + 1));
  }
  const std::size_t size = text.size();
  text.resize(size + kScanPadding);

  std::string first;
  for (const ScanWidth width : {ScanWidth::portable, ScanWidth::avx2, ScanWidth::avx512}) {
    const TokenScanner scanner = token_scanner(width);
    if (scanner == nullptr) continue;
    TextColumnsWriter writer(scanner);
    TermCollector by_columns, by_lines;
    const std::string columns(writer.write(text.data(), lines, by_columns));
    if (first.empty()) first = columns;
    require(columns == first, "every scanner makes the same columns");
    std::vector<char> back;
    require(read(columns, back, size), "what was written can be read");
    require(size == 0 || std::memcmp(back.data(), text.data(), size) == 0, "byte for byte");
    const char* at = text.data();
    for (const TextLine& line : lines) {
      by_lines.add({at, line.length}, line.charset);
      at += line.length;
    }
    require(by_columns.take() == by_lines.take(), "the terms are those of the lines");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 3) return 0;
  const std::string_view rest(reinterpret_cast<const char*>(data + 3), size - 3);
  if (data[0] % 2 == 0) {
    write_and_read(rest);
  } else {
    std::vector<char> text;
    read(rest, text, data[1] + std::size_t{data[2]} * 256);
  }
  return 0;
}
