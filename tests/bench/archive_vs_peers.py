#!/usr/bin/env python3
"""The archive beside what a school does today (zstd, and grep through it) and ClickHouse, on the same lines in one run.

    archive_vs_peers.py [--build DIR] --corpus FILE [--chdb DIRECTORY_WITH_node_modules]

Prints bytes on disk, CPU of storing, and how long three questions take, ours first and then each peer's ratio to it.
ClickHouse is asked where `npm install chdb` has been run in the directory given; ripgrep where it is installed, else grep.
"""

import argparse
import json
import os
import pathlib
import re
import resource
import shutil
import subprocess
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
QUESTIONS = {"word, absent": ("nowhereatall", "nowhereatall"),
             "word, everywhere": ("teardown", "teardown"),
             "part of a word, absent": ("*qzxv*", "qzxv")}


def run(*words, **more):
    return subprocess.run([str(word) for word in words], check=True, capture_output=True, text=True, **more).stdout


def cpu_of_children():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def measured(what):
    """Wall milliseconds (best of five) and the answer of a call."""
    best = None
    for _ in range(5):
        start = time.monotonic()
        answer = what()
        took = (time.monotonic() - start) * 1e3
        best = took if best is None else min(best, took)
    return best, answer


def ours(build, corpus, place):
    before = cpu_of_children()
    run(build / "bin/bench_archive", corpus, place / "archive", "--night")
    cpu = cpu_of_children() - before
    stored = run(build / "bin/bench_search", place / "archive", *(f"{q} | stats count()" for q, _ in QUESTIONS.values()))
    lines = [line for line in stored.splitlines() if "ms wall" in line]
    times = {name: float(re.match(r"\s*([\d.]+) ms wall", line)[1]) for name, line in zip(QUESTIONS, lines)}
    size = sum(f.stat().st_size for f in (place / "archive").rglob("*") if f.is_file())
    return {"bytes": size, "cpu": cpu, "ms": times}


def with_zstd(corpus, place, level, long):
    packed = place / "corpus.zst"
    before = cpu_of_children()
    run("zstd", "-q", "-f", f"-{level}", *(["--long=27"] if long else []), corpus, "-o", packed)
    cpu = cpu_of_children() - before
    grep = ["rg", "-ic"] if shutil.which("rg") else ["grep", "-aic"]
    times = {}
    for name, (_, text) in QUESTIONS.items():
        if long:
            continue
        command = f"zstd -dcq {packed} | {' '.join(grep)} {text}"
        times[name], _ = measured(lambda: subprocess.run(command, shell=True, capture_output=True))  # noqa: B023
    return {"bytes": packed.stat().st_size, "cpu": cpu, "ms": times}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, default=HERE.parent.parent / "build/release")
    parser.add_argument("--corpus", type=pathlib.Path, required=True)
    parser.add_argument("--chdb", type=pathlib.Path)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        place = pathlib.Path(directory)
        table = {"vigil": ours(wanted.build, wanted.corpus, place),
                 "zstd -3 and grep": with_zstd(wanted.corpus, place, 3, False),
                 "zstd -19 --long=27": with_zstd(wanted.corpus, place, 19, True)}
        if wanted.chdb:
            answer = json.loads(run("node", HERE / "clickhouse.mjs", wanted.chdb.resolve(), wanted.corpus.resolve(), place / "chdb",
                                    env=os.environ))
            for name, found in answer["tables"].items():
                table[f"ClickHouse {answer['version'].strip(chr(34))} {name}"] = {
                    "bytes": found["bytes"], "cpu": found["cpu_seconds"],
                    "ms": {question: asked["ms"] for question, asked in found["questions"].items()}}
    base = table["vigil"]
    print(f"{wanted.corpus}: {wanted.corpus.stat().st_size} bytes")
    print(f"{'':36} {'bytes':>12} {'ratio':>6} {'CPU s':>7}  " + "  ".join(f"{name:>26}" for name in QUESTIONS))
    for name, row in table.items():
        asked = "  ".join(f"{row['ms'][q]:10.2f} ms ({row['ms'][q] / max(base['ms'][q], 0.01):8.1f} x)" if q in row["ms"] else f"{'':>26}"
                          for q in QUESTIONS)
        print(f"{name:36} {row['bytes']:12} {row['bytes'] / base['bytes']:6.2f} {row['cpu']:7.1f}  {asked}")


if __name__ == "__main__":
    main()
