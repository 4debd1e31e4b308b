#include "storage/terms.h"

#include <algorithm>
#include <bit>
#include <utility>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "parsers/charset.h"
#include "storage/folding.h"
#include "storage/hash.h"
#include "storage/radix_sort.h"

namespace vigil {

namespace {

constexpr std::size_t kWordMin = 3;  ///< shorter words are everywhere
constexpr std::size_t kQuad = 4, kQuadDigits = 3;
constexpr std::size_t kSextet = 6, kSextetDigits = 2;

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
constexpr bool is_word(char c) { return is_digit(c) || is_letter(c); }
constexpr bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

constexpr std::uint64_t kLower = 0x2020202020202020;  ///< makes letters small and leaves digits as they are
constexpr std::uint64_t low_bytes(std::size_t count) {
  return count >= 8 ? ~std::uint64_t{0} : (std::uint64_t{1} << (8 * count)) - 1;
}

/// The last step: `a` and `b` are the term's last sixteen bytes or fewer, zero behind its end.
inline std::uint64_t finish_hash(std::uint64_t state, std::uint64_t a, std::uint64_t b, std::size_t size) {
  return mix(a ^ kMixA ^ state, b ^ kMixB ^ (size << 32U));
}
std::uint64_t step_hash(std::uint64_t state, std::uint64_t a, std::uint64_t b) {
  return mix(a ^ kMixD ^ state, b ^ kMixC);
}

/// 64 bits, of which a term's hash is the upper half and its slot among the recent ones comes from the lower.
std::uint64_t wide_hash(std::string_view term) {
  std::uint64_t state = 0;
  const char* at = term.data();
  std::size_t left = term.size();
  for (; left > 16; left -= 16, at += 16) state = step_hash(state, load_u64(at), load_u64(at + 8));
  char rest[16] = {};
  if (left > 0) std::memcpy(rest, at, left);
  return finish_hash(state, load_u64(rest), load_u64(rest + 8), term.size());
}

/// The same for a word as it stands in a text, of any case, sixteen bytes readable behind it.
inline std::uint64_t wide_hash_of_word(const char* at, std::size_t size) {
  std::uint64_t state = 0;
  std::size_t left = size;
  for (; left > 16; left -= 16, at += 16) {
    state = step_hash(state, load_u64(at) | kLower, load_u64(at + 8) | kLower);
  }
  const std::uint64_t a = (load_u64(at) | kLower) & low_bytes(left);
  const std::uint64_t b = left > 8 ? (load_u64(at + 8) | kLower) & low_bytes(left - 8) : 0;
  return finish_hash(state, a, b, size);
}

/// Watches short words go by and says when the latest ones make an address.
class AddressWatch {
 public:
  /// A run of letters and digits that is no word term, [begin, end) of `text`; `after` is the character
  /// behind it. Calls `sink(begin, end)`.
  template <class Sink>
  void see(const char* text, std::size_t begin, std::size_t end, char after, bool letter, Sink&& sink) {
    const char joint = begins_ > 0 && begin == end_ + 1 ? text[end_] : '\0';
    if (!is_joint(joint)) {
      begins_ = 0;
      quad_ = sextet_ = 0;
      if (!is_joint(after)) return;  // most short words stand alone
    }
    const std::size_t size = end - begin;
    if (size > kQuadDigits) {
      begins_ = 0;
      return;
    }
    quad_ = letter ? 0 : (joint == '.' ? quad_ + 1 : 1);
    const bool pair = size == kSextetDigits && is_hex(text[begin]) && is_hex(text[begin + 1]);
    sextet_ = !pair ? 0 : (joint == ':' || joint == '-' ? sextet_ + 1 : 1);
    begin_[begins_++ % std::size(begin_)] = begin;
    end_ = end;
    if (quad_ >= kQuad) sink(begin_[(begins_ - kQuad) % std::size(begin_)], end);
    if (sextet_ >= kSextet) sink(begin_[(begins_ - kSextet) % std::size(begin_)], end);
  }

 private:
  static constexpr bool is_joint(char c) { return c == '.' || c == ':' || c == '-'; }

