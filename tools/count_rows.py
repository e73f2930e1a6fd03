#!/usr/bin/env python3
"""Lines of code a protocol, the longest last, and their median.

Counted are the lines of a row's .c and .h files that are neither blank nor comment, without its
tests and vectors and without the simulator's side, device.c. Rows are the words of PROTOCOL_MAP;
the four below came before the others and are larger than a protocol has to be.
"""

import re
import statistics

import tree

MEDIAN_BELOW = 350
UNCOUNTED = ("jt808", "gt06", "osmand", "jt600")


def lines_of_code(text):
    """How many lines hold more than blanks and comments."""
    return sum(1 for line in tree.without_comments(text).splitlines() if line.strip())


def files_of(protocols, name):
    """The files of a row that count."""
    folder = protocols / name
    if not folder.is_dir():
        return [protocols / f"{name}.c"]
    files = [path for path in folder.iterdir() if path.suffix in (".c", ".h")]
    is_test = re.compile(r"_test\.c$|testing\.h$|^device\.c$")
    return sorted(path for path in files if not is_test.search(path.name))


def rows(root):
    """(lines of code, name) of each counted row, the shortest first."""
    protocols = root / "src" / "protocols"
    if not (protocols / "protocol.h").exists():
        return []
    names = re.findall(r"^\s+X\((\w+)\)", tree.read(protocols / "protocol.h"), re.MULTILINE)
    counted = [name for name in names if name not in UNCOUNTED]
    return sorted(
        (sum(lines_of_code(tree.read(path)) for path in files_of(protocols, name)), name)
        for name in counted
    )


def median(counts):
    return statistics.median(count for count, _ in counts)


def find(root):
    """A finding where the rows have become too long."""
    found = rows(root)
    if found and median(found) >= MEDIAN_BELOW:
        text = f"median of {median(found):g} lines a protocol, below {MEDIAN_BELOW} (count_rows.py)"
        yield root / "src" / "protocols" / "protocol.h", 1, text


if __name__ == "__main__":
    found = rows(tree.ROOT)
    for count, name in found:
        print(f"{count:6} {name}")
    print(f"{median(found):6.0f} median of {len(found)}")
