#pragma once

#include "daemon/ingest_http.h"

namespace vigil {

/// `POST /gelf`: one GELF document, answered 202 without a body once it is durable (ingest.md 3.6). What is no JSON object is
/// answered 400 and not stored: the client can be told, other than over UDP.
class GelfHttp : public IngestHandler {
 public:
  explicit GelfHttp(const IngestParts& parts) : parts_(parts) {}
  void handle(const HttpRequest& request, const std::shared_ptr<HttpAnswer>& answer,
              const Admission& admission) override;

 private:
  const IngestParts parts_;
};

}  // namespace vigil
