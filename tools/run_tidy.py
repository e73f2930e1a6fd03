#!/usr/bin/env python3
"""Runs clang-tidy over every source, side by side, and remembers what was clean.

    run_tidy.py BUILD [FILE...]

BUILD is a build directory with a compile_commands.json. A source that was found clean is not read
again while it, the headers of the tree that it includes, the rules, its compile command and the
version of clang-tidy stay the same: BUILD/tidy holds an empty file named by the hash of them all.
"""

import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys

import tree

# What the analyzer knows of other languages and of libraries that are not used here.
ELSEWHERE = ("cplusplus", "fuchsia", "nullability", "optin.cplusplus", "optin.mpi", "optin.osx",
             "osx", "webkit", "apiModeling.google", "apiModeling.llvm")
# How far the analyzer follows a function into those that it calls: into small ones only (a check
# for NULL and what it guards), since each function is looked at by itself, too. By default it
# follows nearly all, each up to seven times as long, which takes most of the time.
DEPTH = ("max-inlinable-size=8", "max-nodes=30000")
SOURCE_OPTIONS = ["--checks=" + ",".join(f"-clang-analyzer-{name}*" for name in ELSEWHERE),
                  *(f"--extra-arg={word}" for setting in DEPTH for word in
                    ("-Xclang", "-analyzer-config", "-Xclang", setting))]
# What the analyzer looks for by walking every path, a test shows by being run: of tests it is left
# out, for it takes most of the time. Without it the macros of libraries would be told of, which the
# compilers judge.
TEST = re.compile(r"_test(ing)?\.c$")
TEST_OPTIONS = ["--checks=-clang-analyzer-*", "--extra-arg=-Wno-format-nonliteral"]
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]+"([^"\n]+)"', re.MULTILINE)


def headers(root, path, found=None):
    """The headers of the tree that a file includes, directly or not."""
    found = set() if found is None else found
    for name in INCLUDE.findall(tree.read(path)):
        for target in (root / "src" / name, path.parent / name):
            if target.exists() and target not in found:
                found.add(target)
                headers(root, target, found)
    return found


def options(source):
    """What clang-tidy is told of one source beside the rules."""
    return TEST_OPTIONS if TEST.search(source.name) else SOURCE_OPTIONS


def fingerprint(root, source, command, version):
    """What the findings of clang-tidy for `source` depend on, as one hash."""
    digest = hashlib.sha256()
    for text in (version, command, *options(source), tree.read(root / ".clang-tidy")):
        digest.update(text.encode() + b"\0")
    for path in sorted({source} | headers(root, source)):
        digest.update(str(path.relative_to(root)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def sources(root, build):
    """{source: its compile command}, each source once, in the tree only."""
    found = {}
    for entry in json.loads((build / "compile_commands.json").read_text()):
        path = pathlib.Path(entry["directory"], entry["file"]).resolve()
        if path.is_relative_to(root) and not path.is_relative_to(build):
            found.setdefault(path, entry["command"])
    return dict(sorted(found.items()))


def examine(build, source):
    """(whether it is clean, what clang-tidy said)"""
    done = subprocess.run(
        ["clang-tidy", "-p", str(build), "--quiet", *options(source), str(source)],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
    )
    said = re.sub(r"^\d+ warnings?.*generated\.\n", "", done.stdout, flags=re.MULTILINE)
    return done.returncode == 0, said


def main(arguments):
    root, build = tree.ROOT, pathlib.Path(arguments[0]).resolve()
    wanted = {pathlib.Path(name).resolve() for name in arguments[1:]}
    version = subprocess.run(
        ["clang-tidy", "--version"], stdout=subprocess.PIPE, text=True, check=True
    ).stdout
    clean = build / "tidy"
    clean.mkdir(exist_ok=True)
    marks = {
        source: clean / fingerprint(root, source, command, version)
        for source, command in sources(root, build).items()
        if not wanted or source in wanted
    }
    if not marks:
        print("there is nothing to examine")
        return 1
    due = sorted((s for s in marks if not marks[s].exists()), key=lambda s: -s.stat().st_size)
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for source, (is_clean, said) in zip(due, pool.map(lambda s: examine(build, s), due)):
            if is_clean:
                marks[source].touch()
            else:
                failed += 1
                print(said, end="")
    for old in set(clean.iterdir()) - set(marks.values()):
        if not wanted:
            old.unlink()
    print(f"{len(marks)} sources, {len(due)} examined, {failed} with findings")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
