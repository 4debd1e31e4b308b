"""RELP: rsyslog's omrelp with and without TLS, every wrong way of speaking it, and kill -9 in the middle."""

import collections
import re
import socket
import subprocess
import time

from certificates import Authority
from harness import check, equal, free_port, need, read_to_end, stamp, wait_until
from real import Rsyslog

OPEN = b"1 open 86 relp_version=0\nrelp_software=librelp,1.11.0,http://librelp.adiscon.com\ncommands=syslog\n"
OPENED = b"1 rsp 61 200 OK\nrelp_version=0\nrelp_software=vigil,1.0\ncommands=syslog\n"
GOODBYE = b"0 serverclose 0\n"


def listener(port, **more):
    return {"protocol": "relp", "address": f"127.0.0.1:{port}", "organisation": "school-a", "timezone": "Asia/Taipei", **more}


def omrelp(port, more=""):
    return (f'module(load="omrelp" {"" if not more else "tls.tlslib=" + chr(34) + "openssl" + chr(34)})\n'
            f'action(type="omrelp" target="127.0.0.1" port="{port}" template="RSYSLOG_SyslogProtocol23Format" {more} '
            'action.resumeRetryCount="-1" action.resumeInterval="1" queue.type="LinkedList" queue.size="200000" '
            'queue.timeoutEnqueue="20000")')


def syslog(number, text):
    text = text.encode() if isinstance(text, str) else text
    return f"{number} syslog {len(text)} ".encode() + text + b"\n"


class Talk:
    """A client of our own on a plain socket."""

    def __init__(self, port, opened=True):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        if opened:
            self.says(OPEN)
            equal(self.hears(len(OPENED)), OPENED, "the answer to open")

    def says(self, data):
        self.socket.sendall(data)

    def hears(self, count):
        said = b""
        while len(said) < count:
            piece = self.socket.recv(count - len(said))
            if not piece:
                break
            said += piece
        return said

    def hears_all(self):
        return read_to_end(self.socket)


def through_omrelp(test, daemon, port, more=""):
    logger = need("logger")
    rsyslog = Rsyslog(test, omrelp(port, more))
    lines = "".join(f"message {number} 登入\n" for number in range(2000))
    subprocess.run([logger, "-u", rsyslog.socket, "-t", "relp"], input=lines.encode(), check=True, timeout=60)
    daemon.wait_stored(2000)
    rsyslog.process.stop()
    daemon.wait_quiet()
    equal([event["message"].strip() for event in daemon.search("log.syslog.appname:relp")], lines.splitlines(), "messages in order")


def test_rsyslog_sends_with_omrelp(test):
    """2,000 messages through rsyslog's omrelp are there once, in order, with their fields."""
    need("rsyslogd")
    port = free_port()
    with test.daemon(more_listeners=[listener(port)]) as daemon:
        through_omrelp(test, daemon, port)
        equal(daemon.metric("vigil_received_total", protocol="relp"), 2000, "received over RELP")
        equal(daemon.metric("vigil_dedupe_hits_total"), 0, "nothing was taken for sent again")


def test_rsyslog_sends_with_omrelp_over_tls(test):
    """The same over TLS with a client certificate that the listener's names permit."""
    need("rsyslogd")
    ca, port = Authority(test.directory / "ca"), free_port()
    ca.issue("server", san="DNS:localhost,IP:127.0.0.1", usage="serverAuth")
    ca.issue("client", san="DNS:client.school.example", usage="clientAuth")
    tls = {"certificate": str(ca.path("server.pem")), "key": str(ca.path("server.key")), "client_ca": str(ca.path("ca.pem")),
           "mode": "x509/name", "permitted_peers": ["client.school.example"]}
    more = (f'tls="on" tls.cacert="{ca.path("ca.pem")}" tls.mycert="{ca.path("client.pem")}" '
            f'tls.myprivkey="{ca.path("client.key")}" tls.authmode="certvalid"')
    with test.daemon(more_listeners=[listener(port, tls=tls)]) as daemon:
        through_omrelp(test, daemon, port, more)


