#include "daemon/otlp_ingest.h"

#include "daemon/api_support.h"
#include "daemon/clock.h"
#include "parsers/otlp_logs.h"

namespace vigil {
namespace {

/// google.rpc.Code
enum class Rpc : unsigned {
  invalid_argument = 3,
  permission_denied = 7,
  resource_exhausted = 8,
  unimplemented = 12,
  unavailable = 14,
  unauthenticated = 16
};

std::string_view type_of(OtlpEncoding encoding) {
  return encoding == OtlpEncoding::json ? kJson : std::string_view("application/x-protobuf");
}

OtlpEncoding encoding_of(const HttpRequest& request) {
  return otlp_encoding(request.body, request.header("Content-Type"));
}

void reply_status(HttpAnswer& answer, OtlpEncoding encoding, unsigned status, Rpc code,
                  std::string_view message, HttpAnswer::Headers headers = {}) {
  answer.reply(status, type_of(encoding), otlp_error(encoding, static_cast<unsigned>(code), message),
               std::move(headers));
}

}  // namespace

void OtlpIngest::handle(const HttpRequest& request, const std::shared_ptr<HttpAnswer>& answer,
                        const Admission& admission) {
  const OtlpEncoding encoding = encoding_of(request);
  if (request.method != "POST") {
    return reply_status(*answer, encoding, 405, Rpc::unimplemented, "POST the logs", {{"Allow", "POST"}});
  }
  Arena arena;
  const OtlpLogs logs = read_otlp_logs(request.body, encoding, parts_.listener.description.charset, arena);
  if (logs.error == OtlpErrc::too_large) {
    return reply_status(*answer, encoding, 413, Rpc::resource_exhausted, logs.what);
  }
  if (logs.error != OtlpErrc::none)
    return reply_status(*answer, encoding, 400, Rpc::invalid_argument, logs.what);

  Delivery delivery(parts_.intake, parts_.writer, parts_.counters, parts_.listener);
  Arrival arrival{.peer = request.peer,
                  .transport = transport::kOtlp,
                  .organisation = admission.organisation,
                  .envelope = admission.envelope,
                  .received_ns = wall_clock_ns(),
                  .tags = logs.tags};
  for (const OtlpRecord& record : logs.records) {
    arrival.event_ns = record.time_ns;
    delivery.add(arrival, record.document);
  }
  if (logs.rejected != 0) delivery.discard(Discard::oversize, logs.rejected);
  delivery.commit([answer, encoding, rejected = logs.rejected](Delivery::Outcome outcome) {
    switch (outcome) {
      case Delivery::Outcome::durable:
        return answer->reply(
            200, type_of(encoding),
            otlp_answer(encoding, rejected, "longer than 1 MiB: not stored / 超過 1 MiB，未保存"));
      case Delivery::Outcome::busy:
        return reply_status(*answer, encoding, 429, Rpc::resource_exhausted, "the queue is full; try again",
                            {{"Retry-After", "1"}});
      case Delivery::Outcome::disk_full:  // 507 would be taken for final
      case Delivery::Outcome::failed:
        return reply_status(*answer, encoding, 503, Rpc::unavailable,
                            "could not be made durable; keep it and try again", {{"Retry-After", "10"}});
    }
  });
}

void OtlpIngest::refuse(const HttpRequest& request, HttpAnswer& answer, const Admission& admission) const {
  const Refusal refusal = refusal_of(admission);
  reply_status(answer, encoding_of(request), refusal.status,
               refusal.status == 401 ? Rpc::unauthenticated : Rpc::permission_denied, refusal.message,
               refusal.headers);
}

void OtlpIngest::busy(const HttpRequest& request, HttpAnswer& answer) const {
  reply_status(answer, encoding_of(request), 429, Rpc::resource_exhausted, "the queue is full; try again",
               {{"Retry-After", "1"}});
}

}  // namespace vigil
