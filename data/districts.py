"""The level between a place and its province, by GeoNames's second one."""

import re

from chinese import ENDINGS
from unpack import folded

SEATS = {"PPLC", "PPLA", "PPLA2"}
# Whose seats often lie in no second level, or in another one's, by GeoNames's codes.
SEATS_BY_PROVINCE = {"CN"}
# What pinyin and romaji call a level, and its character.
LEVELS = ((" Shi", "市"), (" Diqu", "地区"), (" Xian", "县"), (" Qu", "区"))


class Districts:
    """Numbers for (English, Chinese), 0 being none."""

    def __init__(self):
        self.rows, self.numbers = [("", "")], {("", ""): 0}

    def number(self, row):
        if row not in self.numbers:
            self.numbers[row] = len(self.rows)
            self.rows.append(row)
        return self.numbers[row]


def seat_names(places, code_of):
    """Of each code, {folded English: Chinese} of the towns that may have given it its name."""
    out = {}
    for p in places:
        if p.zh and p.feature in SEATS:
            out.setdefault(code_of(p), {})[folded(p.name)] = p.zh
    return out


def in_chinese(english, country, seats):
    """What a district is called after its seat; "" where it is called otherwise."""
    base, character = english, "市" if country == "CN" else ""
    for ending, its in LEVELS:
        if country in ("CN", "JP", "TW") and english.endswith(ending):
            base, character = english[: -len(ending)], its
    base = re.sub(r" (County|City|District|Prefecture)$", "", base)
    chinese = seats.get(folded(base), "")
    for ending in ENDINGS if character else ():
        if chinese.endswith(ending) and len(chinese) > len(ending) + 1:
            chinese = chinese[: -len(ending)]
            break
    return chinese and chinese + character


def set_districts(places, admin1, admin2, own, outdated):
    """Gives each place the number of its district. `own` has Chinese names by code. In the
    countries of `outdated` it is that of the first level, which is told in place of the
    province."""
    def code1(p):
        return f"{p.country}.{p.admin1}"

    def code2(p):
        return f"{p.country}.{p.admin1}.{p.admin2}"

    table = Districts()
    seats1, seats2 = seat_names(places, code1), seat_names(places, code2)
    towns = seat_names([p for p in places if p.country in SEATS_BY_PROVINCE], code1)
    for p in places:
        code, names, seats = code2(p), admin2, seats2
        if p.country in outdated:
            code, names, seats = code1(p), admin1, seats1
        english = names.get(code, "")
        chinese = own.get(code, "")
        for towns_near in (seats.get(code, {}), towns.get(code1(p), {})):
            chinese = chinese or in_chinese(english, p.country, towns_near)
        p.district = table.number((english, chinese))
        is_seat = p.feature in SEATS and folded(english).split(" ")[0] == folded(p.name)
        if is_seat and not p.zh and chinese.endswith("市"):
            p.zh = chinese[:-1]
    return table.rows