  std::size_t begin_[8] = {};  ///< where the latest short words began
  std::size_t begins_ = 0;     ///< how many of them there were since the last gap
  std::size_t end_ = 0;
  unsigned quad_ = 0, sextet_ = 0;
};

/// Blocks of scripts that are written without spaces and have no upper case.
constexpr bool is_cjk(char32_t code) {
  return (code >= 0x2E80 && code <= 0x9FFF) || (code >= 0xAC00 && code <= 0xD7AF) ||
         (code >= 0xF900 && code <= 0xFAFF) || (code >= 0x20000 && code <= 0x3FFFF);
}

char32_t decode_utf8(std::string_view sequence) {
  const auto byte = [&](std::size_t i) {
    return static_cast<char32_t>(static_cast<unsigned char>(sequence[i]));
  };
  switch (sequence.size()) {
    case 2:
      return ((byte(0) & 0x1fU) << 6U) | (byte(1) & 0x3fU);
    case 3:
      return ((byte(0) & 0x0fU) << 12U) | ((byte(1) & 0x3fU) << 6U) | (byte(2) & 0x3fU);
    case 4:
      return ((byte(0) & 0x07U) << 18U) | ((byte(1) & 0x3fU) << 12U) | ((byte(2) & 0x3fU) << 6U) |
             (byte(3) & 0x3fU);
    default:
      return 0;
  }
}

/// Walks the text byte by byte: words, addresses and CJK pairs. `sink(std::string_view)` gets views of the
/// text; case is as written.
template <class Sink>
void walk_terms(std::string_view text, TextEdges edges, Sink&& sink) {
  AddressWatch addresses;
  std::size_t previous_cjk = std::string_view::npos;  // where the CJK character before this place began
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    if (is_word(c)) {
      const std::size_t begin = at;
      bool letter = false;
      for (; at < text.size() && is_word(text[at]); ++at) letter |= is_letter(text[at]);
      previous_cjk = std::string_view::npos;
      if ((begin == 0 && !edges.front_complete) || (at == text.size() && !edges.back_complete)) continue;
      if (letter && at - begin >= kWordMin) {
        sink(text.substr(begin, at - begin));
      } else {
        addresses.see(text.data(), begin, at, at < text.size() ? text[at] : '\0', letter,
                      [&](std::size_t first, std::size_t last) { sink(text.substr(first, last - first)); });
      }
      continue;
    }
    const std::size_t length =
        static_cast<unsigned char>(c) < 0x80U ? 0 : utf8_sequence_length(text.substr(at));
    if (length >= 3 && is_cjk(decode_utf8(text.substr(at, length)))) {
      if (previous_cjk != std::string_view::npos) sink(text.substr(previous_cjk, at + length - previous_cjk));
      previous_cjk = at;
    } else {
      previous_cjk = std::string_view::npos;
    }
    at += length > 0 ? length : 1;
  }
}

/// What 64 bytes are: one bit each.
struct Masks {
  std::uint64_t word, letter;
};

#if defined(__SSE2__)
struct Classes {
  __m128i words, letters;  ///< 0xff where a byte is one
};
inline Classes classify(__m128i bytes) {
  const __m128i a = _mm_set1_epi8('a'), zero_digit = _mm_set1_epi8('0');
  const __m128i last_letter = _mm_set1_epi8(25), last_digit = _mm_set1_epi8(9);
  const __m128i fold = _mm_set1_epi8(0x20), zero = _mm_setzero_si128();
  // x - first, then minus what is allowed with a floor at zero: zero means "in range".
  const __m128i from_a = _mm_sub_epi8(_mm_or_si128(bytes, fold), a);
  const __m128i from_zero = _mm_sub_epi8(bytes, zero_digit);
  const __m128i letters = _mm_cmpeq_epi8(_mm_subs_epu8(from_a, last_letter), zero);
  const __m128i digits = _mm_cmpeq_epi8(_mm_subs_epu8(from_zero, last_digit), zero);
  return {.words = _mm_or_si128(letters, digits), .letters = letters};
}

inline Masks classify(const char* at, __m128i& high, __m128i& backslash) {
  Masks masks{0, 0};
  const __m128i slash = _mm_set1_epi8('\\');
  for (unsigned i = 0; i < 4; ++i) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at + 16 * i));
    high = _mm_or_si128(high, bytes);
    backslash = _mm_or_si128(backslash, _mm_cmpeq_epi8(bytes, slash));
    const Classes classes = classify(bytes);
    const auto letter_bits =
        static_cast<std::uint64_t>(static_cast<unsigned>(_mm_movemask_epi8(classes.letters)));
    const auto word_bits =
        static_cast<std::uint64_t>(static_cast<unsigned>(_mm_movemask_epi8(classes.words)));
    masks.letter |= letter_bits << (16 * i);
    masks.word |= word_bits << (16 * i);
  }
  return masks;
}
#endif

}  // namespace

void terms_of_text(std::string_view text, const std::function<void(std::string_view)>& sink,
                   TextEdges edges) {
  std::string small, room;
  walk_terms(fold_width(text, room), edges, [&](std::string_view term) {
    small.assign(term);
    for (char& c : small) {
      if (is_letter(c)) c = static_cast<char>(c | 0x20);
    }
    sink(small);
  });
}

