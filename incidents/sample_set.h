#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace vigil {

/// Which records speak for what one rule found: the first 3, the last 3, one for each new value of what the rule is about
/// (16 at most), and 8 of all others, each as likely. The same offers give the same choice.
struct SampleSet {
  static constexpr std::size_t kEndsMax = 3, kKeyedMax = 16, kRestMax = 8;
  /// What a case cites of one rule at most.
  static constexpr std::size_t kAllMax = 2 * kEndsMax + kKeyedMax + kRestMax;

  std::vector<std::uint64_t> first, last, keyed, rest;
  std::vector<std::uint64_t> keys;  ///< values seen, by hash; of each of them `keyed` has one
  std::uint64_t offered = 0;        ///< records of which `rest` was chosen

  /// `key` stands for the values of the detection.
  void offer(std::uint64_t sequence, std::uint64_t key);
  void remove(std::uint64_t sequence);
  /// Takes over a list of first and last ones.
  void adopt(const std::vector<std::uint64_t>& sequences);
  /// Takes over what another set has chosen.
  void unite(const SampleSet& other);
  /// All of them, in order, each once.
  std::vector<std::uint64_t> all() const;

 private:
  void let_go(std::uint64_t sequence);
};

}  // namespace vigil
