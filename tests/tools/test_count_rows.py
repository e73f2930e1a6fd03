"""tools/count_rows.py: which lines and which files of a protocol count, and what is too much."""

import pytest

import count_rows

MAP = "#define PROTOCOL_MAP(X) \\\n    X(one) \\\n    X(jt808) \\\n    X(two)\n"


def lines(count):
    return "int a;\n" * count


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("\n  \n", 0),
        ("/* a */\n/*\n * b\n */\n// c\n", 0),
        ("int a; /* b */\n/* c */ int d;\n", 2),
        ('char *a = "/*";\nint b;\nchar *c = "*/";\n', 3),
        ("#include <a.h>\n\nint b(void)\n{\n}\n", 4),
    ],
)
def test_lines_of_code(text, count):
    assert count_rows.lines_of_code(text) == count


def test_files_of_a_row(grow):
    root = grow(
        {
            "src/protocols/protocol.h": MAP,
            "src/protocols/one.c": lines(3),
            "src/protocols/one_test.c": lines(100),
            "src/protocols/jt808/jt808.c": lines(900),
            "src/protocols/two/two.c": lines(4),
            "src/protocols/two/two.h": lines(1),
            "src/protocols/two/report.c": lines(2),
            "src/protocols/two/two_test.c": lines(100),
            "src/protocols/two/testing.h": lines(100),
            "src/protocols/two/device.c": lines(100),
            "src/protocols/two/meson.build": lines(100),
            "src/protocols/two/vectors.jsonl": lines(100),
        }
    )
    assert count_rows.rows(root) == [(3, "one"), (7, "two")]
    assert count_rows.median(count_rows.rows(root)) == 5


@pytest.mark.parametrize(("count", "is_long"), [(349, False), (350, True)])
def test_the_median_has_a_limit(told, count, is_long):
    files = {
        "src/protocols/protocol.h": "    X(a) \\\n    X(b) \\\n    X(c)\n",
        "src/protocols/a.c": lines(1),
        "src/protocols/b.c": lines(count),
        "src/protocols/c.c": lines(5000),
    }
    found = told(count_rows, files)
    assert found == (
        ["src/protocols/protocol.h:1: median of 350 lines a protocol, below 350 (count_rows.py)"]
        if is_long
        else []
    )


def test_a_tree_without_protocols(told):
    assert told(count_rows, {"src/base/a.c": lines(1)}) == []
