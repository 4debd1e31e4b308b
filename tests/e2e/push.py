"""What agents of other houses push over HTTP: Splunk's HEC with acknowledgement, Loki, OpenTelemetry, and the journal of systemd
by its own program. Bodies as real clients send them; protobuf and Snappy written by hand."""

import gzip
import http.client
import json
import pathlib
import struct
import subprocess
import time

from harness import check, equal, need, stamp

CHANNEL = "0aeeac95-ac74-4aa9-b30d-6c4c0ac581ba"
SSHD = "Failed password for root from 203.0.113.9 port 4242 ssh2"


def post(daemon, path, body, method="POST", **headers):
    """(status, headers, body)"""
    connection = http.client.HTTPConnection("127.0.0.1", daemon.http_port, timeout=60)
    body = body.encode() if isinstance(body, str) else body
    try:
        connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        connection.close()


def hec(daemon, body, path="/services/collector/event", **headers):
    """(status, code, the answer)"""
    status, _, answer = post(daemon, path, body, **headers)
    answer = json.loads(answer)
    return status, answer.get("code"), answer


# Protobuf by hand: a field is its number and type, then what it holds.

def varint(number):
    number &= (1 << 64) - 1
    out = b""
    while True:
        low, number = number & 127, number >> 7
        out += bytes([low | (128 if number else 0)])
        if not number:
            return out


def message(number, content):
    content = content.encode() if isinstance(content, str) else content
    return varint(number << 3 | 2) + varint(len(content)) + content


def integer(number, value):
    return varint(number << 3) + varint(value)


def fixed64(number, value):
    return varint(number << 3 | 1) + struct.pack("<Q", value)


def snappy_block(data):
    """Literals only, which is a block like any."""
    out = varint(len(data))
    for at in range(0, len(data), 60):
        piece = data[at:at + 60]
        out += bytes([(len(piece) - 1) << 2]) + piece
    return out


def loki_stream(labels, *entries):
    return message(1, message(1, labels) + b"".join(message(2, entry) for entry in entries))


def loki_entry(line, seconds, nanos=0, metadata=()):
    pairs = b"".join(message(3, message(1, name) + message(2, value)) for name, value in metadata)
    return message(1, integer(1, seconds) + integer(2, nanos)) + message(2, line) + pairs


def otlp_value(text):
    return message(1, text)


def otlp_request(records, resource=()):
    attributes = b"".join(message(1, message(1, key) + message(2, otlp_value(value))) for key, value in resource)
    return message(1, message(1, attributes) + message(2, message(1, message(1, "scope")) + b"".join(message(2, record) for record in records)))


def test_hec_events_are_stored_as_they_came(test):
    """HEC: every way of putting events together, and bodies with the headers real clients send; each object is one record,
    byte for byte, with host, time, source and fields of its own."""
    seconds = int(time.time()) - 60
    events = [json.dumps({"event": "plain text", "time": seconds + 0.5, "host": "web1", "source": "/var/log/x", "sourcetype": "t",
                          "index": "main", "fields": {"site": "north"}}),
              json.dumps({"event": {"user": {"name": "ann"}, "msg": "in"}, "time": str(seconds), "host": "web2"}),
              json.dumps({"event": f"<38>{time.strftime('%b %e %H:%M:%S')} srv1 sshd[7]: {SSHD}", "time": seconds * 1000, "host": "srv1"})]
    with test.daemon() as daemon:
        equal(hec(daemon, "".join(events))[:2], (200, 0), "one behind the other")
        equal(hec(daemon, "\n".join(events) + "\n", Content_Type="application/x-www-form-urlencoded")[:2], (200, 0), "lines, as splunk-logging sends them")
        equal(hec(daemon, "[" + ",".join(events) + "]", "/services/collector")[:2], (200, 0), "an array")
        equal(hec(daemon, gzip.compress("".join(events).encode()), "/services/collector/event/1.0", Content_Encoding="gzip",
                  Authorization="Splunk 0123")[:2], (200, 0), "compressed, as Fluent Bit does, without a Content-Type")
        equal(daemon.messages(), events * 4, "what is stored")
        plain, document, login = daemon.search()[:3]
        equal((plain["message"], plain["host"]["name"], plain["splunk"], plain["vendor"]["site"]),
              ("plain text", "web1", {"source": "/var/log/x", "sourcetype": "t", "index": "main"}, "north"), "a text")
        check(plain["@timestamp"].startswith(stamp(time.time() - seconds)[:19]) and ".5" in plain["@timestamp"], plain["@timestamp"])
        equal((document["user"]["name"], document["message"], document["host"]["name"]), ("ann", "in", "web2"), "an object")
        equal((login["event"]["outcome"], login["source"]["ip"], login["host"]["name"], "logon" in login["vigil"]["kinds"]),
              ("failure", "203.0.113.9", "srv1", True), "a login")
        equal(len(daemon.search("event.outcome:failure source.ip:203.0.113.9")), 4, "found by its fields")
        equal(len(daemon.search("plain text")), 4, "found by its words")
        daemon.cli("archive", "seal")
        equal(len(daemon.search("host.name:web1 splunk.index:main")), 4, "sealed")
        daemon.wait_quiet()


