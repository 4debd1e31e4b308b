"""What every end-to-end test stands on: the real daemon on loopback with ports searched free, ways to send, to ask
and to wait. Standard library only."""

import contextlib
import datetime
import http.client
import json
import os
import pathlib
import random
import re
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import time
import urllib.parse

TOP = pathlib.Path(__file__).resolve().parents[2]

# Programs without a zone in their timestamps write local time: a school in Taiwan, whatever this machine is set to.
os.environ["TZ"] = "Asia/Taipei"
time.tzset()


class Skip(Exception):
    """This machine cannot run the test; the reason is shown and counted, never hidden."""


class Failure(Exception):
    pass


def check(condition, *what):
    if not condition:
        raise Failure(" ".join(str(part) for part in what))


def equal(got, expected, what=""):
    if got != expected:
        raise Failure(f"{what}: got {got!r}, expected {expected!r}")


def need(*programs):
    """Full paths of programs, also those in sbin; skips when one is not installed."""
    found = []
    for program in programs:
        path = shutil.which(program, path=os.environ.get("PATH", "") + ":/usr/local/sbin:/usr/sbin:/sbin")
        if path is None:
            raise Skip(f"{program} is not installed")
        found.append(path)
    return found[0] if len(found) == 1 else found


def need_root():
    if os.geteuid() != 0:
        raise Skip("needs root")


class Build:
    """One build directory: its programs and how they were made."""

    def __init__(self, directory):
        self.directory = pathlib.Path(directory).resolve()
        self.vigild = self.directory / "bin" / "vigild"
        self.vigil = self.directory / "bin" / "vigil"
        cache = (self.directory / "CMakeCache.txt").read_text(errors="replace")
        found = re.search(r"^VIGIL_SANITIZE:\w+=(.*)$", cache, re.M)
        self.sanitizers = found.group(1) if found else ""

    @property
    def slow(self):
        """Deadlines are this many times longer under sanitizers."""
        return 4 if self.sanitizers else 1


def wait_until(question, seconds, what, every=0.05):
    """Asks until the answer is true; returns it."""
    deadline = time.monotonic() + seconds
    while True:
        answer = question()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise Failure(f"waited {seconds} s in vain: {what}")
        time.sleep(every)


def free_port(given=set()):  # noqa: B006: what was given is remembered from call to call
    """A port free for TCP and UDP, outside the range the kernel hands out by itself: it stays free until taken. No port is
    given twice."""
    for _ in range(200):
        port = random.randint(20000, 31999)
        if port in given:
            continue
        with contextlib.ExitStack() as stack:
            try:
                for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
                    probe = stack.enter_context(socket.socket(socket.AF_INET, kind))
                    probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        given.add(port)
        return port
    raise Failure("no free port was found")


class Process:
    """A child in a process group of its own, so that nothing it started outlives the test."""

    def __init__(self, command, log, cwd=None, env=None, preexec=None, stdin=subprocess.DEVNULL):
        self.log_path = pathlib.Path(log)
        self.command = [str(part) for part in command]
        with open(self.log_path, "ab") as output:
            self.popen = subprocess.Popen(self.command, stdin=stdin, stdout=output, stderr=subprocess.STDOUT,
                                          cwd=cwd, env=env, preexec_fn=preexec, start_new_session=True)

    @property
    def pid(self):
        return self.popen.pid

    def alive(self):
        return self.popen.poll() is None

    def log(self):
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    def signal_group(self, number):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.popen.pid, number)

    def stop(self, seconds=20):
        """SIGTERM, then what it said at its end."""
        if self.alive():
            self.signal_group(signal.SIGTERM)
        try:
            return self.popen.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise Failure(f"{self.command[0]} did not end within {seconds} s of SIGTERM") from None

    def kill(self):
        self.signal_group(signal.SIGKILL)
        return self.popen.wait(20)


