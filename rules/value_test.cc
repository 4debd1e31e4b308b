#include "rules/value_test.h"

#include <arpa/inet.h>

#include <charconv>
#include <chrono>
#include <cmath>

namespace vigil::sigma {
namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

bool same_prefix(const std::array<std::uint8_t, 16>& a, const std::array<std::uint8_t, 16>& b, unsigned bits) {
  for (unsigned i = 0; i < bits / 8; ++i) {
    if (a[i] != b[i]) return false;
  }
  if (bits % 8 == 0) return true;
  const unsigned mask = (0xFFU << (8 - bits % 8)) & 0xFFU;
  return ((a[bits / 8] ^ b[bits / 8]) & mask) == 0;
}

struct DateParts {
  int year = 0, month = 0, day = 0, hour = 0, minute = 0;
};

std::optional<int> digits(std::string_view text, std::size_t at, std::size_t count) {
  if (at + count > text.size()) return std::nullopt;
  int value = 0;
  for (std::size_t i = at; i < at + count; ++i) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

// "2026-11-20T14:59:00+08:00" as written: the specification wants no conversion between zones.
std::optional<DateParts> parse_iso_parts(std::string_view text) {
  text = trimmed(text);
  const auto year = digits(text, 0, 4), month = digits(text, 5, 2), day = digits(text, 8, 2);
  if (!year || !month || !day || text[4] != '-' || text[7] != '-') return std::nullopt;
  DateParts parts{*year, *month, *day, 0, 0};
  const std::chrono::year_month_day date{std::chrono::year(parts.year),
                                         std::chrono::month(static_cast<unsigned>(parts.month)),
                                         std::chrono::day(static_cast<unsigned>(parts.day))};
  if (!date.ok()) return std::nullopt;
  if (text.size() == 10) return parts;
  const auto hour = digits(text, 11, 2), minute = digits(text, 14, 2);
  if (!hour || !minute || (text[10] != 'T' && text[10] != ' ' && text[10] != 't') || text[13] != ':' ||
      *hour > 23 || *minute > 59) {
    return std::nullopt;
  }
  parts.hour = *hour;
  parts.minute = *minute;
  return parts;
}

std::optional<DateParts> parse_epoch_parts(double seconds) {
  if (seconds > 1e12) seconds /= 1000;
  if (!(seconds >= 0 && seconds < 253402300800.0)) return std::nullopt;  // up to the year 9999
  using namespace std::chrono;
  const sys_seconds time{std::chrono::seconds(static_cast<std::int64_t>(seconds))};
  const sys_days date = floor<days>(time);
  const year_month_day ymd(date);
  const hh_mm_ss clock(time - date);
  return DateParts{int(ymd.year()), static_cast<int>(unsigned(ymd.month())), static_cast<int>(unsigned(ymd.day())),
                   static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count())};
}

// ISO 8601: week 1 has the year's first Thursday.
int iso_week(const DateParts& parts) {
  using namespace std::chrono;
  const sys_days date = year_month_day(year(parts.year), month(static_cast<unsigned>(parts.month)),
                                       day(static_cast<unsigned>(parts.day)));
  const sys_days thursday = date + days(4 - static_cast<int>(weekday(date).iso_encoding()));
  const year_month_day of_thursday(thursday);
  const sys_days first = year_month_day(of_thursday.year(), January, day(1));
  return static_cast<int>((thursday - first).count()) / 7 + 1;
}

int part_of(const DateParts& parts, TimePart part) {
  switch (part) {
    case TimePart::minute: return parts.minute;
    case TimePart::hour: return parts.hour;
    case TimePart::day: return parts.day;
    case TimePart::week: return iso_week(parts);
    case TimePart::month: return parts.month;
    case TimePart::year: return parts.year;
  }
  return 0;
}

bool is_number(ValueType type) { return type == ValueType::integer || type == ValueType::real; }

bool number_passes(const ValueTest& test, const FieldValue& value, std::string_view folded) {
  if (test.pattern.matches(folded)) return true;
  if (!is_number(value.type)) return false;
  const auto number = number_of(value.text);
  // Whole numbers beyond 2^53 are equal only if their digits are.
  return number && *number == test.number && std::abs(test.number) < 9007199254740992.0;
}

bool time_passes(const ValueTest& test, const FieldValue& value) {
  std::optional<DateParts> parts;
  if (is_number(value.type)) {
    if (const auto seconds = number_of(value.text)) parts = parse_epoch_parts(*seconds);
  } else {
    parts = parse_iso_parts(value.text);
  }
  return parts && compare(test.comparison, part_of(*parts, test.part), test.number);
}

}  // namespace

