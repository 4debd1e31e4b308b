// The values that stand beside a block's parts: heads with their custody segments, rollups, pages of a run's index, letter
// indexes. Whatever the bytes, reading them stays inside, takes no more memory than its limits, and gives only what its users
// may rely on.
//
// The first byte says which; the rest is the value without its checksum, which is added (letter indexes have none of ours).

#include <cstdint>
#include <string>
#include <string_view>

#include "storage/block_codec.h"
#include "storage/day_index.h"
#include "storage/hash.h"
#include "storage/letter_index.h"
#include "storage/rollup.h"
#include "storage/wire.h"
#include "tests/fuzz/require.h"

namespace {

using namespace vigil;

void read_head(std::string_view value) {
  BlockInfo info;
  std::vector<CustodySegment> segments;
  if (!decode_block_head(value, info, &segments)) return;
  std::uint64_t end = 0;
  for (const CustodySegment& segment : segments) {
    require(segment.sequence_first >= end && segment.sequence_last >= segment.sequence_first,
            "segments are in order");
    end = segment.sequence_last;
  }
  BlockInfo again;
  std::vector<CustodySegment> segments_again;
  require(decode_block_head(encode_block_head(info, segments), again, &segments_again) && again == info &&
              segments_again == segments,
          "a head that is read can be written again");
}

void read_counts(std::string_view value) {
  Rollup rollup;
  if (!read_rollup(value, rollup)) return;
  for (const RollupEntry& entry : rollup.entries) {
    require(entry.source < rollup.sources.size(), "an entry's source is there");
    if (entry.host != kHostUnknown) static_cast<void>(rollup.host_of(entry).size());
    require(entry.severity <= kSeverityUnknown, "a severity is one");
  }
}

void read_page(std::string_view value) {
  for (const unsigned log_pages : {0U, 3U, kLogPagesMax}) {
    for (const std::uint32_t hash : {0U, 1U << 31U, UINT32_MAX, 0x12345678U}) {
      std::vector<char> blocks(kRunBlocksMax, 1);
      const bool read = narrow_by_day_index(value, log_pages, hash, blocks);
      for (const char block : blocks)
        require(block == 1 || (read && block == 0), "only what is read excludes");
    }
  }
}

void read_letters(std::string_view value) {
  for (const std::size_t parts : {std::size_t{1}, std::size_t{9}, std::size_t{300}}) {
    LetterIndex letters;
    if (!letters.open(value, parts)) continue;
    for (std::size_t part = 0; part < parts; ++part) {
      if (letters.known(part)) static_cast<void>(letters.has(part, {0, 1, 26 * 29}));
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  std::string value(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (data[0] % 4 == 3) {
    read_letters(value);
    return 0;
  }
  append_fixed(value, checksum64(value));
  switch (data[0] % 4) {
    case 0:
      read_head(value);
      break;
    case 1:
      read_counts(value);
      break;
    default:
      read_page(value);
  }
  return 0;
}