class Daemon:
    """One vigild with a data directory of its own."""

    def __init__(self, build, directory, *, udp_buffer=None, more_listeners=(), extra=None, wrap=(),
                 preexec=None, env=None):
        self.build = build
        self.directory = pathlib.Path(directory)
        self.data = self.directory / "data"
        self.syslog_port, self.http_port = free_port(), free_port()
        self.wrap = list(wrap)  # a command in front of vigild
        self.preexec = preexec
        self.env = dict(os.environ, **(env or {}))
        # A leak found at the end must fail the test that caused it.
        self.env.setdefault("ASAN_OPTIONS", "detect_leaks=1:abort_on_error=0:exitcode=99")
        self.env.setdefault("UBSAN_OPTIONS", "print_stacktrace=1:halt_on_error=1")
        self.config_path = self.directory / "vigil.yaml"
        self.config = self.default_config(udp_buffer)
        self.config["listeners"] += list(more_listeners)
        self.config.update(extra or {})
        # JSON is YAML.
        self.config_path.write_text(json.dumps(self.config, ensure_ascii=False, indent=1))
        self.process = None

    def default_config(self, udp_buffer):
        syslog, web = f"127.0.0.1:{self.syslog_port}", f"127.0.0.1:{self.http_port}"
        udp = {"protocol": "syslog-udp", "address": syslog, "organisation": "school-a", "timezone": "Asia/Taipei"}
        if udp_buffer:
            udp["receive_buffer_bytes"] = udp_buffer
        return {
            "listeners": [udp,
                          {"protocol": "syslog-tcp", "address": syslog, "organisation": "school-a",
                           "timezone": "Asia/Taipei"},
                          {"protocol": "http", "address": web, "organisation": "school-a"}],
            "organisations": [{"id": "school-a", "name": "甲國小", "tier": "C",
                               "contacts": [{"name": "資安聯絡人甲", "role": "contact", "mail": "contact-a@example.edu.tw"}]}],
            "channels": [{"id": "spool", "kind": "spool", "directory": str(self.directory / "spool")}],
        }

    # Life.

    def launch(self):
        """Starts without waiting."""
        self.process = Process([*self.wrap, self.build.vigild, "--config", self.config_path, "--data", self.data],
                               self.directory / "vigild.log", env=self.env, preexec=self.preexec)

    def start(self):
        self.launch()
        self.wait_ready()
        return self

    def wait_ready(self, seconds=30):
        def ready():
            if not self.process.alive():
                raise Failure(f"vigild ended with {self.process.popen.returncode}: {self.process.log()[-2000:]}")
            try:
                return self.get("/readyz")[0] == 200
            except OSError:
                return False
        wait_until(ready, seconds * self.build.slow, "vigild ready")

    def stop(self):
        if self.process is None:
            return
        code = self.process.stop(30 * self.build.slow)
        check(code == 0, f"vigild ended with {code}: {self.process.log()[-3000:]}")

    def kill9(self):
        self.process.popen.send_signal(signal.SIGKILL)
        self.process.popen.wait(20)

    def __enter__(self):
        return self.start()

    def __exit__(self, kind, value, trace):
        if self.process is None or not self.process.alive():
            return
        if kind is None:
            self.stop()
        else:
            self.process.kill()

    # Asking.

    def request(self, method, path, body=None, headers=None, timeout=60):
        connection = http.client.HTTPConnection("127.0.0.1", self.http_port, timeout=timeout)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def get(self, path, **kwargs):
        return self.request("GET", path, **kwargs)

    def json(self, path):
        status, body = self.get(path)
        check(status == 200, f"GET {path}: {status} {body[:300]!r}")
        return json.loads(body)

    def search_raw(self, query="", limit=0, order="asc", **more):
        parameters = urllib.parse.urlencode({"q": query, "limit": limit, "order": order, **more})
        status, body = self.get(f"/api/v1/search?{parameters}", timeout=300)
        check(status == 200, f"search {query!r}: {status} {body[:300]!r}")
        return body

    def search(self, query="", **more):
        return [json.loads(line) for line in self.search_raw(query, **more).splitlines()]

    def messages(self, query="", **more):
        """What was received, byte for byte, in order of arrival."""
        return [event["event"]["original"] for event in self.search(query, **more)]

    def status(self):
        return self.json("/api/v1/status")

    def incidents(self):
        return self.json("/api/v1/incidents")["incidents"]

    def metrics(self):
        """{"name": {"label=value,…": number}}, as /metrics tells."""
        status, body = self.get("/metrics")
        check(status == 200, "GET /metrics:", status)
        table = {}
        for line in body.decode().splitlines():
            found = re.match(r"^([a-zA-Z_:]\w*)(?:\{(.*)\})? ([-+0-9.eE]+|NaN|[+-]Inf)$", line)
            if found:
                labels = ",".join(f"{k}={v}" for k, v in re.findall(r'(\w+)="((?:[^"\\]|\\.)*)"', found.group(2) or ""))
                table.setdefault(found.group(1), {})[labels] = float(found.group(3))
            else:
                check(line == "" or line.startswith("#"), "not Prometheus text:", line)
        return table

    def metric(self, name, **labels):
        """Sum over all series of the name whose labels match."""
        total = 0.0
        for series, value in self.metrics().get(name, {}).items():
            have = dict(part.split("=", 1) for part in series.split(",") if part)
            if all(have.get(key) == wanted for key, wanted in labels.items()):
                total += value
        return total

    def wait_stored(self, count, seconds=60):
        """Until `count` messages of ours are stored."""
        wait_until(lambda: self.status()["stored"] >= count, seconds * self.build.slow,
                   f"{count} stored (have {self.status()['stored']})")

    def wait_quiet(self, seconds=60):
        """Until nothing moves any more: received = stored + discarded, twice the same, and all of it watched."""
        last = [None]

        def quiet():
            status = self.status()
            now = (status["received"], status["stored"], json.dumps(status["discarded"], sort_keys=True))
            still = now == last[0] and status["rule_lag_events"] == 0
            last[0] = now
            return status if still and status["received"] == status["stored"] + sum(status["discarded"].values()) else None
        return wait_until(quiet, seconds * self.build.slow, "a quiet moment", every=0.2)

    def cli(self, *arguments, expect=0, text=True):
        """Runs `vigil` over the Unix socket."""
        done = subprocess.run([self.build.vigil, *arguments, "--data", self.data], capture_output=True, timeout=120,
                              text=text, check=False)
        if expect is not None:
            check(done.returncode == expect, f"vigil {' '.join(map(str, arguments))}: exit {done.returncode}, "
                  f"expected {expect}\n{done.stdout[-800:]}\n{done.stderr[-800:]}")
        return done

    def memory_bytes(self):
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
        return 0

    # Sending.

    def udp(self, messages):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
            out.connect(("127.0.0.1", self.syslog_port))
            for message in messages:
                out.send(as_bytes(message))

    def connect(self, timeout=30):
        return socket.create_connection(("127.0.0.1", self.syslog_port), timeout=timeout)

    def tcp(self, data):
        """Sends a whole connection's bytes and waits until the daemon has read them."""
        with self.connect() as out:
            out.sendall(as_bytes(data))
            out.shutdown(socket.SHUT_WR)
            read_to_end(out)

    def tcp_lines(self, messages):
        self.tcp(b"".join(as_bytes(message) + b"\n" for message in messages))

    def ingest(self, documents, source="e2e", timeout=60):
        body = "".join(json.dumps(document, ensure_ascii=False) + "\n" for document in documents).encode()
        status, answer = self.request("POST", f"/ingest/ndjson?source={source}", body,
                                      {"Content-Type": "application/x-ndjson"}, timeout=timeout)
        check(status == 200, "ingest:", status, answer[:300])
        return json.loads(answer)


