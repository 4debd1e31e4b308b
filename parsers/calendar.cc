#include "parsers/calendar.h"

#include <array>

namespace vigil {
namespace {

struct ZoneName {
  std::string_view name;
  int minutes;
};

// Abbreviations clash all over the world; CST is China Standard Time here, IST India's.
constexpr ZoneName kZones[] = {
    {"UTC", 0},    {"GMT", 0},    {"Z", 0},      {"WET", 0},    {"CET", 60},   {"CEST", 120}, {"EET", 120},
    {"EEST", 180}, {"MSK", 180},  {"IST", 330},  {"JST", 540},  {"KST", 540},  {"HKT", 480},  {"CST", 480},
    {"TST", 480},  {"SGT", 480},  {"EST", -300}, {"EDT", -240}, {"CDT", -300}, {"MST", -420}, {"MDT", -360},
    {"PST", -480}, {"PDT", -420}, {"AEST", 600}, {"AEDT", 660},
};

constexpr bool is_leap(int year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

constexpr unsigned days_in_month(int year, unsigned month) {
  constexpr std::array<unsigned char, 12> kDays = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && is_leap(year) ? 29 : kDays[month - 1];
}

constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

}  // namespace

Date date_from_days(std::int64_t days) {
  days += 719'468;
  const std::int64_t era = (days >= 0 ? days : days - 146'096) / 146'097;
  const auto day_of_era = static_cast<unsigned>(days - era * 146'097);
  const unsigned year_of_era =
      (day_of_era - day_of_era / 1'460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  const unsigned day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const unsigned month_from_march = (5 * day_of_year + 2) / 153;
  const unsigned month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
  const int year = static_cast<int>(year_of_era) + static_cast<int>(era) * 400 + (month <= 2 ? 1 : 0);
  return {year, month, day_of_year - (153 * month_from_march + 2) / 5 + 1};
}

std::optional<std::int64_t> seconds_from_civil(const CivilTime& civil) {
  // Nanoseconds in 64 bits reach from 1677-09-21 to 2262-04-11; whole years within leave room for any zone.
  if (civil.year < 1678 || civil.year > 2261 || civil.month < 1 || civil.month > 12) return std::nullopt;
  if (civil.day < 1 || civil.day > days_in_month(civil.year, civil.month)) return std::nullopt;
  if (civil.hour > 23 || civil.minute > 59 || civil.second > 60) return std::nullopt;
  const unsigned second = civil.second == 60 ? 59 : civil.second;
  const unsigned of_day = civil.hour * 3600 + civil.minute * 60 + second;
  return days_from_date(civil.year, civil.month, civil.day) * kSecondsPerDay + of_day;
}

std::optional<std::int64_t> time_from_civil(const CivilTime& civil, int zone_minutes) {
  const auto seconds = seconds_from_civil(civil);
  if (!seconds || zone_minutes <= -1440 || zone_minutes >= 1440) return std::nullopt;
  return (*seconds - seconds_of(zone_minutes)) * kSecond + civil.nanosecond;
}

std::optional<std::int64_t> time_without_year(CivilTime civil, int zone_minutes, std::int64_t received_ns) {
  const std::int64_t received_days = received_ns / kDay - (received_ns % kDay < 0 ? 1 : 0);
  const int year = date_from_days(received_days).year;
  for (civil.year = year + 1; civil.year >= year - 4; --civil.year) {
    const auto time = time_from_civil(civil, zone_minutes);
    if (time && *time - kAheadMax <= received_ns) return time;
  }
  return std::nullopt;
}

std::optional<int> zone_from_name(std::string_view name) {
  for (const auto& zone : kZones) {
    if (zone.name == name) return zone.minutes;
  }
  return std::nullopt;
}

unsigned month_from_name(std::string_view name) {
  if (name.size() < 3) return 0;
  constexpr std::string_view kMonths = "janfebmaraprmayjunjulaugsepoctnovdec";
  for (unsigned month = 0; month < 12; ++month) {
    const char* const want = kMonths.data() + std::size_t{month} * 3;
    if (lower(name[0]) == want[0] && lower(name[1]) == want[1] && lower(name[2]) == want[2]) return month + 1;
  }
  return 0;
}

}  // namespace vigil
