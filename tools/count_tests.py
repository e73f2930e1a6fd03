#!/usr/bin/env python3
"""Adds up what the parts of a test run left behind.

    count_tests.py RESULTS PART...

RESULTS holds a JUnit file for each suite of pytest; for each suite of unit tests the list of its
programs, NAME.list, and meson's log of them, NAME.json, a line a program; a file `steps` with a
line "name passed failed" a check; a file `failed` with the parts that ended badly; and for each
suite of all scenarios a directory NAME.calls: the API's methods, a line each, and what each worker
noted, "METHOD CODE" a line. What did not run is a failure: a suite that ran nothing or left nothing
behind, a program that is in the list and not in the log, every test that a program announced and
did not come to since it died or was killed at its limit, a method that no scenario called, or that
never answered with success, and a part that ended badly without a failed test to show for it. The
last line is "N passed, N failed"; the exit status is 0 only when nothing failed.
"""

import json
import pathlib
import re
import sys
import xml.etree.ElementTree as ElementTree

SUITES = {
    "check": ["steps", "tools"],
    "unit": ["unit"],
    "asan": ["asan", "asan.calls"],
    "tsan": ["tsan-unit", "tsan", "tsan.calls"],
    "kills": ["kills"],
    "valhalla": ["valhalla"],
    "pages": ["web", "pages"],
}
PROGRAMS = {"unit", "tsan-unit"}
SUCCESS = "200"
PLAN = re.compile(r"^1\.\.(\d+)", re.MULTILINE)
TEST = re.compile(r"^(not )?ok\b(.*)", re.MULTILINE)


def count_junit(path):
    """(passed, failed, skipped) of a JUnit file."""
    passed = failed = skipped = 0
    for case in ElementTree.parse(path).getroot().iter("testcase"):
        if case.find("failure") is not None or case.find("error") is not None:
            failed += 1
        elif case.find("skipped") is not None:
            skipped += 1
        else:
            passed += 1
    return passed, failed, skipped


def read_row(line):
    """A line of meson's log; None for one that it was killed in the middle of."""
    try:
        return json.loads(line)
    except ValueError:
        return None


def name_of(text):
    """meson says "PROJECT:SUITE / NAME", or the name alone."""
    return text.split(" / ", 1)[-1]


def count_program(row):
    """(passed, failed, skipped) of one line of meson's log: a program that speaks TAP."""
    out = row.get("stdout", "")
    tests = [(bool(bad), "# skip" in rest.lower()) for bad, rest in TEST.findall(out)]
    skipped = sum(skip for _, skip in tests)
    failed = sum(bad and not skip for bad, skip in tests)
    passed = len(tests) - skipped - failed
    plan = PLAN.search(out)
    failed += max(0, int(plan.group(1)) - len(tests)) if plan else 0
    if row["result"] != "OK" or not tests:
        failed = max(failed, 1)
    return passed, failed, skipped


def count_programs(results, suite):
    """(passed, failed, skipped) of a suite of unit tests; says which programs are to blame."""
    lines = (results / f"{suite}.json").read_text().splitlines()
    rows = {name_of(row["name"]): row for row in map(read_row, lines) if row}
    listed = [name_of(line) for line in (results / f"{suite}.list").read_text().splitlines()
              if " / " in line]
    counts = [count_program(row) for row in rows.values()]
    for name, row in rows.items():
        if row["result"] != "OK":
            print(f"{suite:10} {name}: {row['result']}")
    missing = [name for name in listed if name not in rows]
    for name in missing:
        print(f"{suite:10} {name}: did not run")
    passed, failed, skipped = (sum(column) for column in zip(*counts, (0, len(missing), 0)))
    return passed, failed, skipped


def count_steps(path):
    """(passed, failed, skipped) of the list of checks."""
    rows = [line.split() for line in path.read_text().splitlines()]
    return sum(int(row[1]) for row in rows), sum(int(row[2]) for row in rows), 0


def count_calls(path):
    """(passed, failed, skipped) of the API's methods: whether each answered with success once."""
    codes = {name: set() for name in (path / "methods").read_text().split()}
    for notes in path.glob("*.calls"):
        for line in notes.read_text().splitlines():
            method, _, code = line.partition(" ")
            codes[method].add(code)
    failed = [name for name, seen in codes.items() if SUCCESS not in seen]
    for name in failed:
        others = ", ".join(sorted(codes[name]))
        print(f"{path.name:10} {name}: " + (f"answered {others} alone" if others else "not called"))
    return len(codes) - len(failed), len(failed), 0


def count_results(results, suite):
    """(passed, failed, skipped) of whatever kind of suite it is."""
    if suite == "steps":
        return count_steps(results / "steps")
    if suite.endswith(".calls"):
        return count_calls(results / suite)
    return count_programs(results, suite) if suite in PROGRAMS else \
        count_junit(results / f"{suite}.xml")


def count_suite(results, suite):
    """(passed, failed, skipped, remark) of one suite."""
    try:
        counts = count_results(results, suite)
    except (OSError, KeyError, ElementTree.ParseError):
        return 0, 1, 0, "left no result"
    if counts[0] + counts[1] == 0:
        return 0, 1, counts[2], "ran nothing"
    return *counts, ""


def main(arguments):
    results, parts = pathlib.Path(arguments[0]), arguments[1:]
    failed_path = results / "failed"
    ended_badly = failed_path.read_text().split() if failed_path.exists() else []
    total_passed = total_failed = 0
    for part in parts:
        part_failed = 0
        for suite in SUITES[part]:
            passed, failed, skipped, remark = count_suite(results, suite)
            total_passed += passed
            part_failed += failed
            counts = f"{passed:5} passed {failed:4} failed {skipped:4} skipped"
            print(f"{suite:10} {counts}  {remark}".rstrip())
        if part in ended_badly and part_failed == 0:
            part_failed = 1
            print(f"{part:10} ended badly, see its log")
        total_failed += part_failed
    if total_passed == 0 and total_failed == 0:
        total_failed = 1
    print(f"{total_passed} passed, {total_failed} failed")
    return 0 if total_failed == 0 else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
