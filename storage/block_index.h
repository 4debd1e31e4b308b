#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace vigil {

// A block's term index on disk, version 1: an approximate set of term hashes, 10 to 11 bits each, that answers
// "not here" exactly and "perhaps here" wrongly once in 256 to 512 times.
//
//   version 1 byte | n, varint | log2 of buckets, 1 byte | bits of buckets | n low bytes | checksum64, 8 bytes
//
// A hash is cut to its upper (buckets + 8) bits. The bucket is the upper part; for each bucket in turn the bits hold
// as many ones as it has members, then a zero. The low byte of each member stands in the array, in the same order
// (Elias-Fano). It can be read out again in order, so days can be merged from it without the text.

/// Hashes must be sorted and unique.
std::string encode_block_index(std::span<const std::uint32_t> hashes);

class BlockIndex {
 public:
  /// Views into `value`, which must outlive it. False if the bytes are not what was written: then nothing can be
  /// excluded.
  bool open(std::string_view value);
  bool may_contain(std::uint32_t hash) const;
  std::size_t size() const { return lows_.size(); }

 private:
  std::string_view bits_, lows_;
  unsigned log_buckets_ = 0;
};

}  // namespace vigil
