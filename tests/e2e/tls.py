"""Syslog over TLS: who is let in and who is not, in every mode; bad handshakes; files that change; real senders."""

import os
import shutil
import signal
import socket
import ssl
import struct
import subprocess
import threading
import time

from certificates import Authority
from harness import Skip, check, counted, equal, free_port, need, read_to_end, reset, stamp, wait_until
from real import Rsyslog, syslog_ng_environment, unpacked


class Setting:
    """A daemon with one TLS listener and its CA."""

    def __init__(self, test, mode="anon", peers=(), crl=False, **more):
        self.ca = Authority(test.directory / "ca")
        self.ca.issue("server", san="DNS:localhost,IP:127.0.0.1", usage="serverAuth")
        self.port = free_port()
        tls = {"certificate": str(self.ca.path("server.pem")), "key": str(self.ca.path("server.key")), "mode": mode}
        if mode in ("x509/certvalid", "x509/name"):
            tls["client_ca"] = str(self.ca.path("ca.pem"))
        if crl:
            tls["crl"] = str(self.ca.revoke())
        if peers:
            tls["permitted_peers"] = list(peers)
        self.daemon = test.daemon(more_listeners=[{"protocol": "syslog-tls", "address": f"127.0.0.1:{self.port}",
                                                   "organisation": "school-a", "timezone": "Asia/Taipei", "tls": tls, **more}])

    def context(self, name=None, ca=None):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(self.ca.path("ca.pem"))
        if name:
            holder = ca or self.ca
            context.load_cert_chain(holder.path(f"{name}.pem"), holder.path(f"{name}.key"))
        return context

    def connect(self, name=None, ca=None, context=None, timeout=30):
        plain = socket.create_connection(("127.0.0.1", self.port), timeout=timeout)
        return (context or self.context(name, ca)).wrap_socket(plain, server_hostname="localhost")

    def send(self, data, name=None, ca=None, context=None):
        """Sends, says goodbye and waits until the daemon has done so too; raises if it was refused."""
        with self.connect(name, ca, context) as out:
            out.sendall(data)
            out.unwrap().close()

    def closed(self, reason):
        return self.daemon.metric("vigil_connections_closed_total", reason=reason)

    def refused(self, name, reason, ca=None):
        """A client with this certificate does not get a message in, and the reason is counted and told with its subject."""
        before = self.closed(reason)
        try:
            with self.connect(name, ca) as out:
                out.sendall(f"<13>1 {stamp()} h refused - - - let me in\n".encode())
                read_to_end(out)  # TLS 1.3 tells of the refusal only here
        except OSError:
            pass
        wait_until(lambda: self.closed(reason) == before + 1, 10, f"{name}: refused as {reason}")
        line = [line for line in self.daemon.process.log().splitlines() if f"refused: {reason}" in line][-1]
        check("127.0.0.1" in line, line)
        if name:
            check(f"CN={name}" in line and "SHA256:" in line, "subject and fingerprint in", line)

    def nobody_came_in(self):
        equal(self.daemon.search("log.syslog.appname:refused"), [], "messages of the refused")


def message(text, app="tls"):
    return f"<38>1 {stamp()} fw1 {app} - - - {text}\n".encode()


def test_both_framings_arrive_over_tls(test):
    """LF and octet counting arrive over TLS 1.2 and 1.3, large and small, in order, as the same records as over plain TCP."""
    setting = Setting(test)
    with setting.daemon as daemon:
        expected = 0
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            context = setting.context()
            context.minimum_version = context.maximum_version = version
            lines = [message(f"{version.name} line {number}")[:-1] for number in range(300)]
            setting.send(b"".join(line + b"\n" for line in lines), context=context)
            setting.send(b"".join(counted(line + b" counted") for line in lines), context=context)
            setting.send(counted(message("x" * 60_000)[:-1]), context=context)
            expected += 601
            daemon.wait_stored(expected)
            equal(daemon.messages(f'"{version.name} line"'),
                  [line.decode() for line in lines] + [line.decode() + " counted" for line in lines], version.name)
        event = daemon.search('"line 7"')[0]
        equal(event["host"]["name"], "fw1", "host")
        check("client" not in event.get("tls", {}), "anon: nobody was asked", event.get("tls"))
        daemon.wait_quiet()


