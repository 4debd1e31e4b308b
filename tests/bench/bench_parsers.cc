// What one message costs in this room: framer and header on lines such as devices send.
//
//   build/bench/bin/bench_parsers --benchmark_repetitions=5 --benchmark_report_aggregates_only=true

#include <benchmark/benchmark.h>

#include <array>
#include <string>
#include <vector>

#include "parsers/charset.h"
#include "parsers/framer.h"
#include "parsers/render.h"
#include "parsers/syslog_header.h"
#include "parsers/timestamp.h"

namespace vigil {
namespace {

// 2026-11-20T07:00:00Z
constexpr std::int64_t kReceived = 1'795'158'000 * kSecond;

// Kinds of lines, 95 to 390 bytes. %S is the second, so that the remembered one changes as in a stream of
// some thousand messages a second.
constexpr std::array<std::string_view, 6> kLines = {
    "<86>Nov 20 14:59:%S srv07 sshd[21834]: Failed password for invalid user s10234 from 203.0.113.77 port "
    "51234 ssh2",
    "<166>Nov 20 14:59:%S asa5516 : %ASA-6-302013: Built outbound TCP connection 400123456 for "
    "outside:198.51.100.7/443 "
    "(198.51.100.7/443) to inside:10.4.22.9/50123 (203.0.113.9/50123)",
    "<189>date=2026-11-20 time=14:59:%S devname=\"FG201F\" devid=\"FG201FT921900123\" "
    "eventtime=1795157940041880981 "
    "tz=\"+0800\" logid=\"0000000013\" type=\"traffic\" subtype=\"forward\" level=\"notice\" vd=\"root\" "
    "srcip=10.1.1.1 "
    "srcport=51234 srcintf=\"lan1\" dstip=198.51.100.7 dstport=443 dstintf=\"wan1\" sessionid=700123456 "
    "proto=6 "
    "action=\"accept\" policyid=12 service=\"HTTPS\"",
    "<14>1 2026-11-20T14:59:%S.123+08:00 DC01.school.local Microsoft-Windows-Security-Auditing 712 4625 - "
    "{\"EventTime\":\"2026-11-20 "
    "14:59:00\",\"Hostname\":\"DC01.school.local\",\"EventID\":4625,\"SourceName\":"
    "\"Microsoft-Windows-Security-Auditing\",\"Channel\":\"Security\",\"TargetUserName\":\"t1234\","
    "\"IpAddress\":"
    "\"10.4.22.9\",\"LogonType\":\"3\",\"AuthenticationPackageName\":\"Kerberos\"}",
    "<165>1 2026-11-20T06:59:%S.003Z srx1 RT_FLOW - RT_FLOW_SESSION_CREATE_LS [junos@2636.1.1.1.2.26 "
    "source-address=\"10.10.10.100\" source-port=\"4206\" destination-address=\"198.51.100.7\" "
    "destination-port=\"443\" "
    "service-name=\"junos-https\" policy-name=\"trust-untrust\" session-id-32=\"19\" username=\"N/A\"] "
    "session created",
    "<134>Nov 20 14:59:%S proxy1 squid[2201]: 1795157940.123     45 10.4.22.9 TCP_TUNNEL/200 5120 CONNECT "
    "https://cdn3.example.com/static/0a1b2c3d s10234 HIER_DIRECT/198.51.100.7 text/html \"Mozilla/5.0 "
    "(Windows NT 10.0; "
    "Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.1234.56 Safari/537.36\"",
};

std::vector<std::string> messages_of(std::size_t count, std::size_t line = kLines.size()) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < count; ++i) {
    std::string text(kLines[line < kLines.size() ? line : i % kLines.size()]);
    const std::size_t second = i * 4 / count + 10;
    text.replace(text.find("%S"), 2, std::to_string(second));
    out.push_back(std::move(text));
  }
  return out;
}

void report(benchmark::State& state, std::size_t messages, std::size_t bytes) {
  const auto all = state.iterations() * static_cast<std::int64_t>(messages);
  state.SetItemsProcessed(all);
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bytes));
  state.counters["ns/message"] = benchmark::Counter(
      static_cast<double>(all) / 1e9, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

std::size_t bytes_of(const std::vector<std::string>& messages) {
  std::size_t bytes = 0;
  for (const std::string& message : messages) bytes += message.size();
  return bytes;
}

void framer(benchmark::State& state, bool counted) {
  const auto messages = messages_of(1200);
  std::string stream;
  for (const std::string& message : messages) {
    stream += counted ? std::to_string(message.size()) + " " + message : message + "\n";
  }
  constexpr std::size_t kRead = 256 * 1024;
  Framer cut;
  std::size_t frames = 0;
  const auto sink = [&](std::string_view frame, Tags) { frames += frame.empty() ? 0U : 1U; };
  for (auto _ : state) {
    for (std::size_t at = 0; at < stream.size(); at += kRead)
      cut.feed(std::string_view(stream).substr(at, kRead), sink);
  }
  benchmark::DoNotOptimize(frames);
  report(state, messages.size(), stream.size());
}
void BM_FramerLf(benchmark::State& state) { framer(state, false); }
void BM_FramerCounted(benchmark::State& state) { framer(state, true); }
BENCHMARK(BM_FramerLf);
BENCHMARK(BM_FramerCounted);

// Argument: which line, 6 for all in turn. With the check of characters, as it is used.
void BM_Header(benchmark::State& state) {
  const auto messages = messages_of(1200, static_cast<std::size_t>(state.range(0)));
  const ParseContext context = {.received_ns = kReceived, .peer = "192.0.2.9"};
  Arena arena;
  for (auto _ : state) {
    for (const std::string& message : messages) {
      SyslogHeader header = parse_syslog_header(message, context, arena);
      benchmark::DoNotOptimize(header);
    }
    arena.reset();
  }
  report(state, messages.size(), bytes_of(messages));
}
BENCHMARK(BM_Header)->DenseRange(0, 6);

// The check of characters alone: what BM_Header spends before it reads a header.
void BM_Characters(benchmark::State& state) {
  const auto messages = messages_of(1200);
  Arena arena;
  for (auto _ : state) {
    for (const std::string& message : messages) {
      benchmark::DoNotOptimize(decode_text(message, Charset::automatic, Controls::escaped, arena));
    }
  }
  report(state, messages.size(), bytes_of(messages));
}
BENCHMARK(BM_Characters);

void BM_RenderJson(benchmark::State& state) {
  const auto messages = messages_of(1200);
  const ParseContext context = {.received_ns = kReceived, .peer = "192.0.2.9"};
  Arena arena;
  Source source;
  source.organisation = "school-a";
  std::vector<Event> events(messages.size());
  for (std::size_t i = 0; i < messages.size(); ++i) {
    events[i].header = parse_syslog_header(messages[i], context, arena);
    events[i].timestamp_ns = events[i].header.timestamp_ns;
  }
  std::string out;
  for (auto _ : state) {
    for (std::size_t i = 0; i < messages.size(); ++i) {
      out.clear();
      render_event_json(events[i],
                        {.received_ns = kReceived, .raw = messages[i], .id = "1", .source = &source}, out);
    }
  }
  report(state, messages.size(), bytes_of(messages));
}
BENCHMARK(BM_RenderJson);

}  // namespace
}  // namespace vigil
