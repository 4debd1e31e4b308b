#include <string>

#include "parsers/characters.h"
#include "parsers/render.h"
#include "parsers/timestamp.h"

namespace vigil {
namespace {

// `value` in exactly `digits` digits.
void append_padded(std::uint64_t value, std::size_t digits, std::string& out) {
  const std::size_t start = out.size();
  out.append(digits, '0');
  for (std::size_t at = start + digits; at > start; value /= 10) {
    out[--at] = static_cast<char>('0' + value % 10);
  }
}

// Fewest of 0, 3, 6 and 9 digits that lose nothing.
void append_fraction(std::uint64_t nanoseconds, std::string& out) {
  if (nanoseconds == 0) return;
  std::size_t digits = 9;
  while (nanoseconds % 1000 == 0) {
    nanoseconds /= 1000;
    digits -= 3;
  }
  out += '.';
  append_padded(nanoseconds, digits, out);
}

std::optional<std::int64_t> read_epoch_seconds(std::string_view text) {
  // Beyond this many whole seconds nanoseconds do not fit 64 bits.
  constexpr std::int64_t kSecondsMax = 9'223'372'035;
  std::size_t at = 0;
  std::int64_t seconds = 0;
  while (is_ascii_digit(char_at(text, at))) {
    seconds = seconds * 10 + (text[at++] - '0');
    if (seconds > kSecondsMax) return std::nullopt;
  }
  if (at == 0) return std::nullopt;
  std::int64_t time = seconds * kSecond;
  if (char_at(text, at) == '.') {
    std::int64_t unit = kSecond;
    const std::size_t point = at++;
    for (; is_ascii_digit(char_at(text, at)); ++at) {
      unit /= 10;
      time += unit * (text[at] - '0');
    }
    if (at == point + 1) return std::nullopt;
  }
  return at == text.size() ? std::optional(time) : std::nullopt;
}

}  // namespace

void append_iso_time(std::int64_t ns, int zone_minutes, std::string& out) {
  // Split before the offset is added, which might not fit at the ends of the range.
  std::int64_t seconds = ns / kSecond;
  std::int64_t fraction = ns % kSecond;
  if (fraction < 0) {
    fraction += kSecond;
    --seconds;
  }
  seconds += std::int64_t{zone_minutes} * 60;
  std::int64_t days = seconds / 86'400;
  std::int64_t of_day = seconds % 86'400;
  if (of_day < 0) {
    of_day += 86'400;
    --days;
  }
  const Date date = date_from_days(days);
  const auto clock = static_cast<std::uint64_t>(of_day);
  append_padded(static_cast<std::uint64_t>(date.year), 4, out);
  out += '-';
  append_padded(date.month, 2, out);
  out += '-';
  append_padded(date.day, 2, out);
  out += 'T';
  append_padded(clock / 3600, 2, out);
  out += ':';
  append_padded(clock / 60 % 60, 2, out);
  out += ':';
  append_padded(clock % 60, 2, out);
  append_fraction(static_cast<std::uint64_t>(fraction), out);
  out += zone_minutes < 0 ? '-' : '+';
  const auto zone = static_cast<std::uint64_t>(zone_minutes < 0 ? -zone_minutes : zone_minutes);
  append_padded(zone / 60, 2, out);
  out += ':';
  append_padded(zone % 60, 2, out);
}

std::string iso_time(std::int64_t ns, int zone_minutes) {
  std::string out;
  append_iso_time(ns, zone_minutes, out);
  return out;
}

std::optional<std::int64_t> read_time(std::string_view text, int zone_minutes) {
  const TimestampRead iso = read_iso_timestamp(text, zone_minutes);
  if (iso.time_ns && iso.length == text.size()) return iso.time_ns;
  // People leave out the clock or its seconds: both have the length of one form only.
  constexpr std::size_t kDateLength = 10;
  constexpr std::size_t kMinuteLength = 16;
  if (text.size() == kDateLength || text.size() == kMinuteLength) {
    std::string whole(text);
    whole += text.size() == kDateLength ? "T00:00:00" : ":00";
    const TimestampRead read = read_iso_timestamp(whole, zone_minutes);
    if (read.time_ns && read.length == whole.size()) return read.time_ns;
  }
  return read_epoch_seconds(text);
}

}  // namespace vigil