def test_certvalid_lets_in_whom_the_ca_knows(test):
    """x509/certvalid: a good certificate comes in and is shown with each record; every bad one is refused for its reason."""
    setting = Setting(test, "x509/certvalid", crl=True)
    ca = setting.ca
    with setting.daemon as daemon:
        setting.send(message("good"), ca.issue("fw1"))
        daemon.wait_stored(1)
        client = daemon.search('"good"')[0]["tls"]["client"]
        equal(client["x509"]["subject"]["distinguished_name"], "CN=fw1", "subject")
        equal("SHA256:" + client["hash"]["sha256"], ca.fingerprint("fw1").replace(":", "").replace("SHA256", "SHA256:", 1),
              "fingerprint")
        equal(len(daemon.search(f"tls.client.hash.sha256:{client['hash']['sha256']}")), 1, "found by its fingerprint")
        setting.refused(None, "tls_no_certificate")
        setting.refused(ca.issue("expired", days=(-9, -1)), "tls_expired")
        setting.refused(ca.issue("future", days=(1, 9)), "tls_not_yet_valid")
        setting.refused(ca.issue("wrong-use", usage="serverAuth"), "tls_purpose")
        setting.refused(ca.self_signed("self"), "tls_untrusted")
        other = Authority(test.directory / "other")
        setting.refused(other.issue("stranger"), "tls_untrusted", other)
        setting.nobody_came_in()
        # Revoked while the daemon runs: SIGHUP makes it known, also to whoever holds a ticket.
        ca.revoke("fw1")
        daemon.process.popen.send_signal(signal.SIGHUP)
        wait_until(lambda: "were loaded again" in daemon.process.log(), 10, "loaded again")
        setting.refused("fw1", "tls_revoked")
        daemon.wait_quiet()


def test_fingerprint_lets_in_the_listed(test):
    """x509/fingerprint: SHA-1 and SHA-256, in both notations, self-signed ones too; anybody else is refused."""
    ca = Authority(test.directory / "clients")
    for name in ("one", "two", "three", "four", "unlisted"):
        ca.self_signed(name)
    peers = [ca.fingerprint("one"), ca.fingerprint("two", "sha1"),
             ca.fingerprint("three").replace("SHA256:", "sha-256:"), ca.fingerprint("four", "sha1").replace("SHA1:", "sha-1:")]
    setting = Setting(test, "x509/fingerprint", peers)
    with setting.daemon as daemon:
        for name in ("one", "two", "three", "four"):
            setting.send(message(f"from {name}"), name, ca)
        daemon.wait_stored(4)
        setting.refused("unlisted", "tls_not_permitted", ca)
        setting.refused(None, "tls_no_certificate")
        setting.nobody_came_in()


def test_name_lets_in_the_listed(test):
    """x509/name: SAN names and addresses, wildcards as the whole leftmost label, the CN only where there is no SAN."""
    setting = Setting(test, "x509/name", ["*.school.edu.tw", "192.0.2.7"])
    ca = setting.ca
    good = {"a": "DNS:fw.school.edu.tw", "b": "IP:192.0.2.7", "c.school.edu.tw": "", "d": "DNS:x.tw,DNS:D.School.Edu.TW"}
    bad = {"e": "DNS:fw.other.edu.tw", "f.school.edu.tw": "DNS:other.tw", "g": "DNS:*", "h": "DNS:*.tw",
           "i": "DNS:a.b.school.edu.tw", "j": "DNS:192.0.2.7", "k": "DNS:school.edu.tw", "l": "DNS:f*w.school.edu.tw", "m": ""}
    with setting.daemon as daemon:
        for name, san in good.items():
            setting.send(message(f"from {name}"), ca.issue(name, san=san))
        daemon.wait_stored(len(good))
        for name, san in bad.items():
            setting.refused(ca.issue(name, san=san), "tls_not_permitted")
        setting.refused(ca.issue("late", san="DNS:fw.school.edu.tw", days=(-9, -1)), "tls_expired")
        setting.nobody_came_in()


