#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string_view>

namespace vigil {

/// A number as it stands in a log: whole numbers of 64 bits exactly, the rest as double.
class Number {
 public:
  /// "-5", "0443", "1.5", "1e3". Not "", "0x10", "inf", "nan", nor a number with something after it.
  static std::optional<Number> read(std::string_view text);
  static Number of(std::int64_t value) { return Number(value < 0, magnitude_of(value), static_cast<double>(value), true); }

  bool whole() const { return whole_; }
  double real() const { return real_; }
  /// The number as a signed 64-bit one, if it is one.
  std::optional<std::int64_t> integer() const;

  bool operator==(const Number& other) const { return (*this <=> other) == 0; }
  std::partial_ordering operator<=>(const Number& other) const;

 private:
  Number(bool negative, std::uint64_t magnitude, double real, bool whole)
      : negative_(negative), whole_(whole), magnitude_(magnitude), real_(real) {}
  static constexpr std::uint64_t magnitude_of(std::int64_t value) {
    return value < 0 ? ~static_cast<std::uint64_t>(value) + 1 : static_cast<std::uint64_t>(value);
  }

  bool negative_, whole_;
  std::uint64_t magnitude_;
  double real_;
};

/// An IPv4 or IPv6 address in 16 bytes; `::ffff:10.0.0.5` is the IPv4 address 10.0.0.5, as everywhere in the program.
class IpAddress {
 public:
  /// "10.0.0.5" (no leading zeros: some read those as octal), "2001:db8::1", "::ffff:10.0.0.5", "fe80::1%eth0"
  /// (the zone is left out).
  static std::optional<IpAddress> read(std::string_view text);

  bool is_v4() const { return v4_; }
  const std::array<std::uint8_t, 16>& bytes() const { return bytes_; }
  bool operator==(const IpAddress&) const = default;
  std::strong_ordering operator<=>(const IpAddress& other) const = default;

 private:
  bool v4_ = false;  ///< first in the order: all IPv4 addresses come before... never compared across families
  std::array<std::uint8_t, 16> bytes_{};  ///< IPv4 in the last four, the rest as ::ffff:0:0/96
};

/// "10.0.0.0/8", "2001:db8::/32". Host bits may be set; they do not count.
class IpNetwork {
 public:
  static std::optional<IpNetwork> read(std::string_view text);
  bool contains(const IpAddress& address) const;

 private:
  IpAddress base_;
  unsigned prefix_ = 0;  ///< of 128
};

}  // namespace vigil
