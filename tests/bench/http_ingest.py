#!/usr/bin/env python3
"""Measures `_bulk`: events a CPU second of the whole vigild, durable, with documents of about 800 bytes as Filebeat sends them.

  http_ingest.py [--build build/bench] [--documents 200000] [--a-request 1000] [--connections 4] [--times 3] [--runs 3]

Two figures: while receiving (until everything is acknowledged), and for the whole life of the process (watched, sealed,
stopped)."""

import argparse
import json
import pathlib
import random
import shutil
import statistics
import subprocess
import sys
import tempfile

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests" / "e2e"))
sys.path.insert(0, str(TOP / "tests" / "bench"))

from harness import Build, Daemon, wait_until  # noqa: E402
from ingest_vs_rsyslog import cpu_by_thread, cpu_seconds, cpu_until_end  # noqa: E402

PATHS = ["/", "/login", "/grades", "/news?id=%d", "/static/app.js", "/api/v1/students/%d", "/wp-login.php"]
AGENTS = ["Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36",
          "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0", "curl/8.5.0"]


def documents(count):
    """A web server's access log as Filebeat ships it."""
    rng = random.Random(1)
    offset = 0
    for number in range(count):
        at = number // 500
        path = rng.choice(PATHS)
        path = path % rng.randrange(10_000) if "%d" in path else path
        message = (f'10.{rng.randrange(4)}.{rng.randrange(256)}.{rng.randrange(256)} - - [20/Nov/2026:{at // 3600 % 24:02}:{at // 60 % 60:02}:'
                   f'{at % 60:02} +0800] "GET {path} HTTP/1.1" {rng.choice([200, 200, 200, 304, 404])} {rng.randrange(50_000)} "-" "{rng.choice(AGENTS)}"')
        offset += len(message) + 1
        yield {"@timestamp": f"2026-11-20T{at // 3600 % 24:02}:{at // 60 % 60:02}:{at % 60:02}.{number % 1000:03}Z",
               "log": {"offset": offset, "file": {"path": "/var/log/nginx/access.log"}}, "message": message,
               "input": {"type": "filestream"}, "ecs": {"version": "8.0.0"},
               "host": {"name": f"web-{number % 7}", "hostname": f"web-{number % 7}", "architecture": "x86_64",
                        "os": {"platform": "debian", "version": "12 (bookworm)", "family": "debian", "name": "Debian GNU/Linux", "kernel": "6.1.0-27-amd64"}},
               "agent": {"type": "filebeat", "version": "8.17.0", "ephemeral_id": "5f0d6c1e-7a4b-4c0f-9f10-3b1c2d4e5f60",
                         "id": "0b9c8d7e-6f5a-4b3c-8d2e-1f0a9b8c7d6e", "name": f"web-{number % 7}"}}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default="build/bench")
    parser.add_argument("--documents", type=int, default=200_000)
    parser.add_argument("--a-request", type=int, default=1000)
    parser.add_argument("--connections", type=int, default=4)
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--place", default=None, help="where data directories go (default: a temporary directory)")
    arguments = parser.parse_args()
    build = Build(arguments.build)
    place = pathlib.Path(tempfile.mkdtemp(prefix="vigil-bench-", dir=arguments.place))
    try:
        lines = place / "documents.ndjson"
        with open(lines, "w", encoding="utf-8") as out:
            for each in documents(arguments.documents):
                out.write(json.dumps(each, separators=(",", ":")) + "\n")
        events = arguments.documents * arguments.times
        print(f"{events} documents of {lines.stat().st_size / arguments.documents:.0f} bytes, {arguments.a_request} a request, "
              f"{arguments.connections} connections")
        receiving, whole = [], []
        for run in range(arguments.runs):
            work = place / f"run{run}"
            work.mkdir()
            daemon = Daemon(build, work).start()
            try:
                begin = cpu_seconds(daemon.process.pid)
                done = subprocess.run([build.directory / "bin" / "http_load", str(daemon.http_port), lines, str(arguments.a_request),
                                       str(arguments.connections), str(arguments.times)], capture_output=True, text=True, check=True)
                taken = cpu_seconds(daemon.process.pid) - begin
                _, seconds, busy = done.stdout.split()
                threads = cpu_by_thread(daemon.process.pid)
                wait_until(lambda: daemon.status()["rule_lag_events"] == 0, 300, "everything watched", every=0.5)
                stored = daemon.status()["stored"]
                if stored != events:
                    raise SystemExit(f"stored {stored} of {events}")
                used = cpu_until_end(daemon.process)
                receiving.append(events / taken)
                whole.append(events / used)
                print(f"  run {run + 1}: {events / float(seconds):,.0f} events/s wall, {busy} times busy; {events / taken:,.0f} events a CPU second "
                      f"until acknowledged, {events / used:,.0f} with watching, sealing, stopping\n"
                      f"         CPU s by thread: {', '.join(f'{name} {seconds:.2f}' for name, seconds in threads.items())}", flush=True)
            finally:
                if daemon.process.alive():
                    daemon.process.kill()
                shutil.rmtree(work, ignore_errors=True)
        print(f"median: {statistics.median(receiving):,.0f} events a CPU second until acknowledged, {statistics.median(whole):,.0f} in all")
    finally:
        shutil.rmtree(place, ignore_errors=True)


if __name__ == "__main__":
    main()
