#!/usr/bin/env python3
"""Runs the end-to-end tests: every function test_… of the modules below, each against daemons of its own.

  run.py --build build/dev [--long] [--only WORD]… [--list] [--keep]

One line a test (`ok`, `not ok`, `skip`), then `N passed, N failed, N skipped`. Exit 1 if one failed.
"""

import argparse
import importlib
import inspect
import pathlib
import signal
import sys
import time
import traceback

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from harness import Build, Failure, Skip, Test  # noqa: E402

MODULES = ["senders", "clients", "devices", "mail", "accounting", "crash", "bad_inputs", "crowd", "tls", "knobs", "http_ingest",
           "push", "alerts", "relp", "beats", "gelf", "files", "relay", "health", "parsers", "lifecycle", "questions", "rule_tools", "watchlists", "show"]


def tests_of(name):
    module = importlib.import_module(name)
    for label, function in inspect.getmembers(module, inspect.isfunction):
        if label.startswith("test_") and function.__module__ == name:
            yield inspect.getsourcelines(function)[1], f"{name}.{label[5:]}", function


def run_one(label, function, build, long_run, keep):
    test = Test(build, long_run)
    begin = time.monotonic()
    outcome, detail = "ok", ""
    try:
        function(test)
        for daemon in test.daemons:
            if daemon.process is not None and daemon.process.alive():
                daemon.stop()
    except Skip as reason:
        outcome, detail = "skip", f": {reason}"
    except Failure as reason:
        outcome, detail = "not ok", f": {reason}\n{test.logs()}"
    except Exception:  # a test that broke is a failed one
        outcome, detail = "not ok", f":\n{traceback.format_exc()}{test.logs()}"
    finally:
        test.clean_up(keep or outcome == "not ok")
    print(f"{outcome} {label} ({time.monotonic() - begin:.1f} s){detail}", flush=True)
    return outcome


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default="build/dev")
    parser.add_argument("--long", action="store_true")
    parser.add_argument("--only", action="append", default=[])
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--keep", action="store_true", help="keep each test's directory")
    arguments = parser.parse_args()
    # A shell's background job ignores Ctrl-C and hands that on; the programs under test must not inherit it.
    signal.signal(signal.SIGINT, signal.default_int_handler)

    chosen = []
    for module in MODULES:
        chosen += [(label, function) for _, label, function in sorted(tests_of(module), key=lambda test: test[0])
                   if not arguments.only or any(word in label for word in arguments.only)]
    if arguments.list:
        for label, function in chosen:
            print(f"{label}: {(function.__doc__ or '').strip().splitlines()[0] if function.__doc__ else ''}")
        return 0

    build = Build(arguments.build)
    counts = {"ok": 0, "not ok": 0, "skip": 0}
    for label, function in chosen:
        counts[run_one(label, function, build, arguments.long, arguments.keep)] += 1
    print(f"{counts['ok']} passed, {counts['not ok']} failed, {counts['skip']} skipped")
    return 1 if counts["not ok"] or not chosen else 0


if __name__ == "__main__":
    sys.exit(main())
