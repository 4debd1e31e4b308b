"""Files followed by pattern: real logrotate, real nginx, kills, UTF-16, traces, archives. Every line is there, and once."""

import collections
import gzip
import json
import os
import random
import re
import subprocess
import threading
import time

from harness import Skip, bsd_stamp, check, equal, need, wait_until
from real import Nginx


def following(test, *entries, **options):
    """A daemon that follows files below test.directory/logs; `entries` are those of `files`."""
    logs = test.directory / "logs"
    logs.mkdir(exist_ok=True)
    files = [{"organisation": "school-a", **entry, "paths": [str(logs / path) for path in entry["paths"]]}
             for entry in entries]
    return logs, test.daemon(extra={"files": files}, **options)


def lines_of(daemon, query=""):
    return [line for line in daemon.messages(query) if line.startswith("line ")]


def each_once(daemon, expected, what, seconds=30):
    """Until every expected line is there; then that none is there twice."""
    wait_until(lambda: set(lines_of(daemon)) >= set(expected), seconds * daemon.build.slow,
               f"{what}: {len(expected)} lines (have {len(set(lines_of(daemon)))})", every=0.5)
    time.sleep(1.5)  # a second look at every file
    counted = collections.Counter(lines_of(daemon))
    doubled = [line for line, count in counted.items() if count > 1]
    check(not doubled, f"{what}: {len(doubled)} lines are there twice, e.g. {doubled[:3]}")
    equal(len(counted), len(expected), what)


class Writer(threading.Thread):
    """A program that appends numbered lines, keeping its file open until told to open it anew (as after a rotation)."""

    def __init__(self, path, pause=0.001):
        super().__init__(daemon=True)
        self.path, self.pause = path, pause
        self.lines, self.lock = [], threading.Lock()
        self.file = open(path, "a", buffering=1)
        self.stopped = False

    def run(self):
        while not self.stopped:
            with self.lock:
                line = f"line {self.path.name} {len(self.lines):06d} says something of the usual length"
                self.file.write(line + "\n")
                self.lines.append(line)
            time.sleep(self.pause)

    def reopen(self):
        with self.lock:
            self.file.close()
            self.file = open(self.path, "a", buffering=1)

    def end(self):
        self.stopped = True
        self.join(10)
        self.file.close()
        return self.lines


class Logrotate:
    """logrotate with a configuration and a state of its own."""

    def __init__(self, test, logs, *directives):
        self.program = need("logrotate")
        self.directory = test.directory
        self.state = test.directory / "rotate.state"
        self.configuration = test.directory / "rotate.conf"
        body = "\n  ".join(directives)
        self.configuration.write_text(f"{logs}/app.log {{\n  rotate 9\n  missingok\n  {body}\n}}\n")
        self.configuration.chmod(0o644)

    def run(self):
        done = subprocess.run([self.program, "-f", "-s", self.state, self.configuration], capture_output=True, text=True,
                              check=False)
        check(done.returncode == 0, "logrotate:", done.stderr[-500:])


def test_logrotate_create(test):
    """Renamed and made anew while written, compressed with delay; the pattern names the rotated files too."""
    logs, daemon = following(test, {"paths": ["app.log*"]})
    rotate = Logrotate(test, logs, "create 0644", "compress", "delaycompress")
    with daemon:
        writer = Writer(logs / "app.log")
        writer.start()
        for _ in range(5):
            time.sleep(0.7)
            rotate.run()
            time.sleep(0.3)  # the writer is told late
            writer.reopen()
        each_once(daemon, writer.end(), "create")
        time.sleep(7)  # the archives have ripened by now
        each_once(daemon, writer.lines, "create, with archives")


def test_logrotate_copytruncate(test):
    """Copied and truncated; the pattern names the copies too. The writer holds still while logrotate copies: what comes
    between its copy and its truncation is lost by logrotate itself."""
    logs, daemon = following(test, {"paths": ["app.log*"]})
    rotate = Logrotate(test, logs, "copytruncate")
    with daemon:
        writer = Writer(logs / "app.log")
        writer.start()
        for _ in range(5):
            time.sleep(0.7)
            with writer.lock:
                rotate.run()
        each_once(daemon, writer.end(), "copytruncate")
        check(daemon.metric("vigil_file_truncations_total") >= 4, "truncations")


def test_kill_in_the_middle(test):
    """kill -9 again and again while files are written and rotated: every line is there, and once."""
    logs, daemon = following(test, {"paths": ["app.log", "other.log"]})
    rotate = Logrotate(test, logs, "create 0644")
    cycles = 100 if test.long else 8
    seed = random.randrange(1 << 30)
    dice = random.Random(seed)
    writers = [Writer(logs / "app.log", 0.0002), Writer(logs / "other.log", 0.003)]
    for writer in writers:
        writer.start()
    for cycle in range(cycles):
        daemon.start()
        time.sleep(dice.uniform(0.05, 1.2))
        if cycle % 3 == 1:
            rotate.run()
            writers[0].reopen()
            time.sleep(dice.uniform(0, 0.3))
        daemon.kill9()
    with daemon:
        expected = [line for writer in writers for line in writer.end()]
        each_once(daemon, expected, f"{cycles} kills, seed {seed}", 60)
        print(f"# {cycles} kills, {len(expected)} lines", flush=True)