def test_hec_raw_lines(test):
    """HEC raw: lines with what the query says of them; a line is read as any line is."""
    seconds = int(time.time()) - 30
    with test.daemon() as daemon:
        status = hec(daemon, f"first\r\n\nsecond\n", f"/services/collector/raw?host=h1&source=s&sourcetype=t&index=main&time={seconds}")
        equal(status[:2], (200, 0), "answer")
        equal(hec(daemon, '10.0.0.1 - - [20/Nov/2026:14:59:00 +0800] "GET /a HTTP/1.1" 404 5 "-" "c"', "/services/collector/raw/1.0")[:2], (200, 0), "an access log")
        first, second, access = daemon.search()
        equal((first["message"], second["message"]), ("first", "second"), "lines")
        equal((first["host"]["name"], first["splunk"]), ("h1", {"source": "s", "sourcetype": "t", "index": "main"}), "what the query says")
        equal(first["@timestamp"][:19], stamp(time.time() - seconds)[:19], "time")
        equal((access["http"]["response"]["status_code"], access["url"]["path"]), (404, "/a"), "fields")


def test_hec_acknowledges_once(test):
    """HEC: numbers per channel from 0; a stored request is acknowledged once and then forgotten."""
    with test.daemon() as daemon:
        header = {"X_Splunk_Request_Channel": CHANNEL}
        equal(hec(daemon, '{"event":"a"}', **header)[2], {"text": "Success", "code": 0, "ackId": 0}, "the first")
        equal(hec(daemon, '{"event":"b"}', f"/services/collector?channel={CHANNEL.upper()}")[2]["ackId"], 1, "by query, in capitals")
        equal(hec(daemon, '{"event":"c"}', X_Splunk_Request_Channel=CHANNEL.replace("0", "1"))[2]["ackId"], 0, "another channel")
        ask = f"/services/collector/ack?channel={CHANNEL}"
        equal(hec(daemon, '{"acks":[0,1,2]}', ask)[2], {"acks": {"0": True, "1": True, "2": False}}, "asked")
        equal(hec(daemon, '{"acks":[0,1]}', ask)[2], {"acks": {"0": False, "1": False}}, "asked again")
        equal(len(daemon.messages()), 3, "stored")


def test_hec_errors(test):
    """HEC: each row of Splunk's codes, with its status; of a refused body nothing is stored."""
    rows = [("", 400, 5, None), (" \n", 400, 5, None), ("hello", 400, 6, 0), ('{"event":"a"}{"event":', 400, 6, 1),
            ('{"event":"a"}{"time":1}', 400, 12, 1), ('{"event":null}', 400, 12, 0), ('{"event":"  "}', 400, 13, 0),
            ('{"event":"a","fields":"x"}', 400, 15, 0), ('{"event":"a","fields":{"x":{"y":1}}}', 400, 15, 0),
            ('{"event":"a","index":7}', 400, 7, 0), ('{"event":"' + "x" * 1_100_000 + '"}', 413, 27, 0)]
    with test.daemon() as daemon:
        for body, status, code, number in rows:
            got = hec(daemon, body)
            equal((got[0], got[1], got[2].get("invalid-event-number")), (status, code, number), body[:40])
        equal(hec(daemon, "\n", "/services/collector/raw")[:2], (400, 5), "raw without lines")
        equal(hec(daemon, "x", "/services/collector/raw?index=a%20b")[:2], (400, 7), "raw with no index")
        equal(hec(daemon, '{"acks":[0]}', "/services/collector/ack")[:2], (400, 10), "no channel")
        equal(hec(daemon, '{"acks":[0]}', "/services/collector/ack?channel=7")[:2], (400, 11), "no GUID")
        equal(hec(daemon, '{"event":"a"}', X_Splunk_Request_Channel="7")[:2], (400, 11), "no GUID, with events")
        equal(hec(daemon, '{"acks":0}', f"/services/collector/ack?channel={CHANNEL}")[:2], (400, 6), "no question")
        equal(hec(daemon, '{"event":"a"}', "/services/collector/event?token=x")[:2], (400, 16), "a token in the address")
        status, headers, _ = post(daemon, "/services/collector/event", None, "GET")
        equal((status, "POST" in headers["Allow"]), (405, True), "GET")
        equal(post(daemon, "/services/collector/mint", "{}")[0], 404, "mint")
        equal(post(daemon, "/services/collector/event", None, "OPTIONS")[0], 200, "OPTIONS")
        for path in ("/services/collector/health", "/services/collector/health/1.0"):
            status, _, body = post(daemon, path, None, "GET")
            equal((status, json.loads(body)["code"]), (200, 17), path)
        equal(daemon.messages(), [], "nothing is stored")
        daemon.wait_quiet()


