#include "parsers/json_marks.h"

#include <immintrin.h>

#include <bit>
#include <cstring>

#include "parsers/json_fields.h"

namespace vigil {
namespace {

JsonMarks::Place place(const char* at) {
  std::uint32_t bytes = 0;
  std::memcpy(&bytes, at, sizeof bytes);
  constexpr unsigned kPlaceBits = 11;
  return static_cast<JsonMarks::Place>((bytes * 2654435769U) >> (32 - kPlaceBits));  // Knuth's multiplicative hash
}

}  // namespace

JsonMarks::Place JsonMarks::place_of(std::string_view mark) { return place(mark.data()); }

JsonMarks::JsonMarks(std::string_view text) {
  text = json_front(text);
  if (text.size() <= kMarkBytes) return;
  const std::size_t last = text.size() - kMarkBytes - 1;  // the last quote behind which a mark fits
  const auto note = [&](std::size_t quote) {
    const Place at = place(text.data() + quote + 1);
    bits_[at / 64] |= std::uint64_t{1} << (at % 64);
  };
  const __m128i quotes = _mm_set1_epi8('"');
  std::size_t at = 0;
  for (; at + 16 <= text.size(); at += 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + at));
    auto mask = static_cast<unsigned>(_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, quotes)));
    for (; mask != 0; mask &= mask - 1) {
      const std::size_t quote = at + static_cast<std::size_t>(std::countr_zero(mask));
      if (quote > last) return;
      note(quote);
    }
  }
  for (; at <= last; ++at) {
    if (text[at] == '"') note(at);
  }
}

}  // namespace vigil
