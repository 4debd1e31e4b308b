#include "parsers/format.h"
#include "parsers/payload_text.h"
#include "parsers/text_template.h"

namespace vigil {
namespace {

// option httplog, its TLS variant, option tcplog, and what HAProxy says of connections by itself.
constexpr TextRow kLines[] = {
    {"{source:pair|word} \\[{accepted}\\] {frontend|word} {backend|word} {timers|word} "
     "{http.response.status_code|number} "
     "{http.response.bytes|number} {request_cookie|word} {response_cookie|word} {termination|word} "
     "{connections|word} {queues|word}"
     "[ \\{{request_headers}\\}] \"{http.request.method|word} {url|last} HTTP/{http.version}\"",
     "web", "access"},
    {"{source:pair|word} \\[{accepted}\\] {frontend|word} {backend|word} {timers|word} "
     "{http.response.status_code|number} "
     "{http.response.bytes|number} {request_cookie|word} {response_cookie|word} {termination|word} "
     "{connections|word} {queues|word}"
     "[ \\{{request_headers}\\}] \"{request}",
     "web", "access"},
    {"{source:pair|word} \\[{accepted}\\] {frontend|word} {backend|word} {timers|word} "
     "{destination.bytes|number} {termination|word} "
     "{connections|word} {queues|word}",
     "network", "connection"},
    {"{source:pair|word} \\[{accepted}\\] {frontend|word}/{destination:pair|word}: {event.reason}$",
     "network", "error"},
    {"{source:pair|word} \\[{accepted}\\] {frontend|word}: {event.reason}$", "network", "error"},
    {"Connect from {source:pair|word} to {destination:pair|word} ({frontend|word})", "network", "start"},
    {"Server {server|word} is {state|word}, reason: {event.reason},", "host", "change"},
    {"Server {server|word} is {state|word}", "host", "change"},
    {"Proxy {frontend|word} started", "process", "start"},
    {"Proxy {frontend|word} stopped", "process", "end"},
};

/// The last of "0/0/0/433/+537": milliseconds from the request's arrival to its end.
void add_duration(PayloadWriter& out) {
  std::string_view timers = out.event().text_of("vendor.timers");
  timers = timers.substr(timers.rfind('/') + 1);
  take_prefix(timers, "+");
  if (const auto ms = read_number(timers); ms && *ms < 1'000'000'000'000)
    out.add_number("event.duration", *ms * 1'000'000);
}

void parse_haproxy(PayloadWriter& out) {
  static const TextTable table(kLines);
  out.log_source("haproxy", {}, {});
  const TextRow* const row = table.read(out, trim_left(out.text()));
  if (row == nullptr) return;
  add_duration(out);
  if (row->category != "web") return;
  out.log_source({}, "webserver", {});
  const std::string_view status = out.event().text_of("http.response.status_code");
  if (!status.empty()) out.add("event.outcome", status[0] == '4' || status[0] == '5' ? "failure" : "success");
}

constexpr std::string_view kPrograms[] = {"haproxy"};
constexpr LogSource kLogSources[] = {{"haproxy", "", ""}, {"", "webserver", ""}};

}  // namespace

extern const FormatSpec kFormat_haproxy = {
    .number = Format{40},
    .name = "haproxy",
    .title = "HAProxy",
    .sample =
        R"(203.0.113.9:50022 [20/Nov/2026:14:59:00.187] www web/srv1 0/0/0/2/5 200 182 - - ---- 2/2/0/1/0 0/0 "GET /favicon.ico HTTP/1.1")",
    .rank = 40,
    .programs = kPrograms,
    .parse = parse_haproxy,
    .kinds = Kind::web,
    .log_sources = kLogSources,
};

}  // namespace vigil
