#include "daemon/enrichment_loader.h"

namespace vigil {
namespace {

WorkingHours hours_of(const WorkingHoursConfig& config, const WorkingHours& others) {
  WorkingHours hours;
  hours.days = config.days;
  hours.from_minutes = config.from_minutes;
  hours.to_minutes = config.to_minutes;
  hours.holidays = config.holidays.value_or(others.holidays);
  return hours;
}

}  // namespace

Result<std::shared_ptr<const Enrichment>, std::string> load_enrichment(const Config& config) {
  EnrichmentOptions options;
  options.places = config.enrichment.places;
  options.accounts = config.enrichment.accounts;
  if (config.enrichment.working_hours) options.hours = hours_of(*config.enrichment.working_hours, {});
  for (const Organisation& organisation : config.organisations) {
    if (organisation.working_hours) {
      options.hours_of[organisation.id] = hours_of(*organisation.working_hours, options.hours);
    }
  }
  for (const System& system : config.systems) {
    auto& networks = options.networks[system.organisation];
    networks.insert(networks.end(), system.networks.begin(), system.networks.end());
  }
  std::vector<EnrichmentProblem> problems;
  auto enrichment = Enrichment::load(options, problems);
  if (enrichment) return enrichment;
  std::string text;
  for (const EnrichmentProblem& problem : problems) text += (text.empty() ? "" : "\n") + problem.render();
  return text;
}

}  // namespace vigil
