// Text as columns: what is written reads back byte for byte with the terms of its lines, whatever the lines;
// and whatever is read instead, nothing outside is touched.
//
// The input's first byte says which: text, of which every line feed ends a line, or bytes to be read as columns; the
// next five then say how long the text is to be (low byte first), and how many bytes at the end are still, calm and noise.

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "storage/text_columns.h"
#include "tests/fuzz/require.h"

namespace {

using namespace vigil;

/// From and into memory of exactly the promised size.
bool read(const TextColumns& columns, std::vector<char>& out, std::size_t size) {
  const auto copied = [](std::string_view bytes, std::size_t padding) {
    std::vector<char> copy(bytes.begin(), bytes.end());
    copy.resize(bytes.size() + padding);
    return copy;
  };
  const std::vector<char> text = copied(columns.text, kScanPadding), still = copied(columns.still, 0),
                          calm = copied(columns.calm, 0), noise = copied(columns.noise, 0);
  const TextColumns copy{.text = {text.data(), columns.text.size()},
                         .still = {still.data(), still.size()},
                         .calm = {calm.data(), calm.size()},
                         .noise = {noise.data(), noise.size()}};
  out.assign(size + kScanPadding, '\0');
  TextColumnsReader reader;
  const bool done = reader.read(copy, out.data(), size);
  require(!done || reader.says(copy, {out.data(), size}), "to be read and to be compared are the same");
  return done;
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
    std::string all;
    for (const std::string_view piece : {columns.text, columns.still, columns.calm, columns.noise}) {
      all.append(piece) += '|';
    }
    if (first.empty()) first = all;
    require(all == first, "every scanner makes the same columns");
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
  if (size < 6) return 0;
  const std::string_view rest(reinterpret_cast<const char*>(data + 6), size - 6);
  if (data[0] % 2 == 0) {
    write_and_read(rest);
  } else {
    std::vector<char> text;
    TextColumns columns{.text = rest, .still = {}, .calm = {}, .noise = {}};
    const auto cut = [&columns](std::size_t bytes) {
      bytes = std::min(bytes, columns.text.size());
      const std::string_view piece = columns.text.substr(columns.text.size() - bytes);
      columns.text.remove_suffix(bytes);
      return piece;
    };
    columns.noise = cut(data[5]);
    columns.calm = cut(data[4]);
    columns.still = cut(data[3]);
    read(columns, text, data[1] + std::size_t{data[2]} * 256);
  }
  return 0;
}
