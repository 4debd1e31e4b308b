#!/usr/bin/env python3
"""Holds the tree to the map of docs/architecture.md.

Reads every C++ file of the rooms and checks three tables:
  ROOMS      whose headers a room may include,
  LIBRARIES  in which rooms a library's headers may appear,
  BANNED     words that have a better answer here (the reasons stand beside them).

Exit 0 and one line if the tree is as drawn; else one line per finding and exit 1. With --self-test it first
checks itself: planted mistakes must be found, and clean lines must not.
"""
import pathlib
import re
import sys

ROOMS = {
    "parsers": set(),
    "config": {"parsers"},
    "rules": {"parsers"},
    "storage": {"parsers"},
    "incidents": {"config", "rules", "storage", "parsers"},
    "daemon": {"parsers", "config", "rules", "storage", "incidents"},
    "cli": {"parsers", "config", "rules", "storage", "incidents"},
}

# First match wins. A header no row names may be used anywhere (the standard library, Boost.JSON, fmt, date).
LIBRARIES = [
    (r"boost/(asio|beast)(/|\.hpp$)", {"daemon", "cli"}),
    (r"curl/", {"daemon"}),
    (r"spdlog/", {"daemon"}),
    (r"rocksdb/", {"storage"}),
    (r"zstd(_errors)?\.h$", {"storage", "parsers"}),
    (r"(zlib|snappy)\.h$", {"parsers"}),
    (r"(gmime|libxml)/", {"parsers"}),
    (r"xxhash\.h$", {"daemon"}),
    (r"openssl/", {"storage", "daemon"}),
    (r"simdjson(\.h$|/)", {"parsers"}),
    (r"yaml-cpp/", {"config", "incidents"}),
    (r"yaml\.h$", {"rules"}),
    (r"hs(/|\.h$)", {"rules"}),
    (r"idn2\.h$", {"rules"}),
    (r"re2/", {"parsers", "rules", "storage"}),
    (r"(sys/(socket|un|epoll)|netinet/\w+|netdb)\.h$", {"daemon", "cli"}),
    (r"regex$", set()),
]

# Address parsing is arithmetic on text, no socket: arpa/inet.h stays allowed everywhere.

BANNED = [
    (re.compile(r"\bstd::w?[cs]?(regex|match)\b"), None, "std::regex overflows the stack on long lines: RE2, Vectorscan or by hand"),
    (re.compile(r"(?<![\w.>])v?sprintf\s*\("), None, "sprintf knows no bounds: std::format_to_n, snprintf, or append"),
    (re.compile(r"(?<![\w.>])(strcpy|strcat|stpcpy|gets)\s*\("), None, "knows no bounds: std::string or memcpy with a size"),
    (re.compile(r"(^|[;{}(=!,&|?]|\breturn)\s*(std::|::)?(system|popen)\s*\("), None, "runs a shell: nothing here needs one"),
    (re.compile(r"\b(system_clock::now|gettimeofday|clock_gettime\s*\(\s*CLOCK_REALTIME|std::time\s*\()"),
     {"daemon", "cli"}, "the wall clock is read in daemon/ and cli/; below, time is an argument"),
]

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
COMMENT = re.compile(r"//.*$")
STRING = re.compile(r'"(?:[^"\\]|\\.)*"')


def check_line(room, line):
    """What is wrong with one line of a file of `room`; nothing for a good one."""
    include = INCLUDE.match(line)
    if include:
        header = include.group(2)
        first = header.split("/")[0]
        if first in ROOMS and "/" in header:
            if first != room and first not in ROOMS[room]:
                return [f"{room}/ may not include {first}/ (its table: {', '.join(sorted(ROOMS[room])) or 'nothing of ours'})"]
            return []
        if first in ("tests", "web"):
            return [f"{room}/ may not include {first}/"]
        if include.group(1) == '"' and ("/" not in header or header.startswith(".")):
            return [f'"{header}": our headers are written from the top of the tree, "{room}/…"']
        for pattern, allowed in LIBRARIES:
            if re.match(pattern, header):
                if room not in allowed:
                    where = " and ".join(sorted(f"{name}/" for name in allowed)) or "nowhere"
                    return [f"<{header}> belongs to {where} alone"]
                break
        return []
    code = COMMENT.sub("", STRING.sub('""', line))
    return [why for pattern, allowed, why in BANNED
            if pattern.search(code) and (allowed is None or room not in allowed)]


