#!/usr/bin/env python3
"""Nothing in the tree announces unfinished work, names a workplace, or ends a line in blanks.

The patterns are written so that they do not match themselves. What stands in an empty field has a
name in HTML and CSS that is none of these.
"""

import re
import sys

import tree

UNFINISHED = re.compile(
    r"\b(?:T[O]DO|F[I]XME|X[X]X|T[B]D|H[A]CK|W[I]P)\b"
    r"|\b(?:f[o]r now|s[t]ubs?|s[t]ubbed|(?<!::)p[l]aceholders?(?!=)"
    r"|not y[e]t implemented|unimplem[e]nted|coming s[o]on|work in pro[g]ress|l[o]rem ipsum)\b",
    re.IGNORECASE,
)
WORKPLACE = re.compile(r"(?<![\w.])/(?:wor[k]|home|roo[t]|Users)/|/tmp/b[-]")
VERBATIM = {"LICENSE"}
VERBATIM_SUFFIXES = {".jsonl", ".gpx", ".nmea", ".csv"}


def check_line(line):
    """What is wrong with one line, without its end."""
    found = UNFINISHED.search(line)
    if found:
        yield f"announces unfinished work: {found.group()}"
    if WORKPLACE.search(line):
        yield "names a path of a workplace"
    if line != line.rstrip():
        yield "ends in blanks"


def check_file(path, text):
    for number, line in enumerate(text.split("\n"), 1):
        for remark in check_line(line):
            yield path, number, remark
        if "\t" in line and path.suffix in {".c", ".h", ".py", ".md", ".build"}:
            yield path, number, "holds a tab"
    if text and not text.endswith("\n"):
        yield path, text.count("\n") + 1, "has no end of line at its end"


def find(root):
    findings = []
    for path in tree.files(root):
        if path.name not in VERBATIM and path.suffix not in VERBATIM_SUFFIXES:
            findings += check_file(path, tree.read(path))
    return findings


if __name__ == "__main__":
    sys.exit(tree.report(tree.ROOT, find(tree.ROOT)))