def test_nginx_writes_a_file(test):
    """nginx's access log, read from its file, gives the fields that it gives by syslog; its rotation loses nothing."""
    logs, daemon = following(test, {"paths": ["*.log"], "host": "srv-web"})
    logs.chmod(0o777)
    with daemon:
        nginx = Nginx(test, access_log=f"{logs}/access.log combined")
        for number in range(20):
            nginx.curl(f"/file-{number}?a=%22x", "-A", "Mozilla/5.0")
        os.rename(logs / "access.log", logs / "access.log.1")
        for number in range(20, 30):
            nginx.curl(f"/file-{number}")
        nginx.reopen()
        for number in range(30, 40):
            nginx.curl(f"/file-{number}")

        def paths():
            return collections.Counter(event["url"]["path"] for event in daemon.search("event.dataset:access_log"))
        wait_until(lambda: len(paths()) >= 40, 20 * test.build.slow, "40 requests")
        equal(sorted(paths().values()), [1] * 40, "each once")
        event = daemon.search('url.path:"/file-3"')[0]
        equal(event["host"]["name"], "srv-web", "host")
        equal(event["log"]["file"]["path"], str(logs / "access.log"), "path")
        equal(event["http"]["response"]["status_code"], 404, "status")
        equal(event["source"]["ip"], "127.0.0.1", "client")
        check("web" in event["vigil"]["kinds"], "kinds:", event["vigil"]["kinds"])
        check(not {"no_pri", "no_tag", "no_ts"} & set(event["vigil"].get("tags", [])), "tags:", event["vigil"].get("tags"))


def test_auth_log(test):
    """auth.log as rsyslog writes it: no PRI, and understood all the same."""
    logs, daemon = following(test, {"paths": ["auth.log"]})
    (logs / "auth.log").write_text("".join(
        f"{bsd_stamp(60 - n)} srv1 sshd[{4000 + n}]: Failed password for root from 203.0.113.9 port {50000 + n} ssh2\n"
        for n in range(30)) + f"{bsd_stamp()} srv1 CRON[77]: pam_unix(cron:session): session opened for user root\n")
    with daemon:
        daemon.wait_stored(31)
        event = daemon.search("event.outcome:failure")[0]
        equal(event["host"]["name"], "srv1", "host")
        equal(event["process"]["name"], "sshd", "program")
        equal(event["source"]["ip"], "203.0.113.9", "address")
        equal(event["user"]["name"], "root", "user")
        wait_until(daemon.incidents, 20 * test.build.slow, "a candidate from a file")


IIS = ("#Software: Microsoft Internet Information Services 10.0\r\n#Version: 1.0\r\n"
       "#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) sc-status\r\n"
       "2026-11-20 06:59:00 10.1.0.5 GET /登入.aspx id=1 443 - 203.0.113.9 Mozilla/5.0 200\r\n"
       "2026-11-20 06:59:01 10.1.0.5 POST /登入.aspx - 443 王小明 203.0.113.9 Mozilla/5.0 302\r\n")


def test_utf16_file(test):
    """An IIS log in UTF-16, of both byte orders: kept as it stands and shown as text, read in pieces that cut characters."""
    logs, daemon = following(test, {"paths": ["*.log"]})
    with daemon:
        for name, encoding in (("le.log", "utf-16-le"), ("be.log", "utf-16-be")):
            text = ("\ufeff" + IIS).encode(encoding)
            with open(logs / name, "wb", buffering=0) as out:
                for at in range(0, len(text), 301):
                    out.write(text[at:at + 301])
                    time.sleep(0.02)
        daemon.wait_stored(10)
        for name, encoding in (("le.log", "utf-16-le"), ("be.log", "utf-16-be")):
            events = daemon.search(f'log.file.path:"{logs / name}"')
            equal([event["event"]["original"] for event in events], IIS.split("\r\n")[:-1], name)
            check(all("utf16" in event["vigil"]["tags"] for event in events), "tags")
            raw = daemon.search_raw(f'log.file.path:"{logs / name}" 王小明', raw=1)
            mark = "\ufeff".encode(encoding)
            check(raw.startswith(mark + "2026-11-20 06:59:01".encode(encoding)), "raw:", raw[:60])
        equal(len(daemon.search("王小明")), 2, "found by its characters")
    # The same lines by themselves, offline.
    frames = [("\ufeff" + line).encode("utf-16-le").hex() for line in IIS.split("\r\n")[:-1]]
    done = subprocess.run([test.build.vigil, "parse", "--hex"], input="\n".join(frames) + "\n", capture_output=True,
                          text=True, check=True)
    shown = [json.loads(line)["event"]["original"] for line in done.stdout.splitlines()]
    equal(shown, IIS.split("\r\n")[:-1], "vigil parse")


