#pragma once

#include "daemon/ingest_http.h"

namespace vigil {

/// `POST /v1/logs` and `/otlp/v1/logs`: OpenTelemetry's logs over HTTP, in JSON or protobuf. Each log record is one document
/// under ECS names (parsers/otlp_logs.h). Answered when they are on disk, in the encoding of the request; errors are a
/// google.rpc.Status.
class OtlpIngest : public IngestHandler {
 public:
  explicit OtlpIngest(const IngestParts& parts) : parts_(parts) {}
  void handle(const HttpRequest& request, const std::shared_ptr<HttpAnswer>& answer,
              const Admission& admission) override;
  void refuse(const HttpRequest& request, HttpAnswer& answer, const Admission& admission) const override;
  void busy(const HttpRequest& request, HttpAnswer& answer) const override;

 private:
  const IngestParts parts_;
};

}  // namespace vigil
