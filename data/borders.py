"""Lines between provinces: those of countries, and those within them.

Two provinces that touch share their edges in the source, so that a line is what two of them have.
"""

import math
from collections import defaultdict

from tiler import project

# Their borders with the state that they belong to are drawn as those of its provinces.
OF_STATE = {"HK": "CN", "MO": "CN"}
# A line shows from the zoom on at which the smaller of its two sides is so wide, in pixels.
WIDTH_PX, TILE_PX, ZOOM_MIN = 56, 512, 4


def neighbours(provinces):
    """{(province, province): edges between them}"""
    owners = defaultdict(list)
    for p in provinces:
        for part in p.parts:
            for ring in part:
                points = [(lon, lat) for lon, lat, *_ in ring]
                for a, b in zip(points, points[1:]):
                    if a != b:
                        owners[(a, b) if a < b else (b, a)].append(p.number)
    out = defaultdict(list)
    for edge, sides in owners.items():
        if len(set(sides)) == 2:
            out[tuple(sorted(set(sides)))].append(edge)
    return out


def chained(edges):
    """The edges as lines that are as long as may be."""
    at = defaultdict(list)
    for edge in edges:
        for end in edge:
            at[end].append(edge)
    left, lines = set(edges), []
    ends = [p for p, of in at.items() if len(of) != 2]
    for start in [*ends, *at]:
        while True:
            line, here = [start], start
            while True:
                edge = next((e for e in at[here] if e in left), None)
                if edge is None or (here != start and len(at[here]) != 2):
                    break
                left.discard(edge)
                here = edge[1] if edge[0] == here else edge[0]
                line.append(here)
            if len(line) < 2:
                break
            lines.append(line)
    return lines


def span_of(members):
    """About how wide they are together, in worlds."""
    whole = 0
    for p in members:
        for part in p.parts:
            points = [project(lon, lat) for lon, lat, *_ in part[0]]
            whole += abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(points, points[1:]))) / 2
    return math.sqrt(whole)


def zoom_of(span, width_px):
    """From where on something is as wide as that."""
    return math.ceil(math.log2(width_px / TILE_PX / max(span, 1e-9)))


def lines(provinces, region_of):
    """Yields (is of countries, first zoom, line of degrees)."""
    state = {p.number: OF_STATE.get(p.country, p.country) for p in provinces}
    groups = defaultdict(list)  # what is told apart: a region, or a province that is in none
    for p in provinces:
        groups[region_of[p.number], p.number if region_of[p.number] is None else 0].append(p)
    span = {p.number: span_of(of) for of in groups.values() for p in of}
    own = {p.number: span_of([p]) for p in provinces}
    for (a, b), edges in neighbours(provinces).items():
        is_country = state[a] != state[b]
        is_inner = region_of[a] is not None and region_of[a] == region_of[b]
        if is_inner and not is_country:
            continue
        wide = own if is_inner else span
        zoom = 0 if is_country else max(ZOOM_MIN, zoom_of(min(wide[a], wide[b]), WIDTH_PX))
        for line in chained(edges):
            yield is_country, zoom, line
