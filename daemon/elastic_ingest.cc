#include "daemon/elastic_ingest.h"

#include <algorithm>
#include <random>

#include "daemon/clock.h"
#include "parsers/envelope.h"
#include "parsers/render.h"

namespace vigil {

namespace {

constexpr std::string_view kIdLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::size_t kIdSize = 20;       // as Elasticsearch's own
constexpr std::size_t kIdRandomSize = 8;  // the front; the rest counts

const HttpAnswer::Headers& product() {
  // Without it the official clients take us for an impostor.
  static const HttpAnswer::Headers headers = {{"X-Elastic-Product", "Elasticsearch"}};
  return headers;
}

HttpAnswer::Headers product_and(HttpAnswer::Headers more) {
  more.insert(more.begin(), product().begin(), product().end());
  return more;
}

void reply_elastic_error(const HttpRequest& request, HttpAnswer& answer, unsigned status,
                         std::string_view type, std::string_view reason, HttpAnswer::Headers more = {}) {
  answer.reply(status, elastic_content_type(request.header("Accept")), elastic_error(status, type, reason),
               product_and(std::move(more)));
}

struct ItemError {
  std::string_view type, reason;
};

ItemError error_of(BulkItemFault fault) {
  switch (fault) {
    case BulkItemFault::not_json:
      return {"document_parsing_exception", "the source is not one JSON document"};
    case BulkItemFault::not_object:
      return {"document_parsing_exception", "the source is not an object"};
    case BulkItemFault::no_document:
      return {"action_request_validation_exception", "an update needs an object \"doc\""};
    case BulkItemFault::oversize:
      return {"illegal_argument_exception", "the document is longer than 16 MiB"};
    default:
      return {"illegal_argument_exception",
              "_index and _id have at most 512 bytes and no control characters"};
  }
}

/// What is answered when a whole request could not be made durable.
void reply_outcome(const std::string& type, HttpAnswer& answer, Delivery::Outcome outcome) {
  const unsigned status = outcome == Delivery::Outcome::busy        ? 429
                          : outcome == Delivery::Outcome::disk_full ? 507
                                                                    : 503;
  answer.reply(status, type,
               status == 429
                   ? elastic_error(status, "es_rejected_execution_exception", "the queue is full; try again")
                   : elastic_error(status, "unavailable_shards_exception",
                                   "could not be made durable; keep it and try again"),
               product_and({{"Retry-After", status == 429 ? "1" : "10"}}));
}

std::int64_t milliseconds_since(std::int64_t ns) {
  return std::max<std::int64_t>(0, (wall_clock_ns() - ns) / 1'000'000);
}

}  // namespace

struct ElasticIngest::Taking {
  Taking(const IngestParts& parts, const HttpRequest& request, const Admission& admission)
      : delivery(parts.intake, parts.writer, parts.counters, parts.listener),
        arrival{.peer = request.peer, .organisation = admission.organisation, .received_ns = wall_clock_ns()},
        base(admission.envelope) {}
  Taking(const Taking&) = delete;
  Taking& operator=(const Taking&) = delete;

