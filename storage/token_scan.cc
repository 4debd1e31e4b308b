#include "storage/token_scan.h"

#include <array>
#include <bit>
#include <string_view>
#if defined(__x86_64__)
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"  // GCC 12, about its own header
#endif
#include <immintrin.h>
#endif

namespace vigil {

namespace {

constexpr std::string_view kDelimiters = "\t \"%&'(),;<=>?[]{|}";

/// 0xff for a delimiter; ASCII only.
constexpr std::array<std::uint8_t, 128> delimiter_table() {
  std::array<std::uint8_t, 128> table{};
  for (const char c : kDelimiters) table[static_cast<unsigned char>(c)] = 0xff;
  return table;
}
constexpr std::array<std::uint8_t, 128> kTable = delimiter_table();

ScannedLine scan_portable(const char* line, std::size_t size, std::uint16_t* starts, char* skeleton) {
  std::uint32_t count = 0;
  unsigned seen = 0;
  starts[0] = 0;
  for (std::size_t at = 0; at < size; ++at) {
    const auto byte = static_cast<unsigned char>(line[at]);
    seen |= byte;
    if (byte < 0x80U && kTable[byte] != 0) {
      skeleton[count++] = line[at];
      starts[count] = static_cast<std::uint16_t>(at + 1);
    }
  }
  starts[count + 1] = static_cast<std::uint16_t>(size + 1);
  return {.tokens = count + 1, .high = seen >= 0x80U};
}

#if defined(__x86_64__)

/// A bit for each upper half of a byte that delimiters have.
constexpr std::uint8_t half_bit(unsigned upper) {
  switch (upper) {
    case 0:
      return 1;
    case 2:
      return 2;
    case 3:
      return 4;
    case 5:
      return 8;
    case 7:
      return 16;
    default:
      return 0;
  }
}
struct Halves {
  std::array<std::uint8_t, 16> upper{}, lower{};
};
/// Looked up by either half of a byte, the two have a bit in common where the byte is a delimiter.
constexpr Halves half_tables() {
  Halves halves;
  for (unsigned i = 0; i < 8; ++i) halves.upper[i] = half_bit(i);
  for (const char c : kDelimiters) {
    const auto byte = static_cast<unsigned char>(c);
    halves.lower[byte & 15U] = static_cast<std::uint8_t>(halves.lower[byte & 15U] | half_bit(byte >> 4U));
  }
  return halves;
}
constexpr Halves kHalves = half_tables();

[[gnu::target("avx2")]] ScannedLine scan_avx2(const char* line, std::size_t size, std::uint16_t* starts,
                                              char* skeleton) {
  const __m256i upper =
      _mm256_broadcastsi128_si256(_mm_loadu_si128(reinterpret_cast<const __m128i*>(kHalves.upper.data())));
  const __m256i lower =
      _mm256_broadcastsi128_si256(_mm_loadu_si128(reinterpret_cast<const __m128i*>(kHalves.lower.data())));
  const __m256i low_half = _mm256_set1_epi8(15), zero = _mm256_setzero_si256();
  std::uint32_t count = 0, high = 0;
  starts[0] = 0;
  for (std::size_t base = 0; base < size; base += 32) {
    const __m256i bytes = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(line + base));
    // The shuffle gives zero for an index with its top bit: bytes from 0x80 on are no delimiters.
    const __m256i by_lower = _mm256_shuffle_epi8(lower, bytes);
    const __m256i by_upper =
        _mm256_shuffle_epi8(upper, _mm256_and_si256(_mm256_srli_epi16(bytes, 4), low_half));
    const __m256i none = _mm256_cmpeq_epi8(_mm256_and_si256(by_lower, by_upper), zero);
    auto delimiters = ~static_cast<std::uint32_t>(_mm256_movemask_epi8(none));
    auto large = static_cast<std::uint32_t>(_mm256_movemask_epi8(bytes));
    if (size - base < 32) {
      const std::uint32_t inside = (1U << (size - base)) - 1;
      delimiters &= inside;
      large &= inside;
    }
    high |= large;
    for (; delimiters != 0; delimiters &= delimiters - 1) {
      const std::size_t at = base + static_cast<std::size_t>(std::countr_zero(delimiters));
      skeleton[count++] = line[at];
      starts[count] = static_cast<std::uint16_t>(at + 1);
    }
  }
  starts[count + 1] = static_cast<std::uint16_t>(size + 1);
  return {.tokens = count + 1, .high = high != 0};
}

[[gnu::target("avx512f,avx512bw,avx512vl,avx512vbmi,avx512vbmi2")]] ScannedLine scan_avx512(
    const char* line, std::size_t size, std::uint16_t* starts, char* skeleton) {
  alignas(64) static constexpr auto kIota = [] {
    std::array<std::uint8_t, 64> iota{};
    for (unsigned i = 0; i < 64; ++i) iota[i] = static_cast<std::uint8_t>(i);
    return iota;
  }();
  const __m512i first = _mm512_loadu_si512(kTable.data()), second = _mm512_loadu_si512(kTable.data() + 64);
  const __m512i iota = _mm512_load_si512(kIota.data());
  std::uint32_t count = 0;
  std::uint64_t high = 0;
  starts[0] = 0;
  for (std::size_t base = 0; base < size; base += 64) {
    const std::size_t left = size - base;
    const __mmask64 inside = left < 64 ? (__mmask64{1} << left) - 1 : ~__mmask64{0};
    const __m512i bytes = _mm512_maskz_loadu_epi8(inside, line + base);
    const __mmask64 large = _mm512_movepi8_mask(bytes);
    high |= large;
    const __mmask64 delimiters =
        _mm512_movepi8_mask(_mm512_permutex2var_epi8(first, bytes, second)) & inside & ~large;
    const auto found = static_cast<std::uint32_t>(std::popcount(static_cast<std::uint64_t>(delimiters)));
    _mm512_storeu_si512(skeleton + count, _mm512_maskz_compress_epi8(delimiters, bytes));
    const __m512i places = _mm512_maskz_compress_epi8(delimiters, iota);
    const __m512i from = _mm512_set1_epi16(static_cast<short>(base + 1));
    _mm512_storeu_si512(starts + count + 1,
                        _mm512_add_epi16(_mm512_cvtepu8_epi16(_mm512_castsi512_si256(places)), from));
    if (found > 32) {
      _mm512_storeu_si512(starts + count + 33,
                          _mm512_add_epi16(_mm512_cvtepu8_epi16(_mm512_extracti64x4_epi64(places, 1)), from));
    }
    count += found;
  }
  starts[count + 1] = static_cast<std::uint16_t>(size + 1);
  return {.tokens = count + 1, .high = high != 0};
}

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif
#endif

}  // namespace

TokenScanner token_scanner(ScanWidth width) {
#if defined(__x86_64__)
  if (width == ScanWidth::avx512) {
    const bool able = __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
                      __builtin_cpu_supports("avx512vbmi") && __builtin_cpu_supports("avx512vbmi2");
    return able ? scan_avx512 : nullptr;
  }
  if (width == ScanWidth::avx2) return __builtin_cpu_supports("avx2") ? scan_avx2 : nullptr;
#endif
  return width == ScanWidth::portable ? scan_portable : nullptr;
}

TokenScanner token_scanner() {
  for (const ScanWidth width : {ScanWidth::avx512, ScanWidth::avx2}) {
    if (const TokenScanner scanner = token_scanner(width); scanner != nullptr) return scanner;
  }
  return scan_portable;
}

}  // namespace vigil
