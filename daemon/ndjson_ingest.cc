#include "daemon/ndjson_ingest.h"

#include "daemon/api_support.h"
#include "daemon/clock.h"
#include "parsers/json_lines.h"
#include "parsers/render.h"

namespace vigil {

void NdjsonIngest::handle(const HttpRequest& request, const std::shared_ptr<HttpAnswer>& answer,
                          const Admission& admission) {
  if (request.method != "POST" && request.method != "PUT") {
    return answer->reply(
        405, kJson, R"({"error":{"code":"method","message":"POST the lines","message_zh":"請以 POST 傳送"}})",
        {{"Allow", "POST"}});
  }
  const auto lines = split_json_lines(request.body);
  if (lines.empty()) {
    return answer->reply(
        400, kJson,
        R"({"accepted":0,"rejected":[],"error":{"code":"no_data","message":"the body holds no event","message_zh":"內容沒有任何事件"}})");
  }
  Delivery delivery(parts_.intake, parts_.writer, parts_.counters, parts_.listener);
  Arrival arrival{.peer = request.peer,
                  .host_hint = request.parameter("source"),
                  .organisation = admission.organisation,
                  .envelope = admission.envelope,
                  .received_ns = wall_clock_ns()};
  std::size_t accepted = 0;
  std::size_t rejected = 0;
  std::string list;
  const auto reject = [&rejected, &list](std::size_t number, std::string_view reason) {
    if (++rejected > kRejectedListedMax) return;
    if (!list.empty()) list.push_back(',');
    list += R"({"line":)" + std::to_string(number) + R"(,"reason":)";
    append_json_string(reason, list);
    list.push_back('}');
  };
  for (const JsonLine& line : lines) {
    if (line.text.size() > kEventBytesMax) {
      reject(line.number, "longer than 1 MiB: not stored / 超過 1 MiB，未保存");
      delivery.discard(Discard::oversize);
      continue;
    }
    arrival.tags = Tags();
    if (!line.is_object) arrival.tags.add(Tag::not_json);
    const bool stored = delivery.add(arrival, line.text);
    if (!line.is_object) {
      reject(line.number, "not a JSON object: stored as text / 非 JSON 物件，已依原文保存");
    } else if (stored) {
      ++accepted;
    }
  }
  std::string body = R"({"accepted":)" + std::to_string(accepted) + R"(,"rejected":[)" + list + "]}\n";
  const unsigned status = accepted == 0 ? 400 : 200;
  delivery.commit([answer, status, body = std::move(body)](Delivery::Outcome outcome) {
    using enum Delivery::Outcome;
    if (outcome == durable) return answer->reply(status, kJson, body);
    if (outcome == busy) {
      return answer->reply(
          429, kJson,
          R"({"error":{"code":"busy","message":"the queue is full; try again","message_zh":"佇列已滿，請稍後再試"}})",
          {{"Retry-After", "1"}});
    }
    answer->reply(
        outcome == disk_full ? 507 : 503, kJson,
        R"({"error":{"code":"not_durable","message":"could not be made durable; keep it and try again","message_zh":"無法寫入磁碟，請保留資料後重試"}})",
        {{"Retry-After", "10"}});
  });
}

}  // namespace vigil
