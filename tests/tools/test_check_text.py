"""tools/check_text.py: which words, paths and blanks it finds."""

import pytest

import check_text


@pytest.mark.parametrize(
    "line",
    [
        "/* TO" "DO later */",
        "// fix" "me",
        "X" "XX",
        "good enough for" " now",
        "returns a st" "ub",
        "a place" "holder",
        "not yet" " implemented",
        "is unimple" "mented",
    ],
)
def test_unfinished_work_is_found(line):
    assert [text.split(":")[0] for text in check_text.check_line(line)] == [
        "announces unfinished work"
    ]


@pytest.mark.parametrize("line", ["/wo" "rk/main", "see /ho" "me/me", "/ro" "ot/x", "/tmp/b" "-me"])
def test_a_workplace_is_found(line):
    assert list(check_text.check_line(line)) == ["names a path of a workplace"]


@pytest.mark.parametrize("line", ["a ", "a\t", " ", "a\r"])
def test_blanks_at_the_end_are_found(line):
    assert list(check_text.check_line(line)) == ["ends in blanks"]


@pytest.mark.parametrize(
    "line",
    [
        "",
        "rest work time 1416 days",
        "the stubborn todomundo",
        "no method and no ../shared",
        "it is not yet there",
        "src/work/x and a/home/b",
        "https://example.org/home/x",
        "for nowhere",
        "<input place" + "holder={text} />",
        "input::place" + "holder {",
    ],
)
def test_what_is_allowed(line):
    assert list(check_text.check_line(line)) == []


def test_files_end_with_a_line_end_and_hold_no_tabs(told):
    files = {"a.py": "x", "b.c": "\tx\n", "Makefile": "\tx\n", "empty.md": ""}
    assert told(check_text, files) == [
        "a.py:1: has no end of line at its end",
        "b.c:1: holds a tab",
    ]


def test_built_things_and_verbatim_texts_are_left_alone(told):
    files = {name: "TO" "DO \n" for name in ("build/a.c", "build-x/b.c", "LICENSE", "x.jsonl")}
    assert told(check_text, files) == []
