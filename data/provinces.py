"""Countries, regions and provinces: the polygons of Natural Earth under the codes of ISO 3166."""

import math
from collections import Counter, defaultdict

from unpack import folded

# Territories with a code of their own that Natural Earth files under their state.
OWN_CODE = {"FR-GF": "GF", "FR-GP": "GP", "FR-MQ": "MQ", "FR-RE": "RE", "FR-YT": "YT",
            "NO-21": "SJ", "NO-22": "SJ", "NL-BQ1": "BQ", "NL-BQ2": "BQ", "NL-BQ3": "BQ",
            "-99-X15~": "CC", "-99-X14~": "CX"}
NO_CODE = {"PGA", "KAS"}  # claimed by several, and by no code of ISO 3166-2: no country is told
# Their first level today is GeoNames's; Natural Earth's is an older one.
OUTDATED = {"KE", "CD", "LU", "MA", "NP", "GH"}
# Natural Earth's level is the second one of GeoNames: the first one is a region above it.
NESTED_PURITY, NESTED_INVERSE = 0.93, 0.6
NOT_NESTED = {"AX", "NO", "TW"}
ENGLISH = {
    "BN": "Brunei", "CD": "DR Congo", "CG": "Congo", "CI": "Ivory Coast", "CN": "China",
    "CZ": "Czechia", "FK": "Falkland Islands", "FM": "Micronesia", "GB": "United Kingdom",
    "GM": "Gambia", "IR": "Iran", "KR": "South Korea", "LA": "Laos", "MD": "Moldova",
    "MK": "North Macedonia", "MO": "Macau", "PS": "Palestine", "RE": "Réunion", "RU": "Russia",
    "SY": "Syria", "TR": "Turkey", "TW": "Taiwan", "TZ": "Tanzania", "US": "United States",
    "VA": "Vatican City", "VG": "British Virgin Islands", "VI": "US Virgin Islands",
    "NL": "Netherlands",
}
CHINESE = {"EH": "西撒哈拉", "ID": "印度尼西亚", "SH": "圣赫勒拿", "TW": "台湾", "BQ": "荷兰加勒比区"}


def country_code(p):
    iso = p.get("iso_3166_2") or ""
    if p["adm0_a3"] in NO_CODE:
        return ""
    if iso in OWN_CODE:
        return OWN_CODE[iso]
    for code in (p.get("gn_a1_code") or "", iso, p.get("iso_a2") or ""):
        if len(code) >= 2 and code[:2].isalpha() and (len(code) == 2 or code[2] in ".-"):
            return code[:2]
    return ""


class Province:
    def __init__(self, number, feature):
        p = feature["properties"]
        shape = feature["geometry"]
        self.number = number
        self.p = p
        self.parts = (
            [shape["coordinates"]] if shape["type"] == "Polygon" else shape["coordinates"]
        )
        self.country = country_code(p)
        self.label = (float(p.get("longitude") or 0), float(p.get("latitude") or 0))
        if not any(self.label):
            ring = self.parts[0][0]
            self.label = tuple(sum(c) / len(ring) for c in zip(*ring))
        self.region = ""  # a code of GeoNames where this lies in a region
        self.zh = (p.get("name_zh") or "").replace("－", "-")
        self.places = []
        west, east = (f(pt[0] for part in self.parts for pt in part[0]) for f in (min, max))
        south, north = (f(pt[1] for part in self.parts for pt in part[0]) for f in (min, max))
        self.box = (west, south, east, north)
        self.weight = (east - west) * (north - south) * math.cos(math.radians(self.label[1]))

    def name(self, admin1):
        """The English name; that of Wikipedia (name_en) only where another source has it."""
        p = self.p
        english, plain = p.get("name_en") or "", p.get("name") or ""
        official = admin1.get(p.get("gn_a1_code") or "", "")
        others = folded(" | ".join(str(p.get(k) or "") for k in (
            "name", "gn_name", "woe_name", "name_alt", "gns_name"))) + " | " + folded(official)
        if english and folded(english) in others:
            return english
        return official or plain or english


def countries(codes, sources):
    """{code: (English, Chinese)}"""
    english, chinese = (
        sources.json("countries", f"package/langs/{language}.json")["countries"]
        for language in ("en", "zh")
    )
    out = {}
    for code in codes:
        name = english[code]
        name = name if isinstance(name, str) else name[0]
        out[code] = (ENGLISH.get(code, name), CHINESE.get(code, chinese[code]))
    return out


def find_regions(provinces):
    """Sets the region of the provinces that lie in one: of their places the same code says so."""
    by_country = defaultdict(list)
    for p in provinces:
        by_country[p.country].append(p)
    for country, members in by_country.items():
        counts = {p.number: Counter(place.admin1 for place in p.places) for p in members}
        total = sum(sum(c.values()) for c in counts.values())
        if len(members) < 2 or not total or country in NOT_NESTED or country in OUTDATED:
            continue
        most = sum(c.most_common(1)[0][1] for c in counts.values() if c)
        inverse = defaultdict(Counter)
        for number, c in counts.items():
            for code, n in c.items():
                inverse[code][number] += n
        back = sum(max(c.values()) for c in inverse.values())
        if most / total < NESTED_PURITY or back / total >= NESTED_INVERSE:
            continue
        print(f"{country}: {len(members)} provinces in {len(inverse)} regions")
        for p in members:
            near = counts[p.number] or nearest_counts(p, members, counts)
            p.region = near.most_common(1)[0][0]


def nearest_counts(p, members, counts):
    def away(m):
        return math.dist(m.label, p.label) if counts[m.number] else math.inf

    return counts[min(members, key=away).number]


def label_of(members):
    """The label of what provinces make up: that of the one nearest to their middle."""
    whole = sum(m.weight for m in members) or 1
    middle = [sum(m.label[i] * m.weight for m in members) / whole for i in (0, 1)]
    return min(members, key=lambda m: math.dist(m.label, middle)).label
