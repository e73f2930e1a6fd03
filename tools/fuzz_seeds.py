#!/usr/bin/env python3
"""Writes the seeds of a fuzzer.

usage: fuzz_seeds.py NAME DIRECTORY

Of a protocol a file for each session of its vectors: its frames behind one another, as a connection
would receive them. Of chunk the block that src/store/chunk.c draws, as its fuzzer takes it.
"""

import json
import pathlib
import sys

# A byte for the way, the count in two, and the columns of that block.
CHUNK = (
    "00 04 00 c6 20 60 ca 81 f5 82 06 41 e0 03 01 00 68 70 82 7b 40 42 da 7e 04 39 00 86 fc 3e c4"
    "81 86 eb 3f"
)


def main() -> int:
    if len(sys.argv) != 3:
        sys.stderr.write(__doc__)
        return 2
    name, directory = sys.argv[1], pathlib.Path(sys.argv[2])
    directory.mkdir(parents=True, exist_ok=True)
    if name == "chunk":
        (directory / "drawn").write_bytes(bytes.fromhex(CHUNK))
        return 0
    vectors = pathlib.Path(__file__).parent.parent / "src" / "protocols" / f"{name}_vectors.jsonl"
    for number, line in enumerate(vectors.read_text(encoding="utf-8").splitlines(), 1):
        stream = b"".join(bytes.fromhex(frame) for frame in json.loads(line)["frames"])
        (directory / f"{number:03}").write_bytes(stream)
    return 0


if __name__ == "__main__":
    sys.exit(main())
