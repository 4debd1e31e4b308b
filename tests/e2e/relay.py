"""Forwarding upstream: child to parent over HTTP, RELP into rsyslog, syslog over TLS, CEF; across kills, partitions, loops."""

import collections
import hashlib
import json
import os
import pathlib
import random
import re
import shutil
import socket
import ssl
import subprocess
import threading
import time

from harness import Failure, bsd_stamp, check, equal, free_port, need, read_to_end, stamp, wait_until
from real import Rsyslog


def upstream_of(parent, **more):
    return {"id": "parent", "kind": "vigil", "url": f"http://127.0.0.1:{parent.http_port}", **more}


def family(test, *, parent_extra=None, **upstream):
    parent = test.daemon(extra=parent_extra)
    child = test.daemon(extra={"upstream": [upstream_of(parent, **upstream)]})
    return parent, child


def upstream_status(daemon):
    return daemon.status()["upstream"][0]


def wait_sent(child, seconds=60):
    """Until nothing of the child's waits for its upstream."""
    def done():
        status = upstream_status(child)
        return status if status["lag_records"] == 0 and not status.get("last_error") else None
    return wait_until(done, seconds * child.build.slow, f"the upstream up to date ({upstream_status(child)})", every=0.1)


def raw_lines(daemon, query=""):
    return daemon.search_raw(query, raw=1).splitlines()


def each_once(daemon, keys, what, pattern=rb"key=(\S+)"):
    found = collections.Counter()
    for line in raw_lines(daemon):
        match = re.search(pattern, line)
        if match:
            found[match.group(1).decode()] += 1
    missing = [key for key in keys if key not in found]
    doubled = [key for key, count in found.items() if count > 1]
    check(not missing, f"{what}: {len(missing)} of {len(keys)} are missing, e.g. {missing[:5]}")
    check(not doubled, f"{what}: {len(doubled)} are there twice, e.g. {doubled[:5]}")


def test_a_parent_gets_every_record_as_the_child_got_it(test):
    """Bytes, sender, host, transport and times are the child's; how it came stands beside; each is there once."""
    parent, child = family(test)
    big5 = b"<13>Nov 20 06:59:00 srv-big5 app: \xb5n\xa4J\xa5\xa2\xb1\xd1 \xb3\\\xa5\\\xbb\\"
    with parent, child:
        child.udp([big5, f"<38>{bsd_stamp()} srv1 sshd[42]: Failed password for root from 203.0.113.9 port 4 ssh2",
                   "no header at all"])
        child.tcp_lines([f"<13>1 {stamp()} srv2 app 7 ID1 [x@1 k=\"v\"] 登入", b"<13>1 - srv3 app - - - tab\there \x1b[31m"])
        child.ingest([{"message": "a document", "n": 1, "key": "one"}], source="srv4")
        child.wait_stored(6)
        wait_sent(child)
        parent.wait_stored(6)
        ours, theirs = child.search(), parent.search()
        equal(len(theirs), len(ours), "records")
        equal(sorted(raw_lines(parent)), sorted(raw_lines(child)), "bytes")
        for mine, yours in zip(ours, theirs):
            for event in (mine, yours):
                event["vigil"].pop("id")
            way = yours["vigil"].pop("relay")
            equal(way["listener"], mine["vigil"].pop("listener"), "listener")
            yours["vigil"].pop("listener")
            equal(way["organisation"], "school-a", "organisation there")
            equal(way["hops"], way["origin"], "one hop")
            check(re.fullmatch("[0-9a-f]{32}", way["origin"]), "origin:", way)
            equal(yours, mine, "the event")
        status = upstream_status(child)
        equal((status["missing"], status["errors"]), (0, 0), "missing, errors")
        equal(child.metric("vigil_upstream_acknowledged_total", upstream="parent"), 6, "acknowledged")
        check("parent" in child.cli("status").stdout, "vigil status shows the upstream")