std::uint32_t term_hash(std::string_view term) { return static_cast<std::uint32_t>(wide_hash(term) >> 32U); }

void TermCollector::add(std::string_view raw, Charset charset) {
  const Seen seen = add_words(raw.data(), raw.size());
  if (!seen.high && !seen.backslash) return;
  std::string_view text = raw;
  if (seen.high) {
    arena_.reset();
    text = decode_text(raw, charset, Controls::kept, arena_).text;
    add_decoded(text);
  }
  if (seen.backslash) add_unescaped(text);
}

void TermCollector::add_unescaped(std::string_view text) {
  if (!unescape_backslashes(text, unescaped_)) return;
  const std::size_t size = unescaped_.size();
  unescaped_.append(kPadding, '\0');
  if (add_words(unescaped_.data(), size).high) add_decoded({unescaped_.data(), size});
}

#if defined(__SSE2__)
namespace {

/// Whether at least `kCount` bits are set. Counting them is a library call where the processor may lack it.
template <std::size_t kCount>
constexpr bool has_bits(std::uint64_t bits) {
  for (std::size_t i = 1; i < kCount; ++i) bits &= bits - 1;
  return bits != 0;
}

/// Whether dots at these places part `size` characters into the four numbers of an address.
bool is_quad(std::uint64_t dots, std::size_t size) {
  std::size_t begin = 0;
  for (std::uint64_t rest = dots | (std::uint64_t{1} << size); rest != 0; rest &= rest - 1) {
    const auto end = static_cast<std::size_t>(std::countr_zero(rest));
    if (end == begin || end - begin > kQuadDigits) return false;
    begin = end + 1;
  }
  return has_bits<kQuad - 1>(dots) && !has_bits<kQuad>(dots);
}

/// Whether `text` is a MAC address, its joints being at these places.
bool is_sextet(std::uint64_t joints, const char* text, std::size_t size) {
  constexpr std::uint64_t kPlaces = 0b00100100100100100;
  constexpr std::size_t kSize = kSextet * kSextetDigits + kSextet - 1;
  if (size != kSize || joints != kPlaces) return false;
  for (std::size_t i = 0; i < kSize; ++i) {
    if (((joints >> i) & 1U) == 0 && !is_hex(text[i])) return false;
  }
  return true;
}

}  // namespace

/// Tokens of at most 32 characters, which nearly all are, or of 16; false if it is not that simple.
template <bool kWide>
bool TermCollector::add_short_token(const char* text, std::size_t size) {
  const std::uint64_t inside = (std::uint64_t{1} << size) - 1;
  const __m128i front = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text));
  const __m128i back =
      size > 16 ? _mm_loadu_si128(reinterpret_cast<const __m128i*>(text + 16)) : _mm_setzero_si128();
  const Classes front_is = classify(front), back_is = classify(back);
  const auto which = [&](__m128i low, __m128i high) {
    const auto bits = static_cast<unsigned>(_mm_movemask_epi8(low)) |
                      (static_cast<unsigned>(_mm_movemask_epi8(high)) << 16U);
    return bits & inside;
  };
  const auto equal = [&](char c) {
    const __m128i wanted = _mm_set1_epi8(c);
    return which(_mm_cmpeq_epi8(front, wanted), _mm_cmpeq_epi8(back, wanted));
  };
  const auto keep_word = [&](std::size_t from, std::size_t to) {
    keep(wide_hash_of_word(text + from, to - from));
  };
  const std::uint64_t words = which(front_is.words, back_is.words),
                      letters = which(front_is.letters, back_is.letters);
  if (words == inside) {
    if (letters != 0 && size >= kWordMin) keep_word(0, size);
    return true;
  }
  const std::uint64_t dots = equal('.'), joints = equal(':') | equal('-');
  if (has_bits<kQuad - 1>(dots)) {
    if (letters != 0 || (words | dots) != inside || !is_quad(dots, size)) return false;
    keep_word(0, size);
    return true;
  }
  if (has_bits<kSextet - 1>(joints)) {
    if (!is_sextet(joints, text, size)) return false;
    keep_word(0, size);
    return true;
  }
  if (letters == 0) return true;  // neither words nor an address; what a backslash might hide has letters
  for (std::uint64_t edges = words ^ (words << 1U); edges != 0; edges &= edges - 1) {
    const auto from = static_cast<std::size_t>(std::countr_zero(edges));
    edges &= edges - 1;
    const auto to = static_cast<std::size_t>(std::countr_zero(edges));
    const std::uint64_t of_word = (std::uint64_t{1} << to) - (std::uint64_t{1} << from);
    if (to - from >= kWordMin && (letters & of_word) != 0) keep_word(from, to);
  }
  if (equal('\\') != 0) add_unescaped({text, size});
  return true;
}
#endif

