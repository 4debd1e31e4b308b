"""Hostile and broken input at the sockets, by the numbers of the bad-input table. (What a parser alone decides is
tested in tests/parsers/.) After each of them a good line must still be stored, and the sum must hold."""

import json
import os
import pathlib
import re
import resource
import socket
import struct
import subprocess
import threading
import time

from harness import (Process, Skip, bsd_stamp, check, counted, equal, need, need_root, read_to_end, reset, stamp,
                     wait_until)

GOOD = "<13>1 - good app - - - a good line"


def still_fine(daemon):
    """A good line over each transport is stored, and received = stored + discarded."""
    before = len(daemon.search("host.name:good"))
    daemon.udp([GOOD])
    daemon.tcp(counted(GOOD))
    wait_until(lambda: len(daemon.search("host.name:good")) == before + 2, 20 * daemon.build.slow, "two good lines")
    daemon.wait_quiet()


def tags_of(event):
    return event["vigil"].get("tags", [])


def closed_for(daemon, reason):
    """How many connections were closed by us for this reason."""
    return sum(value for series in daemon.metrics().values() for labels, value in series.items()
               if f"reason={reason}" in labels.split(","))


def test_bi_1_and_8_empty_datagrams(test):
    """BI-1, BI-8: an empty datagram and 64 KiB of NULs are counted, not stored, not answered."""
    with test.daemon() as daemon:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
            out.connect(("127.0.0.1", daemon.syslog_port))
            for datagram in (b"", b"\0" * 65507, b"\r\n\r\n"):
                out.send(datagram)
            wait_until(lambda: daemon.metric("vigil_discarded_total", reason="empty") == 3, 20, "three counted")
            out.settimeout(0.2)
            try:
                check(not out.recv(10), "an answer to an empty datagram")
            except TimeoutError:
                pass
        equal(daemon.messages(), [], "records")
        still_fine(daemon)


def test_bi_2_to_5_priorities(test):
    """BI-2 to BI-5: missing, too large, signed, unterminated and endless priorities are kept as they came."""
    frames = ["hello", "<192>x", "<999>x", "<0000034>x", "<-1>x", "<+5>x", "<5", "<99999999999999999999>x"]
    with test.daemon() as daemon:
        daemon.udp(frames)
        daemon.wait_stored(len(frames))
        events = daemon.search("")
        equal([event["event"]["original"] for event in events], frames, "originals")
        for event in events:
            equal(event["log"]["syslog"]["priority"], 13, event["event"]["original"])
            check({"no_pri", "bad_pri"} & set(tags_of(event)), event["event"]["original"], tags_of(event))
        still_fine(daemon)


def test_bi_6_the_largest_datagram(test):
    """BI-6: 65,507 bytes in one datagram are stored whole."""
    head = f"<13>1 {stamp()} big app - - - ".encode()
    message = head + b"x" * (65507 - len(head) - 1) + b"|"
    with test.daemon() as daemon:
        daemon.udp([message])
        daemon.wait_stored(1)
        equal(daemon.search_raw("", raw=1), message + b"\n", "raw bytes")
        check("truncated" not in tags_of(daemon.search("")[0]), "tagged truncated")


def test_bi_9_a_datagram_from_port_0(test):
    """BI-9: an impossible source (port 0) is stored with the tag suspicious_source."""
    need_root()
    try:
        raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_UDP)
    except PermissionError:
        raise Skip("no raw sockets here") from None
    with raw, test.daemon() as daemon:
        payload = b"<13>1 - spoofed app - - - from port 0"
        raw.sendto(struct.pack("!HHHH", 0, daemon.syslog_port, 8 + len(payload), 0) + payload, ("127.0.0.1", 0))
        daemon.wait_stored(1)
        equal("suspicious_source" in tags_of(daemon.search("host.name:spoofed")[0]), True, "suspicious_source")
        still_fine(daemon)


