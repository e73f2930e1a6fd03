"""A map of polygons that answers quickly which of them holds a point (src/geo/plane.h reads it).

Places are x = lon + 180, y = lat + 90 in degrees * 1e7. Borders are cut into arcs, which two
neighbours share, thinned, and sorted into a tree of squares: a grid of 2^24 units, whose cells are
divided into four while more than LEAF_EDGES edges meet them. A leaf knows which polygons hold its
corner in the south-west, so that a query counts the crossings of its few edges alone.
"""

import heapq
import math
from array import array
from collections import defaultdict

import numpy as np

UNIT = 1000  # points lie on multiples of 1e-4 degrees
CELL = 1 << 24
COLUMNS, ROWS = 215, 108
FAR_X, FAR_Y = 3_600_000_000, 1_800_000_000
NONE = 0xFFFF
LEAF_EDGES, LEAF_SIDE = 20, 1 << 14
EDGE_MAX = 3 * 10**7  # longer ones are cut, so that a difference fits 16 bits of 1e-4 degrees
RUN_MAX = 255


def quantized(ring):
    """A ring of degrees as points of the grid, first not repeated, none twice in a row."""
    points = []
    for lon, lat in ring:
        x = min(max(round((lon + 180) * 1e4), 0), 3_600_000) * UNIT
        y = min(max(round((lat + 90) * 1e4), 0), 1_800_000) * UNIT
        if not points or points[-1] != (x, y):
            points.append((x, y))
    while len(points) > 1 and points[0] == points[-1]:
        points.pop()
    return points if len(points) >= 3 else []


def doubled_area(points):
    return sum(
        a[0] * b[1] - b[0] * a[1] for a, b in zip(points, points[1:] + points[:1])
    )


def edges_of(polygons):
    """Each edge once, from its lesser end: what lies left and right of it. Sides that several
    polygons claim, which is an overlap, are further edges."""
    sides = defaultdict(list)  # (a, b) -> [[left, right]]
    for number, rings in polygons:
        for place, ring in enumerate(rings):
            points = quantized(ring)
            if not points:
                continue
            if (doubled_area(points) > 0) != (place == 0):
                points.reverse()  # the inside lies left
            for a, b in zip(points, points[1:] + points[:1]):
                side = 0 if a < b else 1
                claims = sides[(a, b) if a < b else (b, a)]
                free = next((c for c in claims if c[side] == NONE), None)
                if free is None:
                    free = [NONE, NONE]
                    claims.append(free)
                free[side] = number
    edges = {}
    for ends, claims in sides.items():
        kept = [tuple(c) for c in claims if c[0] != c[1]]
        if kept:
            edges[ends] = kept
    return edges


def arcs_of(edges):
    """Chains of edges with the same sides, from fork to fork: (left, right, points)."""
    by_sides = defaultdict(lambda: defaultdict(list))
    ends_at = defaultdict(int)
    for (a, b), claims in edges.items():
        ends_at[a] += 1
        ends_at[b] += 1
        for left, right in claims:
            by_sides[(left, right)][a].append(b)
            by_sides[(right, left)][b].append(a)
    arcs = []
    for (left, right), following in by_sides.items():
        if left > right:
            continue  # the other way round of another
        used = set()

        def trace(start, second):
            points = [start, second]
            used.add((start, second))
            while True:
                at = points[-1]
                further = [n for n in following.get(at, ()) if (at, n) not in used]
                if at == start or ends_at[at] != 2 or len(further) != 1:
                    return points
                used.add((at, further[0]))
                points.append(further[0])

        for forks in (True, False):  # chains first, then closed rings
            for start in list(following):
                if (ends_at[start] != 2) != forks:
                    continue
                for second in following[start]:
                    if (start, second) not in used:
                        arcs.append((left, right, trace(start, second)))
    return arcs


