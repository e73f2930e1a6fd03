#!/usr/bin/env python3
"""Adds up what the parts of a test run left behind.

    count_tests.py RESULTS PART...

RESULTS holds a JUnit file a suite, a file `steps` with a line "name passed failed" a check, and a
file `failed` with the parts that ended badly. A suite that ran nothing, or left nothing behind,
counts as a failure, and so does a part that ended badly without a failed test to show for it.
The last line is "N passed, N failed"; the exit status is 0 only when nothing failed.
"""

import pathlib
import sys
import xml.etree.ElementTree as ElementTree

SUITES = {
    "check": ["steps", "tools"],
    "unit": ["unit"],
    "asan": ["asan"],
    "tsan": ["tsan-unit", "tsan"],
    "kills": ["kills"],
}


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


def count_steps(path):
    """(passed, failed, skipped) of the list of checks."""
    rows = [line.split() for line in path.read_text().splitlines()]
    return sum(int(row[1]) for row in rows), sum(int(row[2]) for row in rows), 0


def count_suite(results, suite):
    """(passed, failed, skipped, remark) of one suite."""
    path = results / ("steps" if suite == "steps" else f"{suite}.xml")
    try:
        counts = count_steps(path) if suite == "steps" else count_junit(path)
    except (OSError, ElementTree.ParseError):
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
