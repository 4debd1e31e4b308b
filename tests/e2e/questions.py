"""Questions beside the search: histogram, fields, values, and what a stock Grafana asks of a Loki data source."""

import concurrent.futures
import datetime
import json
import time
import urllib.parse

from harness import check, equal, stamp


def ask(daemon, path, expect=200, **parameters):
    """The JSON that a GET answers."""
    status, body = daemon.get(f"{path}?{urllib.parse.urlencode(parameters, doseq=True)}", timeout=120)
    equal(status, expect, f"GET {path} {parameters}: {body[:300]!r}")
    return json.loads(body)


def refused(daemon, path, **parameters):
    """The message of a refusal."""
    answer = ask(daemon, path, expect=400, **parameters)
    return answer["error"]["message"] if isinstance(answer.get("error"), dict) else answer["message"]


def fill(daemon):
    """Forty lines of the last twenty minutes: two senders, four severities, fields and Chinese."""
    lines = []
    for n in range(40):
        host, severity = ("web1", "db1")[n % 2], (2, 3, 4, 6)[n % 4]
        text = f"user=user{n % 3} src=203.0.113.{n % 5} sentbyte={n} action=deny note={'連線中斷' if n % 10 == 0 else 'ok'}"
        lines.append(f"<{8 + severity}>1 {stamp(30 * n)} {host} fw - - - {text}")
    daemon.tcp_lines(lines)
    daemon.wait_stored(40)


def test_a_histogram_counts_every_match_once(test):
    """/api/v1/histogram: empty buckets are there, the sum is the number of matches, groups by a field."""
    with test.daemon() as daemon:
        fill(daemon)
        made = ask(daemon, "/api/v1/histogram")
        equal(made["interval"], 900, "interval chosen for 24 hours")
        check(96 <= len(made["buckets"]) <= 97, "buckets", len(made["buckets"]))
        equal(made["total"], 40, "total")
        equal(sum(bucket["count"] for bucket in made["buckets"]), 40, "sum of the buckets")
        starts = [datetime.datetime.fromisoformat(bucket["time"]) for bucket in made["buckets"]]
        equal({(b - a).total_seconds() for a, b in zip(starts, starts[1:])}, {900.0}, "distances")
        check(made["buckets"][0]["time"].endswith("+08:00"), "no offset", made["buckets"][0])

        made = ask(daemon, "/api/v1/histogram", q="user.name:user1 OR user.name:user2", interval="1m", by="host.name",
                   **{"from": stamp(3600)})
        equal(made["interval"], 60, "interval")
        equal(made["total"], len([n for n in range(40) if n % 3]), "total")
        equal(sorted(group["value"] for group in made["groups"]), ["db1", "web1"], "groups")
        for index, bucket in enumerate(made["buckets"]):
            equal(sum(group["counts"][index] for group in made["groups"]), bucket["count"], "groups of a bucket")

        made = ask(daemon, "/api/v1/histogram", by="vendor.sentbyte")
        made = ask(daemon, "/api/v1/histogram", by="vigil.id")
        equal(len(made["groups"]), 11, "ten groups and the rest")
        check(made["groups"][-1]["other"] and made["groups"][-1]["count"] == 30, "the rest", made["groups"][-1]["count"])


def test_a_histogram_refuses_what_it_cannot_draw(test):
    """/api/v1/histogram: pipes, intervals and times that make no sense are refused with a reason."""
    with test.daemon() as daemon:
        check("filter" in refused(daemon, "/api/v1/histogram", q="* | limit 5"), "pipes")
        for interval in ("0s", "1", "x", "-1m", "1500ms", "1h30", ""):
            check("interval" in refused(daemon, "/api/v1/histogram", interval=interval), "interval", interval)
        check("5000" in refused(daemon, "/api/v1/histogram", interval="1s"), "too many buckets")
        check("before" in refused(daemon, "/api/v1/histogram", **{"from": "2026-02-01T00:00", "to": "2026-01-01T00:00"}), "order")
        check("time" in refused(daemon, "/api/v1/histogram", to="yesterday"), "no time")
        made = ask(daemon, "/api/v1/histogram", **{"from": "1970-01-01T00:00", "to": "2200-01-01T00:00"})
        check(60 <= len(made["buckets"]) <= 121, "buckets of 230 years", len(made["buckets"]))


