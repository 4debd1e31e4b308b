// Messages inside documents: an sshd line is one wherever it stands, and the document says when, where and by whom.

#include "parsers/wrapped_record.h"

#include <gtest/gtest.h>

#include <string>

#include "parsers/envelope.h"
#include "parsers/record.h"
#include "parsers/render.h"
#include "tests/parsers/payload_case.h"

namespace vigil {
namespace {

struct Case {
  std::string_view why, transport;
  std::string raw;
  std::string_view expected;  ///< as PayloadCase
};

std::string binary(std::string_view name, std::string_view value) {
  std::string out(name);
  out += '\n';
  for (unsigned i = 0; i < 8; ++i) out += static_cast<char>(value.size() >> (8 * i) & 0xffU);
  return out.append(value).append("\n");
}

const Case kCases[] = {
    {"a HEC event of text", "hec",
     R"({"event":"hello","time":1795157940.5,"host":"web1","source":"s","sourcetype":"t","index":"main","fields":{"a":"1","user.name":"ann","host.name":"forged"}})",
     "message=hello | host.name=web1 | time=1795157940500000000 | splunk.source=s | splunk.sourcetype=t | "
     "splunk.index=main | "
     "vendor.a=1 | user.name=ann | vendor.host.name=forged | tag=unparsed"},
    {"the time as text", "hec", R"({"event":"x","time":"1795158074.185"})", "time=1795158074185000000"},
    {"the time in ms, us and ns", "hec", R"({"event":"x","time":1795158074185})", "time=1795158074185000000"},
    {"no time: that of arrival", "hec", R"({"event":"x"})", "time=1795158000000000000 | host.name=peer-host"},
    {"an object is JSON like any", "hec",
     R"({"event":{"user":{"name":"ann"},"level":"info","msg":"in"},"host":"h"})",
     "format=json | user.name=ann | vendor.level=info | message=in | host.name=h | !vendor.event.level"},
    {"a list", "hec", R"({"event":[{"a":1}]})", "format=json | vendor.a=1"},
    {"a number", "hec", R"({"event":42})", "message=42"},
    {"an sshd line with its header", "hec",
     R"({"event":"<38>Nov 20 14:59:00 srv1 sshd[7]: Failed password for root from 203.0.113.9 port 4 ssh2"})",
     "format=sshd | event.outcome=failure | source.ip=203.0.113.9 | host.name=srv1 | process.pid=7 | "
     "kinds=os logon | "
     "time=1795157940000000000"},
    {"the document knows host and time better", "hec",
     R"({"event":"Nov 20 14:00:00 srv1 sshd[7]: Failed password for root from 203.0.113.9 port 4 ssh2","host":"agent","time":1795157940})",
     "format=sshd | host.name=agent | time=1795157940000000000"},
    {"escapes are taken out before anything is read", "hec",
     R"({"event":"10.0.0.1 - - [20\/Nov\/2026:14:59:00 +0800] \"GET \/a?b=\u767b HTTP\/1.1\" 200 5 \"-\" \"c\""})",
     "format=access_log | url.path=/a | url.query=b=登 | http.response.status_code=200"},
    {"a control character in an event is shown", "hec", R"({"event":"a\u001bb"})",
     "message=a\\x1bb | tag=ctrl"},
    {"CR between members is a blank", "hec", "{\"event\":\"a\",\r\n\"host\":\"h\",\r\n\"source\":\"s\"}",
     "message=a | host.name=h | splunk.source=s"},
    {"Docker's driver", "hec",
     R"({"event":{"line":"GET / 200","source":"stdout","tag":"ab12"},"time":"1795158074.185123","host":"node1"})",
     "format=json | vendor.line=GET / 200 | host.name=node1 | time=1795158074185123000"},
    {"a line of the raw endpoint", "hec",
     "<38>Nov 20 14:59:00 srv1 sshd[7]: Accepted password for ann from 10.1.0.7 port 5 ssh2",
     "format=sshd | event.outcome=success | host.name=srv1"},
    {"JSON of the raw endpoint that is no HEC object", "hec", R"({"a":1})", "format=json | vendor.a=1"},

