#include "daemon/day_tally.h"

#include <array>
#include <charconv>

#include "parsers/calendar.h"

namespace vigil {

namespace {

// version hours received bytes unparsed missing discarded skew marks
constexpr std::uint64_t kVersion = 1;
constexpr std::size_t kNumbers = 9;

bool read_digits(std::string_view text, unsigned& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc() && end == text.data() + text.size() && !text.empty();
}

}  // namespace

void DayTally::add(const DayTally& other) {
  hours |= other.hours;
  received += other.received;
  bytes += other.bytes;
  unparsed += other.unparsed;
  missing += other.missing;
  discarded += other.discarded;
  skew_seconds = other.skew_seconds;
  marks |= other.marks;
}

std::string DayTally::save() const {
  std::string out = std::to_string(kVersion);
  for (const std::uint64_t number : {std::uint64_t{hours}, received, bytes, unparsed, missing, discarded})
    out += " " + std::to_string(number);
  return out + " " + std::to_string(skew_seconds) + " " + std::to_string(marks);
}

DayTally DayTally::load(std::int64_t day, std::string_view text) {
  std::array<std::int64_t, kNumbers> numbers{};
  const char* at = text.data();
  const char* const end = at + text.size();
  for (std::int64_t& number : numbers) {
    const auto [next, error] = std::from_chars(at, end, number);
    if (error != std::errc()) break;
    at = next == end ? end : next + 1;
  }
  DayTally tally;
  tally.day = day;
  if (numbers[0] < 1) return tally;
  const auto count = [&numbers](std::size_t index) {
    return numbers[index] < 0 ? 0 : static_cast<std::uint64_t>(numbers[index]);
  };
  tally.hours = static_cast<std::uint32_t>(count(1)) & 0xffffffU;
  tally.received = count(2);
  tally.bytes = count(3);
  tally.unparsed = count(4);
  tally.missing = count(5);
  tally.discarded = count(6);
  tally.skew_seconds = numbers[7];
  tally.marks = static_cast<std::uint32_t>(count(8));
  return tally;
}

std::string day_text(std::int64_t day) {
  const Date date = date_from_days(day);
  const auto two = [](unsigned number) { return (number < 10 ? "0" : "") + std::to_string(number); };
  std::string year = std::to_string(date.year);
  year.insert(0, year.size() < 4 ? 4 - year.size() : 0, '0');
  return year + "-" + two(date.month) + "-" + two(date.day);
}

std::int64_t day_from_text(std::string_view text) {
  unsigned year = 0, month = 0, day = 0;
  if (text.size() != 10 || text[4] != '-' || text[7] != '-' || !read_digits(text.substr(0, 4), year) ||
      !read_digits(text.substr(5, 2), month) || !read_digits(text.substr(8, 2), day))
    return -1;
  CivilTime civil;
  civil.year = static_cast<int>(year);
  civil.month = month;
  civil.day = day;
  const auto seconds = seconds_from_civil(civil);
  return seconds && *seconds >= 0 ? *seconds / kSecondsPerDay : -1;
}

}  // namespace vigil
