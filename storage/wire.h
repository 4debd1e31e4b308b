#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

/// How numbers stand in the archive's bytes: varints (7 bits a byte, lowest first), zig-zag for signed ones,
/// little-endian where the width is fixed, big-endian in keys so that byte order is number order.
namespace vigil {

static_assert(std::endian::native == std::endian::little, "stored numbers are copied as they lie in memory");

constexpr std::size_t kVarintMax = 10;

inline char* put_varint(char* at, std::uint64_t value) {
  while (value >= 0x80U) {
    *at++ = static_cast<char>(value | 0x80U);
    value >>= 7U;
  }
  *at++ = static_cast<char>(value);
  return at;
}
constexpr std::uint64_t zigzag(std::int64_t value) {
  return (static_cast<std::uint64_t>(value) << 1U) ^ static_cast<std::uint64_t>(value >> 63);
}
constexpr std::int64_t unzigzag(std::uint64_t value) {
  return static_cast<std::int64_t>((value >> 1U) ^ (~(value & 1U) + 1));
}
inline void append_varint(std::string& out, std::uint64_t value) {
  char bytes[kVarintMax];
  out.append(bytes, static_cast<std::size_t>(put_varint(bytes, value) - bytes));
}
inline void append_text(std::string& out, std::string_view text) {
  append_varint(out, text.size());
  out.append(text);
}
template <class Number>
void append_fixed(std::string& out, Number value) {
  char bytes[sizeof value];
  std::memcpy(bytes, &value, sizeof value);
  out.append(bytes, sizeof value);
}
template <class Number>
void append_big_endian(std::string& out, Number value) {
  for (std::size_t i = sizeof value; i-- > 0;) {
    out += static_cast<char>((static_cast<std::uint64_t>(value) >> (8 * i)) & 0xffU);
  }
}
template <class Number>
Number read_big_endian(const char* at) {
  Number value = 0;
  for (std::size_t i = 0; i < sizeof value; ++i) {
    value = static_cast<Number>((static_cast<std::uint64_t>(value) << 8U) | static_cast<unsigned char>(at[i]));
  }
  return value;
}

/// Reads what the functions above wrote, from bytes that may be anything. After the first byte that cannot be,
/// ok() is false for good and every number is 0.
class WireReader {
 public:
  explicit WireReader(std::string_view bytes) : at_(bytes.data()), end_(bytes.data() + bytes.size()) {}

  bool ok() const { return ok_; }
  std::size_t left() const { return static_cast<std::size_t>(end_ - at_); }

  std::uint64_t varint() {
    if (at_ < end_ && static_cast<unsigned char>(*at_) < 0x80U) return static_cast<unsigned char>(*at_++);
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      if (at_ == end_) break;
      const auto byte = static_cast<unsigned char>(*at_++);
      value |= static_cast<std::uint64_t>(byte & 0x7fU) << shift;
      if (byte < 0x80U) return value;
    }
    return fail();
  }
  /// A varint that must not be larger than `most`.
  std::uint64_t varint(std::uint64_t most) {
    const std::uint64_t value = varint();
    return value <= most ? value : fail();
  }
  std::uint8_t byte() {
    if (at_ == end_) return static_cast<std::uint8_t>(fail());
    return static_cast<std::uint8_t>(*at_++);
  }
  template <class Number>
  Number fixed() {
    Number value{};
    if (left() < sizeof value) {
      fail();
      return value;
    }
    std::memcpy(&value, at_, sizeof value);
    at_ += sizeof value;
    return value;
  }
  std::string_view bytes(std::uint64_t count) {
    if (count > left()) {
      fail();
      return {};
    }
    const std::string_view view(at_, static_cast<std::size_t>(count));
    at_ += count;
    return view;
  }
  std::string_view text() { return bytes(varint()); }

 private:
  std::uint64_t fail() {
    ok_ = false;
    at_ = end_;
    return 0;
  }

  const char* at_;
  const char* end_;
  bool ok_ = true;
};

}  // namespace vigil
