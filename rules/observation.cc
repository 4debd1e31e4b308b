#include "rules/observation.h"

#include <utility>

namespace vigil {

Detection detection_of(std::shared_ptr<const RuleMeta> rule, const Observation& observation) {
  Detection detection;
  detection.rule = std::move(rule);
  detection.sequence = observation.sequence;
  detection.at_ns = detection.first_ns = detection.last_ns = observation.event_ns;
  detection.received_ns = observation.received_ns;
  detection.organisation = observation.source->organisation;
  detection.system = observation.source->system;
  detection.host = observation.source->host;
  detection.core = observation.source->core;
  detection.drill = observation.source->drill;
  return detection;
}

}  // namespace vigil
