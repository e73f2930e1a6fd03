#!/usr/bin/env python3
"""Files stay short, and so do protocols; every public prototype is explained.

No source file has more than FILE_LINES lines (the limits inside a file are clang-tidy's). In a
header of src/ each prototype has a comment above it or behind it, or stands in a group, a run of
lines without an empty one, that begins with a comment, or a comment of the header names it so:
`name()`. How long protocols are, count_rows.py tells.
"""

import re
import sys

import count_rows
import tree

FILE_LINES = 600
LINE_COLUMNS = 100
ATTRIBUTE = re.compile(r"__attribute__\s*\(\((?:[^()]|\([^()]*\))*\)\)")
LIMITED = (".c", ".h", ".py", ".build", ".sh")


def check_length(path, text):
    count = text.count("\n")
    if count > FILE_LINES:
        yield path, count, f"{count} lines, at most {FILE_LINES}"
    for number, line in enumerate(text.splitlines(), 1):
        if len(line) > LINE_COLUMNS:
            yield path, number, f"{len(line)} columns, at most {LINE_COLUMNS}"


def prototypes(text):
    """(offset, end) of the function declarations at file scope."""
    code = tree.without_directives(tree.without_literals(text))
    code = ATTRIBUTE.sub(lambda m: tree.blank(m.group()), code)
    depth, begin = 0, 0
    for offset, char in enumerate(code):
        depth += (char == "{") - (char == "}")
        if char not in ";}" or depth > 0:
            continue
        statement = code[begin:offset]
        lead = len(statement) - len(statement.lstrip())
        is_other = re.match(r"\s*(\w+\s*\(|typedef\b)", statement) or "{" in statement
        if char == ";" and re.search(r"\w\s*\(", statement) and not is_other:
            yield begin + lead, offset
        begin = offset + 1


def is_explained(text, begin, end):
    lines = text.splitlines()
    first, last = tree.line_of(text, begin) - 1, tree.line_of(text, end) - 1
    if any("/*" in line or "//" in line for line in lines[first : last + 1]):
        return True
    top = first
    while top > 0 and lines[top - 1].strip():
        top -= 1
    # A comment may hold empty lines of its own: a group that begins inside one is explained.
    before = "\n".join(lines[:top])
    if before.rfind("/*") > before.rfind("*/"):
        return True
    return any("*/" in line or line.lstrip().startswith("//") for line in lines[top:first])


def check_prototypes(path, text):
    comments = "".join(re.findall(r"/\*.*?\*/", text, re.DOTALL))
    for begin, end in prototypes(text):
        name = re.search(r"(\w+)\s*\(", text[begin:end]).group(1)
        if f"{name}()" not in comments and not is_explained(text, begin, end):
            yield path, tree.line_of(text, begin), f"prototype {name} has no comment"


def find(root):
    findings = []
    for path in tree.files(root, *LIMITED) + [root / "dev"]:
        if path.exists():
            findings += check_length(path, tree.read(path))
    for path in tree.files(root / "src", ".h"):
        findings += check_prototypes(path, tree.read(path))
    findings += count_rows.find(root)
    return findings


if __name__ == "__main__":
    sys.exit(tree.report(tree.ROOT, find(tree.ROOT)))
