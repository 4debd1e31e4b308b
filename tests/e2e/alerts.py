"""SOC alerts and early-warning tickets: over HTTP and as mails in a folder. Each is in the archive once, whatever happens."""

import base64
import http.client
import json
import os
import pathlib
import quopri
import threading
import time
from email.header import Header

from harness import check, equal, wait_until
from http_ingest import post


def alert(ref, **more):
    return {"source": "nsoc", "source_ref": ref, "title": f"對外掃描 {ref}", "severity": "high", "detected_at": "2026-11-20T14:59:00+08:00",
            "rule": {"id": "1:2000001", "name": "SCAN suspicious outbound"}, "src_ip": "192.0.2.7", "dst": {"ip": "2001:db8::9", "port": 443},
            "hash": "D41D8CD98F00B204E9800998ECF8427E", "level": 2, "our_own": {"field": [1, 2]}, **more}


def send(daemon, body, **headers):
    text = body if isinstance(body, (bytes, str)) else json.dumps(body, ensure_ascii=False)
    status, _, answer = post(daemon, "/api/v1/alerts", text.encode() if isinstance(text, str) else text, **headers)
    return status, answer


def ids(events):
    return [event["vigil"]["id"] for event in events]


def test_an_alert_has_ecs_names(test):
    """What a SOC sends is found under ECS names, with its time; what nobody knows is kept."""
    with test.daemon() as daemon:
        status, answer = send(daemon, alert("A-1", early_warning=True, indicators=["198.51.100.4", "evil.example"]))
        equal((status, answer["duplicate"], answer["accepted"], answer["rejected"]), (200, False, 1, []), "answer")
        event, = daemon.search("event.kind:alert")
        equal(answer["id"], event["vigil"]["id"], "id")
        equal((event["rule"]["name"], event["event"]["severity"], event["event"]["id"], event["message"], event["observer"]["name"]),
              ("SCAN suspicious outbound", 7, "A-1", "對外掃描 A-1", "nsoc"), "fields")
        equal((event["source"]["ip"], event["destination"], event["file"]["hash"]["md5"]),
              ("192.0.2.7", {"ip": "2001:db8::9", "port": 443}, "d41d8cd98f00b204e9800998ecf8427e"), "addresses and digests")
        equal((event["@timestamp"], event["vendor"]["level"], event["vendor"]["our_own"]["field"], event["vigil"]["early_warning"]),
              ("2026-11-20T14:59:00+08:00", 2, [1, 2], True), "time, level, the rest")
        equal(len(daemon.search("vigil.early_warning:true related.ip:198.51.100.4 related.hosts:evil.example")), 1, "found by what it says")
        equal((event["vigil"].get("tags", []), "drill" in event["vigil"]), ([], False), "nothing is odd about it")
        send(daemon, alert("A-2", drill=True, detected_at=None))
        drill, = daemon.search("event.id:A-2")
        equal((drill["vigil"]["drill"], "early_warning" in drill["vigil"]), (True, False), "a drill")
        daemon.wait_quiet()