def test_fields_and_their_values(test):
    """/api/v1/fields and …/values: names, types, counts, samples; odd names get an empty list."""
    with test.daemon() as daemon:
        fill(daemon)
        answer = ask(daemon, "/api/v1/fields")
        equal((answer["looked_at"], answer["all"]), (40, True), "looked at")
        fields = {field["name"]: field for field in answer["fields"]}
        for name, kind, records in (("@timestamp", "time", 40), ("source.ip", "ip", 40), ("user.name", "text", 40),
                                    ("vigil.org", "text", 40), ("vigil.core", "boolean", 40),
                                    ("log.syslog.severity.code", "integer", 40), ("event.original", "text", 40)):
            check(name in fields, "no field", name, sorted(fields))
            equal((fields[name]["type"], fields[name]["records"]), (kind, records), name)
        equal(sorted(fields["user.name"]["samples"]), ["user0", "user1", "user2"], "samples")
        answer = ask(daemon, "/api/v1/fields", limit=7)
        equal((answer["looked_at"], answer["all"]), (7, False), "looked at with a limit")
        for limit in ("0", "-1", "1e9", "100001", "NaN"):
            check("limit" in refused(daemon, "/api/v1/fields", limit=limit), "limit", limit)

        answer = ask(daemon, "/api/v1/fields/user.name/values", limit=2)
        equal([(value["value"], value["count"]) for value in answer["values"]], [("user0", 14), ("user1", 13)], "values")
        equal((answer["distinct"], answer["total"], answer["without"]), (3, 40, 0), "sums")
        daemon.ingest([{"n": 1.50}, {"n": 2}, {"n": True}])
        _, body = daemon.get("/api/v1/fields/vendor.n/values")
        for value in (b'"value":1.5,', b'"value":2,', b'"value":true,'):
            check(value in body, "not as it was written", value, body)
        answer = ask(daemon, "/api/v1/fields/user.name/values", q="host.name:web1 user.name:user1")
        equal(answer["total"], len([n for n in range(0, 40, 2) if n % 3 == 1]), "filtered")
        for name in ("nobody.has.this", "my key", "a/b", 'quo"te', "欄位", "../../etc/passwd", "count", "x" * 1000):
            answer = ask(daemon, f"/api/v1/fields/{urllib.parse.quote(name, safe='')}/values")
            equal((answer["field"], answer["values"], answer["distinct"], answer["without"]), (name, [], 0, 43), name)
        ask(daemon, f"/api/v1/fields/{'x' * 2000}/values", expect=400)


def loki(daemon, path, expect=200, **parameters):
    return ask(daemon, f"/loki/api/v1/{path}", expect=expect, **parameters)


def lines_of(answer):
    equal(answer["data"]["resultType"], "streams", "result type")
    return [line for stream in answer["data"]["result"] for line in stream["values"]]


def samples_sum(answer):
    equal(answer["data"]["resultType"], "matrix", "result type")
    return sum(float(value) for series in answer["data"]["result"] for _, value in series["values"])


