"""Sending over HTTP: Elasticsearch's surface, NDJSON, tokens, requests that come again, and requests that are wrong. By raw
sockets, curl and rsyslog's omelasticsearch."""

import base64
import gzip
import hashlib
import http.client
import json
import pathlib
import socket
import subprocess
import threading
import time
import zlib

from harness import Skip, check, equal, need, read_to_end, reset, stamp, wait_until
from real import Rsyslog


def document(number, **more):
    return {"@timestamp": stamp(), "message": f"document {number}", "host": {"name": "web-1"}, **more}


def bulk_body(documents, verb="create", **action):
    return "".join(f"{json.dumps({verb: action})}\n{json.dumps(each)}\n" for each in documents).encode()


def post(daemon, path, body, **headers):
    """(status, headers, body as JSON)"""
    connection = http.client.HTTPConnection("127.0.0.1", daemon.http_port, timeout=60)
    try:
        connection.request("POST", path, body, {name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        text = answer.read()
        return answer.status, answer.headers, json.loads(text) if text else None
    finally:
        connection.close()


def talk(daemon, request):
    """What is answered to bytes, until the server closes."""
    with socket.create_connection(("127.0.0.1", daemon.http_port), timeout=30) as out:
        out.sendall(request)
        return read_to_end(out)


def status_of(answer):
    return int(answer.split(b" ", 2)[1]) if answer.startswith(b"HTTP/1.1 ") else 0


def test_bulk_answers_one_item_an_action(test):
    """`_bulk`: one item per action, in order, `errors` first; documents are stored byte for byte with their index."""
    documents = [document(n) for n in range(5)]
    with test.daemon() as daemon:
        status, headers, answer = post(daemon, "/_bulk", bulk_body(documents, _index="logs-2026"), Content_Type="application/x-ndjson")
        equal((status, headers["X-Elastic-Product"]), (200, "Elasticsearch"), "answer")
        equal(answer["errors"], False, "errors")
        equal([list(item) for item in answer["items"]], [["create"]] * 5, "actions")
        equal({(item["create"]["_index"], item["create"]["status"]) for item in answer["items"]}, {("logs-2026", 201)}, "items")
        equal(len({item["create"]["_id"] for item in answer["items"]}), 5, "ids of their own")
        equal(daemon.messages(), [json.dumps(each) for each in documents], "what is stored")
        event = daemon.search()[0]
        equal((event["vigil"]["index"], event["host"]["name"], event["message"]), ("logs-2026", "web-1", "document 0"), "fields")
        equal(event["vigil"].get("tags", []), [], "tags")
        # What greps the answer of a cut connection looks for exactly this.
        raw = daemon.request("POST", "/_bulk", bulk_body(documents[:1]))[1]
        check(b'"errors":false,"items":[{"create":{' in raw, raw)
        raw = daemon.request("POST", "/_bulk?filter_path=errors,items.*.error,items.*.status", bulk_body(documents[:2]))[1]
        equal(raw, b'{"errors":false,"items":[{"create":{"status":201}},{"create":{"status":201}}]}', "as Beats ask for it")
        daemon.wait_quiet()


def test_bulk_with_bad_lines(test):
    """Each row of the table of bad `_bulk` input: an item 400 beside stored ones, a whole 400 with nothing stored."""
    good = json.dumps(document(1))
    with test.daemon() as daemon:
        body = f'{{"index":{{}}}}\n{good}\n{{"index":{{}}}}\nno json\n{{"index":{{}}}}\n[1]\n{{"create":{{}}}}\n{good}\n'
        body += f'{{"delete":{{"_id":"x"}}}}\n{{"update":{{"_id":"y"}}}}\n{{"doc":{good}}}\n{{"update":{{}}}}\n{{}}\n'
        status, _, answer = post(daemon, "/logs/_bulk", body.encode())
        items = [next(iter(item.items())) for item in answer["items"]]
        equal(status, 200, "status")
        equal([(verb, item["status"]) for verb, item in items],
              [("index", 201), ("index", 400), ("index", 400), ("create", 201), ("delete", 404), ("update", 201), ("update", 400)], "items")
        equal(items[1][1]["error"]["type"], "document_parsing_exception", "error")
        equal(answer["errors"], True, "errors")
        equal(daemon.messages(), [good] * 3, "what is stored")
        equal(daemon.status()["discarded"]["malformed"], 3, "refused and counted")
        for body, reason in ((f'{{"index":{{}}}}\n{good}\nhello\n{good}\n', "Malformed action/metadata line [3], expected START_OBJECT"),
                             (f'{{"index":{{}}}}\n{good}\n{{"upsert":{{}}}}\n{{}}\n', "Malformed action/metadata line [3], expected one of"),
                             ("", "request body is required"), ("\n\n", "request body is required")):
            status, headers, answer = post(daemon, "/_bulk", body.encode())
            equal((status, answer["status"], headers["X-Elastic-Product"]), (400, 400, "Elasticsearch"), reason)
            check(answer["error"]["reason"].startswith(reason), answer)
        equal(len(daemon.messages()), 3, "nothing more was stored")
        # Leniency that real clients need.
        body = f'\ufeff{{"index":{{"_index":"l","_type":"_doc","pipeline":null}},"attempts":0}}\r\n{good}\r\n\r\n{{"index":{{}}}}\n{good}'
        status, _, answer = post(daemon, "/_bulk", body.encode())
        equal([item["index"]["status"] for item in answer["items"]], [201, 201], "CRLF, blank lines, no last LF, more members")
        # A timestamp that is none is no reason to refuse.
        status, _, answer = post(daemon, "/_bulk", bulk_body([{"@timestamp": "tomorrow", "message": "odd"}]))
        equal(answer["items"][0]["create"]["status"], 201, "@timestamp that cannot be read")
        status, _, answer = post(daemon, "/_bulk", bulk_body([{"message": "x" * (16 * 1024 * 1024)}, document(9)]))
        equal([item["create"]["status"] for item in answer["items"]], [400, 201], "an event over 16 MiB")
        daemon.wait_quiet()


def test_bulk_ids_are_not_stored_twice(test):
    """`create` with an _id that is stored is 409, `index` with the same bytes too is not stored again; other bytes are."""
    one, two = document(1), document(2)
    with test.daemon() as daemon:
        def statuses(body):
            return [next(iter(item.values()))["status"] for item in post(daemon, "/_bulk", body)[2]["items"]]
        equal(statuses(bulk_body([one, one], _index="i", _id="a")), [201, 409], "twice in one request")
        equal(statuses(bulk_body([one], _index="i", _id="a")), [409], "again")
        equal(statuses(bulk_body([one], _index="j", _id="a")), [201], "another index")
        equal(statuses(bulk_body([one], "index", _index="i", _id="b") + bulk_body([one], "index", _index="i", _id="b")
                       + bulk_body([two], "index", _index="i", _id="b")), [201, 200, 201], "index")
        equal(len(daemon.messages()), 4, "stored")
        equal(daemon.metric("vigil_dedupe_hits_total"), 3, "counted")
        status, _, answer = post(daemon, "/i/_create/c", json.dumps(one).encode())
        equal((status, answer["result"], answer["_id"]), (201, "created", "c"), "a single document")
        equal(post(daemon, "/i/_create/c", json.dumps(one).encode())[0], 409, "again")
        equal(post(daemon, "/i/_doc", json.dumps(one).encode())[0], 201, "without an id")
        equal(post(daemon, "/i/_doc", b"no json")[0], 400, "no document")
        daemon.wait_quiet()


def test_questions_that_elasticsearch_clients_ask(test):
    """Every row of the surface: what Beats, Logstash, Vector, Fluent Bit and the libraries ask before they send."""
    with test.daemon() as daemon:
        def ask(method, path, body=None, **headers):
            connection = http.client.HTTPConnection("127.0.0.1", daemon.http_port, timeout=30)
            try:
                connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
                answer = connection.getresponse()
                text = answer.read()
                equal(answer.headers["X-Elastic-Product"], "Elasticsearch", f"{method} {path}")
                return answer.status, text
            finally:
                connection.close()
        hello = json.loads(ask("GET", "/")[1])
        equal((hello["version"]["number"], hello["tagline"], len(hello["cluster_uuid"])), ("8.17.0", "You Know, for Search", 22), "GET /")
        equal(json.loads(ask("GET", "/", User_Agent="Elastic-filebeat/9.1.2 (linux; amd64)")[1])["version"]["number"], "9.1.2", "echoed")
        for method, path, part in (("HEAD", "/", b""), ("GET", "/_license?human=false", b'"status":"active"'), ("GET", "/_xpack", b'"features":{}'),
                                   ("HEAD", "/_index_template/template_logs", b""), ("PUT", "/_index_template/x", b'{"acknowledged":true}'),
                                   ("PUT", "/_template/x", b'{"acknowledged":true}'), ("PUT", "/_component_template/x", b"true"),
                                   ("GET", "/_ilm/policy/filebeat", b'{"filebeat":{}}'), ("PUT", "/_ilm/policy/filebeat", b'{"acknowledged":true}'),
                                   ("GET", "/_data_stream/logs", b'{"acknowledged":true}'), ("PUT", "/_alias/x", b"true"),
                                   ("HEAD", "/logs-2026", b""), ("PUT", "/logs-2026", b'"acknowledged":true'),
                                   ("GET", "/_ingest/pipeline/x", b"{}"), ("PUT", "/_ingest/pipeline/x", b"true"), ("GET", "/_nodes/http", b'"total":1'),
                                   ("GET", "/_cluster/health?wait_for_status=yellow", b'"status":"green"'), ("GET", "/_cat/health", b"green"),
                                   ("HEAD", "/_cat/health", b""), ("GET", "/_anything/else", b"{}")):
            status, body = ask(method, path, b"{}" if method == "PUT" else None)
            check(status == 200 and part in body, method, path, status, body)
        status, body = ask("DELETE", "/_anything")
        equal((status, json.loads(body)["status"]), (404, 404), "anything else")
        status, body = daemon.get("/", headers={"Accept": "text/html"})
        equal(status, 302, "a browser")
        equal(daemon.get("/healthz")[0], 200, "our own pages are still ours")


def test_ndjson_in_all_its_forms(test):
    """Lines, an array, one object, gzip, deflate; a bad line is kept and listed; nothing but bad lines is 400."""
    with test.daemon() as daemon:
        equal(post(daemon, "/ingest/ndjson", b'{"date":1795158309.853961,"log":"fluent"}\n{"a":2}\n')[2], {"accepted": 2, "rejected": []}, "lines")
        equal(daemon.search("fluent")[0]["@timestamp"][:23], "2026-11-20T15:05:09.853", "Fluent Bit's date")
        equal(post(daemon, "/ingest/ndjson", b'[{"a":3},{"a":4}]')[2]["accepted"], 2, "an array")
        equal(post(daemon, "/ingest/ndjson?source=nas-1", b'{\n "a": 5\n}')[2]["accepted"], 1, "one object")
        equal(daemon.search("host.name:nas-1")[0]["host"]["name"], "nas-1", "?source=")
        equal(post(daemon, "/ingest/ndjson", gzip.compress(b'{"a":6}\n'), Content_Encoding="gzip")[2]["accepted"], 1, "gzip")
        equal(post(daemon, "/ingest/ndjson", zlib.compress(b'{"a":7}\n'), Content_Encoding="deflate")[2]["accepted"], 1, "deflate")
        answer = post(daemon, "/ingest/ndjson", b'{"a":8}\nbad\n')
        equal((answer[0], answer[2]["accepted"], answer[2]["rejected"][0]["line"]), (200, 1, 2), "BI-53")
        equal(post(daemon, "/ingest/ndjson", b"bad\n")[0], 400, "all bad")
        equal(post(daemon, "/ingest/ndjson", b"")[0], 400, "nothing")
        daemon.wait_quiet()


def test_bodies_that_are_too_much(test):
    """BI-49, BI-52: declared sizes, bombs, nested and truncated gzip, unknown encodings; nothing is stored of them."""
    with test.daemon() as daemon:
        head = b"POST /ingest/ndjson HTTP/1.1\r\nHost: localhost\r\n"
        for more, body, status in ((b"Content-Length: 104857601\r\n", b"", 413), (b"Content-Length: 10000000000\r\n", b"", 413),
                                   (b"Content-Encoding: br\r\nContent-Length: 2\r\n", b"{}", 415)):
            equal(status_of(talk(daemon, head + more + b"\r\n" + body)), status, more)
        bomb = gzip.compress(b"\0" * (64 * 1024 * 1024))
        equal(post(daemon, "/ingest/ndjson", bomb, Content_Encoding="gzip")[0], 413, "a bomb")
        whole = gzip.compress(b'{"a":1}\n' * 1000)
        equal(post(daemon, "/ingest/ndjson", whole[:-9], Content_Encoding="gzip")[0], 400, "cut off")
        equal(post(daemon, "/_bulk", b"no gzip", Content_Encoding="gzip")[0], 400, "not gzip though it says so")
        equal(post(daemon, "/_bulk", gzip.compress(gzip.compress(b'{"index":{}}\n{}\n')), Content_Encoding="gzip")[0], 400, "one layer only")
        equal(daemon.messages(), [], "nothing stored")
        check(daemon.memory_bytes() < 600e6 * (3 if daemon.build.sanitizers else 1), "memory:", daemon.memory_bytes())
        daemon.wait_quiet()


def test_requests_that_are_wrong(test):
    """BI-45 to BI-51, BI-59 at the real socket; each is answered as written and the connection closed."""
    lines = b'{"a":1}\n'
    host = b"Host: localhost\r\n"
    cases = (
        (b"POST /_bulk HTTP/1.1\r\n" + host + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
        (b"POST /_bulk HTTP/1.1\r\n" + host + b"Content-Length: 4\r\nContent-Length: 5\r\n\r\n1234", 400),
        (b"POST /_bulk HTTP/1.1\r\n" + host + b"Content-Length: +4\r\n\r\n1234", 400),
        (b"POST /_bulk HTTP/1.1\r\n" + host + b"Content-Length: 5,5\r\n\r\n1234", 400),
        (b"POST /_bulk HTTP/1.1\r\n" + host + b"X: a\r\n b\r\n\r\n", 400),
        (b"POST /_bulk HTTP/1.1\r\n" + host + b"X: a\rb\r\n\r\n", 400),
        (b"POST /_bulk HTTP/1.1\r\n" + host + b"X: a\0b\r\n\r\n", 400),
        (b"POST /_bulk HTTP/1.1\r\n" + host + b"Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFF\r\n", 413),
        (b"POST /_bulk HTTP/1.1\r\n" + host + b"Transfer-Encoding: chunked\r\n\r\n5;" + b"x" * 1_000_000, 400),
        (b"GET /" + b"a" * 65536 + b" HTTP/1.1\r\n" + host + b"\r\n", 414),
        (b"GET / HTTP/1.1\r\n" + host + b"X: " + b"a" * 1_000_000, 431),
        (b"GET / HTTP/1.1\r\n" + host + b"X: a\r\n" * 10_000 + b"\r\n", 431),
        (b"GET /\r\n", 400),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
        (b"CONNECT a:1 HTTP/1.1\r\n" + host + b"\r\n", 405),
        (b"TRACE / HTTP/1.1\r\n" + host + b"\r\n", 405),
        (b"get / HTTP/1.1\r\n" + host + b"\r\n", 400),
        (b"GET http://localhost/ HTTP/1.1\r\n" + host + b"\r\n", 400),
        (b"GET /%00 HTTP/1.1\r\n" + host + b"\r\n", 400),
        (b"GET /%zz HTTP/1.1\r\n" + host + b"\r\n", 400),
        (b"POST /ingest/ndjson HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\nContent-Length: 8\r\n\r\n" + lines, 421),
        (b"GET /api/v1/status HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n", 421),
        (b"POST /ingest/ndjson HTTP/1.1\r\n" + host + b"Origin: http://evil.example\r\nConnection: close\r\nContent-Length: 8\r\n\r\n" + lines, 403),
        (b"POST /_bulk HTTP/1.1\r\n" + host + b"Expect: magic\r\nContent-Length: 4\r\n\r\n1234", 417),
    )
    with test.daemon() as daemon:
        for request, status in cases:
            equal(status_of(talk(daemon, request)), status, request[:90])
        equal(daemon.messages(), [], "nothing stored")
        curl = need("curl")
        body = test.directory / "big.ndjson"
        body.write_bytes((b'{"message":"' + b"x" * 1000 + b'"}\n') * 3000)
        done = subprocess.run([curl, "-sS", "-H", "Expect: 100-continue", "--data-binary", f"@{body}",
                               f"http://127.0.0.1:{daemon.http_port}/ingest/ndjson"], capture_output=True, timeout=120, check=True)
        equal(json.loads(done.stdout)["accepted"], 3000, "curl that waits for 100")
        daemon.wait_quiet()


def test_a_slow_body_is_given_up(test):
    """BI-50: a body slower than 1 KiB a second is answered 408; others are served meanwhile."""
    with test.daemon() as daemon:
        with socket.create_connection(("127.0.0.1", daemon.http_port), timeout=60) as out:
            out.sendall(b"POST /_bulk HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n")
            begin = time.monotonic()
            said = []
            reader = threading.Thread(target=lambda: said.append(read_to_end(out)))
            reader.start()
            while reader.is_alive() and time.monotonic() - begin < 30:
                try:
                    out.sendall(b"x")
                except OSError:
                    break
                equal(post(daemon, "/ingest/ndjson", b'{"a":1}\n')[0], 200, "another")
                time.sleep(1)
            reader.join(30)
            equal(status_of(said[0]), 408, "slow body")
            check(9 < time.monotonic() - begin < 20, "after", time.monotonic() - begin)


def token_row(token, **more):
    return {"id": token, "sha256": hashlib.sha256(token.encode()).hexdigest(), **more}


def test_tokens(test):
    """BI-57, BI-77: without, wrong, expired, disabled, in the address; and each form in which a right one may come."""
    extra = {"tokens": [token_row("right"), token_row("old", expires="2020-01-01"), token_row("off", enabled=False),
                        token_row("other", organisation="school-b")],
             "organisations": [{"id": "school-a", "name": "甲國小", "tier": "C"}, {"id": "school-b", "name": "乙國小", "tier": "C"}]}
    line = b'{"a":1}\n'
    with test.daemon(extra=extra) as daemon:
        def send(authorization=None, path="/ingest/ndjson", body=line):
            headers = {"Authorization": authorization} if authorization else {}
            return post(daemon, path, body, **headers)
        pair = base64.b64encode(b"device:right").decode()
        for authorization in ("Bearer right", "bearer right", f"Basic {pair}", f"ApiKey {pair}", "Splunk right"):
            equal(send(authorization)[0], 200, authorization)
        for authorization in (None, "Bearer wrong", "Bearer old", "Bearer off", "Basic !!!", "Digest right", "Bearer"):
            status, headers, _ = send(authorization)
            equal(status, 401, authorization)
            check("Bearer" in headers["WWW-Authenticate"], headers)
        equal(send(path="/ingest/ndjson?token=right")[0], 401, "in the address")
        status, headers, answer = send("Bearer wrong", "/_bulk", bulk_body([{"a": 1}]))
        equal((status, answer["error"]["type"], headers["X-Elastic-Product"]), (401, "security_exception", "Elasticsearch"), "as Elasticsearch")
        # A large body is not even read.
        answer = talk(daemon, b"POST /_bulk HTTP/1.1\r\nHost: localhost\r\nContent-Length: 50000000\r\n\r\n")
        equal(status_of(answer), 401, "before the body")
        equal(send("Bearer other")[0], 200, "another organisation's")
        equal(len(daemon.search("vigil.org:school-b")), 1, "its records are its organisation's")
        equal(len(daemon.search("vigil.org:school-a")), 5, "the others are the listener's")
        for _ in range(30):
            status, headers, _ = send("Bearer wrong")
        check(headers["Retry-After"], "a peer that keeps guessing is told to wait")
        equal(send("Bearer right")[0], 200, "who is right is taken all the same")
        log = daemon.process.log()
        check("right" not in log and "wrong" not in log, "a token in the log:", log)
        done = daemon.cli("token", "new", "--id", "nas-1")
        token, row = done.stdout.splitlines()[1], done.stdout.splitlines()[3]
        equal(row, f"- {{id: nas-1, sha256: {hashlib.sha256(token.encode()).hexdigest()}}}", "vigil token new")


def test_a_request_that_names_itself_is_stored_once(test):
    """BI-54: the same Idempotency-Key and body get the same receipt; another body 409."""
    with test.daemon() as daemon:
        first = post(daemon, "/ingest/ndjson", b'{"a":1}\n{"a":2}\n', Idempotency_Key="k1")
        again = post(daemon, "/ingest/ndjson", b'{"a":1}\n{"a":2}\n', Idempotency_Key="k1")
        equal(again[2], first[2], "the same receipt")
        equal(post(daemon, "/ingest/ndjson", b'{"a":3}\n', Idempotency_Key="k1")[0], 409, "another body")
        equal(post(daemon, "/ingest/ndjson", b'{"a":1}\n{"a":2}\n', Idempotency_Key="k2")[0], 200, "another key")
        equal(len(daemon.messages()), 4, "stored")
        body = bulk_body([document(1)], _index="i")
        answers = []
        threads = [threading.Thread(target=lambda: answers.append(post(daemon, "/_bulk", body, Idempotency_Key="k3")[2]["items"]))
                   for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        equal(len({json.dumps(items) for items in answers}), 1, "eight at once, one receipt")
        status = daemon.wait_quiet()
        equal((len(daemon.messages()), status["discarded"]["duplicate"]), (5, 9), "stored once, the rest counted")


def test_a_request_whose_answer_reached_nobody_is_stored_once(test):
    """BI-55: a client that is gone before the answer and sends the same again gets the receipt; nothing is stored twice.
    Two clients that send the same and read their answers are two events."""
    def request(body):
        return (b"POST /ingest/ndjson HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + str(len(body)).encode() + b"\r\n\r\n" + body)
    with test.daemon() as daemon:
        for number, leave in ((1, lambda out: out.close()), (2, reset)):
            body = f'{{"lost":{number}}}\n'.encode()
            out = socket.create_connection(("127.0.0.1", daemon.http_port))
            out.sendall(request(body))
            # A reset may overtake the request itself; then the retry is the first.
            time.sleep(0.3 if leave is reset else 0)
            leave(out)
            wait_until(lambda: daemon.status()["stored"] >= number, 20 * daemon.build.slow, "stored")
            time.sleep(0.3)
            equal(post(daemon, "/ingest/ndjson", body)[2], {"accepted": 1, "rejected": []}, "the receipt")
            equal(daemon.messages().count(body.decode().strip()), 1, "copies")
        before = len(daemon.messages())
        for _ in range(3):
            equal(post(daemon, "/ingest/ndjson", b'{"same":1}\n')[0], 200, "sent and read")
        equal(len(daemon.messages()), before + 3, "three events")
        daemon.wait_quiet()


def test_many_clients_at_once(test):
    """BI-56: many connections at once are all answered, 200 or 429 with Retry-After; the sum holds."""
    clients, each = (64, 20) if test.long else (24, 8)
    outcomes = []

    def send(daemon, name):
        connection = http.client.HTTPConnection("127.0.0.1", daemon.http_port, timeout=120)
        for number in range(each):
            connection.request("POST", "/_bulk", bulk_body([document(f"{name}.{number}.{n}") for n in range(20)]))
            answer = connection.getresponse()
            answer.read()
            outcomes.append(answer.status)
        connection.close()
    with test.daemon() as daemon:
        threads = [threading.Thread(target=send, args=(daemon, name)) for name in range(clients)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        check(set(outcomes) <= {200, 429}, "statuses:", set(outcomes))
        daemon.wait_quiet()
        equal(len(daemon.messages()), outcomes.count(200) * 20, "what was acknowledged is stored")


def test_acknowledged_bulk_survives_kill_9(test):
    """kill -9 while bulks come: whatever was answered is there once."""
    with test.daemon() as daemon:
        answered = []

        def send():
            connection = http.client.HTTPConnection("127.0.0.1", daemon.http_port, timeout=30)
            for number in range(100_000):
                try:
                    connection.request("POST", "/_bulk", bulk_body([{"message": f"kept-{number}-{n}"} for n in range(10)]))
                    if connection.getresponse().read().startswith(b"{"):
                        answered.append(number)
                except (OSError, http.client.HTTPException):
                    return
        sender = threading.Thread(target=send)
        sender.start()
        wait_until(lambda: len(answered) > 20, 60 * daemon.build.slow, "some answers")
        daemon.kill9()
        sender.join(60)
        daemon.start()
        stored = [json.loads(message)["message"] for message in daemon.messages() if "kept-" in message]
        equal(len(stored), len(set(stored)), "nothing twice")
        missing = {f"kept-{number}-{n}" for number in answered for n in range(10)} - set(stored)
        equal(missing, set(), "acknowledged and missing")


def test_rsyslog_sends_to_elasticsearch(test):
    """rsyslog's omelasticsearch, in bulk mode, with and without a token: every message arrives once, with its fields."""
    logger = need("logger")
    if not list(pathlib.Path("/usr/lib").glob("*/rsyslog/omelasticsearch.so")):
        raise Skip("rsyslog-elasticsearch is not installed")
    with test.daemon(extra={"tokens": [token_row("es-token")]}) as daemon:
        rsyslog = Rsyslog(test, f'''module(load="omelasticsearch")
template(name="es" type="list" option.jsonf="on") {{
  property(outname="@timestamp" name="timereported" dateFormat="rfc3339" format="jsonf")
  property(outname="host.name" name="hostname" format="jsonf")
  property(outname="process.name" name="programname" format="jsonf")
  property(outname="message" name="msg" format="jsonf")
}}
action(type="omelasticsearch" server="127.0.0.1" serverport="{daemon.http_port}" template="es" searchIndex="syslog" searchType=""
       uid="rsyslog" pwd="es-token" bulkmode="on" maxbytes="1m" errorFile="{test.directory}/es-errors.json"
       action.resumeRetryCount="-1" action.resumeInterval="1")''')
        lines = [f"through elasticsearch {n} 中文" for n in range(200)]
        subprocess.run([logger, "-u", rsyslog.socket, "-t", "esapp"], input="\n".join(lines).encode(), check=True, timeout=60)
        wait_until(lambda: len(daemon.search("elasticsearch")) >= len(lines), 60 * daemon.build.slow, "all messages")
        events = daemon.search("elasticsearch")
        equal([event["message"].strip() for event in events], lines, "messages in order")
        equal({event["vigil"]["index"] for event in events}, {"syslog"}, "index")
        rsyslog.process.stop()
        daemon.wait_quiet()
