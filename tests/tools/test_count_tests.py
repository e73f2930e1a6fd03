"""tools/count_tests.py: the counts, and that nothing which did not run can pass."""

import pytest

import count_tests

CASES = {
    "passed": '<testcase name="a"/>',
    "failed": '<testcase name="b"><failure/></testcase>',
    "error": '<testcase name="c"><error/></testcase>',
    "skipped": '<testcase name="d"><skipped/></testcase>',
}


def junit(*kinds):
    return f"<testsuites><testsuite>{''.join(CASES[k] for k in kinds)}</testsuite></testsuites>"


@pytest.fixture
def count(grow, capsys):
    """count(files, parts): (exit status, the last line)."""

    def run(files, *parts):
        status = count_tests.main([str(grow(files)), *parts])
        return status, capsys.readouterr().out.splitlines()[-1]

    return run


def test_suites_add_up(count):
    files = {
        "steps": "layers 1 0\ntext 1 0\n",
        "tools.xml": junit("passed", "passed", "passed"),
        "unit.xml": junit("passed", "skipped"),
    }
    assert count(files, "check", "unit") == (0, "6 passed, 0 failed")


def test_failures_and_errors_fail(count):
    files = {"unit.xml": junit("passed", "failed", "error")}
    assert count(files, "unit") == (1, "1 passed, 2 failed")


def test_a_failed_check_fails(count):
    files = {"steps": "layers 0 1\n", "tools.xml": junit("passed")}
    assert count(files, "check") == (1, "1 passed, 1 failed")


@pytest.mark.parametrize("text", [junit(), junit("skipped"), "", "<testsuites>"])
def test_a_suite_that_ran_nothing_fails(count, text):
    assert count({"kills.xml": text}, "kills") == (1, "0 passed, 1 failed")


def test_a_suite_that_left_nothing_fails(count):
    assert count({"tsan.xml": junit("passed")}, "tsan") == (1, "1 passed, 1 failed")


def test_a_part_that_ended_badly_fails_without_a_failed_test(count):
    files = {"asan.xml": junit("passed"), "failed": "asan\n"}
    assert count(files, "asan") == (1, "1 passed, 1 failed")


def test_a_part_that_ended_badly_is_not_counted_twice(count):
    files = {"asan.xml": junit("passed", "failed"), "failed": "asan\n"}
    assert count(files, "asan") == (1, "1 passed, 1 failed")


def test_no_parts_at_all_fail(count):
    assert count({"x": ""}) == (1, "0 passed, 1 failed")
