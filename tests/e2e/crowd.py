"""Many who keep a connection and say next to nothing, and one who has something to say."""

import contextlib
import resource
import socket
import threading
import time

from certificates import Authority
from harness import check, counted, equal, free_port, stamp, wait_until


def allow_files(count):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < count:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(count, hard), hard))


def live_rate(daemon, lines, already):
    """Lines a second from the first byte sent until all are stored."""
    line = counted(f"<13>1 {stamp()} live app - - - " + "x" * 200)
    chunk = line * 500
    begin = time.monotonic()
    with daemon.connect() as out:
        for _ in range(lines // 500):
            out.sendall(chunk)
    wait_until(lambda: daemon.status()["stored"] >= already + lines, 120 * daemon.build.slow, f"{lines} lines stored", every=0.02)
    return lines / (time.monotonic() - begin)


def test_a_crowd_does_not_hold_up_a_live_sender(test):
    """Idle connections, slow ones and stalled TLS handshakes: a live sender's lines are all stored; in the long run, with 5,000,
    200 and 100 of them, it keeps 90 % of its rate and memory grows by less than 100 MB."""
    idle, slow, stalled = (5000, 200, 100) if test.long else (500, 50, 30)
    lines = 500_000 if test.long and not test.build.sanitizers else 20_000
    allow_files(2 * (idle + slow + stalled) + 200)
    authority = Authority(test.directory / "ca")
    authority.issue("server")
    port = free_port()
    secure = {"protocol": "syslog-tls", "address": f"127.0.0.1:{port}", "tls": {"certificate": str(authority.path("server.pem")), "key": str(authority.path("server.key"))}}
    with test.daemon(more_listeners=[secure]) as daemon, contextlib.ExitStack() as stack:
        stored = 0
        alone = []
        for _ in range(3):
            alone.append(live_rate(daemon, lines, stored))
            stored += lines
        before = daemon.memory_bytes()
        crowd = [stack.enter_context(daemon.connect()) for _ in range(idle)]
        drips = [stack.enter_context(daemon.connect()) for _ in range(slow)]
        for _ in range(stalled):
            half = stack.enter_context(socket.create_connection(("127.0.0.1", port)))
            half.sendall(b"\x16\x03\x01")
        ended = threading.Event()
        stack.callback(ended.set)

        def drip():
            while not ended.wait(0.5):
                for connection in drips:
                    with contextlib.suppress(OSError):
                        connection.send(b"<")
        threading.Thread(target=drip, daemon=True).start()
        together = []
        for _ in range(3):
            together.append(live_rate(daemon, lines, stored))
            stored += lines
        grown = daemon.memory_bytes() - before
        ratio = max(together) / max(alone)
        print(f"# crowd: alone {max(alone):,.0f}/s, beside {idle}+{slow}+{stalled} {max(together):,.0f}/s ({ratio:.2f}), "
              f"memory +{grown / 1e6:.1f} MB", flush=True)
        equal(len(crowd), idle, "connections")
        if test.long and not test.build.sanitizers:
            check(ratio >= 0.9, "the live sender keeps", ratio)
            check(grown < 100_000_000, "memory grew by", grown)
