#!/usr/bin/env python3
"""Makes data/roads.xz, the roads that the demonstration fleet drives on: make_roads.py DIRECTORY

DIRECTORY holds the extracts of OpenStreetMap that README.md beside this file names, each with the
hash that stands in REGIONS. Needs Debian's osmium-tool.

Of each region the program gets what it needs to drive between SITES places: the stretches of road
between junctions, and for each pair of places the quickest way as a list of stretches. All numbers
are little-endian; a varint has seven bits a byte, the least first, the eighth where more follow.

    file      "ODRO", u8 version 1, u8 regions, then each region
    region    u8 length and name, i32 latitude and longitude of its origin * 10^6,
              u16 stretches, then each; u8 sites; then for each site, for each other one: a way
    stretch   u8 km/h, u8 flags (1: a signal at its end, 2: at its beginning), u16 points,
              then two zigzag varints a point: latitude and longitude * 10^6 less those of the
              point before, of the first point less those of the last one of the stretch before
    way       u16 stretches, then a u16 each: its number * 2, and 1 where it is driven backwards
"""

import hashlib
import heapq
import lzma
import math
import pathlib
import random
import struct
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as xml

SITES = 28
CLEARANCE_M = 500  # between two sites
TOWN_M = 4500  # half of the sites are so near the middle of the town, ...
REGION_M = 15000  # ... the others so near
TOLERANCE_M = 1.5  # a point is left out where the line passes it so closely
SIGNAL_S = 12  # what a signal costs in the choice of a way
TURN_S = 3  # and a junction

REGIONS = [
    {
        "name": "Neubrandenburg",
        "file": "neubrandenburg.osm.bz2",
        "sha256": "adee8159029bb2e218d68e85dbe98291b1802d286f92ffbcb97327017f27f3fc",
        "middle": (53.5573, 13.2610),
    },
    {
        "name": "Liechtenstein",
        "file": "liechtenstein-2013-08-03.osm.pbf",
        "sha256": "edb2b075be057662691fc343abed4ed58f139dd7c501c243197640fcb3ea82d4",
        "middle": (47.1660, 9.5100),
    },
]

# km/h where no maxspeed is told.
CLASSES = {
    "motorway": 130,
    "motorway_link": 60,
    "trunk": 100,
    "trunk_link": 50,
    "primary": 70,
    "primary_link": 50,
    "secondary": 60,
    "secondary_link": 50,
    "tertiary": 50,
    "tertiary_link": 40,
    "unclassified": 50,
    "residential": 30,
    "living_street": 10,
}
SITE_CLASSES = ("tertiary", "unclassified", "residential", "secondary")
EARTH_M = 6371008.8


def distance_m(a, b):
    x = math.radians(b[1] - a[1]) * math.cos(math.radians((a[0] + b[0]) / 2))
    return EARTH_M * math.hypot(x, math.radians(b[0] - a[0]))


def speed_of(tags):
    told = tags.get("maxspeed", "")
    if told.isdigit() and 5 <= int(told) <= 130:
        return int(told)
    return 130 if told == "none" else CLASSES[tags["highway"]]


def direction_of(tags):
    """1: forwards alone, -1: backwards alone, 0: both."""
    oneway = tags.get("oneway", "")
    if oneway == "-1":
        return -1
    implied = tags["highway"] == "motorway" or tags.get("junction") == "roundabout"
    return 1 if oneway in ("yes", "1", "true") or (implied and oneway != "no") else 0


def is_open(tags):
    closed = ("no", "private", "agricultural", "forestry")
    return (
        tags.get("highway") in CLASSES
        and tags.get("access") not in closed
        and tags.get("motor_vehicle") not in closed
        and tags.get("area") != "yes"
    )


def read_osm(path):
    """({node: (latitude, longitude)}, nodes with a signal, [(nodes, tags)]) of the open roads."""
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder) / "roads.osm"
        subprocess.run(["osmium", "tags-filter", path, "w/highway", "-o", out], check=True)
        root = xml.parse(out).getroot()
    nodes, signals, ways = {}, set(), []
    for e in root.iter("node"):
        nodes[e.get("id")] = (float(e.get("lat")), float(e.get("lon")))
        if any(t.get("v") == "traffic_signals" for t in e.iter("tag")):
            signals.add(e.get("id"))
    for e in root.iter("way"):
        tags = {t.get("k"): t.get("v") for t in e.iter("tag")}
        refs = [n.get("ref") for n in e.iter("nd") if n.get("ref") in nodes]
        if is_open(tags) and len(refs) > 1:
            ways.append((refs, tags))
    return nodes, signals, ways


def thinned(points):
    """Douglas and Peucker: the points from which the line does not stray by TOLERANCE_M."""
    if len(points) < 3:
        return points
    (lat, lon), end = points[0], points[-1]
    scale = math.cos(math.radians(lat))
    ex, ey = (end[1] - lon) * scale, end[0] - lat
    length = math.hypot(ex, ey)
    far, at = 0, 0
    for i in range(1, len(points) - 1):
        px, py = (points[i][1] - lon) * scale, points[i][0] - lat
        off = abs(ex * py - ey * px) / length if length > 0 else math.hypot(px, py)
        if off > far:
            far, at = off, i
    if math.radians(far) * EARTH_M <= TOLERANCE_M:
        return [points[0], end]
    return thinned(points[: at + 1])[:-1] + thinned(points[at:])


