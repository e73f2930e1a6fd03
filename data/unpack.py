#!/usr/bin/env python3
"""Lays out gazetteer.xz as the program reads it:

    data/unpack.py IN CORRECTIONS STRAYS MOVED BIN ASSEMBLY

BIN holds the sections one behind the other, ASSEMBLY gives each a symbol of its own; their types
are in src/geo/gazetteer_data.h. The build runs it.
"""

import json
import lzma
import math
import pathlib
import struct
import sys
import unicodedata
from array import array
from collections import Counter
from itertools import accumulate

CELL_BITS, COLUMNS, ROWS = 24, 215, 108  # as plane.py has them
UNIT = 1000  # of coordinates, in degrees * 1e7
KINDS = ("country", "sea", "region", "province", "place")  # as enum feature_kind has them
NONE = 0xFFFF
SEAS_FIRST, PROVINCES_FIRST, CITY_SIZE = 120, 100, 100  # the last is 100,000 people
LETTERS = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "ı": "i", "ß": "ss", "æ": "ae", "œ": "oe", "þ": "th"}
)


def read(path):
    with lzma.open(path) as f:
        head = json.loads(f.readline())
        sections = {}
        for name, kind, count, length in head:
            data = f.read(length)
            if kind == "text":
                sections[name] = data.decode().split("\n")
            elif kind == "steps":
                whole = bytearray(4 * count)
                for i in range(4):
                    whole[i::4] = data[i * count : (i + 1) * count]
                steps = array("I", bytes(whole))
                swap(steps)
                values = accumulate((s >> 1) ^ -(s & 1) for s in steps)
                sections[name] = array("I", values)
            else:
                sections[name] = array(kind, data)
                swap(sections[name])
    return sections


def swap(values):
    """The file is little-endian."""
    if sys.byteorder != "little" and values.itemsize > 1:
        values.byteswap()


def folded(text):
    """Lower case without marks; src/geo/fold.c does the same to what is searched for."""
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in plain if not unicodedata.combining(c)).translate(LETTERS)


class Pool:
    """Names, each behind a byte that says how long it is; 0 is where the empty one lies."""

    def __init__(self):
        self.parts, self.at, self.known = [b"\0"], 1, {"": 0}

    def offset(self, text):
        found = self.known.get(text)
        if found is None:
            data = text.encode()
            found = self.known[text] = self.at
            self.parts.append(bytes((len(data),)) + data)
            self.at += 1 + len(data)
        return found


def interleaved(*columns):
    out = array(columns[0].typecode, bytes(len(columns) * len(columns[0]) * columns[0].itemsize))
    for i, column in enumerate(columns):
        out[i :: len(columns)] = column
    return out


def scaled(values):
    return array("I", (v * UNIT for v in values))


def trees(s):
    """The places as nodes of the trees of their provinces."""
    out = []
    for x, y, size, flags, district in zip(
        s["place_x"], s["place_y"], s["place_size"], s["place_flags"], s["place_district"]
    ):
        lon, lat = math.radians(x * 1e-4 - 180), math.radians(y * 1e-4 - 90)
        flat = math.cos(lat)
        out.append(struct.pack("=fffBBH", flat * math.cos(lon), flat * math.sin(lon),
                               math.sin(lat), size, flags, district))
    return b"".join(out)


def table(path):
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines if not line.startswith("#")]


def correct(path, s):
    """Puts the names of corrections.tsv in place of those that it tells."""
    for kind, *old, english, chinese in table(path):
        found = [i for i, name in enumerate(zip(s[f"{kind}_en"], s[f"{kind}_zh"]))
                 if list(name) == old]
        assert found, f"{path}: there is no {kind} {old}"
        for i in found:
            s[f"{kind}_en"][i], s[f"{kind}_zh"][i] = english, chinese
    s["district_en"] = [" ".join(name.split()) for name in s["district_en"]]


def strays(path, s):
    """The places that strays.tsv lists, from south to north."""
    numbers = [int(row[0]) for row in table(path)]
    return array("I", sorted(numbers, key=lambda i: s["place_y"][i]))


def moved(path, s):
    """Pairs of a place and its province of moved.tsv, in order of the places."""
    pairs = [(int(row[0]), int(row[1]), *row[2:4]) for row in table(path)]
    for place, province, *names in pairs:
        found = [s["place_en"][place], s["province_en"][province]]
        assert found == names, f"{path}: {names} is {found}"
    return array("I", (number for pair in sorted(pairs) for number in pair[:2]))


def people(s):
    """About how many live in each province, by its places."""
    out, at = [], 0
    for count in s["province_places"]:
        out.append(sum(10 ** (size / 20) for size in s["place_size"][at : at + count] if size))
        at += count
    return out


def of_larger(s, key, count, weights):
    """What the provinces of each country, or region, come to."""
    out = [0] * count
    for i, weight in enumerate(weights):
        if s[key][i] != NONE:
            out[s[key][i]] += weight
    return out


