// What one payload costs, from parsed header to event with ECS fields; and that nothing is allocated once
// warm.
//
//   VIGIL_CORPUS=lines.txt build/bench/bin/bench_payload --benchmark_repetitions=5 --benchmark_report_aggregates_only=true

#include <benchmark/benchmark.h>

#include <cstdlib>
#include <fstream>
#include <new>
#include <string>
#include <vector>

#include "parsers/event.h"

namespace {
std::size_t allocations = 0;
}  // namespace

// Not inlined: GCC would then see malloc paired with delete and warn.
[[gnu::noinline]] void* operator new(std::size_t size) {
  ++allocations;
  if (void* const memory = std::malloc(size)) return memory;
  std::abort();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace vigil {
namespace {

constexpr std::string_view kSshd =
    "<38>Nov 20 14:59:00 web1 sshd[811]: Failed password for invalid user oracle from 203.0.113.9 port 50022 "
    "ssh2";
constexpr std::string_view kPam =
    "<38>Nov 20 14:59:00 web1 sshd[9]: pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 "
    "tty=ssh ruser= "
    "rhost=203.0.113.9  user=root";
// 40 pairs
constexpr std::string_view kFortigate =
    "<189>date=2026-11-20 time=14:59:00 devname=\"FG201F-SCHOOL\" devid=\"FG201FT921900123\" "
    "eventtime=1795157940041880981 tz=\"+0800\" logid=\"0000000013\" type=\"traffic\" subtype=\"forward\" "
    "level=\"notice\" vd=\"root\" srcip=10.1.1.1 srcport=51234 srcintf=\"lan1\" srcintfrole=\"lan\" "
    "dstip=203.0.113.80 "
    "dstport=443 dstintf=\"wan1\" dstintfrole=\"wan\" srccountry=\"Reserved\" dstcountry=\"Taiwan\" "
    "sessionid=700000123 "
    "proto=6 action=\"accept\" policyid=12 policytype=\"policy\" service=\"HTTPS\" trandisp=\"snat\" "
    "transip=203.0.113.7 transport=51234 duration=31 sentbyte=1152 rcvdbyte=81130 sentpkt=12 rcvdpkt=60 "
    "appcat=\"unscanned\" mastersrcmac=\"00:11:22:33:44:55\" srcmac=\"00:11:22:33:44:55\" srcserver=0 "
    "poluuid=\"7a1b2c3d-0000-51eb-0000-000000000001\"";
constexpr std::string_view kCef =
    "<134>CEF:0|Trend Micro|Apex Central|2019|AV:File quarantined|Eicar_test_1|3|deviceExternalId=38 "
    "rt=Nov 20 2026 06:59:00 GMT+00:00 cnt=1 dhost=PC-7 duser=teacher act=File quarantined cn1Label=Pattern "
    "cn1=1297500 "
    "cs1Label=Rule Name cs1=a b fname=eicar.com filePath=C:\\\\Users\\\\t dst=10.1.0.7";
constexpr std::string_view kEve =
    R"(<134>Nov 20 14:59:00 ids1 suricata[9]: {"timestamp":"2026-11-20T14:59:00.123456+0800","flow_id":1234567890123456,"in_iface":"eth0","event_type":"alert","src_ip":"203.0.113.9","src_port":50022,"dest_ip":"10.1.0.5","dest_port":80,"proto":"TCP","alert":{"action":"allowed","gid":1,"signature_id":2024897,"rev":2,"signature":"ET WEB_SERVER shell","category":"Web Application Attack","severity":1},"http":{"hostname":"www.example.edu.tw","url":"\/up.php?c=id","http_method":"POST","http_user_agent":"x","status":200,"length":12},"app_proto":"http","flow":{"pkts_toserver":3,"pkts_toclient":2,"bytes_toserver":300,"bytes_toclient":200}})";
constexpr std::string_view kAccess =
    "<190>Nov 20 14:59:00 web1 nginx: 203.0.113.9 - - [20/Nov/2026:14:59:00 +0800] \"GET /a.php?id=1 "
    "HTTP/1.1\" 404 153 "
    "\"http://x/\" \"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/120.0\"";
constexpr std::string_view kWindows =
    R"(<14>1 2026-11-20T14:59:00.5+08:00 DC1 Microsoft-Windows-Security-Auditing 712 - - {"EventTime":"2026-11-20 14:59:00","Hostname":"DC1.school.local","Keywords":-9218868437227405312,"EventType":"AUDIT_FAILURE","SeverityValue":4,"Severity":"ERROR","EventID":4625,"SourceName":"Microsoft-Windows-Security-Auditing","ProviderGuid":"{54849625-5478-4994-A5BA-3E3B0328C30D}","RecordNumber":77,"ProcessID":712,"ThreadID":800,"Channel":"Security","SubjectUserSid":"S-1-0-0","SubjectUserName":"-","TargetUserName":"administrator","TargetDomainName":"SCHOOL","LogonType":"3","IpAddress":"203.0.113.9","IpPort":"50022","WorkstationName":"KALI","ProcessName":"-"})";
constexpr std::string_view kClamav =
    "<22>Nov 20 14:59:00 nas1 clamd[77]: /srv/home/t/eicar.com: Win.Test.EICAR_HDB-1 FOUND";
constexpr std::string_view kText =
    "<30>Nov 20 14:59:00 dhcp1 dhcpd[911]: DHCPACK on 10.1.0.7 to 00:11:22:33:44:55 (PC-7) via eth0.10";

void parse(benchmark::State& state, std::string_view frame) {
  ParseContext context;
  context.received_ns = 1'795'158'000'000'000'000;
  context.peer = "192.0.2.9";
  Arena headers, arena;
  const SyslogHeader header = parse_syslog_header(frame, context, headers);
  Event event;
  for (int warm = 0; warm < 3; ++warm) {
    arena.reset();
    parse_event(header, context, event, arena);
  }
  const std::size_t before = allocations;
  for (auto _ : state) {
    arena.reset();
    parse_event(header, context, event, arena);
    benchmark::DoNotOptimize(event.fields().data());
  }
  state.counters["allocations"] =
      static_cast<double>(allocations - before) / static_cast<double>(state.iterations());
  state.counters["fields"] = static_cast<double>(event.fields().size());
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(frame.size()));
}

/// What every message costs at arrival: which format, which kinds, whose time.
void arrive(benchmark::State& state, std::string_view frame) {
  ParseContext context;
  Arena headers;
  const SyslogHeader header = parse_syslog_header(frame, context, headers);
  for (auto _ : state) {
    const Format format = detect_format(header);
    benchmark::DoNotOptimize(kinds_of(header, format));
    if (!header.has_timestamp) benchmark::DoNotOptimize(quick_payload_time(header, format, 480));
  }
}

/// A mix of messages: VIGIL_CORPUS names a file of lines. ns/message is the time divided by them.
void parse_corpus(benchmark::State& state) {
  const char* const path = std::getenv("VIGIL_CORPUS");
  std::ifstream file(path != nullptr ? path : "");
  std::vector<std::string> lines;
  constexpr std::size_t kLinesMax = 20'000;  // what fits the caches of a server while it reads a batch
  for (std::string line; lines.size() < kLinesMax && std::getline(file, line);) lines.push_back(line);
  if (lines.empty()) return state.SkipWithError("set VIGIL_CORPUS to a file of messages");
  ParseContext context;
  context.received_ns = 1'795'158'000'000'000'000;
  context.peer = "192.0.2.9";
  Arena headers, arena;
  std::vector<SyslogHeader> parsed;
  std::vector<Format> formats;
  for (const std::string& line : lines) {
    parsed.push_back(parse_syslog_header(line, context, headers));
    formats.push_back(detect_format(parsed.back()));
  }
  Event event;
  std::size_t before = 0, fields = 0, rounds = 0;
  for (auto _ : state) {
    if (rounds++ == 1) before = allocations;
    fields = 0;
    for (std::size_t i = 0; i < parsed.size(); ++i) {
      arena.reset();
      parse_event_as(formats[i], context.received_ns, parsed[i], context, event, arena);
      fields += event.fields().size();
    }
  }
  const auto count = static_cast<double>(lines.size());
  state.counters["ns/message"] = benchmark::Counter(count, benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
  state.counters["fields"] = static_cast<double>(fields) / count;
  state.counters["allocations"] = rounds < 2 ? 0.0 : static_cast<double>(allocations - before) / static_cast<double>(rounds - 1) / count;
}

BENCHMARK(parse_corpus);
BENCHMARK_CAPTURE(parse, sshd, kSshd);
BENCHMARK_CAPTURE(parse, pam, kPam);
BENCHMARK_CAPTURE(parse, fortigate_40_pairs, kFortigate);
BENCHMARK_CAPTURE(parse, cef, kCef);
BENCHMARK_CAPTURE(parse, eve, kEve);
BENCHMARK_CAPTURE(parse, access_log, kAccess);
BENCHMARK_CAPTURE(parse, windows_json, kWindows);
BENCHMARK_CAPTURE(parse, clamav, kClamav);
BENCHMARK_CAPTURE(parse, text, kText);
BENCHMARK_CAPTURE(arrive, sshd, kSshd);
BENCHMARK_CAPTURE(arrive, fortigate_40_pairs, kFortigate);
BENCHMARK_CAPTURE(arrive, cef, kCef);
BENCHMARK_CAPTURE(arrive, eve, kEve);
BENCHMARK_CAPTURE(arrive, access_log, kAccess);
BENCHMARK_CAPTURE(arrive, windows_json, kWindows);
BENCHMARK_CAPTURE(arrive, text, kText);

}  // namespace
}  // namespace vigil
