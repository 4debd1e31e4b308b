"""GELF over UDP (plain, packed, chunked), TCP and HTTP, as loggers send it and as they do not."""

import gzip
import json
import os
import socket
import zlib

from harness import check, equal, free_port, read_to_end, wait_until


def listener(port):
    return {"protocol": "gelf", "address": f"127.0.0.1:{port}", "organisation": "school-a", "timezone": "Asia/Taipei"}


def message(name, **more):
    return json.dumps({"version": "1.1", "host": "app1", "short_message": f"hello {name} 登入", "_name": name,
                       "timestamp": 1795157940.25, "level": 3, "_source.ip": "192.0.2.7", **more}, ensure_ascii=False).encode()


def chunks(data, size, number=None):
    key = os.urandom(8)
    parts = [data[at:at + size] for at in range(0, len(data), size)]
    return [b"\x1e\x0f" + key + bytes([at, number or len(parts)]) + part for at, part in enumerate(parts)]


def send_udp(port, datagrams):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
        out.connect(("127.0.0.1", port))
        for datagram in datagrams:
            out.send(datagram)


def test_every_form_over_udp_arrives(test):
    """Plain, gzip, zlib, chunked in any order, one chunk only: the same event with the same fields each time."""
    port = free_port()
    forms = {"plain": [message("plain")], "gzip": [gzip.compress(message("gzip"))], "zlib": [zlib.compress(message("zlib"))],
             "chunked": chunks(message("chunked"), 40)[::-1], "single": chunks(message("single"), 1000),
             "packedchunks": chunks(gzip.compress(message("packedchunks", full_message="x y " * 500)), 50)}
    with test.daemon(more_listeners=[listener(port)]) as daemon:
        for datagrams in forms.values():
            send_udp(port, datagrams)
        daemon.wait_stored(len(forms))
        for name in forms:
            events = daemon.search(f"vendor.name:{name}")
            equal(len(events), 1, name)
            event = events[0]
            equal((event["host"]["name"], event["message"]), ("app1", f"hello {name} 登入"), name)
            equal(event["@timestamp"][:19], "2026-11-20T14:59:00", name)
            equal((event["log"]["level"], event["source"]["ip"]), ("error", "192.0.2.7"), name)
            equal(json.loads(event["event"]["original"])["_name"], name, "kept as it was inside")


def test_what_is_no_message_is_counted_or_kept(test):
    """A chunk that cannot be and one whose others never come are counted; what does not unpack or parse is kept and tagged."""
    port = free_port()
    with test.daemon(more_listeners=[listener(port)]) as daemon:
        send_udp(port, [b"\x1e\x0f short", chunks(b"abc", 1, 200)[0], *chunks(b"abcdef", 3)[:1],
                        gzip.compress(message("torn"))[:-9], b"just text", zlib.compress(b" " * (3 << 20))])
        wait_until(lambda: daemon.metric("vigil_discarded_total", reason="chunks_missing") == 1, 30, "a message given up")
        daemon.wait_quiet()
        equal(daemon.metric("vigil_discarded_total", reason="bad_chunk"), 2, "no chunks")
        equal(len(daemon.search("vigil.tags:bad_payload")), 2, "kept packed")
        equal(len(daemon.search("vigil.tags:not_json")), 1, "kept as text")
        equal(daemon.metric("vigil_received_total", protocol="gelf"), 6, "received")


def test_tcp_and_http(test):
    """NUL ends a message on TCP, the last one may lack it; POST /gelf is answered 202 once it is stored."""
    port = free_port()
    with test.daemon(more_listeners=[listener(port)]) as daemon:
        with socket.create_connection(("127.0.0.1", port), timeout=30) as out:
            out.sendall(message("tcp1") + b"\0" + message("tcp2") + b"\r\n\0" + message("tcp3"))
            out.shutdown(socket.SHUT_WR)
            read_to_end(out)
        daemon.wait_stored(3)
        status, body = daemon.request("POST", "/gelf", message("http"))
        equal((status, body), (202, b""), "POST /gelf")
        equal(daemon.request("POST", "/gelf", b"no json")[0], 400, "what is no JSON")
        equal(daemon.request("GET", "/gelf")[0], 405, "GET")
        for name in ("tcp1", "tcp2", "tcp3", "http"):
            equal([event["message"] for event in daemon.search(f"vendor.name:{name}")], [f"hello {name} 登入"], name)
        daemon.wait_quiet()
        check(daemon.metric("vigil_discarded_total", reason="malformed") == 1, "the refused one is counted")
