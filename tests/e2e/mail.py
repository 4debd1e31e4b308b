"""Mail to the contacts, delivered by a real mail server (exim) and read again as a mail program would."""

import email
import email.policy
import signal

from harness import bsd_stamp, check, equal, wait_until
from real import Exim


def attack(daemon, address="203.0.113.45"):
    """A brute force that succeeds, as an sshd writes it."""
    lines = [f"<86>{bsd_stamp(60 - n)} srv1 sshd[{4000 + n}]: Failed password for root from {address} port {50000 + n} ssh2"
             for n in range(40)]
    lines.append(f"<86>{bsd_stamp()} srv1 sshd[4999]: Accepted password for root from {address} port 51999 ssh2")
    daemon.tcp_lines(lines)


def channel(server):
    return {"channels": [{"id": "mail", "kind": "smtp", "server": server, "from": "vigil@example.edu.tw"}]}


def test_the_notification_reaches_the_contact_by_mail(test):
    """One mail, to the contact alone, UTF-8 and MIME, with the form attached; nothing is sent twice."""
    exim = Exim(test).start()
    with test.daemon(extra=channel(f"smtp://127.0.0.1:{exim.port}")) as daemon:
        attack(daemon)
        mails = wait_until(exim.mails, 40 * test.build.slow, "a mail")
        message = email.message_from_bytes(mails[0], policy=email.policy.default)
        check("contact-a@example.edu.tw" in message["To"], "To:", message["To"])
        check("vigil@example.edu.tw" in message["From"], "From:", message["From"])
        incident = daemon.incidents()[0]
        check(incident["id"] in message["Subject"], "Subject:", message["Subject"], "of", incident["id"])
        check(message["Date"] is not None and message["Message-ID"] is not None, "Date or Message-ID is missing")
        text = message.get_body(("plain",)).get_content()
        check("甲國小" in text, "the text does not name the organisation:", text[:300])
        attached = [part for part in message.iter_attachments()]
        check(any(part.get_content_type() == "text/html" for part in attached), "no form attached")
        check(all(part.get_content().strip() for part in attached), "an empty attachment")
        daemon.wait_quiet()
        delivery = [d for n in daemon.json("/api/v1/notifications")["notifications"] for d in n["deliveries"]]
        check(delivery, "no delivery is recorded")
        equal(len(exim.mails()), len(daemon.incidents()), "mails")


def test_a_mail_server_that_is_away_gets_it_later(test):
    """Nothing is lost while the server is down or the daemon is killed: the outbox is durable and tries again."""
    exim = Exim(test)
    with test.daemon(extra=channel(f"smtp://127.0.0.1:{exim.port}")) as daemon:
        attack(daemon)
        wait_until(daemon.incidents, 30 * test.build.slow, "a candidate")
        wait_until(lambda: daemon.metric("vigil_notify_attempts_total", channel="mail") >= 1, 40 * test.build.slow,
                   "a failed attempt")
        daemon.kill9()
        exim.start()
        daemon.start()
        wait_until(exim.mails, 60 * test.build.slow, "the mail after the restart", every=0.5)
        daemon.wait_quiet()
        equal(len(exim.mails()), 1, "mails")


def test_a_refused_recipient_is_recorded(test):
    """A server that refuses the recipient: the attempt and its reason stay visible, and nothing else suffers."""
    exim = Exim(test).start()
    extra = channel(f"smtp://127.0.0.1:{exim.port}")
    extra["organisations"] = [{"id": "school-a", "name": "甲國小", "tier": "C",
                               "contacts": [{"name": "資安聯絡人甲", "role": "contact", "mail": "nobody@elsewhere.example"}]}]
    with test.daemon(extra=extra) as daemon:
        attack(daemon)

        def refused():
            for notification in daemon.json("/api/v1/notifications")["notifications"]:
                for delivery in notification["deliveries"]:
                    if delivery.get("last_error"):
                        return delivery["last_error"]
            return None
        wait_until(refused, 40 * test.build.slow, "the refusal in the notification's deliveries")
        equal(exim.mails(), [], "mails")
        daemon.tcp_lines([f"<13>{bsd_stamp()} h app: still here"])
        wait_until(lambda: daemon.search('"still here"'), 20 * test.build.slow, "a line after the refusal")


def test_a_mail_server_that_hangs_holds_nothing_up(test):
    """A server that never answers (SIGSTOP): lines are stored, candidates open, the daemon stops in time."""
    exim = Exim(test).start()
    with test.daemon(extra=channel(f"smtp://127.0.0.1:{exim.port}")) as daemon:
        exim.process.signal_group(signal.SIGSTOP)
        attack(daemon)
        wait_until(daemon.incidents, 30 * test.build.slow, "a candidate")
        daemon.tcp_lines([f"<13>{bsd_stamp()} h app: still here"])
        wait_until(lambda: daemon.search('"still here"'), 20 * test.build.slow, "a line while the mail server hangs")
        daemon.stop()
        exim.process.signal_group(signal.SIGCONT)
