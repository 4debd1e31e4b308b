// A file read in any pieces gives the same lines, each a part of the file, in order, none longer than the limit.
//
// The first byte of the input chooses the cuts and whether lines are joined to records, the rest is the file.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "parsers/line_cutter.h"
#include "tests/fuzz/require.h"

namespace {

using vigil::FileEncoding;
using vigil::LineCutter;
using vigil::LineCutterOptions;
using vigil::Tags;

constexpr std::size_t kLimit = 48;

struct Seen {
  std::vector<std::pair<std::string, std::uint64_t>> lines;
  std::uint64_t taken = 0, next = 0;
  bool operator==(const Seen&) const = default;
};

enum class Pauses { never, sometimes };

// `step` gives the length of the next piece.
template <class Step>
Seen read(std::string_view file, const LineCutterOptions& options, Step step, Pauses pauses) {
  LineCutter cutter(options);
  Seen seen;
  const auto sink = [&](std::string_view line, Tags tags) {
    require(!line.empty(), "a line is never empty");
    require(line.size() <= kLimit, "a line is never longer than the limit");
    seen.lines.emplace_back(line, tags.bits());
  };
  const std::string_view whole = file;
  while (cutter.next_offset() < whole.size()) {
    const std::string_view piece = whole.substr(cutter.next_offset(), step());
    const std::uint64_t before = cutter.taken();
    cutter.feed(piece, sink);
    require(cutter.taken() >= before && cutter.taken() <= cutter.next_offset(), "what is taken only grows");
    if (pauses == Pauses::sometimes && piece.size() % 3 == 0) {
      const bool at_end = cutter.next_offset() == whole.size();
      cutter.flush(sink);
      require(!cutter.waiting(), "nothing waits after a flush");
      if (at_end) {
        cutter.take_padding_back();
        break;
      }
    }
  }
  cutter.flush(sink);
  seen.taken = cutter.taken();
  seen.next = cutter.next_offset();
  cutter.take_padding_back();
  require(cutter.next_offset() == cutter.taken(), "only padding is read again");
  return seen;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0 || size > 8192) return 0;
  static const vigil::RecordStart kStart = *vigil::RecordStart::compile("^[0-9<\\x{767b}]");
  const std::string_view file(reinterpret_cast<const char*>(data) + 1, size - 1);
  std::uint32_t state = data[0];
  LineCutterOptions options{.line_bytes_max = kLimit, .encoding = vigil::encoding_of(file)};
  if ((data[0] & 1U) != 0) options.record_start = kStart;
  const auto random_step = [&state] {
    state = state * 1'664'525U + 1'013'904'223U;
    return static_cast<std::size_t>(1 + (state >> 24U) % 40);
  };
  const Seen whole = read(
      file, options, [&] { return file.size(); }, Pauses::never);
  require(read(file, options, random_step, Pauses::never) == whole, "the lines do not depend on the cuts");
  require(read(
              file, options, [] { return std::size_t{1}; }, Pauses::never) == whole,
          "not even on single bytes");
  // The NULs before a line that goes on a record are left out of it.
  if (options.encoding == FileEncoding::bytes && !options.record_start) {
    std::size_t from = 0;
    for (const auto& [line, tags] : whole.lines) {
      const std::size_t at = file.find(line, from);
      require(at != std::string_view::npos, "a line is a part of the file, behind the one before it");
      from = at + line.size();
    }
  }
  read(file, options, random_step, Pauses::sometimes);
  return 0;
}
