// The month of every device, out of what the desk has kept: its days, its silences, and our own outages.

#include <algorithm>
#include <bit>
#include <unordered_map>

#include "daemon/health_desk.h"
#include "daemon/health_keys.h"

namespace vigil {

namespace {

/// A device as its month is gathered.
struct Gathered {
  EquipmentDevice device;
  std::string organisation;
};
using Devices = std::unordered_map<std::string, Gathered>;

void add_day(const DayTally& tally, std::size_t of_month, EquipmentDevice& device) {
  device.hours_of_day[of_month] = static_cast<std::uint8_t>(std::popcount(tally.hours));
  device.received += tally.received;
  device.bytes += tally.bytes;
  device.unparsed += tally.unparsed;
  device.missing += tally.missing;
  device.discarded += tally.discarded;
  device.skew_seconds = tally.skew_seconds;  // The month's last word.
  device.clock_wrong = device.clock_wrong || (tally.marks & DayTally::clock_wrong) != 0;
  device.flood = device.flood || (tally.marks & DayTally::flood) != 0;
  device.collapse = device.collapse || (tally.marks & DayTally::collapse) != 0;
  device.zone_suspected = device.clock_wrong && SenderClock::looks_like_zone(tally.skew_seconds * kSecond);
}

}  // namespace

EquipmentReport HealthDesk::report(const ReportMonth& month, const std::vector<std::string>& organisations,
                                   int zone_minutes, std::int64_t now_ns) const {
  EquipmentReport report;
  report.month = month;
  report.zone_minutes = zone_minutes;
  report.made_ns = now_ns;
  const bool everybody = std::find(organisations.begin(), organisations.end(), "*") != organisations.end();
  Devices devices;
  // Null where nobody may see it, or nobody knows what it was.
  const auto device_of = [&](std::string_view key) -> EquipmentDevice* {
    const auto [entry, fresh] = devices.try_emplace(std::string(key));
    Gathered& gathered = entry->second;
    if (!fresh) return gathered.organisation.empty() ? nullptr : &gathered.device;
    const auto state = sources_.get(entry->first);
    const auto source = state ? state->source : sources_.describe(key);
    if (!source || source->transport == "internal") return nullptr;
    if (!everybody && std::find(organisations.begin(), organisations.end(), source->organisation) == organisations.end())
      return nullptr;
    gathered.organisation = source->organisation;
    EquipmentDevice& device = gathered.device;
    device.name = source->host;
    device.peer = source->peer;
    device.listener = source->listener;
    device.system = source->system;
    if (const System* const system = assets_->find_system(source->system)) device.system_name = system->name;
    device.core = source->core;
    device.drill = source->drill;
    report.drill = report.drill || source->drill;
    if (state) {
      device.first_seen_ns = state->first_seen_ns;
      device.last_seen_ns = state->last_seen_ns;
      device.learning = state->health->view(options_, now_ns, source->zone_minutes).learning;
    }
    return &device;
  };
  const auto add = [&](std::int64_t day, std::string_view key, const DayTally& tally) {
    EquipmentDevice* const device = device_of(key);
    if (device == nullptr) return;
    const std::int64_t of_month = day - month.first_day();
    add_day(tally, static_cast<std::size_t>(of_month), *device);
    const std::int64_t begin = report.from_ns() + of_month * kDay;
    if (device->first_seen_ns == 0) device->first_seen_ns = begin;
    if (device->last_seen_ns < begin) device->last_seen_ns = begin;
  };
  for (std::int64_t day = month.first_day(); day < month.next().first_day(); ++day) {
    const std::string prefix = health_key::day(day, "");
    // What of today is not written down yet comes from the sources themselves.
    std::unordered_map<std::string, DayTally> newer;
    if (report.from_ns() + (day - month.first_day()) * kDay <= now_ns + kDay &&
        report.from_ns() + (day - month.first_day() + 2) * kDay > now_ns) {
      sources_.for_each([&](const SourceState& source) {
        const DayTally today = source.health->today();
        if (today.day == day && today.received != 0) newer.emplace(source.key, today);
      });
    }
    state_.scan(prefix, [&](std::string_view key, std::string_view value) {
      key.remove_prefix(prefix.size());
      if (!newer.contains(std::string(key))) add(day, key, DayTally::load(day, value));
      return true;
    });
    for (const auto& [key, tally] : newer) add(day, key, tally);
  }
  state_.scan(health_key::kSilence, [&](std::string_view key, std::string_view value) {
    key.remove_prefix(health_key::kSilence.size());
    if (key.size() <= health_key::kTimeDigits) return true;
    const ReportSpan span{health_key::number(key.substr(0, health_key::kTimeDigits)), health_key::number(value)};
    if (span.from_ns >= std::min(report.to_ns(), now_ns)) return false;
    if (span.to_ns != 0 && span.to_ns <= report.from_ns()) return true;
    if (EquipmentDevice* const device = device_of(key.substr(health_key::kTimeDigits + 1)))
      device->silences.push_back(span);
    return true;
  });
  state_.scan(health_key::kOutage, [&](std::string_view key, std::string_view value) {
    const ReportSpan span{health_key::number(key.substr(health_key::kOutage.size())), health_key::number(value)};
    if (span.from_ns < report.to_ns() && span.to_ns > report.from_ns()) report.outages.push_back(span);
    return true;
  });
  std::map<std::string, EquipmentOrganisation> by_organisation;
  for (auto& [key, gathered] : devices) {
    if (gathered.organisation.empty()) continue;
    EquipmentOrganisation& of = by_organisation[gathered.organisation];
    of.devices.push_back(std::move(gathered.device));
  }
  for (auto& [id, of] : by_organisation) {
    of.id = id;
    if (const Organisation* const organisation = assets_->organisation(id)) of.name = organisation->name;
    report.organisations.push_back(std::move(of));
  }
  report.finish();
  return report;
}

}  // namespace vigil
