// Text as columns: what is written reads back byte for byte with the terms of its lines, whatever the lines;
// and whatever is read instead, nothing outside is touched.
//
// The input's first byte says which: text, of which every line feed ends a line, or bytes to be read as columns; the
// next four then say how long the text is to be (low byte first), and how many bytes at the end are calm and noise.

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "storage/text_columns.h"
#include "tests/fuzz/require.h"

namespace {

using namespace vigil;

bool read(std::string_view text, std::string_view calm, std::string_view noise, std::vector<char>& out,
          std::size_t size) {
  const auto padded = [](std::string_view bytes) {
    std::vector<char> copy(bytes.begin(), bytes.end());
    copy.resize(bytes.size() + kScanPadding);
    return copy;
  };
  const std::vector<char> in[] = {padded(text), padded(calm), {noise.begin(), noise.end()}};
  out.assign(size + kScanPadding, '\0');
  TextColumnsReader reader;
  return reader.read({.text = {in[0].data(), text.size()},
                      .calm = {in[1].data(), calm.size()},
                      .noise = {in[2].data(), noise.size()}},
                     out.data(), size);
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
    const TextColumns columns = writer.write(text.data(), lines, by_columns);
    const std::string all =
        std::string(columns.text) + '|' + std::string(columns.calm) + '|' + std::string(columns.noise);
    if (first.empty()) first = all;
    require(all == first, "every scanner makes the same columns");
    std::vector<char> back;
    require(read(columns.text, columns.calm, columns.noise, back, size), "what was written can be read");
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
  if (size < 5) return 0;
  const std::string_view rest(reinterpret_cast<const char*>(data + 5), size - 5);
  if (data[0] % 2 == 0) {
    write_and_read(rest);
  } else {
    std::vector<char> text;
    const std::size_t noise = std::min<std::size_t>(rest.size(), data[4]);
    const std::size_t calm = std::min<std::size_t>(rest.size() - noise, data[3]);
    const std::size_t words = rest.size() - calm - noise;
    read(rest.substr(0, words), rest.substr(words, calm), rest.substr(words + calm), text,
         data[1] + std::size_t{data[2]} * 256);
  }
  return 0;
}
