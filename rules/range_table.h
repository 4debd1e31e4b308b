#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace vigil {

/// An IP address as a number: IPv4 stands among IPv6 as ::ffff:a.b.c.d, so that both are one line of numbers.
struct AddressNumber {
  std::uint64_t high = 0, low = 0;
  auto operator<=>(const AddressNumber&) const = default;
  static std::optional<AddressNumber> parse(std::string_view text);
  bool is_v4() const { return high == 0 && (low >> 32U) == 0xFFFF; }
};

/// A network in CIDR notation, or one address: its first and last address. Nothing if it is none, or has bits behind its prefix.
struct AddressRange {
  AddressNumber first, last;
  static std::optional<AddressRange> parse(std::string_view text);
};

/// "203.0.113.0/24", "2001:db8:1:2::/64": the network that an address is usually one of many neighbours in. `out` is replaced.
void write_neighbourhood(const AddressNumber& address, std::string& out);

/// Which value belongs to an address, by the smallest of the networks that hold it. Filled, then finished, then only asked:
/// asking is a binary search and allocates nothing.
class RangeTable {
 public:
  static constexpr std::uint32_t kNone = UINT32_MAX;

  void add(const AddressRange& range, std::uint32_t value) { ranges_.push_back({range, value}); }
  std::size_t ranges() const { return ranges_.size(); }
  /// Of two equal networks the one added later counts.
  void finish();
  /// kNone where no network holds the address.
  std::uint32_t find(const AddressNumber& address) const;

 private:
  struct Range {
    AddressRange range;
    std::uint32_t value = kNone;
  };
  /// From here on, up to the next one's beginning, the value holds.
  struct Segment {
    AddressNumber from;
    std::uint32_t value = kNone;
  };
  void begin(const AddressNumber& from, std::uint32_t value);

  std::vector<Range> ranges_;
  std::vector<Segment> segments_;
};

}  // namespace vigil