def client_hello(version):
    """A TLS client hello as old software sends it; no extensions."""
    body = version + os.urandom(32) + b"\0" + struct.pack("!H", 8) + bytes.fromhex("002f0035000a0005") + b"\x01\0"
    handshake = b"\x01" + struct.pack("!I", len(body))[1:] + body
    return b"\x16\x03\x01" + struct.pack("!H", len(handshake)) + handshake


def test_bi_23_old_protocols_and_weak_ciphers(test):
    """BI-23: SSLv3, TLS 1.0 and 1.1 hellos and CBC, RC4, 3DES offers get an alert, are counted and told."""
    setting = Setting(test)
    with setting.daemon as daemon:
        for version in (b"\x03\x00", b"\x03\x01", b"\x03\x02", b"\x03\x03"):  # the last one offers RSA-CBC, RC4, 3DES only
            before = setting.closed("tls_protocol")
            with socket.create_connection(("127.0.0.1", setting.port), timeout=30) as out:
                out.sendall(client_hello(version))
                answer = read_to_end(out)
            equal((answer[:1], answer[5:6]), (b"\x15", b"\x02"), f"a fatal alert for {version.hex()}")
            wait_until(lambda wanted=before + 1: setting.closed("tls_protocol") == wanted, 10, f"tls_protocol for {version.hex()}")
        setting.send(message("fine"))
        daemon.wait_stored(1)


def test_bi_29_gibberish_and_broken_records(test):
    """BI-29: bytes that are no TLS, cut and broken records: an alert or a close, nothing stored, others unaffected."""
    setting = Setting(test)
    with setting.daemon as daemon:
        pieces = [b"<13>plain syslog\n" * 50, b"GET / HTTP/1.1\r\n\r\n", os.urandom(5000), b"\0" * 5000, b"\x16\x03\x01\xff\xff" + b"x" * 20000,
                  client_hello(b"\x03\x03")[:30], b"\x16\x03\x03\x00\x04\x01\xff\xff\xff", b"\x80\x2e\x01\x00\x02" + b"x" * 60]
        for piece in pieces:
            with socket.create_connection(("127.0.0.1", setting.port), timeout=30) as out:
                try:
                    out.sendall(piece)
                    out.shutdown(socket.SHUT_WR)
                except OSError:
                    pass
                read_to_end(out)
        wait_until(lambda: setting.closed("tls_broken") + setting.closed("tls_protocol") + setting.closed("tls_limit") == len(pieces), 10, "all counted")
        # A record that breaks within an established session: what came before it is kept.
        out = setting.connect()
        out.sendall(message("before"))
        plain = socket.socket(fileno=out.detach())
        plain.sendall(b"\x17\x03\x03\x00\x20" + b"x" * 32)
        plain.shutdown(socket.SHUT_WR)
        read_to_end(plain)
        plain.close()
        daemon.wait_stored(1)
        wait_until(lambda: setting.closed("tls_broken") + setting.closed("tls_protocol") + setting.closed("tls_limit") == len(pieces) + 1, 10, "counted")
        # A reset in the middle of a record.
        out = setting.connect()
        out.sendall(message("before the reset"))
        daemon.wait_stored(2)
        plain = socket.socket(fileno=out.detach())
        plain.sendall(b"\x17\x03\x03\x40\x00" + b"x" * 100)
        reset(plain)
        setting.send(message("fine"))
        daemon.wait_stored(3)
        equal(len(daemon.messages("")), 3, "records")
        daemon.wait_quiet()