def test_traces(test):
    """A Java program's log: a trace is one event, and the last one does not wait for ever."""
    logs, daemon = following(test, {"paths": ["java.log"], "multiline": r"^\d{4}-\d\d-\d\d "})
    traces = [f"2026-11-20 06:59:{n:02d} ERROR [main] app.Main: failed {n}\n"
              f"java.lang.IllegalStateException: 狀態錯誤 {n}\n\tat app.Main.run(Main.java:{n})\n"
              f"\nCaused by: java.io.IOException: disk\n\t... {n} more" for n in range(20)]
    with daemon:
        with open(logs / "java.log", "w", buffering=1) as out:
            for trace in traces:
                for line in trace.split("\n"):
                    out.write(line + "\n")
                    time.sleep(0.002)
        daemon.wait_stored(20)
        equal(daemon.messages(), traces, "traces")


def test_archives(test):
    """Archives are read once, also over a restart; one that is still being written is waited for."""
    logs, daemon = following(test, {"paths": ["*.gz"]})
    lines = [f"line {n:05d} of an archive" for n in range(20_000)]
    packed = gzip.compress("\n".join(lines).encode() + b"\n")
    with daemon:
        with open(logs / "a.gz", "wb", buffering=0) as out:
            for at in range(0, len(packed), len(packed) // 4):
                out.write(packed[at:at + len(packed) // 4])
                time.sleep(0.5)
        each_once(daemon, lines, "archive")
        daemon.stop()
        daemon.start()
        time.sleep(7)
        each_once(daemon, lines, "archive after a restart")


def test_files_in_trouble(test):
    """What is no file, and what may not be read, is said once with the remedy, shown in the status, and read once it can be."""
    logs, daemon = following(test, {"paths": ["secret.log", "fifo.log", "late.log"]})
    os.mkfifo(logs / "fifo.log")
    with daemon:
        wait_until(lambda: "fifo.log is a directory, FIFO" in daemon.process.log(), 10, "said")
        time.sleep(2.5)
        equal(daemon.process.log().count("fifo.log is a directory, FIFO"), 1, "said once")
        equal([file.get("trouble") for file in daemon.status()["files"]], ["not_a_file"], "status")
        os.unlink(logs / "fifo.log")
        (logs / "fifo.log").write_text("line now a file\n")
        (logs / "late.log").write_text("line late\n")
        daemon.wait_stored(2)
        shown = daemon.cli("status", "--format", "table").stdout
        check(str(logs / "late.log") in shown, "vigil status:", shown)
        equal(daemon.metric("vigil_files_open"), 2, "open")
        equal(daemon.metric("vigil_file_behind_bytes"), 0, "behind")


def test_unreadable_file(test):
    """Without the right to read: said with the remedy, retried, and read once the right is given."""
    if os.geteuid() != 0:
        raise Skip("needs root, to give the daemon less")
    logs, daemon = following(test, {"paths": ["secret.log"]}, preexec=None,
                             wrap=[need("setpriv"), "--reuid=65534", "--regid=65534", "--clear-groups"])
    daemon.directory.chmod(0o777)
    secret = logs / "secret.log"
    secret.write_text("line secret\n")
    secret.chmod(0o600)
    with daemon:
        wait_until(lambda: "may not be read" in daemon.process.log(), 10 * test.build.slow, "said")
        check(re.search(r"setfacl|adm", daemon.process.log()), "the remedy")
        secret.chmod(0o644)
        daemon.wait_stored(1)
        equal(lines_of(daemon), ["line secret"], "read")


def test_check_config_names_a_bad_multiline(test):
    """A pattern that is none is refused before anything starts, with its place."""
    path = test.directory / "bad.yaml"
    path.write_text('files:\n  - paths: [/var/log/x.log]\n    multiline: "^("\n')
    done = subprocess.run([test.build.vigild, "--check-config", "--config", path], capture_output=True, text=True, check=False)
    equal(done.returncode, 2, done.stdout + done.stderr)
    check("files[0].multiline" in done.stdout + done.stderr or "multiline" in done.stdout + done.stderr, "says which")
    check("missing )" in done.stdout + done.stderr, "says why:", done.stdout + done.stderr)


def test_a_large_file_at_first_sight(test):
    """A large file is read from its beginning; memory does not grow with it, and others are read meanwhile."""
    logs, daemon = following(test, {"paths": ["*.log"]})
    count = 3_000_000 if test.long else 400_000
    with open(logs / "large.log", "w") as out:
        for n in range(count):
            out.write(f"{n:08d} 10.0.0.1 - - [20/Nov/2026:07:00:00 +0000] \"GET /x HTTP/1.1\" 200 1 \"-\" \"-\"\n")
    with daemon:
        (logs / "small.log").write_text("line of the small one\n")
        wait_until(lambda: lines_of(daemon, "small"), 20 * test.build.slow, "the small one")
        daemon.wait_stored(count + 1, 120)
        check(daemon.memory_bytes() < (2_000 if test.build.sanitizers else 700) * 1024 * 1024, "memory:",
              daemon.memory_bytes())
        equal(daemon.status()["stored"], count + 1, "stored")