    {"a Loki line is read as any", "loki",
     "Nov 20 14:59:00 srv1 sshd[7]: Failed password for root from 203.0.113.9 port 4 ssh2",
     "format=sshd | event.outcome=failure | host.name=srv1"},
    {"JSON in Loki is JSON", "loki", R"({"message":"m","level":"error"})",
     "format=json | message=m | vendor.level=error"},
    {"a Loki document", "loki",
     R"({"labels":{"trace_id":"t1"},"message":"10.0.0.1 - - [20/Nov/2026:14:59:00 +0800] \"GET / HTTP/1.1\" 404 5"})",
     "format=access_log | http.response.status_code=404 | labels.trace_id=t1 | !vendor.labels.trace_id"},

    {"an OTLP record", "otlp",
     R"({"@timestamp":"2026-11-20T06:59:00.123456789Z","log.level":"error","event.severity":17,"trace.id":"5b","span.id":"ee","host.name":"web1","service.name":"shop","message":"boom","attributes.x":1,"resource.a":"b"})",
     "message=boom | time=1795157940123456789 | host.name=web1 | log.level=error | event.severity=17 | "
     "trace.id=5b | span.id=ee | "
     "service.name=shop | attributes.x=1 | resource.a=b"},
    {"a body that is a map", "otlp",
     R"({"message":{"event_type":"alert","src_ip":"10.0.0.9","alert":{"signature":"ET"}},"log.level":"warn"})",
     "format=eve | source.ip=10.0.0.9 | rule.name=ET | log.level=warn"},
    {"an sshd line in OTLP", "otlp",
     R"({"message":"Nov 20 14:59:00 srv1 sshd[7]: Failed password for root from 203.0.113.9 port 4 ssh2","host.name":"n"})",
     "format=sshd | user.name=root | host.name=n"},
    {"an empty body", "otlp", R"({"message":"","attributes.a":"b"})", "attributes.a=b | host.name=peer-host"},

    {"Filebeat brings a line of nginx", "http",
     R"({"@timestamp":"2026-11-20T06:59:00.5Z","log":{"offset":1,"file":{"path":"/var/log/nginx/access.log"}},"message":"10.0.0.1 - - [20/Nov/2026:14:59:00 +0800] \"GET /a HTTP/1.1\" 404 5","input":{"type":"filestream"},"host":{"name":"web1"},"agent":{"type":"filebeat"}})",
     "format=access_log | source.ip=10.0.0.1 | http.response.status_code=404 | host.name=web1 | agent.type=filebeat | "
     "log.file.path=/var/log/nginx/access.log | vendor.input.type=filestream | time=1795157940500000000 | kinds=web"},
    {"a line that a relay wrote keeps its host", "beats",
     R"({"@timestamp":"2026-11-20T06:59:00Z","message":"Nov 20 14:58:00 srv1 sshd[7]: Failed password for root from 203.0.113.9 port 4 ssh2","log":{"file":{"path":"/var/log/remote/all.log"}},"host":{"name":"relay"}})",
     "format=sshd | event.outcome=failure | user.name=root | host.name=srv1 | kinds=os logon"},
    {"an entry that Filebeat read in the journal", "beats",
     R"({"@timestamp":"2026-11-20T06:59:00Z","message":"Failed password for root from 203.0.113.9 port 4 ssh2","process":{"name":"sshd","pid":7},"input":{"type":"journald"},"host":{"hostname":"x","name":"srv2"}})",
     "format=sshd | user.name=root | process.name=sshd | host.name=srv2"},
    {"Logstash", "http",
     R"({"@version":"1","@timestamp":"2026-11-20T06:59:00Z","host":{"name":"lb1"},"message":"<134>Nov 20 14:59:00 fw1 date=2026-11-20 time=14:59:00 devname=\"fw1\" devid=\"F\" logid=\"0000000013\" type=\"traffic\" subtype=\"forward\" srcip=10.0.0.1 dstip=203.0.113.9 action=\"deny\""})",
     "format=fortigate | source.ip=10.0.0.1 | kinds=device"},
    {"Vector", "http",
     R"({"file":"/var/log/auth.log","host":"srv3","message":"Nov 20 14:59:00 srv3 sshd[7]: Accepted password for ann from 10.1.0.7 port 5 ssh2","source_type":"file","timestamp":"2026-11-20T06:59:00Z"})",
     "format=sshd | event.outcome=success | host.name=srv3"},
    {"a shipped line of JSON is read as JSON", "beats",
     R"({"@timestamp":"2026-11-20T06:59:00Z","message":"{\"event_type\":\"alert\",\"src_ip\":\"10.0.0.9\",\"alert\":{\"signature\":\"ET\"}}","input":{"type":"filestream"},"host":{"name":"ids1"}})",
     "format=eve | source.ip=10.0.0.9 | rule.name=ET | host.name=ids1"},
    {"Winlogbeat's documents are what they say", "beats",
     R"({"@timestamp":"2026-11-20T06:59:00Z","message":"An account failed to log on.","log":{"level":"information"},"@version":"1","winlog":{"event_id":4625,"channel":"Security","event_data":{"TargetUserName":"bob","IpAddress":"203.0.113.9"}}})",
     "format=windows_json | user.name=bob"},
    {"a document of one's own", "http", R"({"message":"boom","level":"error","service":"shop"})", "format=json | message=boom"},
    {"a shipper that brings no text", "http", R"({"message":7,"input":{"type":"filestream"}})", "format=json"},

    {"a journal entry", "journal",
     "__CURSOR=s=1;i=2\n__REALTIME_TIMESTAMP=1795157940123456\n_HOSTNAME=srv1\nPRIORITY=6\nSYSLOG_FACILITY="
     "10\n"
     "SYSLOG_IDENTIFIER=sshd\n_PID=77\n_EXE=/usr/sbin/sshd\n_SYSTEMD_UNIT=ssh.service\n"
     "MESSAGE=Failed password for root from 203.0.113.9 port 4 ssh2\n",
     "format=sshd | event.outcome=failure | event.category=authentication | user.name=root | "
     "source.ip=203.0.113.9 | host.name=srv1 | "
     "process.name=sshd | process.pid=77 | process.executable=/usr/sbin/sshd | "
     "vendor._SYSTEMD_UNIT=ssh.service | "
     "vendor.__CURSOR=s=1;i=2 | time=1795157940123456000 | kinds=os logon"},
    {"sudo in the journal", "journal",
     "SYSLOG_IDENTIFIER=sudo\nSYSLOG_FACILITY=10\nPRIORITY=5\nMESSAGE=     ann : TTY=pts/0 ; PWD=/ ; "
     "USER=root ; COMMAND=/bin/sh\n",
     "format=sudo | process.name=sudo"},
    {"a message of bytes with line ends", "journal",
     "SYSLOG_IDENTIFIER=java\n" + binary("MESSAGE", "one\ntwo\xff") + "_COMM=java\n",
     "message=one\\x0atwo\\xff | process.name=java | tag=bad_utf8 | vendor._COMM=java"},
    {"a message in Big5", "journal", binary("MESSAGE", "\xb3\x5c\xa5\x5c"), "message=許功 | tag=cp950"},
    {"no identifier: the command", "journal", "_COMM=cron\nMESSAGE=x\n", "process.name=cron"},
    {"no message", "journal", "SYSLOG_IDENTIFIER=a\nCOREDUMP_EXE=/b\n",
     "vendor.COREDUMP_EXE=/b | time=1795158000000000000"},
    {"a message that says it is another header", "journal",
     "SYSLOG_IDENTIFIER=a\nMESSAGE=<0>Nov 20 00:00:00 forged sshd[1]: x\n",
     "process.name=a | host.name=peer-host | message=<0>Nov 20 00:00:00 forged sshd[1]: x"},
    {"numbers that are none", "journal",
     "__REALTIME_TIMESTAMP=99999999999999999999\nPRIORITY=77\nSYSLOG_FACILITY=x\nMESSAGE=m\n",
     "message=m | time=1795158000000000000"},
};

