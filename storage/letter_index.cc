#include "storage/letter_index.h"

#include <zstd.h>

#include <algorithm>
#include <cstring>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "storage/column_walk.h"
#include "storage/hash.h"
#include "storage/wire.h"

namespace vigil {

namespace {

constexpr std::uint8_t kVersion = 1;
constexpr char kUnknown = static_cast<char>(ShownAscii::not_all) + 1;
/// Parts of one program's lines have the same letters: more would gain a tenth for three times the work.
constexpr int kLevel = 1;
/// What a reader allocates at most: 512 MiB of parts of 2 MiB, and one in each may be longer.
constexpr std::size_t kPartsMax = 1024;

constexpr unsigned three_of(unsigned x, unsigned y, unsigned z) { return x << 10U | y << 5U | z; }

/// Marks every three bytes of a text. Those that are no letters are marked too, and left out in the end.
void mark(std::string_view text, char* marks) {
  unsigned x = 0, y = 0;
  std::size_t at = 0;
  for (; at + 4 <= text.size(); at += 4) {
    const unsigned a = letter_number(text[at]), b = letter_number(text[at + 1]),
                   c = letter_number(text[at + 2]), d = letter_number(text[at + 3]);
    marks[three_of(x, y, a)] = marks[three_of(y, a, b)] = marks[three_of(a, b, c)] =
        marks[three_of(b, c, d)] = 1;
    x = c;
    y = d;
  }
  for (; at < text.size(); ++at) {
    const unsigned z = letter_number(text[at]);
    marks[three_of(x, y, z)] = 1;
    x = y;
    y = z;
  }
}

/// A bit for each mark of three letters.
void put_bits(const char* marks, char* bits) {
  for (unsigned three = 0; three < kLetterBits; three += 32) {
    std::uint32_t word = 0;
    // Where one of the first two is no letter there is no three, nor where the last is none.
    if (three / 1024 != 0 && three / 32 % 32 != 0) {
#if defined(__SSE2__)
      const auto half = [marks](unsigned from) {
        const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(marks + from));
        return static_cast<std::uint32_t>(_mm_movemask_epi8(_mm_cmpgt_epi8(bytes, _mm_setzero_si128())));
      };
      word = half(three) | half(three + 16) << 16U;
#else
      for (unsigned z = 0; z < 32; ++z) word |= static_cast<std::uint32_t>(marks[three + z]) << z;
#endif
      word &= ~1U;
    }
    std::memcpy(bits + three / 8, &word, sizeof word);
  }
}

/// Marks what the text of columns does not show.
class MarkVisitor {
 public:
  explicit MarkVisitor(char* marks) : marks_(marks) {}

  static bool between(char c) { return letter_number(c) != 0; }
  bool joint(std::string_view before, std::string_view after) {
    char bytes[4];
    const std::size_t front = std::min<std::size_t>(2, before.size()),
                      back = std::min<std::size_t>(2, after.size());
    std::copy_n(before.end() - front, front, bytes);
    std::copy_n(after.begin(), back, bytes + front);
    mark({bytes, front + back}, marks_);
    return false;
  }
  bool hex(std::string_view places) {
    for (std::size_t at = 0; at + 3 <= places.size(); ++at) mark_any(places.substr(at, 3), 0);
    return false;
  }

 private:
  void mark_any(std::string_view places, unsigned three) {
    if (places.empty()) {
      marks_[three] = 1;
    } else if (places.front() != ColumnWalk<MarkVisitor>::kHexPlace) {
      mark_any(places.substr(1), three << 5U | letter_number(places.front()));
    } else {
      for (char c = 'a'; c <= 'f'; ++c) mark_any(places.substr(1), three << 5U | letter_number(c));
    }
  }
  char* marks_;
};

}  // namespace

void LetterIndexWriter::clear() {
  known_.clear();
  bits_.clear();
}

void LetterIndexWriter::add(const TextColumns& columns, ShownAscii shown) {
  marks_.assign(kLetterBits, 0);
  mark(columns.text, marks_.data());
  MarkVisitor visitor(marks_.data());
  if (!ColumnWalk(visitor).walk(columns.text)) return add_unknown();
  known_ += static_cast<char>(shown);
  const std::size_t used = bits_.size();
  bits_.resize(used + kLetterBytes);
  put_bits(marks_.data(), bits_.data() + used);
}

void LetterIndexWriter::add_unknown() {
  known_ += kUnknown;
  bits_.resize(bits_.size() + kLetterBytes);
}

std::string LetterIndexWriter::finish() const {
  std::string out(1, static_cast<char>(kVersion));
  append_varint(out, known_.size());
  out += known_;
  const std::size_t head = out.size();
  out.resize(head + ZSTD_compressBound(bits_.size()));
  const std::size_t packed =
      ZSTD_compress(out.data() + head, out.size() - head, bits_.data(), bits_.size(), kLevel);
  if (ZSTD_isError(packed) != 0U) return {};
  out.resize(head + packed);
  append_fixed(out, checksum64(out));
  return out;
}

bool LetterIndex::open(std::string_view value, std::size_t parts) {
  if (value.size() < sizeof(std::uint64_t)) return false;
  const std::string_view summed = value.substr(0, value.size() - sizeof(std::uint64_t));
  if (checksum64(summed) != load_u64(summed.data() + summed.size())) return false;
  WireReader in(summed);
  if (in.byte() != kVersion || in.varint(kPartsMax) != parts) return false;
  known_ = in.bytes(parts);
  const std::string_view frame = in.bytes(in.left());
  if (!in.ok()) return false;
  bits_.resize(parts * kLetterBytes);
  return ZSTD_decompress(bits_.data(), bits_.size(), frame.data(), frame.size()) == bits_.size();
}

bool LetterIndex::has(std::size_t part, const std::vector<std::uint16_t>& threes) const {
  const char* const bits = bits_.data() + part * kLetterBytes;
  return std::all_of(threes.begin(), threes.end(), [bits](unsigned three) {
    return (static_cast<unsigned>(static_cast<unsigned char>(bits[three / 8])) >> three % 8 & 1U) != 0;
  });
}

}  // namespace vigil
