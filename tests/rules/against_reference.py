#!/usr/bin/env python3
"""Holds `vigil rules match` against an independent evaluator of Sigma, rule by rule and event by event.

    against_reference.py VIGIL REFERENCE.py RULES EVENTS.ndjson [HOW_MANY_EVENTS]

REFERENCE.py has a class Rule(document).match(event). Every rule that both load is asked about every sampled event; prints
the pairs asked and each difference; exit 0 if there is none. Needs python3-yaml.
"""
import importlib.util
import json
import pathlib
import subprocess
import sys
import tempfile

import yaml


def rules_below(directory, reference):
    rules, refused = [], 0
    for path in sorted(pathlib.Path(directory).rglob("*.yml")):
        with open(path, encoding="utf-8") as file:
            for document in yaml.safe_load_all(file):
                if not isinstance(document, dict) or "detection" not in document:
                    continue
                try:
                    rules.append((str(document.get("id", "")), reference.Rule(document)))
                except reference.Reject:
                    refused += 1
    return rules, refused


def main():
    vigil, reference_path, directory, events_path = sys.argv[1:5]
    how_many = int(sys.argv[5]) if len(sys.argv) > 5 else 200
    spec = importlib.util.spec_from_file_location("reference", reference_path)
    reference = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(reference)
    with open(events_path, encoding="utf-8") as file:
        events = [json.loads(line) for line in file if line.startswith("{")]
    events = events[:: max(1, len(events) // how_many)][:how_many]
    rules, refused = rules_below(directory, reference)

    with tempfile.NamedTemporaryFile("w", suffix=".ndjson", encoding="utf-8") as file:
        for event in events:
            file.write(json.dumps(event, ensure_ascii=False) + "\n")
        file.flush()
        run = subprocess.run([vigil, "rules", "match", "--rules", directory, file.name], capture_output=True, text=True, check=False)
    ours = set()
    for line in run.stdout.splitlines():
        match = json.loads(line)
        ours.add((match["event"], match["rule"]))
    theirs = {(number, rule_id) for number, event in enumerate(events) for rule_id, rule in rules if rule.match(event)}
    known = {rule_id for rule_id, _ in rules}
    ours = {pair for pair in ours if pair[1] in known}
    for number, rule_id in sorted(ours ^ theirs):
        print("event", number, "rule", rule_id, "only we" if (number, rule_id) in ours else "only the reference")
    print(f"{len(events)} events x {len(rules)} rules = {len(events) * len(rules)} pairs, {len(theirs)} matches, "
          f"{len(ours ^ theirs)} differences ({refused} rules refused by the reference)")
    return 1 if ours ^ theirs else 0


sys.exit(main())
