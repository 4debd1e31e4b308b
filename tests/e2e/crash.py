"""kill -9 at any moment: nothing acknowledged is missing, nothing is doubled, and watching goes on where it was."""

import collections
import http.client
import json
import random
import threading
import time

from harness import Failure, bsd_stamp, check, equal, wait_until

RULE = """
title: Guessing passwords over SSH
id: 5a3a9a3e-2b70-4a41-9a0e-0d6d0c9d1a01
name: e2e_ssh_failure
logsource: {product: linux, service: sshd}
detection:
  failure:
    event.outcome: failure
    event.category: authentication
  condition: failure
level: low
---
title: Ten failed logins from one address
id: 5a3a9a3e-2b70-4a41-9a0e-0d6d0c9d1a02
correlation:
  type: event_count
  rules: [e2e_ssh_failure]
  group-by: [source.ip]
  timespan: 10m
  condition: {gte: 10}
level: high
vigil:
  category: intrusion
  entities: [source.ip]
"""


class Client(threading.Thread):
    """Posts batches as fast as it is answered and writes down what was acknowledged, as a sender would."""

    def __init__(self, port, name, batch):
        super().__init__(daemon=True)
        self.port, self.name_, self.batch = port, name, batch
        self.acknowledged, self.attempted = set(), set()
        self.stopped = False
        self.error = None

    def run(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        number = 0
        try:
            while not self.stopped:
                keys = [f"{self.name_}-{number + i}" for i in range(self.batch)]
                number += self.batch
                self.attempted.update(keys)
                body = "".join(json.dumps({"key": key, "message": f"payload of {key}"}) + "\n" for key in keys)
                connection.request("POST", f"/ingest/ndjson?source={self.name_}", body.encode())
                answer = connection.getresponse()
                told = json.loads(answer.read())
                if answer.status == 200:
                    if told["accepted"] != len(keys):
                        self.error = f"accepted {told['accepted']} of {len(keys)}: {told}"
                        return
                    self.acknowledged.update(keys)
        except (OSError, http.client.HTTPException, ValueError):
            pass  # the kill
        finally:
            connection.close()


def test_kill_9_under_load_loses_nothing_acknowledged(test):
    """10 kills (500 with --long) while clients post: every acknowledged document is there exactly once."""
    cycles = 500 if test.long else 10
    seed = random.randrange(1 << 30)
    dice = random.Random(seed)
    acknowledged, attempted = set(), set()
    daemon = test.daemon()
    slowest = 0.0
    for cycle in range(cycles):
        begin = time.monotonic()
        daemon.start()
        slowest = max(slowest, time.monotonic() - begin)
        clients = [Client(daemon.http_port, f"c{cycle}w{worker}", dice.choice([1, 7, 50, 400])) for worker in range(4)]
        for client in clients:
            client.start()
        time.sleep(dice.uniform(0.05, 0.45) * min(test.build.slow, 2))
        daemon.kill9()
        for client in clients:
            client.stopped = True
            client.join(20)
            check(client.error is None, client.error)
            acknowledged |= client.acknowledged
            attempted |= client.attempted
        if cycle % 50 == 49 or cycle == cycles - 1:
            with daemon:
                compare(daemon, acknowledged, attempted, f"seed {seed}, cycle {cycle}")
    check(len(acknowledged) > cycles, "hardly anything was acknowledged: the test shows nothing")
    print(f"# {cycles} kills, {len(acknowledged)} acknowledged of {len(attempted)} sent, slowest start {slowest:.2f} s",
          flush=True)


def compare(daemon, acknowledged, attempted, when):
    found = collections.Counter(json.loads(line)["key"] for line in daemon.search_raw("", raw=1).splitlines()
                                if line.startswith(b"{"))
    missing = acknowledged - set(found)
    doubled = [key for key, count in found.items() if count > 1]
    invented = set(found) - attempted
    check(not missing, f"{when}: {len(missing)} acknowledged are missing, e.g. {sorted(missing)[:5]}")
    check(not doubled, f"{when}: {len(doubled)} are there twice, e.g. {doubled[:5]}")
    check(not invented, f"{when}: {len(invented)} nobody sent, e.g. {sorted(invented)[:5]}")
    status = daemon.wait_quiet(120)
    equal(status["rule_lag_events"], 0, "rule lag after the restart")


def failures(first, last, address):
    return [f"<86>{bsd_stamp(300 - n)} srv1 sshd[{4000 + n}]: Failed password for root from {address} port {50000 + n} ssh2"
            for n in range(first, last)]


def test_a_brute_force_across_a_kill_fires_exactly_once(test):
    """Five failures, kill -9, five more: the correlation counts ten, once, wherever the kill fell."""
    rules = test.directory / "rules"
    rules.mkdir()
    (rules / "e2e.yml").write_text(RULE)
    for number, delay in enumerate([0, 0.01, 0.05, 0.2, 1.0]):
        address = f"203.0.113.{100 + number}"
        daemon = test.daemon(extra={"rules": {"directories": [str(rules)]}})
        with daemon:
            daemon.tcp_lines(failures(0, 5, address))
            daemon.wait_stored(5)
            time.sleep(delay)
            daemon.kill9()
            daemon.start()
            equal(daemon.incidents(), [], f"incidents after five failures, killed after {delay} s")
            daemon.tcp_lines(failures(5, 10, address))
            incident = wait_until(daemon.incidents, 20 * test.build.slow, f"the candidate, killed after {delay} s")[0]
            daemon.kill9()
            daemon.start()
            daemon.wait_quiet()
            incidents = daemon.incidents()
            equal([i["id"] for i in incidents], [incident["id"]], f"candidates, killed after {delay} s")
            equal([d["count"] for d in incidents[0]["detections"]], [1], "detections")
            check(any(e["value"] == address for e in incidents[0]["entities"]), "entities:", incidents[0]["entities"])


def test_what_was_stored_unwatched_is_watched_after_the_restart(test):
    """Many lines, killed while watching may lag behind: after the restart every match is counted, none twice."""
    rules = test.directory / "rules"
    rules.mkdir()
    (rules / "e2e.yml").write_text(RULE)
    daemon = test.daemon(extra={"rules": {"directories": [str(rules)]}})
    with daemon:
        # Each address fails exactly ten times: one detection each, whenever the kill comes.
        addresses = [f"198.51.100.{n}" for n in range(1, 41)]
        lines = [line for address in addresses for line in failures(0, 10, address)]
        filler = [f"<13>{bsd_stamp()} h app: filler {n}" for n in range(5000)]
        daemon.tcp_lines(filler + lines)
        daemon.wait_stored(len(lines) + len(filler))
        daemon.kill9()
        daemon.start()
        daemon.wait_quiet()
        counted = collections.Counter()
        for incident in daemon.incidents():
            for entity in incident["entities"]:
                counted[entity["value"]] += entity.get("count", 1)
        for address in addresses:
            check(counted[address] == 1, f"{address} was told {counted[address]} times")


def test_sigterm_under_load_keeps_what_was_acknowledged(test):
    """An orderly stop under load: exit 0, and nothing acknowledged is missing."""
    with test.daemon() as daemon:
        clients = [Client(daemon.http_port, f"t{worker}", 50) for worker in range(3)]
        for client in clients:
            client.start()
        time.sleep(1)
        daemon.stop()
        for client in clients:
            client.stopped = True
            client.join(20)
        daemon.start()
        compare(daemon, set().union(*(c.acknowledged for c in clients)), set().union(*(c.attempted for c in clients)),
                "after SIGTERM")


def test_case_and_notice_survive_a_kill(test):
    """A confirmed incident stays confirmed, and its id is not given again."""
    daemon = test.daemon()
    with daemon:
        daemon.tcp_lines(failures(0, 60, "203.0.113.77"))
        incident = wait_until(daemon.incidents, 30 * test.build.slow, "a candidate")[0]
        status, body = daemon.request("POST", f"/api/v1/incidents/{incident['id']}/confirm",
                                      json.dumps({"note": "確認"}), {"Content-Type": "application/json"})
        equal(status, 200, body[:300])
        daemon.kill9()
        daemon.start()
        after = daemon.json(f"/api/v1/incidents/{incident['id']}")
        equal(after["state"], "incident", "state after the kill")
        if any(i["id"] == incident["id"] and i["state"] == "candidate" for i in daemon.incidents()):
            raise Failure("the confirmed incident is a candidate again")
