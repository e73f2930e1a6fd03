#!/usr/bin/env python3
"""Lays out basemap.xz and the styles of the map as the program reads them:

    data/unpack_basemap.py IN STYLE BIN ASSEMBLY

BIN holds the sections one behind the other, ASSEMBLY gives each a symbol of its own; their types
are in src/map/map_data.h. The build runs it.
"""

import gzip
import hashlib
import json
import lzma
import pathlib
import struct
import sys
from itertools import accumulate

TAG_DIGITS = 16
HEAD = "<BI"


def unpacked(path):
    """(a number for each place from zoom 0 on, 0 where there is no tile; the tiles from 1 on)."""
    data = lzma.decompress(path.read_bytes())
    zoom_max, count = struct.unpack_from(HEAD, data)
    places, at = sum(4**zoom for zoom in range(zoom_max + 1)), struct.calcsize(HEAD)
    numbers = struct.unpack_from(f"<{places}H", data, at)
    at += 2 * places
    lengths = struct.unpack_from(f"<{count}I", data, at)
    begins = list(accumulate(lengths, initial=at + 4 * count))
    return numbers, [b"", *(data[b : b + n] for b, n in zip(begins, lengths))]


def filled(part, words):
    """The part of a style with the words in it, as "@land", replaced."""
    if isinstance(part, dict):
        return {key: filled(value, words) for key, value in part.items()}
    if isinstance(part, list):
        return [filled(value, words) for value in part]
    if isinstance(part, str) and part.startswith("@"):
        return words[part[1:]]
    return part.replace("@version", words["version"]) if isinstance(part, str) else part


def styles(path, version):
    """{symbol: JSON}: of each theme one a language, and one of an operator's pictures."""
    source = json.loads(path.read_text(encoding="utf-8"))
    out = {}
    for theme, palette in source["palettes"].items():
        words = {**palette, "fonts": source["fonts"], "version": version, "raster": "@raster"}
        for language, names in source["names"].items():
            out[f"style_{theme}_{language}"] = filled(source["vector"], {**words, "names": names})
        out[f"style_{theme}_raster"] = filled(source["raster"], words)
    return {k: json.dumps(style, separators=(",", ":")).encode() for k, style in out.items()}


def sections(tiles_path, style_path):
    """(name, bytes, how many elements)"""
    numbers, tiles = unpacked(tiles_path)
    version = hashlib.sha256(b"".join(tiles)).hexdigest()[:TAG_DIGITS]
    packed = [b"", *(gzip.compress(tile, 9, mtime=0) for tile in tiles[1:])]
    begins = list(accumulate(map(len, packed), initial=0))
    index = b"".join(struct.pack("=II", begins[n], len(packed[n])) for n in numbers)
    yield "tile_index", index, len(numbers)
    yield "tiles", b"".join(packed), begins[-1]
    yield "version", version.encode() + b"\0", TAG_DIGITS
    for name, text in styles(style_path, version).items():
        yield name, text + b"\0", len(text)


def main():
    source, style, binary, assembly = (pathlib.Path(a).resolve() for a in sys.argv[1:])
    lines, at = ['    .section .rodata'], 0
    with open(binary, "wb") as out:
        for name, data, count in sections(source, style):
            gap = -at % 64
            out.write(b"\0" * gap + data)
            at += gap
            for symbol in (f"map_{name}", f"map_{name}_count"):
                lines += [f"    .globl {symbol}", f"    .type {symbol}, %object"]
            lines += [
                "    .balign 64",
                f"map_{name}:",
                f'    .incbin "{binary}", {at}, {len(data)}',
                f"    .size map_{name}, {len(data)}",
                "    .balign 4",
                f"map_{name}_count:",
                f"    .4byte {count}",
                f"    .size map_{name}_count, 4",
            ]
            at += len(data)
    lines.append('    .section .note.GNU-stack, "", %progbits')
    assembly.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
