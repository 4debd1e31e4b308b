"""Beats: Lumberjack 1 and 2 from a small sender of our own, its errors, and windows that come again."""

import json
import socket
import struct
import time
import zlib

from harness import check, equal, free_port, read_to_end, wait_until


def listener(port):
    return {"protocol": "beats", "address": f"127.0.0.1:{port}", "organisation": "school-a", "timezone": "Asia/Taipei"}


def window(count, version=b"2"):
    return version + b"W" + struct.pack(">I", count)


def event(number, document):
    body = document if isinstance(document, bytes) else json.dumps(document, ensure_ascii=False).encode()
    return b"2J" + struct.pack(">II", number, len(body)) + body


def pairs(number, members):
    text = b"".join(struct.pack(">I", len(part)) + part for pair in members for part in pair)
    return b"1D" + struct.pack(">II", number, len(members)) + text


def packed(frames):
    data = zlib.compress(frames)
    return b"2C" + struct.pack(">I", len(data)) + data


def document(number):
    return {"@timestamp": "2026-11-20T06:59:00.123Z", "@metadata": {"beat": "filebeat", "version": "8.15.0"},
            "host": {"name": "web1"}, "agent": {"type": "filebeat"}, "message": f"line {number} 登入"}


def acknowledged(connection):
    """The next acknowledgement that is no keep-alive."""
    while True:
        said = b""
        while len(said) < 6:
            piece = connection.recv(6 - len(said))
            if not piece:
                return None
            said += piece
        number = struct.unpack(">I", said[2:])[0]
        if number:
            return said[:2], number


def connect(port):
    return socket.create_connection(("127.0.0.1", port), timeout=60)


def test_windows_are_acknowledged_and_understood(test):
    """Plain, packed and version 1: each window acknowledged as a whole, each event with its fields, byte for byte."""
    port = free_port()
    with test.daemon(more_listeners=[listener(port)]) as daemon:
        with connect(port) as out:
            out.sendall(window(2) + event(1, document(1)) + event(2, document(2)))
            equal(acknowledged(out), (b"2A", 2), "a plain window")
            out.sendall(window(50) + packed(b"".join(event(n + 1, document(10 + n)) for n in range(50))))
            equal(acknowledged(out), (b"2A", 50), "a packed window")
            out.sendall(window(1, b"1") + pairs(51, [(b"line", b"old one"), (b"host", b"old-host"), (b"type", b"x")]))
            equal(acknowledged(out), (b"1A", 51), "version 1")
        daemon.wait_quiet()
        events = daemon.search("host.name:web1")
        equal(len(events), 52, "stored")
        equal(events[0]["message"], "line 1 登入", "message")
        equal(json.loads(events[0]["event"]["original"]), document(1), "the document as it came")
        equal(events[0]["@timestamp"][:19], "2026-11-20T14:59:00", "event time")
        old = daemon.search("host.name:old-host")
        equal([each["message"] for each in old], ["old one"], "version 1's pairs")


def test_wrong_windows_are_closed_without_acknowledgement(test):
    """Each error row of Beats ends the connection, unanswered and counted."""
    port, one = free_port(), event(1, {"a": 1})
    wrong = [
        ("another protocol", b"GET / HTTP/1.1\r\n\r\n"),
        ("a type we do not know", b"2X"),
        ("a window of nothing", window(0)),
        ("a window too large", window(65_537)),
        ("an event without a window", one),
        ("a number left out", window(2) + event(2, {"a": 1})),
        ("no object", window(1) + event(1, b"[1]")),
        ("packed in packed", window(1) + packed(packed(one))),
        ("bytes behind the frames", window(2) + packed(one + b"2")),
        ("a frame of 11 MiB", window(1) + b"2J" + struct.pack(">II", 1, 11 << 20)),
    ]
    with test.daemon(more_listeners=[listener(port)]) as daemon:
        for why, says in wrong:
            with connect(port) as out:
                out.sendall(says)
                equal(read_to_end(out), b"", why)
        equal(daemon.metric("vigil_connections_closed_total", reason="bad_beats"), len(wrong), "closes counted")
        check(daemon.process.log().count("closed: bad_beats: ") == len(wrong), "one audit line each")


def test_a_waiting_client_is_kept(test):
    """While a window is not complete or not durable the client hears 2A 0 every five seconds."""
    port = free_port()
    with test.daemon(more_listeners=[listener(port)]):
        with connect(port) as out:
            begin = time.monotonic()
            out.sendall(window(2) + event(1, {"a": 1}))
            equal(out.recv(6), b"2A\0\0\0\0", "keep-alive")
            check(4.5 < time.monotonic() - begin < 20, "after", time.monotonic() - begin)
            out.sendall(event(2, {"a": 2}))
            equal(acknowledged(out), (b"2A", 2), "the window")


def test_a_window_that_comes_again_is_stored_once(test):
    """A client that was cut off before its acknowledgement, and after kill -9 of vigild, sends again: nothing is doubled."""
    port = free_port()
    daemon = test.daemon(more_listeners=[listener(port)])
    daemon.start()
    whole = window(100) + b"".join(event(n + 1, document(n)) for n in range(100))
    with connect(port) as out:
        out.sendall(whole[:-5])
        wait_until(lambda: daemon.status()["stored"] >= 99, 30, "99 stored")
    with connect(port) as out:
        out.sendall(whole)
        equal(acknowledged(out), (b"2A", 100), "sent again")
    daemon.kill9()
    daemon.start()
    with connect(port) as out:
        out.sendall(whole)
        equal(acknowledged(out), (b"2A", 100), "sent again after the kill")
    daemon.wait_quiet()
    equal(len(daemon.search("host.name:web1")), 100, "stored")
    equal(daemon.metric("vigil_dedupe_hits_total"), 100, "found since the kill")
    daemon.stop()
