#include "rules/literal_gate.h"

#include <algorithm>
#include <bit>
#include <cstring>

#ifdef __SSE2__
#include <immintrin.h>
#endif

namespace vigil::sigma {
namespace {

/// Characters of log lines, commonest first; others are rarer than all of these.
constexpr std::string_view kCommonFirst = "0123456789 .etaoinsrl\"=-:/cdpmuhgf,_bywvk";
constexpr std::size_t kBlock = 32;  ///< bytes looked at together
/// Makes both cases of a letter one, and some pairs of signs, which is for the comparison afterwards to tell apart.
constexpr std::uint32_t kFold = 0x20202020U;

bool is_letter(char c) { return c >= 'a' && c <= 'z'; }

bool same(char literal, char c) {
  return literal == c || (is_letter(literal) && literal == static_cast<char>(c | 0x20));
}

std::uint32_t folded_word(const char* at) {
  std::uint32_t word = 0;
  std::memcpy(&word, at, sizeof word);
  return word | kFold;
}

std::size_t home_of(std::uint32_t word) { return (word * 0x9E3779B1U) >> 24U; }

/// Finds the parts of literals that are rare in messages.
class PartChooser {
 public:
  static constexpr std::size_t kPart = 4;

  explicit PartChooser(std::string_view sample) : counts_(std::size_t{1} << 16U) {
    for (std::size_t at = 0; at + kPart <= sample.size(); ++at) ++counts_[place_of(sample.data() + at)];
  }
  /// Where the rarest part of the literal begins.
  std::size_t rarest(std::string_view literal) const {
    std::size_t best = 0;
    for (std::size_t at = 1; at + kPart <= literal.size(); ++at) {
      const auto before = count(literal, best), now = count(literal, at);
      if (now < before || (now == before && unusual(literal, at) > unusual(literal, best))) best = at;
    }
    return best;
  }

 private:
  static std::size_t place_of(const char* at) { return (folded_word(at) * 0x9E3779B1U) >> 16U; }
  std::uint32_t count(std::string_view literal, std::size_t at) const {
    return counts_[place_of(literal.data() + at)];
  }
  /// How unusual the characters of a part are, all in all.
  static std::size_t unusual(std::string_view literal, std::size_t at) {
    std::size_t sum = 0;
    for (const char c : literal.substr(at, kPart)) sum += std::min(kCommonFirst.find(c), kCommonFirst.size());
    return sum;
  }

  std::vector<std::uint32_t> counts_;  ///< parts seen, by hash
};

/// Literals whose fingerprints share a bit, and the halves of bytes that suit them, by place.
struct Group {
  std::vector<std::size_t> literals;
  std::array<std::uint16_t, 4> lower{}, upper{};

  static Group of(std::size_t literal, std::string_view fingerprint) {
    Group group;
    group.literals.push_back(literal);
    for (std::size_t place = 0; place < group.lower.size(); ++place) {
      const auto byte = static_cast<unsigned char>(fingerprint[place]);
      group.lower[place] = static_cast<std::uint16_t>(1U << (byte & 15U));
      group.upper[place] = static_cast<std::uint16_t>(1U << (byte >> 4U));
    }
    return group;
  }
  Group with(const Group& other) const {
    Group both = *this;
    both.literals.insert(both.literals.end(), other.literals.begin(), other.literals.end());
    for (std::size_t place = 0; place < lower.size(); ++place) {
      both.lower[place] |= other.lower[place];
      both.upper[place] |= other.upper[place];
    }
    return both;
  }
  /// In how many ways four bytes can suit the group.
  int ways() const {
    int product = 1;
    for (std::size_t place = 0; place < lower.size(); ++place) {
      product *= std::popcount(lower[place]) * std::popcount(upper[place]);
    }
    return product;
  }
};

/// Puts those together that look alike, until there are few enough groups.
std::vector<Group> grouped(std::vector<Group> groups, std::size_t most) {
  while (groups.size() > most) {
    std::size_t left = 0, right = 1;
    int least = INT32_MAX;
    for (std::size_t i = 0; i < groups.size(); ++i) {
      for (std::size_t j = i + 1; j < groups.size(); ++j) {
        const int more = groups[i].with(groups[j]).ways() - groups[i].ways() - groups[j].ways();
        if (more >= least) continue;
        least = more;
        left = i;
        right = j;
      }
    }
    groups[left] = groups[left].with(groups[right]);
    groups.erase(groups.begin() + static_cast<std::ptrdiff_t>(right));
  }
  return groups;
}

#ifdef __SSE2__
bool have_shuffle() { return __builtin_cpu_supports("avx2") != 0; }

[[gnu::target("avx2")]] inline __m256i table(const std::array<std::uint8_t, 16>& halves) {
  return _mm256_broadcastsi128_si256(_mm_load_si128(reinterpret_cast<const __m128i*>(halves.data())));
}

[[gnu::target("avx2")]] inline __m256i groups_at(const char* at, __m256i lower, __m256i upper) {
  const __m256i mask = _mm256_set1_epi8(15);
  const __m256i bytes = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at));
  const __m256i low = _mm256_and_si256(bytes, mask);
  const __m256i high = _mm256_and_si256(_mm256_srli_epi16(bytes, 4), mask);
  return _mm256_and_si256(_mm256_shuffle_epi8(lower, low), _mm256_shuffle_epi8(upper, high));
}
#else
bool have_shuffle() { return false; }
#endif

}  // namespace

