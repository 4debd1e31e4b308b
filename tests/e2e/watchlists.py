"""Watchlists: added by the command line and by configuration, watched for on the stream, hunted for in what is preserved,
and told exactly once whatever dies."""

import json
import time

from harness import bsd_stamp, check, equal, wait_until


def query_of(name, seconds_ago=0, client="10.1.1.5"):
    return (f"<30>{bsd_stamp(seconds_ago)} dns1 named[77]: client @0x7f {client}#51000 ({name}): "
            f"query: {name} IN A + (10.1.1.1)")


def connection_to(address, seconds_ago=0, source="10.1.1.9"):
    return (f'<189>{bsd_stamp(seconds_ago)} fw1 date=2026-11-20 time=15:00:00 devname="F" devid="F" logid="0000000013" '
            f'type="traffic" subtype="forward" srcip={source} srcport=50000 dstip={address} dstport=443 action="accept"')


def detections(daemon, part):
    """{rule: events} of detections whose rule's id holds `part`."""
    found = {}
    for incident in daemon.incidents():
        for each in incident["detections"]:
            if part in each["rule"]:
                found[each["rule"]] = found.get(each["rule"], 0) + each["events"]
    return found


def hunts(daemon):
    return daemon.json("/api/v1/hunts")["hunts"]


def wait_hunts(daemon, seconds=60):
    wait_until(lambda: all(hunt["state"] in ("done", "cancelled") for hunt in hunts(daemon)), seconds * daemon.build.slow,
               "hunts over")


def add(daemon, name, text, *options, expect=0):
    path = daemon.directory / name
    path.write_text(text, encoding="utf-8")
    return daemon.cli("watchlist", "add", str(path), *options, expect=expect)


def test_a_list_is_watched_for_and_listed_and_let_go(test):
    with test.daemon() as daemon:
        done = add(daemon, "blocked.csv", "indicator,comment\n203[.]0[.]113[.]9,c2\nhxxp://files.example/x.exe,\nnonsense,\n10.0.0.1,\n",
                   "--source", "TWCERT", "--tlp", "amber", "--format", "ndjson")
        answer = json.loads(done.stdout)
        equal((answer["added"], answer["refused"], answer["format"]), (2, 2, "csv"), "what was added")
        check("blocked.csv:4" in done.stderr and "blocked.csv:5" in done.stderr and "--force" in done.stderr, done.stderr)
        daemon.tcp_lines([connection_to("203.0.113.9"), connection_to("203.0.113.90")])
        daemon.wait_stored(2)
        wait_until(lambda: detections(daemon, "watchlist-ip-high"), 20, "an incident")
        equal(detections(daemon, "watchlist"), {"watchlist-ip-high": 1}, "what fired")
        incident = daemon.incidents()[0]
        values = {entity["value"] for entity in incident["entities"]}
        check({"203.0.113.9", "10.1.1.9"} <= values, values)
        check("情資名單" in json.dumps(incident, ensure_ascii=False), incident)

        lists = json.loads(daemon.cli("watchlist", "list", "--format", "ndjson").stdout)
        equal((lists["id"], lists["indicators"], lists["source"], lists["tlp"]), ("blocked", 2, "TWCERT", "amber"), "the list")
        rows = daemon.cli("watchlist", "list", "blocked", "--format", "csv").stdout
        check("http://files.example/x.exe" in rows and "c2" in rows, rows)
        daemon.cli("watchlist", "remove", "blocked", "203.0.113.9")
        daemon.cli("watchlist", "remove", "blocked", "hxxp://files[.]example/x.exe")
        daemon.tcp_lines([connection_to("203.0.113.9", source="10.1.1.77")])
        daemon.wait_stored(3)
        daemon.wait_quiet()
        equal(detections(daemon, "watchlist"), {"watchlist-ip-high": 1}, "after the removal")
        equal(json.loads(daemon.cli("watchlist", "list", "--format", "ndjson").stdout)["indicators"], 0, "left")
        daemon.cli("watchlist", "remove", "blocked")
        equal(daemon.cli("watchlist", "list", "--format", "ndjson").stdout, "", "no list")


