"""The knobs of a syslog listener: messages of several lines, compressed ones, length, rate."""

import socket
import time
import zlib

from harness import as_bytes, check, counted, equal, free_port, read_to_end, stamp, wait_until


def listener(protocol, port, **knobs):
    return {"protocol": protocol, "address": f"127.0.0.1:{port}", "organisation": "school-a", "timezone": "Asia/Taipei", **knobs}


def tcp(port, data):
    with socket.create_connection(("127.0.0.1", port), timeout=30) as out:
        out.sendall(as_bytes(data))
        out.shutdown(socket.SHUT_WR)
        read_to_end(out)


def line(text):
    return f"<13>1 {stamp()} h app - - - {text}"


def test_messages_of_several_lines(test):
    """multiline: pri keeps a stack trace together; the last message comes after a second of silence."""
    port = free_port()
    with test.daemon(more_listeners=[listener("syslog-tcp", port, multiline="pri")]) as daemon:
        trace, after = line("Exception\n  at a.java:1\n  at b.java:2"), line("after it")
        with socket.create_connection(("127.0.0.1", port), timeout=30) as out:
            out.sendall(f"{trace}\n{after}\n".encode())
            daemon.wait_stored(1)
            begin = time.monotonic()
            daemon.wait_stored(2)
            check(time.monotonic() - begin < 2 * test.build.slow, "took", time.monotonic() - begin)
            equal(daemon.messages(""), [trace, after], "messages")


def zipped(text):
    return b"z" + zlib.compress(as_bytes(text), 9)


def test_compressed_messages(test):
    """compressed: rsyslog unpacks counted frames and datagrams; what cannot be unpacked is kept as it came, and told."""
    port = free_port()
    knobs = [listener(protocol, port, compressed="rsyslog") for protocol in ("syslog-tcp", "syslog-udp")]
    with test.daemon(more_listeners=knobs) as daemon:
        long = line("compressed " + "once and again " * 50)
        tcp(port, counted(line("plain")) + counted(zipped(long)) + counted(b"zebra"))
        daemon.wait_stored(3)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
            out.connect(("127.0.0.1", port))
            out.send(zipped(long))
            out.send(zipped("x" * 5_000_000))  # a bomb is unpacked no further than a message may be long
        daemon.wait_stored(5)
        equal(daemon.messages('"compressed once"'), [long, long], "unpacked")
        tagged = {tag: [event["event"]["original"] for event in daemon.search("") if tag in event["vigil"]["tags"]]
                  for tag in ("bad_zip", "oversize")}
        equal(tagged, {"bad_zip": ["zebra"], "oversize": ["x" * 65536]}, "kept as it came, kept cut")
        daemon.wait_quiet()


def test_frames_may_be_shorter_or_longer(test):
    """frame_bytes_max: longer messages are kept cut and tagged oversize, over TCP and UDP."""
    port = free_port()
    with test.daemon(more_listeners=[listener(protocol, port, frame_bytes_max=1000) for protocol in ("syslog-tcp", "syslog-udp")]) as daemon:
        long = line("x" * 2000)
        tcp(port, counted(long) + counted(line("fits")))
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
            out.sendto(as_bytes(long), ("127.0.0.1", port))
        daemon.wait_stored(3)
        events = daemon.search("")
        equal(sorted(len(event["event"]["original"]) for event in events)[1:], [1000, 1000], "lengths")
        equal(sum("oversize" in event["vigil"].get("tags", []) for event in events), 2, "oversize")


def test_a_peer_is_held_to_its_rate(test):
    """messages_per_second_per_peer: what is beyond is dropped and counted, one record says how much, the sum holds."""
    port = free_port()
    with test.daemon(more_listeners=[listener("syslog-tcp", port, messages_per_second_per_peer=100)]) as daemon:
        tcp(port, "".join(line(f"message {number}") + "\n" for number in range(5000)))
        status = daemon.wait_quiet()
        dropped = status["discarded"]["rate_limited"]
        check(4000 < dropped < 5000, "dropped", dropped)
        equal(len(daemon.messages('"message"')), 5000 - dropped, "the rest is stored")
        daemon.stop()
        daemon.start()
        told = wait_until(lambda: daemon.search('"suppressed"'), 10, "one record of what was suppressed")
        equal(len(told), 1, "records")
        check(f"suppressed {dropped} from 127.0.0.1" in told[0]["message"], told[0]["message"])
