// The equipment report for programs: JSON with everything, CSV with one line a device.

#include <boost/json.hpp>
#include <cmath>

#include "incidents/equipment_report.h"
#include "incidents/text.h"
#include "parsers/csv_text.h"
#include "parsers/render.h"

namespace vigil {

namespace json = boost::json;

namespace {

double tenths(double percent) { return std::round(percent * 100) / 100; }

std::string time_or_empty(std::int64_t ns, int zone) { return ns == 0 ? std::string() : iso_time(ns, zone); }

/// "99.5" and "100": as a person writes it.
std::string number_text(double value) {
  std::string out = std::to_string(tenths(value));
  out.erase(out.find_last_not_of('0') + 1);
  if (out.ends_with('.')) out.pop_back();
  return out;
}

json::array spans(const std::vector<ReportSpan>& from, int zone) {
  json::array out;
  for (const ReportSpan& span : from) {
    json::object each{{"from", iso_time(span.from_ns, zone)}};
    each["to"] = span.to_ns == 0 ? json::value(nullptr) : json::value(iso_time(span.to_ns, zone));
    out.push_back(std::move(each));
  }
  return out;
}

json::object device_json(const EquipmentDevice& device, const EquipmentReport& report) {
  const int zone = report.zone_minutes;
  json::array days, remarks, remarks_en;
  for (std::size_t day = 0; day < report.month.days(); ++day) days.push_back(device.hours_of_day[day]);
  for (const auto& [zh, en] : device.remarks) {
    remarks.push_back(json::string(zh));
    remarks_en.push_back(json::string(en));
  }
  json::object out{{"device", clean_text(device.name, 512)},
                   {"address", clean_text(device.peer, 512)},
                   {"listener", device.listener},
                   {"system", device.system},
                   {"system_name", device.system_name},
                   {"registered", !device.system.empty()},
                   {"core", device.core},
                   {"drill", device.drill},
                   {"first_seen", iso_time(device.first_seen_ns, zone)},
                   {"last_seen", iso_time(device.last_seen_ns, zone)},
                   {"days_seen", device.days_seen},
                   {"hours_seen", device.hours_seen},
                   {"hours_by_day", std::move(days)},
                   {"in_service_seconds", device.in_service_ns / 1'000'000'000},
                   {"silent_seconds", device.silent_ns / 1'000'000'000},
                   {"silences", spans(device.silences, zone)},
                   {"received", device.received},
                   {"bytes", device.bytes},
                   {"unparsed", device.unparsed},
                   {"missing", device.missing},
                   {"discarded", device.discarded},
                   {"clock_skew_seconds", device.skew_seconds},
                   {"clock_wrong", device.clock_wrong},
                   {"zone_suspected", device.zone_suspected},
                   {"flood", device.flood},
                   {"collapse", device.collapse},
                   {"learning", device.learning},
                   {"remarks", std::move(remarks)},
                   {"remarks_en", std::move(remarks_en)}};
  const auto percent = [&out](std::string_view name, const std::optional<double>& value) {
    out[name] = value ? json::value(tenths(*value)) : json::value(nullptr);
  };
  percent("availability_percent", device.availability());
  percent("parse_rate_percent", device.parse_rate());
  return out;
}

}  // namespace

std::string render_equipment_json(const EquipmentReport& report) {
  const int zone = report.zone_minutes;
  json::array organisations;
  for (const EquipmentOrganisation& organisation : report.organisations) {
    json::array devices;
    for (const EquipmentDevice& device : organisation.devices) devices.push_back(device_json(device, report));
    organisations.push_back(json::object{
        {"organisation", organisation.id}, {"name", organisation.name}, {"devices", std::move(devices)}});
  }
  return json::serialize(json::object{{"report", "equipment"},
                                      {"v", 1},
                                      {"month", report.month.text()},
                                      {"from", iso_time(report.from_ns(), zone)},
                                      {"to", iso_time(report.to_ns(), zone)},
                                      {"due", report.due()},
                                      {"complete", report.complete()},
                                      {"made_at", iso_time(report.made_ns, zone)},
                                      {"drill", report.drill},
                                      {"log_server_outages", spans(report.outages, zone)},
                                      {"organisations", std::move(organisations)}}) +
         "\n";
}

std::string render_equipment_csv(const EquipmentReport& report) {
  const int zone = report.zone_minutes;
  std::string out = "\xEF\xBB\xBF";
  out += csv_line({"month",        "organisation", "organisation_name", "device",     "address",
                   "listener",     "system",       "core",              "first_seen", "last_seen",
                   "days_seen",    "hours_seen",   "availability_percent", "silences", "silent_seconds",
                   "silence_times", "received",    "bytes",             "unparsed",   "parse_rate_percent",
                   "missing",      "discarded",    "clock_skew_seconds", "remarks",   "remarks_en"});
  for (const EquipmentOrganisation& organisation : report.organisations) {
    for (const EquipmentDevice& device : organisation.devices) {
      std::string times, remarks, remarks_en;
      for (const ReportSpan& silence : device.silences) {
        times += (times.empty() ? "" : "; ") + iso_time(silence.from_ns, zone) + "/" + time_or_empty(silence.to_ns, zone);
      }
      for (const auto& [zh, en] : device.remarks) {
        remarks += (remarks.empty() ? "" : "；") + zh;
        remarks_en += (remarks_en.empty() ? "" : "; ") + en;
      }
      const auto percent = [](const std::optional<double>& value) {
        return value ? number_text(*value) : std::string();
      };
      const auto count = [](std::uint64_t number) { return std::to_string(number); };
      out += csv_line({csv_cell(report.month.text()), csv_cell(organisation.id), csv_cell(organisation.name),
                       csv_cell(device.name), csv_cell(device.peer), csv_cell(device.listener),
                       csv_cell(device.system), device.core ? "true" : "false",
                       csv_cell(iso_time(device.first_seen_ns, zone)), csv_cell(iso_time(device.last_seen_ns, zone)),
                       count(device.days_seen), count(device.hours_seen), percent(device.availability()),
                       count(device.silences.size()), count(static_cast<std::uint64_t>(device.silent_ns / 1'000'000'000)),
                       csv_cell(times), count(device.received), count(device.bytes), count(device.unparsed),
                       percent(device.parse_rate()), count(device.missing), count(device.discarded),
                       std::to_string(device.skew_seconds), csv_cell(remarks), csv_cell(remarks_en)});
    }
  }
  return out;
}

}  // namespace vigil
