"""tools/check_limits.py: how long a file may be, and what explains a prototype."""

import pytest

import check_limits


def test_the_longest_file_and_one_line_more(told):
    files = {"src/a.c": "x\n" * 600, "src/b.c": "x\n" * 601}
    assert told(check_limits, files) == ["src/b.c:601: 601 lines, at most 600"]


def test_the_longest_line_and_one_column_more(told):
    files = {"tools/a.py": "é" * 100 + "\n", "dev": "x" * 101 + "\n"}
    assert told(check_limits, files) == ["dev:1: 101 columns, at most 100"]


@pytest.mark.parametrize(
    "text",
    [
        "/* Why. */\nint f(int a);\n",
        "/*\n * Why.\n *\n * More.\n */\nint f(int a,\n      int b);\n",
        "int f(int a); /* why */\n",
        "/* Both. */\nint f(int a);\nint g(int a);\n",
        "/* Frees it: f(). */\nstruct a;\n\nint f(int a);\n",
        "static inline int f(int a)\n{\n    return a;\n}\n",
        "struct rows {\n    int (*f)(int a);\n};\n",
        "#define X(a) int f(int a);\n",
        "typedef int reader(int a);\n",
        "enum e f_kind;\n",
    ],
)
def test_what_is_explained(told, text):
    assert told(check_limits, {"src/base/b.h": text}) == []


@pytest.mark.parametrize(
    "text",
    [
        "int f(int a);\n",
        "/* Something else. */\n\nint f(int a);\n",
        "/* g */\nint g(int a);\n\nint f(int a);\n",
        'extern "C";\n\nchar *f(int a) __attribute__((returns_nonnull));\n',
        "MUST_USE enum err f(int a);\n",
    ],
)
def test_what_is_not_explained(told, text):
    found = told(check_limits, {"src/base/b.h": text})
    assert [line.split(": ")[1] for line in found] == ["prototype f has no comment"]


def test_sources_need_no_comment_on_prototypes(told):
    assert told(check_limits, {"src/base/b.c": "static int f(int a);\n"}) == []