def test_bi_11_octet_counts_nobody_means(test):
    """BI-11: eleven digits are a line; ten digits above 16 MiB close the connection; nothing is allocated for them."""
    with test.daemon() as daemon:
        daemon.tcp(b"99999999999 <13>eleven digits\n")
        daemon.wait_stored(1)
        equal(daemon.messages(), ["99999999999 <13>eleven digits"], "kept as a line")
        with daemon.connect() as out:
            out.sendall(b"9999999999 <13>ten digits")
            read_to_end(out)  # closed by the daemon
        wait_until(lambda: closed_for(daemon, "frame_len_insane") == 1, 10, "frame_len_insane counted")
        still_fine(daemon)


def test_bi_12_counts_that_are_none(test):
    """BI-12: `0 <`, `-5 ` and leading zeros are lines, kept."""
    frames = ["0 <13>zero", "-5 <13>negative", "00012 <13>leading zeros"]
    with test.daemon() as daemon:
        for frame in frames:
            daemon.tcp(frame.encode() + b"\n")
        daemon.wait_stored(3)
        equal(sorted(daemon.messages()), sorted(frames), "lines")
        still_fine(daemon)


def test_bi_13_a_count_larger_than_what_comes(test):
    """BI-13: the partial frame at the end is kept with truncated_frame."""
    with test.daemon() as daemon:
        daemon.tcp(b"200 <13>only this came")
        daemon.wait_stored(1)
        event = daemon.search("")[0]
        check("only this came" in event["event"]["original"], event["event"]["original"])
        check("truncated_frame" in tags_of(event), tags_of(event))
        still_fine(daemon)


def test_bi_14_counts_smaller_than_the_messages(test):
    """BI-14: out of step is kept; a connection that stays out of step is closed."""
    with test.daemon() as daemon:
        with daemon.connect() as out:
            try:
                out.sendall(b"10 <13>abcdefghijklmnopq\n" * 40)
                read_to_end(out)
            except OSError:
                pass
        wait_until(lambda: closed_for(daemon, "desync") == 1, 20 * test.build.slow, "closed for desync")
        wait_until(lambda: daemon.status()["stored"] > 5, 10 * test.build.slow, "what came before is kept")
        still_fine(daemon)


def test_bi_15_both_framings_mixed(test):
    """BI-15: counted and LF frames on one connection, however TCP cuts them: no complete frame is lost."""
    messages = [f"<13>1 - mix app - - - frame {n} 中" for n in range(120)]
    data = b"".join(counted(m) if n % 2 else m.encode() + b"\n" for n, m in enumerate(messages))
    with test.daemon() as daemon:
        with daemon.connect() as out:
            out.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for start in range(0, len(data), 13):
                out.sendall(data[start:start + 13])
            out.shutdown(socket.SHUT_WR)
            read_to_end(out)
        daemon.wait_stored(len(messages))
        equal(daemon.messages(), messages, "frames in order")


def test_bi_16_a_line_of_ten_megabytes(test):
    """BI-16: the first 64 KiB are kept with oversize, the rest is skipped to the LF, memory stays bounded."""
    with test.daemon() as daemon:
        daemon.tcp_lines([GOOD])
        daemon.wait_stored(1)
        before = daemon.memory_bytes()
        daemon.tcp(b"<13>" + b"a" * (10 * 1024 * 1024) + b"\n" + b"<13>the line after it\n")
        daemon.wait_stored(3)
        sizes = [len(line) for line in daemon.messages()]
        equal(sizes, [len(GOOD), 65536, len("<13>the line after it")], "sizes")
        check("oversize" in tags_of(daemon.search("")[1]), "oversize")
        grown = daemon.memory_bytes() - before
        if not test.build.sanitizers:
            check(grown < 16 * 1024 * 1024, f"memory grew by {grown} bytes")
        still_fine(daemon)


