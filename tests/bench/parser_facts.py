#!/usr/bin/env python3
"""How much of other people's logs our parsers read right: a table for each product, and the misses.

  VIGIL_SHARED=DIR tests/bench/parser_facts.py [--vigil build/release/bin/vigil] [PART...] [--misses N] [--only PRODUCT] [--check]

PART: products, logon, classification, sc4s, zh, robustness (default: all). Only facts are compared: addresses, ports, users, codes,
hashes, URLs, times, sizes, names of files and processes. What an event is called is each source's own convention. A fact counts
where it stands under the expected name, or under a name that means the same (KIN). --misses N prints so many misses of each
product with the line. --check exits with 1 where a floor is missed."""

import argparse
import collections
import datetime
import json
import os
import pathlib
import re
import subprocess
import sys

FACT = re.compile(r"""^(
  @timestamp | event\.(code|id|start|end|duration)
  | (source|destination|client|server|host|observer)\.(ip|port|mac|address|domain|name|hostname|bytes|packets|nat\.ip|nat\.port|serial_number)
  | (.*\.)?user\.(.*\.)?(name|domain|id|email) | group\.(id|name|domain)
  | http\.(request|response)\.(method|referrer|status_code|body\.bytes) | http\.version
  | url\.(original|path|query|domain|port|full) | user_agent\.original
  | (file|process)\.hash\..* | file\.(path|name|size) | process\.(pid|name|executable|command_line|parent\..*)
  | dns\.(id|question\.(name|type)) | email\.(from|to)\.address | email\.subject
  | rule\.(id|name|uuid) | network\.(transport|iana_number|bytes|packets|vlan\.id)
  | winlog\.(event_id|record_id|channel|computer_name|provider_name|logon\.id)
)$""", re.X)

# Names that mean the same: sources differ in which they choose.
KIN = [
    {"host.name", "host.hostname", "observer.name", "observer.hostname", "log.syslog.hostname"},
    {"user.name", "source.user.name", "client.user.name", "destination.user.name", "server.user.name", "user.target.name", "user.effective.name"},
    {"user.domain", "source.user.domain", "destination.user.domain", "user.target.domain"},
    {"user.id", "source.user.id", "user.target.id", "user.effective.id"},
    {"user.email", "source.user.email", "email.from.address", "user.name"},
    {"destination.user.email", "email.to.address"},
    {"source.ip", "client.ip"}, {"destination.ip", "server.ip"}, {"source.port", "client.port"}, {"destination.port", "server.port"},
    {"source.address", "client.address", "source.ip", "source.domain"}, {"destination.address", "server.address", "destination.ip", "destination.domain"},
    {"source.mac", "client.mac", "host.mac"}, {"destination.mac", "server.mac"}, {"source.domain", "client.domain", "source.address"},
    {"destination.domain", "server.domain", "destination.address"}, {"url.original", "url.full", "url.path"},
    {"host.ip", "observer.ip", "source.ip", "client.ip", "log.source.address"}, {"process.executable", "process.name"},
]
KIN_OF = collections.defaultdict(set)
for family in KIN:
    for name in family:
        KIN_OF[name] |= family

FLOORS = {"products": 0.97, "product": 0.90, "logon": 0.98, "negatives": 0.99, "classification": 0.97, "sc4s": 0.97, "zh": 1.0}


def flatten(value, path, out):
    if isinstance(value, dict):
        for key, inner in value.items():
            flatten(inner, f"{path}.{key}" if path else key, out)
    elif isinstance(value, list):
        for inner in value:
            flatten(inner, path, out)
    else:
        out[path].append(value)
    return out


