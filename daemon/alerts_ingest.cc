#include "daemon/alerts_ingest.h"

#include "config/asset_table.h"
#include "daemon/api_support.h"
#include "daemon/clock.h"
#include "parsers/charset.h"
#include "parsers/json_lines.h"
#include "parsers/render.h"

namespace vigil {
namespace {

void append_member(std::string_view name, std::string_view text, std::string& out) {
  if (out.back() != '{') out += ',';
  append_json_string(name, out);
  out += ':';
  append_json_string(text, out);
}

std::string fault_json(std::size_t index, const AlertFault& fault) {
  std::string out = R"({"index":)" + std::to_string(index);
  append_member("field", fault.field, out);
  append_member("reason", fault.reason, out);
  append_member("reason_zh", fault.reason_zh, out);
  append_member("remedy", fault.remedy, out);
  append_member("remedy_zh", fault.remedy_zh, out);
  return out + "}";
}

/// The members that say what became of an alert, without brackets.
std::string verdict_members(const AlertDesk::Verdict& verdict) {
  using What = AlertDesk::Verdict::What;
  std::string out = R"("id":")" + record_id(verdict.first) + R"(","duplicate":)";
  out += verdict.what == What::duplicate ? "true" : "false";
  out += R"(,"updated":)";
  out += verdict.what == What::updated ? "true" : "false";
  out += R"(,"revision":)" + std::to_string(verdict.revision);
  if (verdict.newest != verdict.first) out += R"(,"record":")" + record_id(verdict.newest) + '"';
  return out;
}

}  // namespace

/// One request on its way.
struct AlertsIngest::Taking {
  std::shared_ptr<HttpAnswer> answer;
  AlertDesk::Sender sender;
  std::vector<AlertDesk::Item> items;
  std::vector<std::size_t> indexes;  ///< of the items, in the body
  bool alone = false;                ///< the body is one object
  std::size_t faults = 0;
  std::string rejected;  ///< JSON of those, comma between

  void reject(std::size_t index, const AlertFault& fault) {
    if (++faults > kFaultsListedMax) return;
    if (!rejected.empty()) rejected += ',';
    rejected += fault_json(index, fault);
  }
  void reply(const std::vector<AlertDesk::Verdict>& verdicts);
};

void AlertsIngest::Taking::reply(const std::vector<AlertDesk::Verdict>& verdicts) {
  std::size_t accepted = 0;
  std::string alerts, first;
  for (std::size_t i = 0; i < verdicts.size(); ++i) {
    if (verdicts[i].what == AlertDesk::Verdict::What::refused) {
      reject(indexes[i], {"", "beyond messages_per_second_per_peer", "超過 messages_per_second_per_peer",
                          "send it again later", "請稍後重送"});
      continue;
    }
    ++accepted;
    const std::string members = verdict_members(verdicts[i]);
    if (first.empty()) first = members;
    alerts += (alerts.empty() ? R"({"index":)" : R"(,{"index":)") + std::to_string(indexes[i]);
    append_member("source", items[i].alert.source, alerts);
    append_member("source_ref", items[i].alert.ref, alerts);
    alerts += "," + members + "}";
  }
  std::string body = "{";
  if (alone && accepted == 1) body += first + ",";
  body += R"("accepted":)" + std::to_string(accepted) + R"(,"alerts":[)" + alerts + R"(],"rejected":[)" +
          rejected + "]";
  if (accepted == 0) {
    body +=
        R"(,"error":{"code":"bad_alert","message":"no alert could be taken: see rejected","message_zh":"沒有可接受的告警，原因見 rejected"})";
  }
  answer->reply(accepted == 0 ? 400 : 200, kJson, body + "}\n");
}

AlertsIngest::AlertsIngest(const IngestParts& parts)
    : parts_(parts), desk_(parts.alerts, parts.intake, parts.writer, parts.counters, parts.listener) {}

void AlertsIngest::handle(const HttpRequest& request, const std::shared_ptr<HttpAnswer>& answer,
                          const Admission& admission) {
  if (request.method != "POST") {
    return answer->reply(
        405, kJson,
        R"({"error":{"code":"method","message":"POST the alerts","message_zh":"請以 POST 傳送"}})",
        {{"Allow", "POST"}});
  }
  Arena arena;
  // Of bytes that are no UTF-8 the charset is found out as a log line's is: Big5, most likely.
  std::string_view body = request.body;
  if (!is_utf8(body))
    body = decode_text(body, parts_.listener.description.charset, Controls::kept, arena).text;
  const std::vector<JsonLine> lines = split_json_lines(body);
  if (lines.empty())
    return reply_error(*answer, 400, "no_data", "the body holds no alert", "內容沒有任何告警");
  if (lines.size() > kAlertsMax) {
    return reply_error(*answer, 413, "too_many_alerts",
                       "more than 10,000 alerts in one request: send them in several; nothing was stored",
                       "單次請求超過 10,000 則告警，請分次傳送；未保存");
  }
  const auto taking = std::make_shared<Taking>();
  taking->answer = answer;
  taking->sender = {request.peer, admission.organisation, admission.envelope, wall_clock_ns()};
  taking->alone = lines.size() == 1;
  const int zone = zone_offset_minutes(parts_.listener.zone, taking->sender.received_ns);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    std::vector<AlertFault> faults;
    Alert alert;
    if (lines[i].text.size() > kAlertBytesMax) {
      faults.push_back({"", "it is longer than 1 MiB", "超過 1 MiB",
                        "send an excerpt as evidence, and the logs as logs",
                        "evidence 請填摘錄，原始日誌另以日誌傳送"});
    } else {
      // What is no object is told as that.
      alert = read_alert(lines[i].is_object ? lines[i].text : std::string_view(), zone, faults);
    }
    if (faults.empty()) {
      taking->items.push_back({std::move(alert)});
      taking->indexes.push_back(i);
      continue;
    }
    for (const AlertFault& fault : faults) taking->reject(i, fault);
    parts_.listener.stats->received.fetch_add(1, std::memory_order_relaxed);
    parts_.counters.discard(Discard::malformed);
  }
  store(taking);
}

void AlertsIngest::store(const std::shared_ptr<Taking>& taking) {
  desk_.store(
      taking->items, taking->sender,
      [taking](Delivery::Outcome outcome, const std::vector<AlertDesk::Verdict>& verdicts) {
        using enum Delivery::Outcome;
        if (outcome == durable) return taking->reply(verdicts);
        if (outcome == busy) {
          return taking->answer->reply(
              429, kJson,
              R"({"error":{"code":"busy","message":"the queue is full; try again","message_zh":"佇列已滿，請稍後再試"}})",
              {{"Retry-After", "1"}});
        }
        taking->answer->reply(
            outcome == disk_full ? 507 : 503, kJson,
            R"({"error":{"code":"not_durable","message":"could not be made durable; keep it and try again","message_zh":"無法寫入磁碟，請保留資料後重試"}})",
            {{"Retry-After", "10"}});
      },
      [this, taking] { store(taking); });
}

}  // namespace vigil