def test_a_token_says_whose_the_records_become(test):
    """Without the right token nothing is sent and nothing is lost; with it they belong to the token's organisation."""
    token = "vgl_" + os.urandom(16).hex()
    organisations = [{"id": "county", "name": "縣網"}, {"id": "school-b", "name": "乙國小", "parent": "county"}]
    parent = test.daemon()
    parent.config.update({
        "organisations": organisations,
        "tokens": [{"id": "b", "sha256": hashlib.sha256(token.encode()).hexdigest(), "organisation": "school-b"}]})
    for listener in parent.config["listeners"]:
        listener["organisation"] = "county"
    parent.config_path.write_text(json.dumps(parent.config, ensure_ascii=False))
    token_file = test.directory / "token"
    token_file.write_text("wrong\n")
    child = test.daemon(extra={"upstream": [upstream_of(parent, token_file=str(token_file))]})
    with parent, child:
        child.tcp_lines([f"<13>{bsd_stamp()} srv1 app: key=k{n}" for n in range(20)])
        child.wait_stored(20)
        error = wait_until(lambda: upstream_status(child).get("last_error"), 20 * test.build.slow, "the refusal")
        check("token" in error, "the error names the token:", error)
        check("wrong" not in child.process.log(), "the token is not in the log")
        token_file.write_text(token + "\n")
        wait_sent(child)
        each_once(parent, [f"k{n}" for n in range(20)], "with the token")
        equal({event["vigil"]["org"] for event in parent.search("log.syslog.appname:app")}, {"school-b"}, "organisation")
        logged = child.process.log().count("W-UPSTREAM parent")
        check(logged == 1, f"a failure that goes on is logged once, not {logged} times")


class Feeder(threading.Thread):
    """Posts lines to a daemon and remembers which were acknowledged; waits while it is down."""

    def __init__(self, daemon, seconds):
        super().__init__(daemon=True)
        self.target, self.until = daemon, time.monotonic() + seconds
        self.acknowledged, self.sent = [], 0

    def run(self):
        while time.monotonic() < self.until:
            keys = [f"f{self.sent + n}" for n in range(50)]
            self.sent += len(keys)
            body = "".join(json.dumps({"message": f"key={key} end"}) + "\n" for key in keys).encode()
            try:
                status, _ = self.target.request("POST", "/ingest/ndjson", body, timeout=10)
                if status == 200:
                    self.acknowledged += keys
            except Exception:  # killed: whatever it did not acknowledge may be there or not
                time.sleep(0.05)
            time.sleep(0.005)


def test_kills_of_either_side_lose_and_double_nothing(test):
    """kill -9 of parent and child in turns under load: everything the child acknowledged is at the parent, once."""
    rounds = 40 if test.long else 6
    seed = random.randrange(1 << 30)
    dice = random.Random(seed)
    parent, child = family(test)
    parent.start()
    child.start()
    feeder = Feeder(child, 3600)
    feeder.start()
    for turn in range(rounds):
        time.sleep(dice.uniform(0.3, 1.5))
        victim = parent if turn % 2 == 0 else child
        victim.kill9()
        time.sleep(dice.uniform(0, 0.5))
        victim.start()
    feeder.until = 0
    feeder.join(30)
    wait_sent(child, 120)
    parent.wait_quiet()
    check(len(feeder.acknowledged) > 100, "hardly anything was acknowledged: the test shows nothing")
    print(f"# {rounds} kills, {len(feeder.acknowledged)} acknowledged", flush=True)
    each_once(parent, feeder.acknowledged, f"seed {seed}", rb"key=(\S+) end")
    with_keys = [len([line for line in raw_lines(daemon) if b"key=" in line]) for daemon in (parent, child)]
    equal(with_keys[0], with_keys[1], "as many as the child has")
    equal(upstream_status(child)["missing"], 0, "missing")


def test_a_partition_with_a_backlog_loses_nothing_and_costs_no_memory(test):
    """The parent is away while 50,000 records (a million with --long) come; then it gets all of them; memory stays flat."""
    count = 1_000_000 if test.long else 50_000
    parent, child = family(test)
    with child:
        lines = []
        for number in range(count):
            lines.append(f"<13>{bsd_stamp()} srv{number % 7} app: key=p{number} some words to make a line of usual length {number * 7919}")
        for begin in range(0, count, 25_000):
            child.tcp_lines(lines[begin:begin + 25_000])
        child.wait_stored(count, 300)
        check(upstream_status(child)["lag_records"] >= count, "the backlog is known:", upstream_status(child))
        time.sleep(4)  # what receiving needed is given back
        before = child.memory_bytes()
        peak, away = before, time.monotonic() + (30 if test.long else 6)
        while time.monotonic() < away:
            peak = max(peak, child.memory_bytes())
            time.sleep(0.2)
        begin = time.monotonic()
        with parent:
            def done():
                nonlocal peak
                peak = max(peak, child.memory_bytes())
                return upstream_status(child)["lag_records"] == 0
            wait_until(done, 600 * test.build.slow, "the backlog sent", every=0.2)
            seconds = time.monotonic() - begin
            parent.wait_quiet(300)
            grown = (peak - before) / 1048576
            print(f"# {count} queued, sent in {seconds:.1f} s ({count / seconds:,.0f}/s), memory {before / 1048576:.0f} MiB "
                  f"grew by {grown:.1f} MiB", flush=True)
            # Sanitizers keep what is freed for a while, to find who uses it.
            check(grown < (700 if test.build.sanitizers else 48), f"memory grew by {grown:.1f} MiB")
            each_once(parent, [f"p{number}" for number in range(count)], "after the partition")
            status = upstream_status(child)
            equal(status["missing"], 0, "missing")
            keys = [int(m.group(1)) for m in (re.search(rb"key=p(\d+)", line) for line in raw_lines(parent)) if m]
            check(keys == sorted(keys), "the order is the child's")