std::optional<Address> Address::parse(std::string_view text) {
  text = trimmed(text);
  char buffer[INET6_ADDRSTRLEN + 1];
  if (text.size() >= sizeof buffer) return std::nullopt;
  text.copy(buffer, text.size());
  buffer[text.size()] = '\0';
  Address address;
  if (inet_pton(AF_INET, buffer, address.bytes.data()) == 1) {
    address.v4 = true;
    return address;
  }
  if (inet_pton(AF_INET6, buffer, address.bytes.data()) != 1) return std::nullopt;
  constexpr std::array<std::uint8_t, 12> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
  if (std::equal(kMapped.begin(), kMapped.end(), address.bytes.begin())) {
    std::copy(address.bytes.begin() + 12, address.bytes.end(), address.bytes.begin());
    address.v4 = true;
  }
  return address;
}

std::optional<Network> Network::parse(std::string_view text) {
  text = trimmed(text);
  const std::size_t slash = text.find('/');
  const auto address = Address::parse(text.substr(0, slash));
  if (!address) return std::nullopt;
  Network network;
  network.bytes_ = address->bytes;
  network.v4_ = address->v4;
  const unsigned width = address->v4 ? 32 : 128;
  network.bits_ = width;
  if (slash != std::string_view::npos) {
    const std::string_view prefix = text.substr(slash + 1);
    unsigned bits = 0;
    const auto [end, error] = std::from_chars(prefix.data(), prefix.data() + prefix.size(), bits);
    if (error != std::errc() || end != prefix.data() + prefix.size()) return std::nullopt;
    // A mapped prefix (::ffff:10.0.0.0/104) is written for 128 bits.
    if (address->v4 && text.find(':') != std::string_view::npos) {
      if (bits < 96) return std::nullopt;
      bits -= 96;
    }
    if (bits > width) return std::nullopt;
    network.bits_ = bits;
  }
  for (unsigned bit = network.bits_; bit < width; ++bit) {
    if (((unsigned{network.bytes_[bit / 8]} >> (7 - bit % 8)) & 1U) != 0) return std::nullopt;
  }
  return network;
}

bool Network::contains(const Address& address) const {
  return address.v4 == v4_ && same_prefix(address.bytes, bytes_, bits_);
}

std::string Network::text() const {
  std::array<char, INET6_ADDRSTRLEN> out{};
  ::inet_ntop(v4_ ? AF_INET : AF_INET6, bytes_.data(), out.data(), out.size());
  return std::string(out.data()) + "/" + std::to_string(bits_);
}

std::optional<Comparison> comparison_from_name(std::string_view name) {
  if (name == "lt") return Comparison::lt;
  if (name == "lte") return Comparison::lte;
  if (name == "gt") return Comparison::gt;
  if (name == "gte") return Comparison::gte;
  if (name == "eq") return Comparison::eq;
  if (name == "neq") return Comparison::neq;
  return std::nullopt;
}

bool compare(Comparison op, double left, double right) {
  switch (op) {
    case Comparison::lt: return left < right;
    case Comparison::lte: return left <= right;
    case Comparison::gt: return left > right;
    case Comparison::gte: return left >= right;
    case Comparison::eq: return left == right;
    case Comparison::neq: return left != right;
  }
  return false;
}

std::optional<double> number_of(std::string_view text) {
  text = trimmed(text);
  if (text.starts_with('+')) text.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

bool passes(const ValueTest& test, const FieldValue& value, std::string_view folded) {
  if (value.type == ValueType::null) return false;
  switch (test.kind) {
    case ValueTest::Kind::text: return test.pattern.matches(test.cased ? value.text : folded);
    case ValueTest::Kind::number: return number_passes(test, value, folded);
    case ValueTest::Kind::network: {
      const auto address = Address::parse(value.text);
      return address && test.network.contains(*address);
    }
    case ValueTest::Kind::compare: {
      const auto number = value.type == ValueType::boolean ? std::nullopt : number_of(value.text);
      return number && compare(test.comparison, *number, test.number);
    }
    case ValueTest::Kind::time_part: return time_passes(test, value);
    case ValueTest::Kind::regex:
    case ValueTest::Kind::null:
    case ValueTest::Kind::exists:
    case ValueTest::Kind::field: return false;
  }
  return false;
}

}  // namespace vigil::sigma
