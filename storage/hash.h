#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

/// Two hashes of our own: a checksum of stored bytes and the mixing step of term hashes. Both are written to disk, so
/// they never change. Neither keeps an adversary out: that is what the ledger's SHA-256 is for.
namespace vigil {

__extension__ using Wide = unsigned __int128;

/// Both halves of the product folded together: each bit of the operands reaches each bit of the result.
inline std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
  const Wide product = static_cast<Wide>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64U);
}

inline std::uint64_t load_u64(const char* at) {
  std::uint64_t value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

constexpr std::uint64_t kMixA = 0x9e3779b97f4a7c15, kMixB = 0xd6e8feb86659fd93, kMixC = 0xa0761d6478bd642f,
                        kMixD = 0xe7037ed1a0b428db;

/// Of any bytes; finds damage, a few GB/s and more.
inline std::uint64_t checksum64(std::string_view bytes) {
  const char* at = bytes.data();
  std::size_t left = bytes.size();
  std::uint64_t a = kMixA ^ left, b = kMixB, c = kMixC;
  while (left >= 48) {
    a = mix(a ^ load_u64(at), kMixB ^ load_u64(at + 8));
    b = mix(b ^ load_u64(at + 16), kMixC ^ load_u64(at + 24));
    c = mix(c ^ load_u64(at + 32), kMixD ^ load_u64(at + 40));
    at += 48;
    left -= 48;
  }
  while (left >= 8) {
    a = mix(a ^ load_u64(at), kMixB);
    at += 8;
    left -= 8;
  }
  std::uint64_t rest = 0;
  if (left > 0) std::memcpy(&rest, at, left);
  return mix(mix(a ^ rest, kMixA ^ b), kMixD ^ c);
}

}  // namespace vigil