def test_a_parent_that_was_put_back_gets_again_what_it_lost(test):
    """BI-98: records that the parent acknowledged and then lost are noticed, sent again, and the gap stands in the log."""
    parent, child = family(test)
    parent.start()
    child.start()
    child.tcp_lines([f"<13>{bsd_stamp()} srv1 app: key=a{n}" for n in range(30)])
    wait_until(lambda: upstream_status(child)["acknowledged"] >= 30, 30 * test.build.slow, "the first thirty")
    parent.stop()
    shutil.copytree(parent.data, test.directory / "older", ignore=shutil.ignore_patterns("vigil.sock"))
    parent.start()
    child.tcp_lines([f"<13>{bsd_stamp()} srv1 app: key=b{n}" for n in range(30)])
    wait_until(lambda: upstream_status(child)["acknowledged"] >= 60, 60 * test.build.slow, "the second thirty")
    parent.stop()
    shutil.rmtree(parent.data)
    (test.directory / "older").rename(parent.data)
    parent.start()
    child.tcp_lines([f"<13>{bsd_stamp()} srv1 app: key=c{n}" for n in range(5)])
    wait_until(lambda: upstream_status(child)["sent_again"] >= 30, 60 * test.build.slow, "the loss noticed")
    wait_sent(child)
    each_once(parent, [f"a{n}" for n in range(30)] + [f"b{n}" for n in range(30)] + [f"c{n}" for n in range(5)], "put back")
    check(child.search('log.syslog.msgid:gap'), "the gap stands in the child's log")


def test_records_do_not_run_in_circles(test):
    """Two instances forward to each other: each has everything once, and then it is quiet."""
    first, second = test.daemon(), test.daemon()
    for one, other in ((first, second), (second, first)):
        one.config["upstream"] = [upstream_of(other)]
        one.config_path.write_text(json.dumps(one.config, ensure_ascii=False))
    with first, second:
        first.tcp_lines([f"<13>{bsd_stamp()} srv1 app: key=x{n}" for n in range(100)])
        second.tcp_lines([f"<13>{bsd_stamp()} srv2 app: key=y{n}" for n in range(100)])
        keys = [f"x{n}" for n in range(100)] + [f"y{n}" for n in range(100)]
        for daemon in (first, second):
            daemon.wait_stored(200)
        time.sleep(3)
        for daemon in (first, second):
            wait_sent(daemon)
            each_once(daemon, keys, "in a circle")
            equal(upstream_status(daemon)["looped"], 100, "not sent back")
            equal(daemon.status()["discarded"]["relay_loop"], 0, "the sender knew already")


def test_three_in_a_row_keep_the_first_sender(test):
    """Grandchild to child to parent: the sender is the grandchild's, and the way has two hops."""
    parent = test.daemon()
    child = test.daemon(extra={"upstream": [upstream_of(parent)]})
    grandchild = test.daemon(extra={"upstream": [upstream_of(child)]})
    with parent, child, grandchild:
        grandchild.tcp_lines([f"<13>{bsd_stamp()} far-host app: key=g{n}" for n in range(10)])
        parent.wait_stored(10)
        events = parent.search("host.name:far-host")
        equal(len(events), 10, "events")
        way = events[0]["vigil"]["relay"]
        equal(len(way["hops"].split(",")), 2, way)
        equal(way["hops"].split(",")[0], way["origin"], way)
        check(f":{grandchild.syslog_port}" in way["listener"], way)


