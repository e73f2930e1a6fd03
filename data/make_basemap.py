#!/usr/bin/env python3
"""Makes basemap.xz of its sources, on purpose only: data/make_basemap.py [CACHE]

Needs nothing but Python. Fetches what sources.txt lists and this reads into CACHE (build/sources)
unless it is there. data/README.md says what is made of what; unpack_basemap.py is the way back.
"""

import difflib
import lzma
import math
import pathlib
import struct
import sys
from collections import defaultdict

import borders
import mvt
import unpack
from provinces import Province
from sources import Sources
from tiler import EXTENT, Shape, across_the_seam, area, project, simplified, tiles

HERE = pathlib.Path(__file__).resolve().parent
OUT = HERE / "basemap.xz"
ZOOM_MAX = 6
# Of what is drawn, in units of a tile: what a line may be off, and the least that is kept. The
# last zoom is the one that is enlarged.
TOLERANCE, LAST_TOLERANCE = 4, 0.6
LEAST_AREA, LAST_LEAST_AREA = 40, 3
LAYERS = ("land", "lake", "river", "border", "sea", "country", "province", "place")
SAME_PLACE_DEGREES = 0.35
# A place is the same by another name where it is so near, and half to twice as large.
OTHER_NAME_DEGREES, OTHER_NAME_SIZES, OTHER_NAME_LIKENESS = 0.12, 7, 0.6
# What lies there by another name is another place, or that name is less known.
OWN_NAMES = {"New Taipei", "Kochi", "Bacolod", "Pasay City", "Shishou", "Cologne", "Seville",
             "Hanover", "Pingzhen", "Bandar-e-Abbas"}
# What the source calls as it was once, or wrongly.
RENAMED = {"Nur-Sultan": ("Astana", "阿斯塔纳"), "Jinxi": ("Huludao", "葫芦岛"),
           "Jiaojing": ("Jiaojiang", "椒江"), "Ninde": ("Ningde", "宁德")}
# The least people of a place by the zoom from which on it has a label; capitals have one at 3.
PEOPLE = ((3, 5_000_000), (4, 1_000_000), (5, 300_000), (6, 100_000))
CAPITAL_ZOOM = 3
RANK_LAST = 255  # of a place, as src/map/label_tiles.h has it
# How wide a country, a province and a sea are on the screen where their names come in.
COUNTRY_PX, PROVINCE_PX, SEA_PX = 50, 90, 100


def ring_of(points):
    points = points[:-1] if points[0] == points[-1] else points
    return [project(lon, lat) for lon, lat in across_the_seam(points)]


class Map:
    """All that is drawn: (first zoom, kind, parts, layer, tags)."""

    def __init__(self):
        self.rows = []

    def polygon(self, layer, rings):
        self.rows.append((0, "polygon", [ring_of(r) for r in rings], layer, ()))

    def line(self, layer, zoom, points, tags=()):
        self.rows.append((zoom, "line", [[project(*p[:2]) for p in points]], layer, tags))

    def point(self, layer, zoom, at, tags):
        self.rows.append((zoom, "point", [[project(*at)]], layer, tags))

    def shapes(self, zoom):
        unit = 1 / EXTENT / 2**zoom
        is_last = zoom == ZOOM_MAX
        tolerance = (LAST_TOLERANCE if is_last else TOLERANCE) * unit
        least = (LAST_LEAST_AREA if is_last else LEAST_AREA) * unit**2
        out = []
        for first, kind, parts, layer, tags in self.rows:
            if first > zoom:
                continue
            if kind == "polygon":
                parts = [p for p in parts if abs(area(p)) >= least]
                if not parts or abs(area(parts[0])) < least:
                    continue
                parts = [simplified([*p, p[0]], tolerance)[:-1] for p in parts]
                parts = [p for p in parts if len(p) > 2]
                if not parts:
                    continue
            elif kind == "line":
                parts = [simplified(p, tolerance) for p in parts]
            out.append(Shape(kind, parts, layer, tags))
        return out


