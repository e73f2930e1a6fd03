"""Shapes cut into tiles of Web Mercator (EPSG:3857).

A place is (x, y) in the square of the whole world, 0 to 1, x to the east and y to the south. Tiles
are those of "Slippy map tilenames"; in a tile there are EXTENT units a side, and shapes reach
BUFFER units beyond it, so that no edge of a tile shows.
"""

import math
from itertools import pairwise

EXTENT, BUFFER = 4096, 64
# Beyond the 85.05 degrees that the square ends at, so that Antarctica has no edge in it.
LATITUDE_MAX = 85.3
# What touches the antimeridian reaches so far beyond it, in degrees: one side covers the seam.
BEYOND = 0.3


def project(lon, lat):
    lat = math.radians(max(-LATITUDE_MAX, min(LATITUDE_MAX, lat)))
    return (lon + 180) / 360, (1 - math.log(math.tan(lat) + 1 / math.cos(lat)) / math.pi) / 2


def across_the_seam(ring):
    """A ring of degrees whose edges along the antimeridian are moved beyond it."""
    out = []
    for i, (lon, lat) in enumerate(ring):
        before, behind = ring[i - 1][0], ring[(i + 1) % len(ring)][0]
        if abs(lon) != 180:
            out.append((lon, lat))
            continue
        beyond = (math.copysign(180 + BEYOND, lon), lat)
        out += [beyond] if before == lon == behind else (
            [beyond, (lon, lat)] if before == lon else
            [(lon, lat), beyond] if behind == lon else [(lon, lat)])
    return out


def simplified(line, tolerance):
    """Douglas and Peucker, 1973: what is within the tolerance of the chord is left out."""
    if len(line) < 3:
        return line
    keep = bytearray(len(line))
    keep[0] = keep[-1] = 1
    ranges, limit = [(0, len(line) - 1)], tolerance * tolerance
    while ranges:
        first, last = ranges.pop()
        (ax, ay), (bx, by) = line[first], line[last]
        dx, dy = bx - ax, by - ay
        square = dx * dx + dy * dy
        worst, at = limit, -1
        for i in range(first + 1, last):
            px, py = line[i][0] - ax, line[i][1] - ay
            if square:
                t = (px * dx + py * dy) / square
                t = 0 if t < 0 else 1 if t > 1 else t
                px -= t * dx
                py -= t * dy
            away = px * px + py * py
            if away > worst:
                worst, at = away, i
        if at >= 0:
            keep[at] = 1
            ranges += [(first, at), (at, last)]
    return [p for p, kept in zip(line, keep) if kept]


def area(ring):
    """Positive where the ring goes round clockwise on the screen."""
    return sum(ax * by - bx * ay for (ax, ay), (bx, by) in zip(ring, ring[1:] + ring[:1])) / 2


def wound(ring, positive):
    return ring if (area(ring) > 0) == positive else ring[::-1]


class Shape:
    """A part of a feature: a point, a line, or a polygon of rings, which are not closed."""

    def __init__(self, kind, parts, layer, tags):
        self.kind, self.parts, self.layer, self.tags = kind, parts, layer, tags
        points = parts[0]
        self.low = [min(p[axis] for p in points) for axis in (0, 1)]
        self.high = [max(p[axis] for p in points) for axis in (0, 1)]

    def within(self, axis, low, high):
        """The shapes that are left of this one between two lines."""
        if self.high[axis] < low or self.low[axis] > high:
            return []
        if low <= self.low[axis] and self.high[axis] <= high:
            return [self]
        if self.kind == "line":
            pieces = cut_line(self.parts[0], axis, low, high)
            return [Shape("line", [piece], self.layer, self.tags) for piece in pieces]
        rings = [cut_ring(cut_ring(r, axis, low, 1), axis, high, -1) for r in self.parts]
        rings = [r for r in rings if len(r) > 2]
        return [Shape("polygon", rings, self.layer, self.tags)] if rings else []