def test_only_what_a_query_means_is_sent(test):
    """A query chooses; what it does not mean is counted and never sent."""
    parent, child = family(test, query="log.syslog.appname:keep AND NOT message:secret")
    with parent, child:
        child.tcp_lines([f"<13>{bsd_stamp()} srv1 {'keep' if n % 2 else 'drop'}: key=q{n}{' secret' if n % 10 == 1 else ''}"
                         for n in range(100)])
        child.wait_stored(100)
        wait_sent(child)
        each_once(parent, [f"q{n}" for n in range(100) if n % 2 and n % 10 != 1], "chosen")
        equal(len([line for line in raw_lines(parent) if b"key=" in line]), 40, "nothing else")
        equal(upstream_status(child)["filtered"], 60, "counted")


def test_a_query_that_cannot_be_read_is_told_at_the_start(test):
    """A wrong query is a mistake of the configuration: said with its place before anything starts."""
    child = test.daemon(extra={"upstream": [{"id": "soc", "kind": "cef", "address": "127.0.0.1:1", "query": "source.ip:"}]})
    child.launch()
    wait_until(lambda: not child.process.alive(), 30 * test.build.slow, "the daemon to refuse")
    check("soc" in child.process.log() and "source.ip:" in child.process.log(), child.process.log()[-800:])


def relp_receiver(test, port, out):
    return Rsyslog(test, f'module(load="imrelp")\ninput(type="imrelp" port="{port}" maxDataSize="64k")\n'
                         f'template(name="raw" type="string" string="%rawmsg%\\n")\n'
                         f'action(type="omfile" file="{out}" template="raw" flushOnTXEnd="on")')


def test_rsyslog_takes_records_by_relp(test):
    """Into a real rsyslog by RELP: messages as they came, the way in their structured data; nothing is lost across its death."""
    need("rsyslogd")
    port, out = free_port(), test.directory / "relp.out"
    child = test.daemon(extra={"upstream": [{"id": "soc", "kind": "relp", "address": f"127.0.0.1:{port}"}]})
    with child:
        if not any(pathlib.Path(p).exists() for p in ("/usr/lib/x86_64-linux-gnu/rsyslog/imrelp.so", "/usr/lib/aarch64-linux-gnu/rsyslog/imrelp.so")):
            need("rsyslog-relp")
        receiver = relp_receiver(test, port, out)
        child.tcp_lines([f"<13>1 2026-11-20T06:59:00Z srv1 app 7 - - key=r{n}" for n in range(300)])
        child.tcp_lines([f"<38>Nov 20 06:59:00 srv2 sshd[1]: key=s{n}" for n in range(300)])
        child.ingest([{"message": "key=d0", "n": 1}])
        wait_sent(child)
        receiver.process.kill()
        child.tcp_lines([f"<13>1 2026-11-20T06:59:00Z srv1 app 7 - - key=t{n}" for n in range(300)])
        child.wait_stored(901)
        wait_until(lambda: upstream_status(child).get("last_error"), 20 * test.build.slow, "the death noticed")
        (receiver.directory / "pid").unlink(missing_ok=True)
        relp_receiver(test, port, out)
        wait_sent(child)
        wanted = [f"r{n}" for n in range(300)] + [f"s{n}" for n in range(300)] + [f"t{n}" for n in range(300)] + ["d0"]
        lines = wait_until(lambda: (lambda have: have if len(have) >= 901 else None)(out.read_text().splitlines()),
                           20 * test.build.slow, "901 lines in rsyslog's file")
        keys = [match.group(1) for match in (re.search(r"key=([a-z]\d+)", line) for line in lines) if match]
        check(set(wanted) <= set(keys), "missing:", sorted(set(wanted) - set(keys))[:5])
        check(len(keys) - len(set(keys)) <= 128, "at most a window twice")
        line = next(line for line in lines if "key=r0" in line)
        check(re.fullmatch(r'<13>1 2026-11-20T06:59:00Z srv1 app 7 - \[relay@32473 origin="[0-9a-f]{32}" seq="\d+" '
                           r'peer="127\.0\.0\.1"\] key=r0', line), line)
        check("<38>Nov 20 06:59:00 srv2 sshd[1]: key=s0" in lines, "RFC 3164 as it came")
        check(any(re.search(r'\] \{"message": ?"key=d0"', line) for line in lines), "a document is the message")


