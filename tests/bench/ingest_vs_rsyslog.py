#!/usr/bin/env python3
"""Measures the daemon end to end beside Debian's rsyslog, on the same bytes, by turns, medians of five.

  ingest_vs_rsyslog.py [--build build/bench] [--lines 1000000] [--runs 5] [--corpus FILE] [--udp] [--only vigil|rsyslog]

TCP: CPU seconds (user + system, all threads, from /proc/PID/stat) of the whole server process per million messages,
from its start until everything is stored, watched, sealed, and the process has stopped. rsyslog receives with imptcp
and writes text with omfile: nothing parsed beyond its own header, no fsync, no index, no rules.

--tls: vigild over TLS beside itself over plain TCP, by turns; TLS must do at least half as much in a CPU second.

--udp: 100,000 datagrams a second for 30 s into a 32 MiB buffer (nothing may be lost), and into a 4 KiB buffer (the
counted loss must equal sent minus stored).
"""

import argparse
import json
import os
import pathlib
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests" / "e2e"))

from certificates import Authority  # noqa: E402
from harness import Build, Daemon, Failure, Process, free_port, need, wait_until  # noqa: E402
from real import private_copy  # noqa: E402

RSYSLOG = """
global(workDirectory="{work}" maxMessageSize="64k")
main_queue(queue.size="500000" queue.dequeueBatchSize="4096" queue.workerThreads="1")
module(load="imptcp" threads="1")
input(type="imptcp" port="{port}" address="127.0.0.1")
template(name="raw" type="string" string="%rawmsg%\\n")
action(type="omfile" file="{work}/out.txt" template="raw" ioBufferSize="256k" asyncWriting="off" flushOnTXEnd="off")
"""

TICK = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid):
    """User and system time of a process with all its threads, the ended ones included."""
    stat = pathlib.Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    return (int(stat[11]) + int(stat[12])) / TICK


def cpu_by_thread(pid):
    """{"writer": seconds, …}: where the time goes, summed over threads of one name."""
    table = {}
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        text = (task / "stat").read_text(encoding="ascii")
        name, rest = text[text.index("(") + 1:text.rindex(")")], text.rsplit(")", 1)[1].split()
        table[name] = table.get(name, 0.0) + (int(rest[11]) + int(rest[12])) / TICK
    return {name: used for name, used in sorted(table.items(), key=lambda entry: -entry[1]) if used >= 0.01}


def cpu_until_end(process):
    """Sends SIGTERM and returns what the process used in its whole life, the stopping included."""
    process.popen.terminate()
    _, status, usage = os.wait4(process.pid, 0)
    process.popen.returncode = os.waitstatus_to_exitcode(status)
    if process.popen.returncode not in (0, -15):
        raise Failure(f"{process.command[0]} ended with {process.popen.returncode}: {process.log()[-800:]}")
    return usage.ru_utime + usage.ru_stime


def make_corpus(build, wanted, place):
    """A file of `wanted` lines: the shared corpus where it is at hand, else the sample day over and over."""
    corpus = place / "corpus.txt"
    generator = shared_directory(build) / "tools" / "soc_corpus.py"
    if generator.exists():
        with open(corpus, "wb") as out:
            subprocess.run([sys.executable, generator, str(wanted), "1"], stdout=out, check=True)
        return corpus, "soc_corpus.py"
    subprocess.run([build.directory / "bin" / "sample_day", "--out", place / "day",
                    TOP / "tests" / "scenario" / "school-day.yaml"], check=True, stdout=subprocess.DEVNULL)
    lines = [line for path in sorted((place / "day").iterdir()) for line in path.read_bytes().splitlines()]
    random.Random(1).shuffle(lines)
    with open(corpus, "wb") as out:
        for number in range(wanted):
            out.write(lines[number % len(lines)] + b"\n")
    return corpus, "sample day"


def shared_directory(build):
    for line in (build.directory / "CMakeCache.txt").read_text(errors="replace").splitlines():
        if line.startswith("VIGIL_SHARED:"):
            return pathlib.Path(line.split("=", 1)[1])
    return pathlib.Path("/nonexistent")


