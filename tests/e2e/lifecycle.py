"""Starting, stopping, asking: what an administrator and a script rely on."""

import json
import os
import re
import signal
import subprocess
import time

from harness import Skip, bsd_stamp, check, equal, free_port, wait_until


def test_idle_memory_is_small(test):
    """An idle daemon with the whole rule pack takes at most 100 MiB (release build)."""
    if test.build.sanitizers:
        raise Skip("memory is not comparable under sanitizers")
    with test.daemon() as daemon:
        time.sleep(3)
        used = daemon.memory_bytes()
        print(f"# idle memory {used / 1048576:.1f} MiB", flush=True)
        check(used <= 100 * 1024 * 1024, f"{used / 1048576:.1f} MiB")


def test_unconfigured_from_any_directory(test):
    """Without a file: the embedded default, data below the current directory, rules and a spool channel built in."""
    syslog, web = free_port(), free_port()
    place = test.directory / "anywhere"
    place.mkdir()
    process = test.run([test.build.vigild, "--http", f"127.0.0.1:{web}", "--syslog", f"127.0.0.1:{syslog}"],
                       "default.log", cwd=place)
    vigil = [test.build.vigil, "status", "--format", "ndjson"]

    def answered():
        check(process.alive(), "vigild ended:", process.log()[-800:])
        return subprocess.run(vigil, cwd=place, capture_output=True, check=False).returncode == 0
    wait_until(answered, 30 * test.build.slow, "`vigil status` through the Unix socket")
    check((place / "vigil-data").is_dir(), "no ./vigil-data")
    status = json.loads(subprocess.run(vigil, cwd=place, capture_output=True, check=True).stdout)
    check(status["rules"] > 0, "no rules in the default")
    check({"syslog-udp", "syslog-tcp", "http"} <= {listener["protocol"] for listener in status["listeners"]},
          "listeners:", status["listeners"])
    equal(process.stop(), 0, "exit code after SIGTERM")


def test_stops_on_sigint_as_on_sigterm(test):
    """Ctrl-C is an orderly stop with exit code 0."""
    with test.daemon() as daemon:
        daemon.tcp_lines([f"<13>{bsd_stamp()} h app: before"])
        daemon.process.popen.send_signal(signal.SIGINT)
        equal(daemon.process.popen.wait(20 * test.build.slow), 0, "exit code")
        daemon.start()
        equal(len(daemon.search("host.name:h")), 1, "records")


def test_version_and_help(test):
    """--version and --help answer on both programs with exit code 0."""
    for program in (test.build.vigild, test.build.vigil):
        for flag in ("--version", "--help"):
            done = subprocess.run([program, flag], capture_output=True, text=True, check=False)
            equal(done.returncode, 0, f"{program.name} {flag}")
            check(done.stdout.strip(), f"{program.name} {flag} says nothing")
    check(re.search(r"\d+\.\d+\.\d+", subprocess.run([test.build.vigild, "--version"], capture_output=True, text=True,
                                                     check=False).stdout), "no version")


def test_check_config_shows_the_place(test):
    """A mistake in the configuration: exit 2, with file, line, column, caret and the nearest name."""
    bad = test.directory / "bad.yaml"
    bad.write_text("listeners:\n  - {protocol: syslog-udp, adress: \"127.0.0.1:5514\"}\n")
    done = subprocess.run([test.build.vigild, "--check-config", "--config", bad], capture_output=True, text=True, check=False)
    equal(done.returncode, 2, "exit code")
    said = done.stdout + done.stderr
    check(f"{bad}:2:" in said, "no place:", said)
    check("^" in said, "no caret:", said)
    check("address" in said, "no hint:", said)
    good = test.daemon()
    done = subprocess.run([test.build.vigild, "--check-config", "--config", good.config_path], capture_output=True, check=False)
    equal(done.returncode, 0, "exit code of a good file")


def test_exit_codes_of_the_command_line(test):
    """0 done, 1 no, 2 used wrongly, 3 not reached."""
    with test.daemon() as daemon:
        daemon.cli("status")
        daemon.cli("search", "nothing-like-this")
        daemon.cli("incidents", "list")
        daemon.cli("search", "field:(", expect=2)
        daemon.cli("no-such-verb", expect=2)
        daemon.cli("search", "--no-such-flag", expect=2)
        daemon.cli("incidents", "show", "2026-9999", expect=None)
    daemon.cli("status", expect=3)
    empty = test.directory / "empty"
    empty.mkdir()
    equal(subprocess.run([test.build.vigil, "evidence", "verify", empty], capture_output=True, check=False).returncode, 1,
          "verify of an empty directory")


def test_a_reader_that_goes_away_harms_nobody(test):
    """`vigil search … | head`: the daemon and the command both survive the broken pipe."""
    with test.daemon() as daemon:
        daemon.tcp_lines([f"<13>{bsd_stamp()} h app: number {n}" for n in range(20_000)])
        daemon.wait_stored(20_000)
        command = f'"{daemon.build.vigil}" search "" --limit 0 --data "{daemon.data}" --format ndjson | head -n 3'
        done = subprocess.run(["sh", "-c", command], capture_output=True, timeout=60, check=False)
        equal(len(done.stdout.splitlines()), 3, "lines")
        daemon.wait_quiet()
        equal(len(daemon.search("host.name:h")), 20_000, "records afterwards")