def test_an_alert_is_there_once(test):
    """The same pair again: its first id, in the same request, in others at once, after a restart and after a kill."""
    with test.daemon() as daemon:
        first = send(daemon, alert("B-1"))[1]["id"]
        status, again = send(daemon, alert("B-1"))
        equal((status, again["id"], again["duplicate"], again["updated"]), (200, first, True, False), "again")
        status, update = send(daemon, alert("B-1", severity="critical"))
        equal((status, update["id"], update["duplicate"], update["updated"], update["revision"]), (200, first, False, True, 2), "something new")
        check(update["record"] != first, "an update has a record of its own")
        equal([event["event"].get("sequence") for event in daemon.search("event.id:B-1")], [None, 2], "the revision")
        equal(send(daemon, alert("B-1", source="other"))[1]["duplicate"], False, "another source")
        # In one request and in many at once.
        status, answer = send(daemon, [alert("B-2"), alert("B-2"), alert("B-3")])
        equal([each["duplicate"] for each in answer["alerts"]], [False, True, False], "in one request")
        answers = []
        senders = [threading.Thread(target=lambda: answers.append(send(daemon, [alert("B-5"), alert("B-4")]))) for _ in range(8)]
        senders += [threading.Thread(target=lambda: answers.append(send(daemon, [alert("B-4"), alert("B-5")]))) for _ in range(8)]
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join()
        equal({status for status, _ in answers}, {200}, "all are answered")
        equal(sum(not each["duplicate"] for _, answer in answers for each in answer["alerts"]), 2, "stored once each")
        equal(len({each["id"] for _, answer in answers for each in answer["alerts"]}), 2, "ids")
        daemon.wait_quiet()
        daemon.stop()
        daemon.start()
        equal(send(daemon, alert("B-1", severity="critical"))[1], {**update, "duplicate": True, "updated": False, "alerts": [
            {**update["alerts"][0], "duplicate": True, "updated": False}]}, "after a restart")
        fresh = send(daemon, alert("B-9"))[1]["id"]
        daemon.kill9()
        daemon.start()
        equal(send(daemon, alert("B-9"))[1]["id"], fresh, "after a kill")
        equal(len(daemon.search("event.id:B-9")), 1, "once")


def test_kills_while_alerts_come(test):
    """Killed at any moment: what was answered is there, and what is sent again after the start is there once."""
    rounds = 40 if test.long else 6
    with test.daemon() as daemon:
        refs = []
        for number in range(rounds):
            refs.append([f"R-{number}-{n}" for n in range(200)])
            answered = {}

            def pour(batch):
                for ref in batch:
                    try:
                        answered[ref] = send(daemon, alert(ref))[1]["id"]
                    except (OSError, ValueError, http.client.HTTPException):
                        return
            senders = [threading.Thread(target=pour, args=(refs[-1][n::4],)) for n in range(4)]
            for sender in senders:
                sender.start()
            time.sleep(0.02 + 0.03 * number)
            daemon.kill9()
            for sender in senders:
                sender.join()
            daemon.start()
            status, answer = send(daemon, [alert(ref) for ref in refs[-1]])
            equal((status, answer["rejected"]), (200, []), "sent again")
            again = {each["source_ref"]: each for each in answer["alerts"]}
            equal({ref: again[ref]["id"] for ref in answered}, answered, "what was answered")
            check(all(again[ref]["duplicate"] for ref in answered), "is known")
        found = [event["event"]["id"] for event in daemon.search("event.kind:alert")]
        equal(sorted(found), sorted(ref for batch in refs for ref in batch), "each once")


