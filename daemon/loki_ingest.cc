#include "daemon/loki_ingest.h"

#include "daemon/clock.h"
#include "parsers/envelope.h"
#include "parsers/loki_push.h"

namespace vigil {
namespace {

constexpr std::string_view kText = "text/plain; charset=utf-8";

/// Which machine a stream is of, by the labels that promtail, Alloy and Fluent Bit give it. "web1:9100" names a port.
std::string_view host_of(const LokiStream& stream) {
  const std::string_view host = stream.label({"host", "hostname", "nodename", "node", "instance"});
  const std::size_t colon = host.rfind(':');
  const bool port = colon != std::string_view::npos && host.find(':') == colon;
  return port ? host.substr(0, colon) : host;
}

void fill(const LokiStream& stream, std::string_view client, std::string& envelope_text) {
  Envelope envelope;
  envelope.add("log.level", stream.label({"level", "detected_level", "severity", "lvl"}));
  if (!stream.labels_in_lines) {
    for (const auto& [name, value] : stream.labels) envelope.add("labels." + std::string(name), value);
  }
  envelope_text.assign(client).append(envelope.text());
}

}  // namespace

void LokiPushIngest::handle(const HttpRequest& request, const std::shared_ptr<HttpAnswer>& answer,
                            const Admission& admission) {
  if (request.method != "POST") return answer->reply(405, kText, "POST the streams\n", {{"Allow", "POST"}});
  if (request.body.empty()) return answer->reply(400, kText, "the body is empty\n");
  Arena arena;
  const LokiPush push = read_loki_push(request.body, parts_.listener.description.charset, arena);
  if (push.error != LokiErrc::none) {
    return answer->reply(push.error == LokiErrc::too_large ? 413 : 400, kText, push.what + "\n");
  }
  Delivery delivery(parts_.intake, parts_.writer, parts_.counters, parts_.listener);
  Arrival arrival{.peer = request.peer,
                  .transport = transport::kLoki,
                  .organisation = admission.organisation,
                  .received_ns = wall_clock_ns()};
  std::string envelope;
  for (const LokiStream& stream : push.streams) {
    fill(stream, admission.envelope, envelope);
    arrival.envelope = envelope;
    arrival.host_hint = host_of(stream);
    for (const LokiEntry& entry : stream.entries) {
      arrival.event_ns = entry.time_ns;
      arrival.tags = push.tags;
      if (entry.oversize) arrival.tags.add(Tag::oversize);
      if (!entry.time_ns) arrival.tags.add(Tag::bad_ts);
      delivery.add(arrival, entry.text);
    }
  }
  delivery.commit([answer](Delivery::Outcome outcome) {
    switch (outcome) {
      case Delivery::Outcome::durable:
        return answer->reply(204, "", "");
      case Delivery::Outcome::busy:
        return answer->reply(429, kText, "the queue is full; try again\n", {{"Retry-After", "1"}});
      case Delivery::Outcome::disk_full:
        return answer->reply(507, kText, "the disk is full; keep it and try again\n",
                             {{"Retry-After", "10"}});
      case Delivery::Outcome::failed:
        return answer->reply(500, kText, "could not be made durable; keep it and try again\n",
                             {{"Retry-After", "10"}});
    }
  });
}

void LokiPushIngest::refuse(const HttpRequest&, HttpAnswer& answer, const Admission& admission) const {
  const Refusal refusal = refusal_of(admission);
  answer.reply(refusal.status, kText, std::string(refusal.message) + "\n", refusal.headers);
}

void LokiPushIngest::busy(const HttpRequest&, HttpAnswer& answer) const {
  answer.reply(429, kText, "the queue is full; try again\n", {{"Retry-After", "1"}});
}

}  // namespace vigil
