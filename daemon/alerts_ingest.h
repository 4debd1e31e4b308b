#pragma once

#include "daemon/alert_desk.h"
#include "daemon/ingest_http.h"

namespace vigil {

/// `POST /api/v1/alerts`: alerts of a SOC and early-warning tickets, as JSON (docs/alerts.md). One object, an array of them, or
/// lines. Answered when they are on disk, in the archive and in the ledger of alerts; each is there once, however often it is
/// sent. What cannot be taken is told by index, field and remedy, and the others of the request are stored.
class AlertsIngest : public IngestHandler {
 public:
  /// Longest alert. Evidence in it is an excerpt; logs themselves are sent as logs.
  static constexpr std::size_t kAlertBytesMax = 1024 * 1024;
  /// Alerts in one request. Each is looked up in the state store on this thread, some microseconds.
  static constexpr std::size_t kAlertsMax = 10'000;
  /// Faults listed in one answer.
  static constexpr std::size_t kFaultsListedMax = 1'000;

  explicit AlertsIngest(const IngestParts& parts);
  void handle(const HttpRequest& request, const std::shared_ptr<HttpAnswer>& answer,
              const Admission& admission) override;

 private:
  struct Taking;
  void store(const std::shared_ptr<Taking>& taking);

  const IngestParts parts_;
  AlertDesk desk_;
};

}  // namespace vigil
