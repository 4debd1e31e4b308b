#include "daemon/duplicate_window.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <random>

namespace vigil {

Key128 key_of(std::string_view bytes) {
  static const std::uint64_t seed =
      std::random_device()() * std::uint64_t{0x9e3779b97f4a7c15} ^ std::random_device()();
  const XXH128_hash_t hash = XXH3_128bits_withSeed(bytes.data(), bytes.size(), seed);
  return {hash.low64, hash.high64};
}

}  // namespace vigil
