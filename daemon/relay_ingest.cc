#include "daemon/relay_ingest.h"

#include <algorithm>
#include <charconv>

#include "daemon/api_support.h"
#include "daemon/clock.h"
#include "parsers/envelope.h"
#include "parsers/relay.h"

namespace vigil {

namespace {

/// Clocks differ; one that is further ahead than this is wrong, and what it says of receipt is not kept.
constexpr std::int64_t kAheadNsMax = std::int64_t{24} * 3600 * 1'000'000'000;
constexpr std::string_view kJsonType = "application/json";
/// Longest peer, host or transport taken over: names become keys of the table of senders.
constexpr std::size_t kPartBytesMax = 255;

std::string clean(std::string_view text) {
  std::string out(text.substr(0, kPartBytesMax));
  std::replace_if(
      out.begin(), out.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, '_');
  return out;
}

std::string joined(const std::vector<std::string_view>& parts) {
  std::string out;
  for (const std::string_view part : parts) out.append(out.empty() ? "" : ",").append(part);
  return out;
}

/// Names that an envelope may have (envelope.h). The way of the records is ours to say.
bool may_be_kept(std::string_view name) {
  if (name.starts_with("vigil.relay.")) return false;
  return name.starts_with("labels.") || name.starts_with("log.") || name.starts_with("tls.client.") ||
         name.starts_with("vigil.");
}

/// What is known of the records' sender, and how they came to us. The way comes first: it must not be what does not fit.
std::string envelope_of(const RelayHead& head, const RelaySource& source) {
  Envelope envelope;
  envelope.add("vigil.relay.stream", head.stream);
  envelope.add("vigil.relay.hops", joined(source.hops));
  envelope.add("vigil.relay.origin", source.hops.empty() ? head.origin : source.hops.front());
  envelope.add("vigil.relay.name", clean(head.name));
  envelope.add("vigil.relay.listener", clean(source.listener));
  envelope.add("vigil.relay.organisation", clean(source.organisation));
  Envelope::for_each(source.envelope, [&envelope](std::string_view name, std::string_view value) {
    if (may_be_kept(name)) envelope.add(name, value);
  });
  return envelope.text();
}

/// A source, ready to be taken over.
struct Sender {
  std::string peer, host, transport, envelope;
  const IntakeListener* listener = nullptr;
  bool loops = false;
};

std::string answer_body(const std::string& instance, std::uint64_t next) {
  return R"({"instance":")" + instance + R"(","next":)" + std::to_string(next) + "}\n";
}

void reply_not_durable(HttpAnswer& answer, unsigned status) {
  answer.reply(
      status, kJsonType,
      R"({"error":{"code":"not_durable","message":"could not be made durable; keep it and try again","message_zh":"無法寫入磁碟，請保留資料後重試"}})",
      {{"Retry-After", "5"}});
}

}  // namespace

void RelayIngest::handle(const HttpRequest& request, const std::shared_ptr<HttpAnswer>& answer,
                         const Admission& admission) {
  if (request.method == "GET") return hello(request, answer, admission);
  if (request.method == "POST") return store(request, answer, admission);
  reply_error(*answer, 405, "method", "GET to ask, POST to send", "請以 GET 查詢、以 POST 傳送");
}

std::string RelayIngest::organisation_of(const Admission& admission) const {
  return admission.organisation.empty() ? parts_.listener.description.organisation : admission.organisation;
}

void RelayIngest::hello(const HttpRequest& request, const std::shared_ptr<HttpAnswer>& answer,
                        const Admission& admission) {
  const std::string_view origin = request.parameter("origin");
  const std::string_view stream = request.parameter("stream");
  const std::string_view begin_text = request.parameter("begin", "0");
  std::uint64_t begin = 0;
  const auto [end, error] = std::from_chars(begin_text.data(), begin_text.data() + begin_text.size(), begin);
  if (!is_relay_id(origin) || !is_relay_id(stream) || error != std::errc() ||
      end != begin_text.data() + begin_text.size()) {
    return reply_error(*answer, 400, "bad_id",
                       "origin and stream are 32 digits of lower-case hex, begin is a number",
                       "origin 與 stream 須為 32 位小寫十六進位，begin 須為數字");
  }
  const bool known = ledger_.hello({organisation_of(admission), std::string(stream)}, origin, begin,
                                   [answer, instance = ledger_.instance()](bool durable, std::uint64_t next) {
                                     if (!durable) return reply_not_durable(*answer, 507);
                                     answer->reply(200, kJsonType, answer_body(instance, next));
                                   });
  if (!known)
    reply_error(*answer, 503, "too_many_streams", "too many instances have sent to this one", "傳送來源過多");
}

void RelayIngest::store(const HttpRequest& request, const std::shared_ptr<HttpAnswer>& answer,
                        const Admission& admission) {
  const auto read = read_relay_body(request.body);
  if (!read) {
    const std::string at = std::to_string(read.error().offset);
    return reply_error(*answer, 400, relay_error_name(read.error().code),
                       "the body cannot be read at byte " + at + "; nothing was stored (docs/relay.md)",
                       "內容於第 " + at + " 位元組處無法解讀，未保存");
  }
  const RelayBody& body = *read;
  const RelayLedger::Stream stream{organisation_of(admission), std::string(body.head.stream)};
  std::uint64_t next = 0;
  switch (ledger_.claim(stream, body.head.first, next)) {
    case RelayLedger::Claim::taken:
      break;
    case RelayLedger::Claim::busy:
      return answer->reply(
          503, kJsonType,
          R"({"error":{"code":"busy","message":"the last batch of this stream is on its way to the disk","message_zh":"前一批仍在寫入"}})",
          {{"Retry-After", "1"}});
    case RelayLedger::Claim::unknown:
      return reply_error(*answer, 409, "unknown_stream", "ask first: GET /ingest/relay",
                         "請先以 GET /ingest/relay 查詢");
    case RelayLedger::Claim::ahead:
      return answer->reply(409, kJsonType, answer_body(ledger_.instance(), next));
  }

  std::vector<Sender> senders;
  for (const RelaySource& source : body.sources) {
    Sender& sender = senders.emplace_back();
    sender.peer = clean(source.peer);
    sender.host = clean(source.host);
    sender.transport = clean(source.transport);
    sender.envelope = envelope_of(body.head, source);
    sender.listener = &face(source.zone_minutes, source.charset, source.drill);
    sender.loops = source.hops.size() > kRelayHopsMax ||
                   std::find(source.hops.begin(), source.hops.end(), ledger_.instance()) != source.hops.end();
  }
  const std::int64_t now = wall_clock_ns();
  Delivery delivery(parts_.intake, parts_.writer, parts_.counters, parts_.listener);
  for (const RelayRecord& record : body.records) {
    const Sender& sender = senders[record.source];
    // What the sender could not know that we have: it was told less than it was sent.
    const bool credible = record.received_ns > 0 && record.received_ns < now + kAheadNsMax;
    const std::int64_t received_ns = credible ? record.received_ns : now;
    if (record.sequence < next || ledger_.is_repeated(stream, sender.peer, received_ns, record.raw)) {
      delivery.discard(Discard::duplicate);
      continue;
    }
    if (sender.loops) {
      delivery.discard(Discard::relay_loop);
      continue;
    }
    Arrival arrival;
    arrival.peer = sender.peer;
    arrival.host_hint = sender.host;
    arrival.transport = sender.transport;
    arrival.organisation = admission.organisation;
    arrival.envelope = sender.envelope;
    arrival.event_ns = record.event_ns;
    arrival.received_ns = received_ns;
    arrival.tags = record.tags;
    delivery.add(arrival, record.raw, *sender.listener);
  }
  delivery.commit([this, answer, stream, end = body.next](Delivery::Outcome outcome) {
    if (outcome == Delivery::Outcome::durable) {
      return ledger_.commit(stream, end,
                            [answer, instance = ledger_.instance()](bool durable, std::uint64_t have) {
                              if (!durable) return reply_not_durable(*answer, 507);
                              answer->reply(200, kJsonType, answer_body(instance, have));
                            });
    }
    ledger_.release(stream);
    if (outcome == Delivery::Outcome::busy) {
      return answer->reply(
          429, kJsonType,
          R"({"error":{"code":"busy","message":"the queue is full; try again","message_zh":"佇列已滿，請稍後再試"}})",
          {{"Retry-After", "1"}});
    }
    reply_not_durable(*answer, outcome == Delivery::Outcome::disk_full ? 507 : 503);
  });
}

const IntakeListener& RelayIngest::face(int zone_minutes, Charset charset, bool drill) {
  drill = drill || parts_.listener.description.drill;
  for (const IntakeListener& face : faces_) {
    if (face.zone_minutes == zone_minutes && face.description.charset == charset &&
        face.description.drill == drill)
      return face;
  }
  IntakeListener& made = faces_.emplace_back();
  made.description = parts_.listener.description;
  made.zone = parts_.listener.zone;
  made.stats = parts_.listener.stats;
  made.zone_minutes = zone_minutes;
  made.description.zone_minutes = zone_minutes;
  made.description.charset = charset;
  made.description.drill = drill;
  return made;
}

}  // namespace vigil
