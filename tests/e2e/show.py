"""The sample day: what run.sh shows must be true, and the ordinary day must open nothing."""

import re
import subprocess

from devices import check_notification
from harness import TOP, Skip, check, equal, wait_until

DAY = TOP / "tests" / "scenario" / "school-day.yaml"


def play(test, daemon, scenario):
    program = test.build.directory / "bin" / "sample_day"
    if not program.exists():
        raise Skip("sample_day is not built here")
    done = subprocess.run([program, "--to", f"127.0.0.1:{daemon.syslog_port}", "--speed", "0", scenario],
                          capture_output=True, text=True, timeout=300, check=False)
    equal(done.returncode, 0, done.stderr)
    sent = int(re.match(r"(\d+) lines", done.stdout).group(1))
    daemon.wait_stored(sent, 120)
    daemon.wait_quiet(120)
    return sent


def test_the_sample_day_opens_what_happened(test):
    """Every attack of the day becomes a candidate; one has its notification drafted and its bundle verified."""
    extra = {"drill": True, "channels": [{"id": "spool", "kind": "spool", "directory": "spool", "drill": True}]}
    with test.daemon(extra=extra) as daemon:
        sent = play(test, daemon, DAY)
        equal(daemon.status()["stored"], sent, "stored")
        for address in ("203.0.113.45", "198.51.100.77", "192.0.2.99"):
            wait_until(lambda wanted=address: any(e["value"] == wanted for i in daemon.incidents() for e in i["entities"]),
                       20 * test.build.slow, f"a candidate for {address}")
        check(any("PC-T203" in str(i["entities"]) for i in daemon.incidents()), "no candidate for the teacher's PC")
        check(all(i["drill"] for i in daemon.incidents()), "a candidate that is not marked as a drill")
        # Ten hosts, three of which are also seen by their address alone.
        check(len(daemon.json("/api/v1/sources")["sources"]) >= 10, "sources are missing")
        web = next(i for i in daemon.incidents() if i["category"] == "web_attack")
        check_notification(daemon, web)


def test_the_ordinary_day_opens_nothing(test):
    """The same day without its attacks: mistyped passwords and missing pages are no incidents."""
    text = DAY.read_text(encoding="utf-8")
    quiet = test.directory / "quiet-day.yaml"
    quiet.write_text(text[:text.index("steps:")], encoding="utf-8")
    with test.daemon() as daemon:
        play(test, daemon, quiet)
        equal([(i["title"], [e["value"] for e in i["entities"]]) for i in daemon.incidents()], [], "incidents")
