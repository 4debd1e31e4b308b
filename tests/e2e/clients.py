"""Unmodified clients that sites own, one test each: the npm clients of Elasticsearch, Loki, Splunk HEC, OTLP, GELF, Beats and
syslog; loggen, syslog-ng, HAProxy, nginx and BusyBox. What they send is there, once, with its fields."""

import json
import os
import pathlib
import random
import socket
import subprocess

from harness import Skip, check, equal, free_port, need, wait_until
from real import UNPACKED, private_copy, syslog_ng_environment, unpacked

CLIENTS = pathlib.Path(__file__).resolve().parent / "clients"


def run_client(test, daemon, client, port):
    """Runs one npm client; the marker of its three messages."""
    node = need("node")
    if not (CLIENTS / "node_modules").is_dir():
        raise Skip("the npm clients are not installed")
    marker = f"m{random.randrange(1 << 40):x}"
    done = subprocess.run([node, CLIENTS / "send.js", client, str(port), marker], capture_output=True, text=True,
                          timeout=60 * test.build.slow, check=False)
    check(done.returncode == 0, f"{client}: exit {done.returncode}\n{done.stdout[-1000:]}\n{done.stderr[-2000:]}")
    return marker


def three_of(test, daemon, marker):
    """The three events with the marker, each once, in the order of their numbers."""
    wait_until(lambda: len(daemon.search(marker)) >= 3, 20 * test.build.slow, f"three messages with {marker}")
    daemon.wait_quiet()
    events = sorted(daemon.search(marker), key=lambda event: event["message"])
    equal(len(events), 3, f"events with {marker}")
    for number, event in enumerate(events, 1):
        check(f"{marker} number {number} 登入失敗" in json.dumps(event, ensure_ascii=False), "text of", event)
    return events


def gelf(port):
    return {"protocol": "gelf", "address": f"127.0.0.1:{port}"}


def test_elasticsearch_client(test):
    """@elastic/elasticsearch: bulk is stored, the same ids again are 409, info() is answered."""
    with test.daemon() as daemon:
        marker = run_client(test, daemon, "elasticsearch", daemon.http_port)
        for number, event in enumerate(three_of(test, daemon, marker), 1):
            equal(event["message"], f"{marker} number {number} 登入失敗", "message")
            equal(event["host"]["name"], "es-host", "host")


def test_winston_elasticsearch(test):
    """winston-elasticsearch: its health question, its template question and its bulk with extra members."""
    with test.daemon() as daemon:
        marker = run_client(test, daemon, "winston-elasticsearch", daemon.http_port)
        three_of(test, daemon, marker)


def test_winston_loki(test):
    """winston-loki: protobuf with snappy, and JSON; labels are fields."""
    with test.daemon() as daemon:
        for client in ("winston-loki", "winston-loki-json"):
            for event in three_of(test, daemon, run_client(test, daemon, client, daemon.http_port)):
                equal(event["labels"]["app"], "winston", client)


def test_splunk_logging(test):
    """splunk-logging: a form's content type, time as text; host and source type are fields."""
    with test.daemon() as daemon:
        for event in three_of(test, daemon, run_client(test, daemon, "splunk-logging", daemon.http_port)):
            equal(event["host"]["name"], "hec-host", "host")


def test_opentelemetry(test):
    """OTLP over HTTP, as JSON and as protobuf, gzip, chunked: host, severity, service and attributes are fields."""
    with test.daemon() as daemon:
        for client in ("otlp-http", "otlp-proto"):
            for number, event in enumerate(three_of(test, daemon, marker := run_client(test, daemon, client, daemon.http_port)), 1):
                equal(event["message"], f"{marker} number {number} 登入失敗", client)
                equal(event["host"]["name"], "otel-host", client)
                check("otel-app" in json.dumps(event) and "alice" in json.dumps(event), client, event)


def test_gelf_pro(test):
    """gelf-pro over UDP (single-chunk chunked messages) and TCP."""
    port = free_port()
    with test.daemon(more_listeners=[gelf(port)]) as daemon:
        for client in ("gelf-udp", "gelf-tcp"):
            for number, event in enumerate(three_of(test, daemon, marker := run_client(test, daemon, client, port)), 1):
                equal(event["message"], f"{marker} number {number} 登入失敗", client)


