"""Rules as an operator works with them: switched off and on, explained, tried on the past, held against what comes in."""

import http.client
import json
import urllib.parse

from harness import check, equal, stamp, wait_until

RULES = """
title: Door denied
id: 11111111-aaaa-4bbb-8ccc-000000000001
status: test
author: Somebody
license: DRL 1.1
references: ["https://example.org/door"]
tags: [attack.initial-access, attack.t1078]
logsource: {category: plain_text}
detection:
  selection: {message|contains: 'door denied'}
  filter_guard: {message|contains: 'guard'}
  condition: selection and not 1 of filter_*
level: high
---
title: Proxy thing
id: 11111111-aaaa-4bbb-8ccc-000000000002
tags: [attack.command_and_control]
logsource: {category: proxy}
detection:
  s: {c-uri|contains: '/evil'}
  condition: s
level: high
---
title: Command line
id: 11111111-aaaa-4bbb-8ccc-000000000003
tags: [attack.execution, attack.t1059.001]
logsource: {product: windows, category: process_creation}
detection:
  s: {Image|endswith: '\\powershell.exe', CommandLine|contains: ' -enc '}
  condition: s
level: high
"""
DOOR = "11111111-aaaa-4bbb-8ccc-000000000001"

NEW_RULE = """
title: Window broken
logsource: {category: plain_text}
detection:
  s: {message|contains: 'window broken'}
  condition: s
---
title: Many windows
correlation:
  type: event_count
  rules: [window]
  group-by: [host.name]
  timespan: 10m
  condition: {gte: 3}
"""

FILTER = """
title: The cleaner
logsource: {category: plain_text}
filter:
  rules: [11111111-aaaa-4bbb-8ccc-000000000001]
  cleaner: {message|contains: 'cleaner'}
  condition: not cleaner
"""


def with_rules(test, **options):
    rules = test.directory / "rules"
    rules.mkdir(exist_ok=True)
    (rules / "own.yml").write_text(RULES)
    return test.daemon(extra={"rules": {"directories": [str(rules)]}}, **options)


def door(who, host="lobby", ago=0):
    return f"<13>1 {stamp(ago)} {host} door - - - door denied for {who}"


def row(daemon, rule=DOOR):
    return next(r for r in daemon.json("/api/v1/rules")["rules"] if r["id"] == rule)


def send(daemon, *lines):
    before = daemon.status()["stored"]
    daemon.tcp_lines(lines)
    daemon.wait_stored(before + len(lines))
    daemon.wait_quiet()


def rows_of(done):
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_a_rule_is_switched_off_and_on_without_a_restart(test):
    """disable, enable: told to nobody from the next message on, counted all the same; survives kill -9 and a restart."""
    daemon = with_rules(test)
    with daemon:
        send(daemon, door("guest"))
        wait_until(lambda: row(daemon)["fired"] == 1, 20 * test.build.slow, "it fired once")
        equal(row(daemon)["state"], "on", "state")
        check(row(daemon)["last_fired"], "last_fired")
        equal(row(daemon)["fired_24h"], 1, "fired_24h")
        answer = rows_of(daemon.cli("rules", "disable", DOOR, "--reason", "門禁維修", "--until", "8h"))[0]
        equal((answer["state"], answer["before"]), ("off", "on"), "switched off")
        send(daemon, door("thief"), door("burglar"))
        wait_until(lambda: row(daemon).get("withheld") == 2, 20 * test.build.slow, "withheld twice")
        equal(row(daemon)["fired"], 1, "fired while off")
        equal((row(daemon)["state"], row(daemon)["off"]["reason"]), ("off", "門禁維修"), "off")
        check(row(daemon)["off"]["until"], "until")
        equal(daemon.metric("vigil_detections_total", rule=DOOR), 1, "detections")
        check("thief" not in json.dumps(daemon.incidents()), "a candidate of a rule that is off")
        wait_until(lambda: daemon.search("rule-switch"), 20 * test.build.slow, "the switch stands in the archive")
        daemon.kill9()
        daemon.start()
        # What was not yet written is watched again, and counted once.
        wait_until(lambda: row(daemon).get("withheld") == 2, 20 * test.build.slow, "withheld after kill -9")
        daemon.wait_quiet()
        equal((row(daemon)["state"], row(daemon)["fired"], row(daemon)["withheld"]), ("off", 1, 2), "after kill -9")
        answer = rows_of(daemon.cli("rules", "enable", "Door denied"))[0]
        equal((answer["state"], answer["before"]), ("on", "off"), "switched on by its title")
        send(daemon, door("late thief"))
        wait_until(lambda: row(daemon)["fired"] == 2, 20 * test.build.slow, "it fires again")
        off = daemon.cli("rules", "list", "--state", "off")
        equal(off.stdout, "", "nothing is off")
        table = daemon.cli("rules", "list", "--format", "table").stdout
        check("Door denied" in table and "log source" in table, "table", table)


