#!/usr/bin/env python3
"""Writes the sessions of a protocol's vectors as seeds for its fuzzer.

usage: fuzz_seeds.py NAME DIRECTORY

A file a session: its frames behind one another, as a connection would receive them.
"""

import json
import pathlib
import sys


def main() -> int:
    if len(sys.argv) != 3:
        sys.stderr.write(__doc__)
        return 2
    name, directory = sys.argv[1], pathlib.Path(sys.argv[2])
    vectors = pathlib.Path(__file__).parent.parent / "src" / "protocols" / f"{name}_vectors.jsonl"
    directory.mkdir(parents=True, exist_ok=True)
    for number, line in enumerate(vectors.read_text(encoding="utf-8").splitlines(), 1):
        stream = b"".join(bytes.fromhex(frame) for frame in json.loads(line)["frames"])
        (directory / f"{number:03}").write_bytes(stream)
    return 0


if __name__ == "__main__":
    sys.exit(main())