def test_hec_tokens(test):
    """HEC: no token, an unreadable one, an unknown one, a disabled one; health asks for none."""
    import hashlib
    tokens = [{"id": "docker", "sha256": hashlib.sha256(b"s3cret-0123456789").hexdigest(), "organisation": "school-a"},
              {"id": "old", "sha256": hashlib.sha256(b"0ld-0123456789abc").hexdigest(), "organisation": "school-a", "enabled": False}]
    with test.daemon(extra={"tokens": tokens}) as daemon:
        event = '{"event":"a"}'
        equal(hec(daemon, event)[:2], (401, 2), "no token")
        equal(hec(daemon, event, Authorization="Nonsense")[:2], (401, 3), "an Authorization nobody can read")
        equal(hec(daemon, event, Authorization="Splunk wrong-0123456789")[:2], (403, 4), "an unknown token")
        equal(hec(daemon, event, Authorization="Splunk 0ld-0123456789abc")[:2], (403, 1), "a disabled token")
        equal(hec(daemon, event, Authorization="Splunk s3cret-0123456789")[:2], (200, 0), "the right one")
        equal(post(daemon, "/services/collector/health", None, "GET")[0], 200, "health")
        equal(post(daemon, "/loki/api/v1/push", '{"streams":[]}')[0], 401, "Loki")
        status, headers, body = post(daemon, "/v1/logs", "{}", Content_Type="application/json")
        equal((status, json.loads(body)["code"]), (401, 16), "OTLP")
        equal(post(daemon, "/upload", "A=1\n", Content_Type="application/vnd.fdo.journal")[0], 401, "journal")
        equal(daemon.messages(), [event], "what is stored")


def test_loki_in_both_encodings(test):
    """Loki: JSON and protobuf in a block of Snappy, whatever Content-Type says; labels are fields, lines are read as any."""
    seconds = int(time.time()) - 20
    access = '10.0.0.1 - - [20/Nov/2026:14:59:00 +0800] "GET /a HTTP/1.1" 404 5 "-" "c"'
    streams = {"streams": [{"stream": {"app": "web", "host": "web1", "level": "warn"},
                            "values": [[str(seconds * 10**9 + 7), access], [seconds * 10**9, "number", {"trace_id": "t1"}]]}]}
    request = loki_stream('{app="web", host="web2"}', loki_entry(f"Nov 20 14:59:00 srv9 sshd[7]: {SSHD}", seconds, 5),
                          loki_entry("with metadata", seconds, 6, [("pod", "p-1")]))
    request += loki_stream('{syslog_identifier="sshd", instance="db1:9100"}', loki_entry(SSHD, seconds, 8))
    with test.daemon() as daemon:
        equal(post(daemon, "/loki/api/v1/push", json.dumps(streams), Content_Type="application/json")[::2], (204, b""), "JSON")
        equal(post(daemon, "/loki/api/v1/push", snappy_block(request), Content_Type="application/x-protobuf")[::2], (204, b""), "protobuf")
        equal(post(daemon, "/loki/api/v1/push", gzip.compress(json.dumps(streams).encode()), Content_Encoding="gzip",
                   Content_Type="application/x-protobuf")[0], 204, "JSON that says it is protobuf")
        equal(post(daemon, "/api/prom/push", snappy_block(request), Content_Encoding="snappy")[0], 204, "named as a coding")
        equal(daemon.messages()[:2], [access, '{"labels":{"trace_id":"t1"},"message":"number"}'], "what is stored")
        first, number, login, metadata, bare = daemon.search()[:5]
        equal((first["http"]["response"]["status_code"], first["host"]["name"], first["labels"], first["log"]["level"]),
              (404, "web1", {"app": "web", "host": "web1", "level": "warn"}, "warn"), "an access log")
        check(first["@timestamp"].endswith(".000000007+08:00"), first["@timestamp"])
        equal((number["message"], number["labels"]["trace_id"], number["labels"]["app"]), ("number", "t1", "web"), "metadata in JSON")
        equal((login["event"]["outcome"], login["host"]["name"], login["labels"]["app"]), ("failure", "srv9", "web"), "a login with a header")
        equal((metadata["message"], metadata["labels"]["pod"], metadata["host"]["name"]), ("with metadata", "p-1", "web2"), "metadata in protobuf")
        equal((bare["event"]["outcome"], bare["host"]["name"], bare["process"]["name"]), ("failure", "db1", "sshd"), "a bare message of the journal")
        equal(len(daemon.search("labels.app:web level:warn")), 0, "no such field")
        equal(len(daemon.search("labels.app:web log.level:warn")), 4, "found by label")
        daemon.wait_quiet()