class Sink(threading.Thread):
    """A TCP (or TLS) server that keeps what it is sent."""

    def __init__(self, context=None):
        super().__init__(daemon=True)
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port, self.context = self.server.getsockname()[1], context
        self.data, self.refused = b"", 0
        self.start()

    def run(self):
        while True:
            connection, _ = self.server.accept()
            threading.Thread(target=self.read, args=(connection,), daemon=True).start()

    def read(self, connection):
        try:
            if self.context:
                connection = self.context.wrap_socket(connection, server_side=True)
            while chunk := connection.recv(65536):
                self.data += chunk
        except OSError:
            self.refused += 1


def test_cef_is_one_line_an_event_whatever_it_says(test):
    """CEF into a TCP sink: one line an event, fields where SOCs look for them; a forged line stays a value (BI-93)."""
    sink = Sink()
    child = test.daemon(extra={"upstream": [{"id": "soc", "kind": "cef", "address": f"127.0.0.1:{sink.port}"}]})
    with child:
        child.tcp_lines([f"<38>{bsd_stamp()} srv1 sshd[42]: Failed password for root from 203.0.113.9 port 51999 ssh2"])
        child.ingest([{"message": "evil\n<13>1 - - - - - forged|x src=6.6.6.6", "user": {"name": "a=b\\"}}])
        child.wait_stored(2)
        wait_sent(child)
        wait_until(lambda: sink.data.count(b"\n") >= 2, 10, "two lines")
        lines = [line.decode() for line in sink.data.split(b"\n")[:-1]]
        equal(len(lines), 2, "lines")
        login = next(line for line in lines if "203.0.113.9" in line)
        for part in ("CEF:0|", "src=203.0.113.9", "spt=51999", "duser=root", "outcome=failure", "dvchost=srv1", "cs1=school-a"):
            check(part in login, part, "in", login)
        evil = next(line for line in lines if "evil" in line)
        check(r"msg=evil\n<13>1 - - - - - forged|x src\=6.6.6.6" in evil, evil)
        check(r"duser=a\=b\\" in evil, evil)
        # Our own parser reads it back.
        parsed = json.loads(subprocess.run([test.build.vigil, "parse", "-"], input=evil + "\n",
                                           capture_output=True, text=True, timeout=60, check=True).stdout.splitlines()[0])
        equal(parsed["message"], "evil\n<13>1 - - - - - forged|x src=6.6.6.6", "read back")


def make_certificates(directory):
    openssl = need("openssl")

    def run(*arguments):
        subprocess.run([openssl, *arguments], check=True, capture_output=True, timeout=60, cwd=directory)
    for name in ("ca", "other"):
        run("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", f"{name}.key",
            "-out", f"{name}.pem", "-days", "30", "-subj", f"/CN={name}")
    run("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "server.key", "-out",
        "server.csr", "-subj", "/CN=soc")
    (directory / "san").write_text("subjectAltName=DNS:soc.example\n")
    run("x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-out", "server.pem",
        "-days", "30", "-extfile", "san")


def counted_frames(data):
    frames = []
    while data:
        length, _, data = data.partition(b" ")
        frames.append(data[:int(length)])
        data = data[int(length):]
    return frames


def test_syslog_over_tls_goes_to_whom_it_should_and_nobody_else(test):
    """A certificate of another authority, or of another name, gets nothing; the right one gets RFC 5424, counted."""
    make_certificates(test.directory)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(test.directory / "server.pem", test.directory / "server.key")
    sink = Sink(context)
    ca, other = str(test.directory / "ca.pem"), str(test.directory / "other.pem")
    where = {"kind": "syslog-tls", "address": f"127.0.0.1:{sink.port}"}
    child = test.daemon(extra={"upstream": [
        {"id": "good", **where, "tls": {"ca": ca, "name": "soc.example"}},
        {"id": "other-ca", **where, "tls": {"ca": other, "name": "soc.example"}},
        {"id": "other-name", **where, "tls": {"ca": ca, "name": "www.example"}},
        {"id": "no-name", **where, "tls": {"ca": ca}}]})
    with child:
        child.tcp_lines([f"<38>Nov 20 06:59:00 srv2 sshd[1]: key=z{n} 登入" for n in range(50)])
        child.wait_stored(50)

        def of(name):
            return next(row for row in child.status()["upstream"] if row["id"] == name)
        wait_until(lambda: of("good")["lag_records"] == 0, 30 * test.build.slow, "the good one up to date")
        for name in ("other-ca", "other-name", "no-name"):
            error = wait_until(lambda: of(name).get("last_error"), 30 * test.build.slow, f"{name} refused")
            check("certificate" in error, name, error)
            equal(of(name)["acknowledged"], 0, name)
        wait_until(lambda: sink.data.count(b"key=z") >= 50, 10, "fifty frames")
        frames = counted_frames(sink.data)
        equal(len(frames), 50, "each once, to one of four")
        check(re.fullmatch(r'<38>1 20\d\d-11-20T06:59:00\+08:00 srv2 sshd 1 - \[relay@32473 origin="[0-9a-f]{32}" seq="\d+" '
                           r'peer="127\.0\.0\.1"\] key=z0 登入', frames[0].decode()), frames[0].decode())


