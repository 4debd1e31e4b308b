#!/usr/bin/env python3
"""Lines of a followed file per CPU second: of the thread that reads, cuts and classifies them, and of all of vigild.

  files.py [--build build/bench] [--lines 4000000] [--multiline]

The file is written first, then vigild is started on it; the figures are of the time in which all of it is stored.
"""

import argparse
import os
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

from harness import Build, Test  # noqa: E402

TICK = os.sysconf("SC_CLK_TCK")
LINES = [
    '203.0.113.9 - - [20/Nov/2026:07:12:58 +0000] "GET /a?b=%22x HTTP/1.1" 200 3 "-" "Mozilla/5.0 (X11; Linux x86_64)"',
    "Nov 20 07:12:58 srv1 sshd[4711]: Failed password for invalid user admin from 203.0.113.9 port 50123 ssh2",
    "2026-11-20T07:12:58.123456+08:00 srv1 app[77]: request 12345 of user wang took 17 ms and gave 200",
    "Nov 20 07:12:59 srv1 CRON[77]: pam_unix(cron:session): session opened for user root(uid=0) by (uid=0)",
]


def cpu_seconds(pid):
    """CPU seconds by the thread's name."""
    table = {}
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        fields = (task / "stat").read_text().rsplit(")", 1)
        name = fields[0].split("(", 1)[1]
        numbers = fields[1].split()
        table[name] = table.get(name, 0) + (int(numbers[11]) + int(numbers[12])) / TICK
    return table


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default="build/bench")
    parser.add_argument("--lines", type=int, default=4_000_000)
    parser.add_argument("--multiline", action="store_true", help="with a pattern that every line begins a record")
    arguments = parser.parse_args()
    test = Test(Build(arguments.build), False)
    try:
        path = test.directory / "big.log"
        with open(path, "w") as out:
            block = "".join(line + "\n" for line in LINES) * 1000
            for _ in range(arguments.lines // (len(LINES) * 1000)):
                out.write(block)
        count = arguments.lines // (len(LINES) * 1000) * len(LINES) * 1000
        entry = {"paths": [str(path)], "organisation": "school-a"}
        if arguments.multiline:
            entry["multiline"] = r"^\S"
        daemon = test.daemon(extra={"files": [entry]})
        begin = time.monotonic()
        with daemon:
            while daemon.status()["stored"] < count:
                time.sleep(0.1)
            wall = time.monotonic() - begin
            cpu = cpu_seconds(daemon.process.pid)
            peak = next(line for line in pathlib.Path(f"/proc/{daemon.process.pid}/status").read_text().splitlines()
                        if line.startswith("VmHWM"))
        size = path.stat().st_size
        print(f"{count} lines, {size / 1e6:.0f} MB, {wall:.1f} s with start-up, {peak}")
        print(f"reading thread: {cpu['files']:.2f} CPU s, {count / cpu['files'] / 1e3:.0f}k lines and "
              f"{size / cpu['files'] / 1e6:.0f} MB per CPU second")
        print("all: " + ", ".join(f"{name} {seconds:.2f}" for name, seconds in sorted(cpu.items(), key=lambda i: -i[1])
                                  if seconds >= 0.05))
    finally:
        test.clean_up(False)


if __name__ == "__main__":
    main()