def run_rsyslog(blast, corpus, lines, place):
    work = place / "rsyslog"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir()
    port = free_port()
    (work / "rsyslog.conf").write_text(RSYSLOG.format(work=work, port=port))
    process = Process([private_copy(need("rsyslogd"), work), "-n", "-f", work / "rsyslog.conf", "-i", work / "pid"],
                      work / "rsyslog.log")
    try:
        wait_until(lambda: listens(port), 10, "rsyslog listening")
        size = corpus.stat().st_size
        begin = time.monotonic()
        subprocess.run([blast, "tcp", str(port), corpus], check=True)
        out = work / "out.txt"
        # The last buffer is written at the end; 256 KiB short of everything is quiet enough to stop.
        wait_until(lambda: out.exists() and out.stat().st_size > size - 512 * 1024, 120, "rsyslog writing everything")
        used = cpu_until_end(process)
        took = time.monotonic() - begin
        written = sum(1 for _ in open(out, "rb"))
        if written != lines:
            raise Failure(f"rsyslog wrote {written} of {lines} lines")
        return used, took, out.stat().st_size
    finally:
        if process.alive():
            process.kill()
        shutil.rmtree(work, ignore_errors=True)


def listens(port):
    wanted = f":{port:04X} "
    return any(wanted in line and " 0A " in line for line in open("/proc/net/tcp", encoding="ascii"))


def run_vigil(build, blast, corpus, lines, place, tls=False, rules=()):
    work = place / "vigil"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir()
    listeners, port = [], free_port()
    if tls:
        ca = Authority(work / "ca")
        ca.issue("server", usage="serverAuth")
        listeners = [{"protocol": "syslog-tls", "address": f"127.0.0.1:{port}", "organisation": "school-a",
                      "tls": {"certificate": str(ca.path("server.pem")), "key": str(ca.path("server.key"))}}]
    extra = {"rules": {"directories": [str(path.resolve()) for path in rules]}} if rules else None
    daemon = Daemon(build, work, more_listeners=listeners, extra=extra)
    daemon.start()
    try:
        begin = time.monotonic()
        subprocess.run([blast, "tls" if tls else "tcp", str(port if tls else daemon.syslog_port), corpus], check=True)
        # Asking costs the daemon something too: seldom.
        wait_until(lambda: daemon.status()["stored"] >= lines and daemon.status()["rule_lag_events"] == 0, 300,
                   "everything stored and watched", every=0.5)
        status = daemon.status()
        before_stop = cpu_seconds(daemon.process.pid)
        threads = cpu_by_thread(daemon.process.pid)
        used = cpu_until_end(daemon.process)
        took = time.monotonic() - begin
        receiving = sum(seconds for name, seconds in threads.items() if name in ("io-1", "vigild"))
        if status["stored"] != lines:
            raise Failure(f"stored {status['stored']} of {lines}")
        stored = sum(path.stat().st_size for path in daemon.data.rglob("*") if path.is_file())
        where = ", ".join(f"{name} {seconds:.2f}" for name, seconds in {**threads, "stopping": used - before_stop}.items())
        return used, took, stored, where, receiving
    finally:
        if daemon.process.alive():
            daemon.process.kill()
        shutil.rmtree(work, ignore_errors=True)


def tcp(build, arguments, blast, corpus, lines, place):
    results = {"rsyslog": [], "vigil": []}
    for turn in range(arguments.runs):
        for name in results:
            if arguments.only not in (None, name):
                continue
            # What one has written to the page cache is not written to the disk in the other's time.
            os.sync()
            time.sleep(1)
            run = (run_rsyslog(blast, corpus, lines, place) if name == "rsyslog"
                   else run_vigil(build, blast, corpus, lines, place, rules=arguments.rules))
            results[name].append(run)
            more = f"\n         CPU s by thread: {run[3]}" if name == "vigil" else ""
            print(f"  run {turn + 1}: {name:8} {run[0] / lines * 1e6:6.3f} CPU s/M messages, {run[1]:6.2f} s wall, "
                  f"{run[2] / 1e6:7.1f} MB on disk{more}", flush=True)
    medians = {name: statistics.median(run[0] for run in runs) / lines * 1e6 for name, runs in results.items() if runs}
    for name, median in medians.items():
        print(f"{name}: median {median:.3f} CPU seconds per million messages")
    if len(medians) == 2:
        print(f"ratio vigil / rsyslog: {medians['vigil'] / medians['rsyslog']:.2f}")