def thinned(points, area_m2):
    """Visvalingam's way: the point whose triangle is least goes first, up to area_m2."""
    closed = points[0] == points[-1]
    least = 4 if closed else 2
    if len(points) <= least:
        return points
    m = 0.0111  # a unit of 1e-7 degrees, metres
    before, after = list(range(-1, len(points) - 1)), list(range(1, len(points) + 1))

    def area(i):
        if points[i][0] in (0, FAR_X) or points[i][1] in (0, FAR_Y):
            return math.inf  # the corners of the map, where the poles are, have no size
        (ax, ay), (bx, by), (cx, cy) = points[before[i]], points[i], points[after[i]]
        flat = abs((bx - ax) * (cy - ay) - (cx - ax) * (by - ay)) / 2 * m * m
        return flat * math.cos(math.radians(by / 1e7 - 90))

    sizes = [0.0] + [area(i) for i in range(1, len(points) - 1)] + [0.0]
    heap = [(s, i) for i, s in enumerate(sizes) if 0 < i < len(points) - 1]
    heapq.heapify(heap)
    alive = [True] * len(points)
    left = len(points)
    while heap and left > least:
        size, i = heapq.heappop(heap)
        if not alive[i] or size != sizes[i]:
            continue
        if size > area_m2:
            break
        alive[i] = False
        left -= 1
        a, c = before[i], after[i]
        after[a], before[c] = c, a
        for n in (a, c):
            if 0 < n < len(points) - 1:
                sizes[n] = max(area(n), size)
                heapq.heappush(heap, (sizes[n], n))
    return [p for p, keep in zip(points, alive) if keep]


def with_short_edges(points):
    out = [points[0]]
    for (ax, ay), (bx, by) in zip(points, points[1:]):
        pieces = max(abs(bx - ax), abs(by - ay)) // EDGE_MAX + 1
        for i in range(1, pieces):
            x, y = ax + (bx - ax) * i / pieces, ay + (by - ay) * i / pieces
            out.append((round(x / UNIT) * UNIT, round(y / UNIT) * UNIT))
        out.append((bx, by))
    return out


