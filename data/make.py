#!/usr/bin/env python3
"""Makes gazetteer.xz of its sources, on purpose only: data/make.py [CACHE]

Needs Debian's python3-numpy, python3-shapely, python3-pip and opencc. Fetches what sources.txt
lists into CACHE (build/sources) unless it is there. data/README.md says what is made of what.
"""

import json
import lzma
import math
import pathlib
import sys
import warnings
from array import array

import numpy as np
from shapely.geometry import Point, Polygon

import places as places_of
import provinces as provinces_of
from chinese import Simplifier, is_han
from districts import set_districts
from plane import NONE, plane
from sources import Sources

HERE = pathlib.Path(__file__).resolve().parent
OUT = HERE / "gazetteer.xz"
PROVINCE_AREA_M2, SEA_AREA_M2 = 200_000, 1
RAW = ("B", "H", "I")  # arrays kept as they are; of others the differences are


def table(name):
    """{key: Chinese} of a file beside this one."""
    lines = (HERE / name).read_text(encoding="utf-8").splitlines()
    return dict(l.split("\t") for l in lines if l and not l.startswith("#"))


def in_tree_order(members):
    """The places of a province as a balanced tree of three dimensions, which lies in the order of
    its places: the middle one of a range divides it. Answers [(place, axis)]."""
    if not members:
        return []
    # As unpack.py lays them out, or what is equal there would not be in order.
    lon, lat = (
        np.radians([round((getattr(p, of) + turn) * 1e4) * 1e-4 - turn for p in members])
        for of, turn in (("lon", 180), ("lat", 90))
    )
    flat = np.cos(lat)
    at = np.array([flat * np.cos(lon), flat * np.sin(lon), np.sin(lat)], dtype=np.float32).T
    out = [None] * len(members)

    def fill(indices, low):
        if len(indices) == 0:
            return
        here = at[indices]
        axis = int(np.argmax(here.max(axis=0) - here.min(axis=0)))
        indices = indices[np.argsort(here[:, axis], kind="stable")]
        middle = len(indices) // 2
        out[low + middle] = (members[indices[middle]], axis)
        fill(indices[:middle], low)
        fill(indices[middle + 1 :], low + middle + 1)

    fill(np.arange(len(members)), 0)
    return out


def labels(points):
    return {
        "x": array("I", [round((lon + 180) * 1e4) for lon, _ in points]),
        "y": array("I", [round((lat + 90) * 1e4) for _, lat in points]),
    }


def text(rows):
    assert not any("\n" in r or len(r.encode()) > 255 for r in rows)
    return "\n".join(rows)


def names(prefix, rows):
    """Sections of [(English, Chinese)]."""
    return {f"{prefix}_en": text([r[0] for r in rows]), f"{prefix}_zh": text([r[1] for r in rows])}


def label_of_sea(parts):
    """A place in the largest of its polygons, each of which is one ring."""
    shapes = [Polygon(ring).buffer(0) for ring in parts]
    largest = max(shapes, key=lambda s: s.area)
    at = largest.representative_point() if largest.area > 0 else Point(parts[0][0])
    return at.x, at.y


def around_in_chinese(number, seas, at, chinese):
    """What a water without a Chinese name lies in that has one."""
    for name, _, parts in seas[number + 1 :]:
        if name in chinese and any(Polygon(ring).buffer(0).contains(Point(at)) for ring in parts):
            return chinese[name]
    return ""


def sea_sections(seas, chinese):
    """`seas` is [(name, square degrees, polygons)], the least first, which wins."""
    points = [label_of_sea(parts) for _, _, parts in seas]
    polygons = [(i, [part]) for i, (_, _, parts) in enumerate(seas) for part in parts]
    rows = [
        (" ".join(n.split()), chinese.get(n) or around_in_chinese(i, seas, points[i], chinese))
        for i, (n, _, _) in enumerate(seas)
    ]
    missing = [n for n, size, _ in seas if size > 10 and n not in chinese]
    print(f"seas without a Chinese name: {missing}")
    sections = plane("sea_map", polygons, SEA_AREA_M2)
    at = labels(points)
    return {**sections, **names("sea", rows), "sea_x": at["x"], "sea_y": at["y"]}