def test_bad_alerts_are_told_by_field(test):
    """Each fault with index, field and remedy; the others of the request are stored."""
    bad = [({"title": "x"}, ["source", "source_ref"]), (alert("", ), ["source_ref"]), (alert("C", severity="awful"), ["severity"]),
           (alert("C", severity=-1), ["severity"]), (alert("C", detected_at="yesterday"), ["detected_at"]), (alert("C", detected_at="2026-02-30"), ["detected_at"]),
           (alert("C", src_ip="gate.example"), ["src_ip"]), (alert("C", src_port=65536), ["src_port"]), (alert("C", hash="abc"), ["hash"]),
           (alert("C", level=5), ["level"]), (alert("C", early_warning="yes"), ["early_warning"]), (alert("C", source="x" * 129), ["source"]),
           (alert("C", source={"ip": "192.0.2.1"}), ["source"]), ("text", [""]), (7, [""])]
    with test.daemon() as daemon:
        status, answer = send(daemon, [each for each, _ in bad] + [alert("good")])
        equal((status, answer["accepted"], [each["index"] for each in answer["alerts"]]), (200, 1, [len(bad)]), "the good one")
        faults = {}
        for each in answer["rejected"]:
            check(each["reason"] and each["remedy"] and each["reason_zh"] and each["remedy_zh"], each)
            faults.setdefault(each["index"], []).append(each["field"])
        equal([faults[i] for i in range(len(bad))], [fields for _, fields in bad], "fields")
        for body in ("", " \n", "no json", "[]", '{"source":"x"', "[1]"):
            status, answer = send(daemon, body)
            equal((status, bool(answer["error"]["message"])), (400, True), body)
        # NDJSON, an object over several lines, Big5 that does not say so (BI-37), nesting and numbers beyond sense (BI-43).
        equal(send(daemon, json.dumps(alert("D-1")) + "\n" + json.dumps(alert("D-2")))[1]["accepted"], 2, "lines")
        equal(send(daemon, json.dumps(alert("D-3"), indent=1))[1]["accepted"], 1, "one over several lines")
        equal(send(daemon, json.dumps(alert("D-4", title="校務系統"), ensure_ascii=False).encode("big5"))[1]["accepted"], 1, "Big5")
        equal(daemon.search("event.id:D-4")[0]["message"], "校務系統", "decoded")
        deep = '{"source":"s","source_ref":"deep","x":' + "[" * 100 + "]" * 100 + "}"
        equal(send(daemon, deep)[1]["accepted"], 1, "nested a hundred deep")
        for odd in ('{"source":"s","source_ref":"o","x":' + "[" * 100_000 + "]" * 100_000 + "}", '{"source":"s","source_ref":"o","x":1e400}',
                    '{"source":"s","source_ref":"o","x":"\\ud800"}', '{"source":"s","source_ref":"o"} trailing'):
            equal(send(daemon, odd)[0], 400, odd[:60])
        equal(send(daemon, '{"source":"s","source":"t","source_ref":"o"}')[0], 400, "two sources")
        # What would be taken for something else, and names that are ours.
        forged = alert("F-1", **{"vigil.org": "other", "event.kind": "event", "event.hash": "0" * 64, "short_message": "x", "host": "h", "version": "1.1",
                                 "event_type": "alert", "EventID": 1, "Channel": "Security", "msg": "y", "@timestamp": "2001-01-01T00:00:00Z"})
        equal(send(daemon, forged)[1]["accepted"], 1, "forged names")
        event, = daemon.search("event.id:F-1")
        equal((event["event"]["kind"], event["event"]["dataset"], event["vigil"]["org"], event["message"]), ("alert", "json", "school-a", "對外掃描 F-1"), "not taken over")
        equal(send(daemon, forged)[1]["duplicate"], True, "its mark is ours")
        status, answer = send(daemon, [alert(str(i)) for i in range(10_001)])
        equal((status, answer["error"]["code"]), (413, "too_many_alerts"), "too many")
        equal(daemon.request("GET", "/api/v1/alerts")[0], 405, "GET")
        daemon.wait_quiet()


def test_alerts_need_a_token_once_there_are_some(test):
    """As the other paths that take records; an alert belongs to its token's organisation, and is told apart by it."""
    import hashlib
    tokens = [{"id": name, "sha256": hashlib.sha256(name.encode()).hexdigest(), "organisation": name} for name in ("school-a", "school-b")]
    extra = {"tokens": tokens, "organisations": [{"id": "county", "name": "縣網", "tier": "B"}, {"id": "school-a", "name": "甲", "parent": "county", "tier": "C"},
                                                 {"id": "school-b", "name": "乙", "parent": "county", "tier": "C"}]}
    with test.daemon(extra=extra) as daemon:
        equal(send(daemon, alert("T"))[0], 401, "none")
        equal(send(daemon, alert("T"), Authorization="Bearer wrong")[0], 401, "a wrong one")
        for name in ("school-a", "school-b"):
            status, answer = send(daemon, alert("T"), Authorization=f"Bearer {name}")
            equal((status, answer["duplicate"]), (200, False), name)
            equal(send(daemon, alert("T"), Authorization=f"Bearer {name}")[1]["duplicate"], True, name)
        equal(sorted(event["vigil"]["org"] for event in daemon.search("event.id:T")), ["school-a", "school-b"], "whose they are")