class Network:
    """Stretches of road between junctions, and from each junction where they lead."""

    def __init__(self, nodes, signals, ways):
        used = {}
        for refs, _ in ways:
            for i, ref in enumerate(refs):
                used[ref] = used.get(ref, 0) + (2 if i in (0, len(refs) - 1) else 1)
        self.nodes = nodes
        self.stretches = []  # (points, km/h, flags)
        self.out = {}  # junction: [(seconds, junction, stretch * 2 + is backwards)]
        self.classes = {}
        for refs, tags in ways:
            begin = 0
            for i in range(1, len(refs)):
                if used[refs[i]] > 1:
                    self.add(refs[begin : i + 1], tags, signals)
                    begin = i

    def add(self, refs, tags, signals):
        points = thinned([self.nodes[r] for r in refs])
        length = sum(distance_m(a, b) for a, b in zip(points, points[1:]))
        flags = (refs[-1] in signals) + 2 * (refs[0] in signals)
        if length < 1:
            points = [points[0], points[-1]]
        number = len(self.stretches)
        speed = speed_of(tags)
        self.stretches.append((points, speed, flags))
        seconds = length / (speed / 3.6) + TURN_S
        direction = direction_of(tags)
        for ref in (refs[0], refs[-1]):
            self.classes.setdefault(ref, set()).add(tags["highway"])
        if direction >= 0:
            cost = seconds + SIGNAL_S * (flags & 1)
            self.out.setdefault(refs[0], []).append((cost, refs[-1], number * 2))
        if direction <= 0:
            cost = seconds + SIGNAL_S * (flags >> 1)
            self.out.setdefault(refs[-1], []).append((cost, refs[0], number * 2 + 1))

    def ways_from(self, start):
        """{junction: (junction before, stretch)} of the quickest ways."""
        best, before, heap = {start: 0}, {}, [(0, start)]
        while heap:
            cost, at = heapq.heappop(heap)
            if cost > best[at]:
                continue
            for seconds, to, stretch in self.out.get(at, []):
                if cost + seconds < best.get(to, math.inf):
                    best[to] = cost + seconds
                    before[to] = (at, stretch)
                    heapq.heappush(heap, (cost + seconds, to))
        return before

    def connected_to(self, start):
        """The junctions to which a way leads from `start`, and back."""
        back = {}
        for at, edges in self.out.items():
            for _, to, _ in edges:
                back.setdefault(to, []).append(at)
        seen, stack = {start}, [start]
        while stack:
            for at in back.get(stack.pop(), []):
                if at not in seen:
                    seen.add(at)
                    stack.append(at)
        return seen & (set(self.ways_from(start)) | {start})


def choose_sites(network, middle):
    """Junctions of smaller roads, apart from each other, half of them in the town."""
    def from_middle(j):
        return distance_m(network.nodes[j], middle)

    chance = random.Random(1)
    first = min(network.classes, key=lambda j: (from_middle(j), j))
    candidates = sorted(
        j
        for j in network.connected_to(first)
        if network.classes[j] & set(SITE_CLASSES) and from_middle(j) < REGION_M
    )
    chance.shuffle(candidates)
    sites = []
    for near_m, count in ((TOWN_M, SITES // 2), (REGION_M, SITES)):
        for j in candidates:
            apart = all(
                distance_m(network.nodes[j], network.nodes[s]) > CLEARANCE_M for s in sites
            )
            if len(sites) < count and apart and from_middle(j) < near_m:
                sites.append(j)
    return sites


def varint(number):
    out = bytearray()
    while number >= 0x80:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def zigzag(number):
    return varint(number * 2 if number >= 0 else -number * 2 - 1)


def region_bytes(region, folder):
    path = folder / region["file"]
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    if digest != region["sha256"]:
        sys.exit(f"make_roads: {path} has the hash {digest}, not {region['sha256']}")
    network = Network(*read_osm(path))
    sites = choose_sites(network, region["middle"])
    ways, numbers = [], {}
    for site in sites:
        before = network.ways_from(site)
        for other in sites:
            way = []
            while other != site:
                other, stretch = before[other]
                way.append(stretch)
            ways.append(list(reversed(way)))
            for stretch in ways[-1]:
                numbers.setdefault(stretch >> 1, len(numbers))
    name = region["name"].encode()
    origin = [round(c * 1e6) for c in region["middle"]]
    out = bytearray(bytes([len(name)]) + name + struct.pack("<iiH", *origin, len(numbers)))
    for number in numbers:
        points, speed, flags = network.stretches[number]
        out += struct.pack("<BBH", speed, flags, len(points))
        for point in points:
            here = [round(c * 1e6) for c in point]
            out += zigzag(here[0] - origin[0]) + zigzag(here[1] - origin[1])
            origin = here
    out.append(len(sites))
    for i, way in enumerate(ways):
        if i % (len(sites) + 1) != 0:
            out += struct.pack("<H", len(way))
            out += b"".join(struct.pack("<H", numbers[s >> 1] * 2 + (s & 1)) for s in way)
    print(f"{region['name']}: {len(sites)} sites, {len(numbers)} stretches, {len(out)} bytes")
    return bytes(out)


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    regions = [region_bytes(r, pathlib.Path(sys.argv[1])) for r in REGIONS]
    whole = b"ODRO" + bytes([1, len(regions)]) + b"".join(regions)
    packed = lzma.compress(whole, preset=9 | lzma.PRESET_EXTREME)
    (pathlib.Path(__file__).parent / "roads.xz").write_bytes(packed)
    print(f"roads.xz: {len(packed)} bytes, of {len(whole)}")


main()