class Tree:
    def __init__(self, arcs):
        self.arcs = [a[2] for a in arcs]
        self.firsts, starts, ends, owner = [], [], [], []
        for number, points in enumerate(self.arcs):
            self.firsts.append(len(starts) + number)
            starts += points[:-1]
            ends += points[1:]
            owner += [number] * (len(points) - 1)
        self.owner = np.array(owner)
        self.vertex = np.arange(len(starts)) + self.owner  # of an edge's start
        s, e = np.array(starts, dtype=np.int64), np.array(ends, dtype=np.int64)
        self.ax, self.ay, self.bx, self.by = s[:, 0], s[:, 1], e[:, 0], e[:, 1]
        self.sides = np.array([(a[0], a[1]) for a in arcs])[self.owner]
        self.nodes, self.leaves = [], []

    def beyond(self, edges, x, y):
        """On which side of each edge's line the point lies; on it counts as the left."""
        ax, ay = self.ax[edges], self.ay[edges]
        return (self.bx[edges] - ax) * (y - ay) - (self.by[edges] - ay) * (x - ax) >= 0

    def walked(self, edges, inside, here, there):
        """Which polygons hold `there`, gone to from `here` northwards, then eastwards."""
        (x0, y0), (x1, y1) = here, there
        first = self.beyond(edges, x0, y0)
        corner = self.beyond(edges, x0, y1)
        last = self.beyond(edges, x1, y1)
        up = ((self.ax[edges] <= x0) != (self.bx[edges] <= x0)) & (first != corner)
        right = ((self.ay[edges] <= y1) != (self.by[edges] <= y1)) & (corner != last)
        inside = set(inside)
        for crossed in (edges[up], edges[right]):
            for left, right_side in self.sides[crossed]:
                inside ^= {int(left)}
                inside ^= {int(right_side)}
        inside.discard(NONE)
        return frozenset(inside)

    def meeting(self, edges, x, y, side):
        """The edges that meet the closed square."""
        ax, ay, bx, by = (v[edges] for v in (self.ax, self.ay, self.bx, self.by))
        far_x, far_y = x + side, y + side
        near = (np.maximum(ax, bx) >= x) & (np.minimum(ax, bx) <= far_x)
        near &= (np.maximum(ay, by) >= y) & (np.minimum(ay, by) <= far_y)
        edges = edges[near]
        ax, ay, bx, by = (v[edges] for v in (self.ax, self.ay, self.bx, self.by))
        turns = [
            (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
            for cx, cy in ((x, y), (far_x, y), (x, far_y), (far_x, far_y))
        ]
        apart = np.all([t > 0 for t in turns], axis=0) | np.all([t < 0 for t in turns], axis=0)
        return edges[~apart]

    def node(self, edges, inside, x, y, side):
        """The word of a square: a polygon, a leaf or four squares."""
        if len(edges) == 0:
            return min(inside, default=NONE)
        if len(edges) <= LEAF_EDGES or side <= LEAF_SIDE:
            return self.leaf(edges, inside)
        at = len(self.nodes)
        self.nodes += [0] * 4
        half = side // 2
        for child, (cx, cy) in enumerate(
            ((x, y), (x + half, y), (x, y + half), (x + half, y + half))
        ):
            held = self.walked(edges, inside, (x, y), (cx, cy))
            self.nodes[at + child] = self.node(
                self.meeting(edges, cx, cy, half), held, cx, cy, half
            )
        return 0x40000000 | at

    def leaf(self, edges, inside):
        owners = self.owner[edges]
        cut = np.nonzero((np.diff(owners) != 0) | (np.diff(self.vertex[edges]) != 1))[0] + 1
        runs = []
        for piece in np.split(edges, cut):
            for i in range(0, len(piece), RUN_MAX):
                part = piece[i : i + RUN_MAX]
                runs.append((int(self.vertex[part[0]]), int(self.owner[part[0]]), len(part)))
        near = sorted({int(s) for pair in self.sides[edges] for s in pair} - {NONE})
        base = min((p for p in inside if p not in near), default=NONE)
        at = len(self.leaves)
        assert len(near) < 256 and len(runs) < 256
        self.leaves.append(base | len(near) << 16 | len(runs) << 24)
        self.leaves += [p << 1 | (p in inside) for p in near]
        for vertex, owner, count in runs:
            assert owner < 1 << 24
            self.leaves += [vertex, owner << 8 | count]
        return 0x80000000 | at

    def grid(self):
        out = []
        everything = np.arange(len(self.ax))
        start = self.walked(everything, frozenset(), (-1, -1), (0, 0))
        for row in range(ROWS):
            band = everything[
                (np.maximum(self.ay, self.by) >= row * CELL)
                & (np.minimum(self.ay, self.by) <= (row + 1) * CELL)
            ]
            held = start
            for column in range(COLUMNS):
                x, y = column * CELL, row * CELL
                edges = self.meeting(band, x, y, CELL)
                out.append(self.node(edges, held, x, y, CELL))
                held = self.walked(edges, held, (x, y), (x + CELL, y))
            west = self.meeting(band, 0, row * CELL, CELL)
            start = self.walked(west, start, (0, row * CELL), (0, (row + 1) * CELL))
        return out


def plane(name, polygons, area_m2):
    """The sections of a map; `polygons` is [(number, rings)], of several that hold a place the
    least number is told."""
    arcs = [
        (left, right, with_short_edges(thinned(points, area_m2)))
        for left, right, points in arcs_of(edges_of(polygons))
    ]
    tree = Tree(arcs)
    grid = tree.grid()
    points = [p for arc in tree.arcs for p in arc]
    print(f"{name}: {len(arcs)} arcs, {len(points)} points, {len(tree.nodes)} nodes, "
          f"{len(tree.leaves)} words of leaves")
    return {
        f"{name}_grid": array("I", grid),
        f"{name}_nodes": array("I", tree.nodes),
        f"{name}_leaves": array("I", tree.leaves),
        f"{name}_sides": array("H", [s for a in arcs for s in (a[0], a[1])]),
        f"{name}_x": array("I", [p[0] // UNIT for p in points]),
        f"{name}_y": array("I", [p[1] // UNIT for p in points]),
    }