def test_bi_17_slow_senders(test):
    """BI-17: many connections that give a byte now and then (5,000 with --long) do not slow a live one."""
    wanted = 5000 if test.long else 400
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 2 * wanted + 500), hard))
    # The daemon needs its descriptors as well.
    with test.daemon() as daemon:
        before = daemon.memory_bytes()
        slow = []
        try:
            for _ in range(wanted):
                connection = daemon.connect()
                connection.sendall(b"<")
                slow.append(connection)
            for connection in slow:
                connection.sendall(b"1")
            begin = time.monotonic()
            daemon.tcp_lines([f"<13>1 - live app - - - {n}" for n in range(2000)])
            daemon.wait_stored(2000)
            took = time.monotonic() - begin
            check(took < 10 * test.build.slow, f"a live sender needed {took:.1f} s for 2,000 lines")
            grown = daemon.memory_bytes() - before
            if not test.build.sanitizers:
                check(grown < 100 * 1024 * 1024, f"{wanted} slow connections cost {grown} bytes")
            if test.long:  # a frame older than 30 s is kept as it is
                time.sleep(40)
                check(any("slow_frame" in tags_of(event) for event in daemon.search("vigil.tags:slow_frame", limit=10)),
                      "no slow_frame after 40 s")
        finally:
            for connection in slow:
                connection.close()
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_bi_18_silent_connections_up_to_the_descriptor_limit(test):
    """BI-18: connections that send nothing until descriptors run out: a live sender is still served."""
    def few_descriptors():
        resource.setrlimit(resource.RLIMIT_NOFILE, (200, 200))
    with test.daemon(preexec=few_descriptors) as daemon:
        silent = []
        try:
            for _ in range(300):
                try:
                    silent.append(daemon.connect(timeout=3))
                except OSError:
                    break
            check(len(silent) > 150, f"only {len(silent)} connections were possible")

            def served():
                try:
                    with daemon.connect(timeout=3) as out:
                        out.sendall(GOOD.encode() + b"\n")
                        out.shutdown(socket.SHUT_WR)
                        read_to_end(out)
                except OSError:
                    return False
                return True
            wait_until(served, 30, "a live sender beside the silent ones")
        finally:
            for connection in silent:
                connection.close()
        wait_until(lambda: daemon.search("host.name:good"), 30 * test.build.slow, "its line")
        still_fine(daemon)


def test_bi_19_a_reset_in_the_middle_of_a_frame(test):
    """BI-19: what came before a RST is kept, partial frame included."""
    with test.daemon() as daemon:
        for partial in (b"<13>a whole line\n<13>half a li",
                        counted("<13>a whole counted frame") + b"300 <13>half a counted"):
            out = daemon.connect()
            out.sendall(partial)
            time.sleep(0.3 * test.build.slow)
            reset(out)
        daemon.wait_stored(4)
        events = daemon.search("")
        originals = [event["event"]["original"] for event in events]
        check({"<13>a whole line", "<13>a whole counted frame", "<13>half a li"} <= set(originals), originals)
        check(any(original.endswith("half a counted") for original in originals), originals)
        cut = {tag for event in events for tag in tags_of(event)}
        check({"partial_eof", "truncated_frame"} <= cut, cut)
        still_fine(daemon)


def test_bi_20_trailers(test):
    """BI-20: CRLF, LF and NUL after a message are trailers, not parts of it."""
    with test.daemon() as daemon:
        daemon.tcp(b"<13>crlf\r\n<13>lf\n<13>nul and lf\0\n<13>last without")
        daemon.udp([b"<13>datagram crlf\r\n", b"<13>datagram nul\0"])
        daemon.wait_stored(6)
        equal(sorted(daemon.messages()), sorted(["<13>crlf", "<13>lf", "<13>nul and lf", "<13>last without",
                                                 "<13>datagram crlf", "<13>datagram nul"]), "messages")


def test_bi_21_a_line_feed_inside_a_counted_frame(test):
    """BI-21: one record, its LF kept and shown escaped."""
    message = "<13>1 - multi java - - - Exception\n\tat A\n\tat B"
    with test.daemon() as daemon:
        daemon.tcp(counted(message))
        daemon.wait_stored(1)
        body = daemon.search_raw("")
        equal(len(body.splitlines()), 1, "lines of JSON")
        check(rb"Exception\n\tat A" in body, "the LF is not escaped:", body[:300])
        equal(daemon.messages(), [message], "message")
        table = daemon.cli("search", "host.name:multi", "--since", "24h", "--format", "table").stdout
        check("\tat A" not in table, "a raw control character on the terminal")


