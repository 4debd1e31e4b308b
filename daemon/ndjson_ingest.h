#pragma once

#include "daemon/ingest_http.h"

namespace vigil {

/// `POST /ingest/ndjson`: JSON Lines, a JSON array or one object; answered when the batch is durable.
/// A line that is no JSON object is kept as it is, tagged `not_json`, and listed with its number (BI-53).
class NdjsonIngest : public IngestHandler {
 public:
  /// Longest event. Longer ones are refused by number, the others of the request are kept.
  static constexpr std::size_t kEventBytesMax = 1024 * 1024;
  /// Rejected lines listed in one answer.
  static constexpr std::size_t kRejectedListedMax = 1000;

  explicit NdjsonIngest(const IngestParts& parts) : parts_(parts) {}
  void handle(const HttpRequest& request, const std::shared_ptr<HttpAnswer>& answer,
              const Admission& admission) override;

 private:
  const IngestParts parts_;
};

}  // namespace vigil
