#include "parsers/server_text.h"

#include "parsers/calendar.h"
#include "parsers/payload_app.h"
#include "parsers/payload_text.h"
#include "parsers/payload_time.h"
#include "parsers/timestamp.h"

namespace vigil {
namespace {

/// Two digits, or a blank and one; 99 if it is neither.
unsigned two_digits(std::string_view text, std::size_t at) {
  if (at + 1 >= text.size() || !is_digit(text[at + 1])) return 99;
  const char tens = text[at] == ' ' ? '0' : text[at];
  if (!is_digit(tens)) return 99;
  return static_cast<unsigned>((tens - '0') * 10 + (text[at + 1] - '0'));
}

/// "14:59:00" and perhaps a fraction into `civil`; false if it is no time.
bool read_clock(std::string_view text, CivilTime& civil) {
  if (text.size() < 8 || text[2] != ':' || text[5] != ':') return false;
  civil.hour = two_digits(text, 0);
  civil.minute = two_digits(text, 3);
  civil.second = two_digits(text, 6);
  std::int64_t worth = kSecond;
  if (text.size() > 9 && (text[8] == '.' || text[8] == ',')) {
    for (std::size_t i = 9; i < text.size() && is_digit(text[i]) && worth > 1; ++i) {
      worth /= 10;
      civil.nanosecond += (text[i] - '0') * worth;
    }
  }
  return true;
}

}  // namespace

std::optional<std::int64_t> read_dashed_time(std::string_view text, int zone_minutes) {
  if (text.size() < 20 || text[2] != '-' || text[6] != '-' || text[11] != ' ') return std::nullopt;
  CivilTime civil;
  civil.day = two_digits(text, 0);
  civil.month = month_from_name(text.substr(3, 3));
  const auto year = read_number(text.substr(7, 4));
  if (!year || civil.month == 0 || !read_clock(text.substr(12), civil)) return std::nullopt;
  civil.year = static_cast<int>(*year);
  return time_from_civil(civil, zone_minutes);
}

std::optional<std::int64_t> asctime_time(std::string_view text, int zone_minutes) {
  if (text.size() < 24 || text[3] != ' ' || text[7] != ' ' || text[10] != ' ') return std::nullopt;
  CivilTime civil;
  civil.month = month_from_name(text.substr(4, 3));
  civil.day = two_digits(text, 8);
  if (civil.month == 0 || !read_clock(text.substr(11), civil)) return std::nullopt;
  const auto year = read_number(trim(text.substr(text.find(' ', 19) + 1)));
  if (!year || *year > 9999) return std::nullopt;
  civil.year = static_cast<int>(*year);
  return time_from_civil(civil, zone_minutes);
}

std::optional<std::int64_t> read_compact_time(std::string_view text, int zone_minutes) {
  const std::size_t space = text.find(' ');
  if (space != 6 && space != 8) return std::nullopt;
  const auto date = read_number(text.substr(0, space));
  CivilTime civil;
  if (!date || !read_clock(text.substr(space + 1), civil)) return std::nullopt;
  civil.day = static_cast<unsigned>(*date % 100);
  civil.month = static_cast<unsigned>(*date / 100 % 100);
  civil.year = static_cast<int>(*date / 10'000) + (space == 6 ? 2000 : 0);
  return time_from_civil(civil, zone_minutes);
}

std::optional<std::int64_t> read_time_and_zone(std::string_view text, int zone_minutes) {
  const std::size_t clock = text.find_first_of(" T");
  if (clock != 10) return std::nullopt;
  const std::size_t end = text.find_first_of(" :", text.find_first_of(". ", clock + 8));
  if (end != std::string_view::npos && text[end] == ' ') {
    std::string_view zone = text.substr(end + 1);
    zone = zone.substr(0, zone.find_first_of(" ,:[("));
    if (const auto named = zone_from_name(zone)) {
      zone_minutes = *named;
    } else if (const auto offset = read_zone(zone)) {
      zone_minutes = *offset;
    }
  }
  return read_iso_time(text.substr(0, end), zone_minutes);
}

bool begins_with_iso_date(std::string_view text) {
  return text.size() > 18 && text[4] == '-' && text[7] == '-' && (text[10] == ' ' || text[10] == 'T') &&
         text[13] == ':' && text[16] == ':' && is_digit(text[0]) && is_digit(text[9]) && is_digit(text[18]);
}

void add_duration(PayloadWriter& out, std::string_view decimal, std::uint64_t unit_ns) {
  const std::size_t point = decimal.find('.');
  const auto whole = read_number(decimal.substr(0, point));
  if (!whole || *whole > UINT64_MAX / unit_ns / 2) return;
  std::uint64_t ns = *whole * unit_ns;
  if (point != std::string_view::npos) {
    std::uint64_t worth = unit_ns;
    for (const char c : decimal.substr(point + 1)) {
      if (!is_digit(c)) break;
      worth /= 10;
      ns += static_cast<std::uint64_t>(c - '0') * worth;
    }
  }
  out.add_number("event.duration", ns);
}

std::string_view value_of(std::string_view text, std::string_view key_and_equals) {
  for (std::size_t at = text.find(key_and_equals); at != std::string_view::npos;
       at = text.find(key_and_equals, at + 1)) {
    if (at != 0 && text[at - 1] != ' ' && text[at - 1] != ',' && text[at - 1] != '(') continue;
    std::string_view value = text.substr(at + key_and_equals.size());
    if (take_prefix(value, "\"")) return value.substr(0, value.find('"'));
    return value.substr(0, value.find_first_of(" ,)"));
  }
  return {};
}

void add_reporting_server(PayloadWriter& out, std::string_view second) {
  const std::string_view host = out.header().host_from_message ? out.header().host : std::string_view();
  if (const std::string_view address = plain_address(host); !address.empty()) {
    out.add("host.ip", address);
  } else if (host.find('.') != std::string_view::npos) {
    out.add("host.domain", host);
  }
  if (const std::string_view address = plain_address(second); !address.empty() && address != host)
    out.add("host.ip", address);
}

void add_linux_service(PayloadWriter& out) {
  const std::string_view service = linux_service(out.header().app);
  if (!service.empty()) out.log_source("linux", {}, service);
}

std::string_view second_program(std::string_view text) {
  const std::size_t space = text.find(' ');
  if (space == std::string_view::npos || space > 45 || plain_address(text.substr(0, space)).empty())
    return {};
  text.remove_prefix(space + 1);
  const std::size_t end = text.find_first_of("[: ");
  if (end == std::string_view::npos || end == 0 || text[end] == ' ') return {};
  return text.substr(0, end);
}

std::string_view without_second_header(PayloadWriter& out, std::string_view text) {
  const std::string_view program = second_program(text);
  if (program.empty()) return text;
  std::string_view rest =
      text.substr(static_cast<std::size_t>(program.data() - text.data()) + program.size());
  std::string_view pid;
  if (take_prefix(rest, "[")) pid = take_until(rest, ']');
  if (!take_prefix(rest, ":")) return text;
  out.set("process.name", program);
  if (is_json_integer(pid)) out.set("process.pid", pid, ValueType::integer);
  return trim_left(rest);
}

}  // namespace vigil
