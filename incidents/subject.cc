#include "incidents/subject.h"

#include <array>

namespace vigil {
namespace {

constexpr std::array<std::string_view, 5> kTold = {"destination.domain", "destination.ip", "server.ip",
                                                   "host.name", "source.ip"};

}  // namespace

bool is_protective_device(const System* system) {
  return system != nullptr && system->kinds == Kinds(Kind::device);
}

const System* system_of(std::string_view organisation, std::string_view host, const AssetTable& assets) {
  return assets.look_up(organisation, host, host).system;
}

Subject subject_of(const Detection& detection, const AssetTable& assets) {
  Subject self;
  self.system = detection.system.empty() ? nullptr : assets.find_system(detection.system);
  self.host = detection.host;
  self.core = detection.core || (self.system && self.system->core);
  self.reported = is_protective_device(self.system);
  if (self.system && !self.reported) return self;

  std::string_view named;  // the first of them, registered or not
  for (const std::string_view wanted : kTold) {
    for (const auto& [type, value] : detection.entities) {
      if (type != wanted || value.empty() || value == detection.host) continue;
      const System* system = system_of(detection.organisation, value, assets);
      if (is_protective_device(system)) continue;
      if (system) return {system, value, system->core, true};
      if (named.empty() && wanted != "source.ip") named = value;
    }
  }
  if (!named.empty()) self.host = named;
  if (self.reported) {
    // The device is registered, what it speaks of is not.
    self.system = nullptr;
    self.core = false;
  }
  return self;
}

}  // namespace vigil