  Delivery delivery;
  Arrival arrival;
  std::string_view base;   ///< the envelope without the index
  std::string envelope;    ///< with it …
  std::string_view index;  ///< … this one
  bool has_envelope = false;
  std::string key;           ///< reused
  std::vector<Key128> held;  ///< ids on their way
  unsigned status = 201;     ///< of the newest action
  ItemError error;
};

ElasticIngest::ElasticIngest(const IngestParts& parts) : parts_(parts), reader_(kDocumentBytesMax) {
  std::random_device random;
  for (std::size_t i = 0; i < kIdRandomSize; ++i) next_id_ += kIdLetters[random() % kIdLetters.size()];
  next_id_.resize(kIdSize, kIdLetters.front());
}

std::string_view ElasticIngest::new_id() {
  // Counts up in the letters' own order, from the right.
  for (std::size_t i = kIdSize; i-- > kIdRandomSize;) {
    const std::size_t digit = kIdLetters.find(next_id_[i]);
    next_id_[i] = kIdLetters[(digit + 1) % kIdLetters.size()];
    if (digit + 1 != kIdLetters.size()) break;
  }
  return next_id_;
}

void ElasticIngest::set_index(std::string_view index, Taking& taking) {
  if (index == taking.index && taking.has_envelope) return;
  taking.index = index;
  taking.has_envelope = true;
  taking.envelope.assign(taking.base);
  auto known = indexes_.find(index);
  if (known == indexes_.end() && indexes_.size() < kIndexesMax) known = indexes_.emplace(index).first;
  if (known != indexes_.end()) {
    Envelope envelope;
    envelope.add("vigil.index", index);
    taking.envelope += envelope.text();
  }
  taking.arrival.envelope = taking.envelope;
}

void ElasticIngest::take(BulkAction& action, Taking& taking) {
  taking.status = 201;
  if (action.verb == BulkVerb::remove) {
    taking.status = 404;
    return;
  }
  if (action.fault != BulkItemFault::none) {
    taking.status = 400;
    taking.error = error_of(action.fault);
    taking.delivery.discard(action.fault == BulkItemFault::oversize ? Discard::oversize : Discard::malformed);
    return;
  }
  if (!action.id.empty() && (action.verb == BulkVerb::create || action.verb == BulkVerb::index)) {
    std::string& key = taking.key;
    key.assign(taking.arrival.organisation).push_back('\0');
    key.append(action.index).push_back('\0');
    key.append(action.id).push_back('\0');
    // An index with other bytes is another version of the document: both are evidence.
    if (action.verb == BulkVerb::index) key.append(action.document);
    const Key128 name = key_of(key);
    switch (ids_.look(name, taking.arrival.received_ns)) {
      case DuplicateWindow::State::fresh:
        ids_.hold(name);
        taking.held.push_back(name);
        break;
      case DuplicateWindow::State::on_its_way:
        if (std::find(taking.held.begin(), taking.held.end(), name) == taking.held.end()) {
          // Another request has brought it, and whether that comes to the disk is not known yet.
          taking.status = 429;
          taking.error = {"es_rejected_execution_exception", "the same _id is being stored; try again"};
          taking.delivery.discard(Discard::unavailable);
          return;
        }
        [[fallthrough]];
      case DuplicateWindow::State::stored:
        taking.delivery.discard(Discard::duplicate);
        taking.status = action.verb == BulkVerb::create ? 409 : 200;
        taking.error = {"version_conflict_engine_exception", "version conflict, document already exists"};
        return;
    }
  }
  set_index(action.index, taking);
  taking.delivery.add(taking.arrival, action.document);
}

void ElasticIngest::bulk(const HttpRequest& request, const std::shared_ptr<HttpAnswer>& answer,
                         const Admission& admission, std::string_view index) {
  if (request.method != "POST" && request.method != "PUT") {
    return reply_elastic_error(request, *answer, 405, "method_not_allowed", "a bulk is sent by POST or PUT",
                               {{"Allow", "POST, PUT"}});
  }
  if (!reader_.read(request.body)) {
    return reply_elastic_error(
        request, *answer, 400, "illegal_argument_exception",
        "Malformed action/metadata line [" + std::to_string(reader_.fault_line()) + "], " + reader_.fault());
  }
  if (reader_.actions().empty()) {
    return reply_elastic_error(request, *answer, 400, "parse_exception", "request body is required");
  }
  const BulkFilter filter(request.parameter("filter_path"));
  Taking taking(parts_, request, admission);
  bool errors = false;
  std::string items;
  items.reserve(reader_.actions().size() * 80);
  for (BulkAction action : reader_.actions()) {
    if (action.index.empty()) action.index = index;
    take(action, taking);
    const bool wrong = taking.status >= 400 && taking.status != 404;
    errors = errors || wrong;
    if (!filter.status && !filter.index && !filter.id && !(filter.error && wrong)) continue;
    if (!items.empty()) items.push_back(',');
    items.append("{\"").append(bulk_verb_name(action.verb)).append("\":{");
    const auto comma = [&items] {
      if (items.back() != '{') items.push_back(',');
    };
    if (filter.index) {
      items += R"("_index":)";
      append_json_string(action.index, items);
    }
    if (filter.id) {
      comma();
      items += R"("_id":)";
      append_json_string(action.id.empty() ? new_id() : action.id, items);
    }
    if (filter.status) {
      comma();
      items.append(R"("status":)").append(std::to_string(taking.status));
    }
    if (filter.error && wrong) {
      comma();
      items += R"("error":{"type":)";
      append_json_string(taking.error.type, items);
      items += R"(,"reason":)";
      append_json_string(taking.error.reason, items);
      items.push_back('}');
    }
    items += "}}";
  }
  const bool has_items = filter.index || filter.id || filter.status || filter.error;
  taking.delivery.commit([this, answer, filter, errors, has_items, begun = taking.arrival.received_ns,
                          items = std::move(items), held = std::move(taking.held),
                          type = elastic_content_type(request.header("Accept"))](Delivery::Outcome outcome) {
    for (const Key128& name : held) ids_.settle(name, outcome == Delivery::Outcome::durable);
    if (outcome != Delivery::Outcome::durable) return reply_outcome(type, *answer, outcome);
    // `errors` stands before `items`: readers of a cut answer look for the one and then the other.
    std::string body = "{";
    if (filter.took) body += "\"took\":" + std::to_string(milliseconds_since(begun));
    if (filter.errors)
      body.append(body.size() > 1 ? "," : "").append(errors ? "\"errors\":true" : "\"errors\":false");
    if (has_items) body.append(body.size() > 1 ? "," : "").append("\"items\":[").append(items).append("]");
    body += "}";
    answer->reply(200, type, std::move(body), product());
  });
}

void ElasticIngest::document(const HttpRequest& request, const std::shared_ptr<HttpAnswer>& answer,
                             const Admission& admission, BulkAction action) {
  action.document = request.body;
  action.fault = reader_.check_document(action.document);
  if (action.document.empty())
    return reply_elastic_error(request, *answer, 400, "parse_exception", "request body is required");
  Taking taking(parts_, request, admission);
  take(action, taking);
  std::string body;
  const unsigned status = taking.status;
  if (status >= 400) {
    body = elastic_error(status, taking.error.type, taking.error.reason);
  } else {
    body = R"({"_index":)";
    append_json_string(action.index, body);
    body += R"(,"_id":)";
    append_json_string(action.id.empty() ? new_id() : action.id, body);
    body.append(R"(,"_version":1,"result":")").append(status == 201 ? "created" : "noop");
    body += R"(","_shards":{"total":1,"successful":1,"failed":0},"_seq_no":0,"_primary_term":1})";
  }
  taking.delivery.commit([this, answer, status, body = std::move(body), held = std::move(taking.held),
                          type = elastic_content_type(request.header("Accept"))](Delivery::Outcome outcome) {
    for (const Key128& name : held) ids_.settle(name, outcome == Delivery::Outcome::durable);
    if (outcome != Delivery::Outcome::durable) return reply_outcome(type, *answer, outcome);
    answer->reply(status, type, body, product());
  });
}

