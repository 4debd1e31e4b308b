"""Real senders: logger in all its forms, rsyslog over UDP and TCP, many connections at once. What goes in comes out."""

import random
import socket
import subprocess
import threading

from harness import Skip, bsd_stamp, check, counted, equal, free_port, need, stamp, wait_until
from real import Rsyslog, forward


def only(daemon, query):
    """The one event a query finds."""
    events = daemon.search(query)
    equal(len(events), 1, f"events for {query}")
    return events[0]


def test_logger_in_all_its_forms(test):
    """Every way logger(1) writes a message is stored once, with host, program and message where they belong."""
    logger = need("logger")
    with test.daemon() as daemon:
        port = str(daemon.syslog_port)
        where = ["-n", "127.0.0.1", "-P", port]
        forms = {
            "udp5424": ["-d", "--rfc5424"],
            "udp3164": ["-d", "--rfc3164"],
            "udpdefault": ["-d"],
            "udpnotime": ["-d", "--rfc5424=notime"],
            "udpnotq": ["-d", "--rfc5424=notq"],
            "udpnohost": ["-d", "--rfc5424=nohost"],
            "udpmsgid": ["-d", "--msgid", "ID47"],
            "udpsd": ["-d", "--sd-id", "exampleSDID@32473", "--sd-param", 'iut="3"'],
            "udppid": ["-d", "--id=4711", "-p", "auth.warning"],
            "tcp5424": ["-T", "--rfc5424"],
            "tcp3164": ["-T", "--rfc3164"],
            "tcpcounted": ["-T", "--octet-count"],
            "tcpcounted3164": ["-T", "--octet-count", "--rfc3164"],
        }
        for name, options in forms.items():
            subprocess.run([logger, *where, *options, "-t", f"form-{name}", f"登入 {name} here"], check=True, timeout=20)
        daemon.wait_stored(len(forms))
        daemon.wait_quiet()
        for name in forms:
            event = only(daemon, f"log.syslog.appname:form-{name}")
            equal(event["message"], f"登入 {name} here", name)
            equal(event["process"]["name"], f"form-{name}", name)
        syslog = only(daemon, "log.syslog.appname:form-udppid")["log"]["syslog"]
        equal((syslog["priority"], syslog["procid"]), (4 * 8 + 4, "4711"), "auth.warning, pid")
        equal(only(daemon, "log.syslog.appname:form-udpmsgid")["log"]["syslog"]["msgid"], "ID47", "msgid")
        data = only(daemon, "log.syslog.appname:form-udpsd")["log"]["syslog"]["structured_data"]
        equal(data["exampleSDID@32473"], {"iut": "3"}, "structured data")


def test_logger_from_a_file_and_from_a_pipe(test):
    """A file of lines through logger over one TCP connection: each line one event, in order."""
    logger = need("logger")
    lines = [f"line {number} of the file" for number in range(500)]
    with test.daemon() as daemon:
        for times, options in enumerate((["-T"], ["-T", "--octet-count"]), 1):
            subprocess.run([logger, "-n", "127.0.0.1", "-P", str(daemon.syslog_port), *options, "-t", "filed"],
                           input="\n".join(lines).encode(), check=True, timeout=60)
            daemon.wait_stored(times * len(lines))  # between two connections there is no order
        events = daemon.search("log.syslog.appname:filed")
        equal([event["message"] for event in events], lines + lines, "messages in order")


