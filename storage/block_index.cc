#include "storage/block_index.h"

#include <bit>
#include <vector>

#include "storage/hash.h"
#include "storage/wire.h"

namespace vigil {

namespace {
constexpr std::uint8_t kVersion = 1;
constexpr unsigned kLowBits = 8;
constexpr unsigned kLogBucketsMax = 32 - kLowBits;

constexpr std::uint32_t cut(std::uint32_t hash, unsigned log_buckets) {
  return hash >> (32 - kLowBits - log_buckets);
}
std::uint64_t word_at(std::string_view bits, std::size_t index) { return load_u64(bits.data() + 8 * index); }
}  // namespace

std::string encode_block_index(std::span<const std::uint32_t> hashes) {
  const auto width = static_cast<unsigned>(std::bit_width(hashes.size() > 1 ? hashes.size() - 1 : 0));
  const unsigned log_buckets = width < kLogBucketsMax ? width : kLogBucketsMax;
  std::vector<std::uint64_t> bits((hashes.size() + (std::size_t{1} << log_buckets) + 63) / 64);
  std::string lows;
  lows.reserve(hashes.size());
  std::size_t position = 0;  // in bits
  std::uint32_t bucket = 0, before = 0;
  for (const std::uint32_t hash : hashes) {
    const std::uint32_t member = cut(hash, log_buckets);
    if (!lows.empty() && member == before) continue;  // two hashes that are one when cut
    before = member;
    for (; bucket < member >> kLowBits; ++bucket) ++position;
    bits[position / 64] |= std::uint64_t{1} << (position % 64);
    ++position;
    lows += static_cast<char>(member & 0xffU);
  }
  std::string out(1, static_cast<char>(kVersion));
  append_varint(out, lows.size());
  out += static_cast<char>(log_buckets);
  bits.resize((lows.size() + (std::size_t{1} << log_buckets) + 63) / 64);
  for (const std::uint64_t word : bits) append_fixed(out, word);
  out += lows;
  append_fixed(out, checksum64(out));
  return out;
}

bool BlockIndex::open(std::string_view value) {
  if (value.size() < sizeof(std::uint64_t)) return false;
  const std::string_view body = value.substr(0, value.size() - sizeof(std::uint64_t));
  if (checksum64(body) != load_u64(body.data() + body.size())) return false;
  WireReader in(body);
  if (in.byte() != kVersion) return false;
  const std::uint64_t count = in.varint(body.size());
  log_buckets_ = in.byte();
  if (log_buckets_ > kLogBucketsMax) return false;
  bits_ = in.bytes((count + (std::uint64_t{1} << log_buckets_) + 63) / 64 * 8);
  lows_ = in.bytes(count);
  return in.ok() && in.left() == 0;
}

bool BlockIndex::may_contain(std::uint32_t hash) const {
  const std::uint32_t member = cut(hash, log_buckets_);
  const std::uint32_t bucket = member >> kLowBits;
  const char low = static_cast<char>(member & 0xffU);
  // The bucket's ones begin behind the zero of the bucket before it.
  std::size_t word = 0, index = 0;
  const std::size_t words = bits_.size() / 8;
  std::uint32_t zeros_left = bucket;
  while (word < words) {
    const std::uint64_t bits = word_at(bits_, word);
    const auto ones = static_cast<std::uint32_t>(std::popcount(bits));
    if (64 - ones >= zeros_left) break;
    zeros_left -= 64 - ones;
    index += ones;
    ++word;
  }
  std::size_t bit = 64 * word;
  const auto is_one = [&](std::size_t at) { return ((word_at(bits_, at / 64) >> (at % 64)) & 1U) != 0; };
  for (; zeros_left > 0 && bit < 8 * bits_.size(); ++bit) {
    if (is_one(bit)) {
      ++index;
    } else {
      --zeros_left;
    }
  }
  for (; bit < 8 * bits_.size() && is_one(bit) && index < lows_.size(); ++bit, ++index) {
    if (lows_[index] == low) return true;
  }
  return false;
}

}  // namespace vigil
