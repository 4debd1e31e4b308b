"""A site's own parsers: lines kept before are found by the fields of a parser written today, and a wrong one changes nothing."""

import signal

from harness import bsd_stamp, check, equal, wait_until

PARSER = r"""
parsers:
  - name: campus_card
    title: 校園卡門禁
    when: {programs: [cardd]}
    kinds: [application, logon]
    patterns: ['card %{INT:vendor.card} opened door %{INT:vendor.door} for %{USER:user.name}']
    fields: {event.category: authentication}
    tests:
      - {line: '<38>Nov 20 14:59:00 gate cardd[7]: card 42 opened door 3 for alice', expect: {user.name: alice}}
"""


def test_preserved_lines_are_found_by_a_parser_written_later(test):
    parsers = test.directory / "parsers"
    parsers.mkdir()
    with test.daemon(extra={"parsers": {"directories": [str(parsers)]}}) as daemon:
        daemon.tcp_lines([f"<38>{bsd_stamp()} gate cardd[7]: card {number} opened door 3 for pupil{number}" for number in range(50)])
        daemon.wait_stored(50)
        daemon.cli("archive", "seal")
        equal(len(daemon.search("user.name:pupil7")), 0, "before there is a parser")
        unparsed = next(row for row in daemon.json("/api/v1/sources")["sources"] if row["source"] == "gate")
        check("opened door" in unparsed["last_unparsed"], "the last line nobody understood is shown", unparsed)

        (parsers / "card.yml").write_text(PARSER, encoding="utf-8")
        daemon.process.popen.send_signal(signal.SIGHUP)
        wait_until(lambda: len(daemon.search("user.name:pupil7")) == 1, 20, "the line is found by its new field")
        found = daemon.search("event.dataset:campus_card vendor.door:3")
        equal(len(found), 50, "all of them are")
        equal(found[0]["event"]["category"], ["authentication"], "with what the parser sets")

        (parsers / "card.yml").write_text(PARSER.replace("user.name}'", "user.nam}'"), encoding="utf-8")
        daemon.process.popen.send_signal(signal.SIGHUP)
        wait_until(lambda: "user.nam" in daemon.process.log(), 20, "the mistake is told")
        check("did you mean 'user.name'" in daemon.process.log(), "with what was meant")
        equal(len(daemon.search("user.name:pupil8")), 1, "the parser of before stays")
        daemon.tcp_lines([f"<38>{bsd_stamp()} gate cardd[7]: card 99 opened door 3 for late"])
        wait_until(lambda: len(daemon.search("user.name:late")) == 1, 20, "new lines, too")
        check("logon" in daemon.search("user.name:late")[0]["vigil"]["kinds"], "are of the parser's kinds")


def test_a_wrong_parser_is_told_before_anything_starts(test):
    parsers = test.directory / "parsers"
    parsers.mkdir()
    (parsers / "card.yml").write_text(PARSER.replace("%{USER", "%{USR"), encoding="utf-8")
    config = test.directory / "v.yaml"
    config.write_text("parsers: {directories: [parsers]}\n", encoding="utf-8")
    done = test.run([test.build.vigild, "--check-config", "--config", config], "check.log")
    wait_until(lambda: not done.alive(), 20, "it ends")
    equal(done.popen.returncode, 2, done.log())
    check("card.yml:7:" in done.log() and "'USR'" in done.log(), "file, line and name", done.log())
    explained = test.run([test.build.vigil, "parse", "--parsers", parsers, "/dev/null"], "parse.log")
    wait_until(lambda: not explained.alive(), 20, "it ends")
    equal(explained.popen.returncode, 2, explained.log())
