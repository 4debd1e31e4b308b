#!/usr/bin/env python3
"""A second reader of blocks, written from storage/FORMAT.md alone: so that what is preserved can be read without Vigil.

  second_reader.py DIRECTORY

reads the files head, rows, text-1, text-2 … (the values of the database) and writes to standard output, for each row by
sequence: sequence, receipt, event, source, format, kinds, tags, the raw bytes' length, and the raw bytes, a line feed
behind them.
"""

import ctypes
import ctypes.util
import pathlib
import sys

WORD = (1 << 64) - 1
A, B, C, D = 0x9e3779b97f4a7c15, 0xd6e8feb86659fd93, 0xa0761d6478bd642f, 0xe7037ed1a0b428db
ZSTD = ctypes.CDLL(ctypes.util.find_library("zstd") or "libzstd.so.1")
ZSTD.ZSTD_decompress.restype = ctypes.c_size_t
ZSTD.ZSTD_decompress.argtypes = [ctypes.c_char_p, ctypes.c_size_t, ctypes.c_char_p, ctypes.c_size_t]


def unpack(frame, size):
    out = ctypes.create_string_buffer(max(size, 1))
    if ZSTD.ZSTD_decompress(out, size, frame, len(frame)) != size:
        sys.exit("a zstd frame is damaged")
    return out.raw[:size]


def mix(a, b):
    product = a * b
    return (product & WORD) ^ (product >> 64)


def checksum64(data):
    word = lambda at: int.from_bytes(data[at:at + 8], "little")  # noqa: E731
    a, b, c, at = A ^ len(data), B, C, 0
    while len(data) - at >= 48:
        a, b, c = (mix(a ^ word(at), B ^ word(at + 8)), mix(b ^ word(at + 16), C ^ word(at + 24)),
                   mix(c ^ word(at + 32), D ^ word(at + 40)))
        at += 48
    while len(data) - at >= 8:
        a, at = mix(a ^ word(at), B), at + 8
    return mix(mix(a ^ word(at), A ^ b), D ^ c)


def checked(data):
    if checksum64(data[:-8]) != int.from_bytes(data[-8:], "little"):
        sys.exit("a checksum is wrong")
    return data[:-8]


def unzigzag(value):
    return value >> 1 ^ -(value & 1)


def signed(value):
    return value - (1 << 64) if value >> 63 else value


class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def bytes(self, count):
        piece = self.data[self.at:self.at + count]
        if len(piece) != count:
            sys.exit("too short")
        self.at += count
        return piece

    def byte(self):
        return self.bytes(1)[0]

    def varint(self):
        value = shift = 0
        while True:
            byte = self.byte()
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value & WORD

    def section(self):
        return self.bytes(self.varint())

    def rest(self):
        return self.bytes(len(self.data) - self.at)