void ElasticIngest::handle(const HttpRequest& request, const std::shared_ptr<HttpAnswer>& answer,
                           const Admission& admission) {
  const std::string_view path = request.path;
  if (path == "/_bulk" || path.ends_with("/_bulk")) {
    const std::string_view index =
        path == "/_bulk" ? std::string_view("vigil") : path.substr(1, path.find('/', 1) - 1);
    return bulk(request, answer, admission, index);
  }
  if (path == "/" && request.wants_html && request.method == "GET") {
    return answer->reply(302, "text/plain; charset=utf-8", "/console/\n", {{"Location", "/console/"}});
  }
  if (request.method == "POST" || request.method == "PUT") {
    // /INDEX/_doc, /INDEX/_doc/ID, /INDEX/_create/ID, /INDEX/_update/ID
    const std::size_t kind_at = path.find('/', 1);
    if (kind_at != std::string_view::npos && path[1] != '_') {
      std::string_view kind = path.substr(kind_at + 1);
      const std::size_t id_at = std::min(kind.find('/'), kind.size());
      BulkAction action;
      action.index = path.substr(1, kind_at - 1);
      action.id = kind.substr(std::min(id_at + 1, kind.size()));
      kind = kind.substr(0, id_at);
      if (action.id.size() > BulkReader::kNameBytesMax || action.index.size() > BulkReader::kNameBytesMax)
        return reply_elastic_error(request, *answer, 400, "illegal_argument_exception",
                                   error_of(BulkItemFault::bad_name).reason);
      if (kind == "_doc" || kind == "_create") {
        action.verb = kind == "_create" || request.parameter("op_type") == "create" ? BulkVerb::create
                                                                                    : BulkVerb::index;
        return document(request, answer, admission, action);
      }
    }
  }
  ElasticAnswer said = elastic_answer(request);
  answer->reply(said.status,
                said.type == "application/json" ? elastic_content_type(request.header("Accept")) : said.type,
                std::move(said.body), product());
}

void ElasticIngest::refuse(const HttpRequest& request, HttpAnswer& answer, const Admission& admission) const {
  const Refusal refusal = refusal_of(admission);
  reply_elastic_error(request, answer, refusal.status, "security_exception", refusal.message,
                      refusal.headers);
}

void ElasticIngest::busy(const HttpRequest& request, HttpAnswer& answer) const {
  reply_outcome(elastic_content_type(request.header("Accept")), answer, Delivery::Outcome::busy);
}

}  // namespace vigil
