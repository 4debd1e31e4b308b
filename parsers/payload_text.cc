#include "parsers/payload_text.h"

#include <bit>
#include <cstring>
#include <limits>

#ifdef __SSE2__
#include <immintrin.h>
#endif

namespace vigil {

bool all_digits(std::string_view text) {
  if (text.empty()) return false;
  for (const char c : text) {
    if (!is_digit(c)) return false;
  }
  return true;
}

bool is_json_integer(std::string_view text) {
  if (!text.empty() && text.front() == '-') text.remove_prefix(1);
  if (text.size() > 1 && text.front() == '0') return false;
  return all_digits(text);
}

std::optional<std::uint64_t> read_number(std::string_view text) {
  constexpr std::size_t kSafeDigits = 19;  // as many digits fit whatever they are
  if (text.empty() || text.size() > kSafeDigits + 1) return std::nullopt;
  std::uint64_t value = 0;
  for (const char c : text.substr(0, kSafeDigits)) {
    if (!is_digit(c)) return std::nullopt;
    value = value * 10 + static_cast<std::uint64_t>(c - '0');
  }
  if (text.size() <= kSafeDigits) return value;
  if (!is_digit(text.back())) return std::nullopt;
  const auto digit = static_cast<std::uint64_t>(text.back() - '0');
  if (value > (std::numeric_limits<std::uint64_t>::max() - digit) / 10) return std::nullopt;
  return value * 10 + digit;
}

bool is_any(std::string_view text, std::initializer_list<std::string_view> words) {
  for (const std::string_view word : words) {
    if (text == word) return true;
  }
  return false;
}

bool equals_ignoring_case(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (lower(a[i]) != lower(b[i])) return false;
  }
  return true;
}

bool starts_with_ignoring_case(std::string_view text, std::string_view prefix) {
  return text.size() >= prefix.size() && equals_ignoring_case(text.substr(0, prefix.size()), prefix);
}

bool contains_ignoring_case(std::string_view text, std::string_view needle) {
  if (needle.empty()) return true;
  for (std::size_t i = 0; i + needle.size() <= text.size(); ++i) {
    if (lower(text[i]) == needle.front() && equals_ignoring_case(text.substr(i, needle.size()), needle))
      return true;
  }
  return false;
}

namespace {

#ifdef __SSE2__
// Of the candidates in `mask`, places from `at` on, the first where all of the needle stands.
std::size_t first_match(std::string_view text, std::string_view needle, std::size_t at, unsigned mask) {
  for (; mask != 0; mask &= mask - 1) {
    const std::size_t place = at + static_cast<std::size_t>(std::countr_zero(mask));
    if (std::memcmp(text.data() + place, needle.data(), needle.size()) == 0) return place;
  }
  return std::string_view::npos;
}

// Both look in as many whole blocks of places as there are, beginning with `at`, which is then where the rest
// begins.
std::size_t sse2_find(std::string_view text, const SearchText& needle, std::size_t& at) {
  const __m128i one = _mm_set1_epi8(needle.text()[needle.one()]);
  const __m128i two = _mm_set1_epi8(needle.text()[needle.two()]);
  for (; at + needle.size() - 1 + 16 <= text.size(); at += 16) {
    const char* const places = text.data() + at;
    const auto load = [](const char* from) {
      return _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
    };
    const __m128i both = _mm_and_si128(_mm_cmpeq_epi8(load(places + needle.one()), one),
                                       _mm_cmpeq_epi8(load(places + needle.two()), two));
    const auto mask = static_cast<unsigned>(_mm_movemask_epi8(both));
    if (mask == 0) continue;
    if (const std::size_t place = first_match(text, needle.text(), at, mask); place != std::string_view::npos)
      return place;
  }
  return std::string_view::npos;
}

[[gnu::target("avx2")]] std::size_t avx2_find(std::string_view text, const SearchText& needle, std::size_t& at) {
  const __m256i one = _mm256_set1_epi8(needle.text()[needle.one()]);
  const __m256i two = _mm256_set1_epi8(needle.text()[needle.two()]);
  for (; at + needle.size() - 1 + 32 <= text.size(); at += 32) {
    const char* const places = text.data() + at;
    const __m256i at_one = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(places + needle.one()));
    const __m256i at_two = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(places + needle.two()));
    const auto mask = static_cast<unsigned>(_mm256_movemask_epi8(
        _mm256_and_si256(_mm256_cmpeq_epi8(at_one, one), _mm256_cmpeq_epi8(at_two, two))));
    if (mask == 0) continue;
    if (const std::size_t place = first_match(text, needle.text(), at, mask); place != std::string_view::npos)
      return place;
  }
  return std::string_view::npos;
}

