#!/usr/bin/env python3
"""The watch beside SEC (Simple Event Correlator, Debian's `sec`) on the same lines: microseconds of CPU a line.

  rules_vs_sec.py [--build build/bench] [--lines 200000]

Both count refused logons of sshd and of sudo and pages that were not found, by address or user, over a sliding window. SEC
reads a file from its first line to its last; the watch is what `bench_rules` measures of it: looking through the text, parsing
where a rule could match, asking, counting. It is asked once with those three rules and once with the whole pack, as SEC never
is."""

import argparse
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile

TOP = pathlib.Path(__file__).resolve().parents[2]

SEC_RULES = r"""
type=SingleWithThreshold
ptype=RegExp
pattern=sshd\[\d+\]: Failed \S+ for (?:invalid user )?\S+ from (\S+) port \d+
desc=sshd $1
action=write - guessing $1
window=600
thresh=10

type=SingleWithThreshold
ptype=RegExp
pattern=sudo: +(\S+) : \d+ incorrect password attempt
desc=sudo $1
action=write - sudo $1
window=600
thresh=5

type=SingleWithThreshold
ptype=RegExp
pattern=nginx: (\S+) \S+ \S+ \[[^\]]+\] "[^"]*" 404
desc=web $1
action=write - missing $1
window=60
thresh=40
"""

OUR_RULES = """
title: sshd refused
name: sshd_refused
logsource: {product: linux, service: sshd}
detection:
  refused: {event.category: authentication, event.outcome: failure}
  words: [Failed]
  condition: refused and words
---
title: sshd guessing
correlation: {type: event_count, rules: [sshd_refused], group-by: [source.ip], timespan: 10m, condition: {gte: 10}}
---
title: sudo refused
name: sudo_refused
logsource: {product: linux, service: sudo}
detection:
  refused: {event.outcome: failure}
  words: [incorrect password]
  condition: refused and words
---
title: sudo guessing
correlation: {type: event_count, rules: [sudo_refused], group-by: [user.name], timespan: 10m, condition: {gte: 5}}
---
title: page missing
name: page_missing
logsource: {category: webserver}
detection:
  missing: {http.response.status_code: 404}
  condition: missing
---
title: many pages missing
correlation: {type: event_count, rules: [page_missing], group-by: [source.ip], timespan: 1m, condition: {gte: 40}}
"""


def lines(count):
    rng = random.Random(1)
    for number in range(count):
        front = f"Nov 20 {number // 360000 % 24:02}:{number // 6000 % 60:02}:{number // 100 % 60:02} srv{number % 5}"
        address = f"198.51.{rng.randrange(100)}.{rng.randrange(256)}"
        kind = rng.randrange(10)
        if kind == 0:
            yield f"<86>{front} sshd[{1000 + number % 9000}]: Failed password for invalid user u{rng.randrange(50)} from {address} port {rng.randrange(65536)} ssh2"
        elif kind == 1:
            yield f"<86>{front} sshd[{1000 + number % 9000}]: Accepted publickey for ann from 10.1.0.{rng.randrange(200)} port 5 ssh2: ED25519 SHA256:x"
        elif kind == 2:
            yield f"<85>{front} sudo:      ann : TTY=pts/0 ; PWD=/home/ann ; USER=root ; COMMAND=/usr/bin/apt update"
        elif kind < 7:
            status = rng.choice([200, 200, 200, 304, 404])
            yield f'<190>{front} nginx: {address} - - [20/Nov/2026:15:00:00 +0800] "GET /news?id={rng.randrange(10000)} HTTP/1.1" {status} {rng.randrange(50000)} "-" "Mozilla/5.0 (X11; Linux x86_64)"'
        else:
            yield f"<30>{front} dnsmasq[77]: query[A] host{rng.randrange(5000)}.example.edu.tw from 10.1.0.{rng.randrange(200)}"


def watch(build, corpus, rules):
    environment = {**os.environ, "VIGIL_RULES": str(rules), "VIGIL_CORPUS": str(corpus)}
    done = subprocess.run([build / "bin" / "bench_rules", "--benchmark_filter=watch/given$"], env=environment, capture_output=True,
                          text=True, check=True)
    rate = re.search(r"messages/s=([\d.]+)([kM]?)", done.stdout)
    return 1e6 / (float(rate[1]) * {"": 1, "k": 1e3, "M": 1e6}[rate[2]])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, default=TOP / "build" / "bench")
    parser.add_argument("--lines", type=int, default=200_000)
    arguments = parser.parse_args()
    if shutil.which("sec") is None:
        sys.exit("rules_vs_sec.py: sec is not installed; apt-get install sec")
    with tempfile.TemporaryDirectory() as place:
        place = pathlib.Path(place)
        corpus, conf, ours = place / "lines", place / "sec.conf", place / "rules"
        corpus.write_text("\n".join(lines(arguments.lines)) + "\n")
        conf.write_text(SEC_RULES)
        ours.mkdir()
        (ours / "three.yml").write_text(OUR_RULES)
        before = os.times()
        subprocess.run(["sec", f"--conf={conf}", f"--input={corpus}", "--notail", "--quiet"], stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL, check=True)
        after = os.times()
        sec = (after.children_user + after.children_system - before.children_user - before.children_system) * 1e6 / arguments.lines
        three, pack = watch(arguments.build, corpus, ours), watch(arguments.build, corpus, TOP / "rules" / "pack")
    print(f"{arguments.lines} lines; microseconds of CPU a line")
    print(f"  SEC, three rules          {sec:7.2f}")
    print(f"  the watch, the same three {three:7.2f}   {sec / three:.0f} times faster")
    print(f"  the watch, the whole pack {pack:7.2f}   {sec / pack:.0f} times faster")


if __name__ == "__main__":
    main()
