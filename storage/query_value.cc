#include "storage/query_value.h"

#include <charconv>
#include <cmath>
#include <cstring>

namespace vigil {

std::optional<Number> Number::read(std::string_view text) {
  if (text.empty() || text.size() > 64) return std::nullopt;
  const bool negative = text.front() == '-';
  const std::string_view digits = text.substr(negative ? 1 : 0);
  if (digits.empty() || digits.front() < '0' || digits.front() > '9') return std::nullopt;
  std::uint64_t magnitude = 0;
  const char* const end = digits.data() + digits.size();
  const auto whole = std::from_chars(digits.data(), end, magnitude);
  if (whole.ec == std::errc() && whole.ptr == end) {
    const double real = static_cast<double>(magnitude);
    return Number(negative && magnitude != 0, magnitude, negative ? -real : real, true);
  }
  double real = 0;
  const auto parsed = std::from_chars(digits.data(), end, real);
  if (parsed.ec != std::errc() || parsed.ptr != end || !std::isfinite(real)) return std::nullopt;
  // "443.0" is the whole number 443: compared by value, not by spelling.
  if (real == std::floor(real) && real < 9007199254740992.0) {
    const auto exact = static_cast<std::uint64_t>(real);
    return Number(negative && exact != 0, exact, negative ? -real : real, true);
  }
  return Number(negative, 0, negative ? -real : real, false);
}

std::optional<std::int64_t> Number::integer() const {
  if (!whole_) return std::nullopt;
  constexpr std::uint64_t kMax = 0x7FFFFFFFFFFFFFFFULL;
  if (!negative_) return magnitude_ <= kMax ? std::optional(static_cast<std::int64_t>(magnitude_)) : std::nullopt;
  return magnitude_ <= kMax ? std::optional(-static_cast<std::int64_t>(magnitude_)) : std::nullopt;
}

std::partial_ordering Number::operator<=>(const Number& other) const {
  if (!whole_ || !other.whole_) return real_ <=> other.real_;
  if (negative_ != other.negative_) return negative_ ? std::partial_ordering::less : std::partial_ordering::greater;
  return negative_ ? other.magnitude_ <=> magnitude_ : magnitude_ <=> other.magnitude_;
}

namespace {

/// Reads "10.0.0.5" into four bytes.
bool read_v4(std::string_view text, std::uint8_t* out) {
  for (int part = 0; part < 4; ++part) {
    if (part > 0) {
      if (text.empty() || text.front() != '.') return false;
      text.remove_prefix(1);
    }
    unsigned value = 0;
    std::size_t digits = 0;
    while (digits < text.size() && digits < 4 && text[digits] >= '0' && text[digits] <= '9') {
      value = value * 10 + static_cast<unsigned>(text[digits] - '0');
      ++digits;
    }
    if (digits == 0 || digits > 3 || value > 255 || (digits > 1 && text.front() == '0')) return false;
    out[part] = static_cast<std::uint8_t>(value);
    text.remove_prefix(digits);
  }
  return text.empty();
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// Reads RFC 4291 2.2's three forms into sixteen bytes.
bool read_v6(std::string_view text, std::uint8_t* out) {
  std::array<std::uint8_t, 16> bytes{};
  std::size_t filled = 0;
  std::optional<std::size_t> gap;
  if (text.starts_with("::")) {
    gap = 0;
    text.remove_prefix(2);
  } else if (text.starts_with(":")) {
    return false;
  }
  while (!text.empty()) {
    if (filled == 16) return false;
    std::size_t digits = 0;
    unsigned value = 0;
    while (digits < text.size() && digits < 5 && hex_value(text[digits]) >= 0) {
      value = value * 16 + static_cast<unsigned>(hex_value(text[digits]));
      ++digits;
    }
    if (digits < text.size() && text[digits] == '.') {
      if (filled > 12 || !read_v4(text, bytes.data() + filled)) return false;
      filled += 4;
      text = {};
      break;
    }
    if (digits == 0 || digits > 4) return false;
    bytes[filled++] = static_cast<std::uint8_t>(value >> 8);
    bytes[filled++] = static_cast<std::uint8_t>(value & 0xFF);
    text.remove_prefix(digits);
    if (text.empty()) break;
    if (text.front() != ':') return false;
    text.remove_prefix(1);
    if (text.starts_with(":")) {
      if (gap) return false;
      gap = filled;
      text.remove_prefix(1);
    } else if (text.empty()) {
      return false;  // a single colon at the end
    }
  }
  if (!gap) {
    if (filled != 16) return false;
    std::memcpy(out, bytes.data(), 16);
    return true;
  }
  if (filled == 16) return false;
  std::memset(out, 0, 16);
  std::memcpy(out, bytes.data(), *gap);
  std::memcpy(out + 16 - (filled - *gap), bytes.data() + *gap, filled - *gap);
  return true;
}

constexpr std::uint8_t kMapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};

}  // namespace

std::optional<IpAddress> IpAddress::read(std::string_view text) {
  if (text.size() < 2 || text.size() > 64) return std::nullopt;
  IpAddress address;
  if (text.find(':') == std::string_view::npos) {
    std::memcpy(address.bytes_.data(), kMapped, sizeof kMapped);
    address.v4_ = true;
    if (!read_v4(text, address.bytes_.data() + 12)) return std::nullopt;
    return address;
  }
  if (const std::size_t zone = text.find('%'); zone != std::string_view::npos) text = text.substr(0, zone);
  if (!read_v6(text, address.bytes_.data())) return std::nullopt;
  // Only the dotted form is folded: what a search for 10.0.0.5 finds then always holds that very text.
  address.v4_ = text.find('.') != std::string_view::npos &&
                std::memcmp(address.bytes_.data(), kMapped, sizeof kMapped) == 0;
  return address;
}

std::optional<IpNetwork> IpNetwork::read(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto base = IpAddress::read(text.substr(0, slash));
  const std::string_view length = text.substr(slash + 1);
  if (!base || length.empty() || length.size() > 3) return std::nullopt;
  unsigned prefix = 0;
  for (const char c : length) {
    if (c < '0' || c > '9') return std::nullopt;
    prefix = prefix * 10 + static_cast<unsigned>(c - '0');
  }
  if (prefix > (base->is_v4() ? 32U : 128U)) return std::nullopt;
  IpNetwork network;
  network.base_ = *base;
  network.prefix_ = base->is_v4() ? prefix + 96 : prefix;
  return network;
}

bool IpNetwork::contains(const IpAddress& address) const {
  if (address.is_v4() != base_.is_v4()) return false;
  const std::size_t bytes = prefix_ / 8;
  if (std::memcmp(address.bytes().data(), base_.bytes().data(), bytes) != 0) return false;
  const unsigned bits = prefix_ % 8;
  if (bits == 0) return true;
  const auto mask = static_cast<std::uint8_t>(0xFF << (8 - bits));
  return ((address.bytes()[bytes] ^ base_.bytes()[bytes]) & mask) == 0;
}

}  // namespace vigil
