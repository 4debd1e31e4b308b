#pragma once

#include <cstdint>
#include <memory>

#include "parsers/batch.h"
#include "rules/detection.h"

namespace vigil {

/// One stored message as the rules see it. Views must live for the call.
struct Observation {
  const SyslogHeader* header = nullptr;
  Format format = Format::none;
  const Source* source = nullptr;
  std::uint64_t sequence = 0;
  std::int64_t received_ns = 0;
  std::int64_t event_ns = 0;
  Kinds kinds;
};

/// What was kept of a message, a batch's Record or the archive's StoredRecord, as an observation.
template <class Kept>
Observation observation_of(const Kept& kept, const SyslogHeader& header, const Source& source) {
  return {.header = &header,
          .format = kept.format,
          .source = &source,
          .sequence = kept.sequence,
          .received_ns = kept.received_ns,
          .event_ns = kept.event_ns,
          .kinds = kept.kinds};
}

/// A finding of that rule about the message: when and whose it is. Entities, fields and references are the caller's.
Detection detection_of(std::shared_ptr<const RuleMeta> rule, const Observation& observation);

}  // namespace vigil
