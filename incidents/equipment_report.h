#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vigil {

/// One calendar month of a zone.
struct ReportMonth {
  int year = 1970;
  unsigned month = 1;

  unsigned days() const;
  std::int64_t first_day() const;  ///< days since 1970
  ReportMonth next() const;
  ReportMonth previous() const;
  std::string text() const;  ///< "2026-10"
  bool operator==(const ReportMonth&) const = default;
};
/// Reads "2026-10". Nothing if it is no month of the years 1971 to 2200.
std::optional<ReportMonth> month_from_text(std::string_view text);
ReportMonth month_of(std::int64_t ns, int zone_minutes);

/// A stretch of time of a month; `to_ns` 0: it lasts.
struct ReportSpan {
  std::int64_t from_ns = 0, to_ns = 0;
};

/// One device's month, added up from its days.
struct EquipmentDevice {
  std::string name, peer, listener, system, system_name;
  bool core = false, learning = false, drill = false;
  std::int64_t first_seen_ns = 0, last_seen_ns = 0;
  std::array<std::uint8_t, 31> hours_of_day{};  ///< hours with at least one message, each day of the month
  std::vector<ReportSpan> silences;             ///< as they were told, within the month
  std::uint64_t received = 0, bytes = 0, unparsed = 0, missing = 0, discarded = 0;
  std::int64_t skew_seconds = 0;
  bool clock_wrong = false, zone_suspected = false, flood = false, collapse = false;

  // Made by finish().
  unsigned days_seen = 0, hours_seen = 0;
  std::int64_t in_service_ns = 0, silent_ns = 0;
  std::vector<std::pair<std::string, std::string>> remarks;  ///< zh-TW, English

  /// Percent of its time in service in which it was not silent; nothing while its rhythm is learned.
  std::optional<double> availability() const;
  std::optional<double> parse_rate() const;
};

struct EquipmentOrganisation {
  std::string id, name;
  std::vector<EquipmentDevice> devices;
};

/// The monthly equipment status (監控設備狀況單): what each monitored device sent, when it did not, and what was lost
/// on the way. The authority's form is not public; this one states its terms at its foot, and its JSON has what a
/// form of another shape needs.
struct EquipmentReport {
  ReportMonth month;
  int zone_minutes = 480;
  std::int64_t made_ns = 0;
  bool drill = false;
  std::vector<ReportSpan> outages;  ///< of the log server itself: nobody's fault but ours
  std::vector<EquipmentOrganisation> organisations;

  /// Computes what follows from the counts, writes the remarks, and puts what needs attention first.
  void finish();
  bool complete() const { return made_ns >= to_ns(); }  ///< the month is over
  std::int64_t from_ns() const;
  std::int64_t to_ns() const;
  std::string due() const;  ///< the fifth of the next month, "2026-11-05"
};

std::string render_equipment_html(const EquipmentReport& report);
std::string render_equipment_json(const EquipmentReport& report);
/// One line a device, RFC 4180, UTF-8 with a byte order mark (Excel reads it as Big5 otherwise).
std::string render_equipment_csv(const EquipmentReport& report);

}  // namespace vigil
