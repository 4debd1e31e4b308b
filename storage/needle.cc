#include "storage/needle.h"

#include <bit>
#include <cstdint>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace vigil {

namespace {
constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }
constexpr bool is_letter(char c) { return c >= 'a' && c <= 'z'; }
}  // namespace

Needle::Needle(std::string_view text) : lower_(text) {
  for (char& c : lower_) c = lower(c);
}

bool Needle::equals(const char* at) const {
  for (const char c : lower_) {
    if (lower(*at++) != c) return false;
  }
  return true;
}

std::size_t Needle::find(std::string_view text, std::size_t from) const {
  const std::size_t length = lower_.size();
  if (from > text.size() || text.size() - from < length) return std::string_view::npos;
  if (length == 0) return from;
  const char* const end = text.data() + text.size() - length + 1;  // past the last place it could stand
  const char* at = text.data() + from;
#if defined(__SSE2__)
  // Bit 5 set makes a letter small; for other bytes the mask is 0 and they are compared as they are.
  const auto fold = [](char c) { return _mm_set1_epi8(is_letter(c) ? 0x20 : 0); };
  const __m128i first = _mm_set1_epi8(lower_.front()), first_fold = fold(lower_.front());
  const __m128i last = _mm_set1_epi8(lower_.back()), last_fold = fold(lower_.back());
  for (; end - at >= 16; at += 16) {
    const __m128i heads = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    const __m128i tails = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at + length - 1));
    const __m128i both = _mm_and_si128(_mm_cmpeq_epi8(_mm_or_si128(heads, first_fold), first),
                                       _mm_cmpeq_epi8(_mm_or_si128(tails, last_fold), last));
    for (auto hits = static_cast<unsigned>(_mm_movemask_epi8(both)); hits != 0; hits &= hits - 1) {
      const char* const candidate = at + std::countr_zero(hits);
      if (equals(candidate)) return static_cast<std::size_t>(candidate - text.data());
    }
  }
#endif
  for (; at < end; ++at) {
    if (equals(at)) return static_cast<std::size_t>(at - text.data());
  }
  return std::string_view::npos;
}

std::size_t find_plain(std::string_view text, std::string_view needle, std::size_t from) {
  for (std::size_t at = from; at <= text.size() && text.size() - at >= needle.size(); ++at) {
    std::size_t i = 0;
    while (i < needle.size() && lower(text[at + i]) == lower(needle[i])) ++i;
    if (i == needle.size()) return at;
  }
  return std::string_view::npos;
}

}  // namespace vigil
