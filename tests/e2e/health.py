"""Source health: what senders did not send, what was lost, and that both stand in the log itself."""

import csv
import datetime
import io
import json
import re
import socket
import time

from harness import bsd_stamp, check, equal, stamp, wait_until

# Learning for two seconds, silent after five at least, looked at five times a second.
QUICK = ["2000", "5000", "200"]


def quick_daemon(test, **more):
    daemon = test.daemon(**more)
    vigild = daemon.build.vigild
    launch = daemon.launch

    def launch_quick():
        # The option is for these tests alone and stands behind the usual ones.
        script = daemon.directory / "quick.sh"
        script.write_text(f'#!/bin/sh\nexec "$@" --test-health {",".join(QUICK)}\n')
        script.chmod(0o755)
        daemon.wrap = [script]
        launch()
    daemon.launch = launch_quick
    check(vigild.exists(), vigild)
    return daemon


def records(daemon, msgid):
    return daemon.search(f"process.name:vigild log.syslog.msgid:{msgid}")


def parameter(event, name):
    found = re.search(rf'{name}="((?:[^"\\]|\\.)*)"', event["event"]["original"])
    return found.group(1) if found else None


def source_of(daemon, name):
    return next((row for row in daemon.json("/api/v1/sources")["sources"] if row["source"] == name), None)


def test_kernel_loss_stands_in_the_log_to_the_datagram(test):
    """With a 4 KiB buffer: lost = sent - stored, and the gap records add up to exactly as many, in few records."""
    sent = 30_000
    payload = f"<13>{bsd_stamp()} blast app: ".encode() + b"x" * 200
    with test.daemon(udp_buffer=4096) as daemon:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
            out.connect(("127.0.0.1", daemon.syslog_port))
            for _ in range(sent):
                out.send(payload)
        daemon.wait_quiet()

        def told():
            gaps = records(daemon, "gap")
            lost = sum(int(parameter(gap, "lost")) for gap in gaps)
            stored = int(next(iter(daemon.search("host.name:blast | stats count()")[0].values())))
            return gaps if lost and stored + lost == sent else None
        gaps = wait_until(told, 40 * daemon.build.slow, "gap records that add up to what was lost", every=0.5)
        check(len(gaps) <= 6, f"{len(gaps)} records of one burst")
        for gap in gaps:
            equal(gap["vigil"]["org"], "school-a", "whose record it is")
            check(parameter(gap, "listener").startswith("syslog-udp:"), gap)
            begin, end = (datetime.datetime.fromisoformat(parameter(gap, name)) for name in ("from", "to"))
            check(begin <= end, begin, end)


def test_gaps_in_a_routers_numbers_are_told(test):
    """Cisco's counter leaps from 364242 to 364250: seven messages never came; what comes late or begins anew is no gap."""
    with test.daemon() as daemon:
        def line(number, host="rtr1"):
            return f"<189>{number}: {host}: {bsd_stamp()}.123 CST: %SYS-5-CONFIG_I: Configured {number}"
        daemon.udp([line(number) for number in (364241, 364242, 364250, 364252, 364251)])
        daemon.udp([line(number, "rtr2") for number in (900, 901, 902, 1, 2, 3)])
        daemon.udp([f'<13>1 {stamp()} h5424 app - - [meta sequenceId="{n}"] x' for n in (1, 2, 4)])

        def told():
            gaps = {parameter(gap, "source"): gap for gap in records(daemon, "sequence_gap")}
            return gaps if {"rtr1", "h5424"} <= set(gaps) else None
        gaps = wait_until(told, 30 * daemon.build.slow, "gap records", every=0.3)
        equal(sorted(gaps), ["h5424", "rtr1"], "who has gaps")
        equal([parameter(gaps["rtr1"], name) for name in ("lost", "kind", "first", "last")],
              ["7", "cisco", "364243", "364249"], "what rtr1's record says")
        equal(parameter(gaps["h5424"], "lost"), "1", "h5424")
        row = source_of(daemon, "rtr1")
        equal((row["sender_gaps"], row["sequence"]["kind"]), (7, "cisco"), "the source's ledger")
        equal(source_of(daemon, "rtr2")["sequence"]["restarts"], 1, "a router that began anew")
        equal(daemon.metric("vigil_source_gap_total", organisation="school-a"), 8, "metric")
        daemon.stop()
        # What is lost while vigild is away is told afterwards.
        daemon.start()
        daemon.udp([line(364257)])
        wait_until(lambda: (source_of(daemon, "rtr1") or {}).get("sender_gaps") == 11, 30 * daemon.build.slow,
                   "numbers missed while vigild was away", every=0.3)


def test_a_silent_source_is_told_once_and_when_it_is_back(test):
    """It sends five times a second, then nothing: a record, `sources --silent`, the metric; then a record that it is over."""
    with quick_daemon(test) as daemon:
        def send(seconds, names):
            end = time.monotonic() + seconds
            while time.monotonic() < end:
                daemon.udp([f"<13>{bsd_stamp()} {name} app: tick" for name in names])
                time.sleep(0.1)
        send(4, ["alpha", "beta"])
        deadline = time.monotonic() + 60
        while not records(daemon, "silence") and time.monotonic() < deadline:
            send(0.5, ["alpha"])
        silent = records(daemon, "silence")
        equal([parameter(event, "source") for event in silent], ["beta"], "who is silent")
        equal(silent[0]["vigil"]["org"], "school-a", "whose record it is")
        shown = daemon.cli("sources", "--silent", "--format", "ndjson").stdout
        equal([json.loads(row)["source"] for row in shown.splitlines()], ["beta"], "vigil sources --silent")
        equal(daemon.metric("vigil_source_silent", organisation="school-a"), 1, "metric")
        check("beta" in daemon.cli("sources", "--silent", "--format", "table").stdout, "the table")
        send(1, ["alpha", "beta"])
        over = wait_until(lambda: records(daemon, "silence_over"), 20 * daemon.build.slow, "it is over")
        equal([parameter(event, "source") for event in over], ["beta"], "who is back")
        equal(len(records(daemon, "silence")), 1, "told once")
        report = daemon.json(f"/api/v1/reports/equipment?month={datetime.datetime.now():%Y-%m}")
        devices = {device["device"]: device for device in report["organisations"][0]["devices"]}
        equal(len(devices["beta"]["silences"]), 1, "the silence in the report")
        equal(devices["alpha"]["silences"], [], "alpha was never silent")