def test_loki_errors(test):
    """Loki: what cannot be read is 400 in plain text, what is too large 413; nothing of it is stored."""
    with test.daemon() as daemon:
        for body in ("", "hello", '{"streams":', '{"streams":7}', '{"streams":[{"stream":{},"values":[["now","x"]]}]}',
                     loki_stream("{a=b}", loki_entry("x", 1)), snappy_block(b"\x0a\x05x"), b"\x05\xff\xff"):
            status, headers, answer = post(daemon, "/loki/api/v1/push", body)
            equal((status, headers["Content-Type"].split(";")[0]), (400, "text/plain"), body[:40])
            check(len(answer) > 5, answer)
        equal(post(daemon, "/loki/api/v1/push", varint(1 << 27) + bytes(1 << 20))[0], 413, "a block of 128 MiB")
        equal(post(daemon, "/loki/api/v1/push", None, "GET")[0], 405, "GET")
        equal(daemon.messages(), [], "nothing is stored")


def test_otlp_in_both_encodings(test):
    """OTLP: JSON in chunks and protobuf come to the same documents, answered in their own encoding."""
    now = int(time.time()) * 10**9 + 123456789
    body = {"resourceLogs": [{"resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "shop"}},
                                                          {"key": "host.name", "value": {"stringValue": "web1"}}]},
                              "scopeLogs": [{"scope": {"name": "scope"}, "logRecords": [
                                  {"timeUnixNano": str(now), "severityNumber": 17, "severityText": "ERROR", "body": {"stringValue": "boom"},
                                   "attributes": [{"key": "user.name", "value": {"stringValue": "ann"}}, {"key": "n", "value": {"intValue": "7"}}],
                                   "traceId": "5b8efff798038103d269b633813fc60c", "spanId": "eee19b7ec3c1b174"},
                                  {"observedTimeUnixNano": str(now), "body": {"kvlistValue": {"values": [
                                      {"key": "src_ip", "value": {"stringValue": "203.0.113.9"}}, {"key": "msg", "value": {"stringValue": "map"}}]}}}]}]}]}
    record = (fixed64(1, now) + integer(2, 9) + message(3, "INFO") +
              message(5, otlp_value(f"Nov 20 14:59:00 srv9 sshd[7]: {SSHD}")) + message(9, bytes(range(16))))
    with test.daemon() as daemon:
        connection = http.client.HTTPConnection("127.0.0.1", daemon.http_port, timeout=60)
        text = json.dumps(body).encode()
        connection.request("POST", "/v1/logs", iter([text[:100], text[100:]]), {"Content-Type": "application/json"}, encode_chunked=True)
        answer = connection.getresponse()
        equal((answer.status, answer.headers["Content-Type"], answer.read()), (200, "application/json", b"{}"), "JSON, in chunks")
        connection.close()
        status, headers, answer = post(daemon, "/otlp/v1/logs", gzip.compress(otlp_request([record], [("host.name", "web2")])),
                                       Content_Type="application/x-protobuf", Content_Encoding="gzip")
        equal((status, headers["Content-Type"], answer), (200, "application/x-protobuf", b""), "protobuf")
        boom, mapped, login = daemon.search()
        equal((boom["message"], boom["log"]["level"], boom["event"]["severity"], boom["trace"]["id"], boom["span"]["id"]),
              ("boom", "error", 17, "5b8efff798038103d269b633813fc60c", "eee19b7ec3c1b174"), "a record")
        equal((boom["user"]["name"], boom["attributes"]["n"], boom["service"]["name"], boom["host"]["name"], boom["resource"]["host"]["name"],
               boom["scope"]["name"]), ("ann", 7, "shop", "web1", "web1", "scope"), "attributes")
        check(".123456789" in boom["@timestamp"], boom["@timestamp"])
        equal((mapped["source"]["ip"], mapped["message"]), ("203.0.113.9", "map"), "a map")
        equal((login["event"]["outcome"], login["host"]["name"], login["trace"]["id"]), ("failure", "web2", bytes(range(16)).hex()), "a login")
        large = {"resourceLogs": [{"scopeLogs": [{"logRecords": [{"body": {"stringValue": "x" * 1_100_000}}, {"body": {"stringValue": "kept"}}]}]}]}
        status, _, answer = post(daemon, "/v1/logs", json.dumps(large), Content_Type="application/json")
        equal((status, json.loads(answer)["partialSuccess"]["rejectedLogRecords"]), (200, "1"), "one too large")
        equal(daemon.search()[-1]["message"], "kept", "the other is kept")
        daemon.wait_quiet()


