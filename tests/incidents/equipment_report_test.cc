#include "incidents/equipment_report.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json.hpp>
#include <string>

#include "parsers/calendar.h"

namespace vigil {
namespace {

constexpr std::int64_t kHour = 3600 * kSecond;

EquipmentReport october() {
  EquipmentReport report;
  report.month = {2026, 10};
  report.made_ns = report.to_ns() + 2 * kDay;
  EquipmentOrganisation school{"school-a", "甲國小", {}};
  EquipmentDevice fw;
  fw.name = "fw-core";
  fw.peer = "192.0.2.1";
  fw.listener = "syslog-udp:0.0.0.0:5514";
  fw.system = "firewall";
  fw.system_name = "邊界防火牆";
  fw.core = true;
  fw.first_seen_ns = report.from_ns() - 90 * kDay;
  fw.last_seen_ns = report.to_ns();
  fw.hours_of_day.fill(24);
  fw.received = 1'000'000;
  fw.bytes = 250'000'000;
  fw.unparsed = 10'000;
  fw.silences = {{report.from_ns() + 2 * kDay, report.from_ns() + 2 * kDay + 6 * kHour}};
  EquipmentDevice evil;
  evil.name = "=cmd|'/C calc'!A0";
  evil.peer = "<script>alert(1)</script>";
  evil.first_seen_ns = report.from_ns() + 20 * kDay;
  evil.hours_of_day[20] = 3;
  evil.received = 7;
  evil.unparsed = 7;
  evil.learning = true;
  evil.missing = 12;
  evil.skew_seconds = -28'800;
  evil.clock_wrong = evil.zone_suspected = true;
  school.devices = {evil, fw};
  report.organisations.push_back(school);
  report.finish();
  return report;
}

TEST(ReportMonth, KnowsItsDaysAndNeighbours) {
  struct Case {
    std::string_view text, expected;
  };
  constexpr Case kCases[] = {{"2026-02", "28 2026-01 2026-03"}, {"2028-02", "29 2028-01 2028-03"},
                             {"2026-12", "31 2026-11 2027-01"}, {"2026-01", "31 2025-12 2026-02"},
                             {"2026-13", "none"},               {"2026-0", "none"},
                             {"26-01", "none"},                 {"2026/01", "none"},
                             {"1900-01", "none"},               {"", "none"},
                             {"2026-1x", "none"}};
  for (const auto& [text, expected] : kCases) {
    const auto month = month_from_text(text);
    EXPECT_EQ(month ? std::to_string(month->days()) + " " + month->previous().text() + " " + month->next().text()
                    : std::string("none"),
              expected)
        << text;
  }
  EXPECT_EQ(month_of(1'793'462'399 * kSecond + 0, 480).text(), "2026-10") << "the last second in Taipei";
  EXPECT_EQ(month_of(1'793'462'400 * kSecond, 480).text(), "2026-11");
}

TEST(EquipmentReport, ComputesAvailabilityAndPutsWhatNeedsAttentionFirst) {
  const EquipmentReport report = october();
  EXPECT_EQ(report.due(), "2026-11-05");
  EXPECT_TRUE(report.complete());
  const EquipmentDevice& fw = report.organisations[0].devices[0];
  EXPECT_EQ(fw.name, "fw-core");
  EXPECT_EQ(fw.days_seen, 31U);
  EXPECT_EQ(fw.hours_seen, 744U);
  EXPECT_NEAR(*fw.availability(), 100.0 * (1 - 6.0 / 744), 1e-9);
  EXPECT_NEAR(*fw.parse_rate(), 99, 1e-9);
  const EquipmentDevice& evil = report.organisations[0].devices[1];
  EXPECT_FALSE(evil.availability()) << "nothing is judged while it is learned";
  EXPECT_EQ(evil.remarks.size(), 6U);
}

TEST(EquipmentReport, CountsOnlyTheMonthsPartOfASilence) {
  EquipmentReport report = october();
  EquipmentDevice& fw = report.organisations[0].devices[0];
  fw.silences = {{report.from_ns() - 5 * kDay, report.from_ns() + kDay}, {report.to_ns() - kDay, 0},
                 {report.to_ns() - 12 * kHour, report.to_ns() + 9 * kDay}};
  report.finish();
  const EquipmentDevice& again = report.organisations[0].devices[0];
  EXPECT_EQ(again.silent_ns, kDay + kDay + 12 * kHour);
  EXPECT_EQ(again.silences.back().to_ns, 0) << "it lasts beyond the month";
  EXPECT_EQ(again.remarks.front().first, "月底仍未恢復");
}

TEST(EquipmentReport, IsJsonForPrograms) {
  const auto json = boost::json::parse(render_equipment_json(october()));
  EXPECT_EQ(json.at("month"), "2026-10");
  const auto& device = json.at("organisations").at(0).at("devices").at(0);
  EXPECT_EQ(device.at("hours_by_day").as_array().size(), 31U);
  EXPECT_EQ(device.at("silences").at(0).at("from"), "2026-10-03T00:00:00+08:00");
  EXPECT_TRUE(json.at("organisations").at(0).at("devices").at(1).at("availability_percent").is_null());
}

TEST(EquipmentReport, BI90AndBI91NamesFromTheNetworkAreInertInCsvAndHtml) {
  const std::string csv = render_equipment_csv(october());
  EXPECT_TRUE(csv.starts_with("\xEF\xBB\xBFmonth,organisation,"));
  EXPECT_NE(csv.find(",'=cmd|'/C calc'!A0,"), std::string::npos);
  EXPECT_EQ(std::count(csv.begin(), csv.end(), '\n'), 3) << "one line a device";
  const auto fields = [&csv](std::size_t line) {
    std::size_t begin = 0;
    for (; line > 0; --line) begin = csv.find("\r\n", begin) + 2;
    std::size_t commas = 0;
    bool quoted = false;
    for (; csv[begin] != '\r' || quoted; ++begin) {
      if (csv[begin] == '"') quoted = !quoted;
      commas += csv[begin] == ',' && !quoted ? 1U : 0U;
    }
    return commas;
  };
  EXPECT_EQ(fields(0), fields(1));
  EXPECT_EQ(fields(0), fields(2));
  const std::string html = render_equipment_html(october());
  EXPECT_EQ(html.find("<script"), std::string::npos);
  EXPECT_NE(html.find("&lt;script&gt;"), std::string::npos);
  EXPECT_NE(html.find("民國 115 年 10 月"), std::string::npos);
}

}  // namespace
}  // namespace vigil
