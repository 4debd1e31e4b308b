// Text as columns: what is written reads back byte for byte with the terms of its lines, whatever the lines;
// and whatever is read instead, nothing outside is touched. What a line holds is never said to be missing by a search of the
// columns (column_search.h), and how far lines show their ASCII is what each of them says.
//
// The input's first byte says which: text, of which every line feed ends a line, or bytes to be read as columns; the
// next five then say how long the text is to be (low byte first), and how many bytes at the end are still, calm and noise.

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "storage/column_search.h"
#include "storage/text_columns.h"
#include "storage/wire.h"
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

/// Pieces of a text, of which the search has to know. A few of each length, so that it stays quick.
template <class Check>
void for_some_pieces(std::string_view text, Check&& check) {
  for (std::size_t size = 2; size <= std::min<std::size_t>(text.size(), 80); size += 1 + size / 2) {
    const std::size_t step = 1 + (text.size() - size) / 4;
    for (std::size_t at = 0; at + size <= text.size(); at += step) check(text.substr(at, size));
  }
}

/// The columns' text in memory of exactly the promised size.
struct Searched {
  std::vector<char> bytes;
  std::size_t size;
  LetterIndex letters;

  explicit Searched(std::string_view text) : bytes(text.begin(), text.end()), size(text.size()) {
    bytes.resize(size + kScanPadding);
    LetterIndexWriter writer;
    writer.add({.text = {bytes.data(), size}, .still = {}, .calm = {}, .noise = {}}, ShownAscii::all);
    require(letters.open(writer.finish(), 1), "a letter index can be read");
  }
  bool may_hold(std::string_view needle) const {
    const ColumnSearch search({std::string(needle)});
    return search.may_hold({bytes.data(), size}, ShownAscii::all) &&
           (!letters.known(0) || search.may_hold(letters, 0, ShownAscii::all));
  }
};

/// Whatever was read: what stands in the text more often than lines end there stands in one of them.
void search_what_was_read(const TextColumns& columns, std::string_view text) {
  const std::uint64_t lines = WireReader(columns.text).varint();
  const Searched searched(columns.text);
  for_some_pieces(text.substr(0, 512), [&](std::string_view piece) {
    std::uint64_t times = 0;
    for (std::size_t at = text.find(piece); at != std::string_view::npos; at = text.find(piece, at + piece.size())) ++times;
    require(times < lines || searched.may_hold(piece), "what was read is found in the columns");
  });
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
    const Searched searched(columns.text);
    ShownAscii shown = ShownAscii::all;
    for (const TextLine& line : lines) {
      by_lines.add({at, line.length}, line.charset);
      shown = std::max(shown, shown_ascii({at, line.length}));
      if (lines.size() < 64 && width == ScanWidth::portable) {
        for_some_pieces({at, line.length}, [&](std::string_view piece) {
          require(searched.may_hold(piece), "what a line holds is found in the columns");
        });
      }
      at += line.length;
    }
    require(writer.shown() == shown, "the columns know how far their lines show their ASCII");
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
    const std::size_t wanted = data[1] + std::size_t{data[2]} * 256;
    if (read(columns, text, wanted)) search_what_was_read(columns, {text.data(), wanted});
  }
  return 0;
}