def check_tree(top):
    findings, files = [], 0
    for room in ROOMS:
        for path in sorted((top / room).rglob("*")):
            if path.suffix not in (".h", ".cc"):
                continue
            files += 1
            text = path.read_text(encoding="utf-8")
            if path.suffix == ".h" and not re.search(r"^#pragma once$", text, re.M):
                findings.append(f"{path.relative_to(top)}:1: a header without #pragma once")
            for number, line in enumerate(text.splitlines(), 1):
                for what in check_line(room, line):
                    findings.append(f"{path.relative_to(top)}:{number}: {what}")
    if files == 0:
        findings.append(f"no file of ours found below {top}: nothing was checked")
    return findings, files


PLANTED = [
    # room, line, must it be found?
    ("parsers", '#include "parsers/event.h"', False),
    ("parsers", '#include "storage/archive.h"', True),
    ("rules", '#include "config/model.h"', True),
    ("incidents", '#include "config/asset_table.h"', False),
    ("cli", '#include "daemon/daemon.h"', True),
    ("daemon", '#include <boost/asio/io_context.hpp>', False),
    ("storage", '#include <boost/asio.hpp>', True),
    ("storage", '#include <boost/system/result.hpp>', False),
    ("storage", '  #  include <rocksdb/db.h>', False),
    ("daemon", '#include <rocksdb/db.h>', True),
    ("rules", '#include <simdjson.h>', True),
    ("incidents", '#include <yaml-cpp/yaml.h>', False),
    ("rules", '#include <yaml-cpp/yaml.h>', True),
    ("rules", '#include <yaml.h>', False),
    ("config", '#include <hs/hs.h>', True),
    ("parsers", '#include <regex>', True),
    ("daemon", '#include <gmime/gmime.h>', True),
    ("parsers", '#include "event.h"', True),
    ("parsers", '#include "tests/helpers.h"', True),
    ("storage", '#include <sys/socket.h>', True),
    ("daemon", "  std::regex pattern;", True),
    ("daemon", "  // std::regex is banned", False),
    ("daemon", '  say("system(1)");', False),
    ("daemon", "  system(command);", True),
    ("daemon", "  std::system(command);", True),
    ("daemon", "  if (system(command) != 0) return;", True),
    ("config", "  const System* system(std::string_view id) const;", False),
    ("config", "const System* AssetTable::system(std::string_view id) const {", False),
    ("config", "  look_up_system(name);", False),
    ("config", "  assets.system(id);", False),
    ("storage", "  snprintf(buffer, sizeof buffer, format);", False),
    ("storage", "  sprintf(buffer, format);", True),
    ("storage", "  strcpy(to, from);", True),
    ("rules", "  const auto now = std::chrono::system_clock::now();", True),
    ("daemon", "  const auto now = std::chrono::system_clock::now();", False),
]


def self_test():
    wrong = [f"self-test: {room}: {line!r} should {'' if found else 'not '}be found"
             for room, line, found in PLANTED if bool(check_line(room, line)) != found]
    for line in wrong:
        print(line)
    return not wrong


def main():
    arguments = [a for a in sys.argv[1:] if a != "--self-test"]
    if "--self-test" in sys.argv and not self_test():
        return 1
    top = pathlib.Path(arguments[0] if arguments else pathlib.Path(__file__).parents[2])
    findings, files = check_tree(top)
    for finding in findings:
        print(finding)
    print(f"{files} files, {len(findings)} findings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
