"""A town that a seed makes: its streets as a map of OpenStreetMap, and drives along them."""
import itertools
import math
import random
import struct
import zlib

LAT, LON = 47.2, 9.5  # of its middle; GCJ-02 is WGS-84 there
METRE_LAT = 1 / 111320
METRE_LON = METRE_LAT / math.cos(math.radians(LAT))
BLOCKS = 14
BLOCK_M = 190
CROOKED_M = 30
SPEED_MS = 11


def place(east_m, north_m):
    """(lon, lat)"""
    return LON + east_m * METRE_LON, LAT + north_m * METRE_LAT


def metres(lon_lat):
    return (lon_lat[0] - LON) / METRE_LON, (lon_lat[1] - LAT) / METRE_LAT


def off_m(a, b):
    """Metres between two (lon, lat)."""
    return math.dist(metres(a), metres(b))


def course_deg(a, b):
    """From (lon, lat) to another, clockwise from north."""
    (ax, ay), (bx, by) = metres(a), metres(b)
    return round(math.degrees(math.atan2(bx - ax, by - ay))) % 360


def off_line_m(at, line):
    """Metres from (lon, lat) to the nearest point of a line of such."""
    x, y = metres(at)
    best = math.inf
    points = [metres(p) for p in line]
    for (ax, ay), (bx, by) in zip(points, points[1:]):
        dx, dy = bx - ax, by - ay
        length_2 = dx * dx + dy * dy
        part = ((x - ax) * dx + (y - ay) * dy) / length_2 if length_2 else 0
        part = min(max(part, 0), 1)
        best = min(best, math.hypot(ax + part * dx - x, ay + part * dy - y))
    return best


class Town:
    """Crooked streets, crossing each other: corner (column, row) is a node of the map."""

    def __init__(self, seed=1):
        dice = random.Random(seed)
        half = BLOCKS * BLOCK_M / 2
        self.corners = {
            (column, row): (column * BLOCK_M - half + dice.uniform(-CROOKED_M, CROOKED_M),
                            row * BLOCK_M - half + dice.uniform(-CROOKED_M, CROOKED_M))
            for column in range(BLOCKS + 1) for row in range(BLOCKS + 1)}

    def streets(self):
        """(name, corners in a row)"""
        for i in range(BLOCKS + 1):
            yield f"Row {i}", [(column, i) for column in range(BLOCKS + 1)]
            yield f"Column {i}", [(i, row) for row in range(BLOCKS + 1)]

    def drive(self, seconds, seed, speed_ms=SPEED_MS):
        """Where a vehicle is each second, as (lon, lat); it turns at corners, never round."""
        dice = random.Random(seed)
        at, before = (BLOCKS // 2, BLOCKS // 2), None
        line = [place(*self.corners[at])]
        length_m = 0.0
        while length_m < seconds * speed_ms:
            steps = [(at[0] + dx, at[1] + dy) for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1))]
            steps = [step for step in steps if step in self.corners and step != before]
            ahead = (2 * at[0] - before[0], 2 * at[1] - before[1]) if before else None
            after = ahead if ahead in steps and dice.random() < 0.6 else dice.choice(steps)
            length_m += math.dist(self.corners[at], self.corners[after])
            before, at = at, after
            line.append(place(*self.corners[at]))
        return walk(line, speed_ms)[:seconds]

    def write(self, path):
        """The map, as a .osm.pbf."""
        numbers = {corner: 1 + i for i, corner in enumerate(self.corners)}
        nodes = [(numbers[corner], *place(*xy)) for corner, xy in self.corners.items()]
        ways = [(i + 1, name, [numbers[corner] for corner in corners])
                for i, (name, corners) in enumerate(self.streets())]
        with open(path, "wb") as out:
            out.write(blob(b"OSMHeader", field(4, b"OsmSchema-V0.6") + field(4, b"DenseNodes")))
            out.write(blob(b"OSMData", block(nodes, ways)))


def walk(line, speed_ms=SPEED_MS):
    """Where somebody on a line of (lon, lat) is each second."""
    ways, left = [], 0.0
    for a, b in zip(line, line[1:]):
        length = off_m(a, b)
        while left < length:
            part = left / length
            ways.append((a[0] + part * (b[0] - a[0]), a[1] + part * (b[1] - a[1])))
            left += speed_ms
        left -= length
    return ways


def polyline(text, decimals=6):
    """[(lon, lat)] of a polyline."""
    numbers, bits, shift = [], 0, 0
    for character in text:
        group = ord(character) - 63
        bits |= (group & 0x1f) << shift
        shift += 5
        if group < 0x20:
            numbers.append(~(bits >> 1) if bits & 1 else bits >> 1)
            bits = shift = 0
    lats, lons = (list(itertools.accumulate(numbers[i::2])) for i in (0, 1))
    return [(lon / 10**decimals, lat / 10**decimals) for lat, lon in zip(lats, lons)]


def noisy(places, deviation_m, seed):
    dice = random.Random(seed)
    return [(lon + dice.gauss(0, deviation_m) * METRE_LON,
             lat + dice.gauss(0, deviation_m) * METRE_LAT) for lon, lat in places]


# ---- OpenStreetMap's PBF: wiki.openstreetmap.org/wiki/PBF_Format ----

def varint(number):
    out = bytearray()
    while True:
        out.append((number & 0x7f) | (0x80 if number > 0x7f else 0))
        number >>= 7
        if not number:
            return bytes(out)


def zigzag(number):
    return varint(number * 2 if number >= 0 else -number * 2 - 1)


def field(number, value):
    """A field of Protocol Buffers: bytes, or an integer."""
    if isinstance(value, bytes):
        return varint(number << 3 | 2) + varint(len(value)) + value
    return varint(number << 3) + varint(value)


def differences(numbers):
    return b"".join(zigzag(b - a) for a, b in zip([0, *numbers], numbers))


def block(nodes, ways):
    """A PrimitiveBlock: the first text is nothing, as the format wants it."""
    texts = [b"", b"highway", b"residential", b"name", *(name.encode() for _, name, _ in ways)]
    dense = field(1, differences([n for n, _, _ in nodes])) + \
        field(8, differences([round(lat * 1e7) for _, _, lat in nodes])) + \
        field(9, differences([round(lon * 1e7) for _, lon, _ in nodes]))
    lines = b"".join(
        field(3, field(1, number) + field(2, varint(1) + varint(3)) +
              field(3, varint(2) + varint(4 + i)) + field(8, differences(corners)))
        for i, (number, _, corners) in enumerate(ways))
    return field(1, b"".join(field(1, text) for text in texts)) + \
        field(2, field(2, dense)) + field(2, lines)


def blob(kind, content):
    body = field(2, len(content)) + field(3, zlib.compress(content))
    head = field(1, kind) + field(3, len(body))
    return struct.pack(">I", len(head)) + head + body
