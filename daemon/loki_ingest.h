#pragma once

#include "daemon/ingest_http.h"

namespace vigil {

/// `POST /loki/api/v1/push` and `/api/prom/push`: Loki's clients. Each line is one record and is read as any line is; the
/// labels of its stream are in the envelope as `labels.*`. 204 when it is on disk; errors in plain text, as Loki has them.
class LokiPushIngest : public IngestHandler {
 public:
  explicit LokiPushIngest(const IngestParts& parts) : parts_(parts) {}
  void handle(const HttpRequest& request, const std::shared_ptr<HttpAnswer>& answer,
              const Admission& admission) override;
  void refuse(const HttpRequest& request, HttpAnswer& answer, const Admission& admission) const override;
  void busy(const HttpRequest& request, HttpAnswer& answer) const override;

 private:
  const IngestParts parts_;
};

}  // namespace vigil