def test_tail_shows_what_arrives(test):
    """`vigil tail QUERY` shows matching lines as they come, and only those."""
    with test.daemon() as daemon:
        tail = test.run([daemon.build.vigil, "tail", "host.name:watched", "--format", "ndjson", "--data", daemon.data],
                        "tail.log")
        time.sleep(1 * test.build.slow)
        daemon.tcp_lines([f"<13>1 - {host} app - - - {n}" for n in range(5) for host in ("watched", "other")])
        wait_until(lambda: tail.log().count("\n") >= 5, 20 * test.build.slow, "five lines")
        hosts = [json.loads(line)["host"]["name"] for line in tail.log().splitlines()]
        equal(hosts, ["watched"] * 5, "hosts shown")
        os.killpg(tail.pid, signal.SIGINT)
        tail.popen.wait(10)


def test_what_a_sender_said_around_a_line_is_shown(test):
    """`vigil search --around ID`: the same sender's lines before and after, oldest first; mistakes are told."""
    with test.daemon() as daemon:
        daemon.tcp_lines([f"<13>1 - {host} app - - - line {n}" for n in range(9) for host in ("watched", "other")])
        daemon.wait_stored(18)
        record = daemon.search('host.name:watched AND "line 4"')[0]["vigil"]["id"]

        def around(*options):
            done = daemon.cli("search", "--around", *options, "--format", "raw")
            return [line.split(" - - - ")[1] for line in done.stdout.splitlines()]
        equal(around(record, "--records", "2"), [f"line {n}" for n in range(2, 7)], "two on either side")
        equal(around(record, "--within", "1h"), [f"line {n}" for n in range(9)], "within an hour")
        equal(len(around(record, "--records", "2", "--any-source")), 5, "of any sender")
        daemon.cli("search", "--around", "ffffffffffffffff", expect=4)
        daemon.cli("search", "--around", "line", expect=2)


def test_the_night_changes_nothing_that_is_read(test):
    """`vigil archive night` packs what is sealed: smaller, and every search and count answers as before, live and restarted."""
    with test.daemon() as daemon:
        lines = [f"<13>{bsd_stamp(n % 5000)} srv{n % 7} app[{n}]: user{n % 50} did word{n}x from 10.1.{n % 200}.{n % 90} 登入失敗"
                 for n in range(6000)]
        daemon.tcp_lines(lines)
        daemon.wait_stored(6000)
        questions = ["word17x", "10.1.17.17", "*ord59*", "登入失敗 user7", "| stats count() by host.name",
                     "| stats count() by bucket(1h), log.source.address", "host.name:srv3 | stats count()"]

        def answers():
            return [daemon.cli("search", question, "--limit", "0", "--since", "30d", "--format", "ndjson").stdout
                    for question in questions]
        before = answers()
        check(all(before), "every question has an answer")
        daemon.cli("archive", "seal")
        sealed = json.loads(daemon.cli("archive", "stats", "--format", "ndjson").stdout.splitlines()[-1])
        equal(answers(), before, "sealed")
        report = json.loads(daemon.cli("archive", "night", "--format", "ndjson").stdout)
        equal((report["troubles"], report["finished"]), ([], True), "the night")
        packed = json.loads(daemon.cli("archive", "stats", "--format", "ndjson").stdout.splitlines()[-1])
        equal(packed["records"], sealed["records"], "records")
        check(packed["stored_bytes"] < sealed["stored_bytes"], sealed, packed)
        equal(answers(), before, "packed")
        again = json.loads(daemon.cli("archive", "night", "--format", "ndjson").stdout)
        equal(again["blocks_before"], 0, "nothing is packed twice")
        daemon.kill9()
        daemon.start()
        equal(answers(), before, "killed and started again")


def test_sources_are_listed_registered_or_not(test):
    """A listed host belongs to its system; one nobody listed is kept and shown as unregistered."""
    extra = {"systems": [{"id": "grades", "name": "成績系統", "organisation": "school-a", "core": True,
                          "hosts": ["srv-grades"], "kinds": ["os", "logon"]}]}
    with test.daemon(extra=extra) as daemon:
        daemon.tcp_lines([f"<13>{bsd_stamp()} srv-grades app: mine", f"<13>{bsd_stamp()} stranger app: whose"])
        daemon.wait_stored(2)
        daemon.wait_quiet()
        sources = {source["source"]: source for source in daemon.json("/api/v1/sources")["sources"]}
        known = next(s for name, s in sources.items() if "srv-grades" in name)
        stranger = next(s for name, s in sources.items() if "stranger" in name)
        equal((known["registered"], known["system"]), (True, "grades"), "the listed one")
        equal(stranger["registered"], False, "the stranger")
        events = daemon.search("host.name:srv-grades")
        equal((events[0]["vigil"]["core"], events[0]["vigil"]["system"]), (True, "grades"), "its event")
        table = daemon.cli("sources", "--format", "table").stdout
        check("srv-grades" in table and "stranger" in table, table)
