#include "parsers/payload_time.h"

#include "parsers/json_walk.h"
#include "parsers/payload_text.h"
#include "parsers/timestamp.h"

namespace vigil {

std::optional<std::int64_t> read_epoch(std::string_view text) {
  std::string_view fraction;
  if (const std::size_t point = text.find('.'); point != std::string_view::npos) {
    fraction = text.substr(point + 1);
    text = text.substr(0, point);
  }
  const auto whole = read_number(text);
  if (!whole) return std::nullopt;
  std::int64_t unit = 0;
  switch (text.size()) {
    case 9:
    case 10:
      unit = kSecond;
      break;
    case 13:
      unit = 1'000'000;
      break;
    case 16:
      unit = 1'000;
      break;
    case 19:
      unit = 1;
      break;
    default:
      return std::nullopt;
  }
  // 19 digits hold any time up to 2262; more would not fit, nor a fraction behind the last second.
  if (*whole >= static_cast<std::uint64_t>(INT64_MAX / unit)) return std::nullopt;
  auto time = static_cast<std::int64_t>(*whole) * unit;
  if (unit == kSecond) {
    std::int64_t digit_worth = kSecond;
    for (const char c : fraction) {
      if (!is_digit(c)) return std::nullopt;
      digit_worth /= 10;
      time += (c - '0') * digit_worth;
    }
  }
  return time;
}

std::optional<std::int64_t> read_iso_time(std::string_view text, int zone_minutes) {
  return read_iso_timestamp(text, zone_minutes).time_ns;
}

std::optional<std::int64_t> read_any_time(std::string_view text, int zone_minutes) {
  if (text.size() >= 5 && text[4] == '-') return read_iso_time(text, zone_minutes);
  return read_epoch(text);
}

std::optional<int> read_zone(std::string_view text) {
  if (text == "Z" || text == "z") return 0;
  if (text.size() < 3 || (text[0] != '+' && text[0] != '-')) return std::nullopt;
  const bool east = text[0] == '+';
  text.remove_prefix(1);
  char digits[4] = {'0', '0', '0', '0'};
  std::size_t count = 0;
  for (const char c : text) {
    if (c == ':' && count == 2) continue;
    if (!is_digit(c) || count == 4) return std::nullopt;
    digits[count++] = c;
  }
  if (count != 2 && count != 4) return std::nullopt;
  const int hours = (digits[0] - '0') * 10 + (digits[1] - '0');
  const int minutes = (digits[2] - '0') * 10 + (digits[3] - '0');
  if (hours > 23 || minutes > 59) return std::nullopt;
  return (east ? 1 : -1) * (hours * 60 + minutes);
}

std::optional<std::int64_t> read_web_time(std::string_view text, int zone_minutes) {
  // dd/Mon/yyyy:HH:MM:SS, 20 characters
  if (text.size() < 20 || text[2] != '/' || text[6] != '/' || text[11] != ':' || text[14] != ':' ||
      text[17] != ':') {
    return std::nullopt;
  }
  const auto two = [text](std::size_t at) -> unsigned {
    if (!is_digit(text[at]) || !is_digit(text[at + 1])) return 99;
    return static_cast<unsigned>((text[at] - '0') * 10 + (text[at + 1] - '0'));
  };
  const auto year = read_number(text.substr(7, 4));
  const unsigned month = month_from_name(text.substr(3, 3));
  if (!year || month == 0) return std::nullopt;
  CivilTime civil;
  civil.year = static_cast<int>(*year);
  civil.month = month;
  civil.day = two(0);
  civil.hour = two(12);
  civil.minute = two(15);
  civil.second = two(18);
  std::string_view rest = text.substr(20);
  if (take_prefix(rest, " ")) {
    if (const auto zone = read_zone(rest.substr(0, rest.find_first_of(" ]")))) zone_minutes = *zone;
  }
  return time_from_civil(civil, zone_minutes);
}

std::optional<std::int64_t> read_cef_time(std::string_view text, int zone_minutes, std::int64_t received_ns) {
  if (text.empty()) return std::nullopt;
  if (is_digit(text.front())) return read_any_time(text, zone_minutes);
  // The zone stands behind: " GMT+00:00", " UTC", " +0800".
  std::string_view zone;
  if (const std::size_t space = text.rfind(' '); space != std::string_view::npos) {
    const std::string_view last = text.substr(space + 1);
    if (!last.empty() && !is_digit(last.front())) {
      zone = last;
      text = text.substr(0, space);
    }
  }
  if (!zone.empty()) {
    std::string_view offset = zone;
    if (!take_prefix(offset, "GMT")) take_prefix(offset, "UTC");
    if (offset.empty()) {
      zone_minutes = 0;
    } else if (const auto minutes = read_zone(offset)) {
      zone_minutes = *minutes;
    } else if (const auto named = zone_from_name(zone)) {
      zone_minutes = *named;
    }
  }
  return read_timestamp(text, zone_minutes, received_ns).time_ns;
}

std::string_view peek_pair(std::string_view text, const SearchText& key) {
  for (std::size_t at = find_text(text, key); at != std::string_view::npos;
       at = find_text(text, key, at + 1)) {
    if (at != 0 && text[at - 1] != ' ' && text[at - 1] != ',') continue;  // "devtime=" is not "time="
    std::string_view rest = text.substr(at + key.size());
    if (take_prefix(rest, "\"")) return rest.substr(0, rest.find('"'));
    std::size_t end = 0;
    while (end < rest.size() && rest[end] != ' ' && rest[end] != ',') ++end;
    return rest.substr(0, end);
  }
  return {};
}

std::optional<std::int64_t> read_date_and_time(std::string_view date, std::string_view time,
                                               std::string_view zone, int zone_minutes) {
  if (date.size() != 10 || time.size() < 8 || time.size() > 18) return std::nullopt;
  char text[32];
  std::size_t size = date.copy(text, 10);
  text[size++] = 'T';
  size += time.copy(text + size, time.size());
  const auto offset = read_zone(zone);
  return read_iso_time({text, size}, offset ? *offset : zone_minutes);
}

std::optional<std::int64_t> peek_json_time(std::string_view text, int zone_minutes) {
  for (const std::string_view key :
       {"@timestamp", "timestamp", "EventTime", "time", "ts", "datetime", "date"}) {
    if (const auto time = read_any_time(peek_json_member(text, key), zone_minutes)) return time;
  }
  return std::nullopt;
}

}  // namespace vigil
