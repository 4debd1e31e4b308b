#include "daemon/hec_ingest.h"

#include "daemon/api_support.h"
#include "daemon/clock.h"
#include "parsers/envelope.h"

namespace vigil {
namespace {

/// Splunk's numbers, with its status and words for each.
struct Code {
  unsigned code, status;
  std::string_view text;
};
constexpr Code kCodes[] = {
    {0, 200, "Success"},
    {1, 403, "Token disabled"},
    {2, 401, "Token is required"},
    {3, 401, "Invalid authorization"},
    {4, 403, "Invalid token"},
    {5, 400, "No data"},
    {6, 400, "Invalid data format"},
    {7, 400, "Incorrect index"},
    {8, 500, "Internal server error"},
    {9, 503, "Server is busy"},
    {10, 400, "Data channel is missing"},
    {11, 400, "Invalid data channel"},
    {12, 400, "Event field is required"},
    {13, 400, "Event field cannot be blank"},
    {14, 400, "ACK is disabled"},
    {15, 400, "Error in handling indexed fields"},
    {16, 400, "Query string authorization is not enabled"},
    {17, 200, "HEC is healthy"},
    {18, 503, "HEC is unhealthy, queues are full"},
    {27, 413, "Request or one of its events is too large"},
};

const Code& code_of(unsigned number) {
  for (const Code& code : kCodes) {
    if (code.code == number) return code;
  }
  return kCodes[8];
}

/// `more`: members behind the code, each with a comma before it.
void reply_code(HttpAnswer& answer, unsigned number, std::string_view more = {},
                HttpAnswer::Headers headers = {}) {
  const Code& code = code_of(number);
  std::string body = R"({"text":")";
  body.append(code.text).append(R"(","code":)").append(std::to_string(number)).append(more).append("}");
  answer.reply(code.status, kJson, std::move(body), std::move(headers));
}

void reply_not_found(HttpAnswer& answer) {
  answer.reply(404, kJson, R"({"text":"The requested URL was not found on this server.","code":404})");
}

std::string at_event(std::size_t number) { return R"(,"invalid-event-number":)" + std::to_string(number); }

/// The path behind /services/collector, without a version.
std::string_view action_of(std::string_view path) {
  constexpr std::string_view kPrefix = "/services/collector", kVersion = "/1.0";
  path.remove_prefix(std::min(kPrefix.size(), path.size()));
  if (path.ends_with(kVersion)) path.remove_suffix(kVersion.size());
  if (path.ends_with('/')) path.remove_suffix(1);
  return path;
}

std::string channel_of(const HttpRequest& request) {
  const std::string_view header = request.header("X-Splunk-Request-Channel");
  std::string channel(header.empty() ? request.parameter("channel") : header);
  for (char& c : channel) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return channel;
}

}  // namespace

void HecIngest::handle(const HttpRequest& request, const std::shared_ptr<HttpAnswer>& answer,
                       const Admission& admission) {
  const std::string_view action = action_of(request.path);
  if (request.method == "OPTIONS") {
    return answer->reply(200, kJson, "{}", {{"Allow", "GET, POST, OPTIONS"}});
  }
  if (action == "/health") return health(*answer);
  const bool asks = action == "/ack";
  const bool brings = action.empty() || action == "/event" || action == "/raw";
  if (!asks && !brings) return reply_not_found(*answer);
  if (request.method != "POST" && !(asks && request.method == "GET")) {
    return answer->reply(405, kJson, R"({"text":"Method not allowed: POST the events","code":405})",
                         {{"Allow", asks ? "GET, POST, OPTIONS" : "POST, OPTIONS"}});
  }

  if (asks && channels_ == Channels::off) return reply_code(*answer, 14);
  std::string channel = channels_ == Channels::off ? std::string() : channel_of(request);
  if (channel.empty() && (asks || channels_ == Channels::required)) return reply_code(*answer, 10);
  if (!channel.empty() && !is_hec_channel(channel)) return reply_code(*answer, 11);
  // Of two tokens that name one channel neither learns of the other's.
  if (!channel.empty()) channel += " " + admission.token;
  if (asks) return acknowledged(request, *answer, channel);
  if (action == "/raw") return raw(request, answer, admission, channel);
  events(request, answer, admission, channel);
}