def test_bi_27_renegotiation(test):
    """BI-27: a client that asks to renegotiate is closed; nothing it sent before is lost."""
    openssl = need("openssl")
    setting = Setting(test)
    with setting.daemon as daemon:
        client = subprocess.Popen([openssl, "s_client", "-connect", f"127.0.0.1:{setting.port}", "-tls1_2", "-legacy_renegotiation"],
                                  stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        client.stdin.write(message("before"))
        client.stdin.flush()
        daemon.wait_stored(1)
        client.stdin.write(b"R\n")
        client.stdin.flush()
        wait_until(lambda: setting.closed("tls_renegotiation") == 1, 10, "tls_renegotiation")
        client.kill()
        client.wait(20)


def test_bi_28_stalled_handshakes_hold_nobody_up(test):
    """BI-28: 100 handshakes that stall are closed after 10 s; meanwhile a live sender goes on, and memory stays."""
    setting = Setting(test)
    with setting.daemon as daemon:
        before = daemon.memory_bytes()
        stalled = []
        for number in range(100):
            plain = socket.create_connection(("127.0.0.1", setting.port), timeout=60)
            plain.sendall(client_hello(b"\x03\x03")[:20 + number % 20])
            stalled.append(plain)
        begin = time.monotonic()
        for number in range(20):
            setting.send(message(f"alive {number}"))
        check(time.monotonic() - begin < 8 * test.build.slow, "twenty connections took", time.monotonic() - begin)
        daemon.wait_stored(20)
        check(daemon.memory_bytes() - before < 100_000_000 * test.build.slow, "grew by", daemon.memory_bytes() - before)
        for plain in stalled:
            read_to_end(plain)
            plain.close()
        check(time.monotonic() - begin < 11 + 15 * test.build.slow, "closed after", time.monotonic() - begin)
        wait_until(lambda: setting.closed("tls_timeout") == 100, 10, "all counted")


def test_more_stalled_handshakes_than_may_be(test):
    """With 200 handshakes stalled newcomers are closed until the stalled ones are; then everybody comes in again."""
    setting = Setting(test)
    with setting.daemon as daemon:
        stalled = [socket.create_connection(("127.0.0.1", setting.port), timeout=60) for _ in range(260)]
        wait_until(lambda: setting.closed("tls_busy") >= 60, 10, "the ones too many are closed")
        wait_until(lambda: setting.closed("tls_timeout") == 200, 12 + 10 * test.build.slow, "the stalled ones are closed")
        setting.send(message("in again"))
        daemon.wait_stored(1)
        for plain in stalled:
            plain.close()


def test_a_thousand_connections(test):
    """1,000 TLS connections opened at once: all come in, each message is stored once, memory stays within bounds."""
    setting = Setting(test)
    context = setting.context()
    with setting.daemon as daemon:
        before = daemon.memory_bytes()
        connections, lock = [], threading.Lock()
        failures = []

        def open_some(count):
            for _ in range(count):
                try:
                    out = setting.connect(context=context, timeout=120)
                except OSError as error:
                    failures.append(error)
                    continue
                with lock:
                    connections.append(out)
        threads = [threading.Thread(target=open_some, args=(50,)) for _ in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        equal(failures[:3], [], "refused")
        for number, out in enumerate(connections):
            out.sendall(message(f"connection {number} here"))
        daemon.wait_stored(1000, 120)
        grown = daemon.memory_bytes() - before
        check(grown < 100_000_000 * test.build.slow, "grew by", grown)
        for out in connections:
            out.close()
        daemon.wait_quiet()


def test_certificates_are_renewed_while_it_runs(test):
    """A renewed certificate is served without a restart, by itself; a bad file leaves the old one in force and says so."""
    setting = Setting(test)
    ca = setting.ca
    with setting.daemon as daemon:
        def served():
            with setting.connect() as out:
                return out.getpeercert()["serialNumber"]
        first = served()
        lasting = setting.connect()
        ca.path("server.pem").rename(ca.path("old.pem"))
        ca.path("server.pem").write_text("nonsense")
        wait_until(lambda: "stays in force" in daemon.process.log(), 30, "the bad file is told")
        check("E-TLS tls.certificate" in daemon.process.log(), "field and file are named")
        equal(served(), first, "the old one is in force")
        ca.issue("server", san="DNS:localhost,IP:127.0.0.1", usage="serverAuth")
        wait_until(lambda: served() != first, 30, "the new one is served")
        lasting.sendall(message("still here"))
        lasting.close()
        daemon.wait_stored(1)


def test_bad_tls_files_are_refused_at_start(test):
    """A missing file, a key of another certificate: exit with the field, the file and the remedy, in English and Chinese."""
    setting = Setting(test)
    setting.ca.self_signed("other")
    shutil.copy(setting.ca.path("other.key"), setting.ca.path("server.key"))
    setting.daemon.launch()
    check(setting.daemon.process.popen.wait(60) != 0, "started with a wrong key")
    said = setting.daemon.process.log()
    check("E-TLS tls.key" in said and "server.key" in said and "另" not in said and "私鑰" in said, said[-600:])


def rsyslog_over_tls(test, setting, driver, name, count):
    pieces = [f'global(defaultNetstreamDriver="{driver}" defaultNetstreamDriverCAFile="{setting.ca.path("ca.pem")}"']
    if name:
        pieces[0] += (f' defaultNetstreamDriverCertFile="{setting.ca.path(name + ".pem")}"'
                      f' defaultNetstreamDriverKeyFile="{setting.ca.path(name + ".key")}"')
    pieces[0] += ")"
    pieces.append(f'action(type="omfwd" target="127.0.0.1" port="{setting.port}" protocol="tcp" TCP_Framing="octet-counted" '
                  f'StreamDriver="{driver}" StreamDriverMode="1" StreamDriverAuthMode="x509/certvalid" '
                  f'action.resumeRetryCount="-1" action.resumeInterval="1")')
    rsyslog = Rsyslog(test, "\n".join(pieces))
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as out:
        out.connect(str(rsyslog.socket))
        for number in range(count):
            out.send(f"<38>{driver}: message {number} of it".encode())
    return rsyslog


def test_rsyslog_over_tls(test):
    """rsyslog's omfwd over OpenSSL and over GnuTLS, with a client certificate: every message once."""
    need("rsyslogd")
    drivers = [driver for driver in ("ossl", "gtls") if os.path.exists(f"/usr/lib/x86_64-linux-gnu/rsyslog/lmnsd_{driver}.so")]
    if not drivers:
        raise Skip("rsyslog-openssl and rsyslog-gnutls are not installed")
    setting = Setting(test, "x509/name", ["sender.school.edu.tw"])
    setting.ca.issue("sender", san="DNS:sender.school.edu.tw")
    with setting.daemon as daemon:
        for number, driver in enumerate(drivers):
            rsyslog_over_tls(test, setting, driver, "sender", 2000)
            daemon.wait_stored(2000 * (number + 1))
            equal(len(set(daemon.messages(f"log.syslog.appname:{driver}"))), 2000, f"messages over {driver}")
        daemon.wait_quiet()


def test_openssl_s_client(test):
    """openssl s_client as the simplest of senders; a second connection comes back with its ticket."""
    openssl = need("openssl")
    setting = Setting(test, "x509/certvalid")
    setting.ca.issue("fw1")
    ticket = test.directory / "ticket"
    command = [openssl, "s_client", "-connect", f"127.0.0.1:{setting.port}", "-cert", setting.ca.path("fw1.pem"), "-key",
               setting.ca.path("fw1.key"), "-tls1_2"]
    with setting.daemon as daemon:
        for number, more in enumerate((["-sess_out", ticket], ["-sess_in", ticket])):
            client = subprocess.Popen([str(part) for part in command + more], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                      stderr=subprocess.STDOUT)
            client.stdin.write(message(f"s_client {number}"))
            client.stdin.flush()
            daemon.wait_stored(number + 1)
            client.stdin.close()
            said = client.stdout.read().decode(errors="replace")
            client.wait(20)
            check(("Reused" if number else "New") + ", TLSv1.2" in said, said[-800:])
        equal({event["tls"]["client"]["x509"]["subject"]["distinguished_name"] for event in daemon.search("")}, {"CN=fw1"},
              "who it was, with a ticket too")


def test_loggen_over_tls(test):
    """syslog-ng's loggen over TLS, ten connections: every message is stored."""
    loggen = unpacked("usr/bin/loggen")
    setting = Setting(test)
    with setting.daemon as daemon:
        done = subprocess.run([loggen, "-U", "--active-connections=10", "--number=20000", "-r", "100000", "-s", "250",
                               "127.0.0.1", str(setting.port)], capture_output=True, text=True, timeout=120, check=False,
                              env=syslog_ng_environment())
        equal(done.returncode, 0, done.stderr[-500:])
        daemon.wait_quiet()
        stored = daemon.status()["stored"]
        check(stored >= 20000, "stored", stored, done.stderr[-300:])