def test_otlp_errors(test):
    """OTLP: a body nobody can read is 400 with a google.rpc.Status in its encoding."""
    with test.daemon() as daemon:
        status, headers, answer = post(daemon, "/v1/logs", '{"resourceLogs":', Content_Type="application/json")
        equal((status, headers["Content-Type"], json.loads(answer)["code"]), (400, "application/json", 3), "JSON")
        status, headers, answer = post(daemon, "/v1/logs", b"\x0a\x05x", Content_Type="application/x-protobuf")
        equal((status, headers["Content-Type"], answer[:2]), (400, "application/x-protobuf", b"\x08\x03"), "protobuf")
        equal(post(daemon, "/v1/logs", None, "GET")[0], 405, "GET")
        equal(post(daemon, "/v1/logs", b"", Content_Type="application/x-protobuf")[::2], (200, b""), "nothing")
        equal(daemon.messages(), [], "nothing is stored")


def journal_entry(number, **fields):
    fields = {"__CURSOR": f"s=0f;i={number:x};b=1;m=1;t=1;x={number:x}", "__REALTIME_TIMESTAMP": str(int(time.time() * 10**6) + number),
              "__MONOTONIC_TIMESTAMP": str(10**9 + number), "_BOOT_ID": "a" * 32, "_MACHINE_ID": "b" * 32, "_HOSTNAME": "srv1", **fields}
    out = b""
    for name, value in fields.items():
        value = value.encode() if isinstance(value, str) else value
        out += name.encode() + (b"\n" + struct.pack("<Q", len(value)) if b"\n" in value else b"=") + value + b"\n"
    return out


def test_journal_by_its_own_program(test):
    """systemd-journal-upload: every entry of a journal file, stored as exported and read as a syslog line would be; its cursor
    moves on only with the answer."""
    uploader, remote = pathlib.Path("/usr/lib/systemd/systemd-journal-upload"), pathlib.Path("/usr/lib/systemd/systemd-journal-remote")
    need(str(uploader))
    need(str(remote))
    entries = [journal_entry(n, SYSLOG_IDENTIFIER="app", _PID="7", PRIORITY="6", SYSLOG_FACILITY="3", MESSAGE=f"message {n}") for n in range(200)]
    entries.append(journal_entry(200, SYSLOG_IDENTIFIER="sshd", _PID="77", PRIORITY="6", SYSLOG_FACILITY="10", MESSAGE=SSHD,
                                 _EXE="/usr/sbin/sshd", _SYSTEMD_UNIT="ssh.service"))
    entries.append(journal_entry(201, SYSLOG_IDENTIFIER="java", MESSAGE="one\n\ttwo\n"))
    export, journal = test.directory / "export", test.directory / "test.journal"
    export.write_bytes(b"\n".join(entries) + b"\n")
    made = subprocess.run([remote, f"--output={journal}", str(export)], capture_output=True, text=True, timeout=60, check=False)
    check(made.returncode == 0, made.stdout, made.stderr)
    state = test.directory / "state"
    with test.daemon() as daemon:
        command = [uploader, f"--url=http://127.0.0.1:{daemon.http_port}", f"--file={journal}", f"--save-state={state}", "--follow=no"]
        for turn in ("first", "second"):
            done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
            check(done.returncode == 0, turn, done.stdout, done.stderr)
            daemon.wait_stored(202)
            equal(len(daemon.search()), 202, f"entries after the {turn} upload")
        check("LAST_CURSOR=" in state.read_text(), state.read_text())
        login = daemon.search("process.name:sshd")[0]
        equal((login["event"]["outcome"], login["source"]["ip"], login["user"]["name"], login["host"]["name"], login["process"]["pid"],
               login["process"]["executable"]), ("failure", "203.0.113.9", "root", "srv1", 77, "/usr/sbin/sshd"), "a login")
        equal((login["log"]["syslog"]["facility"]["code"], login["log"]["syslog"]["severity"]["code"], login["vendor"]["_SYSTEMD_UNIT"]),
              (10, 6, "ssh.service"), "what syslog would have said")
        check("logon" in login["vigil"]["kinds"], login["vigil"])
        equal(daemon.search("process.name:java")[0]["message"], "one\n\ttwo", "a message of several lines, without its last end")
        raw = daemon.search_raw("process.name:sshd", raw=1)
        check(b"MESSAGE=" + SSHD.encode() in raw, raw)
        # The cursor is lost, and all of it comes again.
        state.unlink()
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        check(done.returncode == 0, "again", done.stdout, done.stderr)
        equal(len(daemon.search()), 202, "entries that came again")
        daemon.wait_quiet()