def test_every_wrong_way_is_answered_as_written(test):
    """Each error row of RELP: what the client hears, that the close is counted, and that nothing wrong is stored."""
    port = free_port()
    second = b"500 protocol error: connection already open"
    refused = b"500 required command not supported by client"
    closes = [
        ("a number left out", syslog(3, "x"), GOODBYE),
        ("a number again", syslog(1, "x"), GOODBYE),
        ("no digit at first", b"hello", GOODBYE),
        ("ten digits", b"1234567890 syslog 1 x\n", GOODBYE),
        ("33 letters", b"2 " + b"a" * 33 + b" 1 x\n", GOODBYE),
        ("no trailer", b"2 syslog 1 xy", GOODBYE),
        ("an unknown command", b"2 rotate 0\n", b"2 rsp 19 500 unknown command\n" + GOODBYE),
    ]
    with test.daemon(more_listeners=[listener(port)]) as daemon:
        for why, says, hears in closes:
            talk = Talk(port)
            talk.says(says)
            equal(talk.hears_all(), hears, why)
        equal(daemon.metric("vigil_connections_closed_total", reason="bad_relp"), len(closes), "closes counted")
        talk = Talk(port, opened=False)
        talk.says(syslog(1, "before open"))
        check(talk.hears_all().startswith(b"1 rsp 46 500 "), "a message before open")
        talk = Talk(port)
        talk.says(b"2 open 15 commands=syslog\n")
        answer = b"2 rsp %d " % len(second) + second + b"\n"
        equal(talk.hears(len(answer)), answer, "a second open")
        talk = Talk(port, opened=False)
        talk.says(b"1 open 12 commands=rot\n")
        answer = b"1 rsp %d " % len(refused) + refused + b"\n"
        equal(talk.hears(len(answer)), answer, "no syslog among the offers")
        daemon.wait_quiet()
        equal(daemon.metric("vigil_stored_total"), 0, "stored")


def test_close_is_answered_and_long_data_is_kept_cut(test):
    """close is answered after all before it; data beyond 128 KiB is kept cut, tagged and acknowledged."""
    port = free_port()
    with test.daemon(more_listeners=[listener(port)]) as daemon:
        talk = Talk(port)
        talk.says(syslog(2, f"<13>1 {stamp()} h long - - - " + "x" * 200_000) + b"3 close 0\n")
        equal(talk.hears_all(), b"2 rsp 6 200 OK\n3 rsp 6 200 OK\n" + GOODBYE, "answers")
        events = daemon.search("log.syslog.appname:long")
        equal(len(events), 1, "stored")
        equal(len(events[0]["event"]["original"]), 128 * 1024, "kept")
        check("oversize" in events[0]["vigil"]["tags"], events[0]["vigil"]["tags"])


def test_two_identical_lines_of_one_connection_are_two_events(test):
    """Nothing sent on a healthy connection is taken for sent again; after a break, what was stored is stored once."""
    port = free_port()
    line = f"<13>1 {stamp()} h twin - - - Failed password"
    with test.daemon(more_listeners=[listener(port)]) as daemon:
        talk = Talk(port)
        talk.says(syslog(2, line) + syslog(3, line))
        equal(talk.hears(30), b"2 rsp 6 200 OK\n3 rsp 6 200 OK\n", "both acknowledged")
        talk.socket.close()
        talk = Talk(port)
        talk.says(syslog(2, line) + syslog(3, line) + syslog(4, line))
        equal(talk.hears(45), b"2 rsp 6 200 OK\n3 rsp 6 200 OK\n4 rsp 6 200 OK\n", "all acknowledged")
        daemon.wait_quiet()
        equal(len(daemon.search("log.syslog.appname:twin")), 3, "stored")
        equal(daemon.metric("vigil_dedupe_hits_total"), 2, "sent again")


def test_kill_9_under_omrelp_loses_and_doubles_nothing(test):
    """vigild is killed while rsyslog's omrelp sends: in the end every message is there exactly once."""
    logger = need("logger")
    port, count = free_port(), 20_000
    daemon = test.daemon(more_listeners=[listener(port)])
    daemon.start()
    rsyslog = Rsyslog(test, omrelp(port))
    feed = subprocess.Popen([logger, "-u", rsyslog.socket, "-t", "killed"], stdin=subprocess.PIPE)
    try:
        for part in range(10):
            feed.stdin.write("".join(f"n{part * 2000 + i}n\n" for i in range(2000)).encode())
            feed.stdin.flush()
            if part in (2, 4, 6, 8):
                time.sleep(0.2)
                daemon.kill9()
                daemon.start()
        feed.stdin.close()
        equal(feed.wait(120), 0, "logger")
    finally:
        if feed.poll() is None:
            feed.kill()

    def all_there():
        return len(daemon.search("log.syslog.appname:killed")) >= count
    wait_until(all_there, 120 * test.build.slow, f"{count} messages", every=1)
    daemon.wait_quiet()
    seen = collections.Counter(re.search(r"n(\d+)n", event["message"]).group(1)
                               for event in daemon.search("log.syslog.appname:killed"))
    equal([key for key in map(str, range(count)) if key not in seen], [], "missing")
    equal({key: times for key, times in seen.items() if times > 1}, {}, "doubled")
    daemon.stop()
