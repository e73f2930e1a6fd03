#!/usr/bin/env python3
"""Makes distances.txt, with Debian's python3-geographiclib: make_distances.py > distances.txt

A line is a pair of points, in degrees * 1e7, and the length of the geodesic on the WGS-84
ellipsoid between them in tenths of a millimetre. The same pairs come out every time.
"""

import random

from geographiclib.geodesic import Geodesic

E7 = 10**7
PAIRS = 30  # of each reach
REACHES_M = [1, 10, 100, 1000, 10_000, 100_000, 300_000, 1_000_000]
FAR_M = [3_000_000, 10_000_000, 15_000_000, 19_000_000]
NAMED = [
    ((0, 0), (0, 0)),
    ((90, 180), (90, -180)),  # a pole has no longitude
    ((90, 0), (-90, 0)),
    ((0, -180), (0, 180)),  # one meridian by two names
    ((0, -180), (0, 0)),
    ((0, 0), (0, 179.5)),
    ((0.25, 0), (0.25, 179.75)),
    ((45, 10), (-45, -170)),
    ((12.3456789, 10), (-12.3456789, -170)),
    ((30, 0), (-29.7, 179.6)),
    ((0, 0), (1, 0)),
    ((0, 0), (0, 1)),
    ((89, 0), (90, 0)),
    ((89.99999, 0), (89.99999, 180)),
    ((-89.9, 20), (-89.9, -100)),
    ((0, 179.5), (0, -179.5)),
    ((-17.5, 179.999), (-17.5004, -179.999)),
    ((60, 0), (60, 1)),
    ((22.5, 113.9), (22.5, 117.47)),
    ((52.52, 13.405), (31.2304, 121.4737)),
    ((0, 0), (0.0000001, 0)),
    ((0, 0), (0, 0.0000009)),
    ((44.9999999, 7), (45, 7)),
]


def as_e7(degrees):
    return round(degrees * E7)


def line(lat_a, lon_a, lat_b, lon_b):
    """Of the points as they are stored, whatever they were meant to be."""
    ends = [lat_a, lon_a, lat_b, lon_b]
    metres = Geodesic.WGS84.Inverse(*(e7 / E7 for e7 in ends))["s12"]
    return " ".join(map(str, [*ends, round(metres * 10_000)]))


def random_line(rng, reach_m):
    lat, lon = rng.uniform(-90, 90), rng.uniform(-180, 180)
    metres = reach_m * rng.uniform(0.3, 1)
    end = Geodesic.WGS84.Direct(lat, lon, rng.uniform(-180, 180), metres)
    return line(as_e7(lat), as_e7(lon), as_e7(end["lat2"]), as_e7(end["lon2"]))


def main():
    rng = random.Random(1942)
    print("# lat_e7 lon_e7 lat_e7 lon_e7 distance_m_e4, by make_distances.py")
    for a, b in NAMED:
        print(line(*map(as_e7, a), *map(as_e7, b)))
    for reach_m in REACHES_M + FAR_M:
        for _ in range(PAIRS):
            print(random_line(rng, reach_m))


if __name__ == "__main__":
    main()