def test_journal_errors(test):
    """/upload: another type 415, a length beyond 768 KiB 413, a broken field 400; what stood before the mistake is stored."""
    with test.daemon() as daemon:
        good = journal_entry(1, MESSAGE="good")
        kind = {"Content_Type": "application/vnd.fdo.journal"}
        equal(post(daemon, "/upload", good, Content_Type="text/plain")[0], 415, "another type")
        equal(post(daemon, "/upload", good)[0], 415, "no type")
        equal(post(daemon, "/upload", good + b"\n", **kind)[::2], (200, b"OK\n"), "an entry")
        for number, (bad, status) in enumerate([(b"MESSAGE\n" + b"\xff" * 8, 413), (b"MESSAGE=" + b"x" * 800_000 + b"\n", 413), (b"=x\n", 400),
                                                (b"MESSAGE\n" + struct.pack("<Q", 1) + b"xyz\n", 400), (b"MESS", 400)]):
            status_, headers, _ = post(daemon, "/upload", journal_entry(10 + number, MESSAGE=f"before {number}") + b"\n" + bad, **kind)
            equal((status_, headers["Connection"]), (status, "close"), bad[:20])
        entry = b"".join(b"F%d=" % n + b"x" * 700_000 + b"\n" for n in range(30))
        equal(post(daemon, "/upload", entry, **kind)[0], 413, "an entry of 21 MB")
        equal([event["message"] for event in daemon.search()], ["good"] + [f"before {n}" for n in range(5)], "what is stored")
        equal(post(daemon, "/upload", None, "GET")[0], 405, "GET")
        daemon.wait_quiet()


def test_rules_see_logins_whatever_carried_them(test):
    """A brute force that arrives by HEC, Loki, OTLP and the journal is noticed like one over syslog."""
    carriers = {
        "hec": lambda daemon, n: hec(daemon, json.dumps({"event": f"{time.strftime('%b %e %H:%M:%S')} srv1 sshd[{n}]: {SSHD}", "host": "srv1"})),
        "journal": lambda daemon, n: post(daemon, "/upload", journal_entry(n, SYSLOG_IDENTIFIER="sshd", SYSLOG_FACILITY="10", PRIORITY="6",
                                                                          MESSAGE=SSHD), Content_Type="application/vnd.fdo.journal"),
        "loki": lambda daemon, n: post(daemon, "/loki/api/v1/push", json.dumps({"streams": [{"stream": {"app": "sshd", "host": "srv1"}, "values": [
            [str(time.time_ns()), SSHD + " " * (n % 2)]]}]})),
        "otlp": lambda daemon, n: post(daemon, "/v1/logs", json.dumps({"resourceLogs": [{"scopeLogs": [{"logRecords": [
            {"timeUnixNano": str(time.time_ns()), "body": {"stringValue": f"{time.strftime('%b %e %H:%M:%S')} srv1 sshd[{n}]: {SSHD}"}}]}]}]})),
    }
    for carrier, send in carriers.items():
        with test.daemon() as daemon:
            for n in range(40):
                send(daemon, n)
            daemon.wait_quiet()
            check(daemon.incidents(), carrier, "no incident", daemon.search()[:1])
