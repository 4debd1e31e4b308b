#include <array>
#include <charconv>

#include "storage/archive.h"

namespace vigil {

namespace {
constexpr std::size_t kDigits = 16;
}

std::string record_id(std::uint64_t sequence) {
  static constexpr std::string_view kHex = "0123456789abcdef";
  std::string id(kDigits, '0');
  for (std::size_t i = kDigits; i-- > 0; sequence >>= 4U) id[i] = kHex[sequence & 15U];
  return id;
}

std::optional<std::uint64_t> record_sequence(std::string_view id) {
  if (id.size() != kDigits) return std::nullopt;
  std::uint64_t sequence = 0;
  const auto [end, error] = std::from_chars(id.data(), id.data() + id.size(), sequence, 16);
  if (error != std::errc() || end != id.data() + id.size()) return std::nullopt;
  return sequence;
}

}  // namespace vigil