def crossing(a, b, axis, at):
    t = (at - a[axis]) / (b[axis] - a[axis])
    other = a[1 - axis] + t * (b[1 - axis] - a[1 - axis])
    return (at, other) if axis == 0 else (other, at)


def cut_ring(ring, axis, at, side):
    """Sutherland and Hodgman, 1974: what lies above the line, or with side -1 below it."""
    out = []
    for i, b in enumerate(ring):
        a = ring[i - 1]
        a_in, b_in = (side * (p[axis] - at) >= 0 for p in (a, b))
        if a_in != b_in:
            out.append(crossing(a, b, axis, at))
        if b_in:
            out.append(b)
    return out


def cut_line(line, axis, low, high):
    out, piece = [], []
    for a, b in pairwise(line):
        ends = sorted((a[axis], b[axis]))
        if ends[1] < low or ends[0] > high:
            continue
        first = crossing(a, b, axis, min(max(a[axis], low), high)) if a[axis] != b[axis] else a
        last = crossing(a, b, axis, min(max(b[axis], low), high)) if a[axis] != b[axis] else b
        first = a if low <= a[axis] <= high else first
        last = b if low <= b[axis] <= high else last
        if not piece or piece[-1] != first:
            piece = [first]
            out.append(piece)
        piece.append(last)
    return [p for p in out if len(p) > 1]


def tiles(shapes, zoom):
    """Yields (x, y, shapes in units of the tile) of each tile of a zoom that has any."""
    edge = BUFFER / EXTENT / 2**zoom

    def halves(of, axis, low, width, margin):
        middle = low + width / 2
        return [
            [s for shape in of for s in shape.within(axis, low - margin, middle + margin)],
            [s for shape in of for s in shape.within(axis, middle - margin, low + width + margin)],
        ]

    def descend(of, level, x, y):
        if not of:
            return
        if level == zoom:
            yield x, y, of
            return
        width = 1 / 2**level
        for i, half in enumerate(halves(of, 0, x * width, width, edge)):
            for j, quarter in enumerate(halves(half, 1, y * width, width, edge)):
                yield from descend(quarter, level + 1, 2 * x + i, 2 * y + j)

    whole = [s for shape in shapes for s in shape.within(0, -edge, 1 + edge)]
    whole = [s for shape in whole for s in shape.within(1, -edge, 1 + edge)]
    for x, y, found in descend(whole, 0, 0, 0):
        local = [s for shape in found for s in in_units(shape, zoom, x, y)]
        if local:
            yield x, y, local


def whole_units(points, zoom, x, y):
    """Rounded to the grid of the tile, without repeats."""
    scale = EXTENT * 2**zoom
    out = []
    for px, py in points:
        p = (round(px * scale - x * EXTENT), round(py * scale - y * EXTENT))
        if not out or out[-1] != p:
            out.append(p)
    return out


def in_units(shape, zoom, x, y):
    """(kind, parts, layer, tags) of a shape, if it is anything in the tile."""
    parts = [whole_units(points, zoom, x, y) for points in shape.parts]
    if shape.kind == "point":
        inside = all(0 <= v < EXTENT for v in parts[0][0])
        return [("point", parts, shape.layer, shape.tags)] if inside else []
    if shape.kind == "line":
        return [("line", parts, shape.layer, shape.tags)] if len(parts[0]) > 1 else []
    parts = [p[:-1] if p[0] == p[-1] else p for p in parts]
    sizes = [abs(area(p)) for p in parts]
    parts = [p for p, size in zip(parts, sizes) if size > 0]
    # A hole over the whole tile leaves nothing, though the ring around it is the same square.
    is_hollow = sizes and any(s >= (EXTENT + 2 * BUFFER) ** 2 - 1 for s in sizes[1:])
    if not parts or sizes[0] == 0 or is_hollow:
        return []
    return [("polygon", [wound(p, i == 0) for i, p in enumerate(parts)], shape.layer, shape.tags)]
