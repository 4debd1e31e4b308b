#include "parsers/byte_scan.h"

#include <bit>

#ifdef __SSE2__
#include <immintrin.h>
#endif

namespace vigil {
namespace {

// Printable ASCII is what lies from 0x20 to 0x7e.
constexpr bool is_printable(char c) { return c >= 0x20 && c != 0x7f; }

constexpr bool is_control(char c) {
  return (static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n') || c == 0x7f;
}

bool plain_is_printable(std::string_view text) {
  bool all = true;
  for (const char c : text) all &= is_printable(c);
  return all;
}

bool plain_has_control(std::string_view text) {
  bool any = false;
  for (const char c : text) any |= is_control(c);
  return any;
}

std::size_t plain_find(std::string_view text, std::size_t at) {
  while (at < text.size() && text[at] != '\n' && text[at] != '\0') ++at;
  return at;
}

#ifdef __SSE2__

// As signed bytes plus one, all that is not printable is below 0x21: DEL and what is beyond ASCII become
// negative (0xff becomes 0).
//
// The last block overlaps the one before it, which changes no answer and saves a loop over single bytes.
bool sse2_is_printable(std::string_view text) {
  const auto odd_at = [&text](std::size_t at) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + at));
    return _mm_cmplt_epi8(_mm_add_epi8(bytes, _mm_set1_epi8(1)), _mm_set1_epi8(0x21));
  };
  __m128i odd = odd_at(text.size() - 16);
  for (std::size_t at = 0; at + 16 < text.size(); at += 16) odd = _mm_or_si128(odd, odd_at(at));
  return _mm_movemask_epi8(odd) == 0;
}

bool sse2_has_control(std::string_view text) {
  const auto control_at = [&text](std::size_t at) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + at));
    const auto is = [bytes](char c) { return _mm_cmpeq_epi8(bytes, _mm_set1_epi8(c)); };
    const __m128i below_blank = _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(0x1f)), bytes);
    return _mm_or_si128(_mm_andnot_si128(_mm_or_si128(is('\t'), is('\n')), below_blank), is(0x7f));
  };
  __m128i any = control_at(text.size() - 16);
  for (std::size_t at = 0; at + 16 < text.size(); at += 16) any = _mm_or_si128(any, control_at(at));
  return _mm_movemask_epi8(any) != 0;
}

// The smaller of a byte and the byte with LF's bits turned round is 0 for LF and NUL alone.
std::size_t sse2_find(std::string_view text, std::size_t at) {
  for (; at + 16 <= text.size(); at += 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + at));
    const __m128i least = _mm_min_epu8(bytes, _mm_xor_si128(bytes, _mm_set1_epi8('\n')));
    const auto mask = static_cast<unsigned>(_mm_movemask_epi8(_mm_cmpeq_epi8(least, _mm_setzero_si128())));
    if (mask != 0) return at + static_cast<std::size_t>(std::countr_zero(mask));
  }
  return plain_find(text, at);
}

[[gnu::target("avx2")]] inline __m256i avx2_load(std::string_view text, std::size_t at) {
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(text.data() + at));
}

[[gnu::target("avx2")]] bool avx2_is_printable(std::string_view text) {
  const __m256i one = _mm256_set1_epi8(1);
  const __m256i bound = _mm256_set1_epi8(0x21);
  __m256i odd = _mm256_cmpgt_epi8(bound, _mm256_add_epi8(avx2_load(text, text.size() - 32), one));
  for (std::size_t at = 0; at + 32 < text.size(); at += 32) {
    odd = _mm256_or_si256(odd, _mm256_cmpgt_epi8(bound, _mm256_add_epi8(avx2_load(text, at), one)));
  }
  return _mm256_movemask_epi8(odd) == 0;
}

[[gnu::target("avx2")]] std::size_t avx2_find(std::string_view text) {
  const __m256i lf = _mm256_set1_epi8('\n');
  std::size_t at = 0;
  for (; at + 32 <= text.size(); at += 32) {
    const __m256i bytes = avx2_load(text, at);
    const __m256i least = _mm256_min_epu8(bytes, _mm256_xor_si256(bytes, lf));
    const auto mask =
        static_cast<unsigned>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(least, _mm256_setzero_si256())));
    if (mask != 0) return at + static_cast<std::size_t>(std::countr_zero(mask));
  }
  return sse2_find(text, at);
}

const bool kHasAvx2 = __builtin_cpu_supports("avx2") != 0;

#endif

}  // namespace

bool is_printable_ascii(std::string_view text) {
#ifdef __SSE2__
  if (kHasAvx2 && text.size() >= 32) return avx2_is_printable(text);
  if (text.size() >= 16) return sse2_is_printable(text);
#endif
  return plain_is_printable(text);
}

bool has_control(std::string_view text) {
#ifdef __SSE2__
  if (text.size() >= 16) return sse2_has_control(text);
#endif
  return plain_has_control(text);
}

std::size_t find_lf_or_nul(std::string_view text) {
#ifdef __SSE2__
  if (kHasAvx2) return avx2_find(text);
  return sse2_find(text, 0);
#else
  return plain_find(text, 0);
#endif
}

}  // namespace vigil
