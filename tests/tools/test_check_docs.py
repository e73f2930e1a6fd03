"""tools/check_docs.py: which names and links of the documents it doubts."""

import pytest

import check_docs

TREE = {
    "README.md": "# Read me\n",
    "CHANGELOG.md": "",
    "docs/DESIGN.md": "# Why\n\n## The life of a `fix`\n",
    "docs/GLOSSARY.md": "",
    "src/base/err.c": "int err_text(void);\nint plain;\nstruct fix f;\n",
    "src/cli/serve.c": 'static const struct option rows[] = {{"data"}};\n',
    "src/protocols/gt06.c": "",
    "src/protocols/gt06_vectors.jsonl": "",
    "dev": "--dry-run",
}


def doubts(told, text):
    found = told(check_docs, {**TREE, "docs/a.md": text})
    assert all(line.startswith("docs/a.md:") for line in found)
    return [line.split(": ", 1)[1] for line in found]


@pytest.mark.parametrize(
    "word",
    [
        "src/base/err.c",
        "src/base/",
        "base/err.c",
        "err.c",
        "GLOSSARY.md",
        "src/protocols/NAME.c",
        "src/protocols/NAME_vectors.jsonl",
        "NAME_vectors.jsonl",
        "build/odograph",
        "/api/user/LogOut",
        "err_text",
        "err_text()",
        "plain()",
        "struct fix",
        "--data",
        "--dry-run",
        "odograph serve",
        "GPSTime",
        "127.0.0.1:8080",
        "kill -9",
    ],
)
def test_what_is_there(told, word):
    assert doubts(told, f"See `{word}`.\n") == []


@pytest.mark.parametrize(
    ("word", "remark"),
    [
        ("src/base/none.c", "there is no src/base/none.c"),
        ("none.h", "there is no none.h"),
        ("docs/NAME.txt", "there is no docs/NAME.txt"),
        ("src/NAME_vectors.jsonl", "there is no src/NAME_vectors.jsonl"),
        ("err_none", "nothing is named err_none"),
        ("none()", "nothing is named none()"),
        ("struct none", "nothing is named struct none"),
        ("--none", "there is no option --none"),
    ],
)
def test_what_is_not(told, word, remark):
    assert doubts(told, f"See `{word}`.\n") == [remark]


def test_code_blocks_are_left_alone(told):
    assert doubts(told, "```\n`none.c` [x](none.md)\n```\n") == []


def test_the_line_is_told(told):
    found = told(check_docs, {**TREE, "docs/a.md": "one\n```\ncode\n```\n`none.c`\n"})
    assert found == ["docs/a.md:5: there is no none.c"]


@pytest.mark.parametrize(
    ("target", "remarks"),
    [
        ("DESIGN.md", []),
        ("../src/base/err.c", []),
        ("DESIGN.md#the-life-of-a-fix", []),
        ("#here", []),
        ("https://example.org/none", []),
        ("none.md", ["the link none.md leads nowhere"]),
        ("src/base/err.c", ["the link src/base/err.c leads nowhere"]),
        ("DESIGN.md#none", ["DESIGN.md has no heading #none"]),
        ("#none", ["the page has no heading #none"]),
    ],
)
def test_links(told, target, remarks):
    assert doubts(told, f"# Here\n\n[x]({target})\n") == remarks


def test_a_missing_document_is_told(told):
    files = {name: text for name, text in TREE.items() if name != "CHANGELOG.md"}
    assert told(check_docs, files) == ["CHANGELOG.md:1: is missing"]


def test_the_readme_of_a_folder_is_read_too(told):
    found = told(check_docs, {**TREE, "bench/README.md": "`none.c`\n"})
    assert found == ["bench/README.md:1: there is no none.c"]


def test_the_manual_names_every_option(told):
    rows = """
        {.section = "server",
         .key = "http"},
        {.section = "store", .key = "cache_kib"},
        {.section = "api", .key = "token_days"},
    """
    manual = ".TP\n.B [server]\nhttp, cache_kib\n.TP\n.B [store]\ntail_mib\n"
    found = told(check_docs, {**TREE, "src/cli/options.c": rows, "docs/odograph.1": manual})
    assert found == [
        "src/cli/options.c:4: docs/odograph.1 does not name cache_kib under [store]",
        "src/cli/options.c:5: docs/odograph.1 does not name token_days under [api]",
    ]