def test_switching_what_is_not_there_is_answered(test):
    """Unknown ids with the nearest; times that are past; fields nobody knows."""
    with with_rules(test) as daemon:
        done = daemon.cli("rules", "disable", DOOR[:-1] + "9", expect=4)
        check("did you mean" in done.stderr and "Door denied" in done.stderr, "no near miss", done.stderr)
        check("no such rule" in daemon.cli("rules", "explain", "zzzzzzzzzzz", expect=4).stderr, "unknown")
        check("no such rule" in daemon.cli("rules", "backtest", "--rule", "zzzzzz", expect=4).stderr, "unknown")
        daemon.cli("rules", "disable", DOOR, "--until", "2020-01-01", expect=2)
        status, body = daemon.request("POST", f"/api/v1/rules/{DOOR}/disable", b'{"why":"x"}')
        equal(status, 400, body)
        equal(daemon.request("POST", f"/api/v1/rules/{DOOR}/disable", b"[]")[0], 400, "no object")
        equal(row(daemon)["state"], "on", "state")


def test_a_rule_explains_itself(test):
    """explain: in words, against a stored record, against lines."""
    with with_rules(test) as daemon:
        send(daemon, door("guest"), door("guard"))
        events = daemon.search("door")
        by_who = {("guard" if "guard" in e["event"]["original"] else "guest"): e["vigil"]["id"] for e in events}
        said = rows_of(daemon.cli("rules", "explain", DOOR, "--event", by_who["guest"]))[0]
        equal((said["matched"], said["applies"], said["passes_prefilter"]), (True, True, True), "guest")
        said = rows_of(daemon.cli("rules", "explain", DOOR, "--event", by_who["guard"]))[0]
        equal(said["matched"], False, "guard")
        equal([(c["node"], c["held"]) for c in said["condition"]["children"]], [("item", True), ("not", False)], "tree")
        equal(said["event"]["id"], by_who["guard"], "event")
        text = daemon.cli("rules", "explain", DOOR, "--event", by_who["guard"], "--format", "table").stdout
        check("does not match" in text and "✓ selection" in text and "Somebody" in text, "text", text)
        lines = test.directory / "lines.txt"
        lines.write_text(door("x") + "\n<86>Nov 20 15:00:00 srv1 sshd[1]: Failed password for root\n")
        said = rows_of(daemon.cli("rules", "explain", DOOR, "--file", str(lines)))
        equal([line["explanation"]["matched"] for line in said], [True, False], "lines")
        equal(said[1]["explanation"]["applies"], False, "sshd is not plain text")
        check("no record" in daemon.cli("rules", "explain", DOOR, "--event", "00000000000fffff", expect=4).stderr, "absent")
        daemon.cli("rules", "explain", DOOR, "--event", "soon", expect=2)


def test_rules_are_tried_on_the_past(test):
    """backtest: a loaded rule, a new file, a filter; what was read; refused files; one at a time."""
    with with_rules(test) as daemon:
        lines = [door("cleaner" if n % 5 == 0 else "guest", f"h{n % 2}", ago=86400 * (n % 3)) for n in range(30)]
        lines += [f"<13>1 {stamp(60 * n)} gym window - - - window broken" for n in range(5)]
        lines += [f"<13>1 {stamp(n)} noise other - - - nothing of interest {n}" for n in range(300)]
        send(daemon, *lines)
        for sealed in (False, True):
            if sealed:
                equal(daemon.request("POST", "/api/v1/archive/seal")[0], 200, "seal")
            out = rows_of(daemon.cli("rules", "backtest", "--rule", DOOR, "--since", "90d", "--limit", "4"))
            equal(len([line for line in out if "match" in line]), 4, "samples")
            summary = out[-1]["summary"]
            equal((summary["matches"], summary["complete"]), (30, True), "matches")
            equal(sorted(day["count"] for day in summary["days"]), [10, 10, 10], "days")
            equal({s["source"]: s["count"] for s in summary["sources"]}, {"h0": 15, "h1": 15}, "sources")
            equal((summary["read"]["by_index"], summary["read"]["parsed"]), (True, 30), "by index")
        out = rows_of(daemon.cli("rules", "backtest", "--rule", DOOR, "--since", "2h"))
        equal(out[-1]["summary"]["matches"], 10, "the last two hours")

        new = test.directory / "new_rule.yml"
        new.write_text(NEW_RULE.replace("title: Window broken", "title: Window broken\nname: window", 1))
        summary = rows_of(daemon.cli("rules", "backtest", "--file", str(new)))[-1]["summary"]
        equal([(r["title"], r["count"]) for r in summary["rules"]], [("Many windows", 1)], "the correlation, not its rule")
        equal(summary["groups"][0]["group"], "host.name=gym", "group")
        check(not any("Many windows" in json.dumps(i) for i in daemon.incidents()), "a trial told somebody")

        trial = test.directory / "filter.yml"
        trial.write_text(FILTER)
        out = rows_of(daemon.cli("rules", "backtest", "--file", str(trial)))
        summary = out[-1]["summary"]
        equal((summary["matches"], summary["removed"]["matches"]), (30, 6), "the filter")
        check(all("cleaner" in line["match"]["original"] for line in out if "match" in line), "samples of a filter")
        text = daemon.cli("rules", "backtest", "--file", str(trial), "--format", "table").stdout
        check("the filter would have removed: 6" in text, "text", text)

        trial.write_text(FILTER.replace("000000000001", "000000000009"))
        check("none of the loaded" in daemon.cli("rules", "backtest", "--file", str(trial), expect=1).stderr, "no rule")
        for wrong in ("title: x\n", "a: [", "title: T\nlogsource: {}\ndetection: {s: {a|b: c}, condition: s}\n"):
            trial.write_text(wrong)
            daemon.cli("rules", "backtest", "--file", str(trial), expect=1)
        equal(daemon.request("POST", "/api/v1/rules/backtest")[0], 400, "neither rule nor file")
        equal(daemon.request("POST", "/api/v1/rules/backtest?rule=x", b"title: y")[0], 400, "both")