def test_a_parent_over_tls_is_the_one_it_should_be(test):
    """HTTPS and RELP over TLS into another Vigil: with the right authority and name everything arrives, else nothing."""
    make_certificates(test.directory)
    served = {"certificate": str(test.directory / "server.pem"), "key": str(test.directory / "server.key")}
    ca, other = str(test.directory / "ca.pem"), str(test.directory / "other.pem")
    secure, relp = free_port(), free_port()
    parent = test.daemon(more_listeners=[
        {"protocol": "http", "address": f"127.0.0.1:{secure}", "organisation": "school-a", "tls": served},
        {"protocol": "relp", "address": f"127.0.0.1:{relp}", "organisation": "school-a", "tls": served}])
    url, good = f"https://127.0.0.1:{secure}", {"ca": ca, "name": "soc.example"}
    child = test.daemon(extra={"upstream": [
        {"id": "good", "kind": "vigil", "url": url, "tls": good},
        {"id": "other-ca", "kind": "vigil", "url": url, "tls": {"ca": other, "name": "soc.example"}},
        {"id": "other-name", "kind": "vigil", "url": url, "tls": {"ca": ca}},
        {"id": "relp", "kind": "relp", "address": f"127.0.0.1:{relp}", "tls": good, "query": "log.syslog.appname:relp"},
        {"id": "relp-other", "kind": "relp", "address": f"127.0.0.1:{relp}", "tls": {"ca": other, "name": "soc.example"}}]})
    with parent, child:
        child.tcp_lines([f"<13>1 {stamp()} srv1 relp - - - key=m{n}" for n in range(50)])
        child.wait_stored(50)

        def of(name):
            return next(row for row in child.status()["upstream"] if row["id"] == name)
        for name in ("good", "relp"):
            wait_until(lambda: of(name)["lag_records"] == 0, 30 * test.build.slow, f"{name} up to date")
        for name in ("other-ca", "other-name", "relp-other"):
            error = wait_until(lambda: of(name).get("last_error"), 30 * test.build.slow, f"{name} refused")
            check("certificate" in error, name, error)
            equal(of(name)["acknowledged"], 0, name)
        parent.wait_quiet()
        found = collections.Counter(event["message"] for event in parent.search("log.syslog.appname:relp"))
        equal(found, {f"key=m{n}": 2 for n in range(50)}, "each once by HTTPS, once by RELP")


def test_an_upstream_that_is_no_vigil_does_no_harm(test):
    """BI-95: an endless answer, a redirect, silence and nonsense are errors that are told; ingest goes on; nothing is lost."""
    answers = [b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n" + b"x" * 1_000_000,
               b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
               b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", b"nonsense\r\n\r\n"]
    server = socket.create_server(("127.0.0.1", 0))
    seen = []

    def serve():
        while True:
            connection, _ = server.accept()
            seen.append(connection.recv(65536))
            try:
                connection.sendall(answers[(len(seen) - 1) % len(answers)])
                connection.shutdown(socket.SHUT_WR)
                read_to_end(connection)
            except OSError:
                pass
            connection.close()
    threading.Thread(target=serve, daemon=True).start()
    child = test.daemon(extra={"upstream": [{"id": "odd", "kind": "vigil",
                                             "url": f"http://127.0.0.1:{server.getsockname()[1]}"}]})
    with child:
        child.tcp_lines([f"<13>{bsd_stamp()} srv1 app: key=o{n}" for n in range(50)])
        child.wait_stored(50)
        wait_until(lambda: upstream_status(child)["errors"] >= 3, 60 * test.build.slow, "three kinds of nonsense")
        status = upstream_status(child)
        equal((status["acknowledged"], status["state"] in ("waiting", "connecting")), (0, True), "nothing was taken")
        check(not any(b"POST" in request for request in seen), "nothing was sent to it")
        if not all(request.startswith(b"GET /ingest/relay?") for request in seen):
            raise Failure(f"asked something else: {seen[:2]}")
