"""tools/count_tests.py: the counts, and that nothing which did not run can pass."""

import json

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


def program(name, out, result="OK"):
    """A line of meson's log."""
    return json.dumps({"name": name, "stdout": out, "result": result}) + "\n"


def unit(*programs, listed=()):
    """The files of a suite of unit tests; `listed` programs have no line in the log."""
    names = [json.loads(line)["name"] for line in programs] + list(listed)
    return {"unit.json": "".join(programs),
            "unit.list": "".join(f"odograph:store / {name}\n" for name in names)}


CALLED = {"asan.calls/methods": "AddX\n", "asan.calls/1.calls": "AddX 200\n"}
CALLED_TSAN = {name.replace("asan", "tsan"): text for name, text in CALLED.items()}
GOOD = program("store/track", "1..2\nok 1 - a\nok 2 - b\n")


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
        "kills.xml": junit("passed", "skipped"),
        **unit(GOOD),
    }
    assert count(files, "check", "kills", "unit") == (0, "8 passed, 0 failed")


def test_failures_and_errors_fail(count):
    files = {"kills.xml": junit("passed", "failed", "error")}
    assert count(files, "kills") == (1, "1 passed, 2 failed")


@pytest.mark.parametrize("out, result, counts", [
    ("1..3\nok 1 - a\n", "TIMEOUT", "3 passed, 2 failed"),       # killed at its limit
    ("1..3\nok 1 - a\nnot ok 2 - b\n", "TIMEOUT", "3 passed, 2 failed"),
    ("1..1\nok 1 - a\n", "TIMEOUT", "3 passed, 1 failed"),       # killed in its end
    ("", "TIMEOUT", "2 passed, 1 failed"),
    ("1..2\nok 1 - a\n", "ERROR", "3 passed, 1 failed"),         # died
    ("1..1\nok 1 - a\n", "ERROR", "3 passed, 1 failed"),         # a sanitizer's exit status
    ("1..2\nok 1 - a\nnot ok 2 - b\n", "FAIL", "3 passed, 1 failed"),
    ("1..2\nok 1 - a\n", "INTERRUPT", "3 passed, 1 failed"),
    ("", "SKIP", "2 passed, 1 failed"),                          # said nothing at all
    ("1..0\n", "SKIP", "2 passed, 1 failed"),
    ("", "OK", "2 passed, 1 failed"),
])
def test_a_program_that_did_not_run_to_its_end_fails(count, capsys, out, result, counts):
    assert count(unit(GOOD, program("store/damage", out, result)), "unit") == (1, counts)


def test_every_program_counts(count):
    killed = program("store/damage", "1..4\nok 1 - a\n", "TIMEOUT")
    power = program("store/power", "1..2\n", "TIMEOUT")
    assert count(unit(GOOD, killed, power), "unit") == (1, "3 passed, 5 failed")


def test_a_program_that_is_not_in_the_log_fails(count):
    files = unit(GOOD, listed=["store/damage", "store/power"])
    assert count(files, "unit") == (1, "2 passed, 2 failed")


def test_the_log_may_name_project_and_suite(count):
    files = unit(GOOD)
    files["unit.json"] = GOOD.replace("store/track", "odograph:store / store/track")
    assert count(files, "unit") == (0, "2 passed, 0 failed")


def test_a_log_that_was_cut_off_fails(count):
    files = unit(GOOD, program("store/damage", "1..1\nok 1 - a\n"))
    files["unit.json"] = files["unit.json"][:-20]
    assert count(files, "unit") == (1, "2 passed, 1 failed")


def test_a_skipped_test_of_a_program_is_none(count):
    skips = program("gateway/limits", "1..2\nok 1 - a\nok 2 # SKIP no IPv6\n")
    assert count(unit(skips), "unit") == (0, "1 passed, 0 failed")


@pytest.mark.parametrize("files", [
    {}, {"unit.json": GOOD}, {"unit.list": "store / store/track\n"},
    {"unit.json": GOOD[:20], "unit.list": ""}, {"unit.json": "{}", "unit.list": ""},
    {"unit.json": "", "unit.list": ""},
])
def test_unit_tests_without_a_whole_log_fail(count, files):
    assert count({"x": "", **files}, "unit") == (1, "0 passed, 1 failed")


def test_a_failed_check_fails(count):
    files = {"steps": "layers 0 1\n", "tools.xml": junit("passed")}
    assert count(files, "check") == (1, "1 passed, 1 failed")


@pytest.mark.parametrize("text", [junit(), junit("skipped"), "", "<testsuites>"])
def test_a_suite_that_ran_nothing_fails(count, text):
    assert count({"kills.xml": text}, "kills") == (1, "0 passed, 1 failed")


def test_a_suite_that_left_nothing_fails(count):
    files = {"tsan.xml": junit("passed"), **CALLED_TSAN}
    assert count(files, "tsan") == (1, "2 passed, 1 failed")


def test_a_part_that_ended_badly_fails_without_a_failed_test(count):
    files = {"asan.xml": junit("passed"), "failed": "asan\n", **CALLED}
    assert count(files, "asan") == (1, "2 passed, 1 failed")


def test_a_part_that_ended_badly_is_not_counted_twice(count):
    files = {"asan.xml": junit("passed", "failed"), "failed": "asan\n", **CALLED}
    assert count(files, "asan") == (1, "2 passed, 1 failed")


def calls(methods, *workers):
    """The files of all scenarios, which passed, and what their workers noted of calls."""
    notes = {f"asan.calls/{i}.calls": text for i, text in enumerate(workers)}
    return {"asan.xml": junit("passed"), "asan.calls/methods": methods, **notes}


def test_methods_that_answered_count(count):
    files = calls("AddX\nListX\n", "AddX 200\nAddX 401\n", "AddX 200\nListX 500\nListX 200\n")
    assert count(files, "asan") == (0, "3 passed, 0 failed")


@pytest.mark.parametrize("notes, told", [
    ((), "ListX: not called"),
    (("",), "ListX: not called"),
    (("ListX 409\nListX 401\n",), "ListX: answered 401, 409 alone"),
])
def test_a_method_that_never_answered_fails(grow, capsys, notes, told):
    files = calls("AddX\nListX\n", "AddX 200\n", *notes)
    assert count_tests.main([str(grow(files)), "asan"]) == 1
    assert told in capsys.readouterr().out


@pytest.mark.parametrize("files", [
    {"asan.xml": junit("passed")},                       # nobody took notes
    calls("", ""),                                       # of no method
    calls("AddX\n", "AddX 200\nAddY 200\n"),            # of one that there is not
])
def test_notes_that_cannot_be_right_fail(count, files):
    assert count(files, "asan") == (1, "1 passed, 1 failed")


def test_other_parts_are_not_asked_for_calls(count):
    assert count({"kills.xml": junit("passed")}, "kills") == (0, "1 passed, 0 failed")


def test_no_parts_at_all_fail(count):
    assert count({"x": ""}) == (1, "0 passed, 1 failed")
