#include "daemon/gelf_http.h"

#include "daemon/api_support.h"
#include "daemon/clock.h"
#include "daemon/gelf_listener.h"
#include "parsers/payload_text.h"
#include "parsers/transports.h"

namespace vigil {

void GelfHttp::handle(const HttpRequest& request, const std::shared_ptr<HttpAnswer>& answer,
                      const Admission& admission) {
  if (request.method != "POST") {
    return answer->reply(
        405, kJson,
        R"({"error":{"code":"method","message":"POST the message","message_zh":"請以 POST 傳送"}})",
        {{"Allow", "POST"}});
  }
  std::string_view document = request.body;
  while (document.ends_with('\0')) document.remove_suffix(1);  // as over TCP
  document = trim(document);
  if (document.size() > GelfLimits().message_bytes_max) {
    Delivery(parts_.intake, parts_.writer, parts_.counters, parts_.listener).discard(Discard::oversize);
    return reply_error(*answer, 413, "too_long", "a message has at most 2 MiB; nothing was stored",
                       "訊息最多 2 MiB，未保存");
  }
  Arrival arrival = {.peer = request.peer,
                     .transport = transport::kGelf,
                     .organisation = admission.organisation,
                     .envelope = admission.envelope,
                     .received_ns = wall_clock_ns()};
  describe_gelf(document, arrival);
  Delivery delivery(parts_.intake, parts_.writer, parts_.counters, parts_.listener);
  if (arrival.tags.has(Tag::not_json)) {
    delivery.discard(Discard::malformed);
    return reply_error(*answer, 400, "not_json", "the body is not one JSON object; nothing was stored",
                       "內容不是單一 JSON 物件，未保存");
  }
  delivery.add(arrival, document);
  delivery.commit([answer](Delivery::Outcome outcome) {
    using enum Delivery::Outcome;
    if (outcome == durable) return answer->reply(202, kJson, {});
    const unsigned status = outcome == busy ? 429 : outcome == disk_full ? 507 : 503;
    answer->reply(
        status, kJson,
        R"({"error":{"code":"not_durable","message":"not stored; keep it and try again","message_zh":"未保存，請保留資料後重試"}})",
        {{"Retry-After", outcome == busy ? "1" : "10"}});
  });
}

}  // namespace vigil
