#include "incidents/equipment_report.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <tuple>
#include <utility>

#include "incidents/text.h"
#include "parsers/calendar.h"

namespace vigil {

namespace {

/// Below this share of understood messages the parser is worth a look.
constexpr double kParseRateLow = 50;

std::int64_t midnight_ns(std::int64_t day, int zone_minutes) {
  return day * kDay - seconds_of(zone_minutes) * kSecond;
}

std::string two_digits(unsigned number) { return (number < 10 ? "0" : "") + std::to_string(number); }

std::string signed_minutes(std::int64_t seconds) {
  const std::int64_t minutes = (std::abs(seconds) + 30) / 60;
  return (seconds < 0 ? "-" : "+") + std::to_string(minutes);
}

void add_remarks(EquipmentDevice& device, const EquipmentReport& report) {
  const auto remark = [&device](std::string zh, std::string en) {
    device.remarks.emplace_back(std::move(zh), std::move(en));
  };
  if (!device.silences.empty() && device.silences.back().to_ns == 0)
    remark(report.complete() ? "月底仍未恢復" : "目前靜默中", report.complete() ? "still silent at the month's end" : "silent now");
  if (device.zone_suspected) {
    remark("時區設定疑似有誤（" + signed_minutes(device.skew_seconds) + " 分）",
           "time zone probably set wrongly (" + signed_minutes(device.skew_seconds) + " min)");
  } else if (device.clock_wrong) {
    remark("時鐘偏差逾五分鐘（" + signed_minutes(device.skew_seconds) + " 分）",
           "clock off by more than five minutes (" + signed_minutes(device.skew_seconds) + " min)");
  }
  if (device.missing != 0)
    remark("傳送端序號缺 " + shown_count(device.missing) + " 號", shown_count(device.missing) + " sequence numbers missing");
  if (device.discarded != 0)
    remark("接收後捨棄 " + shown_count(device.discarded) + " 筆", shown_count(device.discarded) + " received but not stored");
  if (device.flood) remark("曾有異常大量", "a flood was told");
  if (device.collapse) remark("曾有異常減量", "a collapse was told");
  if (const auto rate = device.parse_rate(); rate && *rate < kParseRateLow)
    remark("解析率偏低", "few messages understood");
  if (device.first_seen_ns >= report.from_ns()) remark("本月首次出現", "first seen this month");
  if (device.system.empty()) remark("未登錄設備", "not registered");
  if (device.learning) remark("靜默判定學習中", "its rhythm is being learned");
}

/// What needs attention first, then by name.
auto order(const EquipmentDevice& device) {
  return std::tuple(device.silent_ns == 0, !device.clock_wrong && device.missing == 0 && device.discarded == 0,
                    !device.core, std::string_view(device.name), std::string_view(device.peer),
                    std::string_view(device.listener));
}

}  // namespace

unsigned ReportMonth::days() const { return static_cast<unsigned>(next().first_day() - first_day()); }
std::int64_t ReportMonth::first_day() const { return days_from_date(year, month, 1); }
ReportMonth ReportMonth::next() const { return month == 12 ? ReportMonth{year + 1, 1} : ReportMonth{year, month + 1}; }
ReportMonth ReportMonth::previous() const { return month == 1 ? ReportMonth{year - 1, 12} : ReportMonth{year, month - 1}; }
std::string ReportMonth::text() const { return std::to_string(year) + "-" + two_digits(month); }

std::optional<ReportMonth> month_from_text(std::string_view text) {
  if (text.size() != 7 || text[4] != '-') return std::nullopt;
  ReportMonth month;
  const auto year = std::from_chars(text.data(), text.data() + 4, month.year);
  const auto of_year = std::from_chars(text.data() + 5, text.data() + 7, month.month);
  if (year.ec != std::errc() || year.ptr != text.data() + 4 || of_year.ec != std::errc() ||
      of_year.ptr != text.data() + 7)
    return std::nullopt;
  if (month.year < 1971 || month.year > 2200 || month.month < 1 || month.month > 12) return std::nullopt;
  return month;
}

ReportMonth month_of(std::int64_t ns, int zone_minutes) {
  const std::int64_t local = ns + seconds_of(zone_minutes) * kSecond;
  const Date date = date_from_days(local / kDay - (local % kDay < 0 ? 1 : 0));
  return {date.year, date.month};
}

std::optional<double> EquipmentDevice::availability() const {
  if (learning || in_service_ns <= 0) return std::nullopt;
  return 100.0 * (1.0 - static_cast<double>(silent_ns) / static_cast<double>(in_service_ns));
}

std::optional<double> EquipmentDevice::parse_rate() const {
  if (received == 0) return std::nullopt;
  return 100.0 * static_cast<double>(received - std::min(unparsed, received)) / static_cast<double>(received);
}

std::int64_t EquipmentReport::from_ns() const { return midnight_ns(month.first_day(), zone_minutes); }
std::int64_t EquipmentReport::to_ns() const { return midnight_ns(month.next().first_day(), zone_minutes); }
std::string EquipmentReport::due() const { return month.next().text() + "-05"; }

void EquipmentReport::finish() {
  const std::int64_t end = std::min(to_ns(), made_ns);
  for (EquipmentOrganisation& organisation : organisations) {
    for (EquipmentDevice& device : organisation.devices) {
      device.days_seen = device.hours_seen = 0;
      for (const std::uint8_t hours : device.hours_of_day) {
        device.days_seen += hours != 0 ? 1 : 0;
        device.hours_seen += hours;
      }
      device.in_service_ns = std::max<std::int64_t>(0, end - std::max(from_ns(), device.first_seen_ns));
      device.silent_ns = 0;
      std::sort(device.silences.begin(), device.silences.end(),
                [](const ReportSpan& a, const ReportSpan& b) { return a.from_ns < b.from_ns; });
      for (ReportSpan& silence : device.silences) {
        if (silence.to_ns > end) silence.to_ns = 0;  // It lasts beyond what this report is about.
        const std::int64_t to = silence.to_ns == 0 ? end : silence.to_ns;
        device.silent_ns += std::max<std::int64_t>(0, to - std::max(silence.from_ns, from_ns()));
      }
      device.silent_ns = std::min(device.silent_ns, device.in_service_ns);
      device.remarks.clear();
      add_remarks(device, *this);
    }
    std::sort(organisation.devices.begin(), organisation.devices.end(),
              [](const EquipmentDevice& a, const EquipmentDevice& b) { return order(a) < order(b); });
  }
  std::sort(organisations.begin(), organisations.end(),
            [](const EquipmentOrganisation& a, const EquipmentOrganisation& b) { return a.id < b.id; });
}

}  // namespace vigil