def test_what_is_preserved_is_hunted_for(test):
    with test.daemon() as daemon:
        daemon.tcp_lines([query_of("www.evil.example", 3600 * 5), query_of("evil.example.org"), query_of("notevil.example")]
                         + [connection_to(f"198.51.100.{n}", 60) for n in range(3)]
                         + [connection_to("2001:db8::77", 60)])
        daemon.wait_stored(7)
        daemon.cli("archive", "seal")
        daemon.cli("watchlist", "add", "--domain", "evil[.]example", "--confidence", "60")
        daemon.cli("watchlist", "add", "--ip", "198.51.100.0/24")
        daemon.cli("watchlist", "add", "--ip", "2001:0db8::0077")
        wait_hunts(daemon)
        wait_until(lambda: len(detections(daemon, "watchlist-retro")) == 2, 20, "retro detections")
        equal(detections(daemon, "watchlist"), {"watchlist-retro-domain-medium": 1, "watchlist-retro-ip-high": 4}, "found")
        old = [i for i in daemon.incidents() if any("domain" in d["rule"] for d in i["detections"])][0]
        check("回溯" in old["title_zh"] if "title_zh" in old else "回溯" in json.dumps(old, ensure_ascii=False), old)
        # Asked again it counts, and tells nothing twice.
        row = json.loads(daemon.cli("watchlist", "hunt", "evil.example", "--format", "ndjson").stdout)
        equal((row["state"], row["hits"], row["detections"]), ("done", 1, 0), "asked")
        row = json.loads(daemon.cli("watchlist", "hunt", "manual", "--format", "ndjson").stdout)
        equal((row["hits"], row["detections"]), (5, 0), "the whole list")
        row = json.loads(daemon.cli("watchlist", "hunt", "evil.example", "--since", "1h", "--format", "ndjson").stdout)
        equal(row["hits"], 0, "not in the last hour")
        daemon.cli("watchlist", "hunt", "other.example", expect=2)
        equal(detections(daemon, "watchlist"), {"watchlist-retro-domain-medium": 1, "watchlist-retro-ip-high": 4}, "still")


def test_expired_indicators_and_bad_lists(test):
    with test.daemon() as daemon:
        daemon.cli("watchlist", "add", "--domain", "soon.example", "--expires", "2s")
        time.sleep(2.5)
        daemon.tcp_lines([query_of("soon.example")])
        daemon.wait_stored(1)
        daemon.wait_quiet()
        equal(detections(daemon, "watchlist"), {}, "expired")
        for name, text, options in [("broken.json", '{"type":"bundle","objects":[', []), ("empty.csv", "", []),
                                    ("private.txt", "10.0.0.1\n0.0.0.0/0\ncom\n", []),
                                    ("nested.json", "[" * 100000, ["--type", "stix"]),
                                    ("other.json", '{"a":1}', []), ("binary.txt", "\x01\x02\x03\n", [])]:
            done = add(daemon, name, text, *options, expect=1)
            check(done.stderr.strip(), name, "says nothing")
        for arguments in (["--tlp", "purple"], ["--expires", "soon"], ["--kind", "car"], ["--type", "xml"], ["--name", "a/b"],
                          ["--confidence", "101"], ["--organisation", "nobody"]):
            done = add(daemon, "good.txt", "evil.example\n", *arguments, expect=None)
            check(done.returncode in (2, 3) and done.stderr.strip(), arguments, done.returncode, done.stderr)
        daemon.cli("watchlist", "add", expect=2)
        daemon.cli("watchlist", "add", "--ip", "203.0.113.9", "--domain", "evil.example", expect=2)
        daemon.cli("watchlist", "add", str(daemon.directory / "missing.csv"), expect=2)
        done = daemon.cli("watchlist", "remove", "missing", expect=None)
        check(done.returncode != 0 and "missing" in done.stderr, done)
        done = daemon.cli("watchlist", "add", "--ip", "10.9.9.9", "--force")
        check(daemon.process.alive(), "alive")


