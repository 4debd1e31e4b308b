#include "daemon/ndjson_ingest.h"

#include "daemon/clock.h"
#include "parsers/json_lines.h"
#include "parsers/render.h"

namespace vigil {

void NdjsonIngest::handle(const HttpRequest& request, const std::shared_ptr<HttpAnswer>& answer) {
  if (request.method != "POST" && request.method != "PUT") {
    return answer->reply(
        405, "application/json",
        R"({"error":{"code":"method","message":"POST the lines","message_zh":"請以 POST 傳送"}})",
        {{"Allow", "POST"}});
  }
  if (writer_.congested()) {
    return answer->reply(
        429, "application/json",
        R"({"error":{"code":"busy","message":"the queue is full; try again","message_zh":"佇列已滿，請稍後再試"}})",
        {{"Retry-After", "1"}});
  }
  const auto lines = split_json_lines(request.body);
  const std::shared_ptr<Batch> batch = intake_.new_batch();
  const std::int64_t now = wall_clock_ns();
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
      listener_.stats->received.fetch_add(1, std::memory_order_relaxed);
      counters_.discard(Discard::oversize);
      continue;
    }
    Tags tags;
    if (!line.is_object) tags.add(Tag::not_json);
    const bool stored =
        intake_.add_to(*batch, listener_, request.peer, request.parameter("source"), line.text, tags, now);
    if (!line.is_object) {
      reject(line.number, "not a JSON object: stored as text / 非 JSON 物件，已依原文保存");
    } else if (stored) {
      ++accepted;
    }
  }
  std::string body = R"({"accepted":)" + std::to_string(accepted) + R"(,"rejected":[)" + list + "]}\n";
  const unsigned status = accepted == 0 ? 400 : 200;
  if (lines.empty()) {
    return answer->reply(
        400, "application/json",
        R"({"accepted":0,"rejected":[],"error":{"code":"no_data","message":"the body holds no event","message_zh":"內容沒有任何事件"}})");
  }
  if (batch->records.empty()) return answer->reply(status, "application/json", std::move(body));
  const std::uint64_t count = batch->records.size();
  const bool taken = writer_.submit(batch, [answer, status, body = std::move(body)](const StoreError* error) {
    if (error == nullptr) return answer->reply(status, "application/json", body);
    answer->reply(
        error->code == StoreErrc::disk_full ? 507 : 503, "application/json",
        R"({"error":{"code":"not_durable","message":"could not be made durable; keep it and try again","message_zh":"無法寫入磁碟，請保留資料後重試"}})",
        {{"Retry-After", "10"}});
  });
  if (!taken) {
    counters_.discard(Discard::unavailable, count);
    answer->reply(
        429, "application/json",
        R"({"error":{"code":"busy","message":"the queue is full; try again","message_zh":"佇列已滿，請稍後再試"}})",
        {{"Retry-After", "1"}});
  }
}

}  // namespace vigil