def test_grafana_is_content(test):
    """Every path that Grafana's Loki data source calls answers as it expects."""
    with test.daemon() as daemon:
        fill(daemon)
        equal(daemon.get("/ready"), (200, b"ready\n"), "/ready")
        health = loki(daemon, "query", direction="backward", query="vector(1)+vector(1)", time="4000000000")
        equal(health["data"]["resultType"], "vector", "health")
        equal([sample["value"] for sample in health["data"]["result"]], [[4000000000, "2"]], "health: one sample of 2")
        equal(health["data"]["result"][0]["metric"], {}, "health: no labels")

        end = time.time_ns() + 1_000_000_000
        span = {"start": end - 3600 * 10**9, "end": end}
        labels = loki(daemon, "labels", **span)["data"]
        check({"job", "host", "level", "source", "org", "service_name", "kind"} <= set(labels), "labels", labels)
        equal(loki(daemon, "label/host/values", **span)["data"], ["db1", "web1"], "hosts")
        equal(loki(daemon, "label/host/values", query='{level="critical"}', **span)["data"], ["web1"], "hosts of a selector")
        equal(loki(daemon, "label/service_name/values", **span)["data"], ["fw"], "services")
        equal(loki(daemon, "label/source_ip/values", **span)["data"], [f"203.0.113.{n}" for n in range(5)], "a field's values")
        equal(loki(daemon, "label/no_such_label/values", **span)["data"], [], "no such label")
        series = loki(daemon, "series", **{"match[]": '{host="web1"}'}, **span)["data"]
        equal({(one["host"], one["level"]) for one in series}, {("web1", "critical"), ("web1", "warn")}, "series")

        answer = loki(daemon, "query_range", query='{host="web1"} |= "連線中斷"', direction="backward", limit=3, **span)
        lines = lines_of(answer)
        equal(len(lines), 3, "limit")
        check(all("連線中斷" in line and int(ns) < end for ns, line in lines), "lines", lines)
        times = [int(ns) for ns, _ in lines_of(loki(daemon, "query_range", query='{level="error"}', **span))]
        equal(times, sorted(times, reverse=True), "newest first")
        equal(len(times), 10, "errors")
        times = [int(ns) for ns, _ in lines_of(loki(daemon, "query_range", query='{level="error"}', direction="forward", **span))]
        equal(times, sorted(times), "oldest first")
        for stream in loki(daemon, "query_range", query="{}", limit=1000, **span)["data"]["result"]:
            selector = "{" + ",".join(f'{name}="{value}"' for name, value in stream["stream"].items()) + "}"
            equal(lines_of(loki(daemon, "query_range", query=selector, limit=1000, **span)), stream["values"], selector)
        parsed = loki(daemon, "query_range", query='{host="db1"} | json | source_ip="203.0.113.1" | drop __error__', **span)
        equal({stream["stream"]["source_ip"] for stream in parsed["data"]["result"]}, {"203.0.113.1"}, "fields are labels")

        volume = loki(daemon, "query_range", step="60000ms",
                      query='sum by (level, detected_level) (count_over_time({job="vigil"} | drop __error__ [1m]))', **span)
        equal(samples_sum(volume), 40.0, "log volume")
        equal({one["metric"]["level"] for one in volume["data"]["result"]}, {"critical", "error", "warn", "info"}, "levels")
        top = loki(daemon, "query", query='topk(1, sum by (user_name) (count_over_time({job="vigil"}[1h])))', time=end)
        equal([(one["metric"], one["value"][1]) for one in top["data"]["result"]], [({"user_name": "user0"}, "14")], "topk")

        status, body = daemon.request("POST", "/loki/api/v1/query_range", urllib.parse.urlencode(
            {"query": '{host="web1"}', "limit": "5", **span}), {"Content-Type": "application/x-www-form-urlencoded"})
        equal((status, len(lines_of(json.loads(body)))), (200, 5), "POST")

        daemon.ingest([{"labels": {"app": "shop"}, "message": "sold"}])
        later = {**span, "end": time.time_ns() + 1_000_000_000}
        check("app" in loki(daemon, "labels", **later)["data"], "a sender's label")
        equal(loki(daemon, "label/app/values", **later)["data"], ["shop"], "its values")
        equal(len(lines_of(loki(daemon, "query_range", query='{app="shop"}', **later))), 1, "its lines")

        stats = loki(daemon, "index/stats", query='{host=~".+1"}', **span)
        equal((stats["entries"], stats["streams"]), (40, 2), "stats")
        volume = loki(daemon, "index/volume", query='{host=~".+1"}', targetLabels="host", **span)["data"]["result"]
        equal({one["metric"]["host"] for one in volume}, {"web1", "db1"}, "volume")
        equal(sum(int(one["value"][1]) for one in volume), stats["bytes"], "bytes of the volume")
        equal(loki(daemon, "index/volume", query='{host=~".+1"}', **span)["data"]["result"], volume, "by the selector's labels")
        equal(samples_sum(loki(daemon, "index/volume_range", query='{host=~".+1"}', targetLabels="host", step="60", **span)),
              stats["bytes"], "bytes of the volume over time")
        check(any(one["label"] == "host" for one in loki(daemon, "detected_labels", **span)["detectedLabels"]), "detected labels")
        check(any(one["label"] == "source_ip" for one in loki(daemon, "detected_fields", **span)["fields"]), "detected fields")
        equal(loki(daemon, "detected_field/source_ip/values", limit=2, **span),
              {"values": ["203.0.113.0", "203.0.113.1"], "limit": 2}, "a detected field's values")
        equal(loki(daemon, "patterns", query='{job="vigil"}', **span)["data"], [], "patterns")
        equal(loki(daemon, "format_query", query='{job="vigil"}')["data"], '{job="vigil"}', "format_query")
        check(loki(daemon, "status/buildinfo")["version"], "build")
        check("tail" in loki(daemon, "tail", expect=404, query='{job="vigil"}')["message"], "tail")
        loki(daemon, "no/such/path", expect=404)