def test_configured_files_are_read_again_when_they_change(test):
    path = test.directory / "feed.txt"
    path.write_text("evil.example\n")
    daemon = test.daemon(extra={"watchlists": [{"id": "feed", "file": str(path), "tlp": "green", "expires": "90d"}]})
    with daemon:
        shown = lambda: {row["id"]: row["indicators"] for row in daemon.json("/api/v1/watchlists")["watchlists"]}
        wait_until(lambda: shown() == {"feed": 1}, 20, "the file is read")
        daemon.tcp_lines([query_of("evil.example")])
        wait_until(lambda: detections(daemon, "watchlist-domain"), 20, "an incident")
        path.write_text("evil.example\nworse.example\n")
        wait_until(lambda: shown() == {"feed": 2}, 20, "the file is read again")
        path.write_text("nonsense\n")
        wait_until(lambda: daemon.json("/api/v1/watchlists")["watchlists"][0].get("trouble"), 20, "trouble is shown")
        equal(shown(), {"feed": 2}, "the list of before stays")
        done = daemon.cli("watchlist", "remove", "feed", expect=None)
        check(done.returncode != 0 and "feed" in done.stderr, done)
    with daemon:
        equal({row["id"]: row["indicators"] for row in daemon.json("/api/v1/watchlists")["watchlists"]}, {"feed": 2}, "kept")


def test_kill_9_during_hunts_tells_each_record_once(test):
    """Rounds of: a new indicator while its records are preserved and more of them arrive, and a kill somewhere in it."""
    rounds = 20 if test.long else 4
    daemon = test.daemon()
    expected = {}
    stored = 0
    daemon.start()
    for number in range(rounds):
        address, domain = f"203.0.113.{number + 1}", f"host{number}.evil{number}.example"
        lines = []
        for n in range(400):
            lines.append(connection_to(address if n % 4 == 0 else "198.51.100.1", 60, source=f"10.2.{number}.{n % 3}"))
            lines.append(query_of(domain if n % 8 == 0 else "www.example.org", 60, client=f"10.3.{number}.1"))
        daemon.tcp_lines(lines)
        stored += len(lines)
        daemon.wait_stored(len(lines) if number == 0 else 0)
        wait_until(lambda: len(daemon.search(f"destination.ip:{address}")) == 100, 30, "stored")
        daemon.cli("watchlist", "add", "--ip", address)
        daemon.cli("watchlist", "add", "--domain", f"evil{number}.example")
        daemon.cli("watchlist", "add", "--ip", f"203.0.{113 + 0}.{number + 1}/32")
        daemon.tcp_lines([connection_to(address, 0, source=f"10.2.{number}.9") for _ in range(10)])
        wait_until(lambda: len(daemon.search(f"destination.ip:{address}")) == 110, 30, "more stored")
        time.sleep(0.03 * number)
        daemon.kill9()
        daemon.start()
    wait_hunts(daemon)
    daemon.wait_quiet()
    found = {hunt["id"]: hunt["hits"] for hunt in hunts(daemon)}
    equal(sorted(found.values()), sorted([100, 50] * rounds), "hits of the hunts")
    wait_until(lambda: detections(daemon, "retro") == {"watchlist-retro-ip-high": 100 * rounds, "watchlist-retro-domain-high": 50 * rounds},
               20, f"each record told once: {detections(daemon, 'retro')}")
    equal(detections(daemon, "watchlist-ip-high"), {"watchlist-ip-high": rounds}, "the stream: one each, the rest is folded")
    daemon.stop()


def test_stix_and_misp_by_http(test):
    with test.daemon() as daemon:
        bundle = {"type": "bundle", "id": "bundle--1", "objects": [
            {"type": "indicator", "id": "indicator--1", "pattern_type": "stix", "name": "中繼站",
             "pattern": "[ipv4-addr:value = '203.0.113.7' OR domain-name:value = 'evil.example']"}]}
        status, body = daemon.request("POST", "/api/v1/watchlists?id=stix", json.dumps(bundle))
        equal((status, json.loads(body)["added"]), (200, 2), body)
        event = {"Event": {"info": "x", "Attribute": [{"type": "email-src", "value": "phish@evil.example", "to_ids": True}]}}
        status, body = daemon.request("POST", "/api/v1/watchlists?id=misp", json.dumps(event))
        equal((status, json.loads(body)["added"], json.loads(body)["format"]), (200, 1, "misp"), body)
        rows = daemon.json("/api/v1/watchlists/stix")["indicators"]
        equal([(row["kind"], row["value"], row["comment"]) for row in rows],
              [("ip", "203.0.113.7", "中繼站"), ("domain", "evil.example", "中繼站")], "rows")
        equal(daemon.request("DELETE", "/api/v1/watchlists/misp/phish%40evil.example")[0], 200, "removed")
        equal(daemon.request("GET", "/api/v1/watchlists/none")[0], 404, "none")
        equal(daemon.request("POST", "/api/v1/watchlists?id=../x", "evil.example")[0], 400, "no id")