def province_sections(all_provinces, admin1, simplify, sources):
    codes = sorted({p.country for p in all_provinces} - {""})
    country_names = provinces_of.countries(codes, sources)
    regions = sorted({(p.country, p.region) for p in all_provinces if p.region})
    chinese = table("regions_zh.tsv")
    region_rows = []
    for country, region in regions:
        code = f"{country}.{region}"
        region_rows.append((admin1.get(code, ""), chinese.get(code, "")))
    print("regions without a Chinese name:",
          [f"{c}.{r} {n[0]}" for (c, r), n in zip(regions, region_rows) if not n[1]])

    def of_region(r):
        return [p for p in all_provinces if (p.country, p.region) == r]

    def of_country(c):
        return [p for p in all_provinces if p.country == c]

    at = labels([provinces_of.label_of(of_country(c)) for c in codes])
    at_region = labels([provinces_of.label_of(of_region(r)) for r in regions])
    at_province = labels([p.label for p in all_provinces])
    rows = [
        ("", "") if p.country in provinces_of.OUTDATED else (p.name(admin1), simplify(p.zh))
        for p in all_provinces
    ]
    polygons = [(p.number, rings) for p in all_provinces for rings in p.parts]
    return {
        **plane("province_map", polygons, PROVINCE_AREA_M2),
        **names("country", [country_names[c] for c in codes]),
        "country_x": at["x"], "country_y": at["y"],
        **names("region", region_rows),
        "region_x": at_region["x"], "region_y": at_region["y"],
        "region_country": array("H", [codes.index(c) for c, _ in regions]),
        **names("province", rows),
        "province_x": at_province["x"], "province_y": at_province["y"],
        "province_country": array("H", [
            codes.index(p.country) if p.country else NONE for p in all_provinces
        ]),
        "province_region": array("H", [
            regions.index((p.country, p.region)) if p.region else NONE for p in all_provinces
        ]),
        # 1: the district of a place is told as its province
        "province_flags": array("B", [p.country in provinces_of.OUTDATED for p in all_provinces]),
        "province_places": array("I", [len(p.places) for p in all_provinces]),
    }


def place_sections(all_provinces, districts):
    ordered = [entry for p in all_provinces for entry in in_tree_order(p.places)]
    at = labels([(p.lon, p.lat) for p, _ in ordered])
    return {
        "place_x": at["x"], "place_y": at["y"],
        "place_size": array("B", [p.size for p, _ in ordered]),
        "place_flags": array("B", [  # 3: the axis, 4: the seat of a country or a province
            axis | 4 * (p.feature in places_of.SEATS) for p, axis in ordered
        ]),
        "place_district": array("H", [p.district for p, _ in ordered]),
        "place_en": text([p.name for p, _ in ordered]),
        "place_zh": text([p.zh for p, _ in ordered]),
        **names("district", districts),
    }


def packed(value):
    """(kind, count, bytes) of a section; unpack.py is the way back."""
    if isinstance(value, str):
        data = value.encode()
        return "text", len(data), data
    if value.typecode in "BH" or len(value) == 0:
        return value.typecode, len(value), value.tobytes()
    steps = [b - a for a, b in zip([0, *value], value)]
    plain = array("I", [(s << 1 ^ s >> 63) & 0xFFFFFFFF for s in steps])
    return "steps", len(value), b"".join(plain.tobytes()[i::4] for i in range(4))


def write(sections):
    head, body = [], b""
    for name, value in sections.items():
        raw = name.endswith(("_grid", "_nodes", "_leaves"))
        kind, count, data = ("I", len(value), value.tobytes()) if raw else packed(value)
        head.append([name, kind, count, len(data)])
        body += data
    whole = json.dumps(head).encode() + b"\n" + body
    OUT.write_bytes(lzma.compress(whole, preset=9 | lzma.PRESET_EXTREME))
    print(f"{OUT}: {OUT.stat().st_size} bytes")


def main():
    warnings.filterwarnings("ignore", category=DeprecationWarning)
    assert sys.byteorder == "little", "the sections are kept as this machine has them"
    sources = Sources(sys.argv[1] if len(sys.argv) > 1 else HERE.parent / "build" / "sources")
    admin1, admin2 = (
        {row["code"]: row["name"] for row in sources.json("cities", f"package/admin{n}.json")}
        for n in (1, 2)
    )
    features = sources.json("provinces", "package/data/states/admin1.json")["features"]
    all_provinces = [provinces_of.Province(i, f) for i, f in enumerate(features)]
    natural = sources.json("map", "blips/data/basemap.json.gz")

    everything = places_of.put_into_provinces(places_of.read(sources), all_provinces)
    provinces_of.find_regions(all_provinces)
    tagged = [(c[0], c[1], c[3], c[4].get("zh", "")) for c in natural["cities"]]
    tagged = [t for t in tagged if is_han(t[3])]
    simplify = Simplifier(
        {a.replace("・", "·").replace("－", "-") for p in everything for a in p.alternates}
        | {p.zh for p in all_provinces} | {t[3] for t in tagged}
    )
    places_of.name_in_chinese(everything, tagged, simplify)
    named = sum(bool(p.zh) for p in everything)
    print(f"{len(everything)} places, {named} of them with a Chinese name")
    districts = set_districts(
        everything, admin1, admin2, table("districts_zh.tsv"), provinces_of.OUTDATED
    )
    print(f"{len(districts)} districts, {sum(bool(d[1]) for d in districts)} in Chinese")
    write({
        **province_sections(all_provinces, admin1, simplify, sources),
        **place_sections(all_provinces, districts),
        **sea_sections(natural["marine"], table("seas_zh.tsv")),
    })


if __name__ == "__main__":
    main()
