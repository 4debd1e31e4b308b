#include <array>
#include <optional>

#include "config/sections.h"
#include "parsers/calendar.h"

namespace vigil::config {
namespace {

constexpr std::array<std::string_view, 7> kDays = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
/// A century of weekends off would still fit; more is the wrong file.
constexpr std::size_t kHolidaysMax = 10'000;

std::optional<int> digits(std::string_view text) {
  int value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value;
}

/// "07:00" to "24:00" as minutes of the day.
std::optional<int> read_minutes(std::string_view text) {
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  const auto hour = digits(text.substr(0, 2)), minute = digits(text.substr(3));
  if (!hour || !minute || *minute > 59 || *hour * 60 + *minute > 24 * 60) return std::nullopt;
  return *hour * 60 + *minute;
}

std::optional<std::int32_t> read_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto year = digits(text.substr(0, 4)), month = digits(text.substr(5, 2)), day = digits(text.substr(8));
  if (!year || !month || !day) return std::nullopt;
  CivilTime civil;
  civil.year = *year;
  civil.month = static_cast<unsigned>(*month);
  civil.day = static_cast<unsigned>(*day);
  if (!seconds_from_civil(civil)) return std::nullopt;
  return static_cast<std::int32_t>(days_from_date(civil.year, civil.month, civil.day));
}

void read_minutes(Fields& fields, std::string_view key, int& out) {
  std::string text;
  if (!fields.text(key, text)) return;
  if (const auto minutes = read_minutes(text)) {
    out = *minutes;
    return;
  }
  fields.wrong(key, {"'" + text + "' is no time of day", "'" + text + "' 不是時刻"},
               {"two digits each, in quotes: \"07:00\"; midnight is \"24:00\"", "各兩位數並加引號，例如 \"07:00\"；午夜為 \"24:00\""});
}

void read_days(Fields& fields, std::uint8_t& out) {
  std::vector<std::string> days;
  if (!fields.texts("days", days)) return;
  out = 0;
  for (const std::string& day : days) {
    std::size_t at = 0;
    while (at < kDays.size() && kDays[at] != day) ++at;
    if (at == kDays.size()) {
      return fields.wrong("days", {"'" + day + "' is no day of the week", "'" + day + "' 不是星期幾"}, suggest(day, kDays));
    }
    out = static_cast<std::uint8_t>(out | (1U << at));
  }
}

void read_holidays(Fields& fields, std::optional<std::vector<std::int32_t>>& out) {
  std::vector<std::string> dates;
  if (!fields.texts("holidays", dates)) return;
  out.emplace();
  for (const std::string& date : dates) {
    const auto day = read_date(date);
    if (!day) {
      return fields.wrong("holidays", {"'" + date + "' is no date", "'" + date + "' 不是日期"},
                          {"year, month and day: 2026-12-25", "年、月、日，例如 2026-12-25"});
    }
    out->push_back(*day);
  }
  if (out->size() > kHolidaysMax) fields.wrong("holidays", {"more than 10,000 days", "超過一萬天"});
}

}  // namespace

void read_working_hours(Fields& outer, std::optional<WorkingHoursConfig>& out) {
  const YamlNode* const node = outer.find("working_hours");
  if (node == nullptr) return;
  Fields fields(*node, outer.path_of("working_hours"), outer.report());
  WorkingHoursConfig hours;
  read_days(fields, hours.days);
  read_minutes(fields, "from", hours.from_minutes);
  read_minutes(fields, "to", hours.to_minutes);
  if (hours.from_minutes >= hours.to_minutes) {
    fields.wrong("to", {"the day's work ends before it begins", "下班時間早於上班時間"},
                 {"'from' before 'to', both of one day", "'from' 須早於 'to'，且為同一天"});
  }
  read_holidays(fields, hours.holidays);
  fields.finish();
  out = std::move(hours);
}

void read_enrichment(Fields& top, const std::filesystem::path& base, EnrichmentConfig& enrichment) {
  const YamlNode* const node = top.find("enrichment");
  if (node == nullptr) return;
  Fields fields(*node, "enrichment", top.report());
  std::vector<std::string> places;
  fields.texts("places", places);
  for (const std::string& each : places) enrichment.places.push_back((base / each).lexically_normal());
  fields.path("accounts", base, enrichment.accounts);
  read_working_hours(fields, enrichment.working_hours);
  fields.finish();
}

}  // namespace vigil::config
