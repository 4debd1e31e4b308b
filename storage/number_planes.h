#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "storage/wire.h"

namespace vigil {

// Numbers as planes: the lowest byte of all of them, then the next byte of all. Streams:
//
//   shapes  for each run of numbers: least (varint); how many bytes each has, plus 16 if they are distances, plus 32 times
//           the unit; two bits for each byte, the lowest byte's lowest: the stream it is in (varint)
//   0 still  bytes of which few are different
//   1 calm   bytes that are not all alike likely: both are packed well, but not together, and not with text
//   2 noise  bytes where any is as likely as another: packing makes them no smaller
//
// Times 1,000 to the power of the unit (at most 3), and added to the least, the bytes are the number; or they are its
// zig-zag distance from the number before in that unit, and the first one's from the least. How many numbers there are is
// not written.

/// Room behind what is read and written: whole registers are loaded and stored.
constexpr std::size_t kColumnPadding = 64;

/// Copies in steps of sixteen bytes: reads and writes up to fifteen more than asked, which may overlap.
inline void copy_wide(char* to, const char* from, std::size_t size) {
  for (std::size_t at = 0; at < size; at += 16) {
    char bytes[16];
    std::memcpy(bytes, from + at, sizeof bytes);
    std::memcpy(to + at, bytes, sizeof bytes);
  }
}

/// Length of what both begin with, at most `limit`. Sixteen bytes behind either's end are readable.
inline std::size_t common_prefix(const char* a, const char* b, std::size_t limit) {
  std::size_t at = 0;
#if defined(__SSE2__)
  for (; at < limit; at += 16) {
    const __m128i same = _mm_cmpeq_epi8(_mm_loadu_si128(reinterpret_cast<const __m128i*>(a + at)),
                                        _mm_loadu_si128(reinterpret_cast<const __m128i*>(b + at)));
    const auto differs = ~static_cast<std::uint32_t>(_mm_movemask_epi8(same)) & 0xffffU;
    if (differs != 0) return std::min(limit, at + static_cast<std::size_t>(std::countr_zero(differs)));
  }
  return limit;
#else
  while (at < limit && a[at] == b[at]) ++at;
  return at;
#endif
}

/// Whether bytes are equal. Sixteen bytes behind either's end are readable.
inline bool same_wide(const char* a, const char* b, std::size_t size) {
  return common_prefix(a, b, size) == size;
}

/// Bytes that grow without being zeroed again.
class ColumnStream {
 public:
  void clear() { used_ = 0; }
  /// Room for `bytes` more, and kColumnPadding behind. Say what was used with end().
  char* room(std::size_t bytes) {
    if (bytes_.size() < used_ + bytes + kColumnPadding) bytes_.resize(2 * (used_ + bytes + kColumnPadding));
    return bytes_.data() + used_;
  }
  void end(const char* end) { used_ = static_cast<std::size_t>(end - bytes_.data()); }
  void varint(std::uint64_t value) { end(put_varint(room(kVarintMax), value)); }
  void bytes(const char* from, std::size_t size) { end(std::copy_n(from, size, room(size))); }
  void section(std::string_view bytes_of) {
    varint(bytes_of.size());
    bytes(bytes_of.data(), bytes_of.size());
  }
  std::string_view view() const { return {bytes_.data(), used_}; }
  /// Takes back what was written since there were so many bytes.
  void rewind(std::size_t size) { used_ = size; }
  std::size_t size() const { return used_; }

 private:
  std::vector<char> bytes_;
  std::size_t used_ = 0;
};

/// Writes numbers. Keeps its memory; one thread.
struct NumberPlanes {
  ColumnStream shapes, still, calm, noise;

  void clear() {
    for (ColumnStream* stream : {&shapes, &still, &calm, &noise}) stream->clear();
  }
  /// They are changed; there is at least one.
  void put(std::span<std::uint64_t> values);

 private:
  template <std::size_t kUnit>
  void put_in(std::span<std::uint64_t> values, std::uint64_t least, std::uint64_t most);
};

/// What numbers are read from. Bytes that may be anything.
struct NumberReaders {
  WireReader shapes, still, calm, noise;
  bool at_end() const {
    return shapes.left() == 0 && still.left() == 0 && calm.left() == 0 && noise.left() == 0;
  }
};

/// Numbers that are read, still in planes.
class PlanedNumbers {
 public:
  /// False if there are not so many.
  bool read(NumberReaders& in, std::size_t count);
  /// Each index once, in order.
  std::uint64_t next(std::size_t index) {
    std::uint64_t bytes = 0;
    for (unsigned plane = 0; plane < width_; ++plane)
      bytes |= std::uint64_t{planes_[plane][index]} << (8 * plane);
    if (!distances_) return value_ + bytes * unit_;
    return value_ += static_cast<std::uint64_t>(unzigzag(bytes)) * unit_;
  }

 private:
  std::uint64_t value_ = 0;  ///< the least, or the number before
  std::uint64_t unit_ = 1;
  unsigned width_ = 0;
  bool distances_ = false;
  std::array<const unsigned char*, 8> planes_{};
};

}  // namespace vigil