class WrappedRecord : public ::testing::Test {
 protected:
  WrappedRecord() {
    source_.peer = "192.0.2.9";
    source_.host = "peer-host";
  }
  const Event& read(std::string_view transport, std::string_view raw) {
    arena_.reset();
    source_.transport = transport;
    parse_event(parse_record_header(raw, source_, kReceived, arena_), record_context(source_, kReceived),
                event_, arena_);
    return event_;
  }
  static constexpr std::int64_t kReceived = 1'795'158'000'000'000'000;
  Source source_;
  Arena arena_;
  Event event_;
};

TEST_F(WrappedRecord, IsReadAsIfItsMessageHadComeAlone) {
  for (const auto& [why, transport, raw, expected] : kCases) {
    PayloadBench::check(read(transport, raw), expected, std::string(why) + "\n  raw: " + printable(raw));
  }
}

TEST_F(WrappedRecord, HasNoSyslogHeaderToMiss) {
  for (const std::string_view raw : {R"({"event":"x"})", R"({"event":{"a":1}})"}) {
    EXPECT_EQ(names_of(read("hec", raw).header.tags), "") << raw;
  }
}

TEST_F(WrappedRecord, AJournalEntryShowsThePriorityItHas) {
  read("journal", "PRIORITY=3\nSYSLOG_FACILITY=4\nSYSLOG_IDENTIFIER=a\n_HOSTNAME=h\nMESSAGE=m\n");
  EXPECT_TRUE(event_.header.has_priority);
  EXPECT_EQ(event_.header.priority.value(), 35U);
  EXPECT_EQ(event_.header.host, "h");
}

TEST_F(WrappedRecord, AnEntryIsShownAsItCame) {
  const std::string raw = "A=b\n" + binary("MESSAGE", "one\ntwo") + "C=d\n";
  read("journal", raw);
  std::string json;
  render_event_json(event_, {.received_ns = kReceived, .raw = raw, .source = &source_}, json);
  EXPECT_NE(json.find(R"("original":"A=b\nMESSAGE\n\u0007\u0000)"), std::string::npos) << json;
  EXPECT_NE(json.find(R"("message":"one\ntwo")"), std::string::npos) << json;
}

TEST_F(WrappedRecord, LabelsSayWhichProgramALineIsOf) {
  Envelope envelope;
  envelope.add("labels.syslog_identifier", "sshd");
  source_.envelope = envelope.text();
  PayloadBench::check(
      read("loki", "Failed password for root from 203.0.113.9 port 4 ssh2"),
      "format=sshd | event.outcome=failure | labels.syslog_identifier=sshd | process.name=sshd", "a label");
}

TEST_F(WrappedRecord, AHeaderOutlivesTheEnvelopeItWasReadWith) {
  Envelope envelope;
  envelope.add("labels.app", "sshd");
  std::string of_request(envelope.text());
  ParseContext context;
  context.transport = "loki";
  context.envelope = of_request;
  Arena arena;
  SyslogHeader header;
  read_record_header("Failed password for root from 203.0.113.9 port 4 ssh2", context, arena, header);
  of_request.assign(of_request.size(), 'x');
  EXPECT_EQ(header.app, "sshd");
}

}  // namespace
}  // namespace vigil