def test_sources_survive_a_restart(test):
    """A sender that has not been heard since the restart is still listed, with what it had sent."""
    with test.daemon() as daemon:
        daemon.udp([f"<13>{bsd_stamp()} old app: {n}" for n in range(30)])
        daemon.wait_quiet()
        before = source_of(daemon, "old")
        daemon.stop()
        daemon.start()
        after = source_of(daemon, "old")
        for key in ("first_seen", "last_seen", "received", "bytes", "organisation", "peer", "formats"):
            equal(after[key], before[key], key)


def test_charsets_and_clocks_are_shown(test):
    """Big5 is told from UTF-8, and a message without a time of its own has no skew."""
    with test.daemon() as daemon:
        daemon.udp([f"<13>{bsd_stamp()} big5 app: ".encode() + "登入失敗".encode("cp950"),
                    f"<13>{bsd_stamp()} plain app: hello".encode(), f"<13>{bsd_stamp(3600)} late app: hello".encode()])
        wait_until(lambda: abs((source_of(daemon, "late") or {}).get("clock_skew_seconds", 0)) > 3500,
                   20 * daemon.build.slow, "an hour's skew")
        equal(source_of(daemon, "big5")["charsets"], ["cp950"], "charsets")
        equal(source_of(daemon, "plain")["charsets"], ["utf-8"], "charsets")
        check(abs(source_of(daemon, "plain")["clock_skew_seconds"]) < 5, source_of(daemon, "plain"))
        equal(source_of(daemon, "late")["clock_wrong"], False, "one message proves nothing")


def test_the_equipment_report_comes_in_three_forms(test):
    """HTML, JSON and CSV of one month, with hostile names inert; a month that is none is refused."""
    with test.daemon() as daemon:
        daemon.udp([f"<13>{bsd_stamp()} fw1 app: {n}" for n in range(10)])
        daemon.ingest([{"message": "x", "host": {"name": "=cmd|'/C calc'!A0"}}], source="%3Dcmd()")
        daemon.wait_quiet()
        wait_until(lambda: source_of(daemon, "fw1"), 10, "the source")
        month = f"{datetime.datetime.now():%Y-%m}"

        def seen():
            report = daemon.json(f"/api/v1/reports/equipment?month={month}")
            names = [d["device"] for o in report["organisations"] for d in o["devices"]]
            return report if "fw1" in names else None
        report = wait_until(seen, 20 * daemon.build.slow, "the device in the report", every=0.3)
        equal((report["month"], report["complete"]), (month, False), "the month")
        table = daemon.cli("sources", "report", "--month", month, "--format", "csv", text=False).stdout
        rows = list(csv.reader(io.StringIO(table.decode("utf-8-sig"))))
        check(len({len(row) for row in rows}) == 1, rows)
        check(not any(cell[:1] in "=+-@" and cell[1:2].isalpha() for row in rows for cell in row if cell), rows)
        out = daemon.directory / "report.html"
        daemon.cli("sources", "report", "--month", month, "--out", out)
        page = out.read_text()
        check("監控設備狀況單" in page and "fw1" in page and "<script" not in page, page[:200])
        daemon.cli("sources", "report", "--month", "2026-13", expect=2)
        daemon.cli("sources", "report", "--format", "odt", expect=2)
        last_month = daemon.cli("sources", "report", "--format", "json").stdout
        equal(json.loads(last_month)["complete"], True, "without --month it is the month that is over")


def test_bi10_a_flood_of_spoofed_senders_is_told_and_costs_little(test):
    """More senders than are remembered: source_explosion is told, memory stays flat, and an established one is kept."""
    count = 400_000 if test.long else 120_000
    with test.daemon() as daemon:
        daemon.tcp_lines(f"<13>{bsd_stamp()} firewall app: {n}" for n in range(200))
        when = bsd_stamp()

        def flood(begin, end):
            for at in range(begin, end, 5000):
                daemon.tcp_lines(f"<13>{when} spoofed-{n} app: x" for n in range(at, min(at + 5000, end)))
        flood(0, count // 2)
        daemon.wait_quiet(300)
        half = daemon.memory_bytes()
        flood(count // 2, count)
        daemon.wait_quiet(300)
        wait_until(lambda: records(daemon, "source_explosion"), 30 * daemon.build.slow, "source_explosion is told")
        check(daemon.memory_bytes() < half * (2.5 if daemon.build.sanitizers else 1.3) + 64e6,
              "memory", half, daemon.memory_bytes())
        status = daemon.status()
        check(status["sources"] <= 50_000, status["sources"])
        check(status["source_health"]["evicted"] > 0, status["source_health"])
        check(source_of(daemon, "firewall") is not None, "an established sender was pushed out")