def test_lumberjack_client(test):
    """lumberjack-client (Beats' protocol, version 2, compressed windows)."""
    port = free_port()
    with test.daemon(more_listeners=[{"protocol": "beats", "address": f"127.0.0.1:{port}"}]) as daemon:
        for event in three_of(test, daemon, run_client(test, daemon, "lumberjack", port)):
            equal(event["host"]["name"], "beats-host", "host")


def test_npm_syslog_clients(test):
    """winston-syslog over UDP and syslog-client over TCP."""
    with test.daemon() as daemon:
        for event in three_of(test, daemon, run_client(test, daemon, "winston-syslog", daemon.syslog_port)):
            equal((event["host"]["name"], event["process"]["name"]), ("wsys-host", "wapp"), "winston-syslog")
        for event in three_of(test, daemon, run_client(test, daemon, "syslog-client", daemon.syslog_port)):
            equal(event["host"]["name"], "sc-host", "syslog-client")


# Programs of Debian.

def test_loggen(test):
    """loggen, ten connections, RFC 5424 with octet counting and BOM, then old format: every line is stored, none twice."""
    loggen = unpacked("usr/bin/loggen")
    forms = {"rfc5424 counted": ["-i", "-S", "-P", "--active-connections=10"], "rfc3164": ["-i", "-S", "--active-connections=3"]}
    with test.daemon() as daemon:
        sent = 0
        for name, options in forms.items():
            done = subprocess.run([loggen, *options, "-r", "2000", "-n", "2000", "-s", "250", "127.0.0.1", str(daemon.syslog_port)],
                                  capture_output=True, text=True, env=syslog_ng_environment(), timeout=120, check=False)
            check(done.returncode == 0, name, done.stderr[-500:])
            sent += 2000 * int(options[-1].rpartition("=")[2])
            daemon.wait_stored(sent)
            status = daemon.wait_quiet()
            equal((status["received"], status["stored"]), (sent, sent), name)
        event = daemon.search("log.syslog.appname:prg00000", limit=1)[0]
        equal((event["process"]["name"], event["host"]["name"]), ("prg00000", "localhost"), "fields")


def test_syslog_ng(test):
    """syslog-ng over network(tcp), syslog(tcp) and http(): every message once, with its program."""
    program = unpacked("usr/sbin/syslog-ng")
    logger = need("logger")
    with test.daemon() as daemon:
        forms = {
            "network": f'network("127.0.0.1" port({daemon.syslog_port}) transport("tcp"))',
            "syslog": f'syslog("127.0.0.1" port({daemon.syslog_port}) transport("tcp"))',
            "http": f'http(url("http://127.0.0.1:{daemon.http_port}/ingest/ndjson?source=ng") method("POST") batch-lines(10) '
                    f'batch-timeout(500) delimiter("\\n") headers("Content-Type: application/x-ndjson") '
                    f'body("$(format-json --scope rfc5424)"))',
        }
        for name, destination in forms.items():
            home = test.directory / f"ng-{name}"
            home.mkdir()
            (home / "ng.conf").write_text(
                f'@version: 3.35\nsource s {{ unix-dgram("{home}/log"); }};\ndestination d {{ {destination}; }};\n'
                f'log {{ source(s); destination(d); }};\n')
            process = test.run([program, "-F", "-f", home / "ng.conf", "-R", home / "p", "-c", home / "ctl", "--pidfile",
                                home / "pid", "--no-caps", "--module-path", UNPACKED / "usr/lib/syslog-ng/3.38"],
                               f"ng-{name}.log", env=syslog_ng_environment())

            def up(process=process, home=home):
                check(process.alive(), "syslog-ng ended:", process.log()[-800:])
                return (home / "log").exists()
            wait_until(up, 20, "syslog-ng listening")
            lines = [f"ng {name} {number} 中文" for number in range(50)]
            subprocess.run([logger, "-u", home / "log", "-t", f"ng-{name}"], input="\n".join(lines).encode(), check=True, timeout=30)
            wait_until(lambda: len(daemon.search(f'"ng {name}"')) >= 50, 30 * test.build.slow, f"50 through {name}")
            process.stop()
            events = daemon.search(f'"ng {name}"')
            equal(len(events), 50, name)
            if name != "http":
                equal({event["process"]["name"] for event in events}, {f"ng-{name}"}, name)


