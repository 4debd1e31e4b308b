#pragma once

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

namespace vigil::scenario {

/// Random numbers that are the same on every machine for the same seed (splitmix64; the standard library's
/// distributions differ between implementations).
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {
    state_ += 0x9E3779B97F4A7C15ULL;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31);
  }
  /// 0 … n-1. Requires n > 0.
  int below(int n) { return static_cast<int>(next() % static_cast<std::uint64_t>(n)); }
  int between(int low, int high) { return low + below(high - low + 1); }
  double unit() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }
  bool chance(double p) { return unit() < p; }
  /// Bytes, durations: many small, a few large.
  long heavy(double median) { return static_cast<long>(median * std::exp(3.0 * (unit() + unit() - 1.0))); }
  const std::string& pick(const std::vector<std::string>& words) {
    return words[static_cast<std::size_t>(below(static_cast<int>(words.size())))];
  }

 private:
  std::uint64_t state_;
};

}  // namespace vigil::scenario