def ranking(s):
    """All that has a name, most important first, as kind << 28 | number: countries, waters,
    regions, provinces, places, each by its people, waters by their size. Small waters, and
    provinces that are many in their country or lie in a region, stand behind the cities."""
    weights = people(s)
    of_country = of_larger(s, "province_country", len(s["country_en"]), weights)
    of_region = of_larger(s, "province_region", len(s["region_en"]), weights)
    in_country = Counter(s["province_country"])
    first, second = [], []
    for i, weight in enumerate(of_country):
        first.append((0, -weight, i))
    for i in range(len(s["sea_en"])):
        (first if len(s["sea_en"]) - i <= SEAS_FIRST else second).append((1, -i, 1 << 28 | i))
    for i, weight in enumerate(of_region):
        if s["region_en"][i]:
            first.append((2, -weight, 2 << 28 | i))
    for i, weight in enumerate(weights):
        is_large = s["province_region"][i] == NONE
        is_large = is_large and in_country[s["province_country"][i]] <= PROVINCES_FIRST
        if s["province_en"][i]:
            (first if is_large else second).append((3, -weight, 3 << 28 | i))
    cities, towns = [], []
    for i, (size, flags) in enumerate(zip(s["place_size"], s["place_flags"])):
        (cities if size >= CITY_SIZE else towns).append((-size, -(flags & 4), 4 << 28 | i))
    rows = [sorted(part) for part in (first, cities, second, towns)]
    return array("I", (row[2] for part in rows for row in part))


def cells(s, ranks):
    """The ranks of what lies in each cell of the grid, and where each cell begins."""
    found = [[] for _ in range(COLUMNS * ROWS)]
    shift = 1 << CELL_BITS
    for rank, code in enumerate(ranks):
        kind, i = KINDS[code >> 28], code & 0xFFFFFFF
        row, column = s[kind + "_y"][i] * UNIT // shift, s[kind + "_x"][i] * UNIT // shift
        found[row * COLUMNS + column].append(rank)
    begins = array("I", accumulate((len(c) for c in found), initial=0))
    return begins, array("I", (rank for cell in found for rank in cell))


def search_text(s, ranks):
    """A line a rank, of what can be searched for; and where each line begins."""
    lines = []
    for code in ranks:
        kind, i = KINDS[code >> 28], code & 0xFFFFFFF
        english, chinese = s[kind + "_en"][i], s[kind + "_zh"][i]
        lines.append(f"\n{folded(english)}\t{folded(chinese)}".encode())
    begins = array("I", accumulate((len(line) for line in lines), initial=0))
    return b"".join(lines) + b"\n", begins


def laid_out(s, strays_path, moved_path):
    """(name, bytes, how many elements) of each section."""
    pool, out = Pool(), []

    def add(name, data, count=None):
        out.append((name, bytes(data), len(data) if count is None else count))

    for plane in ("province_map", "sea_map"):
        for part in ("grid", "nodes", "leaves"):
            add(f"{plane}_{part}", s[f"{plane}_{part}"].tobytes(), len(s[f"{plane}_{part}"]))
        sides = s[f"{plane}_sides"]
        add(f"{plane}_sides", sides.tobytes(), len(sides) // 2)
        x, y = scaled(s[f"{plane}_x"]), scaled(s[f"{plane}_y"])
        add(f"{plane}_points", interleaved(x, y).tobytes(), len(x))
    for kind in (*KINDS, "district"):
        offsets = [array("I", map(pool.offset, s[f"{kind}_{l}"])) for l in ("en", "zh")]
        add(f"{kind}_names", interleaved(*offsets).tobytes(), len(offsets[0]))
        if kind != "district":
            x, y = scaled(s[f"{kind}_x"]), scaled(s[f"{kind}_y"])
            add(f"{kind}_points", interleaved(x, y).tobytes(), len(x))
    add("region_countries", s["region_country"].tobytes(), len(s["region_country"]))
    rows = zip(accumulate(s["province_places"], initial=0), s["province_places"],
               s["province_country"], s["province_region"], s["province_flags"])
    rows = [struct.pack("=IIHHI", *row) for row in rows]
    add("provinces", b"".join(rows), len(rows))
    add("place_provinces", array("H", (
        i for i, n in enumerate(s["province_places"]) for _ in range(n)
    )).tobytes(), len(s["place_x"]))
    add("place_nodes", trees(s), len(s["place_x"]))
    outside = strays(strays_path, s)
    add("strays", outside.tobytes(), len(outside))
    pairs = moved(moved_path, s)
    add("moved", pairs.tobytes(), len(pairs) // 2)
    ranks = ranking(s)
    add("ranks", ranks.tobytes(), len(ranks))
    begins, members = cells(s, ranks)
    add("cell_begins", begins.tobytes(), len(begins))
    add("cell_ranks", members.tobytes(), len(members))
    text, begins = search_text(s, ranks)
    add("search_text", text)
    add("search_begins", begins.tobytes(), len(begins))
    add("names", b"".join(pool.parts))
    return out


def main():
    source, corrections, outside, elsewhere, binary, assembly = (
        pathlib.Path(a).resolve() for a in sys.argv[1:]
    )
    sections = read(source)
    correct(corrections, sections)
    lines, at = ['    .section .rodata'], 0
    with open(binary, "wb") as out:
        for name, data, count in laid_out(sections, outside, elsewhere):
            gap = -at % 64
            out.write(b"\0" * gap + data)
            at += gap
            for symbol in (f"gazetteer_{name}", f"gazetteer_{name}_count"):
                lines += [f"    .globl {symbol}",
                          f"    .type {symbol}, %object"]
            lines += [
                "    .balign 64",
                f"gazetteer_{name}:",
                f'    .incbin "{binary}", {at}, {len(data)}',
                f"    .size gazetteer_{name}, {len(data)}",
                "    .balign 4",
                f"gazetteer_{name}_count:",
                f"    .4byte {count}",
                f"    .size gazetteer_{name}_count, 4",
            ]
            at += len(data)
    lines.append('    .section .note.GNU-stack, "", %progbits')
    with open(assembly, "w") as out:
        out.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