const bool kHasAvx2 = __builtin_cpu_supports("avx2") != 0;
#endif

}  // namespace

std::size_t find_text(std::string_view text, const SearchText& needle, std::size_t from) {
  if (from > text.size() || text.size() - from < needle.size()) return std::string_view::npos;
  if (needle.size() < 2) return text.find(needle.text(), from);
#ifdef __SSE2__
  std::size_t place = kHasAvx2 ? avx2_find(text, needle, from) : std::string_view::npos;
  if (place == std::string_view::npos) place = sse2_find(text, needle, from);
  if (place != std::string_view::npos) return place;
#endif
  return text.find(needle.text(), from);
}

namespace {
constexpr bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }
}  // namespace

std::string_view trim_left(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  return text;
}

std::string_view trim(std::string_view text) {
  text = trim_left(text);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

bool take_prefix(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

bool take_suffix(std::string_view& text, std::string_view suffix) {
  if (!text.ends_with(suffix)) return false;
  text.remove_suffix(suffix.size());
  return true;
}

std::string_view take_until(std::string_view& text, char mark) {
  const std::size_t end = text.find(mark);
  const std::string_view taken = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return taken;
}

std::string_view take_word(std::string_view& text) {
  text = trim_left(text);
  std::size_t end = 0;
  while (end < text.size() && !is_blank(text[end])) ++end;
  const std::string_view word = text.substr(0, end);
  text.remove_prefix(end);
  return word;
}

namespace {

bool is_ipv4(std::string_view text) {
  if (text.size() < 7 || text.size() > 15) return false;
  unsigned parts = 0, value = 0, digits = 0;
  for (const char c : text) {
    if (is_digit(c)) {
      value = value * 10 + static_cast<unsigned>(c - '0');
      if (++digits > 3 || value > 255) return false;
    } else if (c == '.' && digits > 0) {
      if (++parts > 3) return false;
      value = digits = 0;
    } else {
      return false;
    }
  }
  return parts == 3 && digits > 0;
}

constexpr bool is_hex(char c) { return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'f'); }

// Groups of up to four hex digits between colons; "::" once stands for as many zero groups as are missing;
// the last two groups may be a dotted quad.
bool is_ipv6(std::string_view text) {
  if (text.size() < 2 || text.size() > 45) return false;
  unsigned groups = 0;
  bool gap = false;
  std::size_t i = 0;
  if (text.front() == ':' && text[1] != ':') return false;
  while (i < text.size()) {
    if (text[i] == ':') {
      if (i + 1 < text.size() && text[i + 1] == ':') {
        if (gap) return false;
        gap = true;
        i += 2;
        continue;
      }
      // A single colon stands between two groups, never at an end or after "::".
      if (i == 0 || text[i - 1] == ':' || i + 1 == text.size()) return false;
      ++i;
      continue;
    }
    std::size_t end = i;
    while (end < text.size() && is_hex(text[end])) ++end;
    if (end < text.size() && text[end] == '.') {
      if (!is_ipv4(text.substr(i))) return false;
      groups += 2;
      i = text.size();
      break;
    }
    if (end == i || end - i > 4 || (end < text.size() && text[end] != ':')) return false;
    ++groups;
    i = end;
  }
  return gap ? groups < 8 : groups == 8;
}

}  // namespace

AddressKind address_kind(std::string_view text) {
  if (is_ipv4(text)) return AddressKind::ipv4;
  if (text.find(':') != std::string_view::npos && is_ipv6(text)) return AddressKind::ipv6;
  return AddressKind::none;
}

std::string_view plain_address(std::string_view text) {
  if (text.size() > 2 && text.front() == '[' && text.back() == ']') text = text.substr(1, text.size() - 2);
  if (is_ipv4(text)) return text;
  if (text.find(':') == std::string_view::npos) return {};
  text = text.substr(0, text.find('%'));
  if (starts_with_ignoring_case(text, "::ffff:") && is_ipv4(text.substr(7))) return text.substr(7);
  return is_ipv6(text) ? text : std::string_view();
}

}  // namespace vigil
