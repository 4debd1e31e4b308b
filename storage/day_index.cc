#include "storage/day_index.h"

#include <algorithm>
#include <bit>

#include "storage/hash.h"
#include "storage/wire.h"

namespace vigil {

namespace {

constexpr std::uint8_t kVersion = 1;
/// Terms of a page: about 16 KiB, which is read and walked in some ten microseconds.
constexpr std::size_t kPageTerms = 8192;
constexpr unsigned kLowBits = 8, kBucketsMax = 24;

class BitWriter {
 public:
  void put(std::uint64_t value, unsigned bits) {
    for (unsigned i = 0; i < bits; ++i) put_bit((value >> i & 1U) != 0);
  }
  void put_bit(bool bit) {
    if (used_ % 8 == 0) bytes_.push_back('\0');
    if (bit) bytes_.back() = static_cast<char>(bytes_.back() | static_cast<char>(1U << used_ % 8));
    ++used_;
  }
  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
  std::size_t used_ = 0;
};

bool bit_at(std::string_view bytes, std::size_t at) {
  return (static_cast<unsigned>(static_cast<unsigned char>(bytes[at / 8])) >> at % 8 & 1U) != 0;
}
std::uint32_t bits_at(std::string_view bytes, std::size_t at, unsigned count) {
  std::uint32_t value = 0;
  for (unsigned i = 0; i < count; ++i) value |= static_cast<std::uint32_t>(bit_at(bytes, at + i)) << i;
  return value;
}

/// What is kept of a hash in a page of `log_buckets`.
std::uint32_t cut(std::uint32_t hash, unsigned log_pages, unsigned log_buckets) {
  const std::uint32_t rest = log_pages == 0 ? hash : hash << log_pages;
  return rest >> (32U - log_buckets - kLowBits);
}

void put_list(std::string& out, std::span<const std::uint16_t> ordinals, std::uint32_t blocks) {
  std::string list;
  append_varint(list, ordinals.size());
  std::uint32_t before = 0;
  for (const std::uint16_t ordinal : ordinals) {
    append_varint(list, ordinal - before);
    before = ordinal;
  }
  if (list.size() <= 1 + (blocks + 7) / 8) {
    out += list;
    return;
  }
  out.push_back('\0');
  const std::size_t at = out.size();
  out.resize(at + (blocks + 7) / 8);
  for (const std::uint16_t ordinal : ordinals) {
    out[at + ordinal / 8] = static_cast<char>(out[at + ordinal / 8] | static_cast<char>(1U << ordinal % 8));
  }
}

/// Reads a list and calls `see` for each ordinal in it.
template <class See>
bool read_list(WireReader& in, std::uint32_t blocks, See see) {
  const std::uint64_t count = in.varint(blocks);
  std::uint64_t ordinal = 0;
  if (count == 0) {
    const std::string_view bits = in.bytes((blocks + 7) / 8);
    for (std::uint32_t block = 0; in.ok() && block < blocks; ++block) {
      if (bit_at(bits, block)) see(block);
    }
  }
  for (std::uint64_t i = 0; i < count; ++i) {
    ordinal += in.varint(blocks);
    if (ordinal >= blocks) return false;
    see(static_cast<std::uint32_t>(ordinal));
  }
  return in.ok();
}

std::string make_page(std::span<const std::uint64_t> pairs, unsigned log_pages, std::uint32_t blocks) {
  std::size_t distinct = 0;
  for (std::size_t i = 0; i < pairs.size(); ++i)
    distinct += i == 0 || pairs[i] >> 16U != pairs[i - 1] >> 16U ? 1U : 0U;
  const auto log_buckets = std::min<unsigned>(
      {static_cast<unsigned>(std::bit_width(distinct)), kBucketsMax, 32U - kLowBits - log_pages});
  const auto width = static_cast<unsigned>(std::bit_width(blocks));
  BitWriter buckets, references;
  std::string lows, lists;
  std::uint64_t n = 0;
  std::uint32_t bucket = 0;
  std::vector<std::uint16_t> ordinals;
  for (std::size_t i = 0; i < pairs.size();) {
    const std::uint32_t kept = cut(static_cast<std::uint32_t>(pairs[i] >> 16U), log_pages, log_buckets);
    ordinals.clear();
    for (;
         i < pairs.size() && cut(static_cast<std::uint32_t>(pairs[i] >> 16U), log_pages, log_buckets) == kept;
         ++i) {
      ordinals.push_back(static_cast<std::uint16_t>(pairs[i] & UINT16_MAX));
    }
    std::sort(ordinals.begin(), ordinals.end());
    ordinals.erase(std::unique(ordinals.begin(), ordinals.end()), ordinals.end());
    for (; bucket < kept >> kLowBits; ++bucket) buckets.put_bit(false);
    buckets.put_bit(true);
    lows.push_back(static_cast<char>(kept & UINT8_MAX));
    references.put(ordinals.size() == 1 ? ordinals.front() : blocks, width);
    if (ordinals.size() > 1) put_list(lists, ordinals, blocks);
    ++n;
  }
  for (; bucket < 1U << log_buckets; ++bucket) buckets.put_bit(false);

  std::string page(1, static_cast<char>(kVersion));
  append_varint(page, n);
  append_varint(page, blocks);
  page.push_back(static_cast<char>(log_buckets));
  append_text(page, buckets.bytes());
  page += lows;
  append_text(page, references.bytes());
  page += lists;
  append_fixed(page, checksum64(page));
  return page;
}

}  // namespace

void DayIndexBuilder::add(std::uint16_t ordinal, std::span<const std::uint32_t> hashes) {
  for (const std::uint32_t hash : hashes) pairs_.push_back(std::uint64_t{hash} << 16U | ordinal);
  blocks_ = std::max<std::uint32_t>(blocks_, ordinal + 1U);
}

std::vector<std::string> DayIndexBuilder::finish() {
  std::sort(pairs_.begin(), pairs_.end());
  const auto log_pages = std::min(kLogPagesMax, static_cast<unsigned>(std::bit_width(pairs_.size() / kPageTerms)));
  std::vector<std::string> pages;
  auto first = pairs_.begin();
  for (std::uint32_t page = 0; page < 1U << log_pages; ++page) {
    const auto last = std::find_if(first, pairs_.end(), [&](std::uint64_t pair) {
      return day_index_page(static_cast<std::uint32_t>(pair >> 16U), log_pages) != page;
    });
    pages.push_back(make_page({first, last}, log_pages, std::max(blocks_, 1U)));
    first = last;
  }
  pairs_ = {};
  blocks_ = 0;
  return pages;
}

bool narrow_by_day_index(std::string_view page, unsigned log_pages, std::uint32_t hash,
                         std::span<char> blocks) {
  if (page.size() < sizeof(std::uint64_t)) return false;
  const std::string_view summed = page.substr(0, page.size() - sizeof(std::uint64_t));
  if (checksum64(summed) != load_u64(summed.data() + summed.size())) return false;
  WireReader in(summed);
  if (in.byte() != kVersion) return false;
  const std::uint64_t n = in.varint(summed.size());
  const auto count = static_cast<std::uint32_t>(in.varint(kRunBlocksMax));
  const unsigned log_buckets = in.byte();
  const std::string_view bits = in.text();
  const std::string_view lows = in.bytes(n);
  const std::string_view references = in.text();
  if (!in.ok() || log_buckets > kBucketsMax || log_buckets + kLowBits + log_pages > 32 || count == 0)
    return false;
  const auto width = static_cast<unsigned>(std::bit_width(count));
  if (references.size() * 8 < n * width || bits.size() * 8 < n + (std::uint64_t{1} << log_buckets))
    return false;

  const std::uint32_t kept = cut(hash, log_pages, log_buckets);
  // Ones before the bucket's zeros begin are members of earlier buckets.
  std::size_t at = 0, members = 0;
  std::uint32_t zeros = kept >> kLowBits;
  for (; zeros >= 8 && at / 8 < bits.size(); at += 8) {
    const auto ones = static_cast<unsigned>(std::popcount(static_cast<unsigned char>(bits[at / 8])));
    members += ones;
    zeros -= 8 - ones;
  }
  for (; zeros > 0 && at < bits.size() * 8; ++at) {
    if (bit_at(bits, at)) {
      ++members;
    } else {
      --zeros;
    }
  }
  std::vector<char> has(blocks.size(), 0);
  const auto see = [&](std::uint32_t block) {
    if (block < has.size()) has[block] = 1;
  };
  for (; at < bits.size() * 8 && bit_at(bits, at) && members < n; ++at, ++members) {
    if (static_cast<unsigned char>(lows[members]) != (kept & UINT8_MAX)) continue;
    const std::uint32_t reference = bits_at(references, members * width, width);
    if (reference != count) {
      see(reference);
      continue;
    }
    WireReader lists(in.bytes(in.left()));
    for (std::size_t i = 0; i < members; ++i) {
      if (bits_at(references, i * width, width) == count && !read_list(lists, count, [](std::uint32_t) {}))
        return false;
    }
    if (!read_list(lists, count, see)) return false;
    break;
  }
  std::transform(blocks.begin(), blocks.end(), has.begin(), blocks.begin(),
                 [](char before, char here) { return static_cast<char>(before & here); });
  return true;
}

}  // namespace vigil
