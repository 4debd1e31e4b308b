#include "incidents/sample_set.h"

#include <algorithm>
#include <iterator>

namespace vigil {
namespace {

/// SplitMix64: which place a record gets is decided by its number, so that a restart changes nothing.
std::uint64_t scattered(std::uint64_t n) {
  n += 0x9E3779B97F4A7C15ULL;
  n = (n ^ (n >> 30U)) * 0xBF58476D1CE4E5B9ULL;
  n = (n ^ (n >> 27U)) * 0x94D049BB133111EBULL;
  return n ^ (n >> 31U);
}

bool holds(const std::vector<std::uint64_t>& values, std::uint64_t value) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

}  // namespace

void SampleSet::offer(std::uint64_t sequence, std::uint64_t key) {
  if (holds(first, sequence) || holds(last, sequence) || holds(keyed, sequence) || holds(rest, sequence)) return;
  if (first.size() < kEndsMax) {
    first.push_back(sequence);
    if (keys.size() < kKeyedMax && !holds(keys, key)) keys.push_back(key);
    return;
  }
  if (keys.size() < kKeyedMax && !holds(keys, key)) {
    keys.push_back(key);
    keyed.push_back(sequence);
    return;
  }
  last.push_back(sequence);
  std::sort(last.begin(), last.end());
  if (last.size() <= kEndsMax) return;
  const std::uint64_t oldest = last.front();
  last.erase(last.begin());
  let_go(oldest);
}

/// Algorithm R.
void SampleSet::let_go(std::uint64_t sequence) {
  ++offered;
  if (rest.size() < kRestMax) {
    rest.push_back(sequence);
    return;
  }
  const std::uint64_t place = scattered(sequence) % offered;
  if (place < kRestMax) rest[place] = sequence;
}

void SampleSet::remove(std::uint64_t sequence) {
  for (auto* list : {&first, &last, &keyed, &rest}) std::erase(*list, sequence);
}

void SampleSet::adopt(const std::vector<std::uint64_t>& sequences) {
  for (const std::uint64_t sequence : sequences) offer(sequence, 0);
}

void SampleSet::unite(const SampleSet& other) {
  for (const std::uint64_t key : other.keys) {
    if (keys.size() < kKeyedMax && !holds(keys, key)) keys.push_back(key);
  }
  for (const std::uint64_t sequence : other.keyed) {
    if (keyed.size() < kKeyedMax && !holds(keyed, sequence)) keyed.push_back(sequence);
  }
  first.insert(first.end(), other.first.begin(), other.first.end());
  std::sort(first.begin(), first.end());
  first.erase(std::unique(first.begin(), first.end()), first.end());
  last.insert(last.end(), other.last.begin(), other.last.end());
  std::sort(last.begin(), last.end());
  last.erase(std::unique(last.begin(), last.end()), last.end());
  std::vector<std::uint64_t> beyond;
  if (first.size() > kEndsMax) {
    beyond.assign(first.begin() + kEndsMax, first.end());
    first.resize(kEndsMax);
  }
  if (last.size() > kEndsMax) {
    const auto keep = last.end() - kEndsMax;
    beyond.insert(beyond.end(), last.begin(), keep);
    last.erase(last.begin(), keep);
  }
  beyond.insert(beyond.end(), other.rest.begin(), other.rest.end());
  for (const std::uint64_t sequence : beyond) let_go(sequence);
}

std::vector<std::uint64_t> SampleSet::all() const {
  std::vector<std::uint64_t> out;
  for (const auto* list : {&first, &last, &keyed, &rest}) out.insert(out.end(), list->begin(), list->end());
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

}  // namespace vigil
