#include "rules/range_table.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <string>

#include "rules/value_test.h"

namespace vigil {
namespace {

constexpr AddressNumber kLast{UINT64_MAX, UINT64_MAX};

AddressNumber after(AddressNumber address) {
  if (++address.low == 0) ++address.high;
  return address;
}

std::uint64_t read_word(const std::uint8_t* bytes) {
  std::uint64_t word = 0;
  for (int i = 0; i < 8; ++i) word = (word << 8U) | bytes[i];
  return word;
}

/// Ones in the lowest `bits` places of a word; 64 of them are all.
std::uint64_t low_ones(unsigned bits) { return bits >= 64 ? UINT64_MAX : (std::uint64_t{1} << bits) - 1; }

}  // namespace

std::optional<AddressNumber> AddressNumber::parse(std::string_view text) {
  const auto address = sigma::Address::parse(text);
  if (!address) return std::nullopt;
  if (address->v4) {
    std::uint64_t word = 0;
    for (int i = 0; i < 4; ++i) word = (word << 8U) | address->bytes[static_cast<std::size_t>(i)];
    return AddressNumber{0, (std::uint64_t{0xFFFF} << 32U) | word};
  }
  return AddressNumber{read_word(address->bytes.data()), read_word(address->bytes.data() + 8)};
}

std::optional<AddressRange> AddressRange::parse(std::string_view text) {
  const std::size_t slash = text.find('/');
  const auto first = AddressNumber::parse(text.substr(0, slash));
  if (!first) return std::nullopt;
  if (slash == std::string_view::npos) return AddressRange{*first, *first};
  const std::string_view digits = text.substr(slash + 1);
  unsigned bits = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
  const unsigned most = first->is_v4() ? 32 : 128;
  if (error != std::errc() || end != digits.data() + digits.size() || bits > most) return std::nullopt;
  const unsigned free = most - bits;
  const AddressNumber mask{free > 64 ? low_ones(free - 64) : 0, low_ones(free)};
  if ((first->high & mask.high) != 0 || (first->low & mask.low) != 0) return std::nullopt;
  return AddressRange{*first, {first->high | mask.high, first->low | mask.low}};
}

void write_neighbourhood(const AddressNumber& address, std::string& out) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  std::array<std::uint8_t, 16> bytes{};
  if (address.is_v4()) {
    for (unsigned i = 0; i < 3; ++i) bytes[i] = static_cast<std::uint8_t>(address.low >> (24U - 8U * i));
    inet_ntop(AF_INET, bytes.data(), text.data(), text.size());
    out.assign(text.data()).append("/24");
    return;
  }
  for (unsigned i = 0; i < 8; ++i) bytes[i] = static_cast<std::uint8_t>(address.high >> (56U - 8U * i));
  inet_ntop(AF_INET6, bytes.data(), text.data(), text.size());
  out.assign(text.data()).append("/64");
}

void RangeTable::begin(const AddressNumber& from, std::uint32_t value) {
  if (!segments_.empty() && segments_.back().from == from) segments_.pop_back();
  if (!segments_.empty() && segments_.back().value == value) return;
  segments_.push_back({from, value});
}

// Networks either hold one another or have nothing in common: with outer ones first, a stack tells what is around an address.
void RangeTable::finish() {
  std::stable_sort(ranges_.begin(), ranges_.end(), [](const Range& a, const Range& b) {
    return a.range.first != b.range.first ? a.range.first < b.range.first : a.range.last > b.range.last;
  });
  std::vector<const Range*> around;
  const auto leave = [&] {
    const AddressNumber last = around.back()->range.last;
    around.pop_back();
    if (last != kLast) begin(after(last), around.empty() ? kNone : around.back()->value);
  };
  segments_.push_back({{}, kNone});
  for (const Range& range : ranges_) {
    while (!around.empty() && around.back()->range.last < range.range.first) leave();
    begin(range.range.first, range.value);
    around.push_back(&range);
  }
  while (!around.empty()) leave();
  segments_.shrink_to_fit();
  ranges_ = {};
}

std::uint32_t RangeTable::find(const AddressNumber& address) const {
  const auto next = std::upper_bound(segments_.begin(), segments_.end(), address,
                                     [](const AddressNumber& a, const Segment& b) { return a < b.from; });
  return next == segments_.begin() ? kNone : std::prev(next)->value;
}

}  // namespace vigil