def tls(build, arguments, blast, corpus, lines, place):
    results = {"plain": [], "tls": []}
    for turn in range(arguments.runs):
        for name, runs in results.items():
            os.sync()
            time.sleep(1)
            run = run_vigil(build, blast, corpus, lines, place, tls=name == "tls")
            runs.append(run)
            print(f"  run {turn + 1}: {name:5} {run[0] / lines * 1e6:6.3f} CPU s/M messages, of these receiving "
                  f"{run[4] / lines * 1e6:6.3f}\n         CPU s by thread: {run[3]}", flush=True)
    whole, receiving = ({name: statistics.median(run[part] for run in runs) / lines * 1e6 for name, runs in results.items()}
                        for part in (0, 4))
    for what, medians in (("whole process", whole), ("receiving threads", receiving)):
        print(f"{what}: median {medians['plain']:.3f} plain, {medians['tls']:.3f} TLS, CPU seconds per million messages; TLS does "
              f"{medians['plain'] / medians['tls']:.2f} of plain in a CPU second")
    return receiving["plain"] / receiving["tls"] >= 0.5


def udp(build, blast, corpus, place, buffer, rate, seconds):
    """Sends rate × seconds datagrams; returns (sent, stored, dropped, discarded)."""
    work = place / "udp"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir()
    piece = place / "piece.txt"
    with open(corpus, "rb") as lines, open(piece, "wb") as out:
        for _, line in zip(range(rate), lines):
            out.write(line)
    daemon = Daemon(build, work, udp_buffer=buffer)
    daemon.start()
    try:
        begin = time.monotonic()
        done = subprocess.run([blast, "udp", str(daemon.syslog_port), piece, str(seconds), str(rate)],
                              capture_output=True, text=True, check=True)
        took = time.monotonic() - begin
        sent = int(done.stdout)
        status = daemon.wait_quiet(120)
        time.sleep(1)  # the kernel's count is asked for twice a second
        dropped = int(daemon.metric("vigil_socket_dropped_total"))
        rows = daemon.search("NOT log.syslog.appname:vigild | stats count()")
        stored = int(next(iter(rows[0].values())))
        discarded = status["discarded"]
        print(f"  {buffer // 1024} KiB buffer: {sent} sent in {took:.1f} s ({sent / took:,.0f}/s), {stored} stored, "
              f"{dropped} dropped by the kernel, discarded {json.dumps(discarded)}; "
              f"sent - stored - dropped - discarded = {sent - stored - dropped - sum(discarded.values())}", flush=True)
        return sent, stored, dropped, sum(discarded.values())
    finally:
        if daemon.process.alive():
            daemon.process.kill()
        shutil.rmtree(work, ignore_errors=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default="build/bench")
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--corpus", type=pathlib.Path)
    parser.add_argument("--only", choices=["vigil", "rsyslog"])
    parser.add_argument("--udp", action="store_true")
    parser.add_argument("--tls", action="store_true")
    parser.add_argument("--rules", type=pathlib.Path, nargs="*", default=[],
                        help="rule directories in place of the built-in pack; to have both, name rules/pack too")
    parser.add_argument("--place", default=None, help="where data directories go (default: a temporary directory)")
    arguments = parser.parse_args()

    build = Build(arguments.build)
    blast = build.directory / "bin" / "blast"
    place = pathlib.Path(tempfile.mkdtemp(prefix="vigil-bench-", dir=arguments.place))
    good = True
    try:
        if arguments.corpus:
            corpus, name = arguments.corpus, arguments.corpus.name
        else:
            corpus, name = make_corpus(build, arguments.lines, place)
        lines = sum(1 for _ in open(corpus, "rb"))
        print(f"{lines} lines, {corpus.stat().st_size / 1e6:.1f} MB ({name}); {os.cpu_count()} cores")
        if arguments.tls:
            good = tls(build, arguments, blast, corpus, lines, place)
            print("as promised" if good else "NOT as promised")
        elif arguments.udp:
            sent, stored, dropped, discarded = udp(build, blast, corpus, place, 32 * 1024 * 1024, 100_000, 30)
            good = (stored, dropped, discarded) == (sent, 0, 0)
            sent, stored, dropped, discarded = udp(build, blast, corpus, place, 4096, 100_000, 10)
            good = good and sent == stored + dropped + discarded and dropped > 0
            print("as promised" if good else "NOT as promised")
        else:
            tcp(build, arguments, blast, corpus, lines, place)
    finally:
        shutil.rmtree(place, ignore_errors=True)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