def test_coverage_tells_what_can_fire_and_why_not(test):
    """coverage: by what was received; events without command lines; ATT&CK; what to switch on; what fired can."""
    process = {"EventID": 4688, "Channel": "Security", "SourceName": "Microsoft-Windows-Security-Auditing",
               "Hostname": "PC1", "NewProcessName": "C:\\Windows\\explorer.exe", "SubjectUserName": "amy"}
    with with_rules(test) as daemon:
        answer = daemon.json("/api/v1/rules/coverage")
        equal(answer["summary"], {"rules": 3, "can": 0, "fired": 0}, "before anything came")
        send(daemon, door("guest"), f"<14>1 {stamp()} PC1 Microsoft-Windows-Security-Auditing - - - {json.dumps(process)}")
        wait_until(lambda: daemon.json("/api/v1/rules/coverage")["summary"]["fired"] == 1, 20 * test.build.slow, "fired")
        answer = daemon.json("/api/v1/rules/coverage")
        found = {r["title"]: r for r in answer["rules"]}
        equal(found["Door denied"]["coverage"], "can", "door")
        equal(found["Proxy thing"]["coverage"], "no_source", "proxy")
        equal((found["Command line"]["coverage"], found["Command line"]["missing"]), ("no_field", ["CommandLine"]), "4688")
        gains = {gain["id"]: gain["rules"] for gain in answer["gains"]}
        equal((gains["windows-command-line"], gains["proxy-logs"]), (1, 1), "gains")
        check("windows/process_creation" in answer["received"], "received", answer["received"])
        tactics = {t["tactic"]: t for t in answer["tactics"]}
        equal((len(tactics), tactics["initial-access"]["fired"], tactics["command-and-control"]["can"]), (14, 1, 0), "tactics")
        process["CommandLine"] = "explorer.exe /x"
        send(daemon, f"<14>1 {stamp()} PC1 Microsoft-Windows-Security-Auditing - - - {json.dumps(process)}")
        equal({r["title"]: r["coverage"] for r in daemon.json("/api/v1/rules/coverage")["rules"]}["Command line"], "can", "now")
        text = daemon.cli("rules", "coverage", "--format", "table").stdout
        check("rules that alert: 3, can fire: 2" in text and "nothing received from proxy" in text, "text", text)
        check("T1059.001" in daemon.cli("rules", "coverage", "--attack", "--format", "table").stdout, "ATT&CK")
        equal([r["title"] for r in rows_of(daemon.cli("rules", "coverage", "--missing"))], ["Proxy thing"], "--missing")
        daemon.stop()
        daemon.start()
        equal(daemon.json("/api/v1/rules/coverage")["summary"]["can"], 2, "after a restart")


def test_a_backtest_ends_with_its_reader(test):
    """A client that goes away ends the run: the next one is not refused for long."""
    with with_rules(test) as daemon:
        send(daemon, *[door(f"guest{n}") for n in range(2000)])

        for _ in range(3):
            connection = http.client.HTTPConnection("127.0.0.1", daemon.http_port, timeout=30)
            connection.request("POST", f"/api/v1/rules/backtest?rule={urllib.parse.quote(DOOR)}&limit=10000")
            connection.close()

        def free():
            status, _ = daemon.request("POST", f"/api/v1/rules/backtest?rule={DOOR}")
            return status == 200
        wait_until(free, 20 * test.build.slow, "free again")