def ticket(number, text="", subject=None, charset="utf-8", encoding="8bit", html=False, mail_id=None):
    """A mail, as bytes."""
    body = (text if html else f"EWA 編號：{number}\n{text}").encode(charset)
    if encoding == "base64":
        body = base64.encodebytes(body)
    elif encoding == "quoted-printable":
        body = quopri.encodestring(body)
    head = [f"From: TACERT <service@cert.example>", f"Subject: {Header(subject or '資安預警事件', charset).encode()}",
            f"Message-ID: <{mail_id or number}@cert.example>", "Date: Fri, 20 Nov 2026 15:00:00 +0800", "MIME-Version: 1.0",
            f"Content-Type: text/{'html' if html else 'plain'}; charset={charset}", f"Content-Transfer-Encoding: {encoding}"]
    return "\n".join(head).encode() + b"\n\n" + body


class Maildir:
    def __init__(self, path):
        self.path = pathlib.Path(path)
        for name in ("tmp", "new", "cur"):
            (self.path / name).mkdir(parents=True)

    def deliver(self, name, mail):
        (self.path / "tmp" / name).write_bytes(mail)
        os.rename(self.path / "tmp" / name, self.path / "new" / name)

    def wait_read(self, left=0):
        wait_until(lambda: len(os.listdir(self.path / "new")) == left, 60, "the mails are read")


def test_tickets_from_a_maildir(test):
    """EWA and INT from a Maildir, in every form; the same ticket once; what cannot be understood is kept and stops nothing."""
    box = Maildir(test.directory / "box")
    with test.daemon(extra={"mailboxes": [{"directory": str(box.path), "organisation": "school-a"}]}) as daemon:
        box.deliver("1.a", ticket("EWA-1", "事件主旨：疑似對外掃描\n偵測時間：115/11/20 14:59\nIP：192.0.2.7\n事件等級：2\n建議處理方式：\n隔離主機\n"))
        box.deliver("2.b", ticket("EWA-2", "來源IP：2001:db8::7\nNAT IP：203.0.113.5\n", charset="big5", encoding="base64"))
        box.deliver("3.c", ticket("", "<table><tr><td>INT 編號</td><td>INT-3</td></tr><tr><td>網址</td><td>http://x.example/</td></tr></table>",
                                  subject="告知通報", html=True, encoding="quoted-printable", charset="big5"))
        box.wait_read()
        event, = daemon.search("event.id:EWA-1")
        equal((event["event"]["kind"], event["message"], event["@timestamp"], event["vigil"]["early_warning"], event["vigil"]["org"]),
              ("alert", "疑似對外掃描", "2026-11-20T14:59:00+08:00", True, "school-a"), "a ticket")
        equal((event["related"]["ip"], event["vendor"]["level"], event["vendor"]["remedy"], event["email"]["subject"]),
              (["192.0.2.7"], 2, "隔離主機", "資安預警事件"), "what it says")
        event, = daemon.search("event.id:EWA-2")
        equal((event["source"]["ip"], event["source"]["nat"]["ip"]), ("2001:db8::7", "203.0.113.5"), "Big5, IPv6, NAT")
        event, = daemon.search("event.id:INT-3")
        equal((event["url"]["original"], event["message"], "early_warning" in event["vigil"]), ("http://x.example/", "告知通報", False), "HTML")
        equal(sorted(os.listdir(box.path / "cur")), ["1.a:2,S", "2.b:2,S", "3.c:2,S"], "moved as a mail program would")
        # Again three days later, with another Message-ID; then with news.
        box.deliver("4.d", ticket("EWA-2", "來源IP：2001:db8::7\nNAT IP：203.0.113.5\n", mail_id="again"))
        box.wait_read()
        equal(len(daemon.search("event.id:EWA-2")), 1, "the same ticket once")
        box.deliver("5.e", ticket("EWA-2", "來源IP：2001:db8::7\n處理狀態：誤判\n", mail_id="news"))
        box.wait_read()
        equal([each["event"].get("sequence") for each in daemon.search("event.id:EWA-2")], [None, 2], "news are a revision")
        # Not understood, no mail at all, no file, too long.
        os.mkfifo(box.path / "new" / "6.fifo")
        os.symlink("/etc/hostname", box.path / "new" / "6.link")
        box.deliver("7.f", ticket("", "大家好", subject="hello").replace("EWA 編號：".encode(), b""))
        box.deliver("8.g", bytes(range(256)))
        box.deliver("9.h", ticket("EWA-9", "x" * (26 * 1024 * 1024)))
        box.deliver("9.i", b"")
        box.wait_read(2)
        untold = daemon.search("vigil.tags:no_ticket")
        equal([each["message"].split(" / ")[0] for each in untold], ["hello", "mail that cannot be read", "mail that cannot be read"], "kept as alerts")
        check("大家好" in untold[0]["vendor"]["evidence"], untold[0])
        long, = daemon.search("event.id:EWA-9")
        equal(long["vigil"]["tags"], ["oversize"], "a long one")
        equal(daemon.process.log().count("E-MAIL "), 2, "each told once")
        daemon.wait_quiet()