def test_grafana_is_told_its_mistakes(test):
    """A mistake in LogQL, a time, a step or a limit is refused with its place and what was expected."""
    with test.daemon() as daemon:
        for query, words in (('{host="web1"', "col 13"), ('{host=}', "col 7"), ('rate({host="a"})', "[5m]"),
                             ('{a="b"} | line_format "x"', "not supported"), ("", "selector"),
                             ('{a=~"("}', "regular expression"), ('{a="b"} |= 5', "quotes")):
            said = refused(daemon, "/loki/api/v1/query_range", query=query)
            check("parse error at line 1" in said and words in said, query, said)
        good = '{job="vigil"}'
        for parameters in ({"start": "yesterday"}, {"end": "-5"}, {"start": "200", "end": "100"}, {"limit": "0"},
                           {"limit": "5001"}, {"limit": "x"}, {"direction": "up"}, {"since": "x"}):
            refused(daemon, "/loki/api/v1/query_range", query=good, **parameters)
        for step in ("0", "-1", "x", "1ms", "NaN", "inf"):
            refused(daemon, "/loki/api/v1/query_range", query="count_over_time({}[1m])", step=step)
        for offset in ("10y", "-10y"):
            loki(daemon, "query_range", query=f"sum(rate({{}}[10y] offset {offset}))", start=0, end="7258118400", step="10y")
        loki(daemon, "index/volume", start=0, end="7258118400")
        refused(daemon, "/loki/api/v1/query", query=good)
        status, _ = daemon.request("POST", "/loki/api/v1/query_range", b"query=" + b"a" * 100_000)
        equal(status, 413, "a form too large")
        status, _ = daemon.request("POST", "/loki/api/v1/query_range", b"\xff\x00 {}")
        equal(status, 400, "no form")
        status, _ = daemon.get("/loki/api/v1/labels", headers={"Origin": "https://evil.example"})
        equal(status, 403, "another site's page")


def test_bi_63_hostile_questions(test):
    """BI-63: ten thousand ORs, deep nesting, regular expressions that kill others: refused or answered, at once."""
    with test.daemon() as daemon:
        fill(daemon)
        hostile = ['{a="b"} |= "x"' + ' or "x"' * 10_000, "(" * 1000 + "{}" + ")" * 1000, '{a="b"} | ' + "(" * 5000,
                   "sum(" * 1000, "1" + "+1" * 5000, "-" * 10_000, '{a=~"' + "(" * 3000 + '"}', '{a="b"} |~ "(a{1000}){1000}"',
                   "{" + ",".join(f'a{n}="b"' for n in range(1000)) + "}", "x" * 100_000, "\x00", "{a=\"\\", "`", "[" * 1000,
                   '{a="b"} ' + '|~ "a+" ' * 100, "+".join(["rate({}[1h])"] * 20)]
        for query in hostile:
            begin = time.monotonic()
            status, body = daemon.request("POST", "/loki/api/v1/query_range", urllib.parse.urlencode({"query": query}))
            check(status in (400, 413, 422), query[:40], status, body[:200])
            check(time.monotonic() - begin < 5 * daemon.build.slow, query[:40], "took", time.monotonic() - begin)
        for query in ('{} |~ "(a+)+$"', '{host=~"(.*)*web1"}', '{host=~".*.*.*.*.*"}'):
            equal(loki(daemon, "query_range", query=query)["status"], "success", query)
        for query in ("a" + " OR a" * 10_000, "(" * 1000, "/(a+)+$/ | stats count()"):
            refused(daemon, "/api/v1/histogram", q=query[:7_000])  # a request line has 8 KiB


def test_bi_66_many_questions_at_once(test):
    """BI-66: many heavy questions at once are answered or told to come later; receiving goes on."""
    records, questions = (50_000, 1_000) if test.long else (5_000, 150)
    with test.daemon() as daemon:
        daemon.tcp_lines([f"<13>1 {stamp(n % 3000)} h{n % 7} app - - - user=u{n} src=203.0.113.{n % 200} line {n}"
                          for n in range(records)])
        daemon.wait_stored(records)
        paths = ["/api/v1/histogram?interval=1m&by=user.name", "/api/v1/fields?limit=100000", "/api/v1/fields/user.name/values",
                 "/loki/api/v1/query_range?step=15&query=" + urllib.parse.quote('sum by (host) (rate({job="vigil"} |~ "line" [5m]))'),
                 "/loki/api/v1/series", "/loki/api/v1/query_range?limit=5000&query=%7B%7D"]

        def one(index):
            return daemon.get(paths[index % len(paths)], timeout=300)[0]
        with concurrent.futures.ThreadPoolExecutor(min(questions, 500)) as pool:
            asked = [pool.submit(one, n) for n in range(questions)]
            daemon.tcp_lines(["<13>1 - during app - - - in between"])
            statuses = [question.result() for question in asked]
        check(set(statuses) <= {200, 429} and 200 in statuses, "statuses", sorted(set(statuses)))
        daemon.wait_stored(records + 1)
        equal(len(daemon.search("host.name:during")), 1, "the line in between")
