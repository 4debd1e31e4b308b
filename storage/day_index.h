#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vigil {

// The term index of a run: of the blocks that one night's run made of a lane's day, in one. Instead of asking each block's
// own index, a look-up reads one page of a day.
//
// The hash space is cut into 2^log_pages pages by the hash's upper bits. A page on disk, version 1:
//
//   version 1 byte | n | blocks (varints) | log2 of buckets, 1 byte | section: bits of buckets | n low bytes
//   | section: n references of w bits each, lowest bit first | rest: lists | checksum64, 8 bytes
//
// The hash without the page's bits is cut to its upper (buckets + 8) bits, kept as in block_index.h. A reference is the
// ordinal of the only block that has the term, or `blocks` where several have it: those terms' lists stand in order, each a
// varint count and then so many varints: first ordinal, then distances; or count 0 and one bit for each block, in whole
// bytes. w is the bits that `blocks` needs.

/// Blocks of a run at most: bounds what a run keeps in memory.
constexpr std::uint16_t kRunBlocksMax = 256;
/// Pages of a run, as a power of two: terms of that many blocks need fewer.
constexpr unsigned kLogPagesMax = 14;

/// Gathers the terms of a run's blocks.
class DayIndexBuilder {
 public:
  /// Hashes sorted, each once; ordinals grow.
  void add(std::uint16_t ordinal, std::span<const std::uint32_t> hashes);
  /// The pages, 2^n of them; the builder is empty again.
  std::vector<std::string> finish();

 private:
  std::vector<std::uint64_t> pairs_;  ///< hash, ordinal
  std::uint32_t blocks_ = 0;
};

/// Number of the page that tells of a hash.
constexpr std::uint32_t day_index_page(std::uint32_t hash, unsigned log_pages) {
  return log_pages == 0 ? 0 : hash >> (32U - log_pages);
}

/// Sets to 0 in `blocks` (one byte for each ordinal) those that have not got the term. False if the page is not what was
/// written: then nothing can be excluded.
bool narrow_by_day_index(std::string_view page, unsigned log_pages, std::uint32_t hash,
                         std::span<char> blocks);

}  // namespace vigil