def as_bytes(message):
    return message.encode() if isinstance(message, str) else message


def counted(message):
    """A frame by octet counting (RFC 6587 3.4.1)."""
    message = as_bytes(message)
    return str(len(message)).encode() + b" " + message


def read_to_end(connection):
    """What the other side still says, until it closes or resets."""
    said = b""
    with contextlib.suppress(OSError):
        while chunk := connection.recv(65536):
            said += chunk
    return said


def reset(connection):
    """Closes with RST instead of FIN."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def stamp(seconds_ago=0, zone_hours=8):
    """Now as an RFC 5424 timestamp."""
    zone = datetime.timezone(datetime.timedelta(hours=zone_hours))
    at = datetime.datetime.now(zone) - datetime.timedelta(seconds=seconds_ago)
    return at.isoformat(timespec="milliseconds")


def bsd_stamp(seconds_ago=0, zone_hours=8):
    """Now as an RFC 3164 timestamp in the listener's zone."""
    zone = datetime.timezone(datetime.timedelta(hours=zone_hours))
    at = datetime.datetime.now(zone) - datetime.timedelta(seconds=seconds_ago)
    return f"{at:%b} {at.day:2d} {at:%H:%M:%S}"


class Test:
    """What a test function gets: the build, a directory of its own, and the long flag."""

    def __init__(self, build, long_run):
        self.build = build
        self.long = long_run
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="vigil-e2e-"))
        # Programs that drop their privileges must be able to reach their files in it.
        self.directory.chmod(0o755)
        self.daemons, self.processes = [], []

    def daemon(self, **options):
        directory = self.directory / f"d{len(self.daemons)}"
        directory.mkdir()
        daemon = Daemon(self.build, directory, **options)
        self.daemons.append(daemon)
        return daemon

    def run(self, command, log, **options):
        process = Process(command, self.directory / log, **options)
        self.processes.append(process)
        return process

    def clean_up(self, keep):
        for process in self.processes:
            process.signal_group(signal.SIGKILL)
            process.popen.wait(20)
        for daemon in self.daemons:
            if daemon.process is not None and daemon.process.alive():
                daemon.process.kill()
        if not keep:
            shutil.rmtree(self.directory, ignore_errors=True)

    def logs(self):
        """The last lines of every log, for a failed test."""
        pieces = []
        for path in sorted(self.directory.rglob("*.log")):
            if "archive" in path.parts:
                continue  # the store's own files
            tail = path.read_text(errors="replace").splitlines()[-15:]
            pieces.append(f"    {path}:\n" + "\n".join(f"      {line}" for line in tail))
        return "\n".join(pieces)