def test_bi_22_other_protocols_on_the_syslog_port(test):
    """BI-22: HTTP and TLS are recognised, counted and closed; nothing of them is stored."""
    hello = bytes.fromhex("16030100c8010000c40303") + os.urandom(190)
    with test.daemon() as daemon:
        for data in (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"POST /_bulk HTTP/1.1\r\nHost: x\r\n\r\n", hello):
            with daemon.connect() as out:
                out.sendall(data)
                read_to_end(out)
        wait_until(lambda: closed_for(daemon, "http_on_syslog") == 2 and closed_for(daemon, "tls_on_plain") == 1, 10,
                   "counted")
        equal(daemon.messages(), [], "records")
        still_fine(daemon)


def test_bi_44_the_same_message_again_and_again(test):
    """BI-44: 100,000 equal messages (a million with --long) are all kept: two equal lines are two events."""
    count = 1_000_000 if test.long else 100_000
    line = f"<13>{bsd_stamp()} same app: the same message\n".encode()
    with test.daemon() as daemon:
        with daemon.connect() as out:
            for _ in range(count // 10_000):
                out.sendall(line * 10_000)
            out.shutdown(socket.SHUT_WR)
            read_to_end(out)
        daemon.wait_stored(count, 120)
        daemon.wait_quiet(300)
        rows = daemon.search("host.name:same | stats count()")
        equal([int(value) for value in rows[0].values()], [count], "count")


def ended(process, seconds=30):
    code = wait_until(lambda: process.popen.poll() is not None and (process.popen.poll(),), seconds, "vigild ending")[0]
    check(code not in (0, -11, -6, 99, 134, 139), f"ended with {code}: {process.log()[-800:]}")
    return process.log()


def test_bi_99_a_second_daemon_on_the_same_data(test):
    """BI-99: it is refused with a clear text; the first goes on undisturbed."""
    with test.daemon() as first:
        first.tcp_lines([GOOD])
        first.wait_stored(1)
        second = test.daemon()
        second.data = first.data
        second.launch()
        said = ended(second.process, 30 * test.build.slow)
        check(str(first.data) in said and re.search("lock|another|in use|使用中", said, re.I), "unclear:", said[-500:])
        still_fine(first)
        first.stop()
        first.start()
        equal(len(first.search("host.name:good")), 3, "records after a restart")


def test_bi_107_a_port_that_is_taken(test):
    """BI-107: a port in use is named, and the daemon does not start by halves."""
    with test.daemon() as first:
        second = test.daemon()
        second.config["listeners"][1]["address"] = f"127.0.0.1:{first.syslog_port}"
        second.config_path.write_text(json.dumps(second.config))
        second.launch()
        said = ended(second.process, 30 * test.build.slow)
        check(str(first.syslog_port) in said, "the port is not named:", said[-500:])
        still_fine(first)


def test_bi_100_a_data_directory_that_cannot_be(test):
    """BI-100: a file in its place, nobody's permission, read-only: refused with the path in the message. A missing one
    is made."""
    with test.daemon() as daemon:
        check(daemon.data.is_dir(), "a missing data directory is not made")
    blocked = test.daemon()
    blocked.data = test.directory / "a-file"
    blocked.data.write_text("in the way")
    blocked.launch()
    check(str(blocked.data) in ended(blocked.process, 30 * test.build.slow), "the path is not named")
    equal(blocked.data.read_text(), "in the way", "the file was changed")

    need_root()

    def as_nobody():
        os.setgroups([])
        os.setgid(65534)
        os.setuid(65534)
    private = test.directory / "private"
    private.mkdir(mode=0o700)
    foreign = test.daemon(preexec=as_nobody)
    foreign.data = private / "data"
    foreign.launch()
    check(str(private) in ended(foreign.process, 30 * test.build.slow), "the path is not named")


def mount_namespace(script):
    """A command line that runs `script` in a mount namespace of its own, then the command behind it."""
    need_root()
    unshare = need("unshare")
    probe = subprocess.run([unshare, "--mount", "true"], capture_output=True, check=False)
    if probe.returncode != 0:
        raise Skip("no mount namespaces here")
    return [unshare, "--mount", "sh", "-c", f'{script} && exec "$@"', "sh"]


def test_bi_100_a_read_only_file_system(test):
    """BI-100: a data directory on a read-only file system is refused with the path."""
    place = test.directory / "place"
    place.mkdir()
    daemon = test.daemon(wrap=mount_namespace(f"mount -t tmpfs -o ro tmpfs {place}"))
    daemon.data = place / "data"
    daemon.launch()
    check(str(place) in ended(daemon.process, 30 * test.build.slow), "the path is not named")


def test_bi_100_a_full_file_system(test):
    """BI-100: no room at start: refused, or alive and not ready; never an acknowledgement for what is not kept."""
    place = test.directory / "place"
    place.mkdir()
    daemon = test.daemon(wrap=mount_namespace(
        f"mount -t tmpfs -o size=1m tmpfs {place} && {{ dd if=/dev/zero of={place}/filler bs=4k 2>/dev/null; true; }}"))
    daemon.data = place / "data"
    daemon.launch()

    def decided():
        if not daemon.process.alive():
            return "ended"
        try:
            status = daemon.get("/readyz")[0]
        except OSError:
            return None
        return "ready" if status == 200 else "not ready"
    state = wait_until(decided, 40 * test.build.slow, "a decision")
    if state == "ended":
        check(daemon.process.popen.returncode not in (0, -11, -6, 99), daemon.process.log()[-800:])
        check(str(place) in daemon.process.log() or re.search("space|空間", daemon.process.log(), re.I), "unclear")
        return
    status, body = daemon.request("POST", "/ingest/ndjson?source=full",
                                  b"".join(b'{"message":"%064d"}\n' % n for n in range(60_000)))
    check(status != 200, "acknowledged on a full file system:", status, body[:200])
    daemon.process.kill()


def test_bi_100_a_file_system_that_fills_up(test):
    """BI-100: full while running: not ready and not acknowledging, still answering; it resumes by itself, nothing lost."""
    place = test.directory / "place"
    place.mkdir()
    daemon = test.daemon(wrap=mount_namespace(f"mount -t tmpfs -o size=256m tmpfs {place}"))
    daemon.data = place / "data"
    with daemon:
        # The daemon's own view of the mount: a file beside its data takes the room away, and gives it back.
        filler = pathlib.Path(f"/proc/{daemon.process.pid}/root{place}/filler")
        acknowledged = daemon.ingest([{"message": f"before {n}"} for n in range(100)])["accepted"]
        with open(filler, "wb", buffering=0) as out:
            try:
                while True:
                    out.write(bytes(64 * 1024))
            except OSError:
                pass
        body = b"".join(b'{"message":"while full %d %s"}\n' % (n, os.urandom(200).hex().encode()) for n in range(2000))

        def refused():
            nonlocal acknowledged
            status, answer = daemon.request("POST", "/ingest/ndjson?source=full", body)
            if status == 200:
                acknowledged += json.loads(answer)["accepted"]
            return status != 200
        wait_until(refused, 30 * test.build.slow, "a refusal on the full file system")
        equal(daemon.get("/readyz")[0], 503, "/readyz while full")
        equal(daemon.get("/healthz")[0], 200, "/healthz while full")
        check(daemon.status()["stored"] >= acknowledged, "stored while full")
        filler.unlink()
        wait_until(lambda: daemon.get("/readyz")[0] == 200, 15 * test.build.slow, "ready again after space returned")
        acknowledged += daemon.ingest([{"message": f"after {n}"} for n in range(100)])["accepted"]
        daemon.wait_quiet()
        found = len(daemon.search_raw("", raw=1).splitlines())
        check(found >= acknowledged, f"{found} found of {acknowledged} acknowledged")


def test_bi_113_standard_descriptors_closed_at_start(test):
    """BI-113: started with 0, 1 and 2 closed: no log line finds its way into a database file."""
    daemon = test.daemon(wrap=["sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh"])
    with daemon:
        daemon.tcp_lines([f"<13>{bsd_stamp()} h app: {n}" for n in range(2000)])
        daemon.wait_stored(2000)
        with daemon.connect() as out:
            out.sendall(b"GET / HTTP/1.1\r\n\r\n")  # something worth a log line
            read_to_end(out)
        still_fine(daemon)
        daemon.stop()
        daemon.start()
        equal(len(daemon.search("host.name:h")), 2000, "records after a restart")
        check("recovery" not in daemon.status() or daemon.status()["recovery"] is None or
              daemon.status()["recovery"].get("clean", True), "the store was damaged")


def test_bi_113_a_broken_pipe_as_standard_output(test):
    """BI-113: the reader of its output goes away: the daemon goes on."""
    daemon = test.daemon()
    reader, writer = os.pipe()
    daemon.process = Process([daemon.build.vigild, "--config", daemon.config_path, "--data", daemon.data],
                             daemon.directory / "unused.log", env=daemon.env,
                             preexec=lambda: (os.dup2(writer, 1), os.dup2(writer, 2)))
    os.close(writer)
    os.close(reader)
    with daemon_running(daemon):
        for _ in range(3):
            with daemon.connect() as out:
                out.sendall(b"GET / HTTP/1.1\r\n\r\n")
                read_to_end(out)
        still_fine(daemon)


class daemon_running:
    """Waits for a daemon somebody else launched, and stops it."""

    def __init__(self, daemon):
        self.daemon = daemon

    def __enter__(self):
        self.daemon.wait_ready()
        return self.daemon

    def __exit__(self, kind, value, trace):
        if kind is None:
            self.daemon.stop()
        else:
            self.daemon.process.kill()


def test_bi_114_name_servers_that_do_not_answer(test):
    """BI-114: with dead DNS ingest is as fast as ever: no look-up is in its path."""
    resolver = test.directory / "resolv.conf"
    resolver.write_text("nameserver 192.0.2.1\noptions timeout:5 attempts:3\n")
    target = pathlib.Path("/etc/resolv.conf").resolve()
    if not target.exists():
        raise Skip("no /etc/resolv.conf here")
    extra = {"channels": [{"id": "mail", "kind": "smtp", "server": "smtp://mail.example.edu.tw:25",
                           "from": "vigil@example.edu.tw"}]}
    with test.daemon(wrap=mount_namespace(f"mount --bind {resolver} {target}"), extra=extra) as daemon:
        daemon.tcp_lines([f"<86>{bsd_stamp(60 - n)} srv1 sshd[{n + 1}]: Failed password for root from 203.0.113.9 port "
                          f"{4000 + n} ssh2" for n in range(60)])
        time.sleep(5)  # by now the dispatcher is in its look-up
        begin = time.monotonic()
        for n in range(20):
            daemon.ingest([{"message": f"with dead DNS {n}"}])
        took = time.monotonic() - begin
        check(took < 4 * test.build.slow, f"20 acknowledgements took {took:.1f} s")
        still_fine(daemon)


def test_garbage_from_many_sides_at_once(test):
    """Random bytes over UDP, TCP and HTTP for some seconds: no crash, and the sum holds."""
    with test.daemon() as daemon:
        deadline = time.monotonic() + (60 if test.long else 5)

        def noise(port, kind):
            while time.monotonic() < deadline:
                try:
                    with socket.socket(socket.AF_INET, kind) as out:
                        out.settimeout(2)
                        out.connect(("127.0.0.1", port))
                        for _ in range(20):
                            out.send(os.urandom(1 + int.from_bytes(os.urandom(2), "big") % 3000))
                        time.sleep(0.005)  # broken, not a flood
                except OSError:
                    pass
        threads = [threading.Thread(target=noise, args=arguments) for arguments in
                   [(daemon.syslog_port, socket.SOCK_DGRAM), (daemon.syslog_port, socket.SOCK_STREAM),
                    (daemon.syslog_port, socket.SOCK_STREAM), (daemon.http_port, socket.SOCK_STREAM)]]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        still_fine(daemon)