std::optional<LiteralGate> LiteralGate::build(const std::vector<std::string>& literals,
                                              std::string_view sample) {
  if (literals.empty() || literals.size() > kLiteralsMax || !have_shuffle()) return std::nullopt;
  static_assert(kPlaces == PartChooser::kPart && kPlaces == kLiteralMin);
  const PartChooser chooser(sample);
  std::vector<std::size_t> offsets;
  std::vector<Group> groups;
  for (const std::string& literal : literals) {
    if (literal.size() < kLiteralMin) return std::nullopt;
    offsets.push_back(chooser.rarest(literal));
    groups.push_back(Group::of(groups.size(), std::string_view(literal).substr(offsets.back())));
  }
  LiteralGate gate;
  std::uint8_t bit = 1;
  for (const Group& group : grouped(std::move(groups), kGroups)) {
    for (const std::size_t i : group.literals) gate.add(bit, literals[i], offsets[i]);
    bit = static_cast<std::uint8_t>(bit << 1U);
  }
  gate.index();
  return gate;
}

void LiteralGate::add(std::uint8_t group_bit, const std::string& literal, std::size_t offset) {
  for (std::size_t place = 0; place < kPlaces; ++place) {
    const char c = literal[offset + place];
    const auto byte = static_cast<unsigned char>(c);
    lower_[place][byte & 15U] |= group_bit;
    upper_[place][byte >> 4U] |= group_bit;
    // Upper case is two rows of the ASCII table above.
    if (is_letter(c)) upper_[place][(byte >> 4U) - 2U] |= group_bit;
  }
  literals_.push_back({literal, folded_word(literal.data() + offset), offset});
}

void LiteralGate::index() {
  std::sort(literals_.begin(), literals_.end(),
            [](const Literal& a, const Literal& b) { return a.fingerprint < b.fingerprint; });
  for (std::size_t i = 0; i < literals_.size(); ++i) {
    if (i > 0 && literals_[i].fingerprint == literals_[i - 1].fingerprint) continue;
    std::size_t at = home_of(literals_[i].fingerprint);
    while (first_[at] != 0) at = (at + 1) % first_.size();
    first_[at] = static_cast<std::uint8_t>(i + 1);
  }
}

bool LiteralGate::is_literal(const char* at, const char* begin, const char* end) const {
  const std::uint32_t word = folded_word(at);
  for (std::size_t slot = home_of(word); first_[slot] != 0; slot = (slot + 1) % first_.size()) {
    for (std::size_t i = first_[slot] - 1U; i < literals_.size() && literals_[i].fingerprint == word; ++i) {
      const Literal& literal = literals_[i];
      if (static_cast<std::size_t>(at - begin) < literal.offset) continue;
      const char* const from = at - literal.offset;
      if (static_cast<std::size_t>(end - from) < literal.text.size()) continue;
      if (std::equal(literal.text.begin(), literal.text.end(), from, same)) return true;
    }
  }
  return false;
}

bool LiteralGate::holds(std::string_view text) const {
  constexpr std::size_t kShortest = kBlock + kPlaces - 1;
  if (text.size() >= kShortest) return scan(text.data(), text.data() + text.size());
  // Zeros belong to no literal.
  std::array<char, kShortest> padded{};
  std::copy(text.begin(), text.end(), padded.begin());
  return scan(padded.data(), padded.data() + padded.size());
}

#ifdef __SSE2__
[[gnu::target("avx2")]] bool LiteralGate::scan(const char* begin, const char* end) const {
  const __m256i lower0 = table(lower_[0]), lower1 = table(lower_[1]), lower2 = table(lower_[2]),
                lower3 = table(lower_[3]);
  const __m256i upper0 = table(upper_[0]), upper1 = table(upper_[1]), upper2 = table(upper_[2]),
                upper3 = table(upper_[3]);
  // The last block overlaps the one before it: nothing behind the text is read.
  const char* const last = end - (kBlock + kPlaces - 1);
  for (const char* at = begin;; at = std::min(at + kBlock, last)) {
    const __m256i front = _mm256_and_si256(groups_at(at, lower0, upper0), groups_at(at + 1, lower1, upper1));
    const __m256i back =
        _mm256_and_si256(groups_at(at + 2, lower2, upper2), groups_at(at + 3, lower3, upper3));
    const __m256i suits = _mm256_and_si256(front, back);
    if (_mm256_testz_si256(suits, suits) == 0) {
      const __m256i none = _mm256_cmpeq_epi8(suits, _mm256_setzero_si256());
      auto places = ~static_cast<std::uint32_t>(_mm256_movemask_epi8(none));
      for (; places != 0; places &= places - 1) {
        if (is_literal(at + std::countr_zero(places), begin, end)) return true;
      }
    }
    if (at == last) return false;
  }
}
#else
// Never asked: no gate was built.
bool LiteralGate::scan(const char*, const char*) const { return true; }
#endif

}  // namespace vigil::sigma