def both_names(english, chinese):
    return (("name", english), *((("zh", chinese),) if chinese and chinese != english else ()))


def label(english, chinese, rank):
    return (*both_names(english, chinese), ("r", rank))


def degrees(s, kind, i):
    return s[kind + "_x"][i] * 1e-4 - 180, s[kind + "_y"][i] * 1e-4 - 90


def add_names(m, s, provinces, seas):
    """Names of countries, provinces and seas, as the gazetteer has them."""
    of_country = defaultdict(list)
    for p in provinces:
        if s["province_country"][p.number] != unpack.NONE:
            of_country[s["province_country"][p.number]].append(p)
    spans = {c: borders.span_of(of) for c, of in of_country.items()}
    for rank, c in enumerate(sorted(spans, key=spans.get, reverse=True)):
        zoom = max(2, borders.zoom_of(spans[c], COUNTRY_PX))
        if s["country_en"][c] and zoom <= 5:
            names = s["country_en"][c], s["country_zh"][c]
            m.point("country", zoom, degrees(s, "country", c), label(*names, rank))
    for p in provinces:
        zoom = max(4, borders.zoom_of(borders.span_of([p]), PROVINCE_PX))
        is_alone = len(of_country[s["province_country"][p.number]]) < 2
        in_region = s["province_region"][p.number] != unpack.NONE
        names = s["province_en"][p.number], s["province_zh"][p.number]
        if names[0] and zoom <= ZOOM_MAX and not is_alone and not in_region:
            rank = round(1000 * -math.log2(borders.span_of([p])))
            m.point("province", zoom, degrees(s, "province", p.number), label(*names, rank))
    for i, (_, size, _) in enumerate(seas):
        zoom = max(1, borders.zoom_of(math.sqrt(size) / 360, SEA_PX))
        if s["sea_en"][i] and zoom <= ZOOM_MAX:
            names = s["sea_en"][i], s["sea_zh"][i]
            m.point("sea", zoom, degrees(s, "sea", i), label(*names, len(seas) - i))


