#include "daemon/ingest_http.h"

#include "daemon/alerts_ingest.h"
#include "daemon/api_support.h"
#include "daemon/clock.h"
#include "daemon/elastic_ingest.h"
#include "daemon/hec_ingest.h"
#include "daemon/journal_ingest.h"
#include "daemon/loki_ingest.h"
#include "daemon/gelf_http.h"
#include "daemon/ndjson_ingest.h"
#include "daemon/otlp_ingest.h"
#include "daemon/relay_ingest.h"

namespace vigil {

namespace {

std::string_view take_segment(std::string_view& path) {
  path.remove_prefix(std::min<std::size_t>(1, path.size()));
  const std::size_t end = std::min(path.find('/'), path.size());
  const std::string_view segment = path.substr(0, end);
  path.remove_prefix(end);
  return segment;
}

bool has_word(std::string_view words, std::string_view word) {
  while (!words.empty()) {
    const std::size_t blank = std::min(words.find(' '), words.size());
    if (words.substr(0, blank) == word) return true;
    words.remove_prefix(std::min(blank + 1, words.size()));
  }
  return false;
}

}  // namespace

bool path_fits(std::string_view path, std::string_view pattern) {
  while (!pattern.empty()) {
    const std::string_view wanted = take_segment(pattern);
    if (wanted.ends_with("**"))
      return path.size() > wanted.size() - 1 &&
             path.substr(1).starts_with(wanted.substr(0, wanted.size() - 2));
    if (path.empty()) return false;
    const std::string_view have = take_segment(path);
    if (wanted == "*" ? have.empty() : have != wanted) return false;
  }
  return path.empty();
}

IngestHttp::IngestHttp(const IngestParts& parts) : parts_(parts) {
  add("", "/ingest/ndjson", make<NdjsonIngest>());
  add("", "/ingest/relay", make<RelayIngest>());
  add("", "/api/v1/alerts", make<AlertsIngest>());
  add("", "/gelf", make<GelfHttp>());

  auto& hec = make<HecIngest>();
  add("", "/services/collector/health", hec, Needs::nothing);
  add("", "/services/collector/health/1.0", hec, Needs::nothing);
  add("OPTIONS", "/services/collector", hec, Needs::nothing);
  add("OPTIONS", "/services/collector/**", hec, Needs::nothing);
  add("", "/services/collector", hec);
  add("", "/services/collector/**", hec);

  auto& loki = make<LokiPushIngest>();
  add("", "/loki/api/v1/push", loki);
  add("", "/api/prom/push", loki);

  auto& otlp = make<OtlpIngest>();
  add("", "/v1/logs", otlp);
  add("", "/otlp/v1/logs", otlp);

  add("", "/upload", make<JournalIngest>());

  // Elasticsearch's come last: some of its paths begin with any index's name.
  auto& elastic = make<ElasticIngest>();
  for (const std::string_view path :
       {"/", "/_bulk", "/*/_bulk", "/*/*/_bulk", "/*/_doc", "/*/_doc/*", "/*/_create/*", "/*/_update/*",
        "/*/_refresh", "/*/_settings", "/*/_mapping"}) {
    add("", path, elastic);
  }
  add("", "/_**", elastic);
  add("HEAD PUT", "/*", elastic);
}

void IngestHttp::add(std::string_view methods, std::string_view path, IngestHandler& handler, Needs needs) {
  rows_.push_back({methods, path, &handler, needs});
}

const IngestHttp::Row* IngestHttp::find(const HttpRequest& request) const {
  // Pages of ours that could be names of indexes.
  for (const std::string_view own : {"/healthz", "/readyz", "/ready", "/metrics", "/console"}) {
    if (request.path == own) return nullptr;
  }
  for (const Row& row : rows_) {
    if ((row.methods.empty() || has_word(row.methods, request.method)) && path_fits(request.path, row.path))
      return &row;
  }
  return nullptr;
}

bool IngestHttp::lets_in(const HttpRequest& request) const {
  const Row* const row = find(request);
  if (row == nullptr) return true;
  return !parts_.writer.congested() &&
         (row->needs == Needs::nothing || parts_.tokens.look(request, wall_clock_ns()).admitted());
}

std::shared_ptr<HttpBodySink> IngestHttp::open(const HttpRequest& request) const {
  const Row* const row = find(request);
  if (row == nullptr || row->needs == Needs::nothing) return nullptr;
  const Admission admission = parts_.tokens.look(request, wall_clock_ns());
  return admission.admitted() ? row->handler->open(request, admission) : nullptr;
}

bool IngestHttp::handle(HttpRequest& request, const std::shared_ptr<HttpAnswer>& answer) {
  const Row* const row = find(request);
  if (row == nullptr) return false;
  take(std::make_shared<HttpRequest>(std::move(request)), answer, *row);
  return true;
}

void IngestHttp::take(const std::shared_ptr<HttpRequest>& request, const std::shared_ptr<HttpAnswer>& answer,
                      const Row& row) {
  Admission admission;
  if (row.needs == Needs::nothing) {
    admission.verdict = Admission::Verdict::admitted;
  } else {
    admission = parts_.tokens.admit(*request, wall_clock_ns());
  }
  if (!admission.admitted()) return row.handler->refuse(*request, *answer, admission);
  const bool brings = request->method == "POST" || request->method == "PUT";
  if (!brings || (request->body.empty() && !request->body_unread))
    return row.handler->handle(*request, answer, admission);

  if (request->body_unread) return row.handler->busy(*request, *answer);
  const std::string_view name = request->header("Idempotency-Key");
  if (name.size() > ReceiptBook::kNameBytesMax) {
    return reply_error(*answer, 400, "bad_idempotency_key", "an Idempotency-Key has at most 255 bytes",
                       "Idempotency-Key 最多 255 位元組");
  }
  ReceiptBook::Request same;
  same.sender =
      (admission.token.empty() ? "peer " + request->peer : "token " + admission.token) + " " + request->path;
  for (const auto& [key, value] : request->query)
    same.sender.append("&").append(key).append("=").append(value);
  same.name = name;
  same.body = key_of(request->body);
  const auto look = parts_.receipts.look(same, wall_clock_ns());
  if (look.found == ReceiptBook::Found::other_body) {
    return reply_error(*answer, 409, "idempotency_key_reused",
                       "this Idempotency-Key came with another body; nothing was stored",
                       "此 Idempotency-Key 已用於不同內容，未保存");
  }
  if (look.found == ReceiptBook::Found::answered) {
    // What came is counted, and that it is not stored a second time.
    parts_.listener.stats->received.fetch_add(look.receipt->events, std::memory_order_relaxed);
    parts_.counters.discard(Discard::duplicate, look.receipt->events);
    return parts_.receipts.answer_again(same, answer);
  }
  if (parts_.receipts.wait(same, [this, request, answer, &row] { take(request, answer, row); })) return;
  if (parts_.writer.congested()) return row.handler->busy(*request, *answer);
  const auto events = std::make_shared<std::uint64_t>(0);
  const std::uint64_t before = parts_.listener.stats->received.load(std::memory_order_relaxed);
  row.handler->handle(*request, parts_.receipts.wrap(same, answer, events, wall_clock_ns), admission);
  // A handler hands everything on before it returns; the answer comes later.
  *events = parts_.listener.stats->received.load(std::memory_order_relaxed) - before;
}

Refusal refusal_of(const Admission& admission) {
  using enum Admission::Verdict;
  Refusal refusal;
  refusal.headers = {{"WWW-Authenticate", "Bearer realm=\"vigil\", Basic realm=\"vigil\", ApiKey"}};
  switch (admission.verdict) {
    case wrong_host:
      return {421,
              "wrong_host",
              "this name is not ours: use the address or localhost",
              "主機名稱不符，請使用位址或 localhost",
              {}};
    case cross_site:
      return {403, "cross_site", "a page of another site may not send this", "拒絕來自其他網站的請求", {}};
    case not_local:
      refusal.code = "not_allowed";
      refusal.message =
          "no tokens are configured, so only this machine's programs may send; make one with: vigil token "
          "new";
      refusal.message_zh = "尚未設定權杖，僅限本機程式傳送；請以 vigil token new 建立";
      return refusal;
    case malformed:
      refusal.code = "bad_authorization";
      refusal.message =
          "the Authorization header cannot be read; Bearer, Basic, ApiKey or Splunk is expected";
      refusal.message_zh = "無法解讀 Authorization，應為 Bearer、Basic、ApiKey 或 Splunk";
      return refusal;
    case disabled:
      refusal.code = "token_disabled";
      refusal.message = "this token is disabled";
      refusal.message_zh = "此權杖已停用";
      return refusal;
    case expired:
      refusal.code = "token_expired";
      refusal.message = "this token has expired; make another with: vigil token new";
      refusal.message_zh = "此權杖已過期，請以 vigil token new 建立新權杖";
      return refusal;
    case in_query:
      refusal.code = "token_in_query";
      refusal.message = "a token does not belong into the address: send it as Authorization";
      refusal.message_zh = "權杖不可放在網址中，請放在 Authorization";
      return refusal;
    case unknown:
      refusal.code = "bad_token";
      refusal.message = "this token is not known";
      refusal.message_zh = "權杖不正確";
      if (admission.back_off) refusal.headers.emplace_back("Retry-After", "60");
      return refusal;
    default:
      refusal.code = "token_missing";
      refusal.message = "a token is needed: Authorization: Bearer …";
      refusal.message_zh = "需要權杖：Authorization: Bearer …";
      return refusal;
  }
}

std::shared_ptr<HttpBodySink> IngestHandler::open(const HttpRequest&, const Admission&) { return nullptr; }

void IngestHandler::refuse(const HttpRequest&, HttpAnswer& answer, const Admission& admission) const {
  const Refusal refusal = refusal_of(admission);
  std::string body = R"({"error":{"code":")";
  body.append(refusal.code).append(R"(","message":")").append(refusal.message).append(R"(","message_zh":")");
  body.append(refusal.message_zh).append("\"}}\n");
  answer.reply(refusal.status, kJson, std::move(body), refusal.headers);
}

void IngestHandler::busy(const HttpRequest&, HttpAnswer& answer) const {
  answer.reply(
      429, kJson,
      R"({"error":{"code":"busy","message":"the queue is full; try again","message_zh":"佇列已滿，請稍後再試"}})",
      {{"Retry-After", "1"}});
}

}  // namespace vigil