class Numbers:
    def __init__(self, shapes, still, calm, noise):
        self.shapes = shapes
        self.streams = [still, calm, noise]

    def run(self, count):
        least, head, which = self.shapes.varint(), self.shapes.byte(), self.shapes.varint()
        planes = [self.streams[which >> 2 * p & 3].bytes(count) for p in range(head % 16)]
        unit = 1000 ** (head // 32)
        values, before = [], least
        for i in range(count):
            x = sum(plane[i] << 8 * p for p, plane in enumerate(planes))
            before = (before + unzigzag(x) * unit if head & 16 else least + x * unit) & WORD
            values.append(before)
        return values


def read_head(data):
    head = Reader(checked(data))
    assert head.byte() == 2
    names = ["lane", "codec", "parts", "rows", "raw_bytes"]
    return {name: head.varint() for name in names}


def read_rows(data, count):
    part = Reader(checked(data))
    assert part.byte() == 2
    _lane, _number, _codec, part_bytes, size = (part.varint() for _ in range(5))
    frame = Reader(unpack(part.section(), size))
    sources = []
    for _ in range(frame.varint()):
        sources.append([frame.section() for _ in range(6)])
        frame.bytes(2)
        frame.varint()
        frame.byte()
        frame.section()
    shapes, still = Reader(frame.section()), Reader(frame.section())
    numbers = Numbers(shapes, still, Reader(frame.rest()), Reader(part.rest()))
    rows = [{"sequence": (s + i) & WORD} for i, s in enumerate(numbers.run(count))]

    def fill(name, values, order):
        for i, value in zip(order, values):
            rows[i][name] = value
    for name in ("received", "source", "format"):
        fill(name, numbers.run(count), range(count))
    order = sorted(range(count), key=lambda i: (rows[i]["format"], rows[i]["source"], rows[i]["sequence"]))
    for name in ("kinds", "tags"):
        fill(name, numbers.run(count), order)
    stretches, small_before = [], False
    at = 0
    while at < count:
        kind = lambda i: (rows[order[i]]["format"], rows[order[i]]["source"])  # noqa: E731
        end = at
        while end < count and kind(end) == kind(at):
            end += 1
        small = end - at < 64
        if small and small_before:
            stretches[-1][1] = end
        else:
            stretches.append([at, end])
        at, small_before = end, small
    for first, end in stretches:
        for name in ("length", "event"):
            fill(name, numbers.run(end - first), order[first:end])
    return rows, order, part_bytes


def values_of_text(data):
    assert data.endswith(b" ")
    return data[:-1].split(b" ")


class Columns:
    def __init__(self, numbers, text):
        self.numbers, self.shapes, self.text = numbers, numbers.shapes, text

    def next(self, lines, times, before):
        """How the next column changes, and its values. `times`: event time of each line."""
        self.times = times
        head = self.shapes.varint()
        change, kind = head % 4, head // 4
        count = [1, lines, None][change]
        if count is None and kind >= 2:
            count = self.shapes.varint()
        return change, self.values(kind, count, before)

    def values(self, kind, count, before):
        if kind == 0:
            return values_of_text(self.text.bytes(self.shapes.varint()))
        if kind == 1:
            values, last = [], b""
            for value in values_of_text(self.text.bytes(self.shapes.varint())):
                last = last[:value[0] - 64] + value[1:]
                values.append(last)
            return values
        if kind == 2:
            return before[-self.shapes.varint()][1]
        if kind == 3:
            words, size = self.shapes.varint(), self.shapes.varint()
            table = values_of_text(self.text.bytes(size))
            assert len(table) == words
            return [table[i] for i in self.numbers.run(count)]
        if kind == 4:
            values = [b""] * count
            for _ in range(self.shapes.varint()):
                between, digits = self.shapes.section(), self.shapes.varint()
                if digits < 32:
                    numbers = self.numbers.run(count)
                else:
                    cut, digits = digits // 32 - 1, digits % 32
                    numbers = [t // 10**cut % (10**digits if digits else WORD + 1) for t in self.times]
                    assert len(numbers) == count
                values = [v + between + b"%0*d" % (digits, n) for v, n in zip(values, numbers)]
            behind = self.shapes.section()
            return [value + behind for value in values]
        if kind == 5:
            upper, length = self.shapes.varint(), self.shapes.varint()
            bits = self.shapes.bytes((length + 7) // 8)
            places = [i for i in range(length) if bits[i // 8] >> i % 8 & 1]
            value = bytearray(length)
            for i in range(length):
                if i not in places:
                    value[i] = self.shapes.byte()
            values = [bytearray(value) for _ in range(count)]
            names = b"0123456789ABCDEF" if upper else b"0123456789abcdef"
            for first in range(0, len(places), 2):
                pair = places[first:first + 2]
                for value, number in zip(values, self.numbers.run(count)):
                    for place, shift in zip(pair, (4, 0) if len(pair) == 2 else (0,)):
                        value[place] = names[number >> shift & 15]
            return [bytes(value) for value in values]
        assert kind == 6
        between, pieces = self.shapes.bytes(1), []
        for _ in range(2):
            head = self.shapes.varint()
            assert head % 4 == 1
            pieces.append(self.values(head // 4, count, []))
        return [a + between + b for a, b in zip(*pieces)]


def read_columns(content, times):
    part = Reader(content)

    def piece():
        size = part.varint()
        return Reader(unpack(part.section(), size))
    text, still, calm = piece(), piece(), piece()
    lines, groups, change_bytes = text.varint(), text.varint(), text.varint()
    lengths, plain, described, shapes, values = (Reader(text.section()) for _ in range(5))
    width = 2 if groups > 255 else 1
    ids = [int.from_bytes(still.bytes(width), "little") for _ in range(lines)]
    changes = Reader(still.bytes(change_bytes))
    columns = Columns(Numbers(shapes, still, calm, Reader(part.rest())), values)
    tables = []
    for group in range(groups):
        of_group = [time for number, time in zip(ids, times) if number == group + 1]
        count, skeleton = described.varint(), described.section()
        table = []
        for _ in range(len(skeleton) + 1):
            table.append(columns.next(count, of_group, table))
        tables.append([iter(group_lines(count, skeleton, table, changes))])
    out = []
    for number in ids:
        out.append(plain.bytes(lengths.varint()) if number == 0 else next(tables[number - 1][0]))
    return b"".join(out)


def group_lines(count, skeleton, table, changes):
    """All lines of a group."""
    sometimes = [c for c, (change, _) in enumerate(table) if change == 2]
    marks = [changes.bytes((len(sometimes) + 7) // 8) for _ in range(count - 1)]
    queues = [iter(values) for _, values in table]
    tokens, lines = [next(queue) for queue in queues], []
    for row in range(count):
        if row > 0:
            moved = {c for bit, c in enumerate(sometimes) if marks[row - 1][bit // 8] >> bit % 8 & 1}
            for c, (change, _) in enumerate(table):
                if change == 1 or c in moved:
                    tokens[c] = next(queues[c])
        lines.append(b"".join(token + skeleton[c:c + 1] for c, token in enumerate(tokens)))
    return lines


def read_text(data, times):
    part = checked(data)
    how, content = part[0], part[1:]
    if how == 3:
        return lambda size: read_columns(content, times)
    return (lambda size: unpack(content, size)) if how == 1 else (lambda size: content)


def main(directory):
    head = read_head((directory / "head").read_bytes())
    rows, order, part_bytes = read_rows((directory / "rows").read_bytes(), head["rows"])
    parts, size = [], None
    for i in order:
        if size is None or size + rows[i]["length"] > part_bytes:
            parts.append([])
            size = 0
        parts[-1].append(i)
        size += rows[i]["length"]
    assert len(parts) == head["parts"]
    for number, members in enumerate(parts, 1):
        size = sum(rows[i]["length"] for i in members)
        times = [rows[i]["event"] for i in members]
        text = read_text((directory / f"text-{number}").read_bytes(), times)(size)
        assert len(text) == size
        at = 0
        for i in members:
            rows[i]["raw"] = text[at:at + rows[i]["length"]]
            at += rows[i]["length"]
    for row in rows:
        sys.stdout.buffer.write(b"%d %d %d %d %d %d %d %d " % (
            row["sequence"], signed(row["received"]), signed(row["event"]), row["source"], row["format"], row["kinds"],
            row["tags"], row["length"]) + row["raw"] + b"\n")


main(pathlib.Path(sys.argv[1]))