class Places:
    """The places of the gazetteer by name and by where they are."""

    def __init__(self, s):
        self.by_cell = defaultdict(list)
        for i, name in enumerate(s["place_en"]):
            lon, lat = degrees(s, "place", i)
            row = unpack.folded(name), lon, lat, s["place_size"][i], s["place_zh"][i], name
            self.by_cell[int(lon // 1), int(lat // 1)].append(row)

    def near(self, lon, lat):
        x, y = int(lon // 1), int(lat // 1)
        for i in (-1, 0, 1):
            for j in (-1, 0, 1):
                for row in self.by_cell[x + i, y + j]:
                    if math.dist((lon, lat), row[1:3]) < SAME_PLACE_DEGREES:
                        yield row

    def names(self, name, lon, lat, people, chinese):
        """As the gazetteer has them, which knows some by another name; else as they are."""
        if name in RENAMED:
            return RENAMED[name]
        size = 20 * math.log10(max(people, 1))
        found = [row for row in self.near(lon, lat) if row[0] == unpack.folded(name)]
        if not found and name not in OWN_NAMES:
            found = [
                row for row in self.near(lon, lat)
                if math.dist((lon, lat), row[1:3]) < OTHER_NAME_DEGREES
                and abs(row[3] - size) <= OTHER_NAME_SIZES
                and (row[4] == chinese or likeness(name, row[5]) >= OTHER_NAME_LIKENESS)
            ]
        best = max(found, key=lambda row: row[3], default=None)
        if best is None:
            return name, chinese
        is_same = best[0] == unpack.folded(name) or set(best[4]) & set(chinese)
        return best[5], best[4] if best[4] and (is_same or not chinese) else chinese


def likeness(a, b):
    return difflib.SequenceMatcher(None, unpack.folded(a), unpack.folded(b)).ratio()


def capitals(sources):
    """(name, lon, lat) of the seats of countries."""
    for line in sources.lines("cities500", "package/dist/cities500.txt"):
        f = line.rstrip("\n").split("\t")
        if len(f) > 8 and f[7] == "PPLC":
            yield f[1], float(f[5]), float(f[4])


def add_places(m, s, cities, seats):
    known = Places(s)
    seats = list(seats)
    for lon, lat, people, name, names in cities:
        name = " ".join(name.replace("\u200e", "").split())
        is_capital = any(
            math.dist((lon, lat), seat[1:]) < SAME_PLACE_DEGREES
            and (unpack.folded(seat[0]) == unpack.folded(name) or people > 200_000)
            for seat in seats
        )
        zoom = next((z for z, least in PEOPLE if people >= least), ZOOM_MAX + 1)
        zoom = min(zoom, CAPITAL_ZOOM) if is_capital else zoom
        if zoom <= ZOOM_MAX:
            rank = RANK_LAST - round(20 * math.log10(max(people, 1)))
            tags = label(*known.names(name, lon, lat, people, names.get("zh", "")), rank)
            m.point("place", zoom, (lon, lat), (*tags, ("cap", 1)) if is_capital else tags)


def drawn(sources):
    s = unpack.read(HERE / "gazetteer.xz")
    unpack.correct(HERE / "corrections.tsv", s)
    natural = sources.json("map", "blips/data/basemap.json.gz")
    features = sources.json("provinces", "package/data/states/admin1.json")["features"]
    provinces = [Province(i, f) for i, f in enumerate(features)]
    regions = s["province_region"]
    region_of = [None if r == unpack.NONE else r for r in regions]
    m = Map()
    for rings in natural["land"]:
        m.polygon("land", rings)
    for rings in natural["lakes"]:
        m.polygon("lake", rings)
    for river in sources.json("rivers", "package/dist/rivers.json")["features"]:
        zoom = math.floor(river["properties"]["min_zoom"])
        m.line("river", zoom, river["geometry"]["coordinates"])
    for is_country, zoom, line in borders.lines(provinces, region_of):
        m.line("border", zoom, line, (("level", 0 if is_country else 1),))
    add_names(m, s, provinces, natural["marine"])
    add_places(m, s, natural["cities"], capitals(sources))
    m.rows.sort(key=lambda row: LAYERS.index(row[3]))
    return m


def write(found):
    """The tiles in order of zoom, row and column, each once: a number for each place, 0 where there
    is none; their lengths; and the tiles."""
    numbers, lengths, bodies, known = [], [], [], {b"": 0}
    for zoom in range(ZOOM_MAX + 1):
        for y in range(2**zoom):
            for x in range(2**zoom):
                body = found.get((zoom, x, y), b"")
                if body not in known:
                    known[body] = len(known)
                    lengths.append(len(body))
                    bodies.append(body)
                numbers.append(known[body])
    head = struct.pack(f"<BI{len(numbers)}H", ZOOM_MAX, len(lengths), *numbers)
    head += struct.pack(f"<{len(lengths)}I", *lengths)
    OUT.write_bytes(lzma.compress(head + b"".join(bodies), preset=9 | lzma.PRESET_EXTREME))
    print(f"{OUT}: {OUT.stat().st_size} bytes, {len(bodies)} tiles")


def main():
    sources = Sources(sys.argv[1] if len(sys.argv) > 1 else HERE.parent / "build" / "sources")
    m, found = drawn(sources), {}
    for zoom in range(ZOOM_MAX + 1):
        before, largest = len(found), 0
        for x, y, shapes in tiles(m.shapes(zoom), zoom):
            body = mvt.tile(shapes, EXTENT)
            found[zoom, x, y] = body
            largest = max(largest, len(body))
        print(f"zoom {zoom}: {len(found) - before} tiles, {largest} bytes at most, "
              f"{sum(len(b) for k, b in found.items() if k[0] == zoom)} in all", flush=True)
    write(found)


if __name__ == "__main__":
    main()