def through_rsyslog(test, protocol, framing):
    logger = need("logger")
    count = 300
    with test.daemon() as daemon:
        rsyslog = Rsyslog(test, forward(protocol, daemon.syslog_port, framing, "RSYSLOG_ForwardFormat"))
        for number in range(3):
            lines = "\n".join(f"message {number}.{line} 中文" for line in range(count // 3))
            subprocess.run([logger, "-u", rsyslog.socket, "-t", "app", "-p", "daemon.notice"], input=lines.encode(),
                           check=True, timeout=30)
        wait_until(lambda: len(daemon.search("log.syslog.appname:app")) >= count, 30 * test.build.slow,
                   "all messages through rsyslog")
        events = daemon.search("log.syslog.appname:app")
        equal([event["message"] for event in events],
              [f"message {number}.{line} 中文" for number in range(3) for line in range(count // 3)], "messages in order")
        equal({event["log"]["syslog"]["priority"] for event in events}, {3 * 8 + 5}, "daemon.notice")
        rsyslog.process.stop()


def test_rsyslog_forwards_over_tcp_with_octet_counting(test):
    """rsyslog's omfwd with TCP_Framing octet-counted."""
    through_rsyslog(test, "tcp", "octet-counted")


def test_rsyslog_forwards_over_tcp_with_line_feeds(test):
    """rsyslog's omfwd as most people configure it (@@)."""
    through_rsyslog(test, "tcp", "traditional")


def test_rsyslog_forwards_over_udp(test):
    """rsyslog's omfwd over UDP (@)."""
    through_rsyslog(test, "udp", "traditional")


def test_rsyslog_waits_while_the_daemon_is_away(test):
    """A restart of the daemon loses nothing of a TCP sender that queues."""
    logger = need("logger")
    with test.daemon() as daemon:
        rsyslog = Rsyslog(test, forward("tcp", daemon.syslog_port, "octet-counted", "RSYSLOG_ForwardFormat"))
        subprocess.run([logger, "-u", rsyslog.socket, "-t", "queued", "first"], check=True, timeout=20)
        wait_until(lambda: daemon.search("log.syslog.appname:queued"), 20 * test.build.slow, "the first message")
        daemon.stop()
        subprocess.run([logger, "-u", rsyslog.socket, "-t", "queued"],
                       input="\n".join(f"meanwhile {n}" for n in range(50)).encode(), check=True, timeout=20)
        daemon.start()
        wait_until(lambda: any(event["message"] == "meanwhile 49" for event in daemon.search("log.syslog.appname:queued")),
                   60, "what rsyslog queued")
        # The first write after the peer went may be lost in the sender's own kernel: TCP without acknowledgement.
        told = {event["message"] for event in daemon.search("log.syslog.appname:queued")}
        missing = [n for n in range(50) if f"meanwhile {n}" not in told]
        check(len(missing) <= 1 and missing in ([], [0]), "missing after the restart:", missing)


def test_both_framings_on_one_connection(test):
    """Octet counting and line feeds are told apart frame by frame."""
    frames, expected = b"", []
    for number in range(200):
        message = f"<13>1 {stamp()} host app - - - number {number}"
        frames += counted(message) if number % 3 == 0 else message.encode() + b"\n"
        expected.append(message)
    with test.daemon() as daemon:
        daemon.tcp(frames)
        daemon.wait_stored(200)
        equal(daemon.messages(), expected, "every frame, in order")


def test_a_hundred_connections_at_once(test):
    """100 connections, 200 lines each, in small pieces: all stored, each connection's own order kept."""
    connections, each = 100, 200
    with test.daemon() as daemon:
        def send(name):
            with daemon.connect() as out:
                data = "".join(f"<14>{bsd_stamp()} h{name} t: {n}\n" for n in range(each)).encode()
                for start in range(0, len(data), 700):
                    out.sendall(data[start:start + 700])
        threads = [threading.Thread(target=send, args=(name,)) for name in range(connections)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        daemon.wait_stored(connections * each)
        daemon.wait_quiet()
        seen = {}
        for event in daemon.search(""):
            seen.setdefault(event["host"]["name"], []).append(int(event["message"]))
        equal(len(seen), connections, "hosts")
        for host, numbers in seen.items():
            equal(numbers, list(range(each)), host)


def test_ipv6_senders(test):
    """The same over ::1, UDP and TCP."""
    port = free_port()
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as probe:
            probe.bind(("::1", port))
    except OSError:
        raise Skip("no IPv6 on this machine") from None
    more = [{"protocol": kind, "address": f"[::1]:{port}", "organisation": "school-a"}
            for kind in ("syslog-udp", "syslog-tcp")]
    with test.daemon(more_listeners=more) as daemon:
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as out:
            out.sendto(b"<13>1 - six app - - - by udp", ("::1", port))
        with socket.create_connection(("::1", port)) as out:
            out.sendall(b"<13>1 - six app - - - by tcp\n")
        daemon.wait_stored(2)
        events = daemon.search("host.name:six")
        equal(sorted(event["message"] for event in events), ["by tcp", "by udp"], "messages")
        equal({event["log"]["source"]["address"] for event in events}, {"::1"}, "peer")


def test_the_bytes_that_come_out_are_the_bytes_that_went_in(test):
    """Any bytes but LF and NUL at the ends: the raw answer is exact, over UDP and both framings."""
    dice = random.Random(7)
    messages = []
    for number in range(400):
        body = bytes(dice.choice([b for b in range(1, 256) if b not in (10, 13)]) for _ in range(dice.randint(1, 300)))
        messages.append(f"<{dice.randint(0, 191)}>1 {stamp()} h a - - - {number} ".encode() + body + b"|")
    with test.daemon() as daemon:
        daemon.udp(messages[:100])
        daemon.wait_stored(100)
        daemon.tcp(b"".join(counted(m) for m in messages[100:250]))
        daemon.tcp_lines(messages[250:])
        daemon.wait_stored(400)
        raw = daemon.search_raw("", raw=1)
        equal(raw, b"".join(message + b"\n" for message in messages), "raw bytes")
