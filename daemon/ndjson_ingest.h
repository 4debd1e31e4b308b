#pragma once

#include <memory>

#include "daemon/http_server.h"
#include "daemon/intake.h"

namespace vigil {

/// `POST /ingest/ndjson`: JSON Lines, a JSON array or one object; answered when the batch is durable.
/// A line that is no JSON object is kept as it is, tagged `not_json`, and listed with its number (BI-53).
/// Used on one I/O thread.
class NdjsonIngest {
 public:
  /// Longest event. Longer ones are refused by number, the others of the request are kept.
  static constexpr std::size_t kEventBytesMax = 1024 * 1024;
  /// Rejected lines listed in one answer.
  static constexpr std::size_t kRejectedListedMax = 1000;

  NdjsonIngest(Intake& intake, Writer& writer, Counters& counters, const IntakeListener& listener)
      : intake_(intake), writer_(writer), counters_(counters), listener_(listener) {}

  void handle(const HttpRequest& request, const std::shared_ptr<HttpAnswer>& answer);

 private:
  Intake& intake_;
  Writer& writer_;
  Counters& counters_;
  const IntakeListener& listener_;
};

}  // namespace vigil