void TermCollector::add_token(const char* text, std::size_t size) {
#if defined(__SSE2__)
  if (size <= 16 ? add_short_token<false>(text, size) : size <= 32 && add_short_token<true>(text, size))
    return;
#endif
  if (add_words(text, size).backslash) add_unescaped({text, size});
}

void TermCollector::keep(std::uint64_t wide) {
  const auto hash = static_cast<std::uint32_t>(wide >> 32U);
  std::uint32_t& recent = recent_[static_cast<std::size_t>(wide) % kRecent];
  if (recent == hash) return;
  recent = hash;
  hashes_.push_back(hash);
  if (hashes_.size() > compact_at_) compact();
}

void TermCollector::add_decoded(std::string_view text) {
  walk_terms(fold_width(text, folded_), {}, [&](std::string_view term) {
    // A word's bytes are made small, a pair's are not to be touched; an address has nothing to make small but
    // hex.
    std::string small(term);
    for (char& c : small) {
      if (is_letter(c)) c = static_cast<char>(c | 0x20);
    }
    keep(wide_hash(small));
  });
}

TermCollector::Seen TermCollector::add_words(const char* text, std::size_t size) {
  AddressWatch addresses;
  const auto see = [&](std::size_t begin, std::size_t end, bool letter) {
    if (letter && end - begin >= kWordMin) {
      keep(wide_hash_of_word(text + begin, end - begin));
    } else if (end - begin <= kQuadDigits) {
      addresses.see(text, begin, end, text[end], letter, [&](std::size_t first, std::size_t last) {
        keep(wide_hash_of_word(text + first, last - first));
      });
    }
  };
#if defined(__SSE2__)
  __m128i high = _mm_setzero_si128(), backslash = _mm_setzero_si128();
  std::size_t begin = 0;  // of the word that is open where 64 bytes end and the next begin
  bool open = false, letter = false;
  for (std::size_t base = 0; base < size; base += 64) {
    Masks masks = classify(text + base, high, backslash);
    if (size - base < 64) {
      const std::uint64_t inside = (std::uint64_t{1} << (size - base)) - 1;
      masks.word &= inside;
      masks.letter &= inside;
    }
    // Where a word begins or ends, bit by bit.
    std::uint64_t edges = masks.word ^ ((masks.word << 1U) | (open ? 1U : 0U));
    if (open) {
      if (edges == 0) {
        letter = letter || masks.letter != 0;
        continue;
      }
      const auto end = static_cast<std::size_t>(std::countr_zero(edges));
      edges &= edges - 1;
      see(begin, base + end, letter || (masks.letter & ((std::uint64_t{1} << end) - 1)) != 0);
    }
    open = false;
    while (edges != 0) {
      const auto from = static_cast<std::size_t>(std::countr_zero(edges));
      edges &= edges - 1;
      const std::uint64_t letters = masks.letter >> from;
      if (edges == 0) {
        begin = base + from;
        letter = letters != 0;
        open = true;
        break;
      }
      const auto end = static_cast<std::size_t>(std::countr_zero(edges));
      edges &= edges - 1;
      see(base + from, base + end, (letters << (63 - (end - from)) << 1U) != 0);
    }
  }
  if (open) see(begin, size, letter);
  return {.high = _mm_movemask_epi8(high) != 0, .backslash = _mm_movemask_epi8(backslash) != 0};
#else
  Seen seen;
  for (std::size_t at = 0; at < size;) {
    const char c = text[at];
    seen.high |= static_cast<unsigned char>(c) >= 0x80U;
    seen.backslash |= c == '\\';
    if (!is_word(c)) {
      ++at;
      continue;
    }
    const std::size_t begin = at;
    bool letter = false;
    for (; at < size && is_word(text[at]); ++at) letter |= is_letter(text[at]);
    see(begin, at, letter);
  }
  return seen;
#endif
}

void TermCollector::compact() {
  radix_sort(hashes_);
  hashes_.erase(std::unique(hashes_.begin(), hashes_.end()), hashes_.end());
  compact_at_ = std::max(kCompactFirst, 2 * hashes_.size());
}

std::vector<std::uint32_t> TermCollector::take() {
  compact();
  compact_at_ = kCompactFirst;
  recent_.fill(0);
  return std::exchange(hashes_, {});
}

}  // namespace vigil
