#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace vigil::sigma {

/// SipHash-1-3: a keyed hash for tables whose keys strangers choose (addresses, user names). With a secret key
/// nobody can send keys that all fall into one bucket.
struct SipKey {
  std::uint64_t low = 0, high = 0;
};

constexpr std::uint64_t sip_rotate(std::uint64_t value, unsigned bits) {
  return (value << bits) | (value >> (64 - bits));
}

inline std::uint64_t sip_hash(const SipKey& key, std::string_view text) {
  std::uint64_t v0 = key.low ^ 0x736F6D6570736575ULL, v1 = key.high ^ 0x646F72616E646F6DULL;
  std::uint64_t v2 = key.low ^ 0x6C7967656E657261ULL, v3 = key.high ^ 0x7465646279746573ULL;
  const auto round = [&] {
    v0 += v1;
    v1 = sip_rotate(v1, 13) ^ v0;
    v0 = sip_rotate(v0, 32);
    v2 += v3;
    v3 = sip_rotate(v3, 16) ^ v2;
    v0 += v3;
    v3 = sip_rotate(v3, 21) ^ v0;
    v2 += v1;
    v1 = sip_rotate(v1, 17) ^ v2;
    v2 = sip_rotate(v2, 32);
  };
  const std::size_t whole = text.size() / 8 * 8;
  for (std::size_t at = 0; at < whole; at += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + at, 8);
    v3 ^= word;
    round();
    v0 ^= word;
  }
  std::uint64_t last = static_cast<std::uint64_t>(text.size()) << 56U;
  for (std::size_t i = whole; i < text.size(); ++i) {
    last |= static_cast<std::uint64_t>(static_cast<unsigned char>(text[i])) << (8 * (i - whole));
  }
  v3 ^= last;
  round();
  v0 ^= last;
  v2 ^= 0xFF;
  round();
  round();
  round();
  return v0 ^ v1 ^ v2 ^ v3;
}

/// Sixteen hexadecimal digits, lower case: how hashes stand in keys of the store.
inline std::string hash_text(std::uint64_t hash) {
  std::string text(16, '0');
  for (std::size_t i = text.size(); i-- > 0; hash >>= 4U) text[i] = "0123456789abcdef"[hash & 15U];
  return text;
}

}  // namespace vigil::sigma
