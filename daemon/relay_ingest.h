#pragma once

#include <deque>
#include <memory>
#include <string>
#include <string_view>

#include "daemon/delivery.h"
#include "daemon/ingest_http.h"
#include "daemon/relay_ledger.h"

namespace vigil {

/// `/ingest/relay`: records of another Vigil (docs/relay.md, parsers/relay.h). They are stored byte for byte with the sender,
/// the host, the transport and the times they had there; the way they came stands in their envelope (`vigil.relay.*`).
/// What has been here before, or has made more than kRelayHopsMax hops, is dropped and counted (relay_loop).
/// Used on one I/O thread.
class RelayIngest : public IngestHandler {
 public:
  explicit RelayIngest(const IngestParts& parts) : parts_(parts), ledger_(parts.relay) {}

  void handle(const HttpRequest& request, const std::shared_ptr<HttpAnswer>& answer,
              const Admission& admission) override;

 private:
  void hello(const HttpRequest& request, const std::shared_ptr<HttpAnswer>& answer,
             const Admission& admission);
  void store(const HttpRequest& request, const std::shared_ptr<HttpAnswer>& answer,
             const Admission& admission);
  std::string organisation_of(const Admission& admission) const;
  /// The listener, as it would be in another zone, charset or drill: that is how the records were read first.
  const IntakeListener& face(int zone_minutes, Charset charset, bool drill);

  IngestParts parts_;
  RelayLedger& ledger_;
  std::deque<IntakeListener> faces_;
};

}  // namespace vigil
