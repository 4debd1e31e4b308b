#pragma once

#include "daemon/hec_acks.h"
#include "daemon/ingest_http.h"
#include "parsers/hec_body.h"

namespace vigil {

/// Splunk's HTTP Event Collector: `/services/collector`, `…/event`, `…/raw` (each with or without `/1.0`), `…/ack`, `…/health`.
/// One object is one record. Answered when it is on disk, in Splunk's numbers and words; a body of which one event is bad
/// is refused whole, and nothing of it stored.
///
/// The channel is what the client names (X-Splunk-Request-Channel or `?channel=`). Where it names one, the answer has an
/// `ackId`, which is safe already, so that clients that ask are told so at once.
class HecIngest : public IngestHandler {
 public:
  enum class Channels : std::uint8_t {
    offered,   ///< whoever names one gets numbers
    required,  ///< as a token of Splunk's with acknowledgement: without one nothing is taken (code 10)
    off        ///< nobody gets numbers, and questions are answered with code 14
  };
  explicit HecIngest(const IngestParts& parts, Channels channels = Channels::offered)
      : parts_(parts), channels_(channels) {}

  void handle(const HttpRequest& request, const std::shared_ptr<HttpAnswer>& answer,
              const Admission& admission) override;
  void refuse(const HttpRequest& request, HttpAnswer& answer, const Admission& admission) const override;
  void busy(const HttpRequest& request, HttpAnswer& answer) const override;

 private:
  void events(const HttpRequest& request, const std::shared_ptr<HttpAnswer>& answer,
              const Admission& admission, const std::string& channel);
  void raw(const HttpRequest& request, const std::shared_ptr<HttpAnswer>& answer, const Admission& admission,
           const std::string& channel);
  void commit(Delivery& delivery, const std::shared_ptr<HttpAnswer>& answer, const std::string& channel);
  void acknowledged(const HttpRequest& request, HttpAnswer& answer, const std::string& channel);
  void health(HttpAnswer& answer) const;

  const IngestParts parts_;
  const Channels channels_;
  HecAcks acks_;
};

}  // namespace vigil