void HecIngest::events(const HttpRequest& request, const std::shared_ptr<HttpAnswer>& answer,
                       const Admission& admission, const std::string& channel) {
  Arena arena;
  const HecBody body = read_hec_events(request.body, parts_.listener.description.charset, arena);
  if (body.error == HecErrc::no_data) return reply_code(*answer, 5);
  if (body.error != HecErrc::none) {
    return reply_code(*answer, static_cast<unsigned>(body.error), at_event(body.invalid_event));
  }
  Delivery delivery(parts_.intake, parts_.writer, parts_.counters, parts_.listener);
  const Arrival arrival{.peer = request.peer,
                        .transport = transport::kHec,
                        .organisation = admission.organisation,
                        .envelope = admission.envelope,
                        .received_ns = wall_clock_ns(),
                        .tags = body.tags};
  for (const HecEvent& event : body.events) delivery.add(arrival, event.text);
  commit(delivery, answer, channel);
}

void HecIngest::raw(const HttpRequest& request, const std::shared_ptr<HttpAnswer>& answer,
                    const Admission& admission, const std::string& channel) {
  const std::string_view index = request.parameter("index");
  if (!index.empty() && !is_hec_index(index)) return reply_code(*answer, 7);
  std::vector<HecLine> lines;
  if (const HecErrc error = read_hec_lines(request.body, lines); error != HecErrc::none) {
    return reply_code(*answer, static_cast<unsigned>(error));
  }
  Envelope envelope;
  envelope.add("splunk.source", request.parameter("source"));
  envelope.add("splunk.sourcetype", request.parameter("sourcetype"));
  envelope.add("splunk.index", index);
  const std::string said = admission.envelope + envelope.text();
  Delivery delivery(parts_.intake, parts_.writer, parts_.counters, parts_.listener);
  Arrival arrival{.peer = request.peer,
                  .host_hint = request.parameter("host"),
                  .transport = transport::kHec,
                  .organisation = admission.organisation,
                  .envelope = said,
                  .event_ns = read_hec_time(request.parameter("time")),
                  .received_ns = wall_clock_ns()};
  for (const HecLine& line : lines) {
    arrival.tags = Tags();
    if (line.oversize) arrival.tags.add(Tag::oversize);
    delivery.add(arrival, line.text);
  }
  commit(delivery, answer, channel);
}

void HecIngest::commit(Delivery& delivery, const std::shared_ptr<HttpAnswer>& answer,
                       const std::string& channel) {
  delivery.commit([this, answer, channel](Delivery::Outcome outcome) {
    switch (outcome) {
      case Delivery::Outcome::durable:
        if (channel.empty()) return reply_code(*answer, 0);
        return reply_code(*answer, 0, R"(,"ackId":)" + std::to_string(acks_.give(channel, wall_clock_ns())));
      case Delivery::Outcome::busy:
        return reply_code(*answer, 9, {}, {{"Retry-After", "1"}});
      case Delivery::Outcome::disk_full:
        return reply_code(*answer, 9, {}, {{"Retry-After", "10"}});
      case Delivery::Outcome::failed:
        return reply_code(*answer, 8);
    }
  });
}

void HecIngest::acknowledged(const HttpRequest& request, HttpAnswer& answer, const std::string& channel) {
  const auto asked = read_hec_ack_question(request.body);
  if (!asked) return reply_code(answer, request.body.empty() ? 5 : 6);
  std::string body = R"({"acks":{)";
  const std::int64_t now = wall_clock_ns();
  for (const std::uint64_t number : *asked) {
    if (body.back() != '{') body.push_back(',');
    body.append("\"").append(std::to_string(number)).append("\":");
    body += acks_.take(channel, number, now) ? "true" : "false";
  }
  answer.reply(200, kJson, body + "}}");
}

void HecIngest::health(HttpAnswer& answer) const {
  const bool well = !parts_.writer.trouble() && !parts_.writer.congested();
  reply_code(answer, well ? 17 : 18);
}

void HecIngest::refuse(const HttpRequest& request, HttpAnswer& answer, const Admission& admission) const {
  using enum Admission::Verdict;
  HttpAnswer::Headers headers = {{"WWW-Authenticate", "Splunk"}};
  if (admission.back_off) headers.emplace_back("Retry-After", "60");
  switch (admission.verdict) {
    case disabled:
    case expired:
      return reply_code(answer, 1);
    case malformed:
      return reply_code(answer, 3, {}, std::move(headers));
    case unknown:
      return reply_code(answer, 4, {}, std::move(headers));
    case in_query:
      return reply_code(answer, 16);
    case wrong_host:
    case cross_site:
      return IngestHandler::refuse(request, answer, admission);
    default:
      return reply_code(answer, 2, {}, std::move(headers));
  }
}

void HecIngest::busy(const HttpRequest&, HttpAnswer& answer) const {
  reply_code(answer, 9, {}, {{"Retry-After", "1"}});
}

}  // namespace vigil