def test_tickets_from_a_folder(test):
    """.eml files: CSV rows are alerts of their own; a template of ours; a folder that is not there yet; a kill while they come."""
    folder = test.directory / "tickets"
    template = {"id": "soc", "source": "county-soc", "subject": ["資安通報"], "labels": {"source_ref": ["案號"], "src_ip": ["可疑主機"]}}
    with test.daemon(extra={"mailboxes": [{"directory": str(folder), "source": "county", "templates": [template]}]}) as daemon:
        wait_until(lambda: "E-MAILBOX" in daemon.process.log(), 30, "it is told")
        folder.mkdir()
        rows = "來源IP,目的IP,目的Port\n192.0.2.1,198.51.100.1,22\n192.0.2.2,198.51.100.1,23\n".encode("big5")
        (folder / "a.eml").write_bytes(
            b"Subject: EWA-2026-500\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain; charset=utf-8\n\n" + "通報期限：115/11/23\n".encode()
            + b"--b\nContent-Type: text/csv; charset=big5; name=list.csv\nContent-Disposition: attachment; filename=list.csv\n"
            b"Content-Transfer-Encoding: base64\n\n" + base64.encodebytes(rows) + b"--b--\n")
        (folder / "b.eml").write_bytes(ticket("", "", subject="資安通報", encoding="base64", html=True) + base64.encodebytes("<p>案號：C-7</p>可疑主機：192.0.2.9".encode()))
        (folder / "left.txt").write_text("no mail")
        wait_until(lambda: sorted(os.listdir(folder)) == [".done", "left.txt"], 60, "both are read")
        equal([(each["event"]["id"], each["vendor"]["deadline"], each.get("source", {}).get("ip")) for each in daemon.search("event.provider:county")],
              [("EWA-2026-500", "2026-11-23T00:00:00+08:00", None), ("EWA-2026-500#1", "2026-11-23T00:00:00+08:00", "192.0.2.1"),
               ("EWA-2026-500#2", "2026-11-23T00:00:00+08:00", "192.0.2.2")], "rows with the ticket's fields")
        event, = daemon.search("event.provider:county-soc")
        equal((event["event"]["id"], event["source"]["ip"]), ("C-7", "192.0.2.9"), "the template")
        # Two of one name.
        (folder / "b.eml").write_bytes(ticket("EWA-8"))
        wait_until(lambda: not (folder / "b.eml").exists(), 60, "it is read")
        equal(sorted(os.listdir(folder / ".done")), ["1-b.eml", "a.eml", "b.eml"], "none is overwritten")
        numbers = [f"EWA-{n}" for n in range(1000, 1000 + 60)]
        for number in numbers:
            (folder / f"{number}.eml").write_bytes(ticket(number))
        for wait in (1.05, 0.3, 1.15):
            time.sleep(wait)
            daemon.kill9()
            daemon.start()
        wait_until(lambda: not list(folder.glob("*.eml")), 60, "all are read")
        equal(sorted(each["event"]["id"] for each in daemon.search("event.id:EWA-10*")), numbers, "each once")
        daemon.wait_quiet()