def text_of(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def bare(text):
    return re.sub(r"[-:. ]", "", text).lower()


class Parser:
    def __init__(self, vigil):
        self.vigil = vigil

    def parse(self, raws, received="2024-06-20T00:00:00Z"):
        """One event, flat, for each raw message (text or bytes)."""
        lines = b"\n".join((raw.encode("utf-8", "surrogatepass") if isinstance(raw, str) else raw).hex().encode() for raw in raws) + b"\n"
        done = subprocess.run([self.vigil, "parse", "--hex", "--received", received, "--listener-tz", "+00:00", "--peer", "192.0.2.9", "-"],
                              input=lines, capture_output=True, check=True)
        events = [json.loads(line) for line in done.stdout.splitlines()]
        assert len(events) == len(raws), f"{len(raws)} lines in, {len(events)} events out"
        return [flatten(event, "", collections.defaultdict(list)) for event in events]


def same_time(raw, got, want):
    """Where the line has no year, the year of the expectation is that of the day the test was made. Where it has no zone, that of
    the expectation is the tester's own: then the clock on the wall is compared; else the moment."""
    def cut(text):
        return re.sub(r"(\.\d{3})\d*", r"\1", text.replace("+00:00", "Z"))
    offset = re.search(r"([+-]\d\d):(\d\d)$", want)
    if offset and offset[0] not in raw and offset[0].replace(":", "") not in raw:
        moment = datetime.datetime.fromisoformat(want)
        utc = moment.astimezone(datetime.timezone.utc).replace(tzinfo=None)
        wall = moment.replace(tzinfo=None)
        return any(same_time(raw, got, time.isoformat(timespec="milliseconds") + "Z") for time in (wall, utc))
    got, want = cut(got), cut(want)
    got = got if "." in got else got.replace("Z", ".000Z")
    want = want if "." in want else want.replace("Z", ".000Z")
    if got == want:
        return True
    year = want[:4]
    return year not in raw and year[2:] not in raw[:40] and got[4:] == want[4:]


def holds(raw, event, key, want):
    wanted = want if isinstance(want, list) else [want]
    for one in wanted:
        one = text_of(one)
        names = {key} | KIN_OF[key]
        values = [text_of(value) for name in names for value in event.get(name, [])]
        if key in ("@timestamp", "event.start", "event.end"):
            if not any(same_time(raw, value, one) for value in values):
                return False
        elif key.endswith(".mac"):
            if bare(one) not in map(bare, values):
                return False
        elif one not in values and one.lower() not in (value.lower() for value in values):
            return False
    return True


def lines_of(folder, pattern="**/*.jsonl"):
    for file in sorted(folder.glob(pattern)):
        with open(file, encoding="utf-8") as rows:
            for row in rows:
                yield file, json.loads(row)


class Report:
    def __init__(self, misses):
        self.misses = misses
        self.failed = []

    def row(self, name, right, total, floor=None):
        share = right / total if total else 1.0
        mark = ""
        if floor is not None and share < floor:
            mark = f"   below {100 * floor:.0f} %"
            self.failed.append(name)
        print(f"  {name:<34} {right:>6} of {total:<6} {100 * share:6.2f} %{mark}")

    def show(self, found):
        for text in found[:self.misses]:
            print("      " + text)


def products(parser, data, report, only):
    print("facts of product logs")
    all_right = all_total = 0
    for folder in sorted((data / "products").iterdir()):
        if not folder.is_dir() or (only and folder.name != only):
            continue
        cases = [case for file, case in lines_of(folder) if not file.name.startswith(("graylog", "metron"))]
        right = total = 0
        missed, by_key = [], collections.Counter()
        for case, event in zip(cases, parser.parse([case["raw"] for case in cases])):
            for key, want in case["expected"].items():
                if not FACT.match(key) or want in ("-", ""):
                    continue
                if key in ("host.name", "observer.name", "observer.hostname") and str(want) not in case["raw"]:
                    continue  # of the source's own configuration: no reader of the line can know it
                total += 1
                if holds(case["raw"], event, key, want):
                    right += 1
                else:
                    by_key[key] += 1
                    missed.append(f"{key}: want {want!r}, have {event.get(key)} as {event['event.dataset']}\n        {case['raw'][:700]!r}")
        report.row(folder.name, right, total, FLOORS["product"])
        if report.misses:
            print("      by field: " + ", ".join(f"{key} {count}" for key, count in by_key.most_common(12)))
            report.show(missed)
        all_right += right
        all_total += total
    report.row("all products", all_right, all_total, FLOORS["products"])


def is_failure(event):
    return "failure" in event.get("event.outcome", []) and "authentication" in event.get("event.category", [])


def logon(parser, data, report, only):
    """fail2ban: whom it bans; crowdsec: whose logon it was and how it ended."""
    print("logons")
    right = total = false = negatives = 0
    for file in sorted((data / "logon").glob("*/*.jsonl")):
        if only and file.stem != only:
            continue
        cases = [case for _, case in lines_of(file.parent, file.name)]
        good = asked = bad = no = 0
        missed = []
        for case, event in zip(cases, parser.parse([case["raw"] for case in cases])):
            want = case["expected"]
            note = f"have outcome {event.get('event.outcome')} user {event.get('user.name')} source {event.get('source.address')} as {event['event.dataset']}\n        {case['raw'][:500]!r}"
            if file.parent.name == "fail2ban":
                if case.get("purpose") == "abuse":
                    continue
                host = want.get("host")
                if want["match"] and host and host in case["raw"]:
                    ok = host in event.get("source.address", []) + event.get("source.ip", []) + event.get("client.ip", [])
                    user = want.get("user")
                    ok = ok and (not user or user in event.get("user.name", []))
                    ok = ok and "success" not in event.get("event.outcome", [])
                    asked += 1
                    good += ok
                    if not ok:
                        missed.append(f"want failure from {host} user {user}: {note}")
                elif not want["match"] and not case.get("constraint") and not case.get("filter_options"):
                    no += 1
                    if is_failure(event):
                        bad += 1
                        missed.append(f"no failure: {note}")
            elif case.get("logon"):
                outcome = case["logon"]["outcome"]
                host = want.get("meta.source_ip")
                user = want.get("meta.target_user") or want.get("meta.username") or want.get("meta.user")
                user = user and user.strip("'")  # some of its patterns keep the quotes around a name
                ok = outcome in event.get("event.outcome", [])
                ok = ok and (not host or host in event.get("source.address", []) + event.get("source.ip", []) + event.get("client.ip", []))
                ok = ok and (not user or user in event.get("user.name", []))
                asked += 1
                good += ok
                if not ok:
                    missed.append(f"want {outcome} from {host} user {user}: {note}")
        right, total, false, negatives = right + good, total + asked, false + bad, negatives + no
        if missed and report.misses:
            print(f"  {file.parent.name}/{file.stem}: {good} of {asked}, {bad} false of {no}")
            report.show(missed)
    report.row("matches right, with host and user", right, total, FLOORS["logon"])
    report.row("negatives not called a failure", negatives - false, negatives, FLOORS["negatives"])


def kinds_right(hint, logged_on, kinds):
    wanted = {"security": "device", "network": "device", "firewall": "device", "infrastructure": "application", "application": "application",
              "aaa": "application", "web": "web", "proxy": "web", "os": "os"}[hint]
    return wanted in kinds and (not logged_on or "logon" in kinds)


def kinds(parser, data, report, only, folder, title):
    print(title)
    good = asked = 0
    by_file = collections.defaultdict(lambda: [0, 0, []])
    cases = [(file, case) for file, case in lines_of(data / folder) if case.get("class_hint") and (not only or only in file.name)]
    for (file, case), event in zip(cases, parser.parse([case["raw"] for _, case in cases])):
        logged_on = bool(case.get("logon", {}) and case["logon"].get("outcome")) and case["expected"].get("verdict") != "fail"
        ok = kinds_right(case["class_hint"], logged_on, event.get("vigil.kinds", []))
        asked += 1
        good += ok
        row = by_file[file.stem]
        row[0] += ok
        row[1] += 1
        if not ok:
            row[2].append(f"want {case['class_hint']}{'+logon' if logged_on else ''}, have {event.get('vigil.kinds')} as {event['event.dataset']} "
                          f"{case['expected'].get('sourcetype', '')}\n        {case['raw'][:300]!r}")
    if report.misses:
        for name, (right, total, missed) in by_file.items():
            if missed:
                print(f"  {name}: {right} of {total}")
                report.show(missed)
    report.row("right kind", good, asked, FLOORS["classification"])


def zh(parser, data, report, only):
    """Windows' messages in Chinese: each value is found, under its Windows name or whichever."""
    print("Chinese Windows")
    for name in ["windows-security-en_US", "windows-security-zh_TW", "windows-security-zh_TW-big5", "windows-agent-samples-zh_TW"]:
        cases = [case for _, case in lines_of(data / "zh", name + ".jsonl")]
        raws = [__import__("base64").b64decode(case["raw_b64"]) if "raw_b64" in case else case["raw"] for case in cases]
        good = total = 0
        missed = []
        for raw, case, event in zip(raws, cases, parser.parse(raws)):
            values = {text_of(value) for key, found in event.items() for value in found if key not in ("message", "event.original")}
            lines = {line.strip() for value in values for line in value.splitlines()}
            for key, want in case["expected"].items():
                total += 1
                wanted = want if isinstance(want, list) else [want]
                ok = all(text_of(one) in values | lines or text_of(one) == "" for one in wanted)
                good += ok
                if not ok:
                    missed.append(f"{key}={want!r} as {event['event.dataset']}, have {[v for v in values if len(v) < 60]}\n        {raw[:400]!r}")
        report.row(name, good, total, FLOORS["zh"])
        report.show(missed)


def robustness(parser, data, report, only):
    print("odd lines")
    lines = []
    for file in sorted((data / "robustness").glob("*/*")):
        lines += [line for line in file.read_bytes().split(b"\n") if line.strip()]
    parser.parse(lines)
    report.row("one event a line", len(lines), len(lines), 1.0)


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("parts", nargs="*", default=[])
    arguments.add_argument("--vigil", default="build/release/bin/vigil")
    arguments.add_argument("--misses", type=int, default=0)
    arguments.add_argument("--only")
    arguments.add_argument("--check", action="store_true")
    options = arguments.parse_args()
    shared = os.environ.get("VIGIL_SHARED")
    data = pathlib.Path(shared) / "data" if shared else None
    if data is None or not data.is_dir():
        print("skipped: no data (set VIGIL_SHARED)")
        return 0
    parser, report = Parser(options.vigil), Report(options.misses)
    parts = {
        "products": lambda: products(parser, data, report, options.only),
        "logon": lambda: logon(parser, data, report, options.only),
        "classification": lambda: kinds(parser, data, report, options.only, "classification", "classification"),
        "sc4s": lambda: kinds(parser, data, report, options.only, "syslog-headers/sc4s", "sc4s"),
        "zh": lambda: zh(parser, data, report, options.only),
        "robustness": lambda: robustness(parser, data, report, options.only),
    }
    for part in options.parts or parts:
        parts[part]()
    if report.failed:
        print("below their floor: " + ", ".join(report.failed))
    return 1 if options.check and report.failed else 0


if __name__ == "__main__":
    sys.exit(main())