def test_haproxy(test):
    """HAProxy's logs by UDP (no host in them), in RFC 5424, and octet-counted through a ring."""
    haproxy = need("haproxy")
    with test.daemon() as daemon:
        web, configuration = free_port(), test.directory / "haproxy.cfg"
        configuration.write_text(f"""
global
    log 127.0.0.1:{daemon.syslog_port} local0
    log 127.0.0.1:{daemon.syslog_port} format rfc5424 local1
    log ring@counted format rfc5424 local2
ring counted
    format rfc5424
    maxlen 1200
    size 32764
    timeout connect 5s
    timeout server 10s
    server vigil 127.0.0.1:{daemon.syslog_port} log-proto octet-count
defaults
    mode http
    log global
    option httplog
    timeout connect 5s
    timeout client 5s
    timeout server 5s
frontend web
    bind 127.0.0.1:{web}
    http-request return status 200 content-type text/plain string hello
""")
        process = test.run([haproxy, "-f", configuration, "-db"], "haproxy.log")

        def asked():
            check(process.alive(), "haproxy ended:", process.log()[-800:])
            try:
                with socket.create_connection(("127.0.0.1", web), timeout=5) as page:
                    page.sendall(b"GET /haproxy-marker HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                    return page.recv(1000)
            except OSError:
                return None
        wait_until(asked, 20, "haproxy answering")
        wait_until(lambda: {event["log"]["syslog"]["facility"]["code"] for event in daemon.search('"haproxy-marker"')} >= {16, 17, 18},
                   20 * test.build.slow, "the request by all three ways")
        for event in daemon.search('"haproxy-marker"'):
            equal(event["process"]["name"], "haproxy", "program")


def test_nginx_over_syslog(test):
    """nginx sends its access log by syslog itself: a web record with address, path and status."""
    nginx = private_copy(need("nginx"), test.directory)
    with test.daemon() as daemon:
        web, configuration = free_port(), test.directory / "nginx.conf"
        configuration.write_text(f"""
daemon off; pid {test.directory}/nginx.pid; error_log {test.directory}/nginx-error.log;
events {{}}
http {{
  access_log syslog:server=127.0.0.1:{daemon.syslog_port},facility=local7,tag=nginx combined;
  client_body_temp_path {test.directory}; proxy_temp_path {test.directory}; fastcgi_temp_path {test.directory};
  uwsgi_temp_path {test.directory}; scgi_temp_path {test.directory};
  server {{ listen 127.0.0.1:{web}; location / {{ return 200 "hello"; }} }}
}}
""")
        process = test.run([nginx, "-c", configuration, "-p", test.directory], "nginx.log")

        def asked():
            check(process.alive(), "nginx ended:", process.log()[-800:])
            try:
                with socket.create_connection(("127.0.0.1", web), timeout=5) as page:
                    page.sendall(b"GET /nginx-marker?b=%22x HTTP/1.0\r\nUser-Agent: curl/7.88.1\r\n\r\n")
                    return page.recv(1000)
            except OSError:
                return None
        wait_until(asked, 20, "nginx answering")
        events = wait_until(lambda: daemon.search('"nginx-marker"'), 20 * test.build.slow, "the request")
        event = events[0]
        equal((event["http"]["response"]["status_code"], event["source"]["ip"]), (200, "127.0.0.1"), "fields")
        check("web" in event["vigil"]["kinds"], event["vigil"])


def test_busybox_syslogd(test):
    """BusyBox syslogd forwards without a host name: the host is its address."""
    busybox = need("busybox")
    if subprocess.run([busybox, "syslogd", "--help"], capture_output=True, check=False).returncode not in (0, 1):
        raise Skip("this busybox has no syslogd")
    if os.path.exists("/dev/log"):
        raise Skip("/dev/log belongs to somebody else here")
    with test.daemon() as daemon:
        process = test.run([busybox, "syslogd", "-n", "-O", test.directory / "messages", "-R", f"127.0.0.1:{daemon.syslog_port}"],
                           "busybox.log")
        try:
            wait_until(lambda: os.path.exists("/dev/log"), 10, "busybox syslogd listening")
            subprocess.run([busybox, "logger", "-t", "bb", "busybox-marker 中文"], check=True, timeout=10)
            events = wait_until(lambda: daemon.search('"busybox-marker"'), 20 * test.build.slow, "the message")
            equal((events[0]["process"]["name"], events[0]["host"]["name"]), ("bb", "127.0.0.1"), "fields")
        finally:
            process.kill()
            if os.path.lexists("/dev/log"):
                os.unlink("/dev/log")
