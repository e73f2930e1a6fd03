"""data/unpack.py: what it makes of a small file like data/gazetteer.xz."""

import json
import lzma
import pathlib
import subprocess
import sys
from array import array

import pytest

DATA = pathlib.Path(__file__).resolve().parents[2] / "data"
sys.path.insert(0, str(DATA))

import unpack  # noqa: E402


def steps(values):
    """As data/make.py keeps numbers: differences, zigzag, their bytes apart."""
    apart = [b - a for a, b in zip([0, *values], values)]
    plain = array("I", [(s << 1 ^ s >> 63) & 0xFFFFFFFF for s in apart]).tobytes()
    return b"".join(plain[i::4] for i in range(4))


@pytest.fixture
def packed(tmp_path):
    """packed({name: value}): the path of a file that holds texts, steps and arrays."""

    def write(sections):
        head, body = [], b""
        for name, value in sections.items():
            if isinstance(value, str):
                kind, count, data = "text", len(value.encode()), value.encode()
            elif isinstance(value, list):
                kind, count, data = "steps", len(value), steps(value)
            else:
                kind, count, data = value.typecode, len(value), value.tobytes()
            head.append([name, kind, count, len(data)])
            body += data
        path = tmp_path / "small.xz"
        path.write_bytes(lzma.compress(json.dumps(head).encode() + b"\n" + body))
        return path

    return write


def world():
    """One country of two provinces, a sea, and three places."""
    plane = {"grid": array("I", [0]), "nodes": array("I"), "leaves": array("I"),
             "sides": array("H", [0, 0xFFFF]), "x": [1, 2, 1], "y": [1, 1, 2]}
    sections = {f"{name}_{part}": value for name in ("province_map", "sea_map")
                for part, value in plane.items()}
    for kind, english, chinese in (
        ("country", "Land", "地"), ("sea", "Öd Sea", ""), ("region", "", ""),
        ("province", "North\nSouth", "北\n"), ("place", "Big\nSmall\nMid", "大\n\n"),
        ("district", "\nShire", "\n郡"),
    ):
        count = english.count("\n") + 1
        sections |= {f"{kind}_en": english, f"{kind}_zh": chinese,
                     f"{kind}_x": [1_800_000] * count,
                     f"{kind}_y": [900_000 + i for i in range(count)]}
    return sections | {
        "region_country": array("H", [0]), "province_country": array("H", [0, 0]),
        "province_region": array("H", [0xFFFF, 0xFFFF]), "province_flags": array("B", [0, 1]),
        "province_places": [1, 2], "place_size": array("B", [130, 0, 90]),
        "place_flags": array("B", [0, 4, 1]), "place_district": array("H", [0, 1, 1]),
    }


def test_numbers_come_back(packed):
    values = [3_600_000, 0, 1, 1, 4_294_967, 70_000]
    assert list(unpack.read(packed({"v": values}))["v"]) == values
    assert unpack.read(packed({"t": "a\n\nü"}))["t"] == ["a", "", "ü"]


@pytest.mark.parametrize("text, key", [
    ("São Paulo", "sao paulo"), ("Łódź", "lodz"), ("Straße", "strasse"), ("İzmir", "izmir"),
    ("昆明", "昆明"),
])
def test_keys(text, key):
    assert unpack.folded(text) == key


def test_ranks_are_by_kind_and_people(packed):
    s = unpack.read(packed(world()))
    # Land; the sea; South, where 31,000 live in a place, behind North with 3 million; the places.
    assert [hex(rank) for rank in unpack.ranking(s)] == [
        "0x0", "0x10000000", "0x30000000", "0x30000001", "0x40000000", "0x40000002", "0x40000001"]


def test_every_rank_lies_in_a_cell_and_has_a_line(packed):
    s = unpack.read(packed(world()))
    ranks = unpack.ranking(s)
    begins, members = unpack.cells(s, ranks)
    assert len(begins) == unpack.COLUMNS * unpack.ROWS + 1 and begins[-1] == len(ranks)
    assert sorted(members) == list(range(len(ranks)))
    text, lines = unpack.search_text(s, ranks)
    assert text.startswith("\nland\t地\nod sea\t\nnorth\t北".encode())
    assert [text[at:at + 1] for at in lines[:-1]] == [b"\n"] * len(ranks)
    assert lines[-1] == len(text) - 1


@pytest.fixture
def table(tmp_path):
    """table(lines): the path of a list of our own."""

    def write(*lines):
        path = tmp_path / "table.tsv"
        path.write_text("".join(f"{line}\n" for line in ("# what it is", *lines)))
        return path

    return write


def test_names_are_corrected(packed, table):
    s = unpack.read(packed(world()))
    s["district_en"][1] = "Shire  of   Big"
    unpack.correct(table("place\tSmall\t\tLittle\t小", "province\tNorth\t北\tNorth\t北省"), s)
    assert s["place_en"] == ["Big", "Little", "Mid"] and s["place_zh"] == ["大", "小", ""]
    assert s["province_zh"] == ["北省", ""] and s["district_en"] == ["", "Shire of Big"]
    with pytest.raises(AssertionError, match="there is no place"):
        unpack.correct(table("place\tSmall\t\tLittle\t小"), s)


def test_strays_go_from_south_to_north(packed, table):
    s = unpack.read(packed(world()))
    s["place_y"] = array("I", [900_002, 900_001, 900_000])
    assert list(unpack.strays(table("0\tBig\tLand\tin Other", "2\tMid\tLand\tin none"), s)) == \
        [2, 0]


def test_moved_places_are_named(packed, table):
    s = unpack.read(packed(world()))
    rows = ["2\t0\tMid\tNorth\tin South", "1\t0\tSmall\tNorth\tin South"]
    assert list(unpack.moved(table(*rows), s)) == [1, 0, 2, 0]
    with pytest.raises(AssertionError):
        unpack.moved(table("2\t1\tMid\tNorth\tin South"), s)


def test_the_assembly_says_where_each_section_lies(packed, table, tmp_path):
    binary, assembly = tmp_path / "g.bin", tmp_path / "g.S"
    subprocess.run([sys.executable, DATA / "unpack.py", packed(world()), table(), table(), table(),
                    binary, assembly], check=True)
    data, lines = binary.read_bytes(), assembly.read_text().splitlines()
    at = lines.index("gazetteer_names:")
    _, begin, length = lines[at + 1].rsplit(maxsplit=2)
    names = data[int(begin.rstrip(",")):][:int(length)]
    assert names.startswith(b"\0") and b"\x04Land" in names and "\x03大".encode() in names
    assert lines[lines.index("gazetteer_place_nodes_count:") + 1].split() == [".4byte", "3"]
    assert int(begin.rstrip(",")) % 64 == 0
